package llm

import (
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// gate is how a client is by now and what it may tell, by the rules of the built-in client. Numbers stay on this side: the
// model reads words.
type gate struct {
	// Trust is "guarded", "warming" or "open".
	Trust string
	// Resistance is "yielding", "holding back" or "bristling".
	Resistance string
	// Distress is "calm", "uneasy", "hurting" or "overwhelmed"; empty, like all below it but what may be told, where a reader
	// took the place of the rules.
	Distress string
	// Felt are the emotions felt, strongest first, without those that may not be told yet; Unnamed says that there are such.
	Felt    []feltView
	Unnamed bool
	// Ambivalence and Willingness are thirds of their scales: "low", "middle" or "high".
	Ambivalence, Willingness string
	// Stage is the stage of change, empty where the card names none.
	Stage string
	// Open may be told; Locked says that there is more.
	Open   []client.Disclosure
	Locked bool

	// appraisal and state are the rules', nil where a reader took their place.
	appraisal *client.Appraisal
	state     *vignettev1.MentalState
}

// feltView is an emotion by its name in the vocabulary, and the third of the scale it is in.
type feltView struct{ Name, Strength string }

// step is a word for all of a scale from a number on.
type step struct {
	from float64
	word string
}

// Where a state gets another word, lowest first. Chosen; those of trust by the gates of the built-in client: before the
// second word the trouble at hand is told, from there on what lies behind it, and from the third on core beliefs.
var (
	trusting   = []step{{0, "guarded"}, {0.45, "warming"}, {0.60, "open"}}
	resisting  = []step{{0, "yielding"}, {0.25, "holding back"}, {0.5, "bristling"}}
	distressed = []step{{0, "calm"}, {20, "uneasy"}, {45, "hurting"}, {70, "overwhelmed"}}
)

// inWords is the word for a number on a scale.
func inWords(scale []step, x float64) string {
	word := scale[0].word
	for _, s := range scale {
		if x >= s.from {
			word = s.word
		}
	}
	return word
}

// gateOf appraises a conversation from its client's side. It is nil for others, and where the rules do not know the
// language.
func gateOf(obs *vignettev1.Observation) (*gate, error) {
	if !isClient(obs) || !isEnglish(languageOf(obs)) {
		return nil, nil
	}
	appraisal, err := client.Appraise(obs)
	if err != nil {
		return nil, err
	}
	state := appraisal.State()
	g := &gate{
		Trust: inWords(trusting, appraisal.Trust()), Resistance: inWords(resisting, appraisal.Resistance()), Distress: inWords(distressed, state.GetDistress()),
		Stage:       stageOf(state),
		Ambivalence: band(state.Ambivalence, 0), Willingness: band(state.Willingness, 0),
		Open: appraisal.Open(), Locked: appraisal.Locked() > 0, appraisal: appraisal, state: state,
	}
	for _, felt := range appraisal.Felt() {
		if felt.Kept {
			g.Unnamed = true
			continue
		}
		g.Felt = append(g.Felt, feltView{Name: enumname.Of(felt.Emotion), Strength: band(&felt.Intensity, 0)})
	}
	return g, nil
}

func isClient(obs *vignettev1.Observation) bool {
	return obs.GetSelf().GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT
}

// appraised is what is recorded beside the model's report about itself: the state, computed or read, or why there is none. It
// is nil for roles that nothing appraises.
func (s *scene) appraised() *vignettev1.Appraisal {
	switch {
	case s.reading != nil:
		return s.reading.appraisal()
	case s.gate != nil:
		return &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: s.gate.state}}
	}
	return nil
}

// after is the agent state for the next turn: the memory of the rules, or of what was read, and nothing else. What the model
// reports about itself never gets there.
func (s *scene) after(action *vignettev1.Action) ([]byte, error) {
	switch {
	case s.reading != nil:
		return s.reading.after()
	case s.gate != nil:
		return s.gate.appraisal.After(action)
	}
	return nil, nil
}

// stageOf is a stage of change by its short name, nothing for none.
func stageOf(state *vignettev1.MentalState) string {
	if state.GetStageOfChange() == vignettev1.StageOfChange_STAGE_OF_CHANGE_UNSPECIFIED {
		return ""
	}
	return enumname.Of(state.GetStageOfChange())
}
