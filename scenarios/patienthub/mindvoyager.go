package patienthub

import (
	"fmt"
	"regexp"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

const (
	voyagerInside = "internal_cognitive_diagram/"
	voyagerRules  = voyagerInside + "intermediate_beliefs"
	voyagerEvents = "external_experiences"
	// low begins a rule of the time of a depression.
	low = "During depression: "
)

// mindVoyager are cognitive models with several situations.
var mindVoyager = source{
	Format: prefix + "mindVoyager",
	Noun:   "profile",
	ID:     func(r foreign.Record) string { name, _ := r["name"].(string); return name },
	Same:   true,
	Fields: []foreign.PersonField{
		foreign.Name(unnamed, []string{"name"}),
		foreign.TextOf(voyagerInside+"relevant_history", history),
		foreign.Beliefs(voyagerInside+"core_beliefs", vignettev1.CoreBelief_CATEGORY_UNSPECIFIED),
		{Paths: []string{voyagerRules}, Read: readVoyagerRules, Write: writeVoyagerRules},
		foreign.LineOf(voyagerInside+"coping_strategies", coping),
		{Paths: []string{voyagerEvents}, Read: readEvents, Write: writeEvents},
	},
	Finish: func(_ foreign.Record, _ int, p *vignettev1.Persona) { identify(p, "mindVoyager", p.Name) },
}

func readVoyagerRules(from foreign.Part, p *vignettev1.Persona) error {
	list, err := foreign.Texts(from, voyagerRules)
	for _, text := range list {
		m := foreign.Model(p)
		if rule, is := strings.CutPrefix(text, low); is && rule != "" {
			m.IntermediateBeliefsWhenDepressed = append(m.IntermediateBeliefsWhenDepressed, rule)
			continue
		}
		m.IntermediateBeliefs = append(m.IntermediateBeliefs, text)
	}
	return err
}

func writeVoyagerRules(p *vignettev1.Persona, _, into foreign.Part) error {
	out := append([]string{}, p.GetCognitiveModel().GetIntermediateBeliefs()...)
	for _, rule := range p.GetCognitiveModel().GetIntermediateBeliefsWhenDepressed() {
		out = append(out, low+rule)
	}
	into[voyagerRules] = foreign.List(out)
	return nil
}

// reaction is how an experience writes what a situation set off.
var reaction = regexp.MustCompile(`(?s)^Automatic thoughts: (.*?) Emotions: (.*?) Behavior: (.*)$`)

func readEvents(from foreign.Part, p *vignettev1.Persona) error {
	events, err := foreign.Records(from, voyagerEvents)
	if err != nil {
		return err
	}
	for i, event := range events {
		s := &vignettev1.DiagramSituation{}
		if s.Situation, err = foreign.Text(event, "situation"); err != nil {
			return fmt.Errorf("entry %d: situation: %w", i+1, err)
		}
		text, err := foreign.Text(event, "reaction")
		if err != nil {
			return fmt.Errorf("entry %d: reaction: %w", i+1, err)
		}
		react(s, text)
		foreign.Model(p).Situations = append(foreign.Model(p).Situations, s)
	}
	return nil
}

// react reads what a situation set off; what is not in the format's form is taken as a thought.
func react(s *vignettev1.DiagramSituation, text string) {
	parts := reaction.FindStringSubmatch(text)
	if parts == nil {
		parts = []string{"", text, "", ""}
	}
	if parts[1] != "" {
		s.AutomaticThoughts = []string{parts[1]}
	}
	if e, ok := foreign.EmotionOf(parts[2]); ok {
		s.Emotions = []*vignettev1.EmotionIntensity{{Emotion: e, Words: strings.TrimSuffix(parts[2], ".")}}
	}
	if parts[3] != "" {
		s.Behaviors = []string{parts[3]}
	}
}

func writeEvents(p *vignettev1.Persona, was, into foreign.Part) error {
	out := []any{}
	for i, s := range p.GetCognitiveModel().GetSituations() {
		event := foreign.Entry(was, voyagerEvents, i)
		var felt []string
		for _, e := range s.GetEmotions() {
			felt = append(felt, foreign.EmotionWords(e))
		}
		event["situation"] = s.GetSituation()
		event["reaction"] = fmt.Sprintf("Automatic thoughts: %s Emotions: %s. Behavior: %s",
			strings.Join(s.GetAutomaticThoughts(), " "), strings.Join(felt, ", "), strings.Join(s.GetBehaviors(), " "))
		out = append(out, event)
	}
	into[voyagerEvents] = out
	return nil
}
