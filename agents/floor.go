package agents

import (
	"math"
	"math/rand/v2"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Floor is how a role stands to the floor: who was spoken to, and how long it has not had a turn. It is what minds that go
// by rules need to bid so that nobody talks all the time and nobody is forgotten.
type Floor struct {
	// Began says that somebody has had a turn.
	Began bool
	// Spoke says that the role itself had the last turn.
	Spoke bool
	// Waited is how many turns others have had since the role's own last, those among them that it did not perceive.
	Waited int
	// Others is how many others are present.
	Others int
	// Called says that the last turn was meant for this role alone, Passed that it was meant for somebody else.
	Called, Passed bool
}

// FloorOf reads how the observing role stands to the floor.
func FloorOf(obs *vignettev1.Observation) Floor {
	f := Floor{Began: obs.GetTurnIndex() > 0, Waited: int(obs.GetTurnIndex())}
	for _, other := range obs.GetOthers() {
		if !other.GetLeft() {
			f.Others++
		}
	}
	self := obs.GetSelf().GetId()
	for _, turn := range obs.GetTurns() {
		if turn.GetRole() == self {
			f.Waited = int(obs.GetTurnIndex() - turn.GetIndex() - 1)
		}
	}
	f.Spoke = f.Began && f.Waited == 0
	if last := lastTurn(obs); last != nil && !f.Spoke {
		meant := Addressee(last.GetAction())
		f.Called, f.Passed = meant == self, meant != "" && meant != self
	}
	return f
}

// lastTurn is the last turn of the conversation, or nil if the role did not perceive it.
func lastTurn(obs *vignettev1.Observation) *vignettev1.PerceivedTurn {
	if n := len(obs.GetTurns()); n > 0 && obs.GetTurns()[n-1].GetIndex() == obs.GetTurnIndex()-1 {
		return obs.GetTurns()[n-1]
	}
	return nil
}

// Addressee is the one role an action is meant for, or "" when it is meant for nobody in particular.
func Addressee(action *vignettev1.Action) string {
	if action.GetAddressee() == "" && len(action.GetTo()) == 1 {
		return action.GetTo()[0]
	}
	return action.GetAddressee()
}

// How the floor weighs on a bid. Chosen so that who is asked mostly answers, who is passed over holds back, who has waited
// longer than a round comes in after a few turns even among people who press, and two who want to speak equally do not always
// do so in the same order.
const (
	calledBid   = 0.3
	passedShare = 0.75
	waitingBid  = 0.12
	luckOfBids  = 0.15
	leastBid    = 0.02
	mostBid     = 0.98
	// overdueBid is how much more than mostBid each turn of waiting longer than a round allows, up to a bid of 1: among those who all
	// want to speak as much as one can, the roles' order would else leave the last of them out for as long as the others press.
	overdueBid = 0.001
)

// Bid makes a bid of how much there is to say, 0-1. Whoever has nothing to say bids nothing, and whoever has just spoken
// leaves the floor to others.
func (f Floor) Bid(urge float64, luck *rand.Rand) float64 {
	switch {
	case urge <= 0 || f.Spoke:
		return 0
	case !f.Began:
		return urge
	case f.Called:
		urge += calledBid
	case f.Passed:
		urge *= passedShare
	}
	overdue := float64(max(0, f.Waited-f.Others))
	urge += waitingBid*overdue + luckOfBids*(luck.Float64()-0.5)
	return math.Round(1000*min(min(1, mostBid+overdueBid*overdue), max(leastBid, urge))) / 1000
}

// For says whom an action is meant for, where there is a choice: it sets the addressee if somebody of that id is present
// and not the only one to hear it.
func For(obs *vignettev1.Observation, action *vignettev1.Action, role string) {
	present := 0
	here := false
	for _, other := range obs.GetOthers() {
		if !other.GetLeft() {
			present++
			here = here || other.GetId() == role
		}
	}
	if !here || present < 2 || len(action.GetTo()) == 1 || action.GetKind() == vignettev1.ActionKind_ACTION_KIND_SILENT {
		return
	}
	if len(action.GetTo()) == 0 || slices.Contains(action.GetTo(), role) {
		action.Addressee = role
	}
}
