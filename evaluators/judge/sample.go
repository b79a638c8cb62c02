package judge

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// aggregate makes one score of what several draws say of a dimension, in the order in which they were drawn. Not applicable is a
// verdict like a label. Where not more than half of the draws have a verdict there is none, and the most frequent reason says why.
//
//	label   the most frequent, of several the one drawn first; confidence is its share of all draws
//	number  the mean of those that have one, if they are the most frequent verdict; confidence is their share of all draws
//	        times 1 - 2s/(max - min), s the standard deviation (n): 1 where all are alike, 0 where half are at either end
//	codes   each that more than half of the draws with a verdict have; confidence is the mean over all codes that some draw has of the
//	        share of draws that say of it what is said here, times the share of draws with a verdict
//
// Reason, evidence and suggestion are those of the first draw that says the same, of numbers of the one nearest to the mean.
func aggregate(spec *vignettev1.DimensionSpec, draws []*vignettev1.Score) *vignettev1.Score {
	kind := mostFrequent(draws)
	agreeing := slices.DeleteFunc(slices.Clone(draws), func(draw *vignettev1.Score) bool { return kindOf(draw) != kind })
	share := float64(len(agreeing)) / float64(len(draws))
	var out *vignettev1.Score
	switch {
	case !judged(agreeing[0]):
		out = proto.CloneOf(agreeing[0])
		out.Confidence = nil
	case agreeing[0].GetValue() == nil:
		out = proto.CloneOf(agreeing[0])
		out.Confidence = &share
	case isCodes(spec):
		out = codesOf(agreeing, share)
	case len(spec.GetLabels()) > 0:
		out = labelOf(agreeing, len(draws))
	default:
		out = numberOfDraws(spec, agreeing, share)
	}
	out.Samples = outcomes(spec, draws)
	return out
}

// kindOf is what kind of answer a draw is: a value, or by its reason.
func kindOf(draw *vignettev1.Score) vignettev1.MissingReason { return draw.GetMissing().GetReason() }

// judged says whether a draw has a verdict.
func judged(draw *vignettev1.Score) bool {
	return draw.GetValue() != nil || kindOf(draw) == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
}

// mostFrequent is the most frequent kind among the verdicts if more than half of the draws have one, else among the others.
func mostFrequent(draws []*vignettev1.Score) vignettev1.MissingReason {
	verdicts := 0
	for _, draw := range draws {
		if judged(draw) {
			verdicts++
		}
	}
	enough := 2*verdicts > len(draws)
	var kinds []vignettev1.MissingReason
	for _, draw := range draws {
		if judged(draw) == enough {
			kinds = append(kinds, kindOf(draw))
		}
	}
	return mode(kinds)
}

// mode is the most frequent of some things, of several the one that comes first.
func mode[T comparable](things []T) T {
	count := map[T]int{}
	for _, thing := range things {
		count[thing]++
	}
	var best T
	for _, thing := range things {
		if count[thing] > count[best] {
			best = thing
		}
	}
	return best
}

func labelOf(agreeing []*vignettev1.Score, draws int) *vignettev1.Score {
	labels := make([]string, len(agreeing))
	for i, draw := range agreeing {
		labels[i] = draw.GetValue().GetLabel()
	}
	most := mode(labels)
	out := proto.CloneOf(agreeing[slices.Index(labels, most)])
	n := 0
	for _, label := range labels {
		if label == most {
			n++
		}
	}
	out.Confidence = proto.Float64(float64(n) / float64(draws))
	return out
}

func numberOfDraws(spec *vignettev1.DimensionSpec, agreeing []*vignettev1.Score, share float64) *vignettev1.Score {
	mean, square := 0.0, 0.0
	for _, draw := range agreeing {
		mean += draw.GetValue().GetNumber() / float64(len(agreeing))
	}
	mean = min(max(mean, spec.GetMin()), spec.GetMax()) // what is added up may be rounded out of the range
	for _, draw := range agreeing {
		off := draw.GetValue().GetNumber() - mean
		square += off * off / float64(len(agreeing))
	}
	nearest := slices.MinFunc(agreeing, func(a, b *vignettev1.Score) int {
		return cmp.Compare(math.Abs(a.GetValue().GetNumber()-mean), math.Abs(b.GetValue().GetNumber()-mean))
	})
	out := proto.CloneOf(nearest)
	out.GetValue().Number = mean
	out.Confidence = proto.Float64(share * max(0, 1-2*math.Sqrt(square)/(spec.GetMax()-spec.GetMin())))
	return out
}

// codesOf keeps each code that more than half of the draws have, with the words of the first of them.
func codesOf(agreeing []*vignettev1.Score, share float64) *vignettev1.Score {
	out := proto.CloneOf(agreeing[0])
	out.Spans = nil
	kept, sure, known := 0, 0.0, labelsOf(agreeing)
	for _, label := range known {
		having := slices.DeleteFunc(slices.Clone(agreeing), func(draw *vignettev1.Score) bool { return len(spansOf(draw, label)) == 0 })
		part := float64(len(having)) / float64(len(agreeing))
		if part > 0.5 {
			out.Spans = append(out.Spans, spansOf(having[0], label)...)
			kept++
		}
		sure += max(part, 1-part) / float64(len(known))
	}
	if len(known) == 0 {
		sure = 1
	}
	out.GetValue().Number, out.Confidence = float64(kept), proto.Float64(share*min(1, sure))
	return out
}

// labelsOf are the codes that some draw has, in the order in which they come.
func labelsOf(draws []*vignettev1.Score) []string {
	var out []string
	for _, draw := range draws {
		for _, span := range draw.GetSpans() {
			if !slices.Contains(out, span.GetLabel()) {
				out = append(out, span.GetLabel())
			}
		}
	}
	return out
}

func spansOf(draw *vignettev1.Score, label string) []*vignettev1.CodedSpan {
	return slices.DeleteFunc(slices.Clone(draw.GetSpans()), func(span *vignettev1.CodedSpan) bool { return span.GetLabel() != label })
}

// outcomes are what the draws said, each answer once.
func outcomes(spec *vignettev1.DimensionSpec, draws []*vignettev1.Score) []*vignettev1.SampledOutcome {
	var out []*vignettev1.SampledOutcome
	at := map[string]int{}
	for _, draw := range draws {
		said := &vignettev1.SampledOutcome{Count: 1}
		key := fmt.Sprint(kindOf(draw))
		if value := draw.GetValue(); value != nil {
			value = proto.CloneOf(value)
			if isCodes(spec) {
				value.Label = clipTo(codesIn(draw), maxLabel)
			}
			key = fmt.Sprint(value.GetNumber(), value.GetLabel())
			said.Outcome = &vignettev1.SampledOutcome_Value{Value: value}
		} else {
			said.Outcome = &vignettev1.SampledOutcome_Missing{Missing: draw.GetMissing()}
		}
		if i, known := at[key]; known {
			out[i].Count++
			continue
		}
		at[key] = len(out)
		out = append(out, said)
	}
	return out
}

// maxLabel is how long a label may be.
const maxLabel = 64

// codesIn are the codes of a draw in a line, sorted.
func codesIn(draw *vignettev1.Score) string {
	return strings.Join(slices.Sorted(slices.Values(labelsOf([]*vignettev1.Score{draw}))), " ")
}
