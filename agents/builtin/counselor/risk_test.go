package counselor

import (
	"slices"
	"testing"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What a client says to the question about suicide. Whoever does not plainly say no is not taken to have said it.
func TestReadsTheAnswerAboutDanger(t *testing.T) {
	for words, safe := range map[string]bool{
		"No. Not that.": true,
		"No. I'm not thinking of killing myself. I'm tired of how it is, but I want to live.":                                                        true,
		"I've never wanted to hurt myself, no.":                                                                                                      true,
		"I've told you how it is. I'm not going to do anything to myself.":                                                                           true,
		"You can tick that box. I don't want to die.":                                                                                                true,
		"I understand that you have to ask, and it's all right. No, I don't think about killing myself, I sometimes wish I could sleep for a month.": true,
		"No, please don't worry about that. I'm not going to hurt myself.":                                                                           true,

		"Yes.": false, "Sometimes.": false, "Yes, sometimes I do.": false, "I don't know.": false, "I'd rather not talk about that.": false,
		"Sometimes I think it would be easier not to wake up. I'm not going to do anything.":                       false,
		"There are moments when I don't want to be here. It's a thought, I don't have a plan.":                     false,
		"I've thought that it would be better if I weren't around. I haven't told anybody that.":                   false,
		"Sometimes I don't want to go on. Are you going to lock me up now? I'm not planning anything.":             false,
		"I do have evenings when I think that if I simply weren't there it would be quieter. I don't have a plan.": false,
		"Sometimes I don't want to be here. I won't do anything.":                                                  false,
		"Now and then I think I'd rather not be here. I make a joke instead. I'm not planning anything.":           false,
		"I don't want to worry you. Sometimes I think it would be easier not to be here, but I wouldn't do it.":    false,
		"No, but I want to die.": false,
	} {
		r := reading{}
		r.take(language.Read(words), func() bool { return true })
		if got := r.safe(); got != safe {
			t.Errorf("%q is taken for a no: %v", words, got)
		}
	}
}

// answered is what a skilled counselor does who has asked about danger and hears this.
func answered(t *testing.T, words string) []string {
	t.Helper()
	turn := hears(t, `{"v":1,"heard":5,"turns":3,"told":40,"risk":1,"risk_asked":true,"spoken":{}}`, words)
	var acts []string
	for _, piece := range turn.speech.Pieces() {
		acts = append(acts, piece.Act)
	}
	return acts
}

// hears is the turn of a skilled counselor with an agent state, who hears some words.
func hears(t *testing.T, state, words string) *turn {
	t.Helper()
	skill := 1.0
	obs := &vignettev1.Observation{
		TurnIndex: 6, TurnsLeft: 12, AgentState: []byte(state),
		Self:   &vignettev1.RoleCard{Id: "h", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Policy: &vignettev1.Policy{Modality: vignettev1.Modality_MODALITY_MI, Skill: &skill}},
		Others: []*vignettev1.Participant{{Id: "c", Name: "Ann", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}},
		Turns:  []*vignettev1.PerceivedTurn{{Index: 5, Role: "c", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: words}}},
	}
	turn, err := begin(obs)
	if err != nil {
		t.Fatal(err)
	}
	turn.decide()
	return turn
}

func TestFollowsEveryAnswerThatIsNoPlainNo(t *testing.T) {
	for _, words := range []string{"Yes.", "Sometimes.", "I'd rather not talk about that.", "Sometimes I don't want to be here. I won't do anything."} {
		if acts := answered(t, words); !slices.Contains(acts, "mi.risk") || slices.Contains(acts, "mi.acknowledge") {
			t.Errorf("%q is answered with %v", words, acts)
		}
	}
	if acts := answered(t, "No. Not that."); slices.Contains(acts, "mi.risk") || !slices.Contains(acts, "mi.acknowledge") {
		t.Errorf("a plain no is answered with %v", acts)
	}
}

// Whoever puts the question off is asked once more and then not pressed.
func TestAsksOnceMoreAndThenLeavesIt(t *testing.T) {
	const off = "I'd rather not talk about that."
	first := hears(t, `{"v":1,"heard":5,"turns":3,"told":40,"risk":1,"risk_asked":true,"spoken":{}}`, off)
	if first.memory.Risk != riskAsked || !first.memory.RiskAgain || !questionLast(first.speech.Text()) {
		t.Errorf("put off, says %q and has risk %d, asked again: %v", first.speech.Text(), first.memory.Risk, first.memory.RiskAgain)
	}
	second := hears(t, `{"v":1,"heard":5,"turns":3,"told":40,"risk":1,"risk_asked":true,"risk_again":true,"spoken":{}}`, off)
	if second.memory.Risk != riskFollowed || questionLast(second.speech.Text()) {
		t.Errorf("put off twice, says %q and has risk %d", second.speech.Text(), second.memory.Risk)
	}
}

// "I don't want to be difficult" is no hint at danger.
func TestHearsNoDangerInManners(t *testing.T) {
	for words, hint := range map[string]bool{
		"I don't want to be difficult.": false, "I don't want to be found on the floor again.": false,
		"I don't want to be alive.": true, "I don't want to be here any more.": true, "I don't want to live like that.": true,
	} {
		r := reading{}
		r.take(language.Read(words), func() bool { return true })
		if r.riskHint != hint {
			t.Errorf("%q is heard as a hint: %v", words, r.riskHint)
		}
	}
}
