package client

import (
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// answering are the parts of the model that answer a question, best first.
var answering = map[subjectOf][]kind{
	aboutOpening:  {situation, recent, feeling, thought, behavior},
	aboutFeelings: {feeling},
	aboutThoughts: {thought},
	aboutBehavior: {behavior, coping},
	aboutHistory:  {history, recent, memoir},
	aboutBeliefs:  {core, rule},
	aboutWeek:     {situation, feeling},
	aboutChange:   {reason, doubt},
	aboutNext:     {step},
	aboutMore:     {feeling, thought, behavior, recent, coping, history, rule, memoir},
}

// answers are the banks for questions that no part of the model answers, with the act they are.
var answers = map[subjectOf]struct{ bank, act string }{
	aboutSleep:    {"sleep", "answer.symptoms"},
	aboutAppetite: {"appetite", "answer.symptoms"},
	aboutPaper:    {"paper", "answer.closed"},
	aboutExercise: {"exercise", "answer.symptoms"},
	aboutFamily:   {"family", "answer.support"},
	aboutSupport:  {"support", "answer.support"},
	aboutDuration: {"duration", "answer.duration"},
	aboutGood:     {"good", "answer.strengths"},
	aboutBody:     {"body", "answer.body"},
	aboutScale:    {"scale", "answer.scale"},
	aboutEvidence: {"evidence", "answer.evidence"},
	aboutGoal:     {"goal", "change_talk"},
}

// decide says what this turn says. It only looks at the computed state and at what was heard.
func (t *turn) decide() {
	t.greet()
	if t.part() {
		return
	}
	t.react()
	if !t.answer() {
		t.goOn()
	}
	if !t.wonder() {
		t.colour()
	}
	if t.last() && !t.memory.Bye {
		t.memory.Bye = t.say("lastword", "close", nil)
	}
	if t.speech.Text() == "" {
		t.sayEndless()
	}
}

// greet answers a greeting, or begins.
func (t *turn) greet() {
	if t.memory.Turns == 0 && (t.heard.greeting || !t.heard.any) {
		t.say("greet", "greet", nil)
	}
}

// last says whether this client will not speak again before the scenario ends.
func (t *turn) last() bool {
	present := int32(1)
	for _, other := range t.obs.GetOthers() {
		if !other.GetLeft() {
			present++
		}
	}
	left := t.obs.GetTurnsLeft()
	return left > 0 && left <= max(present, 2)
}

// part takes leave when the other does; it says whether that is all there is to say.
func (t *turn) part() bool {
	h := t.heard
	takeaway := "takeaway"
	if t.memory.Trust < 0.3 {
		takeaway = "takeaway.low"
	}
	sum := func() bool {
		if t.memory.TookAway {
			return false
		}
		t.memory.TookAway = t.say(takeaway, "take_away", nil)
		return t.memory.TookAway
	}
	switch {
	case t.memory.Bye:
		return t.say("bye.again", "close", nil)
	case t.memory.Turns > 0 && (h.farewell || h.closing && t.last()):
		if h.question || t.luck.Float64() < 0.5 {
			sum()
		}
		t.memory.Bye = t.say("goodbye", "close", nil)
		return t.memory.Bye
	case t.memory.Turns > 0 && h.asked == aboutLeave && sum():
		if t.last() {
			t.memory.Bye = t.say("goodbye", "close", nil)
		}
		return true
	}
	return false
}

// react says how what was heard went down. The strongest thing heard gets the reaction.
func (t *turn) react() {
	h := t.heard
	open := t.memory.Trust > 0.62 && t.memory.Resistance < 0.3
	switch {
	case !h.any, h.asked == aboutRisk:
	case h.confrontation:
		t.say("pushback.confront", "pushback", nil)
	case h.answered:
		t.say("answered", "acknowledge", nil)
	case h.waiting > 1 && !h.apology && t.say("unanswered", "pushback", nil):
	case h.confused && !h.question && t.say("confused", "correct", nil):
	case h.stalled && t.say("stalled", "pushback", nil):
	case h.apology:
		t.say("repair", "repair", nil)
	case h.advice && (h.allowed && t.willingness() > 0.45 || open && t.luck.Float64() < 0.5):
		t.say("consider", "consider", nil)
	case h.advice:
		t.say("pushback.advice", "pushback", nil)
		if t.luck.Float64() < sustainBase+sustainResist*t.memory.Resistance {
			t.say("sustain", "sustain_talk", nil)
		}
	case h.parrot && !h.reflected:
		t.say("parrot", "acknowledge", nil)
	case h.missed && !h.reflected:
		t.say("correct", "correct", nil)
	case h.reassurance && !h.validation:
		t.say("dismiss", "pushback", nil)
	case h.asked == aboutSession && h.permission:
		t.say("permit", "permit", nil)
	case h.reflected && t.luck.Float64() < 0.75:
		t.say("confirm", "confirm", nil)
	case h.affirmation && t.luck.Float64() < 0.8:
		t.say("affirmed", "acknowledge", nil)
	case h.validation && t.luck.Float64() < 0.65:
		t.say("validated", "acknowledge", nil)
	case h.information && !h.question:
		t.say("inform", "acknowledge", nil)
	case h.ignored && !h.question && t.memory.Turns > 1 && t.luck.Float64() < 0.5:
		t.say("ignored", "pushback", nil)
	}
}

// answer answers a question; it says whether the turn has its main part then.
func (t *turn) answer() bool {
	h := t.heard
	if !h.question {
		return false
	}
	if h.asked == aboutNothing && !h.polar && len(t.memory.Told) == 0 {
		h.asked = aboutOpening
	}
	if t.briefly() && wantsAStory[h.asked] {
		return t.unclear() || t.speech.Text() != ""
	}
	switch h.asked {
	case aboutRisk:
		return t.aboutRisk()
	case aboutChange:
		return t.aboutChange()
	case aboutGoal:
		if t.shutsOut() && t.say("withhold", "withhold", nil) {
			return true
		}
		if t.own(reason) {
			return t.followUp()
		}
	case aboutNext:
		return t.aboutNext()
	case aboutStrength:
		if t.toldAny(thought, core, rule) {
			return t.say("strength", "answer.strength", nil)
		}
		return t.tellNext(true, thought)
	case aboutSession:
		if !h.permission {
			t.say("yes", "answer.closed", nil)
		}
		return false
	}
	if kinds := answering[h.asked]; kinds != nil {
		return t.fromModel(kinds)
	}
	if a, ok := answers[h.asked]; ok {
		if t.say(a.bank, a.act, nil) {
			return t.followUp()
		}
		return false
	}
	return t.unclear()
}

// shutsOut says whether a question is left without an answer because the helper is not with this client.
func (t *turn) shutsOut() bool { return t.luck.Float64() < unattunedHolds*(1-t.memory.attuned()) }

// wantsAStory are subjects that cannot be answered with a word: a closed question about them, from somebody who is hardly known,
// gets a yes or a no.
var wantsAStory = map[subjectOf]bool{
	aboutOpening: true, aboutBehavior: true, aboutHistory: true, aboutBeliefs: true, aboutWeek: true, aboutMore: true, aboutChange: true, aboutNext: true,
}

// fromModel answers from parts of the model: with what was not told yet, else by saying more, else by holding back.
func (t *turn) fromModel(kinds []kind) bool {
	if t.shutsOut() && t.anyLeft(kinds) && t.say("withhold", "withhold", nil) {
		return true
	}
	if t.tellNext(true, kinds...) {
		return t.followUp()
	}
	if t.anyLeft(kinds) && !t.toldAny(kinds...) || t.anyLeft(kinds) && t.luck.Float64() < 0.5 {
		t.say("withhold", "withhold", nil)
		if t.luck.Float64() < 0.5*t.memory.Trust+0.2 {
			t.tellNext(false, everything...)
		}
		return true
	}
	if t.elaborate(kinds) {
		return t.followUp()
	}
	return false
}

// unclear answers a question that fits no subject: yes or no where that can be said, and then what comes to mind.
func (t *turn) unclear() bool {
	if !t.heard.polar || t.speech.Text() != "" {
		return false
	}
	if about := t.mentioned(); about != nil && t.gateOpen(about, true) && !t.memory.told(about.id) && !t.heard.factual {
		t.say("yes", "answer.closed", nil)
		return t.tell(about)
	}
	bank := "yes"
	switch {
	case t.heard.factual:
		bank = "factual"
	case t.luck.Float64() < 0.35+0.3*t.memory.Resistance:
		bank = "no"
	}
	t.say(bank, "answer.closed", nil)
	return t.memory.Trust < 0.3 && t.luck.Float64() < 0.6
}

// mentioned returns the untold item that shares most words with what was heard.
func (t *turn) mentioned() *item {
	var best *item
	most := 1
	for i := range t.items {
		if n := t.items[i].stems.Shared(t.heard.stems); n > most {
			best, most = &t.items[i], n
		}
	}
	return best
}

// aboutRisk answers the question about danger truthfully, whoever asks it: with a stranger it may be put off once. What is said is
// whether the thought comes, and when asked on, that there is no plan; never more than that.
func (t *turn) aboutRisk() bool {
	switch {
	case !t.tiredOfLife():
		return t.say("risk.none", "answer.risk_none", nil)
	case t.memory.RiskTold && t.say("risk.safe", "disclose.risk", nil):
		return true
	case t.memory.Trust < 0.3 && !t.heard.askedBefore && t.style != vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET:
		return t.say("withhold", "withhold", nil)
	}
	t.memory.RiskTold = t.say("risk.passive", "disclose.risk", nil) || t.memory.RiskTold
	return t.memory.RiskTold
}

// tiredOfLife says whether a belief or a thought of this client says that it would rather not live.
func (t *turn) tiredOfLife() bool {
	return slices.ContainsFunc(t.items, func(it item) bool {
		return (it.kind == thought || it.kind == core || it.kind == rule) && tiredOfLife.In(tokensOf(it.quote))
	})
}

// aboutChange lets both sides of ambivalence speak, by rates that trust and resistance set.
func (t *turn) aboutChange() bool {
	change := t.luck.Float64() < t.changeTalk()
	sustain := t.luck.Float64() < t.sustainTalk()
	done := change && (t.own(reason) || t.say("change", "change_talk", t.habit()))
	if sustain || !done {
		done = t.own(doubt) || t.say("sustain", "sustain_talk", t.habit()) || done
	}
	return done
}

// changeTalk and sustainTalk are how likely each side speaks when change is talked of, 0-1.
func (t *turn) changeTalk() float64 {
	if t.prospect == nil {
		return t.warmed(changeTalkBase + changeTalkTrust*t.memory.Trust + t.temper.lean)
	}
	return t.warmed(t.temper.lean + changeTalkReady*t.memory.Readiness + changeTalkTrust*t.memory.Trust)
}

// warmed is how likely something is told to a helper who may not be with one.
func (t *turn) warmed(rate float64) float64 {
	return rate * (unattunedEager + (1-unattunedEager)*t.memory.attuned())
}

func (t *turn) sustainTalk() float64 {
	rate := -t.temper.lean + sustainBase + sustainTrust*t.memory.Trust*t.memory.Ambivalence + sustainResist*t.memory.Resistance
	if t.prospect != nil {
		rate += sustainUnready * (0.5 - t.memory.Readiness)
	}
	return rate
}

func (t *turn) aboutNext() bool {
	if t.luck.Float64() < t.warmed(t.willingness()) {
		return t.prepared() && t.own(step) || t.say("next", "change_talk", t.habit())
	}
	return t.own(doubt) || t.say("sustain", "sustain_talk", t.habit())
}

// willingness is how ready this client is to do what is proposed, 0-1.
func (t *turn) willingness() float64 {
	m := t.memory
	if t.prospect != nil {
		return within(0.4*m.Trust+0.2*(1-m.Resistance)+0.55*m.Readiness-0.15*m.Ambivalence, 0, 1)
	}
	return within(0.65*m.Trust+0.35*(1-m.Resistance)-0.15*m.Ambivalence, 0, 1)
}

var everything = []kind{situation, feeling, recent, thought, behavior, coping, history, rule, memoir, core}

// goOn carries on without an answer: with the next thing to tell, with more about what was told, or guardedly.
func (t *turn) goOn() {
	if t.substance() && (t.memory.Trust < 0.3 || t.speech.Left <= 1) {
		return
	}
	if t.putOff() && t.memory.Turns > 0 {
		if !t.substance() {
			t.say("guarded", "withhold", nil)
		}
		return
	}
	if t.prospect != nil && len(t.memory.Told) > 2 && t.luck.Float64() < onTheirMind && t.aboutChange() {
		return
	}
	if len(t.memory.Told) > 1 && t.luck.Float64() < volunteered+t.temper.lean/2 && t.aboutChange() {
		return
	}
	eager := eagerBase + eagerTrust*t.memory.Trust - eagerResistance*t.memory.Resistance - eagerReserve*t.temper.reserve
	if t.luck.Float64() < t.warmed(eager) && t.tellNext(false, everything...) {
		t.followUp()
		return
	}
	if t.substance() && t.luck.Float64() < 0.5 {
		return
	}
	if t.memory.Trust > 0.5 && len(t.memory.Told) > 4 && t.luck.Float64() < 0.4 && t.aboutChange() {
		return
	}
	if len(t.memory.Told) > 0 && t.memory.Trust > 0.25 && t.elaborate(everything) {
		return
	}
	if !t.substance() && !t.say("guarded", "withhold", nil) {
		t.elaborate(everything)
	}
}

// putOff says whether what was heard closes somebody up for this turn: then nothing is told unasked.
func (t *turn) putOff() bool {
	h := t.heard
	return h.advice && !h.allowed || h.confrontation || h.reassurance && !h.validation || h.missed && !h.reflected || h.ignored
}

// substance says whether the turn says anything yet that is more than a reaction.
func (t *turn) substance() bool {
	for _, piece := range t.speech.Pieces() {
		switch piece.Act {
		case "greet", "acknowledge", "confirm", "permit", "repair":
		default:
			return true
		}
	}
	return false
}

// more is how likely each style tells a second thing in one turn. Chosen.
var more = map[style]float64{
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLAIN: 0.3, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET: 0.1,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE: 0.7, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED: 0.05,
	vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT: 0.2, vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_PLEASING: 0.25,
}

// followUp may add a second thing to an answer; it always says that there was an answer.
func (t *turn) followUp() bool {
	if t.luck.Float64() >= more[t.style]*(0.5+t.memory.Trust) {
		return true
	}
	if t.luck.Float64() < 0.5 && t.elaborate(t.toldKinds()) {
		return true
	}
	t.tellNext(false, everything...)
	return true
}

// toldKinds are the kinds of what was told in this turn.
func (t *turn) toldKinds() []kind {
	var kinds []kind
	for _, it := range t.told {
		kinds = append(kinds, it.kind)
	}
	return kinds
}

// tellNext tells the first item of some kinds that can be told; it says whether there was one.
func (t *turn) tellNext(asked bool, kinds ...kind) bool {
	for _, it := range t.tellable(asked, kinds...) {
		if t.tell(it) {
			return true
		}
	}
	return false
}

// tellable are the items of some kinds that are untold and whose gate is open: kind by kind, and within a kind first what
// belongs to the situation spoken of last.
func (t *turn) tellable(asked bool, kinds ...kind) []*item {
	var near, list []*item
	at := -1
	if last := t.lastTold(situation); last != nil {
		at = last.column
	}
	for _, k := range kinds {
		near = near[:0]
		first := len(list)
		for i := range t.items {
			it := &t.items[i]
			if it.kind != k || t.tooEarly(it) || t.memory.told(it.id) || slices.Contains(t.told, it) || !t.gateOpen(it, asked) {
				continue
			}
			if it.column == at {
				near = append(near, it)
			} else {
				list = append(list, it)
			}
		}
		list = slices.Insert(list, first, near...)
	}
	return list
}

// enoughOfOne is how much of one situation is told before another is begun: itself, and what was felt and thought. Chosen.
const enoughOfOne = 3

// tooEarly says whether an item belongs to a later situation while there is still more to the one before.
func (t *turn) tooEarly(it *item) bool {
	if it.column < 1 {
		return false
	}
	n, of := 0, 0
	for i := range t.items {
		if t.items[i].column == it.column-1 {
			of++
			if t.memory.told(t.items[i].id) {
				n++
			}
		}
	}
	return n < min(enoughOfOne, of)
}

// gateOpen says whether trust is high enough to tell an item.
func (t *turn) gateOpen(it *item, asked bool) bool {
	gate := it.gate + t.temper.reserve + unattunedGate*(1-t.memory.attuned())
	if asked {
		gate -= askedEases
	}
	if it.kind == core || it.kind == memoir {
		gate = max(gate, min(it.gate, strangersGate))
	}
	return t.memory.Trust >= gate
}

// anyLeft says whether something of these kinds is untold.
func (t *turn) anyLeft(kinds []kind) bool {
	for i := range t.items {
		if slices.Contains(kinds, t.items[i].kind) && !t.memory.told(t.items[i].id) && !slices.Contains(t.told, &t.items[i]) {
			return true
		}
	}
	return false
}

// toldAny says whether something of these kinds was told in an earlier turn.
func (t *turn) toldAny(kinds ...kind) bool { return t.lastTold(kinds...) != nil }

// lastTold returns what was told last among some kinds, in earlier turns.
func (t *turn) lastTold(kinds ...kind) *item {
	for i := len(t.memory.Told) - 1; i >= 0; i-- {
		for k := range t.items {
			if t.items[k].id == t.memory.Told[i] && slices.Contains(kinds, t.items[k].kind) {
				return &t.items[k]
			}
		}
	}
	return nil
}

// habit returns something told that this client does and might stop doing.
func (t *turn) habit() *item {
	if it := t.lastTold(coping, behavior); it != nil && it.doing != "" {
		return it
	}
	return nil
}

// tell words an item; feelings, thoughts and deeds get the situation they belong to first, if it was never told.
func (t *turn) tell(it *item) bool {
	belongs := it.kind == feeling || it.kind == thought || it.kind == behavior
	if first := t.situationOf(it); belongs && first != nil && t.gateOpen(first, true) && !t.briefly() {
		if !t.telling(first) {
			return false
		}
		if t.speech.Left < 2 {
			return true
		}
	}
	return t.telling(it)
}

// briefly says whether the question calls for a word and not for a story: a closed one, of somebody who is hardly known.
func (t *turn) briefly() bool { return t.heard.polar && t.memory.Trust < briefUntil }

// situationOf returns the untold situation that an item belongs to, if nothing of it was told yet.
func (t *turn) situationOf(it *item) *item {
	for i := range t.items {
		s := &t.items[i]
		if s.kind == situation && s.column == it.column {
			if t.memory.told(s.id) || slices.Contains(t.told, s) {
				return nil
			}
			return s
		}
	}
	return nil
}

func (t *turn) telling(it *item) bool {
	bank := "disclose." + kindNames[it.kind]
	if it.kind == situation && it.column > 0 {
		bank = "disclose.another"
	}
	act := "disclose." + kindNames[it.kind]
	switch it.kind {
	case reason, step:
		act = "change_talk"
	case doubt:
		act = "sustain_talk"
	}
	if it.kind == feeling && t.shows(it, act) {
		t.told = append(t.told, it)
		return true
	}
	if !t.say(bank, act, it) {
		return false
	}
	t.told = append(t.told, it)
	return true
}

// shows lets a feeling be seen by what it does to somebody, in place of its name, where nobody asked for a name; it says whether
// there were words for that.
func (t *turn) shows(it *item, act string) bool {
	if t.heard.question && t.heard.asked == aboutFeelings || t.luck.Float64() >= showsFeelings {
		return false
	}
	bank := feelingBanks[it.emotion]
	return bank != "" && bank != "elab.other" && t.say(bank, act, it)
}
