package client

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Probe answers from the computed state about oneself, and from a simple reading about others. It changes nothing.
func (m *mind) Probe(_ context.Context, obs *vignettev1.Observation, probe *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	t, err := m.begin(obs)
	if err != nil {
		return nil, err
	}
	answer := &vignettev1.ProbeAnswer{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED}
	about := probe.GetAbout()
	oneself := about == "" || about == obs.GetSelf().GetId()
	if probe.GetOrder() == 2 {
		t.mirrorProbe(answer, probe.GetKind())
		return answer, nil
	}
	switch probe.GetKind() {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		felt := t.felt
		if !oneself {
			felt = t.readOther()
		}
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(felt)}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		answer.Answer = t.distressProbe(oneself)
	case vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		t.beliefProbe(answer, probe.GetStatement(), oneself)
	case vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT:
		answer.Answer = &vignettev1.ProbeAnswer_Acts{Acts: helperDoesNext()}
	case vignettev1.ProbeKind_PROBE_KIND_OPEN:
		answer.Answer = &vignettev1.ProbeAnswer_Text{Text: t.openProbe(oneself)}
	default:
		answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: "the client mind does not know this kind of probe"}
	}
	return answer, nil
}

// certainty is the share of a distribution given to what is felt; the rest is "none of these". Chosen.
const certainty = 0.95

// distribution reads intensities as shares.
func distribution(felt []*vignettev1.EmotionIntensity) *vignettev1.EmotionDistribution {
	sum := 0.0
	for _, f := range felt {
		sum += f.GetIntensity()
	}
	shares := &vignettev1.EmotionDistribution{}
	if sum == 0 {
		return shares
	}
	for _, f := range felt {
		share := certainty * f.GetIntensity() / sum
		shares.Emotions = append(shares.Emotions, &vignettev1.EmotionIntensity{Emotion: f.GetEmotion(), Intensity: &share})
	}
	return shares
}

func (t *turn) distressProbe(oneself bool) *vignettev1.ProbeAnswer_Distress {
	distress := t.memory.Distress
	if !oneself {
		distress = 15
		if t.heard.confrontation {
			distress = 40
		}
	}
	return &vignettev1.ProbeAnswer_Distress{Distress: round(distress)}
}

// mirrorProbe answers what the helper may take this client to feel: what it shows. It cannot know better.
func (t *turn) mirrorProbe(answer *vignettev1.ProbeAnswer, kind vignettev1.ProbeKind) {
	openness := shown[t.style] * (0.6 + 0.4*t.memory.Trust)
	switch kind {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(t.expressed(openness))}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: round(t.memory.Distress * openness)}
	default:
		answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: "a client has a view of what its helper takes it to feel, and no more"}
	}
}

// helperDoesNext is what a helper may do next, as clients know helpers: they ask, and take up what was said. Chosen.
func helperDoesNext() *vignettev1.ActDistribution {
	return &vignettev1.ActDistribution{Acts: []*vignettev1.ActProbability{
		{Act: vignettev1.ProbeAct_PROBE_ACT_ASK, Probability: 0.5}, {Act: vignettev1.ProbeAct_PROBE_ACT_ACKNOWLEDGE, Probability: 0.3},
		{Act: vignettev1.ProbeAct_PROBE_ACT_OFFER, Probability: 0.1},
	}}
}

// beliefProbe looks for the belief that says most nearly what the statement says. It answers nothing where none bears on it.
func (t *turn) beliefProbe(answer *vignettev1.ProbeAnswer, statement string, oneself bool) {
	if !oneself {
		answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: "a client forms no view of what its helper believes"}
		return
	}
	asked := language.StemsOf(language.Tokens(statement))
	best, overlap := (*item)(nil), 0.0
	for i := range t.items {
		it := &t.items[i]
		if it.kind != core && it.kind != rule && it.kind != thought {
			continue
		}
		if o := asked.Overlap(it.stems); o > overlap {
			best, overlap = it, o
		}
	}
	if best == nil || overlap < 0.5 {
		answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: "no belief of this client's model bears on the statement"}
		return
	}
	held := t.held(best)
	if denies(statement) != denies(best.quote) {
		held = 1 - held
	}
	answer.Answer = &vignettev1.ProbeAnswer_Probability{Probability: round(held)}
}

// denies says whether a statement is negated as a whole.
func denies(statement string) bool {
	tokens := language.Tokens(statement)
	for i := len(tokens) - 1; i >= 0; i-- {
		if tokens[i].IsWord() {
			return language.Negated(tokens, i)
		}
	}
	return false
}

func (t *turn) openProbe(oneself bool) string {
	if !oneself {
		return "Somebody who asks me questions. I can't tell what is going on in them."
	}
	words := "nothing much"
	if len(t.felt) > 0 {
		words = first(defaultWords[t.felt[0].GetEmotion()], 2)
	}
	return fmt.Sprintf("I feel %s. On a scale from 0 to 100 it is about %.0f.", words, t.memory.Distress)
}
