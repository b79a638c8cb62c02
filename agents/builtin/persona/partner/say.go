package partner

import (
	"math/rand/v2"
	"slices"
	"strings"

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
	if decision != actWait {
		p.st.Last = decision
	}
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
	case actGuilt, actDeflect, actSidetrack, actInterrupt:
		p.getAway(d, decision)
	case actCave:
		d.Say(actCave, cavings...)
	case actRefuse:
		d.Say(actRefuse, p.refusals()...)
	default:
		d.Say(decision, p.plain(decision)...)
	}
	return vignettev1.ActionKind_ACTION_KIND_SPEAK
}

// refusals are the words of a last no: the first, one that owns that nothing is left to object to, or one more.
func (p *Partner) refusals() []string {
	switch {
	case p.asker:
		return askerRefusals
	case p.st.Closings > 0:
		return refusalsAgain
	case p.metShare() >= oneHit && !p.never():
		return refusalsMet
	}
	return refusals
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
	d.SayFirst(actObject, p.lead(d, objection, reacted != "")...)
}

// lead words an author's sentence as something that comes up now: after a word about what was said it contrasts, else it
// stands by itself. No lead is used twice, but for the plainest.
func (p *Partner) lead(d *draft.Draft, text string, reacted bool) []string {
	question := language.IsQuestion(text)
	leads := onItsOwn
	switch {
	case p.heardOut(text):
		leads = allTheSame
	case p.answersQuestion() && !question:
		leads = afterQuestion
	case question && reacted:
		leads = contrastQuestion
	case question:
		leads = nil
	case reacted:
		leads = contrast
	}
	var fresh []string
	for _, lead := range leads {
		if led, ok := draft.Led(lead, text); ok && (lead == "But " || !p.usedLead(lead)) {
			fresh = append(fresh, led)
		}
	}
	if len(fresh) > 0 {
		first := d.Pick(len(fresh))
		fresh[0], fresh[first] = fresh[first], fresh[0]
	}
	if p.warm && len(fresh) > 0 {
		return append(fresh, text) // after a warm word, what is said against it must say so
	}
	return shuffleHead(d, append(fresh, text))
}

// heardOut says whether what a text of the author's is about has been answered already: somebody hard brings it up
// knowing that.
func (p *Partner) heardOut(text string) bool {
	about := p.rd.about(text)
	for _, i := range about {
		if p.st.Met[i] < oneHit {
			return false
		}
	}
	return len(about) > 0
}

// usedLead says whether the partner has begun a sentence like that before.
func (p *Partner) usedLead(lead string) bool {
	for _, said := range p.scene.Said() {
		if strings.Contains(said, lead) {
			return true
		}
	}
	return false
}

// getAway tries a way out of the matter, as somebody hard does.
func (p *Partner) getAway(d *draft.Draft, way string) {
	p.st.Pushbacks++
	said := false
	switch way {
	case actGuilt:
		said = d.Say(actGuilt, p.pick(guiltTrips, askerGuiltTrips)...)
	case actDeflect:
		said = d.Say(actDeflect, p.pick(deflections, askerDeflections)...)
	case actSidetrack:
		said = d.Say(actSidetrack, sidetracks...)
	}
	if said {
		return
	}
	if next := p.nextObjection(); next >= 0 {
		d.Say(actInterrupt, interruptions...)
		p.st.Objected = append(p.st.Objected, next)
		d.SayFirst(actObject, p.stance.GetObjections()[next])
		p.st.Last = actObject
		return
	}
	d.Say(actSoften, p.pick(unmoved, askerUnmoved)...)
}

// shuffleHead brings the last wording to the front sometimes, so that not each line begins alike.
func shuffleHead(d *draft.Draft, wordings []string) []string {
	if len(wordings) > 1 && d.Chance(plainChance) {
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
	best := p.nextInterest()
	p.st.Told = append(p.st.Told, best)
	p.st.Pushbacks++
	text := p.stance.GetInterests()[best].GetText()
	reacted := ""
	if p.heard.has[cueAsksNeeds] == 0 {
		reacted = p.react(d)
	}
	leads := interestLeads
	if reacted == "" && p.heard.has[cueAsksNeeds] > 0 {
		leads = afterQuestion
	}
	var wordings []string
	for _, lead := range leads {
		if led, ok := draft.Led(lead, text); ok && !p.usedLead(lead) {
			wordings = append(wordings, led)
		}
	}
	d.Say(actInterest, append(wordings, text)...)
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
	case st.Unclear <= 1 && r.has[cueGreets] > 0 && r.facts+r.stray == 0:
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
	case r.has[cueUltimatum] > 0:
		kind = onUltimatum
	case r.has[cueThreat] > 0:
		kind = onThreat
	case r.has[cueInsult] > 0:
		kind = onInsult
	case r.has[cueSarcasm] > 0:
		kind = onSarcasm
	case r.has[cueAccuses] > r.has[cueBlame]:
		kind = onAccused
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
	if p.near() >= softAt {
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
	if anger > softAnger {
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
	if p.st.Phase == Refused || p.st.Feelings[anger] > coldAnger {
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
	if p.mended > repairedBelow {
		d.Say(actReact, onRepair...)
		return d.Text()[len(before):]
	}
	if !p.spokenTo() {
		if p.st.Phase == Open {
			d.Say(actReact, asides...)
		}
		return d.Text()[len(before):]
	}
	st := &p.st
	words, frames := p.reactions()
	if len(words) == 0 {
		return ""
	}
	p.warm = st.Willingness-p.before > noticedRise && (p.heard.offers() || p.heard.gains > 0)
	if noun := p.noun(); noun != "" && len(frames) > 0 && d.Chance(nounChance) {
		named := make([]string, len(frames))
		for i, frame := range frames {
			named[i] = strings.Replace(frame, "%s", noun, 1)
		}
		if d.Say(actReact, named...) {
			return d.Text()[len(before):]
		}
	}
	d.Say(actReact, words...)
	return d.Text()[len(before):]
}

// noun is what the counterpart's last words named and the partner has not named so far: what bears on an interest first.
func (p *Partner) noun() string {
	best, most := "", -1
	for _, noun := range language.NounPhrases(p.line.Tokens) {
		tokens := language.Tokens(noun)
		stems := language.StemsOf(tokens)
		score := len(p.rd.about(noun))
		counted := !strings.HasPrefix(noun, "the ") && !strings.HasPrefix(noun, "your ") && !strings.HasPrefix(noun, "my ")
		if p.named(stems) || stems.Overlap(p.heard.asking) > 0 || counted && score == 0 || talking.Shared(stems) > 0 {
			continue // known already, what it is all about, or nothing to name
		}
		if p.rd.onTopic(stems) {
			score++
		}
		if score > most {
			best, most = noun, score
		}
	}
	if most <= 0 && p.heard.offers() {
		return "" // of an offer, only what it is about is worth naming
	}
	return best
}

// talking are words for talking itself: "on your mind" names nothing.
var talking = language.StemsOf(language.Tokens("mind answer question point word request moment talk feelings side place"))

// named says whether the partner has used all of these words already.
func (p *Partner) named(stems language.Stems) bool {
	for _, own := range p.scene.Own() {
		if stems.Overlap(language.StemsOf(language.Tokens(own))) > sameWords {
			return true
		}
	}
	return false
}

// reactions are words for what moved the partner most, and frames for the same that name what was said (%s).
func (p *Partner) reactions() (words, frames []string) {
	r, st := p.heard, &p.st
	moved := st.Willingness - p.before
	view := r.has[cueAsksView] > 0
	offered := r.offers()
	switch {
	case r.presses() && r.has[cueDemand] == 0:
		return onJudged, nil
	case r.has[cueDemand] > 0:
		return p.pick(onDemand, onAskerDemand), nil
	case st.Rupture > ruptureTalks && (offered || r.gains > 0 || r.validates):
		return onCool, nil
	case offered && moved > noticedRise && view:
		return viewYes, nil
	case offered && view && !p.won():
		return viewNo, viewNoAbout
	case offered && moved > noticedRise:
		return p.pick(onGoodProposal, onAskerGoodProposal), goodAbout
	case r.gains > 0 && moved > noticedRise:
		return p.pick(onMetGain, onAskerMetGain), goodAbout
	case offered:
		return p.pick(onProposal, onAskerProposal), maybeAbout
	case r.has[cueFeelsBad] > 0:
		return p.pick(onBadFeeling, onAskerBadFeeling), nil
	case r.has[cueFeelsGood] > 0:
		return onGoodFeeling, nil
	case r.gains > 0:
		return p.pick(onGain, onAskerGain), maybeAbout
	case r.facts+r.stray > 0:
		return p.pick(onFact, onAskerFact), factAbout
	case r.has[cueSorry] > 0 && st.Meek >= grovelFrom:
		return onGrovel, nil
	case r.has[cueSorry] > 0:
		return onSorry, nil
	case p.asker && r.has[cueNo] > 0:
		return onNo, nil
	case !p.asker && (r.repeats || r.asked && p.wasClear && st.Stated):
		return onRepeat, nil
	case r.validates:
		return onReflection, nil
	}
	return nil, nil
}
