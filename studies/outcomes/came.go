package outcomes

import (
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/practice/standing"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Came is what came of what the focal role asked for, or refused, with one of the others, as their words show it.
type Came struct {
	standing.Told
	// Role is the other's, Turn the one whose words are quoted.
	Role string
	Turn int32
}

// WhatCame reads from what the focal role said and heard what came of its objective, for each of the others in the order in which they first
// spoke. It goes by words alone and so does for minds of every kind; what the others meant is [Agreement]. It returns nothing for objectives
// other than to ask and to refuse, for languages other than English, and for episodes that are not complete.
func WhatCame(state *episode.State) []Came {
	scenario := state.Plan().Scenario
	objective := scenario.GetObjective()
	kind := objective.GetKind()
	language := scenario.GetLanguage()
	switch {
	case state.Completed() == nil, language != "" && !strings.HasPrefix(language, "en"):
		return nil
	case kind != vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK && kind != vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE:
		return nil
	}
	names := map[string]string{}
	for _, role := range scenario.GetRoles() {
		names[role.GetId()] = episode.DisplayName(role)
	}
	var out []Came
	for _, s := range standing.Settled(objective, standing.Heard(scenario.GetFocal(), state.Turns())) {
		outcome := s.Outcome(names[s.Role])
		told := standing.TellOf(names[scenario.GetFocal()], outcome, kind)
		out = append(out, Came{told, s.Role, outcome.GetTurnIndex()})
	}
	return out
}
