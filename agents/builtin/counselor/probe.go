package counselor

import (
	"context"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Probe answers from the model of the client, and about oneself. It changes nothing.
func (mind) Probe(_ context.Context, obs *vignettev1.Observation, probe *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	t, err := begin(obs)
	if err != nil {
		return nil, err
	}
	answer := &vignettev1.ProbeAnswer{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED}
	oneself := probe.GetAbout() == "" || probe.GetAbout() == obs.GetSelf().GetId()
	switch client := t.client(); {
	case oneself:
		t.aboutMyself(answer, probe)
	case client == nil || probe.GetAbout() != client.GetId():
		refuse(answer, "the counselor mind keeps a picture of its client only")
	case probe.GetOrder() == 2:
		t.aboutHowITakeIt(answer, probe)
	default:
		t.aboutClient(answer, probe)
	}
	return answer, nil
}

func refuse(answer *vignettev1.ProbeAnswer, why string) {
	answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: why}
}

func (t *turn) aboutMyself(answer *vignettev1.ProbeAnswer, probe *vignettev1.ProbeSpec) {
	switch probe.GetKind() {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(t.felt())}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: *number(t.ownDistress())}
	case vignettev1.ProbeKind_PROBE_KIND_OPEN:
		answer.Answer = &vignettev1.ProbeAnswer_Text{Text: t.picture()}
	default:
		refuse(answer, "the counselor mind has no such view of itself")
	}
}

func (t *turn) aboutClient(answer *vignettev1.ProbeAnswer, probe *vignettev1.ProbeSpec) {
	switch probe.GetKind() {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: t.clientFeelsMost()}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: *number(t.clientDistress())}
	case vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		answer.Answer = &vignettev1.ProbeAnswer_Probability{Probability: *number(t.clientHolds(probe.GetStatement()))}
	case vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT:
		answer.Answer = &vignettev1.ProbeAnswer_Acts{Acts: t.clientDoesNext()}
	case vignettev1.ProbeKind_PROBE_KIND_OPEN:
		answer.Answer = &vignettev1.ProbeAnswer_Text{Text: t.picture()}
	default:
		refuse(answer, "the counselor mind does not know this kind of probe")
	}
}

// aboutHowITakeIt answers what the client makes of the counselor: mostly somebody calm, less so when the client was snapped at or is
// angry, since people read into others what they meet.
func (t *turn) aboutHowITakeIt(answer *vignettev1.ProbeAnswer, probe *vignettev1.ProbeSpec) {
	if probe.GetKind() != vignettev1.ProbeKind_PROBE_KIND_EMOTION {
		refuse(answer, "the counselor mind has a view of what its client takes it to feel, and no more")
		return
	}
	anger := seenAsAngry * (1 - t.skill)
	if t.read.annoyed {
		anger += seenAsAngry
	}
	answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{Emotions: []*vignettev1.EmotionIntensity{
		{Emotion: vignettev1.Emotion_EMOTION_CALM, Intensity: floored(seenAtAll - anger)}, {Emotion: vignettev1.Emotion_EMOTION_ANGER, Intensity: floored(anger)},
	}}}
}

const (
	// seenAsAngry is how probable it is that a client takes a counselor for angry, for want of skill and again when it is angry itself.
	// Chosen.
	seenAsAngry = 0.15
	// seenAtAll is how probable it is that it is taken for calm or angry; the rest is "none of these". Chosen.
	seenAtAll = 0.95
)

// distribution reads intensities as shares; what is missing to 1 is "none of these".
func distribution(felt []*vignettev1.EmotionIntensity) *vignettev1.EmotionDistribution {
	shares, sum := &vignettev1.EmotionDistribution{}, 0.1
	for _, f := range felt {
		sum += f.GetIntensity()
	}
	for _, f := range felt {
		shares.Emotions = append(shares.Emotions, &vignettev1.EmotionIntensity{Emotion: f.GetEmotion(), Intensity: number(f.GetIntensity() / sum)})
	}
	return shares
}

const (
	// sameThought is the share of content words from which something that was said bears on a statement. Chosen.
	sameThought = 0.5
	// undecided is the answer where nothing bears on it: to be asked is no evidence.
	undecided = 0.5
	// impliedStrength is how strongly a client is taken to hold what it said in its own voice. Chosen.
	impliedStrength = 0.65
)

// clientHolds is how probable it is that the client holds a statement for true, 0-1: by what it quoted from its own head, then by what
// it said. A statement that denies what was said is held the less.
func (t *turn) clientHolds(statement string) float64 {
	for _, heard := range []struct {
		said     []string
		strength float64
	}{{t.memory.Thoughts, quotedStrength}, {t.memory.Mirrors, impliedStrength}} {
		for _, said := range heard.said {
			if language.Overlap(statement, said) < sameThought {
				continue
			}
			if denies(statement) != denies(said) {
				return 1 - heard.strength
			}
			return heard.strength
		}
	}
	return undecided
}

// denies says whether a sentence is negated as a whole.
func denies(sentence string) bool {
	tokens := language.Tokens(sentence)
	for i := len(tokens) - 1; i >= 0; i-- {
		if tokens[i].IsWord() {
			return language.Negated(tokens, i)
		}
	}
	return false
}

// clientDoesNext is what the client may do in its next turn: who is asked tells, who is given advice says no more often, and who was
// put off last time holds back again. The numbers are chosen.
func (t *turn) clientDoesNext() *vignettev1.ActDistribution {
	next := map[vignettev1.ProbeAct]float64{
		vignettev1.ProbeAct_PROBE_ACT_DISCLOSE: 3, vignettev1.ProbeAct_PROBE_ACT_AGREE: 1, vignettev1.ProbeAct_PROBE_ACT_DEFLECT: 0.7,
		vignettev1.ProbeAct_PROBE_ACT_REFUSE: 0.7, vignettev1.ProbeAct_PROBE_ACT_ACKNOWLEDGE: 0.4, vignettev1.ProbeAct_PROBE_ACT_ASK: 0.2, vignettev1.ProbeAct_PROBE_ACT_LEAVE: 0.1,
	}
	switch own := t.lastWords(); {
	case t.memory.Bye || t.obs.GetTurnsLeft() == 1:
		next[vignettev1.ProbeAct_PROBE_ACT_LEAVE] += 6
	case questionLast(own):
		next[vignettev1.ProbeAct_PROBE_ACT_DISCLOSE] += 3
	case t.memory.Offered:
		next[vignettev1.ProbeAct_PROBE_ACT_AGREE]++
		next[vignettev1.ProbeAct_PROBE_ACT_REFUSE] += 2 * (1 - t.skill)
	}
	next[vignettev1.ProbeAct_PROBE_ACT_REFUSE] += 2 * (1 - t.skill)
	return actShares(next)
}

// lastWords are what this counselor said last.
func (t *turn) lastWords() string {
	for i := len(t.obs.GetTurns()) - 1; i >= 0; i-- {
		if turn := t.obs.GetTurns()[i]; turn.GetRole() == t.obs.GetSelf().GetId() {
			return turn.GetAction().GetText()
		}
	}
	return ""
}

// other is what is left for acts that are none of those a probe knows. Chosen.
const other = 0.3

func actShares(weights map[vignettev1.ProbeAct]float64) *vignettev1.ActDistribution {
	shares, sum := &vignettev1.ActDistribution{}, other
	for act := vignettev1.ProbeAct(1); int(act) < len(vignettev1.ProbeAct_name); act++ {
		sum += weights[act]
	}
	for act := vignettev1.ProbeAct(1); int(act) < len(vignettev1.ProbeAct_name); act++ {
		if weights[act] > 0 {
			shares.Acts = append(shares.Acts, &vignettev1.ActProbability{Act: act, Probability: *floored(weights[act] / sum)})
		}
	}
	return shares
}
