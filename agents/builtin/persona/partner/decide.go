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
	actWhisper  = "partner.whisper"
)

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
	case r.coherent < 0.5:
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
	near := st.Willingness / max(p.reservation(), 0.01)
	switch {
	case !st.Clear && st.Unclear > p.temper.patience+2:
		st.Phase = Refused
		return actRefuse
	case !st.Clear && st.Unclear > 1 && p.aside != nil && p.scene.Allows(nonverbal):
		return actWait // somebody else has asked already
	case !st.Clear:
		return actClarify
	case near >= 1 && st.Pushbacks >= p.leastPushbacks():
		st.Phase = Agreed
		return actAgree
	case r.has[cueAsksNeeds] > 0 && len(st.Told) < len(p.stance.GetInterests()):
		return actInterest
	case !st.Stated:
		return actPosition
	case st.Stuck >= p.temper.patience && st.Pushbacks >= 3 && near < softAt, p.spent() && near < offerAt:
		st.Phase = Refused
		return actRefuse
	case near >= offerAt && !st.JustOffered && len(st.Offered) < len(p.stance.GetOffers()) && st.Pushbacks > p.leastPushbacks() && d.Chance(0.65):
		return actOffer
	case p.nextObjection() >= 0:
		return actObject
	case len(st.Offered) < len(p.stance.GetOffers()) && near >= offerAt:
		return actOffer
	case len(st.Told) < len(p.stance.GetInterests()):
		return actInterest
	}
	return actSoften
}

// leastPushbacks is how often a partner pushes back before agreeing to anything.
func (p *Partner) leastPushbacks() int { return int(3*p.difficulty() + 0.2) }

// spent says that everything a partner could bring up has been said.
func (p *Partner) spent() bool {
	return p.nextObjection() < 0 && len(p.st.Told) >= len(p.stance.GetInterests())
}

// after is for what comes once the matter is decided.
func (p *Partner) after(d *draft.Draft) string {
	st, r := &p.st, p.heard
	st.Closings++
	switch {
	case st.Phase == Refused && st.Willingness >= p.reservation() && !r.attacks():
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
	case st.Phase == Refused && (r.question != language.NoQuestion || r.has[cueRequest]+r.has[cueProposal] > 0):
		return actRefuse
	}
	return actClose
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
		if slices.Contains(p.st.Objected, i) || p.answered(stems) {
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

// answered says whether the counterpart's earlier words cover an objection so far that bringing it up would be deaf.
func (p *Partner) answered(objection language.Stems) bool {
	return len(objection) >= 2 && objection.Overlap(p.rd.known) > 0.99
}
