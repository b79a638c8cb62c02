package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Negotiate: offers a way both can live with, or asks the other for one, when the answer is not yes.

var (
	offerCue = utterance.CueOf(utterance.Strong, "offers a way to meet",
		`what if i|we|you; how about|if; what about _; ?so let us make|say|call|go|give|keep|leave|have|put; say|call it _; would it help|work if; i could;
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
		say i|we|he|she|they _; supposing i|we|he|she|they _; maybe|perhaps i|we|he|she|they|you do|did|come|came|take|took|go|goes|start|stay|bring|pay|give|get|keep|swap|try|use|have|leave|work|meet|share|split|walk|call|send|make|cover|just;
		and we are even|square|quits; works|fine|okay|ok|good|alright|acceptable if|provided|so you|he|she|they|it|we|i|long; with me if; one option; another option would|could|is; i am open to; you could _ and i;
		you _ ?_ ?_ ?_ and i will|do|would|could|can; half of it|the; every other week|day|month|weekend|evening;
		i could|can live with|accept; or ?we|i could; take turns; split it|the|this;
		i do not mind which|what|when|who|the|if|waiting|paying|coming|doing|taking; any day|time|doctor|one|slot will|would|works|is;
		half|some|part|most|one now|today|tomorrow|first; now and _ ?_ then|later|after|next; the rest when|on|by|at|next|later;
		is there ?perhaps|maybe|possibly a|an|any|someone|somebody|anyone|anybody|another ?_ ?_ ?_ who|that|i|we could|can|might;
		perhaps|maybe _ ?_ could|can|would swap|take|cover|do|help|come|go|lend|have|stay;
		he|she|they|you can have|stay|come|use|take|keep|borrow|do; we|i could do; i could do; i can do; i will text|call|ring;
		even just; just for|until|till|one|half|the; at least for|until|till|one; even half|one|part; only until|till|for|if;
		if it is the|about the _ ?_ i|we; would|will _ ?_ work|suit|do ?instead|better|you; as long as; provided that|you;
		no later than; in the meantime; until then; starting with; to begin with; a smaller|shorter|later|different;
		i would settle|meet|even|happily|gladly; i am prepared|willing|ready; i will even; if not _ then; failing that;
		every week|day|month|weekend gladly|instead; which is|would be better; which one|day|time suits|works|is`,
	)
	// trailing takes the substance out of an offer: "we could split it or, I don't know, something".
	trailing = utterance.Phrases(
		`or something; or whatever; something like that; i do not know; somehow; something out; work something;
		whatever suits|works|you; anything you`,
	)
	openCue = utterance.CueOf(utterance.Weak, "looks for a way to meet, without naming one",
		`compromise; middle ground; work something|this|it|that out; figure something|this|it|that out;
		find a way|solution|middle|arrangement; what would work|help|make|be|you|need;
		what can|could we|i|you do|offer|live|change; what do you suggest|propose|need;
		what do you think we|would|i|could|is; how can|could|do|should|would we|you|i;
		do you have ?any|another|a|some ideas|idea|suggestion|suggestions|better;
		is there a|another|any|some|anything|anyone|someone|somebody way|day|time|solution|that|option|we|i|you|who|figure|amount|chance|room|part; what would you say to; some|any kind|sort of; could you sign|manage|go|stretch|do;
		what are|would your|our|be options|a|fair;
		what|any|which other|else options|option|alternatives|possibilities|is|could; i am ?pretty|very flexible;
		some other way; another way|one|time|day|week|weekend; some|any other way|day|time; there must|has ?to be;
		i would|could|will chip|pitch in; i am not fussy|picky|bothered; i am easy|flexible|listening|open;
		i will fit|work in|around|round|with; whatever you|suits|works|is|time; whenever you|suits|works|is; happy to look|discuss;
		i would like|love to help; open to; work out what|how|when|a|the; sort something|this|it|that out; come to some|an;
		what would|will|might ?it ?make|take|help|need|get|change|have; meet in; listen|open to any|whatever|every|sensible|a|an|other; any ?other ?sensible|reasonable|fair|decent offer|suggestion|idea|proposal; find|think|sort|work ?out ?of something; maybe we talk|could; suits you;
		when would; which would|is|of; i can be flexible; both be|happy;
		anything else we|i|you; you tell me; your call on; let us see what; let us find|figure|think; there is always; or _ then;
		which day|days|part|of|time; when would;
		what would|is be|a ?a fair|reasonable|good|better|possible; solution; meet halfway; help me find|solve|work`,
	)
	notNegotiating = "Nothing is offered to meet the other halfway"
)

func judgeNegotiate(m *moment) utterance.Finding {
	if !m.other.resists {
		return utterance.Inapplicable("The other has not pushed back, so there is nothing to negotiate")
	}
	f := utterance.Finding{Note: notNegotiating}
	for _, s := range m.sentences {
		if s.Broken || s.Has(utterance.Attack, utterance.Judgement, utterance.Sarcasm, utterance.Threat, utterance.Capitulation) {
			continue
		}
		if h, ok := offerIn(m, s); ok {
			f.Add(h)
		}
	}
	if because, ok := m.lastFault(utterance.Capitulation); ok {
		because.Why = "gives way; that is not a deal"
		f.Cap(utterance.None, because)
		if len(f.Hits) == 0 {
			f.Add(because)
		}
	} else if because, ok := m.fault(utterance.Threat, utterance.Attack); ok && f.Level == utterance.None {
		f.Add(because)
	}
	return f
}

// offerIn finds an offer. It has to say something: two words of content or words of the objective's own compromises.
func offerIn(m *moment, s *sentence) (utterance.Hit, bool) {
	open, isOpen := openCue.In(s.Tokens)
	named := s.stems.Shared(m.matter.compromises) > 0
	if isOpen && !isConcrete(s.Tokens) && !named {
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, open), Why: openCue.Why}, true
	}
	if at, ok := m.offered(s); ok {
		if (len(s.stems) >= 2 || named || isConcrete(s.Tokens)) && !trailing.In(language.Words(s.Tokens)) {
			return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: offerCue.Why}, true
		}
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: openCue.Why}, true
	}
	if m.other.resists && orders(s) && (dealtMine.In(s.Tokens) || named && !mostly(s.stems, m.matter.request)) {
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: offerCue.Why}, true
	}
	if m.other.resists && m.another(s) {
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: offerCue.Why}, true
	}
	if compromises(m, s) && (tomorrow.In(s.Tokens) || m.other.resists && (!states(s.Tokens) || s.stems.Shared(m.matter.compromises) > max(1, s.stems.Shared(m.matter.facts)))) {
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: offerCue.Why}, true
	}
	if isOpen {
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, open), Why: openCue.Why}, true
	}
	return utterance.Hit{}, false
}

// another says whether a sentence puts another way than what was asked for: "Could I call a plumber myself?", "Maybe just
// send me a text", and to whom one refuses, "You could ask Ben".
func (m *moment) another(s *sentence) bool {
	switch {
	case len(s.stems) < 2 || mostly(s.stems, m.matter.request) || preliminary.StartsWith(s.Tokens):
		return false
	case m.matter.refusing():
		return elsewhere.In(s.Tokens) && s.Form == language.NoQuestion
	case s.Form == language.PolarQuestion && mayI.StartsWith(s.Tokens):
		return s.stems.Shared(m.matter.request) == 0
	}
	return maybeStarts.StartsWith(s.Tokens) && orders(s)
}

var (
	elsewhere   = utterance.Phrases(`you could|can|might ?always ?also ?just ask|try|get|use|call|take|borrow|hire|rent|book; why not ask|try|get|use|call; have you asked|tried`)
	mayI        = utterance.Phrases(`could|can|may|might i ?just ?at ?least _`)
	maybeStarts = utterance.Phrases(`maybe; perhaps; or`)
)

// dealtMine goes on behind an order with what the speaker gives for it.
var dealtMine = utterance.Phrases(`and i|we ?also will|can|am|would; and ?then we are`)

// offered finds words that put something on the table: a phrase of offering, or, once the other has pushed back, a promise
// of one's own ("I'll text you every hour").
func (m *moment) offered(s *sentence) (utterance.Place, bool) {
	if at, ok := offerCue.In(s.Tokens); ok && (m.concerns(s) || m.matter.plain) && !language.Negated(s.Tokens, at.First) && !isSelfTalk(s, at) {
		return at, true
	}
	if !m.other.resists || s.Form != language.NoQuestion || m.other.diverts && s.tie != closely {
		return utterance.Place{}, false
	}
	for _, match := range promise.Find(s.Tokens) {
		if match.Last < len(s.Tokens) && !negatedAfter(s.Tokens, match) && language.IsVerb(s.Tokens[match.Last].Norm) && !idlePromises[s.Tokens[match.Last].Norm] {
			return utterance.At(match.First, match.Last+1), true
		}
	}
	return utterance.Place{}, false
}

// promise begins what the speaker would do; idle promises give the other nothing.
var (
	promise      = utterance.Phrases(`i will ?also|even|gladly|happily; and i will; i would ?also|even|gladly|happily`)
	idlePromises = utterance.Words(`be not never have say ask tell think like love want need know see remember prefer rather hate appreciate wait
		try leave go forget lose miss feel regret understand stop keep`)
)

// compromises says whether a sentence puts one of the objective's compromises on the table. What is asked for in the first
// place is none, though it may share words with them.
func compromises(m *moment, s *sentence) bool {
	shared := s.stems.Shared(m.matter.compromises)
	return (shared >= 2 || mostly(s.stems, m.matter.compromises)) && !mostly(s.stems, m.matter.request)
}

// selfTalk are words of offers that offer nothing.
var selfTalk = utterance.Phrases(
	`i could not; i can not; i could use|have|ask|say|really|never|only|barely|hardly|tell|see|die|scream|cry;
	i could i; how about you|no|that; at least you; what if you|i never|had|just; let us not|see|face|hope|forget|drop|be; how about that; what about the|you|when|your|that|it|me|my;
	i can see|hear|understand|only|imagine|tell|not; even if; at least i; i will make you|sure`,
)

func isSelfTalk(s *sentence, at utterance.Place) bool {
	for _, match := range selfTalk.Find(s.Tokens) {
		if match.First == at.First {
			return true
		}
	}
	return false
}
