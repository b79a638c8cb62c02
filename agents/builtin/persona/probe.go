package persona

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sameBelief is the share of content words by which a statement is taken for a belief the role holds. Chosen.
const sameBelief = 0.6

// Probe answers a question outside the conversation from the mental state as it now is. What the role has no view on is
// refused with a reason.
func (mind) Probe(_ context.Context, obs *vignettev1.Observation, probe *vignettev1.ProbeSpec) (*vignettev1.ProbeAnswer, error) {
	p, err := play(obs)
	if err != nil {
		return nil, err
	}
	answer := &vignettev1.ProbeAnswer{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED}
	state := p.Mental()
	if about := probe.GetAbout(); about != "" && about != obs.GetSelf().GetId() {
		readOther(answer, state, probe)
		return answer, nil
	}
	switch probe.GetKind() {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(p.Felt())}
	case vignettev1.ProbeKind_PROBE_KIND_DISTRESS:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: state.GetDistress()}
	case vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		believe(answer, state.GetBeliefs(), probe.GetStatement())
	case vignettev1.ProbeKind_PROBE_KIND_OPEN:
		answer.Answer = &vignettev1.ProbeAnswer_Text{Text: state.GetInnerThought()}
	default:
		return nil, status.Errorf(codes.InvalidArgument, "probe %q has kind %s, which this mind does not know", probe.GetId(), probe.GetKind())
	}
	return answer, nil
}

// readOther answers a probe about somebody else from the model of them.
func readOther(answer *vignettev1.ProbeAnswer, state *vignettev1.MentalState, probe *vignettev1.ProbeSpec) {
	var model *vignettev1.ModelOfOther
	for _, other := range state.GetOthers() {
		if other.GetRole() == probe.GetAbout() {
			model = other
		}
	}
	switch {
	case model == nil:
		refuse(answer, "this role has no reading of them")
	case probe.GetOrder() == 2:
		shown(answer, state, probe.GetKind())
	case probe.GetKind() == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT:
		answer.Answer = &vignettev1.ProbeAnswer_Acts{Acts: usual()}
	case probe.GetKind() == vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(model.GetFelt())}
	case probe.GetKind() == vignettev1.ProbeKind_PROBE_KIND_DISTRESS && model.Distress != nil:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: model.GetDistress()}
	case probe.GetKind() == vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		believe(answer, model.GetBeliefs(), probe.GetStatement())
	default:
		refuse(answer, "a rule-based mind has no words for that")
	}
}

// shown answers what the other may take this role to feel: what it shows.
func shown(answer *vignettev1.ProbeAnswer, state *vignettev1.MentalState, kind vignettev1.ProbeKind) {
	switch {
	case kind == vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		answer.Answer = &vignettev1.ProbeAnswer_Emotions{Emotions: distribution(state.GetExpressed())}
	case kind == vignettev1.ProbeKind_PROBE_KIND_DISTRESS && state.ExpressedDistress != nil:
		answer.Answer = &vignettev1.ProbeAnswer_Distress{Distress: state.GetExpressedDistress()}
	default:
		refuse(answer, "this role has a view of what the others take it to feel, and no more")
	}
}

// usual is what somebody does next in a talk about a request: it explains itself, objects, asks. A rule-based role looks no
// further. Chosen.
func usual() *vignettev1.ActDistribution {
	return &vignettev1.ActDistribution{Acts: []*vignettev1.ActProbability{
		{Act: vignettev1.ProbeAct_PROBE_ACT_DISCLOSE, Probability: 0.3}, {Act: vignettev1.ProbeAct_PROBE_ACT_REFUSE, Probability: 0.2},
		{Act: vignettev1.ProbeAct_PROBE_ACT_ASK, Probability: 0.2}, {Act: vignettev1.ProbeAct_PROBE_ACT_AGREE, Probability: 0.1},
		{Act: vignettev1.ProbeAct_PROBE_ACT_OFFER, Probability: 0.1},
	}}
}

// believe answers with the strength of the belief that the statement is most like.
func believe(answer *vignettev1.ProbeAnswer, beliefs []*vignettev1.Belief, statement string) {
	var best *vignettev1.Belief
	most := 0.0
	for _, belief := range beliefs {
		if overlap := language.Overlap(statement, belief.GetText()); overlap > most {
			best, most = belief, overlap
		}
	}
	if most < sameBelief {
		refuse(answer, "no belief of this role bears on the statement")
		return
	}
	answer.Answer = &vignettev1.ProbeAnswer_Probability{Probability: best.GetStrength()}
}

func refuse(answer *vignettev1.ProbeAnswer, reason string) {
	answer.Answer = &vignettev1.ProbeAnswer_Refusal{Refusal: reason}
	answer.Source = vignettev1.StateSource_STATE_SOURCE_UNSPECIFIED
}

// distribution makes probabilities of intensities: divided by their sum when that is more than 1; what is missing to 1 is
// "none of these".
func distribution(felt []*vignettev1.EmotionIntensity) *vignettev1.EmotionDistribution {
	sum := 0.0
	for _, e := range felt {
		sum += e.GetIntensity()
	}
	sum = max(sum, 1)
	list := &vignettev1.EmotionDistribution{}
	for _, e := range felt {
		list.Emotions = append(list.Emotions, &vignettev1.EmotionIntensity{Emotion: e.GetEmotion(), Intensity: proto.Float64(e.GetIntensity() / sum)})
	}
	return list
}
