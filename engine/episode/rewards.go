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
