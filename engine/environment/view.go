package environment

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// view is how the environment stands: all that leaves it for a policy. Nobody drives the episode meanwhile.
func (e *environment) view() *vignettev1.EnvironmentStep {
	state := e.seat.State()
	step := &vignettev1.EnvironmentStep{
		Environment: e.id, Run: state.Plan().Run, Episode: state.Plan().Episode, Seed: state.Plan().Seed, Steps: int32(e.steps),
		Observation: observe(state, e.role),
	}
	step.Text = Heard(step.GetObservation())
	e.pay(step, state)
	if ended := state.Ended(); ended != nil {
		step.StopReason = enumname.Of(ended.GetReason())
		step.Truncated = ended.GetReason() == vignettev1.EndReason_END_REASON_TRUNCATED
		step.Terminated = !step.Truncated
	}
	return step
}

// observe is what the role may know, without its luck and how it would be played if a mind here played it.
func observe(state *episode.State, role string) *vignettev1.Observation {
	observation := proto.CloneOf(state.Observe(role))
	observation.Chance, observation.AgentState, observation.Account = nil, nil, nil
	if self := observation.GetSelf(); self != nil {
		self.Policy, self.Script = nil, nil
	}
	return observation
}

// Heard is what the others did since the observer's own last turn, as text: with one other the words alone, with several a name
// before each. What is no speech stands in parentheses.
func Heard(observation *vignettev1.Observation) string {
	turns := observation.GetTurns()
	first := len(turns)
	for first > 0 && turns[first-1].GetRole() != observation.GetSelf().GetId() {
		first--
	}
	names := map[string]string{}
	for _, other := range observation.GetOthers() {
		names[other.GetId()] = other.GetName()
	}
	var lines []string
	for _, turn := range turns[first:] {
		line := Spoken(turn.GetAction())
		if len(names) > 1 {
			line = names[turn.GetRole()] + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Spoken is an action as text: the words, or in parentheses what else is done.
func Spoken(action *vignettev1.Action) string {
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK:
		return action.GetText()
	case vignettev1.ActionKind_ACTION_KIND_SILENT:
		return "(says nothing)"
	case vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return strings.TrimSpace(fmt.Sprintf("%s (leaves)", action.GetText()))
	}
	return "(" + action.GetText() + ")"
}

// pay fills in the rewards of a step.
func (e *environment) pay(step *vignettev1.EnvironmentStep, state *episode.State) {
	if own := lastTurnOf(state, e.role); own >= 0 && e.timing == vignettev1.RewardTiming_REWARD_TIMING_ON_TURN {
		turn, terms := state.TurnReward(e.role, own)
		if turn != nil {
			e.payTurn(step, turn)
			addComponents(step, terms, &own)
		}
	}
	reward := rewardOf(state, e.role)
	if reward == nil {
		return
	}
	onOutcome := e.timing != vignettev1.RewardTiming_REWARD_TIMING_ON_TURN
	switch outcome := reward.GetOutcome().(type) {
	case *vignettev1.Reward_Value:
		step.EpisodeReward = proto.Float64(outcome.Value)
		if onOutcome {
			step.Reward = proto.Float64(outcome.Value)
		}
	case *vignettev1.Reward_Missing:
		if onOutcome {
			step.RewardMissing = bare(outcome.Missing)
		}
	}
	addComponents(step, reward.GetTerms(), nil)
}

func (e *environment) payTurn(step *vignettev1.EnvironmentStep, turn *vignettev1.TurnReward) {
	switch outcome := turn.GetOutcome().(type) {
	case *vignettev1.TurnReward_Value:
		step.Reward = proto.Float64(outcome.Value)
	case *vignettev1.TurnReward_Missing:
		step.RewardMissing = bare(outcome.Missing)
	}
}

// addComponents names the terms of a reward. Of a turn, those that are not about turns are left out.
func addComponents(step *vignettev1.EnvironmentStep, terms []*vignettev1.RewardTermValue, turn *int32) {
	for _, term := range terms {
		if turn != nil && !term.GetPaysProcess() {
			continue
		}
		component := &vignettev1.RewardComponent{Name: term.GetEvaluator() + "/" + term.GetDimension(), Weight: term.GetWeight(), TurnIndex: turn}
		switch outcome := term.GetOutcome().(type) {
		case *vignettev1.RewardTermValue_Value:
			component.Value = proto.Float64(outcome.Value)
		case *vignettev1.RewardTermValue_Missing:
			component.Missing = outcome.Missing.GetReason()
		}
		step.Components = append(step.Components, component)
	}
}

// bare is why something is missing without the words of whoever scored: they may quote what the policy was not to hear.
func bare(missing *vignettev1.Missing) *vignettev1.Missing {
	return &vignettev1.Missing{Reason: missing.GetReason()}
}

// rewardOf is what a role got for an episode that is complete, or nil.
func rewardOf(state *episode.State, role string) *vignettev1.Reward {
	for _, reward := range state.Completed().GetRewards() {
		if reward.GetRole() == role {
			return reward
		}
	}
	return nil
}

// lastTurnOf is the index of a role's last turn, -1 when it has had none.
func lastTurnOf(state *episode.State, role string) int32 {
	turns := state.Turns()
	for i := len(turns) - 1; i >= 0; i-- {
		if turns[i].GetRole() == role {
			return int32(i)
		}
	}
	return -1
}
