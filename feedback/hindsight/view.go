package hindsight

import (
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// view is what a model is told of an episode. It is built here alone, from what everybody in the conversation knows: no policy, no
// score, no rating, nothing that a role committed in private.
type view struct {
	Setting string
	Focal   string
	Roles   []roleView
	Turns   []turnView
	World   []string
	Choice  string
	Days    int
	Number  int
	// Outcomes are what is asked for.
	Outcomes []asked
	// Self is the one in whose place a judge is; nil for an onlooker.
	Self *selfView
	// Seen are futures that a judge sees; Again says that it judges for the second time.
	Seen  []seenView
	Again bool
}

type roleView struct{ Label, Kind, Name, About, id string }

type turnView struct {
	Index       int
	Label, Text string
}

type selfView struct{ Name, About, Goal string }

type seenView struct {
	Number int
	Lines  []string
}

func viewOf(state *episode.State) view {
	scenario := state.Plan().Scenario
	v := view{Setting: scenario.GetSetting()}
	labels := map[string]string{}
	for i, role := range scenario.GetRoles() {
		label := fmt.Sprintf("P%d", i+1)
		labels[role.GetId()] = label
		v.Roles = append(v.Roles, roleView{label, enumname.Of(role.GetKind()), role.GetPersona().GetName(), role.GetRelation(), role.GetId()})
	}
	v.Focal = labels[scenario.GetFocal()]
	for i, turn := range state.Turns() {
		if text := turn.GetAction().GetText(); text != "" && len(turn.GetAction().GetTo()) == 0 {
			v.Turns = append(v.Turns, turnView{i + 1, labels[turn.GetRole()], text})
		}
	}
	return v
}

func (v view) roleOf(label string) string {
	for _, role := range v.Roles {
		if role.Label == label {
			return role.id
		}
	}
	return ""
}

// selfOf is what somebody knows of themselves.
func (v view) selfOf(state *episode.State, id string) *selfView {
	for _, role := range state.Plan().Scenario.GetRoles() {
		if role.GetId() == id {
			return &selfView{role.GetPersona().GetName() + " (" + v.labelOf(id) + ")", role.GetRelation(), goalOf(state.Plan().Scenario, role)}
		}
	}
	return nil
}

// goalOf is what a role is after; the focal one's is the objective.
func goalOf(s *vignettev1.Scenario, role *vignettev1.Role) string {
	if role.GetGoal() == "" && role.GetId() == s.GetFocal() {
		return s.GetObjective().GetStatement()
	}
	return role.GetGoal()
}

func (v view) labelOf(id string) string {
	for _, role := range v.Roles {
		if role.id == id {
			return role.Label
		}
	}
	return ""
}
