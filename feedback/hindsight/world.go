package hindsight

import (
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// World is all that the generator of futures knows of an episode: who lives on, how they were when it ended, and what they chose.
// It is built in one place, so that it can be held in a test that no score, rating, policy or name of an arm is in it.
type World struct {
	// Role is the id of whom things happen to.
	Role string
	// Luck is that role's random stream, the same in all arms of a study.
	Luck uint64
	// First and Last are the role's first and last committed states; nil where it committed none.
	First, Last *vignettev1.MentalState
	// Decision is what was to be decided, nil where nothing was.
	Decision *vignettev1.Decision
	// Chosen is the id of the option that was taken, or [None]; "" where that is not known.
	Chosen string
}

// WorldOf is what goes on after an episode. False where nothing in the scenario says what could come of it: it has neither a
// decision nor somebody who seeks help.
func WorldOf(state *episode.State) (World, bool) {
	scenario := state.Plan().Scenario
	w := World{Decision: scenario.GetDecision()}
	switch {
	case w.Decision != nil:
		if w.Role = w.Decision.GetRole(); w.Role == "focal" {
			w.Role = scenario.GetFocal()
		}
		w.Chosen = Chosen(state, w.Role)
	default:
		for _, role := range scenario.GetRoles() {
			if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT && w.Role == "" {
				w.Role = role.GetId()
			}
		}
	}
	if w.Role == "" {
		return World{}, false
	}
	w.Luck = state.Plan().Luck[w.Role]
	for _, turn := range state.Turns() {
		if turn.GetRole() == w.Role && turn.GetMentalState() != nil {
			if w.First == nil {
				w.First = turn.GetMentalState()
			}
			w.Last = turn.GetMentalState()
		}
	}
	return w, true
}

// decide is what the intended acts of a choice begin with ("decide.A", "decide.none").
const decide = "decide."

// choiceProbe is the id of the open probe whose answer is a choice, for minds that do not say what they mean to do.
const choiceProbe = "choice"

// Chosen is the id of the option that a role took, or [None]: its last intended act "decide.ID", else its last answer to the open
// probe "choice". "" where neither is on record: that is not the same as to take nothing.
func Chosen(state *episode.State, role string) string {
	chosen := ""
	for _, answer := range state.Probes() {
		if answer.GetProbe() == choiceProbe && answer.GetRole() == role && answer.GetText() != "" {
			chosen = strings.TrimRight(strings.TrimSpace(answer.GetText()), ".")
		}
	}
	for _, turn := range state.Turns() {
		for _, act := range turn.GetActs() {
			if id, ok := strings.CutPrefix(act.GetAct(), decide); ok && turn.GetRole() == role {
				chosen = id
			}
		}
	}
	return chosen
}
