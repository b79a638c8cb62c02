package dearman

import "github.com/vignette-sim/vignette/internal/language"

// Negotiate: offers a way both can live with, or asks the other for one, when the answer is not yes.

var (
	offerCue = cueOf(strong, "offers a way to meet",
		`what if i|we|you; how about|if; what about if; would it help|work if; i could;
		i can ?also|still come|do|take|make|cover|help|swap|start|stay|work|give|pay|send|write|bring|sit|feed;
		i can ?also|still lend|drive|call|look|ask|meet|wait|join|finish|move|show|share|find|try|split|offer|accept;
		i would be willing|happy|ok|okay|open|glad|fine;
		i am ?also|still willing|happy|glad|open|okay|ok|prepared|ready to|with; in exchange|return; as a compromise;
		a compromise would|could; meet ?me|you ?each|in ?other|the halfway|middle;
		could|can we ?at ?least try|split|do|meet|start|agree|take|alternate|swap|settle|say|make|set|fix;
		we could|can ?also|maybe|perhaps|still|at ?least try|split|alternate|take|swap|start;
		we could|can ?also|maybe|perhaps|still|at ?least do|agree|meet|set|make|fix;
		let us try|split|start|meet|agree|do|say|take|alternate|swap|set; for a trial|start|test;
		as a trial|test|start; trial|test period|run|basis; alternatively; i am flexible on|about|with; instead i;
		i will do|cover|take|make|pay|help|bring ?the|your|up|an|a|it|over|on|care;
		i will swap|work|finish|handle|stay|come|give|start ?the|your|up|an|a|it|over|on|care;
		if you _ ?_ ?_ ?_ ?_ ?_ ?_ ?_ i will|can|could|would;
		would you be willing|open|okay|ok|able|up to|if|with|for; would you consider|accept; either _ ?_ ?_ ?_ or;
		one option; another option would|could|is; i am open to; you could _ and i;
		you _ ?_ ?_ ?_ and i will|do|would|could|can; half of it|the; every other week|day|month|weekend|evening;
		i could|can live with|accept; or ?we|i could; take turns; split it|the|this`,
	)
	openCue = cueOf(weak, "looks for a way to meet, without naming one",
		`compromise; middle ground; work something|this|it|that out; figure something|this|it|that out;
		find a way|solution|middle|arrangement; what would work|help|make|be|you|need;
		what can|could we|i|you do|offer|live|change; what do you suggest|propose|need;
		what do you think we|would|i|could|is; how can|could|do|should|would we|you|i;
		do you have ?any|another|a|some ideas|idea|suggestion|suggestions|better;
		is there a|another|any|some|anything way|day|time|solution|that|option|we|i;
		what are|would your|our|be options|a|fair;
		what|any|which other|else options|option|alternatives|possibilities|is|could; i am ?pretty|very flexible;
		some other way; which day|days|part|of|time; when would|could|can;
		what would|is be|a ?a fair|reasonable|good|better|possible; solution; meet halfway; help me find|solve|work`,
	)
	notNegotiating = "Nothing is offered to meet the other halfway"
)

func judgeNegotiate(m *moment) finding {
	if !m.other.resists {
		return inapplicable("The other has not pushed back, so there is nothing to negotiate")
	}
	f := finding{note: notNegotiating}
	for _, s := range m.sentences {
		if s.broken || s.has(attack, judgement, sarcasm, threat, capitulation) {
			continue
		}
		if h, ok := offerIn(m, s); ok {
			f.add(h)
		}
	}
	if because, ok := m.lastFault(capitulation); ok {
		because.why = "gives way; that is not a deal"
		f.cap(none, because)
		if len(f.hits) == 0 {
			f.add(because)
		}
	} else if because, ok := m.fault(threat, attack); ok && f.level == none {
		f.add(because)
	}
	return f
}

// offerIn finds an offer. It has to say something: two words of content or words of the objective's own compromises.
func offerIn(m *moment, s *sentence) (hit, bool) {
	open, isOpen := openCue.in(s)
	if isOpen && !isConcrete(s.Tokens) && s.stems.Shared(m.matter.compromises) == 0 {
		return hit{level: weak, span: m.cover(s, open), why: openCue.why}, true
	}
	if s.tie == untied && !m.tiedElsewhere() {
		return hit{}, false
	}
	if at, ok := offerCue.in(s); ok && !language.Negated(s.Tokens, at.first) && !isSelfTalk(s, at) {
		substance := len(s.stems) >= 2 || s.stems.Shared(m.matter.compromises) > 0 || isConcrete(s.Tokens)
		if substance {
			return hit{level: strong, span: m.whole(s), why: offerCue.why}, true
		}
		return hit{level: weak, span: m.cover(s, at), why: openCue.why}, true
	}
	if compromises(m, s) && tomorrow.In(s.Tokens) {
		return hit{level: strong, span: m.whole(s), why: offerCue.why}, true
	}
	if isOpen {
		return hit{level: weak, span: m.cover(s, open), why: openCue.why}, true
	}
	return hit{}, false
}

// compromises says whether a sentence puts one of the objective's compromises on the table. What is asked for in the first
// place is none, though it may share words with them.
func compromises(m *moment, s *sentence) bool {
	shared := s.stems.Shared(m.matter.compromises)
	return (shared >= 2 || mostly(s.stems, m.matter.compromises)) && !mostly(s.stems, m.matter.request)
}

// selfTalk are words of offers that offer nothing.
var selfTalk = phrases(
	`i could not; i can not; i could use|have|ask|say|really|never|only|barely|hardly|tell|see|die|scream|cry;
	i could i; how about you|no|that; at least you; what if you|i never|had|just; let us say|not;
	i can see|hear|understand|only|imagine|tell|not; even if; at least i; if you could; i will make you|sure`,
)

func isSelfTalk(s *sentence, at place) bool {
	for _, match := range selfTalk.Find(s.Tokens) {
		if match.First == at.first {
			return true
		}
	}
	return false
}
