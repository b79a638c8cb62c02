package counselor

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Chances of what a skilled counselor does. Chosen, so that reflections about match questions and the modalities differ
// as their manuals do: MI reflects most, supportive work validates most, CBT asks most (MITI 4.2.1 sets one reflection to a
// question as fair, two as good).
type habits struct{ validates, affirms, asks, second float64 }

var habitsOf = map[modality]habits{
	supportive: {validates: 0.6, affirms: 0.3, asks: 0.65, second: 0.35},
	mi:         {validates: 0.2, affirms: 0.35, asks: 0.6, second: 0.55},
	cbt:        {validates: 0.3, affirms: 0.15, asks: 0.9, second: 0.2},
	directive:  {validates: 0.3, affirms: 0.15, asks: 0.85, second: 0.1},
}

// topicsOf are what a counselor asks about, stage by stage, in order.
var topicsOf = map[modality]map[stage][]string{
	supportive: {
		exploring: {"situation", "feelings", "thoughts", "support", "deeds", "body"},
		deepening: {"history", "belief", "strengths", "goal", "sleep", "change"},
	},
	mi: {
		exploring: {"situation", "feelings", "deeds", "goal", "thoughts"},
		deepening: {"change", "belief", "strengths", "change", "history", "change", "next"},
	},
	cbt: {
		exploring: {"situation", "thoughts", "feelings", "deeds", "strength", "scale"},
		deepening: {"belief", "evidence", "history", "evidence", "strengths", "next", "goal"},
	},
	directive: {
		exploring: {"situation", "deeds", "feelings", "scale", "sleep", "thoughts", "support"},
		deepening: {"goal", "history", "belief", "change", "next", "strengths"},
	},
}

// decide says what this turn says: with the chance that skill gives, the skilled thing.
func (t *turn) decide() {
	skilled := t.luck.Float64() < t.skill
	switch {
	case t.memory.Risk == riskAsked && t.read.any && t.read.safe():
		t.afterRisk(skilled)
	case t.memory.Risk == riskAsked && t.read.any && skilled:
		t.followRisk()
	case t.memory.Bye:
		t.say(t.book(skilled), "bye", "close")
	case t.stage == opening:
		t.open(skilled)
	case t.stage == ending || t.read.farewell && t.memory.Turns > 1:
		t.memory.Bye = t.say(t.book(skilled), "goodbye", "close")
	case !skilled:
		t.unskilled()
	case t.stage == closing:
		t.summarise()
		t.ask("takeaway")
	default:
		t.respond()
	}
	if t.speech.Text() == "" {
		t.endless(skilled)
	}
}

func (t *turn) book(skilled bool) *language.Wording {
	if skilled {
		return wording["skilled"]
	}
	return wording["unskilled"]
}

// afterRisk takes a plain no to the question about danger, however skilled somebody is, and then names what the talk goes back to:
// nobody goes on as if nothing had been asked.
func (t *turn) afterRisk(skilled bool) {
	t.memory.Risk = riskDenied
	t.say(t.book(skilled), "thanks.risk", "acknowledge")
	if skilled {
		t.sayAsk("back", "question_open")
	}
}

// open greets; a skilled counselor then leaves the floor to the client.
func (t *turn) open(skilled bool) {
	if t.read.any && skilled {
		t.say(wording["skilled"], "greet", "greet")
		t.respond()
		return
	}
	t.say(t.book(skilled), "greet", "greet")
	if skilled {
		t.ask("situation")
	} else if !questionLast(t.speech.Text()) {
		t.say(wording["unskilled"], "closed", "question_closed")
	}
}

func questionLast(text string) bool {
	spans := language.Sentences(text)
	return len(spans) > 0 && language.IsQuestion(spans[len(spans)-1].Quote)
}

// respond is the heart of it: take up what was said, then ask for what is missing.
func (t *turn) respond() {
	h := habitsOf[t.mode]
	switch {
	case t.memory.Risk == riskHinted:
		t.validate(0.5)
		t.followRisk()
		return
	case t.informs():
		return
	case t.read.annoyed && t.memory.Repairs < mostRepairs && t.luck.Float64() < 0.6:
		t.memory.Repairs++
		t.say(wording["skilled"], "repair", "repair")
	case t.read.annoyed && t.say(wording["skilled"], "reflect.annoyed", "reflection_feeling"):
	case t.read.refusal:
		t.say(wording["skilled"], "respect", "emphasise_autonomy")
	case t.read.question && !t.read.thanks && t.luck.Float64() < 0.4:
		t.say(wording["skilled"], "answer", "answer")
	default:
		said := len(t.speech.Pieces())
		deep := t.takeUp()
		if !deep && t.luck.Float64() < h.second && len(t.speech.Pieces()) > said {
			t.reflectMore()
		}
		t.validate(h.validates)
	}
	if len(t.read.mirrors) > 0 && t.memory.Turns > 1 && t.luck.Float64() < h.affirms {
		t.say(wording["skilled"], "affirm", "affirm")
	}
	if !t.teach() {
		t.asksAfter(h)
	}
}

// asksAfter ends a turn with a question, as often as the modality does.
func (t *turn) asksAfter(h habits) {
	if t.luck.Float64() < h.asks || t.vague() {
		t.askMissing()
	}
}

// takeUp reflects what was said: a thought in its own words, a sentence said back, a feeling, or at least that it was
// heard. It says whether it went beyond what was said.
func (t *turn) takeUp() bool {
	book := wording["skilled"]
	switch {
	case !t.read.any:
	case t.read.thought != "" && t.luck.Float64() < 0.6 && t.say(book, "reflect.thought", "reflection_simple"):
	case len(t.read.mirrors) > 0 && t.luck.Float64() < 0.7 && t.say(book, "reflect.simple", "reflection_simple"):
	case len(t.read.feelings) > 1 && t.say(book, "reflect.feelings", "reflection_feeling"):
	case len(t.read.feelings) > 0 && t.say(book, "reflect.feeling", "reflection_feeling"):
	case len(t.read.mirrors) > 0 && t.say(book, "reflect.simple", "reflection_simple"):
	case t.reflectMore():
		return true
	case t.luck.Float64() < comesBack && t.say(book, "reflect.earlier", "reflection_simple"):
	case t.read.topic != "" && t.say(book, "reflect.topic", "reflection_simple"):
	case t.read.brief:
		if t.luck.Float64() < 0.4 {
			t.say(book, "reflect.brief", "reflection_simple")
		}
	case t.luck.Float64() < emptyReflections:
		t.say(book, "reflect.vague", "reflection_simple")
	}
	return false
}

// comesBack is how often a counselor who hears nothing new comes back to something that was passed over. Chosen.
const comesBack = 0.6

// emptyReflections is how often a counselor who has nothing of the client's to say back says at least that it was heard.
// Chosen: seldom, since a sentence that fits anybody is no reflection.
const emptyReflections = 0.3

// reflectMore goes beyond what was said: to both sides, to what a belief or a habit means.
func (t *turn) reflectMore() bool {
	r, book := t.read, wording["skilled"]
	switch {
	case r.wish && r.doubt && t.say(book, "reflect.double", "reflection_complex"):
	case r.belief && t.say(book, "reflect.belief", "reflection_complex"):
	case r.past && t.say(book, "reflect.past", "reflection_complex"):
	case r.deed && t.say(book, "reflect.deed", "reflection_complex"):
	case r.wish && t.say(book, "reflect.wish", "reflection_complex"):
	default:
		return false
	}
	return true
}

func (t *turn) validate(chance float64) {
	if !t.read.brief && t.luck.Float64() < chance {
		t.say(wording["skilled"], "validate", "validate")
	}
}

// teach informs or makes an offer, where the modality has such a thing and the time has come.
func (t *turn) teach() bool {
	if t.stage != deepening || !t.late() || t.memory.Offered || t.mode != directive && t.mode != cbt || t.read.refusal || t.read.annoyed {
		return false
	}
	if t.luck.Float64() > 0.4 {
		return false
	}
	if t.luck.Float64() < 0.5 {
		t.say(wording["skilled"], "inform", "inform")
	}
	t.memory.Offered = t.say(wording["skilled"], "offer", "offer_with_permission")
	return t.memory.Offered
}

// vague says whether the turn has nothing of what the client said in it yet: then it needs a question.
func (t *turn) vague() bool {
	return len(t.speech.Pieces()) == 0 || len(t.read.mirrors) == 0 && len(t.read.feelings) == 0 && t.read.thought == ""
}

// followRisk follows a hint, or an answer that is no plain no: it asks whether there are thoughts of suicide. Who puts that off is asked
// once more and then not pressed; who says yes is asked about intent and about company, never about means.
func (t *turn) followRisk() {
	m := t.memory
	switch {
	case !m.RiskAsked && t.sayAsk("ask.risk", "risk"):
		m.RiskAsked, m.Risk = true, riskAsked
	case t.putsOff() && !m.RiskAgain && t.sayAsk("ask.risk_again", "risk"):
		m.RiskAgain, m.Risk = true, riskAsked
	case t.putsOff() && t.sayAsk("leave.risk", "risk"):
		m.Risk = riskFollowed
	default:
		m.Risk = riskFollowed
		t.sayAsk("ask.risk_more", "risk")
	}
}

// putsOff says whether the question about danger was neither answered nor denied.
func (t *turn) putsOff() bool { return t.read.refusal && !t.read.riskTold }

// mostRepairs is how often a counselor apologises in one session. Chosen: more sounds like begging.
const mostRepairs = 2

// late says whether enough was said to offer something: a counselor knows what the client thinks and does first.
func (t *turn) late() bool {
	return len(t.memory.Known) >= 4 && t.memory.Turns >= 5
}

// askMissing asks for what has neither been asked nor told; first for danger, when the picture is dark.
func (t *turn) askMissing() {
	if t.stage == deepening && t.memory.Risk == riskUnknown && t.dark() {
		t.memory.Risk, t.memory.RiskAsked = riskAsked, true
		if t.sayAsk("ask.risk", "risk") {
			return
		}
	}
	if t.read.brief && t.luck.Float64() < 0.3 && t.ask("more") {
		return
	}
	topics := topicsOf[t.mode][exploring]
	if t.stage == deepening {
		topics = slices.Concat(topicsOf[t.mode][deepening], topics)
	}
	for _, topic := range topics {
		if slices.Contains(t.memory.Known, topic) && topic != "belief" && topic != "goal" || t.memory.asked(topic) || !t.fits(topic) {
			continue
		}
		if t.ask(topic) {
			return
		}
	}
	for _, topic := range topics {
		if t.fits(topic) && t.luck.Float64() < 0.35 && t.ask(topic) {
			return
		}
	}
	t.ask("more")
}

// fits says whether a topic can be asked about yet: questions about a thought need one, those about the past some ground.
func (t *turn) fits(topic string) bool {
	switch topic {
	case "evidence", "strength":
		return len(t.memory.Thoughts) > 0
	case "belief":
		return t.memory.Told > 25 && (t.mode != cbt || len(t.memory.Thoughts) > 0)
	case "history", "change", "next":
		return t.memory.Told > 25
	case "deeds":
		return slices.Contains(t.memory.Known, "situation")
	}
	return true
}

// darkFeelings are how much must speak for hopelessness, shame or sadness before danger is asked about. Chosen low: one
// asks too often rather than too seldom.
const darkFeelings = 0.5

// ask asks about a topic.
func (t *turn) ask(topic string) bool {
	bank, act := "ask."+topic, "question_open"
	switch topic {
	case "takeaway":
		bank = topic
	case "evidence", "strength", "scale":
		act = topic
	}
	if !t.sayAsk(bank, act) {
		return false
	}
	if !t.memory.asked(topic) {
		t.memory.Asked = append(t.memory.Asked, topic)
	}
	return true
}

func (t *turn) sayAsk(bank, act string) bool { return t.say(wording["skilled"], bank, act) }

// summarise says back two things the client said, or at least that a way was gone.
func (t *turn) summarise() {
	if t.read.any {
		t.takeUp()
	}
	said := strings.Contains(strings.ToLower(t.speech.Text()), strings.ToLower(t.memory.Wish)) // it may have begun a sentence there
	wished := t.memory.Wish != "" && !said && t.say(wording["skilled"], "summary.wish", "summary")
	if !wished && !t.say(wording["skilled"], "summary", "summary") {
		t.say(wording["skilled"], "summary.short", "summary")
	}
}

// ownVoice is how often a frame of the modality itself is preferred to one that anybody may use. Chosen.
const ownVoice = 0.75

// say words something from a bank of a book and adds it to the turn; it says whether there were words left.
func (t *turn) say(book *language.Wording, bank, act string) bool {
	own, common := book.Frames(bank, string(t.mode)), book.Frames(bank, language.AnyVoice)
	if t.words.Float64() > ownVoice {
		own, common = common, own
	}
	return t.speech.Say(string(t.mode)+"."+act, t.slot, own, common)
}

// endless asks one of many small questions when nothing else is left.
func (t *turn) endless(skilled bool) {
	book := wording["more"]
	act := ".question_open"
	if !skilled {
		book, act = wording["unskilled"], ".question_closed"
	}
	frames := book.Frames("endless", language.AnyVoice)
	const tries = 400
	for range tries {
		text, _ := frames[t.words.IntN(len(frames))].Fill(t.slot, t.words.IntN)
		if t.speech.Add(string(t.mode)+act, text) {
			return
		}
	}
}
