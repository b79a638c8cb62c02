package episode

import (
	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// rewards composes what each role with reward terms gets, in role order.
func (s *State) rewards() []*vignettev1.Reward {
	var out []*vignettev1.Reward
	scores := s.Scores()
	for _, role := range s.plan.Scenario.GetRoles() {
		if len(role.GetReward()) > 0 {
			out = append(out, reward.Compose(role.GetReward(), role.GetId(), s.plan.dimension, scores))
		}
	}
	return out
}

// TurnReward composes what a role gets for one of its turns from the scores given until now, and says what each term came to. It is
// nil when the role has no reward terms.
func (s *State) TurnReward(role string, turn int32) (*vignettev1.TurnReward, []*vignettev1.RewardTermValue) {
	terms := s.plan.role(role).GetReward()
	if len(terms) == 0 {
		return nil, nil
	}
	return reward.ComposeTurn(terms, role, s.plan.dimension, s.Scores(), turn)
}
