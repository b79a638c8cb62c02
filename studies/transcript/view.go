package transcript

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// View is what a page shows of an episode: all of it is plain text, but for the policy and the style, which are set by [Write] alone.
type View struct {
	Policy   string       `json:"-"`
	Style    template.CSS `json:"-"`
	Language string       `json:"language,omitempty"`
	Title    string       `json:"title,omitempty"`
	Episode  string       `json:"episode,omitempty"`
	Run      string       `json:"run,omitempty"`
	Made     string       `json:"made,omitempty"`
	Version  string       `json:"version,omitempty"`
	Setting  string       `json:"setting,omitempty"`
	Cell     []fact       `json:"cell,omitempty"`
	Played   string       `json:"played,omitempty"`
	Roles    []role       `json:"roles"`
	Turns    []turn       `json:"turns"`
	Outcome  string       `json:"outcome,omitempty"`
	Sound    bool         `json:"sound"` // completed, and nothing speaks against it
	Came     []came       `json:"came,omitempty"`
	Rewards  []reward     `json:"rewards,omitempty"`
	Scores   []score      `json:"scores,omitempty"`
	Probes   []fact       `json:"probes,omitempty"`
	Private  bool         `json:"private"`
}

// came is what came of what the focal role asked for, or refused, with one of the others.
type came struct {
	Reached bool   `json:"reached"`
	Verdict string `json:"verdict"` // "Reached", "Reached in part", "Not reached"
	Says    string `json:"says"`
	Quote   string `json:"quote,omitempty"`
	Number  int    `json:"turn,omitempty"` // of the turn that is quoted, from 1
}

type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type role struct {
	Name  string `json:"name,omitempty"`
	ID    string `json:"id,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Agent string `json:"agent,omitempty"`
	About string `json:"about,omitempty"`
	Focal bool   `json:"focal"`
	Hue   int    `json:"-"`
}

type turn struct {
	Number  int     `json:"number"`
	Who     string  `json:"who,omitempty"`
	Focal   bool    `json:"focal"`
	Hue     int     `json:"-"`
	How     string  `json:"how,omitempty"` // whom it is for, or what it is when it is not said
	Pieces  []piece `json:"pieces,omitempty"`
	Deed    bool    `json:"deed"` // not said but done
	Scores  []chip  `json:"scores,omitempty"`
	Privacy []fact  `json:"privacy,omitempty"`
}

// piece is a part of what was said, and what was found in it.
type piece struct {
	Text  string `json:"text,omitempty"`
	Codes string `json:"codes,omitempty"` // "" where nothing was found
}

// chip is a score of a turn in a word or two.
type chip struct {
	Name    string `json:"name,omitempty"`
	Value   string `json:"value,omitempty"`
	Level   string `json:"level,omitempty"` // strong, weak, or "" for a number
	Why     string `json:"why,omitempty"`
	Missing bool   `json:"missing"`
}

type reward struct {
	Who     string  `json:"who,omitempty"`
	Value   string  `json:"value,omitempty"`
	Number  float64 `json:"-"`
	Missing string  `json:"missing,omitempty"`
	Terms   []fact  `json:"terms,omitempty"`
}

type score struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Why   string `json:"why,omitempty"`
}

// hues is how many colours roles have.
const hues = 8

// Of is what there is to show of an episode, for pages of another make.
func Of(state *episode.State, manifest *vignettev1.Manifest, options Options) *View {
	plan := state.Plan()
	scenario := plan.Scenario
	v := &View{
		Language: language(scenario), Title: plain(scenario.GetTitle()), Episode: plan.Episode, Run: plan.Run,
		Made: manifest.GetCreatedAt().AsTime().UTC().Format("2 January 2006"), Version: plain(manifest.GetProgramVersion()),
		Setting: plain(scenario.GetSetting()), Cell: cellOf(plan.Cell), Played: played(scenario, manifest), Private: options.Private,
	}
	if v.Title == "" {
		v.Title = plain(scenario.GetId())
	}
	names := namesOf(scenario)
	places := map[string]int{}
	for i, r := range scenario.GetRoles() {
		places[r.GetId()] = i % hues
		v.Roles = append(v.Roles, role{
			Name: names[r.GetId()], ID: plain(r.GetId()), Kind: enumname.Of(r.GetKind()), Agent: plain(r.GetAgent()),
			About: plain(r.GetPersona().GetIntroduction()), Focal: r.GetId() == scenario.GetFocal(), Hue: i % hues,
		})
	}
	for _, t := range state.Turns() {
		shown := turnOf(state, t, names)
		shown.Hue, shown.Focal = places[t.GetRole()], t.GetRole() == scenario.GetFocal()
		if options.Private {
			shown.Privacy = inside(t)
		}
		v.Turns = append(v.Turns, shown)
	}
	v.outcome(state)
	v.came(state)
	v.rewards(state, names)
	v.scores(state)
	if options.Private {
		v.probes(state, names)
	}
	return v
}

func language(scenario *vignettev1.Scenario) string {
	if scenario.GetLanguage() == "" {
		return "en"
	}
	return plain(scenario.GetLanguage())
}

// plain is a text without what could change how the text around it is shown: control characters and marks of direction.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E || r == 0x200F, r == 0xFEFF:
			return '\uFFFD'
		}
		return r
	}, text)
}

// namesOf are what roles are called: their names, with the id where two share one.
func namesOf(scenario *vignettev1.Scenario) map[string]string {
	used := map[string]int{}
	for _, r := range scenario.GetRoles() {
		used[episode.DisplayName(r)]++
	}
	names := map[string]string{}
	for _, r := range scenario.GetRoles() {
		names[r.GetId()] = plain(episode.DisplayName(r))
		if used[episode.DisplayName(r)] > 1 {
			names[r.GetId()] += " (" + plain(r.GetId()) + ")"
		}
	}
	return names
}

func cellOf(cell *vignettev1.Cell) []fact {
	facts := []fact{{"scenario", plain(cell.GetScenario())}}
	for _, level := range cell.GetFactors() {
		facts = append(facts, fact{plain(level.GetFactor()), plain(level.GetLevel())})
	}
	return append(facts, fact{"repeat", fmt.Sprint(cell.GetRepeat())})
}

// played says what the people in a conversation are: a page that is passed on must not be taken for one of people.
func played(scenario *vignettev1.Scenario, manifest *vignettev1.Manifest) string {
	var builtin bool
	var models, others []string
	add := func(list []string, name string) []string {
		if slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	for _, r := range scenario.GetRoles() {
		for _, agent := range manifest.GetAgents() {
			if agent.GetName() != r.GetAgent() {
				continue
			}
			switch agent.GetMind() {
			case "builtin":
				builtin = true
			case "llm":
				model := r.GetPolicy().GetModel()
				if model == "" {
					model = agent.GetModel()
				}
				models = add(models, plain(model))
			default:
				others = add(others, plain(agent.GetName()+" ("+agent.GetMind()+")"))
			}
		}
	}
	var parts []string
	if builtin {
		parts = append(parts, "builtin minds: rules, seeded; a simulation, not people")
	}
	if len(models) > 0 {
		parts = append(parts, "language models ("+strings.Join(models, ", ")+"); what they say they feel is a self-report")
	}
	parts = append(parts, others...)
	if len(parts) == 0 {
		return "Nobody says what played these roles."
	}
	return "Played by " + strings.Join(parts, "; also by ") + "."
}

func (v *View) outcome(state *episode.State) {
	turns := fmt.Sprintf("%d turns", len(state.Turns()))
	if len(state.Turns()) == 1 {
		turns = "1 turn"
	}
	switch {
	case state.Deleted() != nil:
		v.Outcome = "Deleted on " + state.Deleted().GetTime().AsTime().UTC().Format("2 January 2006") + ". " + plain(state.Deleted().GetReason())
	case state.Completed() != nil:
		v.Sound = state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK
		v.Outcome = fmt.Sprintf("%s after %s (%s)", enumname.Of(state.Completed().GetValidity()), turns, words(enumname.Of(state.Ended().GetReason())))
		if detail := plain(state.Completed().GetDetail()); detail != "" {
			v.Outcome += ": " + detail
		}
	case state.Failed() != nil:
		v.Outcome = "Failed after " + turns + ": " + plain(state.Failed().GetMessage())
	case len(state.Turns()) == 0:
		v.Outcome = "Nothing has been recorded."
	default:
		v.Outcome = "Unfinished: " + turns + " recorded, then nothing."
	}
}

func (v *View) came(state *episode.State) {
	for _, each := range outcomes.WhatCame(state) {
		shown := came{Reached: each.Reached, Verdict: each.Verdict(), Says: plain(each.Says), Quote: plain(each.Quote)}
		if shown.Quote != "" {
			shown.Number = int(each.Turn) + 1
		}
		v.Came = append(v.Came, shown)
	}
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func (v *View) rewards(state *episode.State, names map[string]string) {
	for _, r := range state.Completed().GetRewards() {
		shown := reward{Who: names[r.GetRole()]}
		if value, ok := r.GetOutcome().(*vignettev1.Reward_Value); ok {
			shown.Number, shown.Value = value.Value, fmt.Sprintf("%+.2f", value.Value)
		} else {
			shown.Missing = plain(r.GetMissing().GetDetail())
		}
		for _, term := range r.GetTerms() {
			text := enumname.Of(term.GetMissing().GetReason())
			if value, ok := term.GetOutcome().(*vignettev1.RewardTermValue_Value); ok {
				text = fmt.Sprintf("%+.2f", value.Value)
			}
			shown.Terms = append(shown.Terms, fact{fmt.Sprintf("%g × %s", term.GetWeight(), plain(term.GetDimension())), words(text)})
		}
		v.Rewards = append(v.Rewards, shown)
	}
}

func (v *View) scores(state *episode.State) {
	for _, s := range state.Scores() {
		if s.TurnIndex != nil {
			continue
		}
		value := words(enumname.Of(s.GetMissing().GetReason()))
		why := plain(s.GetRationale())
		if s.GetValue() != nil {
			value = fmt.Sprintf("%.2f", s.GetValue().GetNumber())
		} else if why == "" {
			why = plain(s.GetMissing().GetDetail())
		}
		v.Scores = append(v.Scores, score{plain(s.GetDimension()), value, why})
	}
}

func (v *View) probes(state *episode.State, names map[string]string) {
	for _, answer := range state.Probes() {
		text := "no answer: " + answer.GetRefusal()
		switch kind := answer.GetAnswer().(type) {
		case *vignettev1.ProbeAnswer_Text:
			text = kind.Text
		case *vignettev1.ProbeAnswer_Distress:
			text = fmt.Sprintf("distress %.0f", kind.Distress)
		case *vignettev1.ProbeAnswer_Probability:
			text = fmt.Sprintf("%.2f", kind.Probability)
		case *vignettev1.ProbeAnswer_Emotions:
			text = emotions(kind.Emotions.GetEmotions())
		}
		v.Probes = append(v.Probes, fact{fmt.Sprintf("%s, asked %s after %d turns", names[answer.GetRole()], plain(answer.GetProbe()), answer.GetAfterTurns()), plain(text)})
	}
}

func emotions(list []*vignettev1.EmotionIntensity) string {
	var parts []string
	for _, e := range list {
		parts = append(parts, fmt.Sprintf("%s %.2f", enumname.Of(e.GetEmotion()), e.GetIntensity()))
	}
	if len(parts) == 0 {
		return "none of the emotions"
	}
	return strings.Join(parts, ", ")
}
