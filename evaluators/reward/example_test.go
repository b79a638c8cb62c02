package reward_test

import (
	"google.golang.org/protobuf/proto"

	"fmt"

	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// A role is rewarded for a skill, twice as much as for a low distress (0-100) of the other.
func ExampleCompose() {
	dimensions := map[string]*vignettev1.DimensionSpec{
		"skill":    {Id: "skill", Min: 0, Max: 1, Episode: true},
		"distress": {Id: "distress", Min: 0, Max: 100, Episode: true},
	}
	got := reward.Compose(
		[]*vignettev1.RewardTerm{
			{Evaluator: "judge", Dimension: "skill", Weight: proto.Float64(2)},
			{Evaluator: "judge", Dimension: "distress", Weight: proto.Float64(-1)},
		},
		"counselor",
		func(_, dimension string) *vignettev1.DimensionSpec { return dimensions[dimension] },
		[]*vignettev1.Score{
			{Evaluator: "judge", Dimension: "skill", Role: "counselor",
				Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 1}}},
			{Evaluator: "judge", Dimension: "distress", Role: "counselor",
				Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 75}}},
		})
	fmt.Printf("(2 * 1 - 1 * 0.5) / 3 = %.2f\n", got.GetValue())
	// Output: (2 * 1 - 1 * 0.5) / 3 = 0.50
}
