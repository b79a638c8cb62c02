package judge

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// checklist has questions answered with no or yes, and counts what share is yes, after TICK (Cook, Rocktäschel, Foerster, Aumiller
// and Wang 2024, TICKing All the Boxes).
type checklist struct {
	*judge
	// dimensions are the questions, and the share last.
	dimensions []*vignettev1.DimensionSpec
}

func (c checklist) share() string { return c.dimensions[len(c.dimensions)-1].GetId() }

// Describe has the share beside the questions.
func (c checklist) Describe() *vignettev1.EvaluatorDescription {
	d := c.judge.Describe()
	d.Dimensions = c.dimensions
	return proto.CloneOf(d)
}

// Evaluate asks, and counts.
func (c checklist) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	scores, err := c.judge.Evaluate(ctx, req)
	if err != nil || req.TurnIndex != nil {
		return scores, err
	}
	return append(scores, c.sign(req, c.whole, []*vignettev1.Score{c.count(scores)})...), nil
}

// count is the share of yes. What has no answer might have been either, so it leaves none.
func (c checklist) count(scores []*vignettev1.Score) *vignettev1.Score {
	out := &vignettev1.Score{Dimension: c.share()}
	yes, answered := 0, 0
	for i, spec := range c.dimensions[:len(c.dimensions)-1] {
		score := of(scores, spec.GetId())
		switch {
		case score.GetValue() != nil:
			answered++
			if score.GetValue().GetLabel() == spec.GetLabels()[1] {
				yes++
			}
		case score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
			out.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, fmt.Sprintf("question %d has no answer: %s", i+1, score.GetMissing().GetDetail()))
			return out
		}
	}
	if answered == 0 {
		out.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "no question applies")
		return out
	}
	out.Outcome, out.Rationale = evaluators.Value(float64(yes)/float64(answered)), fmt.Sprintf("%d of %d questions are answered with yes.", yes, answered)
	return out
}

func of(scores []*vignettev1.Score, dimension string) *vignettev1.Score {
	for _, score := range scores {
		if score.GetDimension() == dimension && score.TurnIndex == nil {
			return score
		}
	}
	return nil
}
