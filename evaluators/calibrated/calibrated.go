// Package calibrated is an evaluator that asks another one and says what a model fitted to somebody's labels makes of its
// scores ("vignette calibrate"; docs/judges.md). The model is in calibration, which is pure.
//
// It may import the contracts, its room and internal. Whoever hosts it says how the other is asked.
package calibrated

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/calibrated/calibration"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Evaluator says what a model makes of another evaluator's scores. It is safe for concurrent use. Make it with [New].
type Evaluator struct {
	model *calibration.Model
	spec  *vignettev1.DimensionSpec
	base  vignettev1.EvaluatorServiceClient
}

// New returns the evaluator of a model; base is asked for the scores that the model reads. The error says what is wrong with it.
func New(model *calibration.Model, base vignettev1.EvaluatorServiceClient) (*Evaluator, error) {
	if err := model.Check(); err != nil {
		return nil, err
	}
	spec, err := model.Declared()
	if err != nil {
		return nil, err
	}
	spec.Episode = false
	return &Evaluator{model: model, spec: spec, base: base}, nil
}

// Describe says what is measured: the one dimension that was labelled, turn by turn.
func (e *Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method: "calibrated", Version: e.model.Version(), Languages: e.model.Languages, Needs: e.model.Needs,
		Summary:    fmt.Sprintf("What %s says on %s, calibrated on %d labels.", e.model.Evaluator, e.model.Dimension, e.model.Fit.Labels),
		Dimensions: []*vignettev1.DimensionSpec{e.spec},
	}
}

// Evaluate asks the other evaluator and calibrates what it says.
func (e *Evaluator) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	asked := proto.CloneOf(req)
	asked.AbstainBelow = 0 // it is this evaluator's confidence that is asked for
	response, err := e.base.Evaluate(ctx, asked)
	if err != nil {
		return nil, status.Errorf(status.Code(err), "evaluator %q, whose scores %q calibrates: %s", e.model.Evaluator, e.model.Name, status.Convert(err).Message())
	}
	turns, order := map[int32]map[string]*vignettev1.Score{}, []int32(nil)
	for _, score := range response.GetScores() {
		if score.TurnIndex == nil {
			continue
		}
		at := score.GetTurnIndex()
		if turns[at] == nil {
			turns[at], order = map[string]*vignettev1.Score{}, append(order, at)
		}
		turns[at][score.GetDimension()] = score
	}
	var out []*vignettev1.Score
	for _, at := range order {
		score, err := e.calibrate(turns[at])
		if err != nil {
			return nil, err
		}
		score.TurnIndex = proto.Int32(at)
		out = append(out, score)
	}
	return out, nil
}

// calibrate is the score of one turn. Where the other says that the dimension does not apply, so it is here.
func (e *Evaluator) calibrate(scores map[string]*vignettev1.Score) (*vignettev1.Score, error) {
	said := scores[e.model.Dimension]
	if rules := calibration.Rules(said.GetProvenance().GetVersion()); said != nil && rules != e.model.Rules {
		return nil, status.Errorf(codes.FailedPrecondition, "%q was calibrated on %q with %q, which has %q now: calibrate again", e.model.Name, e.model.Evaluator, e.model.Rules, rules)
	}
	if said.GetMissing() != nil {
		return &vignettev1.Score{Dimension: e.model.Dimension, Outcome: proto.CloneOf(said).GetOutcome()}, nil
	}
	values, err := calibration.Values(e.model.Features, scores)
	if lacking := (*calibration.Lacking)(nil); errors.As(err, &lacking) {
		reason := vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED
		if lacking.Missing != nil {
			reason = lacking.Missing.GetReason()
		}
		return &vignettev1.Score{Dimension: e.model.Dimension, Outcome: evaluators.Without(reason, lacking.Error())}, nil
	}
	if err != nil {
		return nil, err
	}
	return e.score(said, values), nil
}

func (e *Evaluator) score(said *vignettev1.Score, values []float64) *vignettev1.Score {
	class, probability := e.model.Say(values, slices.Index(e.model.Labels, said.GetValue().GetLabel()))
	label := said.GetValue().GetLabel()
	if class >= 0 {
		label = e.model.Labels[class]
	}
	value := evaluators.Value(numberOf(e.spec, label))
	value.Value.Label = label
	return &vignettev1.Score{
		Dimension: e.model.Dimension, Outcome: value, Confidence: proto.Float64(min(1, max(0, probability))),
		Rationale: fmt.Sprintf("%s says %s; by the labels it was calibrated on, %s with probability %.2f.", e.model.Evaluator, said.GetValue().GetLabel(), label, probability),
	}
}

// numberOf is a label's number: labels are evenly spaced over the range.
func numberOf(spec *vignettev1.DimensionSpec, label string) float64 {
	last := len(spec.GetLabels()) - 1
	for i, l := range spec.GetLabels() {
		if l == label && last > 0 {
			return spec.GetMin() + float64(i)*(spec.GetMax()-spec.GetMin())/float64(last)
		}
	}
	return spec.GetMin()
}
