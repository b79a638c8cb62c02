package evaluators

import (
	"context"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Evaluator judges conversations. It must be safe for concurrent use and must keep nothing about a conversation.
//
// Errors should carry a gRPC code (package status): Unavailable when it sheds load; any other error reaches the caller as
// it is. A dimension that cannot be scored is not an error but a score with a reason.
type Evaluator interface {
	// Describe says what is measured and what it needs to see. Name and version are filled in by the service.
	Describe() *vignettev1.EvaluatorDescription
	// Evaluate scores the turn the request names or, if it names none, all turns of the role and the episode. The request
	// has been checked and is not to be changed. A score needs its dimension, its turn index if it is about a turn, and a
	// value or a reason; ids, evaluator, role and provenance are filled in by the service (but for a prompt hash and the
	// model that was asked, which only the evaluator knows).
	Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error)
}
