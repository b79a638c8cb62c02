package episode_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// No circle: what a role perceives is what was done, however it was meant and scored. The same conversation is played twice
// with other policies, goals, intentions, states and scores behind it; whoever looks on sees the same both times. So no
// number, no name and no choice of the others gets through, whatever field it would come in.
func TestOthersPoliciesCannotBeTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scenario := anyScenario(t)
		looker := scenario.GetRoles()[rapid.IntRange(0, len(scenario.GetRoles())-1).Draw(t, "looker")].GetId()
		draw := anyTurn(t, scenario)
		var deeds []*vignettev1.Turn
		deed := func(role string, index int) *vignettev1.Turn {
			for len(deeds) <= index {
				deeds = append(deeds, draw(role, len(deeds)))
			}
			return proto.CloneOf(deeds[index])
		}
		one, other := seen(t, "one", proto.CloneOf(scenario), looker, deed), seen(t, "other", proto.CloneOf(scenario), looker, deed)
		if diff := cmp.Diff(one, other, protocmp.Transform()); diff != "" {
			t.Fatalf("role %q can tell what lies behind the others' turns (-one +other):\n%s", looker, diff)
		}
	})
}

// seen are the observations of a role in a conversation, with something of its own drawn for all that is private to others.
func seen(t *rapid.T, which string, scenario *vignettev1.Scenario, looker string, deed func(string, int) *vignettev1.Turn) []*vignettev1.Observation {
	p := private{t, which}
	for _, role := range scenario.GetRoles() {
		if role.GetId() == looker {
			continue
		}
		role.Policy, role.Goal = p.policy(), p.text("goal")
		role.Stance = &vignettev1.Stance{Position: p.text("position"), Difficulty: p.share("difficulty")}
	}
	if scenario.GetFocal() != looker {
		scenario.Objective = &vignettev1.Objective{Statement: p.text("objective")}
	}
	var observations []*vignettev1.Observation
	w := &world{
		act: func(role string, index int) *vignettev1.Turn {
			turn := deed(role, index)
			if role != looker {
				p.behind(turn)
			}
			return turn
		},
		observed: func(role string, o *vignettev1.Observation) {
			if role == looker {
				observations = append(observations, proto.CloneOf(o))
			}
		},
		score: p.scores,
	}
	w.play(t, episode.New(newPlan(scenario)))
	return observations
}

// private draws what others may not know.
type private struct {
	t     *rapid.T
	which string
}

func (p private) share(name string) *float64 {
	x := rapid.Float64Range(0, 1).Draw(p.t, p.which+" "+name)
	return &x
}

func (p private) text(name string) string {
	return fmt.Sprintf("canary %s %s %d", p.which, name, rapid.IntRange(0, 1<<20).Draw(p.t, name))
}

func (p private) policy() *vignettev1.Policy {
	return &vignettev1.Policy{
		Modality: vignettev1.Modality(rapid.IntRange(0, 7).Draw(p.t, p.which+" modality")), Skill: p.share("skill"), Strategy: p.text("strategy"), Model: p.text("model"),
	}
}

func (p private) state(source vignettev1.StateSource) *vignettev1.MentalState {
	return &vignettev1.MentalState{Source: source, Distress: p.share("distress"), Intent: p.text("intent"), InnerThought: p.text("thought")}
}

// behind puts something behind a turn.
func (p private) behind(turn *vignettev1.Turn) {
	turn.MentalState = p.state(vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED)
	turn.Appraisal = &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: p.state(vignettev1.StateSource_STATE_SOURCE_COMPUTED)}}
	turn.Acts = []*vignettev1.IntendedAct{{Act: p.text("act")}}
	turn.AgentState, turn.Provenance = []byte(p.text("agent state")), &vignettev1.Provenance{Model: p.text("model")}
}

// scores are those of the judge with other numbers.
func (p private) scores(r *vignettev1.EvaluateRequest) []*vignettev1.Score {
	scores := judge(r)
	for _, score := range scores {
		score.Rationale = p.text("rationale")
		score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 100 * *p.share("score")}}
	}
	return scores
}
