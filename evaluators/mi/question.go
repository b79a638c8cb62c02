package mi

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// form is how something is asked.
type form int8

const (
	notAsked form = iota
	askedOpen
	askedClosed
	askedTag // a statement with "right?" or the like behind it, or that alone
)

var (
	// invites are requests to tell that leave open what; they ask whether or not they end with a question mark.
	invites = phrasesOf(`tell me ?a ?little ?bit ?some ?more about; tell me ?a ?little ?bit ?some more; tell me what|how|why|where|your|some|in; say ?a ?little ?bit more; describe for|to me; describe your|what|how|a; walk me through;
		give me an|some example|examples|idea; help me ?to understand|see; talk to me about; talk ?a ?little ?bit more about; share ?with ?me ?a ?little ?bit ?more about|what|your|how; explain ?to ?me what|how|why|your;
		i wonder what|how|why; i am wondering what|how|why; i was wondering what|how|why; wondering ?a ?little ?bit what|how|why; i am curious what|how|why|about; curious about|how|what; i would like|love ?you to hear|know|understand ?more what|how|about|why|your; i want|wanna to ?hear|know ?more about|what|how; what about; how about you|your; elaborate on; any ?other thoughts|ideas; fill me in; speak to that`)
	// supposes are what asks without a question mark for a yes or no.
	supposes = phrasesOf(`i wonder|wondered if|whether; i am ?just wondering if|whether; i was ?just wondering if|whether; wondering if; let me ask you; can|could|may i ask ?you; i am curious if|whether; do you mind if`)
	// elaborates are yes-no questions in form which nobody answers with yes or no.
	elaborates = phrasesOf(`can|could|would|will you ?just ?maybe ?please tell|describe|share|explain|say|talk|give|walk|help|elaborate|expand; would you mind|like ?to|telling|sharing tell|telling|me|share|us|talk; could we talk; do|did|have you ?got ?have any ?other|more thoughts|ideas|concerns|worries|feelings|reasons;
		is|was|are there anything|something else|other; anything else; anything you; any other|more _; have you ?ever ?also ?_ thought|considered ?_ ?_ about|how|of|what; what else; mind telling|sharing`)
	// opens are question words that leave the answer open, wherever they stand in a sentence that asks.
	opens = phrasesOf(`where do|would|could|should|did|can you|we ?_ think|like|want|see|go|start|stand; what do|does|did|would|will|could|can|might|are|is|was|were|has|have|kind|sort|kinds|sorts|makes|made|brings|brought|else|about|if|happens|happened|helps|keeps|worries|concerns|gets|would; what's; how do|does|did|would|could|can|might|are|is|was|were|has|have|about|will|come; how's; why do|did|does|would|is|are|not|was; what thoughts|steps|things|ideas|changes|reasons|ways|specific|concerns|other|some;
		in what way|ways; to what extent; what ?_ ?_ ?_ ?_ do|does|did|would|could|can|will you|that|it|they|he|she`)
	// measures ask for an amount, a time, a place or a name.
	measures = phrasesOf(`how many|often|long|old|far|big|soon|late|tall|heavy|likely; how confident|interested|important|ready|motivated|committed|sure is|are; what time|day|date|year|age|number|grade|name|percentage; what is|was your name|number|age|address; where do|did|does|is|are|was|would on the|a scale|scale; scale of|from; who is|was|are|were|else|do|did|would|will|can|could; which one|day|of; where is|was|are|were|do|did; when is|was|do|did|are|would|will|can|could`)
	// tags hang on a statement.
	tags   = utterance.Words("right okay ok yeah yes huh no correct eh hm hmm hmmm mm sure true true? alright really so fair")
	tagged = phrasesOf(`is|was that right|correct|accurate|true|fair; is that so; does|did that make sense|sum|fit|sound; did|do i get|have|understand that|it|you right|correctly|?; am i right|getting|hearing|understanding; do i have that|it right; make sense; you know; is|isn't it|that; don't|didn't|aren't|won't|wouldn't|haven't|can't you; is that it; if that makes sense; how does that sound|fit`)
	// inner ask within unmarked speech.
	inner = phrasesOf(`what do|does|did|would|are|is|was|were|could|can|will you|your|that|it|this|they|he|she|we|the|some; how do|does|did|would|are|is|was|were|could|can|will you|your|that|it|this|they|he|she|we|the; how about you; why do|does|did|would|are|is|was|were you|your|that|it|this|they|he|she; how many|much|often|long ?_ ?_ do|does|did|would|have|are|is you|your|it|that; do|did|would|could|can|have|are|were|will you think|feel|have|want|know|tell|see|like|notice|remember|mean|believe|consider|ever|get|go|try|describe|share|say|need|find; is|was there anything|something|any|a; is that something|right|what|how|okay|a|true; does that sound|make|feel|seem|fit; where|when|who do|does|did|would|is|was|are you|your|that|it|the|this`)
)

// questionIn says how a unit asks, if it does.
func questionIn(t *turn, u *unit) form {
	if !u.asked {
		u.asks, u.asked = readForm(t, u), true
	}
	return u.asks
}

func readForm(t *turn, u *unit) form {
	switch {
	case u.marked:
		return markedForm(u)
	case invites.in(u):
		return askedOpen
	case supposes.in(u):
		return askedClosed
	}
	if language.FormOf(u.tokens) != language.NoQuestion && u.words > 2 {
		return openOr(u, askedClosed)
	}
	if t.raw && inner.in(u) {
		return openOr(u, askedClosed)
	}
	return notAsked
}

// markedForm is the form of what ends with a question mark.
func markedForm(u *unit) form {
	if u.words <= 3 && allIn(u.tokens, tags) {
		return askedTag
	}
	if u.words <= 6 && tagged.in(u) && !opens.in(u) {
		return askedTag
	}
	return openOr(u, askedClosed)
}

// openOr is the open form where the words leave the answer open, else another.
func openOr(u *unit, otherwise form) form {
	form := language.FormOf(u.tokens)
	switch {
	case measures.in(u) && !elaborates.in(u):
		return otherwise
	case form == language.WhQuestion, invites.in(u), elaborates.in(u):
		return askedOpen
	case form == language.PolarQuestion && language.IsAuxiliary(first(u)):
		return otherwise // "Would it help if I told you what others do?"
	case opens.in(u):
		return askedOpen
	}
	return otherwise
}

// first is the word a unit begins with, after those that lead in.
func first(u *unit) string {
	for i := range u.tokens {
		if token := &u.tokens[i]; token.IsWord() && !leadIns[token.Norm] {
			return token.Norm
		}
	}
	return ""
}

// allIn says whether all words among some tokens are in a set.
func allIn(tokens []language.Token, set utterance.WordSet) bool {
	for i := range tokens {
		if tokens[i].IsWord() && !set[tokens[i].Norm] {
			return false
		}
	}
	return true
}
