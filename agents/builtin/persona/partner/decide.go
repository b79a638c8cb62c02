package partner

import (
	"slices"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const nonverbal = vignettev1.ActionKind_ACTION_KIND_NONVERBAL

// What a partner can do with a turn; the id of the intended act.
const (
	actOpen     = "partner.open"
	actPosition = "partner.position"
	actClarify  = "partner.clarify"
	actObject   = "partner.object"
	actInterest = "partner.tell_interest"
	actSoften   = "partner.soften"
	actOffer    = "partner.offer"
	actAgree    = "partner.agree"
	actConfirm  = "partner.confirm"
	actRefuse   = "partner.refuse"
	actUpset    = "partner.upset"
	actWalkOut  = "partner.walk_out"
	actDropped  = "partner.let_drop"
	actWon      = "partner.thank"
	actEcho     = "partner.call_out_echo"
	actConfused = "partner.not_follow"
	actPrompt   = "partner.prompt"
	actClose    = "partner.close"
	actGoodbye  = "partner.goodbye"
	actWait     = "partner.wait"
	actReact    = "partner.react"

	// What somebody hard does to get out of it.
	actDeflect   = "partner.deflect"
	actGuilt     = "partner.guilt"
	actSidetrack = "partner.change_topic"
	actInterrupt = "partner.interrupt"

	// actCave gives in to a threat without being willing.
	actCave    = "partner.give_in_to_threat"
	actWhisper = "partner.whisper"
)

func isTactic(act string) bool {
	return act == actDeflect || act == actGuilt || act == actSidetrack || act == actInterrupt
}

// decide chooses what to do from the state as it now is, and moves on to the phase that follows.
func (p *Partner) decide(d *draft.Draft) string {
	st := &p.st
	switch {
	case st.Phase == Gone:
		return actWait
	case p.heard == nil && p.scene.Opening:
		return actOpen
	case p.heard == nil:
		return p.unspoken()
	case p.left:
		st.Phase = Gone
		return actWait
	case st.Abuses > 0 && p.heard.attacks() && st.Feelings[anger] >= walkoutAnger && st.Abuses >= p.temper.patience-1:
		st.Phase = Gone
		return actWalkOut
	case st.Phase == Open && p.cowed():
		st.Phase = Agreed
		return actCave
	case st.Phase != Open:
		return p.after(d)
	case p.heard.attacks():
		return actUpset
	}
	if act := p.settle(); act != "" {
		return act
	}
	return p.push(d)
}

// cowed says whether a threat works on this partner now: some give in, without being any more willing.
func (p *Partner) cowed() bool {
	return p.temper.timid && !p.asker && p.st.Clear && p.heard.threatens() && p.st.Abuses >= timidAfter && !p.never()
}

// never says that nothing can win the partner.
func (p *Partner) never() bool { return p.reservation() >= neverAt }

// won says that the partner can say yes: willing enough, with enough of what they need, and on terms to say it.
func (p *Partner) won() bool {
	return !p.never() && p.st.Willingness >= p.reservation() && p.metShare() >= leastMet*p.reservation() && p.st.Rupture < ruptureBars
}

// unspoken is for turns in which the counterpart said nothing new.
func (p *Partner) unspoken() string {
	if len(p.scene.Heard) == 0 && p.st.Phase == Open {
		return actPrompt
	}
	return actWait
}

// settle is for turns of the other that end the matter or cannot be answered as they are.
func (p *Partner) settle() string {
	st, r := &p.st, p.heard
	switch {
	case r.silent:
		return actPrompt
	case r.has[cueWithdraws] > 0 && !p.asker:
		st.Phase = Dropped
		return actDropped
	case r.has[cueYields] > 0 && p.asker && r.has[cueNo] == 0:
		st.Phase = Won
		st.Willingness = 0
		return actWon
	case r.has[cueAccepts] > 0 && st.JustOffered && p.spokenTo():
		st.Phase = Agreed
		p.move(p.reservation() - st.Willingness)
		return actConfirm
	case r.echo:
		return actEcho
	case r.coherent < clearShare:
		return actConfused
	case r.has[cueBye] > 0:
		st.Phase = Gone
		return actGoodbye
	}
	return ""
}

// push is the open matter: find out what is wanted, agree, offer, push back or say a last no.
func (p *Partner) push(d *draft.Draft) string {
	st, r := &p.st, p.heard
	near := p.near()
	switch {
	case !st.Clear && st.Unclear > p.temper.patience+2:
		st.Phase = Refused
		return actRefuse
	case !st.Clear && st.Unclear > 1 && p.aside != nil && p.scene.Allows(nonverbal):
		return actWait // somebody else has asked already
	case !st.Clear:
		return actClarify
	case p.won() && st.Pushbacks >= p.leastPushbacks():
		st.Phase = Agreed
		return actAgree
	case r.has[cueAsksNeeds] > 0 && p.nextInterest() >= 0:
		return actInterest
	case !st.Stated:
		return actPosition
	case st.Stuck >= p.temper.patience && st.Pushbacks >= refuseAfter && near < softAt, p.spent() && (near < offerAt || p.never()), p.never() && st.Pushbacks >= neverAfter:
		st.Phase = Refused
		return actRefuse
	}
	if act := p.tactic(d); act != "" {
		return act
	}
	switch {
	case near >= offerAt && !st.JustOffered && len(st.Offered) < len(p.stance.GetOffers()) && st.Pushbacks > p.leastPushbacks() && d.Chance(offerChance):
		return actOffer
	case p.nextObjection() >= 0:
		return actObject
	case len(st.Offered) < len(p.stance.GetOffers()) && near >= offerAt:
		return actOffer
	case p.nextInterest() >= 0:
		return actInterest
	}
	return actSoften
}

// near is how far the partner is on the way to a yes, from 0 to 1 and beyond; nobody gets anywhere with those whom
// nothing wins.
func (p *Partner) near() float64 {
	if p.never() {
		return 0
	}
	near := p.st.Willingness / max(p.reservation(), 0.01)
	if p.st.Rupture >= ruptureBars {
		return min(near, offerAt/2)
	}
	return near
}

// tactic is a way out of the matter that somebody hard takes instead of answering; "" for none.
func (p *Partner) tactic(d *draft.Draft) string {
	st := &p.st
	if isTactic(st.Last) || !p.spokenTo() || p.heard.has[cueAsksNeeds] > 0 || !d.Chance(hardChance*(p.difficulty()-hardFrom)) {
		return ""
	}
	ways := []string{actGuilt, actDeflect, actSidetrack}
	if p.heard.sentences >= longTurn && p.nextObjection() >= 0 {
		ways = append(ways, actInterrupt)
	}
	way := ways[d.Pick(len(ways))]
	st.Tactics++
	return way
}

// leastPushbacks is how often a partner pushes back before agreeing to anything.
func (p *Partner) leastPushbacks() int { return int(pushesPer*p.difficulty() + freeAgree) }

// spent says that everything a partner could bring up has been said.
func (p *Partner) spent() bool {
	return p.nextObjection() < 0 && p.nextInterest() < 0
}

// after is for what comes once the matter is decided.
func (p *Partner) after(d *draft.Draft) string {
	st, r := &p.st, p.heard
	st.Closings++
	switch {
	case st.Phase == Refused && p.won() && !r.attacks():
		st.Phase, st.Closings = Agreed, 0
		return actAgree
	case st.Phase == Refused && r.has[cueYields] > 0 && p.asker:
		st.Phase, st.Closings = Won, 0
		return actWon
	case r.attacks():
		return actUpset
	case p.whispers(d):
		return actWhisper
	case p.scene.Group():
		if st.Closings > 1 || !p.spokenTo() {
			return actWait
		}
		return actClose
	case r.has[cueBye] > 0 || st.Closings > 1 && (st.Phase != Refused || st.Closings > 2):
		st.Phase = Gone
		return actGoodbye
	case st.Phase == Refused && (r.question != language.NoQuestion || r.has[cueRequest]+r.has[cueWish]+r.has[cueProposal] > 0):
		return actRefuse
	}
	return actClose
}

// nextInterest is the interest to tell, the weightiest that is least met first; -1 when all are told or taken care of.
func (p *Partner) nextInterest() int {
	best, bestNeed := -1, 0.0
	for i, interest := range p.stance.GetInterests() {
		if need := interest.GetWeight() * (1 - p.st.Met[i]); !slices.Contains(p.st.Told, i) && p.st.Met[i] < 1 && (best < 0 || need > bestNeed) {
			best, bestNeed = i, need
		}
	}
	return best
}

// whisperShare is how often somebody who has been won says a word under their breath to another who has not. Chosen: rarely.
const whisperShare = 0.3

// whispers says whether a partner who has agreed now puts in a word with somebody who has not: once, out of the hearing of
// the one who asks.
func (p *Partner) whispers(d *draft.Draft) bool {
	return p.st.Phase == Agreed && !p.st.Whispered && p.scene.Group() && p.unwon() != "" &&
		p.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SPEAK) && d.Chance(whisperShare)
}

// spokenTo says whether the counterpart's last turn was meant for this partner: it says so, or names them, or neither says nor
// names anybody else.
func (p *Partner) spokenTo() bool {
	if !p.scene.Group() || p.line == nil || p.scene.Calls(p.line) || p.line.For == p.scene.Self.GetId() {
		return true
	}
	if p.line.For != "" {
		return false
	}
	for _, name := range p.scene.Names() {
		for _, token := range p.line.Tokens {
			if token.Norm == language.Normalise(name) {
				return false
			}
		}
	}
	return true
}

// nextObjection is the index of the objection to bring up: one that takes up what was just said, else the next in the
// author's order. Those that have been answered already are passed over. It is -1 when there is none.
func (p *Partner) nextObjection() int {
	if p.upcoming == -2 {
		p.upcoming = p.findObjection()
	}
	return p.upcoming
}

func (p *Partner) findObjection() int {
	best, bestShared := -1, -1
	for i, stems := range p.rd.objections {
		if slices.Contains(p.st.Objected, i) || p.answered(stems) || p.settled(i) {
			continue
		}
		shared := 0
		if stems.Shared(p.heard.content) >= 2 {
			shared = 1
		}
		if shared > bestShared {
			best, bestShared = i, shared
		}
	}
	return best
}

// settled says whether what an objection is about has been taken care of: to bring it up now would be deaf. Somebody hard
// is deaf.
func (p *Partner) settled(objection int) bool {
	about := p.rd.about(p.stance.GetObjections()[objection])
	for _, i := range about { // what was said just now counts as well
		if p.st.Met[i] < oneHit && p.heard.met[i] < oneHit {
			return false
		}
	}
	return len(about) > 0 && p.difficulty() < hardStays
}

// answered says whether the counterpart's earlier words cover an objection so far that bringing it up would be deaf.
func (p *Partner) answered(objection language.Stems) bool {
	return len(objection) >= 2 && objection.Overlap(p.rd.known) > sameWords
}
