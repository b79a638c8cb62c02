package verdict

import (
	"cmp"
	"fmt"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Abstain returns the score that stands where an evaluator is less sure than a threshold, 0 to 1: none, ABSTAINED, with the
// confidence it has and, among its samples, what it would have been. A verdict that a dimension does not apply is one as well. What
// is sure enough, has no value anyway or does not say how sure it is, is returned as it is.
func Abstain(score *vignettev1.Score, below float64) *vignettev1.Score {
	unsure := score.Confidence != nil && score.GetConfidence() < below
	judged := score.GetValue() != nil || score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
	if !unsure || !judged {
		return score
	}
	out := proto.CloneOf(score)
	if len(out.GetSamples()) == 0 {
		out.Samples = []*vignettev1.SampledOutcome{{Count: 1}}
		if out.GetValue() != nil {
			out.Samples[0].Outcome = &vignettev1.SampledOutcome_Value{Value: out.GetValue()}
		} else {
			out.Samples[0].Outcome = &vignettev1.SampledOutcome_Missing{Missing: out.GetMissing()}
		}
	}
	out.Spans, out.Suggestion = nil, "" // codes are values too, and there is nothing to better in what was not judged
	out.Outcome = &vignettev1.Score_Missing{Missing: &vignettev1.Missing{
		Reason: vignettev1.MissingReason_MISSING_REASON_ABSTAINED,
		Detail: fmt.Sprintf("%s with confidence %.2f, below the %.2f that is asked for", said(score), score.GetConfidence(), below),
	}}
	return out
}

// said is a verdict in a word.
func said(score *vignettev1.Score) string {
	if value := score.GetValue(); value != nil {
		return cmp.Or(value.GetLabel(), fmt.Sprintf("%.4g", value.GetNumber()))
	}
	return "does not apply"
}
