package scoring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	// describeTimeout bounds the question who an evaluator is, modelTimeout a question that models answer: the gateway has
	// limits of its own.
	describeTimeout = 10 * time.Second
	modelTimeout    = 90 * time.Minute
)

// Directory finds evaluators on the wire.
type Directory interface {
	Evaluator(name string) vignettev1.EvaluatorServiceClient
}

// Scorer asks one evaluator. Its fields must not change while it is asked; it is safe for concurrent use then.
type Scorer struct {
	Directory Directory
	// Clock waits for an evaluator that sheds load.
	Clock conductor.Clock
	// Use names the evaluator, its model if one judges, and its rubric if it goes by one. The role in it is not looked at.
	Use *vignettev1.EvaluatorUse
	// Run names this scoring in the books of calls to models; a budget in Terms is for what has its name.
	Run string
	// Terms are on what terms models may be asked.
	Terms conductor.Terms
	// Known are names of evaluators that come with the program, for messages. May be empty.
	Known []string
}

// Describe says what the evaluator measures, under the name that scenarios have for it. Errors say what to do: a name nobody
// serves, an evaluator without a judge.
func (s *Scorer) Describe(ctx context.Context) (*vignettev1.EvaluatorDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	name := s.Use.GetName()
	response, err := s.Directory.Evaluator(planning.EvaluatorAgent(s.Use)).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{Rubric: s.Use.GetRubric()})
	switch {
	case status.Code(err) == codes.Unavailable && s.judged():
		return nil, fmt.Errorf("evaluator %q has no judge that asks a model; leave --model away to go by its rules", name)
	case status.Code(err) == codes.Unavailable:
		return nil, fmt.Errorf("evaluator %q is not there: nobody serves that name; %s", name, protoyaml.DidYouMean(name, s.Known))
	case err != nil:
		return nil, fmt.Errorf("ask evaluator %q who it is: %w", name, err)
	case len(response.GetDescription().GetDimensions()) == 0:
		return nil, fmt.Errorf("evaluator %q declares no dimension", name)
	}
	description := proto.CloneOf(response.GetDescription())
	description.Name = name
	if s.judged() {
		description.Model = s.Use.GetModel()
	}
	return description, nil
}

func (s *Scorer) judged() bool { return s.Use.GetModel() != "" && s.Use.GetModel() != planning.Builtin }

// Score asks about a whole conversation: one score for each dimension of each turn of the role and of the episode. An
// evaluator that fails has scores that say so. The error is the context's, that the budget is spent, or that the evaluator is gone.
func (s *Scorer) Score(ctx context.Context, description *vignettev1.EvaluatorDescription, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	request = proto.CloneOf(request)
	request.Rubric, request.Samples, request.AbstainBelow = s.Use.GetRubric(), s.Use.GetSamples(), s.Use.GetAbstainBelow()
	timeout := time.Duration(0)
	if s.judged() {
		timeout = modelTimeout
		request.Model = s.Use.GetModel()
		request.Account = &vignettev1.ModelAccount{
			Run: s.Run, Task: "evaluate", Who: s.Use.GetName(), Kind: planning.ForEvaluators,
			Recorded: s.Terms.Recorded, MaxCost: s.Terms.MaxCost, MaxTokens: s.Terms.MaxTokens,
		}
	}
	var answer []*vignettev1.Score
	_, err := conductor.Retry(ctx, s.Clock, timeout, func(ctx context.Context) error {
		response, err := s.Directory.Evaluator(planning.EvaluatorAgent(s.Use)).Evaluate(ctx, request)
		answer = response.GetScores()
		return err
	})
	if err := s.final(ctx, err); err != nil {
		return nil, err
	}
	question := questionOf(request)
	if err != nil {
		return verdict.None(description, question, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, status.Convert(err).Message()), nil
	}
	return verdict.Settle(description, question, answer), nil
}

// final is why asking must end, if it must.
func (s *Scorer) final(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if reason, spent := conductor.BudgetSpent(err); spent {
		return errors.New(reason + "; what was answered is on record: the same command with a higher --max-cost or --max-tokens goes on")
	}
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("evaluator %q cannot be asked: %w", s.Use.GetName(), err)
	}
	return nil
}

func questionOf(request *vignettev1.EvaluateRequest) verdict.Question {
	question := verdict.Question{Episode: cmp.Or(request.GetEpisode(), "foreign"), Role: request.GetRole(), Whole: true, Texts: map[int32]string{}, AbstainBelow: request.GetAbstainBelow()}
	for _, turn := range request.GetTurns() {
		question.Texts[turn.GetIndex()] = turn.GetAction().GetText()
		if turn.GetRole() == request.GetRole() {
			question.Turns = append(question.Turns, turn.GetIndex())
		}
	}
	return question
}

// Only is the same conversation with the words of one role: what others said and did becomes silence, and what lay behind it is
// left out. A score that stays what it was without the words of the one it is about feeds on the other's: in interviews, on
// the questions (Burdisso et al. 2024, DAIC-WOZ).
func Only(request *vignettev1.EvaluateRequest, role string) *vignettev1.EvaluateRequest {
	return silence(request, func(turn *vignettev1.PerceivedTurn) bool { return turn.GetRole() != role })
}

// WithoutTurn is the same conversation with one turn silenced.
func WithoutTurn(request *vignettev1.EvaluateRequest, index int32) *vignettev1.EvaluateRequest {
	return silence(request, func(turn *vignettev1.PerceivedTurn) bool { return turn.GetIndex() == index })
}
