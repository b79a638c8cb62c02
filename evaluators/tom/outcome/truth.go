package outcome

import (
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Of says what came of a probe that was asked after some turns of an episode, and by which state it is known; an act is known
// without one.
func Of(spec *vignettev1.ProbeSpec, afterTurns int32, turns []Turn) (Shares, *vignettev1.MentalState, *Missing) {
	if spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT {
		came, none := nextAct(spec.GetAbout(), afterTurns, turns)
		return came, nil, none
	}
	felt, state, none := known(spec, afterTurns, turns)
	if none != nil {
		return nil, nil, none
	}
	var came Shares
	switch spec.GetKind() {
	case vignettev1.ProbeKind_PROBE_KIND_EMOTION:
		came, none = FeltMost(felt.felt), nil
		if came == nil {
			none = untold("how %s felt", spec.GetAbout())
		}
	case vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		came = believed(felt.beliefs, spec.GetStatement())
		if came == nil {
			none = untold("a belief of %s that bears on the statement", spec.GetAbout())
		}
	default:
		none = missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "a probe of kind %s asks for no distribution", enumname.Of(spec.GetKind()))
	}
	return came, state, none
}

// Distress is the distress that a probe of distress asks for, SUDS 0-100, and the state it stands in.
func Distress(spec *vignettev1.ProbeSpec, afterTurns int32, turns []Turn) (float64, *vignettev1.MentalState, *Missing) {
	felt, state, none := known(spec, afterTurns, turns)
	if none == nil && felt.distress == nil {
		none = untold("the distress of %s", spec.GetAbout())
	}
	if none != nil {
		return 0, nil, none
	}
	return *felt.distress, state, nil
}

// mind is what a first-order probe asks of a state, or a second-order one of a model in it.
type mind struct {
	felt     []*vignettev1.EmotionIntensity
	distress *float64
	beliefs  []*vignettev1.Belief
}

// known is what the other committed when it last acted.
func known(spec *vignettev1.ProbeSpec, afterTurns int32, turns []Turn) (mind, *vignettev1.MentalState, *Missing) {
	var last *Turn
	for i := range turns {
		if turns[i].Index < afterTurns && turns[i].Role == spec.GetAbout() {
			last = &turns[i]
		}
	}
	switch {
	case last == nil:
		return mind{}, nil, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "%s had not acted yet", spec.GetAbout())
	case last.State == nil:
		return mind{}, nil, untold("a mental state of %s", spec.GetAbout())
	case !SecondOrder(spec):
		return mind{last.State.GetFelt(), last.State.Distress, last.State.GetBeliefs()}, last.State, nil
	}
	for _, model := range last.State.GetOthers() {
		if model.GetRole() == spec.GetRole() {
			return mind{model.GetFelt(), model.Distress, model.GetBeliefs()}, last.State, nil
		}
	}
	return mind{}, nil, untold("what %s made of %s", spec.GetAbout(), spec.GetRole())
}

func untold(what string, args ...any) *Missing {
	return missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "nobody told "+what, args...)
}

// equal is how close intensities are that count as the same.
const equal = 1e-9

// FeltMost is the emotion felt most; several that are equally strong share the weight. Nil where no intensity is told: what is not
// told is not absent.
func FeltMost(felt []*vignettev1.EmotionIntensity) Shares {
	most := 0.0
	for _, e := range felt {
		most = max(most, e.GetIntensity())
	}
	if most <= 0 {
		return nil
	}
	came, strongest := Shares{}, 0.0
	for _, e := range felt {
		label := enumname.Of(e.GetEmotion())
		if _, twice := came[label]; !twice && e.GetIntensity() >= most-equal {
			came[label] = 1
			strongest++
		}
	}
	for label := range came {
		came[label] /= strongest
	}
	return came
}

const (
	// bears is the share of content words from which a belief is about a statement. Chosen.
	bears = 0.6
	// holds is the strength from which a belief is held. Chosen: the middle.
	holds = 0.5
)

// believed says whether a statement is held: by the belief that says most nearly what it says, or denies it. Nil where none does.
func believed(beliefs []*vignettev1.Belief, statement string) Shares {
	var nearest *vignettev1.Belief
	most := 0.0
	for _, belief := range beliefs {
		if overlap := language.Overlap(statement, belief.GetText()); overlap > most {
			nearest, most = belief, overlap
		}
	}
	if most < bears {
		return nil
	}
	held := nearest.GetStrength() >= holds
	if denies(statement) != denies(nearest.GetText()) {
		held = !held
	}
	if held {
		return Shares{Held: 1}
	}
	return Shares{NotHeld: 1}
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
