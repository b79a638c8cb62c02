package client

import (
	"context"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// telling is an observation of a client with a small model.
func telling(own, words string) *vignettev1.Observation {
	obs := hearing(own, words)
	shame := 0.8
	obs.Self.Persona.CognitiveModel = &vignettev1.CognitiveModel{
		RelevantHistory: "My mother counted every mistake aloud at supper.",
		CoreBeliefs:     []*vignettev1.CoreBelief{{Text: "I am a fraud through and through."}},
		Situations: []*vignettev1.DiagramSituation{{
			Situation: "The director stared at my backdrop.", Emotions: []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_SHAME, Intensity: &shame}},
		}},
	}
	obs.Chance = &vignettev1.Chance{Episode: 5, Turn: 6}
	return obs
}

// average is luck by which a client is about as reserved as most.
func average(obs *vignettev1.Observation) *vignettev1.Chance {
	for luck := uint64(1); ; luck++ {
		obs.Chance = &vignettev1.Chance{Episode: luck}
		if reserve := temperamentOf(obs, &sheet{}).reserve; reserve > -0.01 && reserve < 0.01 {
			return obs.Chance
		}
	}
}

func TestDoorOpensWithTrust(t *testing.T) {
	obs := telling("Work, I guess.", "What happened at work?")
	obs.Chance = average(obs)
	for _, test := range []struct {
		trust  string
		parts  []string
		locked int
	}{
		{"0.05", nil, 4}, {"0.3", []string{"situation", "feeling"}, 2}, {"0.5", []string{"situation", "feeling", "history"}, 1},
		{"0.7", []string{"situation", "feeling", "history", "core_belief"}, 0},
	} {
		obs.AgentState = []byte(`{"v":1,"heard":2,"turns":1,"trust":` + test.trust + `,"resistance":0.2,"distress":50,"ambivalence":0.5}`)
		before := proto.CloneOf(obs)
		a, err := Appraise(obs)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, d := range a.Open() {
			parts = append(parts, d.Part)
			if d.Text == "" || d.Told {
				t.Errorf("trust %s: %v", test.trust, d)
			}
		}
		if !slices.Equal(parts, test.parts) || a.Locked() != test.locked {
			t.Errorf("trust %s: open %v, %d locked; want %v, %d", test.trust, parts, a.Locked(), test.parts, test.locked)
		}
		if !proto.Equal(before, obs) {
			t.Error("the observation was changed")
		}
	}
	obs.AgentState = []byte(`{"v":9}`)
	if _, err := Appraise(obs); err == nil {
		t.Error("a state of another version is taken")
	}
}

func TestDoorNoticesWhatIsTold(t *testing.T) {
	for words, want := range map[string][]string{
		"He stared at it, the director. At my backdrop.": {"situation.0.0"},
		"I was so ashamed.":                                       {"feeling.0.0"},
		"I wasn't ashamed or anything.":                           nil,
		"The director is a nice man.":                             nil,
		"I'm a fraud, through and through, a fraud is what I am.": nil, // the gate is not open
		"": nil,
	} {
		obs := telling("Work, I guess.", "I see.")
		obs.AgentState = []byte(`{"v":1,"heard":2,"turns":1,"trust":0.3,"resistance":0.2,"distress":50,"ambivalence":0.5}`)
		a, err := Appraise(obs)
		if err != nil {
			t.Fatal(err)
		}
		kind := vignettev1.ActionKind_ACTION_KIND_SPEAK
		if words == "" {
			kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
		obs.AgentState, err = a.After(&vignettev1.Action{Kind: kind, Text: words})
		if err != nil {
			t.Fatal(err)
		}
		m, err := recall(obs, temperament{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.Told, want) {
			t.Errorf("%q tells %v, want %v", words, m.Told, want)
		}
		if m.Turns != 2 || m.Heard != 3 {
			t.Errorf("%q: %d turns, heard up to %d", words, m.Turns, m.Heard)
		}
	}
}

// committed drops what a mind sends while it answers, but for its state.
type committed struct{ state *vignettev1.MentalState }

func (c *committed) Commit(state *vignettev1.MentalState, _ []*vignettev1.IntendedAct) error {
	c.state = state
	return nil
}
func (*committed) Appraise(*vignettev1.Appraisal) error {
	panic("a computed state needs no appraisal beside it")
}
func (*committed) Say(string) error     { return nil }
func (*committed) Discard(string) error { return nil }
func (*committed) Watched() bool        { return false }

// Both minds read one conversation alike: the same trust, the same distress; and either goes on from the other's state.
func TestDoorAppraisesLikeTheMind(t *testing.T) {
	obs := telling("The director stared at my backdrop.", "It sounds like you felt ashamed when the director stared at your backdrop.")
	a, err := Appraise(obs)
	if err != nil {
		t.Fatal(err)
	}
	mine := &committed{}
	answer, err := New().Respond(context.Background(), obs, mine)
	if err != nil {
		t.Fatal(err)
	}
	if a.State().GetTrust() != mine.state.GetTrust() || a.State().GetDistress() != mine.state.GetDistress() || round(a.Trust()) != mine.state.GetTrust() {
		t.Errorf("appraised %v, the mind %v", a.State(), mine.state)
	}
	if a.Resistance() < 0 || strings.TrimSpace(answer.Action.GetText()) == "" || !agents.Allows(obs, answer.Action.GetKind()) {
		t.Errorf("answer %v", answer)
	}
	obs.AgentState = answer.AgentState
	if _, err := Appraise(obs); err != nil {
		t.Errorf("the mind's state: %v", err)
	}
}
