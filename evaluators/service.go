package evaluators

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// NewService makes an EvaluatorService of an evaluator, under the name it is addressed by on the wire. Version is the
// version of the program; an evaluator that states a version of its rules or prompts has both, "program+rules".
func NewService(name, version string, evaluator Evaluator) vignettev1.EvaluatorServiceServer {
	description := proto.CloneOf(evaluator.Describe())
	if rules := description.GetVersion(); rules != "" {
		version += "+" + rules
	}
	description.Name, description.Version = name, version
	return &service{evaluator: evaluator, description: description}
}

type service struct {
	vignettev1.UnimplementedEvaluatorServiceServer
	evaluator   Evaluator
	description *vignettev1.EvaluatorDescription
}

func (s *service) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: s.description}, nil
}

func (s *service) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) (*vignettev1.EvaluateResponse, error) {
	if err := s.check(req); err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "request to evaluator %q: %v", s.description.GetName(), err)
	}
	question := questionOf(req)
	if !Speaks(s.description.GetLanguages(), req.GetLanguage()) {
		detail := fmt.Sprintf("the conversation is in %q, this evaluator does %s",
			req.GetLanguage(), strings.Join(s.description.GetLanguages(), ", "))
		return &vignettev1.EvaluateResponse{Scores: verdict.None(s.description, question,
			vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED, detail)}, nil
	}
	answer, err := s.evaluator.Evaluate(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := s.declared(answer); err != nil {
		return nil, status.Errorf(codes.Internal, "evaluator %q broke the contract: %v", s.description.GetName(), err)
	}
	return &vignettev1.EvaluateResponse{Scores: verdict.Settle(s.description, question, answer)}, nil
}

// check says what keeps a request from being judged.
func (s *service) check(req *vignettev1.EvaluateRequest) error {
	if err := protovalidate.Validate(req); err != nil {
		return err
	}
	roles := map[string]bool{}
	for _, participant := range req.GetParticipants() {
		roles[participant.GetId()] = true
	}
	if !roles[req.GetRole()] {
		return fmt.Errorf("role: %q does not take part (participants: %s)", req.GetRole(), participantIDs(req))
	}
	last := int32(-1)
	for i, turn := range req.GetTurns() {
		switch {
		case !roles[turn.GetRole()]:
			return fmt.Errorf("turns[%d].role: %q does not take part (participants: %s)", i, turn.GetRole(), participantIDs(req))
		case turn.GetIndex() <= last:
			return fmt.Errorf("turns[%d].index: %d does not come after %d; turns must be in order, oldest first", i, turn.GetIndex(), last)
		}
		last = turn.GetIndex()
	}
	if req.TurnIndex != nil && !slices.Contains(turnsOf(req, req.GetRole()), req.GetTurnIndex()) {
		return fmt.Errorf("turn_index: turn %d is not one of role %q (its turns: %v)",
			req.GetTurnIndex(), req.GetRole(), turnsOf(req, req.GetRole()))
	}
	return nil
}

// declared refuses dimensions that were not declared: on this side of the wire that is a fault of the program. Everything
// else that can be wrong with a score is verdict's to settle.
func (s *service) declared(answer []*vignettev1.Score) error {
	for i, score := range answer {
		if s.dimension(score.GetDimension()) == nil {
			return fmt.Errorf("scores[%d]: dimension %q is not declared (declared: %s)",
				i, score.GetDimension(), strings.Join(s.dimensionIDs(), ", "))
		}
	}
	return nil
}

// Speaks says whether one of some languages is the asked one, by primary subtag (BCP 47): "en" does "en-GB". No languages
// at all means any; no asked language means English, as in scenarios.
func Speaks(languages []string, asked string) bool {
	if asked == "" {
		asked = "en"
	}
	return len(languages) == 0 || slices.ContainsFunc(languages, func(language string) bool {
		return strings.EqualFold(primary(language), primary(asked))
	})
}

func primary(tag string) string {
	end := strings.IndexAny(tag, "-_")
	if end < 0 {
		return tag
	}
	return tag[:end]
}

func questionOf(req *vignettev1.EvaluateRequest) verdict.Question {
	question := verdict.Question{Episode: req.GetEpisode(), Role: req.GetRole(), Whole: req.TurnIndex == nil, Texts: map[int32]string{}, AbstainBelow: req.GetAbstainBelow()}
	for _, turn := range req.GetTurns() {
		question.Texts[turn.GetIndex()] = turn.GetAction().GetText()
	}
	if req.TurnIndex != nil {
		question.Turns = []int32{req.GetTurnIndex()}
	} else {
		question.Turns = turnsOf(req, req.GetRole())
	}
	return question
}

func turnsOf(req *vignettev1.EvaluateRequest, role string) []int32 {
	var out []int32
	for _, turn := range req.GetTurns() {
		if turn.GetRole() == role {
			out = append(out, turn.GetIndex())
		}
	}
	return out
}

func (s *service) dimension(id string) *vignettev1.DimensionSpec {
	for _, spec := range s.description.GetDimensions() {
		if spec.GetId() == id {
			return spec
		}
	}
	return nil
}

func (s *service) dimensionIDs() []string {
	var ids []string
	for _, spec := range s.description.GetDimensions() {
		ids = append(ids, spec.GetId())
	}
	return ids
}

func participantIDs(req *vignettev1.EvaluateRequest) string {
	var ids []string
	for _, participant := range req.GetParticipants() {
		ids = append(ids, fmt.Sprintf("%q", participant.GetId()))
	}
	return strings.Join(ids, ", ")
}
