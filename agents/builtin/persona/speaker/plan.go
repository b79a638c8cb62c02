package speaker

import (
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What a speaker can do; ids of intended acts. Those of DEAR MAN are the dimensions they aim at.
const (
	actDescribe  = "dear_man.describe"
	actExpress   = "dear_man.express"
	actAssert    = "dear_man.assert"
	actReinforce = "dear_man.reinforce"
	actNegotiate = "dear_man.negotiate"
	actMindful   = "dear_man.mindful"
	actConfident = "dear_man.confident"

	actAcknowledge = "speaker.acknowledge"
	actAskNeeds    = "speaker.ask_needs"
	actAskView     = "speaker.ask_view"
	actAccept      = "speaker.accept"
	actThank       = "speaker.thank"
	actConfirm     = "speaker.confirm"
	actGreet       = "speaker.greet"
	actGoodbye     = "speaker.goodbye"
	actHint        = "speaker.hint"
	actHedge       = "speaker.hedge"
	actApologise   = "speaker.apologise"
	actJudge       = "speaker.judge"
	actBlame       = "speaker.blame"
	actThreaten    = "speaker.threaten"
	actDemand      = "speaker.demand"
	actYield       = "speaker.yield"
	actRespect     = "speaker.respect_no"
	actRepair      = "speaker.take_back"
)

const (
	speak  = vignettev1.ActionKind_ACTION_KIND_SPEAK
	leave  = vignettev1.ActionKind_ACTION_KIND_LEAVE
	silent = vignettev1.ActionKind_ACTION_KIND_SILENT
)

// plan decides what to do with this turn and words it into the draft.
func (s *Speaker) plan() vignettev1.ActionKind {
	h, answered := s.choose()
	s.to = h.role
	switch {
	case s.st.Phase == Gone:
		return silent
	case s.scene.Opening, s.st.Requests+s.st.Vague == 0 && !answered:
		s.intent = "raise the matter"
		s.to = ""
		s.openMatter()
		return speak
	case s.st.Phase != Open:
		return s.afterwards(h)
	case answered && h.kind == agreement:
		return s.agreed(h)
	}
	s.st.Target = h.role
	switch s.modality {
	case vignettev1.Modality_MODALITY_PASSIVE:
		return s.passive(h)
	case vignettev1.Modality_MODALITY_AGGRESSIVE:
		return s.aggressive(h)
	}
	return s.assertive(h)
}

// choose picks whose turn to answer: of those not settled, one who asks or names the speaker, else not the one answered
// last, else the last.
func (s *Speaker) choose() (heard, bool) {
	best, score := -1, -1
	for i, h := range s.heard {
		points := 0
		open := !contains(s.st.Settled, h.role)
		switch {
		case h.kind == silence:
		case h.elsewhere && open:
			points = 1
		case open:
			points = 4
		case h.kind == agreement:
			points = 3
		default:
			points = 1
		}
		if open && !h.elsewhere && (h.question || h.named) {
			points += 2
		}
		if open && h.role != s.st.Target {
			points++
		}
		if points >= score {
			best, score = i, points
		}
	}
	if best < 0 {
		return heard{}, false
	}
	return s.heard[best], true
}

func contains(list []string, item string) bool {
	for _, entry := range list {
		if entry == item {
			return true
		}
	}
	return false
}

// openMatter begins.
func (s *Speaker) openMatter() {
	switch s.modality {
	case vignettev1.Modality_MODALITY_PASSIVE:
		s.openPassive()
	case vignettev1.Modality_MODALITY_AGGRESSIVE:
		s.openAggressive()
	default:
		s.openAssertive()
	}
}

func (s *Speaker) openAssertive() {
	clear := s.good()
	s.greet()
	if !clear {
		s.fumble(heard{})
		return
	}
	s.describe(heard{})
	switch {
	case s.chance(openWithRequest):
		s.assert()
	case s.good() && s.chance(openWithFeeling):
		s.express()
	default:
		s.describe(heard{})
	}
}

// assertive is one turn of somebody who says what is wanted and respects the other; skill decides how well.
func (s *Speaker) assertive(h heard) vignettev1.ActionKind {
	for _, other := range s.heard {
		if other.kind == agreement && other.role != h.role && s.good() {
			s.thankBriefly(other)
		}
	}
	if (h.kind == remark || contains(s.st.Settled, h.role)) && h.kind != departed && h.kind != attack && !h.question && s.st.Requests > 0 && s.goOn() {
		return speak
	}
	switch h.kind {
	case unclear, silence:
		s.sayWhat(h)
	case attack:
		s.steady(h)
	case shamed:
		s.unashamed(h)
	case strayed, brushedOff:
		s.stayOn(h)
	case finalNo:
		return s.lastNo(h)
	case offered:
		return s.answerOffer(h)
	case closing:
		return s.closeUp(h)
	case departed:
		return s.afterWalkout(h)
	default:
		s.answerObjection(h)
	}
	return speak
}

// sayWhat answers "what is it you want?".
func (s *Speaker) sayWhat(h heard) {
	s.intent = "say plainly what I want"
	if !s.good() && s.st.Vague < 2 && !s.refusingAsked() {
		s.fumble(h)
		return
	}
	if s.st.Requests == 0 && len(s.st.Facts) == 0 {
		s.describe(heard{})
	}
	s.assert()
	if s.good() && s.d.Len() < 3 && s.chance(addFeeling) {
		s.express()
	} else if s.good() && s.st.Requests > 1 {
		s.reinforce(h)
	}
}

// refusingAsked says that the other wants a yes or no to their own request: then even the vague get to the point sooner.
func (s *Speaker) refusingAsked() bool { return s.refuses() && s.st.Vague > 0 }

// answerObjection answers what was said against it, or a question about it.
func (s *Speaker) answerObjection(h heard) {
	s.intent = "answer what was said and stay with my request"
	if !s.good() {
		s.misstep(h)
		return
	}
	if s.st.Requests == 0 {
		s.firstNo(h)
		return
	}
	acknowledged := s.good() && s.acknowledge(h)
	if s.answer(h) {
		s.askView(h)
		return
	}
	switch {
	case s.st.Pushbacks >= askNeedsAt && s.st.Needs == 0 && !s.refuses() && s.chance(askNeeds):
		s.st.Needs++
		s.d.Say(actAskNeeds, s.byName(h, needs)...)
	case s.st.Pushbacks >= negotiateAt && s.chance(negotiateFirst) && s.negotiate(h):
		s.askView(h)
	case s.unsaid(s.st.Feelings, s.objective.GetFeelings()) && len(s.st.Feelings) == 0 && s.chance(expressFirst):
		s.express()
	case s.reinforce(h):
	case s.negotiate(h):
		s.askView(h)
	case s.describe(h), s.express():
	default:
		s.assert()
	}
	if !acknowledged && s.d.Len() == 1 && s.chance(restateShort) && s.st.Requests < restateMost {
		s.assert()
	}
}

// firstNo is the first clear word after the other has spoken: for a refusal, the no itself.
func (s *Speaker) firstNo(h heard) {
	s.acknowledge(h)
	if len(s.st.Facts) == 0 && s.chance(noWithFact) {
		s.describe(h)
	}
	if s.refuses() && s.chance(noWithFeeling) && len(s.st.Feelings) == 0 {
		s.express()
	}
	s.assert()
}

// askView asks after a compromise what the other thinks of it.
func (s *Speaker) askView(h heard) {
	if n := len(s.st.Compromises); n > 0 && s.justNegotiated() && s.chance(askView) && !s.refuses() {
		s.d.Say(actAskView, s.byName(h, views)...)
	}
}

// misstep is what a turn that goes wrong looks like.
func (s *Speaker) misstep(h heard) {
	s.intent = "get it over with"
	switch pick := s.draw.Float64(); {
	case s.st.Requests == 0 && pick < missFumble && s.st.Vague < tooVague:
		s.fumble(h)
	case pick < missJudge:
		s.d.Say(actJudge, s.pick(judging, judgingNo)...)
		s.assert()
	case pick < missCram:
		s.cram(h)
	case pick < missBlunt:
		s.assertBluntly()
	case pick < missTrail:
		s.d.Say(actHedge, hedges...)
		s.trail(h)
	case pick < missApologise:
		s.d.Say(actApologise, excuses...)
		s.describe(heard{})
		s.d.Say(actHedge, s.pick(excusesEnd, excusesEndNo)...)
	default:
		s.describe(heard{})
		s.assertBluntly()
	}
	if s.d.Empty() {
		s.assertBluntly()
	}
}

// fumble is an opening or answer that does not get to the point.
func (s *Speaker) fumble(heard) {
	s.st.Vague++
	switch s.draw.IntN(3) {
	case 0:
		s.d.Say(actHint, s.pick(hints, hintsNo)...)
	case 1:
		s.d.Say(actHedge, hedges...)
		s.trail(heard{})
	default:
		if s.refuses() {
			s.d.Say(actHint, hintsNo...)
			return
		}
		s.judgeOrHint()
	}
	if s.d.Empty() {
		s.assertBluntly()
	}
}

func (s *Speaker) judgeOrHint() {
	if s.describe(heard{}) {
		s.d.Say(actHint, trailing...)
		return
	}
	s.d.Say(actHint, hints...)
}

// steady answers an attack: without one of its own when it goes well.
func (s *Speaker) steady(h heard) {
	s.intent = "not be drawn into a fight"
	if !s.good() {
		s.d.Say(actJudge, defending...)
		s.assertBluntly()
		return
	}
	if s.st.Harsh && s.d.Say(actRepair, s.byName(h, takingBack)...) {
		return // the matter can wait a turn
	}
	s.d.Say(actMindful, s.byName(h, calming)...)
	if s.st.Requests == 0 || !s.reinforce(h) {
		s.assert()
	}
}

// unashamed answers an attempt to make the speaker feel bad: takes the feeling seriously, and stays with the matter.
func (s *Speaker) unashamed(h heard) {
	s.intent = "not let myself be shamed out of it"
	if !s.good() {
		s.d.Say(actApologise, excuses...)
		s.d.Say(actHedge, hedges...)
		return
	}
	s.d.Say(actMindful, s.byName(h, s.pick(notAshamed, notAshamedNo))...)
	if s.refuses() && s.negotiate(h) {
		return
	}
	if s.chance(restateShort) || !s.reinforce(h) {
		s.assert()
	}
}

// stayOn leads back from another matter.
func (s *Speaker) stayOn(h heard) {
	s.intent = "come back to what this is about"
	if !s.good() {
		s.d.Say(actJudge, defending...)
		return
	}
	words := returning
	if h.kind == brushedOff {
		words = s.pick(insisting, insistingNo)
	}
	s.d.Say(actMindful, s.byName(h, words)...)
	s.assert()
}

// answerOffer answers a counter-offer.
func (s *Speaker) answerOffer(h heard) vignettev1.ActionKind {
	s.intent = "answer the offer"
	if s.refuses() {
		s.refuseOffer(h)
		return speak
	}
	last := s.scene.TurnsLeft > 0 && s.scene.TurnsLeft <= lastTurns
	if s.st.Requests > 0 && (last || s.st.Offers > 1 || !s.unsaid(s.st.Compromises, s.objective.GetCompromises()) || s.chance(acceptEarly*(1-s.skill))) {
		return s.accept(h)
	}
	if !s.good() {
		s.misstep(h)
		return speak
	}
	s.d.Say(actThank, s.byName(h, thanksForOffer)...)
	if !s.negotiate(h) {
		s.assert()
	}
	s.askView(h)
	return speak
}

func (s *Speaker) refuseOffer(h heard) {
	if !s.good() {
		s.misstep(h)
		return
	}
	s.d.Say(actAssert, noToThat...)
	s.st.Requests++
	if !s.negotiate(h) && !s.describe(h) {
		s.reinforce(h)
	}
}

// accept takes an offer and says what was agreed.
func (s *Speaker) accept(h heard) vignettev1.ActionKind {
	s.intent = "accept what is offered"
	s.settle(h.role)
	s.d.Say(actAccept, s.byName(h, accepting)...)
	if open := s.openOthers(); len(open) > 0 {
		s.to = open[0]
		s.d.Say(actAskNeeds, s.turnTo(s.scene.CallName(open[0]))...)
		return speak
	}
	if s.good() {
		s.d.Say(actThank, s.byName(h, thanks)...)
	}
	return speak
}

// settle marks somebody as agreed, and the matter with the last of them.
func (s *Speaker) settle(role string) {
	if !contains(s.st.Settled, role) {
		s.st.Settled = append(s.st.Settled, role)
	}
	if s.everybodySettled() {
		s.st.Phase = Agreed
	}
}

// agreed answers a yes: thank, say what was agreed, or go on with whoever has not said yes.
func (s *Speaker) agreed(h heard) vignettev1.ActionKind {
	s.intent = "thank and make sure of it"
	if s.everybodySettled() {
		s.st.Phase = Agreed
		s.thankFor(h)
		return speak
	}
	s.thankBriefly(h)
	s.goOn()
	return speak
}

// goOn turns to the first who has still to be won. It returns false when there is nobody, or nothing new to say to them.
func (s *Speaker) goOn() bool {
	open := s.openOthers()
	if len(open) == 0 {
		return false
	}
	name := s.scene.CallName(open[0])
	if !s.negotiateTo(name) && !s.reinforceTo(name) && !s.d.Say(actAskNeeds, s.turnTo(name)...) {
		return false
	}
	s.st.Target, s.to = open[0], open[0]
	return true
}

// openOthers are those present who have not agreed, in order.
func (s *Speaker) openOthers() []string {
	var open []string
	for _, id := range s.scene.Present() {
		if s.isOpen(id) {
			open = append(open, id)
		}
	}
	return open
}

// isOpen says whether somebody has still to be won: they have not agreed, and they have spoken against it or not at all.
func (s *Speaker) isOpen(id string) bool {
	_, spoke := s.st.Read[id]
	return !contains(s.st.Settled, id) && (!spoke || contains(s.st.Against, id))
}

// lastNo answers a last no: one more proposal, or respect.
func (s *Speaker) lastNo(h heard) vignettev1.ActionKind {
	s.intent = "respect the no without giving up myself"
	others := len(s.openOthers()) > 1
	if s.refuses() {
		s.st.Phase = Refused
		s.d.Say(actRespect, respectAnger...)
		if s.good() {
			s.negotiate(h)
		}
		return speak
	}
	if s.st.Noes <= 1 && s.good() && s.unsaid(s.st.Compromises, s.objective.GetCompromises()) {
		s.d.Say(actAcknowledge, s.byName(h, hearingNo)...)
		s.negotiate(h)
		return speak
	}
	if !others {
		s.st.Phase = Refused
	}
	if s.good() {
		s.d.Say(actRespect, s.byName(h, respecting)...)
		return speak
	}
	s.d.Say(actJudge, grumbling...)
	return speak
}

// afterWalkout is for the moment after somebody has left.
func (s *Speaker) afterWalkout(h heard) vignettev1.ActionKind {
	s.intent = "go on with those who are still here"
	open := s.openOthers()
	if len(open) == 0 {
		s.st.Phase = Gone
		return silent
	}
	s.to = open[0]
	name := s.scene.CallName(open[0])
	if !s.negotiateTo(name) {
		s.d.Say(actAskNeeds, s.turnTo(name)...)
	}
	return speak
}

// closeUp answers a last friendly word in an open matter.
func (s *Speaker) closeUp(h heard) vignettev1.ActionKind {
	if s.st.Requests == 0 || s.good() && s.st.Closings == 0 {
		s.st.Closings++
		s.answerObjection(h)
		return speak
	}
	s.st.Phase = Gone
	s.intent = "end the conversation"
	s.d.Say(actGoodbye, s.goodbyes(h)...)
	return leave
}

// afterwards is for turns after the matter is decided: one more word, then goodbye.
func (s *Speaker) afterwards(h heard) vignettev1.ActionKind {
	s.st.Closings++
	s.intent = "end it well"
	if h.kind == agreement && s.st.Phase == Refused {
		s.st.Phase = Agreed
		s.st.Closings = 0
		s.thankFor(h)
		return speak
	}
	if h.kind == agreement && s.st.Phase == Agreed && s.st.Closings == 1 && h.role != s.st.Target && s.scene.Group() {
		s.thankFor(h)
		return speak
	}
	s.st.Phase = Gone
	s.d.Say(actGoodbye, s.goodbyes(h)...)
	return leave
}
