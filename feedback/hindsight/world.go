package hindsight

import (
	"slices"
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
	// firsts are the roles' first and ends their last committed states, by role; none for a role that committed none.
	firsts, ends map[string]*vignettev1.MentalState
	// Acts are what each role but the focal one meant to do, by role: what that one means to do tells which policy it plays.
	Acts map[string][]string
	// Decision is what was to be decided, nil where nothing was.
	Decision *vignettev1.Decision
	// Chosen is the id of the option that was taken, or [None]; "" where that is not known.
	Chosen string
	// Agreement is what two people came to, nil where neither asked nor refused, where there is a decision or somebody seeks help.
	Agreement *Agreement
	// Aftermath are the scenario's own rules; nil where it has none.
	Aftermath *vignettev1.Aftermath
}

// First is a role's first committed state, nil where it committed none.
func (w World) First(role string) *vignettev1.MentalState { return w.firsts[role] }

// Last is a role's last committed state, nil where it committed none.
func (w World) Last(role string) *vignettev1.MentalState { return w.ends[role] }

// came and own are how the one was to whom things happen, when it began and when it ended.
func (w World) came() *vignettev1.MentalState { return w.firsts[w.Role] }
func (w World) own() *vignettev1.MentalState  { return w.ends[w.Role] }

// WorldOf is what goes on after an episode. False where nothing in the scenario says what could come of it: it has no decision,
// nobody who seeks help, and nobody who was asked for something.
func WorldOf(state *episode.State) (World, bool) {
	scenario := state.Plan().Scenario
	w := World{
		Decision: scenario.GetDecision(), Aftermath: scenario.GetAftermath(),
		firsts: map[string]*vignettev1.MentalState{}, ends: map[string]*vignettev1.MentalState{}, Acts: map[string][]string{},
	}
	for _, turn := range state.Turns() {
		w.see(turn, scenario.GetFocal())
	}
	client := firstOf(scenario, func(r *vignettev1.Role) bool { return r.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT })
	switch asked := w.asked(scenario); {
	case w.Decision != nil:
		if w.Role = w.Decision.GetRole(); w.Role == "focal" {
			w.Role = scenario.GetFocal()
		}
		w.Chosen = Chosen(state, w.Role)
	case client != "":
		w.Role = client
	case asked != "":
		w.Role = scenario.GetFocal()
		w.Agreement = &Agreement{Reached: w.agreed(asked), Other: w.Last(asked)}
		w.Luck = state.Plan().Luck[asked]
		return w, true
	default:
		return World{}, false
	}
	w.Luck = state.Plan().Luck[w.Role]
	return w, true
}

// see takes in a turn.
func (w *World) see(turn *vignettev1.Turn, focal string) {
	role := turn.GetRole()
	if m := turn.GetMentalState(); m != nil {
		if w.firsts[role] == nil {
			w.firsts[role] = m
		}
		w.ends[role] = m
	}
	for _, act := range turn.GetActs() {
		if role != focal {
			w.Acts[role] = append(w.Acts[role], act.GetAct())
		}
	}
}

// Acts of those who are asked for something.
const (
	partner  = "partner."
	agrees   = partner + "agree"
	confirms = partner + "confirm"
)

// asked is the first role that agreed to what the focal role asked for or refused, else the first that was asked; "" where nobody was.
func (w World) asked(s *vignettev1.Scenario) string {
	if agreed := firstOf(s, func(r *vignettev1.Role) bool { return w.agreed(r.GetId()) }); agreed != "" {
		return agreed
	}
	return firstOf(s, func(r *vignettev1.Role) bool {
		return slices.ContainsFunc(w.Acts[r.GetId()], func(act string) bool { return strings.HasPrefix(act, partner) })
	})
}

func (w World) agreed(role string) bool {
	return slices.Contains(w.Acts[role], agrees) || slices.Contains(w.Acts[role], confirms)
}

func firstOf(s *vignettev1.Scenario, is func(*vignettev1.Role) bool) string {
	for _, role := range s.GetRoles() {
		if is(role) {
			return role.GetId()
		}
	}
	return ""
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
