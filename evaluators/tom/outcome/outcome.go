package outcome

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Shares are probabilities by label (a forecast), or the weights of what came about. They add up to 1 with [None] among them.
type Shares map[string]float64

// Labels that are names of no emotion and no act.
const (
	// None is for none of those a probe knows.
	None = "none"
	// Held and NotHeld are the outcomes of a belief.
	Held    = "held"
	NotHeld = "not_held"
)

// Turn is a turn with what lay behind it.
type Turn struct {
	Index  int32
	Role   string
	Action vignettev1.ActionKind
	State  *vignettev1.MentalState
	Acts   []*vignettev1.IntendedAct
}

// Missing says why nothing can be told.
type Missing = vignettev1.Missing

func missing(reason vignettev1.MissingReason, format string, args ...any) *Missing {
	return &Missing{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Reads says whether a probe asks about somebody else, which alone is reading a mind.
func Reads(spec *vignettev1.ProbeSpec) bool {
	return spec.GetAbout() != "" && spec.GetAbout() != spec.GetRole()
}

// SecondOrder says whether a probe asks for the other's model of the asked role.
func SecondOrder(spec *vignettev1.ProbeSpec) bool { return spec.GetOrder() == 2 }

// labels are the outcomes that each kind of probe allows.
var labels = map[vignettev1.ProbeKind][]string{
	vignettev1.ProbeKind_PROBE_KIND_EMOTION:  append(names(vignettev1.Emotion_name, func(n int32) string { return enumname.Of(vignettev1.Emotion(n)) }), None),
	vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT: append(names(vignettev1.ProbeAct_name, func(n int32) string { return enumname.Of(vignettev1.ProbeAct(n)) }), None),
	vignettev1.ProbeKind_PROBE_KIND_BELIEF:   {Held, NotHeld},
}

func names(values map[int32]string, of func(int32) string) []string {
	var out []string
	for _, number := range slices.Sorted(maps.Keys(values)) {
		if number != 0 {
			out = append(out, of(number))
		}
	}
	return out
}

// Labels are the outcomes that a kind of probe allows, [None] last; nil for kinds that ask for no distribution.
func Labels(kind vignettev1.ProbeKind) []string { return slices.Clone(labels[kind]) }

// Forecast reads an answer as a forecast. A refusal, and an answer that is none, have none.
func Forecast(spec *vignettev1.ProbeSpec, answer *vignettev1.ProbeAnswer) (Shares, *Missing) {
	said := Shares{}
	switch a := answer.GetAnswer().(type) {
	case *vignettev1.ProbeAnswer_Refusal:
		return nil, missing(vignettev1.MissingReason_MISSING_REASON_REFUSED, "%s", a.Refusal)
	case *vignettev1.ProbeAnswer_Emotions:
		for _, e := range a.Emotions.GetEmotions() {
			said[enumname.Of(e.GetEmotion())] += e.GetIntensity()
		}
	case *vignettev1.ProbeAnswer_Acts:
		for _, act := range a.Acts.GetActs() {
			said[enumname.Of(act.GetAct())] += act.GetProbability()
		}
	case *vignettev1.ProbeAnswer_Probability:
		said[Held], said[NotHeld] = a.Probability, 1-a.Probability
	}
	return Complete(spec.GetKind(), said)
}

// slack is how far probabilities may pass 1 because they were added in floating point, or rounded to three places.
const slack = 0.01

// Complete gives what is missing to 1 to [None]; it refuses what is no distribution over a kind's outcomes. A sum that passes 1 by
// rounding alone is scaled back.
func Complete(kind vignettev1.ProbeKind, said Shares) (Shares, *Missing) {
	all, sum := Shares{}, 0.0
	for _, label := range labels[kind] {
		all[label] = 0
	}
	for _, label := range slices.Sorted(maps.Keys(said)) {
		if _, known := all[label]; !known || said[label] < 0 {
			return nil, missing(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "%q with probability %v is no answer to a probe of kind %s", label, said[label], enumname.Of(kind))
		}
		all[label] = said[label]
		sum += said[label]
	}
	switch {
	case len(all) == 0:
		return nil, missing(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "a probe of kind %s asks for no distribution", enumname.Of(kind))
	case sum > 1+slack:
		return nil, missing(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "the probabilities add up to %.3f", sum)
	case sum > 1:
		for label := range all {
			all[label] /= sum
		}
	case kind != vignettev1.ProbeKind_PROBE_KIND_BELIEF:
		all[None] += 1 - sum
	}
	return all, nil
}

// Score is how one forecast did.
type Score struct {
	// Brier is 0 to 2, Log from 0 on; lower is better. Both are those of package stats.
	Brier, Log float64
	// Confidence is the probability of the top guess, Right how far it was right, 0-1.
	Confidence, Right float64
}

// Compare scores a forecast by what came about.
func Compare(kind vignettev1.ProbeKind, forecast, came Shares) (Score, error) {
	order := labels[kind]
	said, was := make([]float64, len(order)), make([]float64, len(order))
	for i, label := range order {
		said[i], was[i] = forecast[label], came[label]
	}
	var s Score
	var err error
	if s.Brier, err = stats.BrierScore(said, was); err != nil {
		return s, err
	}
	if s.Log, err = stats.LogScore(said, was); err != nil {
		return s, err
	}
	s.Confidence, s.Right, err = stats.TopGuess(said, was)
	return s, err
}
