package outcomes

import (
	"slices"
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
	lines := heardBy(scenario.GetFocal(), state.Turns())
	asked := slices.ContainsFunc(lines, func(l standing.Line) bool { return l.Mine && standing.Asks(objective, l.Text) })
	names := map[string]string{}
	for _, role := range scenario.GetRoles() {
		names[role.GetId()] = episode.DisplayName(role)
	}
	var out []Came
	for _, s := range standing.Read(objective, lines) {
		if !asked {
			s = standing.Stand{Role: s.Role, Standing: vignettev1.Standing_STANDING_UNASKED}
		}
		outcome := s.Outcome(names[s.Role])
		told := standing.TellOf(names[scenario.GetFocal()], outcome, kind)
		out = append(out, Came{told, s.Role, outcome.GetTurnIndex()})
	}
	return out
}

// heardBy are the turns that a role took and those it heard.
func heardBy(role string, turns []*vignettev1.Turn) []standing.Line {
	var out []standing.Line
	for _, turn := range turns {
		to := turn.GetAction().GetTo()
		if mine := turn.GetRole() == role; mine || len(to) == 0 || slices.Contains(to, role) {
			out = append(out, standing.Line{Turn: turn.GetIndex(), Role: turn.GetRole(), Mine: mine, Text: turn.GetAction().GetText()})
		}
	}
	return out
}
