package episode_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Where roles speak in order and nobody leaves, each has as many turns left as it then takes; where what is said decides, nothing is claimed.
func TestTurnsLeftOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scenario := anyScenario(t)
		scenario.Stop.MaxSilences = 0
		state := episode.New(newPlan(scenario))
		type claim struct {
			role string
			at   int
			left *int32
		}
		var claims []claim
		w := &world{
			act: func(role string, _ int) *vignettev1.Turn {
				return &vignettev1.Turn{Role: role, Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "words"}}
			},
			observed: func(string, *vignettev1.Observation) {
				for _, role := range scenario.GetRoles() {
					claims = append(claims, claim{role.GetId(), len(state.Turns()), state.TurnsLeftOf(role.GetId())})
				}
			},
		}
		w.play(t, state)
		ordered := scenario.GetTurnTaking() == vignettev1.TurnTaking_TURN_TAKING_ROUND_ROBIN || scenario.GetTurnTaking() == vignettev1.TurnTaking_TURN_TAKING_ADDRESSED && len(scenario.GetRoles()) == 2
		for _, c := range claims {
			if !ordered {
				if c.left != nil {
					t.Fatalf("%s: %d turns of %s are claimed", scenario.GetTurnTaking(), *c.left, c.role)
				}
				continue
			}
			taken := int32(0)
			for _, turn := range state.Turns()[c.at:] {
				if turn.GetRole() == c.role {
					taken++
				}
			}
			if c.left == nil || *c.left != taken {
				t.Fatalf("at turn %d %s has %v left, and takes %d", c.at, c.role, c.left, taken)
			}
		}
		for _, role := range scenario.GetRoles() {
			if left := state.TurnsLeftOf(role.GetId()); ordered && (left == nil || *left != 0) {
				t.Fatalf("after the end %s has %v turns left", role.GetId(), left)
			}
		}
	})
}
