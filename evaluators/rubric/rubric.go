package rubric

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// shownVersion is how many digits of a rubric's hash make its version.
const shownVersion = 12

// Describe says what a rubric measures. Its version is a hash of the rubric.
func Describe(r *vignettev1.Rubric) *vignettev1.EvaluatorDescription {
	d := &vignettev1.EvaluatorDescription{
		Method: "builtin", Version: "rubric-" + Hash(r)[:shownVersion], Languages: r.GetLanguages(),
		Summary: cmp.Or(r.GetTitle(), r.GetId()),
	}
	if r.GetObjective() {
		d.Needs = []vignettev1.Need{vignettev1.Need_NEED_OBJECTIVE}
	}
	for _, dimension := range r.GetDimensions() {
		d.Dimensions = append(d.Dimensions, specOf(r, dimension))
	}
	if r.GetChecklist() {
		d.Dimensions = append(d.Dimensions, shareOf(r))
	}
	return d
}

// Hash is a hex sha256 of all that a rubric says.
func Hash(r *vignettev1.Rubric) string {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(r)
	if err != nil {
		return hex.EncodeToString(make([]byte, sha256.Size)) // Text that is no UTF-8, which no file has.
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// shareOf is the dimension that sums a checklist up.
func shareOf(r *vignettev1.Rubric) *vignettev1.DimensionSpec {
	return &vignettev1.DimensionSpec{
		Id: r.GetId() + ".share", Title: "Share answered with yes", Source: r.GetSource(), Max: 1, Episode: true, Scale: vignettev1.Scale_SCALE_NUMBER,
		Definition: "Share of the checklist's questions that are answered with yes, 0-1. What does not apply drops out; what has no answer otherwise leaves it without a number.",
	}
}

func specOf(r *vignettev1.Rubric, d *vignettev1.RubricDimension) *vignettev1.DimensionSpec {
	spec := &vignettev1.DimensionSpec{
		Id: d.GetId(), Title: cmp.Or(d.GetTitle(), d.GetId()), Definition: d.GetDefinition(), Source: cmp.Or(d.GetSource(), r.GetSource()),
		Min: d.GetMin(), Max: d.GetMax(), Turn: true, Scale: scaleOf(d),
	}
	for _, level := range d.GetLevels() {
		spec.Labels = append(spec.Labels, level.GetLabel())
	}
	switch n := float64(len(spec.Labels)); {
	case d.GetUnit() == vignettev1.RubricUnit_RUBRIC_UNIT_SPAN:
		spec.Max = n
	case d.Max == nil:
		spec.Max = spec.Min + n - 1
	}
	if d.GetUnit() == vignettev1.RubricUnit_RUBRIC_UNIT_EPISODE {
		spec.Turn, spec.Episode = false, true
	}
	return spec
}

func scaleOf(d *vignettev1.RubricDimension) vignettev1.Scale {
	switch {
	case d.GetUnit() == vignettev1.RubricUnit_RUBRIC_UNIT_SPAN:
		return vignettev1.Scale_SCALE_CODES
	case len(d.GetLevels()) == 0:
		return vignettev1.Scale_SCALE_NUMBER
	case d.GetUnordered():
		return vignettev1.Scale_SCALE_NOMINAL
	}
	return vignettev1.Scale_SCALE_ORDINAL
}

// NewService serves all rubrics; rate makes an evaluator of one, or says what is wrong with it. Version is that of the program.
//
// Errors: INVALID_ARGUMENT for a request without a rubric or with one that cannot be rated by, and those of the evaluator.
func NewService(version string, rate func(*vignettev1.Rubric) (evaluators.Evaluator, error)) vignettev1.EvaluatorServiceServer {
	return &service{version: version, rate: rate}
}

type service struct {
	vignettev1.UnimplementedEvaluatorServiceServer
	version string
	rate    func(*vignettev1.Rubric) (evaluators.Evaluator, error)
}

func (s *service) Describe(ctx context.Context, req *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	one, err := s.one(req.GetRubric())
	if err != nil {
		return nil, err
	}
	return one.Describe(ctx, req)
}

func (s *service) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) (*vignettev1.EvaluateResponse, error) {
	one, err := s.one(req.GetRubric())
	if err != nil {
		return nil, err
	}
	return one.Evaluate(ctx, req)
}

// one serves a single rubric.
func (s *service) one(r *vignettev1.Rubric) (vignettev1.EvaluatorServiceServer, error) {
	if r == nil {
		return nil, status.Error(codes.InvalidArgument, "the request has no rubric; in a scenario write `rubric:` and a file beside the name of the evaluator")
	}
	evaluator, err := s.rate(r)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "rubric %q: %v", r.GetId(), err)
	}
	return evaluators.NewService(r.GetId(), s.version, evaluator), nil
}

// Unread is the evaluator of a rubric where there is no model to read it: every score says so.
func Unread(r *vignettev1.Rubric) (evaluators.Evaluator, error) {
	if len(r.GetDimensions()) == 0 {
		return nil, fmt.Errorf("it has no dimensions")
	}
	return unread{r}, nil
}

type unread struct{ rubric *vignettev1.Rubric }

func (u unread) Describe() *vignettev1.EvaluatorDescription { return Describe(u.rubric) }

func (u unread) Evaluate(_ context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	why := evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
		"a rubric is read by a language model, and there is none; give one with --model evaluator=MODEL")
	var scores []*vignettev1.Score
	for _, spec := range u.Describe().GetDimensions() {
		scores = append(scores, evaluators.Everywhere(req, spec, why)...)
	}
	return scores, nil
}
