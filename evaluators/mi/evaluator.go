package mi

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is what the evaluator is usually called on the wire.
const Name = "mi"

// Version of rules and weights. It changes whenever a verdict may.
const Version = "weighed-3"

// Evaluator codes motivational interviewing. It is safe for concurrent use. Make it with [New].
type Evaluator struct{}

// New returns the evaluator. It needs nothing but the transcript and who is a client: every other role is taken for a
// counselor.
func New() *Evaluator { return &Evaluator{} }

// Describe says what is measured.
func (*Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method: "builtin", Version: Version, Languages: []string{"en"},
		Summary:    "Motivational interviewing by rules and trained weights: what counselors do, where clients' talk leads, and MITI's summary measures.",
		Dimensions: slices.Concat(counselorDimensions(), clientDimensions(), episodeDimensions()),
	}
}

// Evaluate scores the turn asked for, or all turns of the role and the episode. It fails only when the context is done.
func (*Evaluator) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	s := newSession(req)
	var scores []*vignettev1.Score
	for _, each := range req.GetTurns() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		score := s.take(each)
		wanted := req.TurnIndex == nil || req.GetTurnIndex() == each.GetIndex()
		if each.GetRole() == req.GetRole() && wanted {
			scores = append(scores, score()...)
		}
		if req.TurnIndex != nil && each.GetIndex() >= req.GetTurnIndex() {
			return scores, nil
		}
	}
	return append(scores, s.summary(req.GetRole())...), nil
}

// notThis is the reason where a dimension is the other speaker's.
func notThis(dimensions []*vignettev1.DimensionSpec, turn int32, detail string) []*vignettev1.Score {
	scores := make([]*vignettev1.Score, len(dimensions))
	for i, d := range dimensions {
		scores[i] = inapplicable(d.GetId(), detail)
		scores[i].TurnIndex = proto.Int32(turn)
	}
	return scores
}

func inapplicable(dimension, detail string) *vignettev1.Score {
	return &vignettev1.Score{Dimension: dimension, Outcome: evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, detail)}
}
