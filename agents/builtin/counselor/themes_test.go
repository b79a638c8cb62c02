package counselor

import (
	"math"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// after is a counselor that has heard some turns of its client, one after the other.
func after(t *testing.T, skill float64, heard ...string) *turn {
	t.Helper()
	obs := &vignettev1.Observation{
		Self:   &vignettev1.RoleCard{Id: "helper", Policy: &vignettev1.Policy{Skill: proto.Float64(skill)}},
		Others: []*vignettev1.Participant{{Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}},
	}
	if len(heard) == 0 {
		heard = []string{""}
	}
	var last *turn
	for i, text := range heard {
		obs.TurnIndex = int32(i + 1)
		obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: "client", Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text,
		}})
		var err error
		if last, err = begin(obs); err != nil {
			t.Fatal(err)
		}
		last.memory.Heard = int32(i + 1)
		if obs.AgentState, err = last.memory.encode(); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func (t *turn) shareOf(emotion vignettev1.Emotion) float64 {
	for _, e := range t.clientFeelsMost().GetEmotions() {
		if e.GetEmotion() == emotion {
			return e.GetIntensity()
		}
	}
	return 0
}

func TestFeelsMost(t *testing.T) {
	none := after(t, 1)
	for _, test := range []struct {
		name    string
		heard   []string
		emotion vignettev1.Emotion
		// more or less probable than before a word was said
		more bool
	}{
		{"named", []string{"I feel so guilty about it."}, vignettev1.Emotion_EMOTION_GUILT, true},
		{"denied", []string{"I'm not guilty of anything."}, vignettev1.Emotion_EMOTION_GUILT, false},
		{"somebody else's", []string{"A boy was alone at the gate."}, vignettev1.Emotion_EMOTION_LONELINESS, false},
		{"one's own", []string{"I was so alone there."}, vignettev1.Emotion_EMOTION_LONELINESS, true},
		{"not named: danger", []string{"What if something bad happens to her?"}, vignettev1.Emotion_EMOTION_ANXIETY, true},
		{"not named: fault", []string{"It was my fault. I should have called."}, vignettev1.Emotion_EMOTION_GUILT, true},
		{"not named: others' eyes", []string{"They were all staring at me."}, vignettev1.Emotion_EMOTION_SHAME, true},
		{"not named: a wrong", []string{"It's just not fair."}, vignettev1.Emotion_EMOTION_ANGER, true},
		{"nothing", []string{"The bus was late."}, vignettev1.Emotion_EMOTION_ANGER, false},
	} {
		got, before := after(t, 1, test.heard...).shareOf(test.emotion), none.shareOf(test.emotion)
		if (got > before+0.01) != test.more {
			t.Errorf("%s: %q gives %.3f, nothing %.3f", test.name, test.heard, got, before)
		}
	}
	both := after(t, 1, "I feel hurt.", "And I feel lonely too.")
	if both.shareOf(vignettev1.Emotion_EMOTION_HURT) <= both.shareOf(vignettev1.Emotion_EMOTION_LONELINESS) {
		t.Error("what is named first does not weigh most")
	}
	if kept := after(t, 1, "I feel hurt.", "The bus was late.", "It rained."); kept.shareOf(vignettev1.Emotion_EMOTION_HURT) != after(t, 1, "I feel hurt.").shareOf(vignettev1.Emotion_EMOTION_HURT) {
		t.Error("an impression fades")
	}
	if novice, expert := after(t, 0, "They were all staring at me."), after(t, 1, "They were all staring at me."); novice.shareOf(vignettev1.Emotion_EMOTION_SHAME) >= expert.shareOf(vignettev1.Emotion_EMOTION_SHAME) {
		t.Error("a novice hears what is not said as well as an expert")
	}
}

// An answer is a distribution, and never a certainty.
func TestFeelsMostIsADistribution(t *testing.T) {
	for _, heard := range [][]string{nil, {"I feel guilty, guilty, guilty."}, {"I'm ashamed.", "Ashamed.", "So ashamed.", "Really ashamed."}} {
		sum, most := 0.0, 0.0
		for _, e := range after(t, 1, heard...).clientFeelsMost().GetEmotions() {
			sum, most = sum+e.GetIntensity(), math.Max(most, e.GetIntensity())
		}
		if sum > 1 || most > surest || sum < 0.9 {
			t.Errorf("%q: shares add up to %v, the most is %v", heard, sum, most)
		}
	}
}

func TestHolds(t *testing.T) {
	c := after(t, 1, `There's this thought: "They will all find out that I can't cook."`)
	for statement, want := range map[string]string{
		"They will find out that I can't cook.": "more", "They will find out that I can cook.": "less", "Penguins swim.": "even",
	} {
		got := "even"
		if x := c.clientHolds(statement); x > undecided {
			got = "more"
		} else if x < undecided {
			got = "less"
		}
		if got != want {
			t.Errorf("%q is held %s than not, want %s (thoughts %q)", statement, got, want, c.memory.Thoughts)
		}
	}
}

// Who was asked is expected to tell, and at the end of the time to take leave.
func TestDoesNext(t *testing.T) {
	share := func(c *turn, act vignettev1.ProbeAct) float64 {
		for _, p := range c.clientDoesNext().GetActs() {
			if p.GetAct() == act {
				return p.GetProbability()
			}
		}
		return 0
	}
	told, asked := after(t, 1, "Hello."), after(t, 1, "Hello.")
	told.obs.Turns = append(told.obs.Turns, &vignettev1.PerceivedTurn{Index: 1, Role: "helper", Action: &vignettev1.Action{Text: "I see."}})
	asked.obs.Turns = append(asked.obs.Turns, &vignettev1.PerceivedTurn{Index: 1, Role: "helper", Action: &vignettev1.Action{Text: "What happened?"}})
	if disclose := vignettev1.ProbeAct_PROBE_ACT_DISCLOSE; share(asked, disclose) <= share(told, disclose) {
		t.Error("a question makes no answer more probable")
	}
	over := after(t, 1, "Hello.")
	over.obs.TurnsLeft = 1
	if leave := vignettev1.ProbeAct_PROBE_ACT_LEAVE; share(over, leave) < 0.4 {
		t.Errorf("at the end, leave has %v", share(over, leave))
	}
}
