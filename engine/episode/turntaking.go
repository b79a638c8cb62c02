package episode

import (
	"fmt"
	"math"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// next is the role whose turn it is. It is "" only with turn taking by bids, as long as the bids for this turn are not in
// or nobody wants to speak.
func (s *State) next() string {
	switch s.plan.Scenario.GetTurnTaking() {
	case vignettev1.TurnTaking_TURN_TAKING_ADDRESSED:
		return s.spokenTo()
	case vignettev1.TurnTaking_TURN_TAKING_BID:
		return s.highestBidder()
	default:
		return s.following()
	}
}

// following is the first after the last speaker, in listed order, that has not left. Alternating is the same rule with
// two roles.
func (s *State) following() string {
	roles := s.plan.Scenario.GetRoles()
	last := s.plan.roleIndex(s.lastSpeaker())
	for i := 1; i <= len(roles); i++ {
		if id := roles[(last+i)%len(roles)].GetId(); !s.left[id] {
			return id
		}
	}
	return ""
}

// TurnsLeftOf is how many turns a role has before the last one that the scenario allows, if nobody leaves: the one that is due included.
// It is nil where that hangs on what is said or bid.
func (s *State) TurnsLeftOf(role string) *int32 {
	present := s.present()
	switch s.plan.Scenario.GetTurnTaking() {
	case vignettev1.TurnTaking_TURN_TAKING_BID:
		return nil
	case vignettev1.TurnTaking_TURN_TAKING_ADDRESSED:
		if len(present) > 2 {
			return nil
		}
	}
	left := int(s.plan.Scenario.GetStop().GetMaxTurns()) - len(s.turns)
	own := slices.Index(present, role)
	if s.ended != nil || own < 0 || left <= 0 {
		return new(int32)
	}
	before := (own - slices.Index(present, s.next()) + len(present)) % len(present) // turns of others until then
	n := int32((left - before + len(present) - 1) / len(present))
	return &n
}

// spokenTo is whom the last turn was meant for. If it was meant for nobody in particular, or they have left, it is the one
// who has waited longest of those who perceived it: going by order alone, two who do not name each other could hand the
// turn back and forth and pass over the others for good.
func (s *State) spokenTo() string {
	hearers := s.hearers()
	if named := s.addressee(); slices.Contains(hearers, named) {
		return named
	}
	longest, since := "", math.MaxInt
	for _, id := range hearers {
		if last := s.lastTurnOf(id); last < since {
			longest, since = id, last
		}
	}
	return longest
}

// addressee is the one role that the last turn was meant for, or "".
func (s *State) addressee() string {
	action := s.lastAction()
	if action.GetAddressee() == "" && len(action.GetTo()) == 1 {
		return action.GetTo()[0]
	}
	return action.GetAddressee()
}

// hearers are those present who perceived the last turn, without its speaker, in listed order. Before the first turn, and
// when nobody who perceived it is left, they are all who are present.
func (s *State) hearers() []string {
	last, to := s.lastSpeaker(), s.lastAction().GetTo()
	var heard, others []string
	for _, id := range s.present() {
		if id == last {
			continue
		}
		others = append(others, id)
		if len(to) == 0 || slices.Contains(to, id) {
			heard = append(heard, id)
		}
	}
	if len(heard) == 0 {
		return others
	}
	return heard
}

// highestBidder is who wants to speak most, by the bids for this turn; ties go by listed order. Whoever has just spoken
// goes on only if nobody else wants to speak at all: as among people, the floor is the others' first (Sacks, Schegloff
// and Jefferson 1974).
func (s *State) highestBidder() string {
	bids := s.bidsNow()
	last := s.lastSpeaker()
	best, most := "", 0.0
	for _, bid := range bids.GetBids() {
		if bid.GetRole() != last && bid.GetBid() > most {
			best, most = bid.GetRole(), bid.GetBid()
		}
	}
	if best != "" {
		return best
	}
	for _, bid := range bids.GetBids() {
		if bid.GetRole() == last && bid.GetBid() > 0 {
			return last
		}
	}
	return ""
}

// bidsNow are the bids for the turn that is due, or nil.
func (s *State) bidsNow() *vignettev1.Bids {
	if n := len(s.bids); n > 0 && int(s.bids[n-1].GetTurnIndex()) == len(s.turns) {
		return s.bids[n-1]
	}
	return nil
}

// bidding says whether bids decide who speaks, and those for this turn are not in yet.
func (s *State) bidding() bool {
	return s.plan.Scenario.GetTurnTaking() == vignettev1.TurnTaking_TURN_TAKING_BID && s.bidsNow() == nil
}

// applyBids takes in the bids for a turn.
func (s *State) applyBids(bids *vignettev1.Bids) error {
	switch {
	case s.ended != nil:
		return fmt.Errorf("bids after the conversation ended")
	case s.plan.Scenario.GetTurnTaking() != vignettev1.TurnTaking_TURN_TAKING_BID:
		return fmt.Errorf("bids where turn taking is not by bids")
	case int(bids.GetTurnIndex()) != len(s.turns):
		return fmt.Errorf("bids for turn %d where turn %d is due", bids.GetTurnIndex(), len(s.turns))
	case s.bidsNow() != nil:
		return fmt.Errorf("bids for turn %d came twice", bids.GetTurnIndex())
	}
	var bidders []string
	for _, bid := range bids.GetBids() {
		if err := CheckBid(bid.GetBid()); err != nil {
			return fmt.Errorf("role %q: %w", bid.GetRole(), err)
		}
		bidders = append(bidders, bid.GetRole())
	}
	if want := s.present(); !slices.Equal(bidders, want) {
		return fmt.Errorf("bids of %q for turn %d, present are %q", bidders, bids.GetTurnIndex(), want)
	}
	s.bids = append(s.bids, bids)
	return nil
}

// CheckBid refuses what is no bid.
func CheckBid(bid float64) error {
	if !(bid >= 0 && bid <= 1) { // Not a number fails too.
		return fmt.Errorf("the bid is %v; it must be 0 (not at all) to 1 (must)", bid)
	}
	return nil
}

// present are the roles that have not left, in listed order.
func (s *State) present() []string {
	var ids []string
	for _, role := range s.plan.Scenario.GetRoles() {
		if !s.left[role.GetId()] {
			ids = append(ids, role.GetId())
		}
	}
	return ids
}

func (s *State) lastSpeaker() string {
	if n := len(s.turns); n > 0 {
		return s.turns[n-1].GetRole()
	}
	return ""
}

func (s *State) lastAction() *vignettev1.Action {
	if n := len(s.turns); n > 0 {
		return s.turns[n-1].GetAction()
	}
	return nil
}

// lastTurnOf is the index of a role's last turn, -1 when it has had none.
func (s *State) lastTurnOf(role string) int {
	for i := len(s.turns) - 1; i >= 0; i-- {
		if s.turns[i].GetRole() == role {
			return i
		}
	}
	return -1
}
