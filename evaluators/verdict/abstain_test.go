package verdict_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Whoever scored, and whatever else: what is less sure than asked for is missing on both ends of the wire, once, and what it would have been is
// kept.
func TestSettleAbstains(t *testing.T) {
	sure := func(score *vignettev1.Score, confidence float64) *vignettev1.Score {
		score.Confidence = proto.Float64(confidence)
		return score
	}
	none := func(reason vignettev1.MissingReason) *vignettev1.Score {
		return &vignettev1.Score{Dimension: "whole", Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason}}}
	}
	for _, test := range []struct {
		name   string
		answer *vignettev1.Score
		want   string
	}{
		{"less sure", sure(valued("whole", nil, 7, ""), 0.69), "MISSING_REASON_ABSTAINED"},
		{"as sure", sure(valued("whole", nil, 7, ""), 0.7), "7"},
		{"does not say", valued("whole", nil, 7, ""), "7"},
		{"unsure that it does not apply", sure(none(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE), 0.2), "MISSING_REASON_ABSTAINED"},
		{"has none anyway", sure(none(vignettev1.MissingReason_MISSING_REASON_REFUSED), 0.2), "MISSING_REASON_REFUSED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			question := verdict.Question{Episode: "e", Role: "r", Whole: true, AbstainBelow: 0.7}
			whole := &vignettev1.EvaluatorDescription{Name: "judge", Method: "llm", Dimensions: description.GetDimensions()[2:]}
			once := verdict.Settle(whole, question, []*vignettev1.Score{test.answer})
			got := once[0].GetMissing().GetReason().String()
			if once[0].GetValue() != nil {
				got = "7"
			}
			if got != test.want {
				t.Errorf("%v, want %s", once[0], test.want)
			}
			if abstained := once[0].GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_ABSTAINED; abstained != (len(once[0].GetSamples()) == 1) {
				t.Errorf("kept %v", once[0].GetSamples())
			}
			if diff := cmp.Diff(once, verdict.Settle(whole, question, once), protocmp.Transform()); diff != "" {
				t.Errorf("the other end makes something else of it:\n%s", diff)
			}
		})
	}
}
