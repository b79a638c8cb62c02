package attribution

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/scoring"
)

// Ask puts a conversation to an evaluator of the episode.
type Ask func(ctx context.Context, use *vignettev1.EvaluatorUse, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error)

// Ablate scores the conversation again with one turn of the role silenced at a time, nothing being played anew, and fills in what is lost:
// of the episode's reward, and of the rewards of single turns. A step reward that pays for a turn is lost with that turn and nowhere else;
// what is lost elsewhere, or stays, was paid for what stands around it.
func Ablate(ctx context.Context, ask Ask, r *Report, state *episode.State) error {
	whole, err := composed(ctx, ask, r.Role, state, -1)
	if err != nil {
		return err
	}
	for i := range r.Turns {
		c := &r.Turns[i]
		without, err := composed(ctx, ask, r.Role, state, int32(c.Turn))
		if err != nil {
			return err
		}
		c.Ablated = lost(valueOf(whole), valueOf(without))
		before, after := steps(whole), steps(without)
		if _, paid := before[int32(c.Turn)]; !paid {
			continue // Nothing is paid for it step by step.
		}
		own, elsewhere := before[int32(c.Turn)]-after[int32(c.Turn)], 0.0
		for turn, x := range before {
			if y, still := after[turn]; turn != int32(c.Turn) && still {
				elsewhere += x - y
			}
		}
		// A silent turn without a step reward of its own has lost all of it.
		c.StepOwn, c.StepElsewhere = &own, &elsewhere
	}
	return nil
}

// composed is the role's reward with a turn silenced; -1 silences none.
func composed(ctx context.Context, ask Ask, role string, state *episode.State, silenced int32) (*vignettev1.Reward, error) {
	plan := state.Plan()
	var scores []*vignettev1.Score
	for _, use := range plan.Scenario.GetEvaluators() {
		request := state.TranscriptFor(use, nil, plan.Evaluators[use.GetName()].GetNeeds())
		if silenced >= 0 {
			request = scoring.WithoutTurn(request, silenced)
		} else {
			request = proto.CloneOf(request)
		}
		said, err := ask(ctx, use, request)
		if err != nil {
			return nil, fmt.Errorf("score without turn %d: %w", silenced, err)
		}
		scores = append(scores, said...)
	}
	var terms []*vignettev1.RewardTerm
	for _, each := range plan.Scenario.GetRoles() {
		if each.GetId() == role {
			terms = each.GetReward()
		}
	}
	return reward.Compose(terms, role, func(evaluator, dimension string) *vignettev1.DimensionSpec {
		for _, spec := range plan.Evaluators[evaluator].GetDimensions() {
			if spec.GetId() == dimension {
				return spec
			}
		}
		return nil
	}, scores), nil
}

func valueOf(r *vignettev1.Reward) *float64 {
	if value, ok := r.GetOutcome().(*vignettev1.Reward_Value); ok {
		return &value.Value
	}
	return nil
}

// lost is what is lost from one reward to the other, nil where one is missing.
func lost(whole, without *float64) *float64 {
	if whole == nil || without == nil {
		return nil
	}
	x := *whole - *without
	return &x
}

// steps are the rewards of turns that have one.
func steps(r *vignettev1.Reward) map[int32]float64 {
	out := map[int32]float64{}
	for _, turn := range r.GetPerTurn() {
		if turn.GetMissing() == nil {
			out[turn.GetTurnIndex()] = turn.GetValue()
		}
	}
	return out
}
