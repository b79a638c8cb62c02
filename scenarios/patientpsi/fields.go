package patientpsi

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// fields is the whole mapping.
var fields = []foreign.PersonField{
	required("id", "this is missing; files and seeds are named by it", func(p *vignettev1.Persona) *string { return &p.Id }),
	required("name", "this is missing", func(p *vignettev1.Persona) *string { return &p.Name }),
	{Paths: []string{"type"}, Read: readStyle, Write: writeStyle},
	foreign.TextOf("history", func(p *vignettev1.Persona) *string { return &foreign.Model(p).RelevantHistory }),
	beliefs("helpless_belief", vignettev1.CoreBelief_CATEGORY_HELPLESS),
	beliefs("unlovable_belief", vignettev1.CoreBelief_CATEGORY_UNLOVABLE),
	beliefs("worthless_belief", vignettev1.CoreBelief_CATEGORY_WORTHLESS),
	{Paths: []string{"intermediate_belief", "intermediate_belief_depression"}, Read: readRules, Write: writeRules},
	foreign.LineOf("coping_strategies", func(p *vignettev1.Persona) *[]string { return &foreign.Model(p).CopingStrategies }),
	oneSituation(foreign.TextOf("situation", func(p *vignettev1.Persona) *string { return &foreign.Situation(p).Situation })),
	foreign.LineOf("auto_thought", func(p *vignettev1.Persona) *[]string { return &foreign.Situation(p).AutomaticThoughts }),
	{Paths: []string{"emotion"}, Read: readEmotions, Write: writeEmotions},
	foreign.LineOf("behavior", func(p *vignettev1.Persona) *[]string { return &foreign.Situation(p).Behaviors }),
}

// required is a text that must be there.
func required(path, missing string, at func(*vignettev1.Persona) *string) foreign.PersonField {
	f := foreign.TextOf(path, at)
	read := f.Read
	f.Read = func(from foreign.Part, p *vignettev1.Persona) error {
		err := read(from, p)
		if err == nil && *at(p) == "" {
			err = errors.New(missing)
		}
		return err
	}
	return f
}

// oneSituation refuses to write a model of which a profile could hold only a part.
func oneSituation(f foreign.PersonField) foreign.PersonField {
	write := f.Write
	f.Write = func(p *vignettev1.Persona, was, into foreign.Part) error {
		if n := len(p.GetCognitiveModel().GetSituations()); n > 1 {
			return fmt.Errorf("it has %d situations, and a profile holds one; make a persona of each", n)
		}
		return write(p, was, into)
	}
	return f
}

// beliefs refuses to write a belief whose family is not known.
func beliefs(path string, category vignettev1.CoreBelief_Category) foreign.PersonField {
	f := foreign.Beliefs(path, category)
	write := f.Write
	f.Write = func(p *vignettev1.Persona, was, into foreign.Part) error {
		for _, b := range p.GetCognitiveModel().GetCoreBeliefs() {
			if b.GetCategory() == vignettev1.CoreBelief_CATEGORY_UNSPECIFIED {
				return fmt.Errorf("the core belief %q has no category, and a profile needs one", b.GetText())
			}
		}
		return write(p, was, into)
	}
	return f
}

// marker separates, inside one text, the rules of ordinary times from those in a depression.
const marker = "[during depression]"

var markerPattern = regexp.MustCompile(`(?i)\[during depression\]`)

// readRules splits the intermediate beliefs at the marker; a separate field for those in a depression is read as well.
func readRules(from foreign.Part, p *vignettev1.Persona) error {
	all, err := foreign.Text(from, "intermediate_belief")
	if err != nil {
		return err
	}
	separate, err := foreign.Text(from, "intermediate_belief_depression")
	if err != nil {
		return fmt.Errorf("intermediate_belief_depression: %w", err)
	}
	before, during := all, ""
	if at := markerPattern.FindStringIndex(all); at != nil {
		before, during = all[:at[0]], all[at[1]:]
	}
	if s := strings.TrimSpace(before); s != "" {
		foreign.Model(p).IntermediateBeliefs = []string{s}
	}
	for _, s := range []string{during, separate} {
		if s = strings.TrimSpace(s); s != "" {
			m := foreign.Model(p)
			m.IntermediateBeliefsWhenDepressed = append(m.IntermediateBeliefsWhenDepressed, s)
		}
	}
	return nil
}

func writeRules(p *vignettev1.Persona, _, into foreign.Part) error {
	s := strings.Join(p.GetCognitiveModel().GetIntermediateBeliefs(), "\n")
	if during := p.GetCognitiveModel().GetIntermediateBeliefsWhenDepressed(); len(during) > 0 {
		s = strings.TrimPrefix(s+"\n"+marker+"\n"+strings.Join(during, "\n"), "\n")
	}
	into["intermediate_belief"] = s
	return nil
}

// readStyle takes the style of a profile that offers one. Several are a choice somebody has still to make.
func readStyle(from foreign.Part, p *vignettev1.Persona) error {
	offered, err := foreign.Texts(from, "type")
	if err != nil || len(offered) != 1 {
		return err
	}
	for n := range vignettev1.ConversationalStyle_name {
		if style := vignettev1.ConversationalStyle(n); n != 0 && enumname.Of(style) == offered[0] {
			p.Style = style
		}
	}
	return nil
}

func writeStyle(p *vignettev1.Persona, _, into foreign.Part) error {
	if p.GetStyle() != vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UNSPECIFIED {
		into["type"] = []any{enumname.Of(p.GetStyle())}
	}
	return nil
}

func readEmotions(from foreign.Part, p *vignettev1.Persona) error {
	entries, err := foreign.Texts(from, "emotion")
	if err != nil {
		return err
	}
	for i, words := range entries {
		e, ok := foreign.EmotionOf(words)
		if !ok {
			return fmt.Errorf("entry %d, %w", i+1, foreign.NoEmotion(words))
		}
		s := foreign.Situation(p)
		s.Emotions = append(s.Emotions, &vignettev1.EmotionIntensity{Emotion: e, Words: words})
	}
	return nil
}

// writeEmotions writes the source's words where they still name the emotion, and its name where it was changed.
func writeEmotions(p *vignettev1.Persona, _, into foreign.Part) error {
	var out []string
	for _, e := range foreign.Situation(p).Emotions {
		out = append(out, foreign.EmotionWords(e))
	}
	into["emotion"] = foreign.List(out)
	return nil
}
