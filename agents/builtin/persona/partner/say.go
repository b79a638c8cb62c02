package partner

import (
	"math/rand/v2"
	"slices"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Act takes the partner's turn: decide, then say.
func (p *Partner) Act(decideRand, wordRand *rand.Rand) draft.Turn {
	decision := p.decide(draft.New(decideRand, nil))
	d := draft.New(wordRand, p.scene.Said())
	kind := p.say(d, decision)
	p.st.JustOffered = decision == actOffer
	if d.Empty() {
		kind = p.fallback(d, kind)
	}
	turn := draft.Turn{Kind: kind, Text: d.Text(), Acts: d.Acts(), Intent: intents[decision], For: p.meant(decision)}
	if decision == actWhisper {
		turn.To = []string{turn.For}
	}
	if turn.Acts == nil {
		turn.Acts = []*vignettev1.IntendedAct{{Act: decision}}
	}
	return turn
}

// meant is whom a turn is for: the one this is about, or in a whisper who has not been won yet. Who only waits, or begins,
// means nobody in particular.
func (p *Partner) meant(decision string) string {
	switch decision {
	case actWhisper:
		return p.unwon()
	case actWait, actOpen:
		return ""
	}
	return p.st.Counterpart
}

// unwon is who last spoke to the one this is about and has not been heard to agree, if they are still here; else "".
func (p *Partner) unwon() string {
	who := ""
	for i := range p.scene.Heard {
		line := &p.scene.Heard[i]
		if line.Role != p.st.Counterpart && line.For == p.st.Counterpart {
			who = line.Role
		}
	}
	if slices.Contains(p.st.Yielded, who) || !p.scene.IsPresent(who) {
		return ""
	}
	return who
}

// say words a decision.
func (p *Partner) say(d *draft.Draft, decision string) vignettev1.ActionKind {
	st := &p.st
	switch decision {
	case actOpen:
		p.open(d)
	case actPosition:
		p.react(d)
		d.Say(actPosition, p.stance.GetPosition())
		st.Stated = true
		st.Pushbacks++
	case actObject:
		p.object(d)
	case actInterest:
		p.tellInterest(d)
	case actOffer:
		p.offer(d)
	case actAgree:
		p.react(d)
		d.SayFirst(actAgree, p.stance.GetAgreement(), "All right, you have my yes.", "Fine, let's do it.")
	case actWalkOut:
		d.Say(actWalkOut, walkOuts...)
		return vignettev1.ActionKind_ACTION_KIND_LEAVE
	case actGoodbye:
		d.Say(actGoodbye, p.goodbyes()...)
		return vignettev1.ActionKind_ACTION_KIND_LEAVE
	case actUpset:
		p.upset(d)
	case actClarify:
		p.clarifyAloud(d)
	case actClose:
		p.close(d)
	case actWhisper:
		p.st.Whispered = true
		d.Say(actWhisper, whispers...)
	case actWait:
		return p.wait(d)
	case actSoften:
		p.soften(d)
	case actRefuse:
		d.Say(actRefuse, p.pick(refusals, askerRefusals)...)
	default:
		d.Say(decision, p.plain(decision)...)
	}
	return vignettev1.ActionKind_ACTION_KIND_SPEAK
}

// pick returns the words for who is asked, or for who asks.
func (p *Partner) pick(asked, asker []string) []string {
	if p.asker {
		return asker
	}
	return asked
}

func (p *Partner) plain(decision string) []string {
	switch decision {
	case actConfirm:
		return p.pick(confirms, askerConfirms)
	case actDropped:
		return lettingDrop
	case actWon:
		return winning
	case actEcho:
		return echoes
	case actConfused:
		return confusions
	case actPrompt:
		return prompts
	}
	return nil
}

// open begins the conversation: one who asks says what for, one who is asked invites the other to speak.
func (p *Partner) open(d *draft.Draft) {
	if !p.asker {
		d.Say(actOpen, openings...)
		return
	}
	present := p.scene.Present()
	if len(present) == 1 {
		if name := p.scene.CallName(present[0]); name != "" {
			d.Say(actOpen, "Listen, "+name+", there's something I have to ask you.", name+", I need to talk to you about something.")
		}
	}
	d.Say(actPosition, p.stance.GetPosition())
	p.st.Stated = true
}

// object brings up the next objection, after a word about what was just said.
func (p *Partner) object(d *draft.Draft) {
	next := p.nextObjection()
	p.st.Pushbacks++
	p.st.Objected = append(p.st.Objected, next)
	objection := p.stance.GetObjections()[next]
	reacted := p.react(d)
	if !p.spokenTo() {
		reacted = "" // a new worry contrasts with nothing
	}
	inside, fits := draft.Inside(objection)
	question := language.IsQuestion(objection)
	mark := "."
	if question {
		mark = "" // Inside keeps the question mark
	}
	var wordings []string
	if fits && reacted != "" {
		wordings = append(wordings, "But "+inside+mark)
	}
	if fits && reacted != "" && !question && p.st.Pushbacks > 1 {
		wordings = append(wordings, "Still, "+inside+mark)
	}
	if fits && p.answersQuestion() && !question {
		wordings = []string{"Well, " + inside + mark}
	}
	wordings = append(wordings, objection)
	d.SayFirst(actObject, shuffleHead(d, wordings)...)
}

// shuffleHead brings the last wording to the front sometimes, so that not each line begins alike.
func shuffleHead(d *draft.Draft, wordings []string) []string {
	if len(wordings) > 1 && d.Chance(0.35) {
		last := len(wordings) - 1
		return append([]string{wordings[last]}, wordings[:last]...)
	}
	return wordings
}

// answersQuestion says whether the counterpart's turn asked an open question.
func (p *Partner) answersQuestion() bool {
	return p.heard != nil && p.heard.question.IsOpen() && p.spokenTo()
}

// tellInterest says what the partner really cares about, the weightiest unmet first.
func (p *Partner) tellInterest(d *draft.Draft) {
	best, bestNeed := -1, -1.0
	for i, interest := range p.stance.GetInterests() {
		if need := interest.GetWeight() * (1.01 - p.st.Met[i]); !slices.Contains(p.st.Told, i) && need > bestNeed {
			best, bestNeed = i, need
		}
	}
	p.st.Told = append(p.st.Told, best)
	p.st.Pushbacks++
	text := p.stance.GetInterests()[best].GetText()
	reacted := ""
	if p.heard.has[cueAsksNeeds] == 0 {
		reacted = p.react(d)
	}
	inside, fits := draft.Inside(text)
	switch {
	case reacted == "" && fits && p.heard.has[cueAsksNeeds] > 0:
		d.SayFirst(actInterest, shuffleHead(d, []string{"Well, " + inside + ".", "Honestly, " + inside + ".", text})...)
	case fits:
		d.Say(actInterest, "What it comes down to is this: "+inside+".", "To be honest, "+inside+".", text)
	default:
		d.Say(actInterest, text)
	}
}

// offer makes the next offer.
func (p *Partner) offer(d *draft.Draft) {
	reacted := p.react(d)
	text := p.stance.GetOffers()[len(p.st.Offered)]
	p.st.Offered = append(p.st.Offered, len(p.st.Offered))
	p.st.Pushbacks++
	if reacted == "" {
		d.Say("", p.pick(offerLeads, askerOfferLeads)...)
	}
	d.Say(actOffer, text)
}

// clarifyAloud asks what the other wants, more plainly each time.
func (p *Partner) clarifyAloud(d *draft.Draft) {
	st := &p.st
	r := p.heard
	if p.aside != nil && language.FormOf(p.aside.Tokens) != language.NoQuestion && st.Unclear <= 1 && p.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SPEAK) {
		d.Say(actClarify, "I'd like to know that, too.", "Yes, tell us.")
		return
	}
	switch {
	case p.asker && !r.onTopic && r.facts > 0 && st.Unclear > 1:
		d.Say(actClarify, "That's not what I asked you.", "What's that got to do with it?")
	case p.asker:
		d.Say(actClarify, askerClarify...)
	case st.Unclear <= 1 && r.has[cueGreets] > 0 && r.facts == 0:
		d.Say(actClarify, invitations...)
	case !r.onTopic && r.facts > 0 && st.Unclear > 1:
		d.Say(actClarify, "I don't see what that has to do with me.", "I'm not sure why you're telling me this.")
	case st.Unclear <= 2:
		p.react(d)
		d.Say(actClarify, clarify...)
	default:
		d.Say(actClarify, clarifyPlainly...)
	}
}

// upset answers an attack by its kind.
func (p *Partner) upset(d *draft.Draft) {
	r := p.heard
	st := &p.st
	var kind []string
	switch {
	case r.has[cueThreat] > 0:
		kind = onThreat
	case r.has[cueInsult] > 0:
		kind = onInsult
	case r.has[cueSarcasm] > 0:
		kind = onSarcasm
	default:
		kind = onBlame
	}
	d.Say(actUpset, kind...)
	st.Pushbacks++
	if st.Phase != Open || st.Abuses > 2 {
		d.Say(actUpset, limits...)
		return
	}
	switch {
	case !st.Stated:
		d.Say(actPosition, p.stance.GetPosition())
		st.Stated = true
	case !st.Clear:
		d.Say(actClarify, clarifyPlainly...)
	default:
		d.Say(actRefuse, notThisWay...)
	}
}

// soften says that the partner is coming round, or is not, when nothing else is left to say.
func (p *Partner) soften(d *draft.Draft) {
	p.react(d)
	p.st.Pushbacks++
	if p.st.Willingness >= softAt*p.reservation() {
		d.Say(actSoften, softening...)
		return
	}
	d.Say(actSoften, p.pick(unmoved, askerUnmoved)...)
}

// close is the first word after the matter is decided.
func (p *Partner) close(d *draft.Draft) {
	r := p.heard
	switch p.st.Phase {
	case Agreed:
		if r.question.IsClosed() {
			d.Say(actClose, "Yes, that's fine with me.", "Yes, let's do it like that.")
			return
		}
		d.Say(actClose, p.pick(closings, askerClosings)...)
	case Refused:
		if p.asker {
			d.Say(actClose, "I'll manage somehow.", "Let's not talk about it any more.", "It's all right, I'll survive.")
			return
		}
		if r.has[cueThanks]+r.has[cueHearsMe] > 0 {
			d.Say(actClose, "Thank you for taking it like that.", "I'm glad you can see it from my side.")
			return
		}
		d.Say(actClose, "Let's leave it there for now.", "I'd like to leave it at that.")
	case Dropped:
		d.Say(actClose, "No harm done.", "It's fine, really.")
	case Won:
		d.Say(actClose, "I mean it, you're a real help.", "You've taken a weight off me.")
	}
}

// wait is a turn without a word, shown first and then simply silent.
func (p *Partner) wait(d *draft.Draft) vignettev1.ActionKind {
	if p.st.Phase == Agreed && p.scene.Group() && p.aside == nil && d.Say(actClose, "I've said yes, so it's not up to me any more.") {
		return vignettev1.ActionKind_ACTION_KIND_SPEAK
	}
	if p.st.Phase != Gone && p.st.Phase != Refused && p.scene.Allows(vignettev1.ActionKind_ACTION_KIND_NONVERBAL) && d.Say(actWait, gestures(p.st.Feelings[anger])...) {
		return vignettev1.ActionKind_ACTION_KIND_NONVERBAL
	}
	return vignettev1.ActionKind_ACTION_KIND_SILENT
}

func gestures(anger float64) []string {
	if anger > 0.4 {
		return []string{"looks away", "folds their arms", "shakes their head"}
	}
	return []string{"nods", "listens", "waits"}
}

// fallback keeps a turn from being empty where silence is not allowed.
func (p *Partner) fallback(d *draft.Draft, kind vignettev1.ActionKind) vignettev1.ActionKind {
	if kind == vignettev1.ActionKind_ACTION_KIND_LEAVE && p.scene.Allows(kind) {
		return kind
	}
	if kind != vignettev1.ActionKind_ACTION_KIND_SILENT && p.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SPEAK) && d.Say(actReact, fillers...) {
		return vignettev1.ActionKind_ACTION_KIND_SPEAK
	}
	if p.scene.Allows(vignettev1.ActionKind_ACTION_KIND_SILENT) {
		return vignettev1.ActionKind_ACTION_KIND_SILENT
	}
	if !d.Say(actReact, fillers...) {
		d.Insist(actReact, fillers[0])
	}
	return vignettev1.ActionKind_ACTION_KIND_SPEAK
}

func (p *Partner) goodbyes() []string {
	if p.st.Phase == Refused || p.st.Feelings[anger] > 0.3 {
		return []string{"I have to go now.", "I'm going to get on with things."}
	}
	if name := p.scene.CallName(p.st.Counterpart); name != "" {
		return []string{"See you, " + name + ".", "Take care, " + name + "."}
	}
	return []string{"See you.", "Take care."}
}

// react says a word about what was just said, chosen by what moved the partner most, and returns the words.
func (p *Partner) react(d *draft.Draft) string {
	if p.heard == nil {
		return ""
	}
	before := d.Text()
	if !p.spokenTo() {
		if p.st.Phase == Open {
			d.Say(actReact, asides...)
		}
		return d.Text()[len(before):]
	}
	words := p.reactions()
	if len(words) > 0 {
		d.Say(actReact, words...)
	}
	return d.Text()[len(before):]
}

func (p *Partner) reactions() []string {
	r, st := p.heard, &p.st
	moved := st.Willingness - p.before
	view := r.has[cueAsksView] > 0
	switch {
	case r.has[cueProposal] > 0 && r.onTopic && moved > 0.06 && view:
		return viewYes
	case r.has[cueProposal] > 0 && view && st.Willingness < p.reservation():
		return viewNo
	case r.has[cueJudges] > 0:
		return onJudged
	case r.has[cueDemand] > 0:
		return p.pick(onDemand, onAskerDemand)
	case r.has[cueProposal] > 0 && r.onTopic && moved > 0.06:
		return p.pick(onGoodProposal, onAskerGoodProposal)
	case r.gains > 0 && moved > 0.06:
		return p.pick(onMetGain, onAskerMetGain)
	case r.has[cueProposal] > 0 && r.onTopic:
		return p.pick(onProposal, onAskerProposal)
	case r.has[cueFeelsBad] > 0:
		return p.pick(onBadFeeling, onAskerBadFeeling)
	case r.has[cueFeelsGood] > 0:
		return onGoodFeeling
	case r.gains > 0:
		return p.pick(onGain, onAskerGain)
	case r.facts > 0:
		return p.pick(onFact, onAskerFact)
	case r.has[cueSorry] > 0:
		return onSorry
	case p.asker && r.has[cueNo] > 0:
		return onNo
	case r.asked && p.wasClear && st.Stated:
		return onRepeat
	case r.reflects:
		return onReflection
	}
	return nil
}
