package environment

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/evaluators/reward"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Line is a turn of a conversation that was not played here.
type Line struct {
	// Learner says that the rewarded role speaks; else it is the first of the others.
	Learner bool
	// Text is what is said.
	Text string
}

// Judge composes the reward of a role of a library scenario ("" is the focal one) for a conversation that was not played here, as its
// evaluators see it. Nothing is recorded. What only a played episode has (mental states, probes) is missing, and says so.
func (s *Service) Judge(ctx context.Context, library, role string, lines []Line) (*vignettev1.Reward, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	scenario, err := situation(&vignettev1.ResetItem{Situation: &vignettev1.ResetItem_Library{Library: library}})
	if err != nil {
		return nil, err
	}
	if scenario == nil {
		return nil, refuse(codes.InvalidArgument, ReasonRequest, "which scenario's reward is asked for is not said")
	}
	played, role, err := seated(scenario, role, vignettev1.RewardTiming_REWARD_TIMING_ON_OUTCOME)
	if err != nil {
		return nil, err
	}
	sketch, err := s.sketches.get(ctx, s.config.Runner, played, nil)
	if err != nil {
		return nil, err
	}
	plan, err := sketch.Plan(0)
	if err != nil {
		return nil, err
	}
	var scores []*vignettev1.Score
	for _, use := range plan.Scenario.GetEvaluators() {
		given, err := s.ask(ctx, plan, use, role, lines)
		if err != nil {
			return nil, err
		}
		scores = append(scores, given...)
	}
	return reward.Compose(roleOf(plan.Scenario, role).GetReward(), role, func(evaluator, dimension string) *vignettev1.DimensionSpec {
		specs := plan.Evaluators[evaluator].GetDimensions()
		if i := slices.IndexFunc(specs, func(d *vignettev1.DimensionSpec) bool { return d.GetId() == dimension }); i >= 0 {
			return specs[i]
		}
		return nil
	}, scores), nil
}

// ask has one evaluator score a conversation.
func (s *Service) ask(ctx context.Context, plan *episode.Plan, use *vignettev1.EvaluatorUse, role string, lines []Line) ([]*vignettev1.Score, error) {
	description := plan.Evaluators[use.GetName()]
	request := episode.New(plan).TranscriptFor(use, nil, description.GetNeeds())
	request.Model = use.GetModel()
	question := verdict.Question{Episode: plan.Episode, Role: use.GetRole(), Whole: true, Texts: map[int32]string{}, AbstainBelow: use.GetAbstainBelow()}
	for i, line := range lines {
		speaker := role
		if !line.Learner {
			speaker = otherThan(plan.Scenario, role)
		}
		action := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: line.Text}
		if line.Text == "" {
			action.Kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
		request.Turns = append(request.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: speaker, Action: action})
		question.Texts[int32(i)] = line.Text
		if speaker == use.GetRole() {
			question.Turns = append(question.Turns, int32(i))
		}
	}
	var answer []*vignettev1.Score
	_, err := conductor.Retry(ctx, s.config.Runner.Clock, 0, func(ctx context.Context) error {
		response, err := s.config.Runner.Directory.Evaluator(planning.EvaluatorAgent(use)).Evaluate(ctx, request)
		answer = response.GetScores()
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, refuse(codes.DeadlineExceeded, ReasonSlow, "evaluator %q has not answered in time", use.GetName())
	case err != nil:
		return verdict.None(description, question, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, status.Convert(err).Message()), nil
	}
	return verdict.Settle(description, question, answer), nil
}

func roleOf(scenario *vignettev1.Scenario, id string) *vignettev1.Role {
	for _, role := range scenario.GetRoles() {
		if role.GetId() == id {
			return role
		}
	}
	return nil
}

func otherThan(scenario *vignettev1.Scenario, id string) string {
	for _, role := range scenario.GetRoles() {
		if role.GetId() != id {
			return role.GetId()
		}
	}
	return ""
}

// Has says whether an environment is open.
func (s *Service) Has(id string) bool {
	_, err := s.find(id)
	return err == nil
}
