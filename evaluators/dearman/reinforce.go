package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// Reinforce: says what the other gains by agreeing.

var (
	gainCue = utterance.CueOf(utterance.Strong, "says what there is to gain",
		// what follows, said as a consequence
		`that way you|we|i|everyone|everybody|the|your|our|nobody;
		this way you|we|i|everyone|everybody|the|your|our|nobody; then you|we can|could|will|would;
		then i will|would|can|could be|have|give|bring|do|come|help; so that you|we|everyone|everybody|they;
		so you|we|he|she|they ?do|does|can|could|will|would ?not ?even ?ever|never can|could|will|would|get|have|need|worry|end; so we both|all;
		so your|our _ ?_ is|are|will|does|do; ?it|that|this means you|we|no|your|fewer|less; and you do|will|would not; in the long run; in return you; what you get is;
		you get|gain a|more|something; the upside; win win; win-win; it pays off`,
		// what the other will have or be spared
		`you would|will|could|can ?still|also|always|all have|get|save|gain|know|benefit|find|keep|enjoy;
		you would|will|could|can ?still|also|always|all hear|rely|count|relax|focus|feel|sleep|win|receive|avoid;
		you would|will be able|free|happier|calmer|rested|safe|better|glad|proud;
		you would|will not have|need|worry|miss|be|hear; you would|will never have;
		you do ?not ?even not ?even have|need to; you would|will|do not ?even have|need|lift|pay|lose|see|spend|end|get|regret|find;
		you would|will|do ?not ?even never ?even have|need|find|hear|see|worry|get|lose; you are ?then not stuck|left|out|alone|chased|bothered|the|sitting|ringing|paying; you do not owe|pay|lose|need|have|hear|get|deal; you are the one who|with|that; we are even|square|quits; i will not say|bother|ask|mention|ring|chase|complain|nag|come|knock; you can ?then ?finally lie|sit|rest|relax|put|go|say;
		you would|will|could|can ?not ?even ?have|be the happiest|best|_ self|peace|evening|weekend|morning|day|money|customer|tenant|worker|one;
		you get ?back a|an|the|your|one|more|less|some|to|nothing; you will|would ?then ?also have ?got ?yourself _; you have got yourself; your _ ?_ will|would|is ?then ?be gone|safe|done|easier|better|clear|free|happy|yours;
		that is|would ?be one|two|a|an|some less|fewer|off|more; one less|fewer; spares you|us; less|fewer _ for you; no _ ?_ for you;
		i will keep|carry ?on _; and i will keep|handle|sort|deal|take; better off; i will do us|you|your|the; i will ?be ?all yours;
		i am ?all yours; is|are on me; my treat; in exchange|return ?for ?_ ?_ you|i|we; ?and you get|would|will dessert|first|the|my|a; shot of me; rid of me|your|this; pays ?you ?for ?back itself|off; not|does not ?even cost|costs you; does not cost; will not cost;
		cheaper|quicker|faster|safer|easier|simpler than; saves|save|saving ?you|us ?a ?_ money|time|hassle|trouble|grand|hundred|pounds|quid|hours; catch it now;
		that way he|she|they|no; before it|the ?_ gets|becomes|costs|breaks; no late|extra|more fee|fees|charge|charges|calls|chasing|trouble|arguments;
		recommend you|this; tell|telling everyone|everybody|the|all ?whole ?_ ?_ how|which|what|about; i would|will renew|stay|sign|come ?on|back`,
		// what both will
		`we would|will|could|can ?then ?actually|really both|all|actually|really; we would|will have|be|get|save|spend|stop|avoid|argue|fight|stay;
		we could|can ?then|finally enjoy|have|relax|get|avoid|save|stop|spend|stay; better|good|great|best for both|all;
		give|gives us|you ?both; win for;
		good|better|easier|helpful|nicer|calmer|safer|cheaper|fairer for you|us|everyone|everybody|the|both;
		help|helps us|everyone|everybody|both; helps you|the; benefit|benefits you|us|everyone|the|both;
		saves|save us|you|the;
		makes|make your|our|things|it|you|us ?_ ?_ easier|better|smoother|nicer|calmer|happier|safer|simpler|more;
		make ?it|things|life|everything ?so ?much easier|better|smoother;
		fewer|less ?_ arguments|fights|stress|mistakes|complaints|calls|tension|problems|conflict|waste ?then;
		work|get along better`,
		// what the other gets of a better speaker
		`i would|will be ?much|so ?a ?lot ?more|less|better happier|calmer|nicer|focused|rested|easier|fun|relaxed;
		i would|will be ?much|so ?a ?lot ?more|less|better present|reliable|productive|fresh;
		i would|will be ?much|so ?a ?lot ?more|less|better stressed|grumpy|patient|cheerful; i would|will be able;
		i would|will be in a better|good; i would|will have more|time|energy;
		i would|will ?happily|gladly be ?a better; i can ?then focus|concentrate;
		i can be|give|bring ?you ?my ?much more|better|best|full; you would be doing; i will happily|gladly`,
	)
	thanksCue = utterance.CueOf(utterance.Weak, "thanks in advance, but does not say what the other gains",
		`i would ?really|so|truly|very|greatly ?much appreciate; it would mean ?so|a|the ?much|lot|world;
		it would ?really|truly help; that would ?really|mean help|a;
		it would be a ?huge|big|great|real help|relief|weight;
		that would be a ?huge|big|great|real help|relief|weight; i would be ?so|very|really|forever grateful|thankful;
		i would owe you; would make me ?so|very|really happy; would make my;
		it would make a ?big|huge|real difference; that would make a ?big|huge|real difference;
		i ?really|do|truly|so appreciate you|your|that|how|it|all; thank|thanks you ?so ?much for|in; thanks for|in;
		thank you in advance; i would feel ?so|much|a ?lot better|relieved|less|more|calmer|supported|safer|happier;
		i will feel ?so|much|a ?lot better|relieved|less|more|calmer|supported|safer|happier;
		i would be ?so|dead|very|really|most|ever|eternally ?so grateful|thankful|obliged; i would owe you ?one|big; i owe you ?one|big;
		you would be ?such ?a|an|my doing|helping|star|angel|legend|hero|lifesaver|saint|gem|favourite; you are ?such a star|angel|legend|hero|lifesaver;
		a ?massive|huge|big|great favour|favor|help; thanks|thank|cheers ?you ?so ?much in|for; thank you for that; much appreciated; appreciate it|that;
		you will|would not regret; you are|will|would ?be shot|rid of; off|out of|your ?your list|back|hair|ear|ears|plate|case|neck; if it is a yes;
		would|will|might|may ?well ?no ?doubt benefit|profit; would|will|might|woud like|enjoy|love|appreciate it|that; gets|get better|nicer|easier too; would|will|could|might|may ?also ?even ?well ?be good|nice|better|fun for; do|does us|you ?both good; would|will be grateful|pleased|glad; happy|glad to keep|come|stay; we would manage; then we|you would|could|can|are|will _; good|even|fine again;
		better|best|nicer|easier|happier|good|great|calmer for us|you|everyone|everybody|all|both|him|her|them|the;
		happier|calmer|better _ happier|calmer|better; in a good|better mood; everyone|everybody|we would|will be ?less ?all less|happy|happier|better|cross;
		win win; i will|would thank you; you would|will ?probably|maybe thank me; obliged; let you down; do|does|make|makes you proud|good; see a|the difference; see ?that i; it would|will go down;
		nice|nicer|good|kinder for the|us|you|everyone|everybody|all; we are even; make it up; fewer|less _ ?_ ?_ for us|you|both|everyone|everybody; no more _ ?_ ?_ ?_; less|fewer _; everybody|everyone sleeps|wins|benefits|gains; you will|would not be sorry; nice|nicer to live|work|be with; mean|means so|a|the much|lot|world; i will make it up to; make it worth your;
		i am ?so|very|really grateful; you would help me; i value|appreciate your|you|this`,
	)
	condition = utterance.Phrases(
		`if you; if i could|can|had|have|am|get|were|leave|take; if we; when you; when we; once you; once we; by doing;
		having|getting|letting|giving; if he|she|they|it|somebody|someone|the|_ _`,
	)
	outcome = utterance.Phrases(
		`i will; we will; you will; i would; we would; you would; we can; you can; i can; it will; it would;
		everyone would|will; everybody will|would; the _ will|would`,
	)
	losses     = utterance.Words(`not never regret sorry lose sad angry upset quit report mad hate suffer worse impossible cannot nobody`)
	tomorrow   = utterance.Phrases(`would; will; could; can; so that; that way; means; so you|we; helps; saves; gives; makes`)
	empathyCue = utterance.Phrases(
		`i understand; i know you|it|this|that; i get that|it|why; i hear; i see that|why|your|you; i realise|realize;
		i can see|imagine|understand; it makes sense; that makes sense; i appreciate that you; you have a lot;
		it must be`,
	)
	onlyEmpathy  = "understands the other, which is not yet something to gain"
	threatReason = "threatens; what the other would lose is no reward"
)

func judgeReinforce(m *moment) utterance.Finding {
	f := utterance.Finding{Note: "What the other would gain is not said"}
	for _, s := range m.sentences {
		if s.Broken || s.Has(utterance.Attack, utterance.Judgement, utterance.Sarcasm, utterance.Threat, utterance.Capitulation) {
			continue
		}
		if h, ok := gainIn(m, s); ok && !(m.matter.plain && harsh.In(s.Tokens)) {
			f.Add(h)
		}
	}
	if because, ok := m.lastFault(utterance.Capitulation); ok && m.matter.plain {
		because.Why = "gives in, so that nothing is left to be gained by agreeing"
		f.Cap(utterance.None, because)
	}
	if f.Level > utterance.None {
		return f
	}
	if because, ok := m.fault(utterance.Threat); ok {
		because.Why = threatReason
		f.Add(because)
	} else if s, at, ok := m.firstIn(empathyCue); ok {
		f.Add(utterance.Hit{Span: m.cover(s, at), Why: onlyEmpathy})
	}
	return f
}

func gainIn(m *moment, s *sentence) (utterance.Hit, bool) {
	if !m.concerns(s) {
		return utterance.Hit{}, false
	}
	asks := s.Form == language.WhQuestion || s.Form == language.MeasureQuestion || s.Form == language.PolarQuestion && inverted.StartsWith(s.Tokens)
	switch at, ok := gainCue.In(s.Tokens); {
	case asks, ok && (counterfactual(s, at) || supposed(s, at)):
		return utterance.Hit{}, false
	case ok && !reversed(s, at) && vague(s, at):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "says that it is better for the other, but not how"}, true
	case ok && !reversed(s, at):
		return utterance.Hit{Level: utterance.Strong, Span: m.cover(s, at), Why: gainCue.Why}, true
	case m.grants(s), follows(m, s), effects(s) && !vague(s, utterance.At(0, len(s.Tokens))), (orders(s) || directCue.Phrases.In(s.Tokens)) && inReturn.In(s.Tokens) && !loses(s.Tokens):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: gainCue.Why}, true
	case promises(s) && vague(s, utterance.At(0, len(s.Tokens))):
		return utterance.Hit{Level: utterance.Weak, Span: m.whole(s), Why: "says that it is better for the other, but not how"}, true
	case promises(s) || s.stems.Shared(m.matter.benefits) >= 2 && s.stems.Shared(m.matter.gains) > 0 && (tomorrow.In(s.Tokens) || coming.In(s.Tokens)) && !mostly(s.stems, m.matter.request):
		return utterance.Hit{Level: utterance.Strong, Span: m.whole(s), Why: gainCue.Why}, true
	}
	if at, ok := thanksCue.In(s.Tokens); ok && !((m.other.agreed || m.matter.refusing()) && thanked.In(s.Tokens)) {
		return utterance.Hit{Level: utterance.Weak, Span: m.cover(s, at), Why: thanksCue.Why}, true
	}
	return utterance.Hit{}, false
}

// supposed says whether what looks like a gain is only put as a case: "if you can get somebody".
func supposed(s *sentence, at utterance.Place) bool {
	if at.First == 0 {
		return false
	}
	before := s.Tokens[at.First-1].Norm
	return before == "if" || before == "unless" || before == "whether" || before == "when"
}

// counterfactual says whether what looks like a gain is one that never was: "you would have liked her".
func counterfactual(s *sentence, at utterance.Place) bool {
	for i := at.First + 1; i < min(at.Last, len(s.Tokens)-1); i++ {
		if next := s.Tokens[i+1].Norm; s.Tokens[i].Norm == "have" {
			_, past := language.BaseOfPast(next)
			return past || observed[next]
		}
	}
	return false
}

var (
	// inverted questions ask whether something is so; "wouldn't you" says that it is.
	inverted = utterance.Phrases(`do|does|did|is|are|was|were|have|has|can|could|will i|you|he|she|it|we|they|the|my|your|that|this|_`)
	// thanked is who has agreed, for that.
	thanked = utterance.Phrases(`legend; star; thank; thanks; appreciate; appreciated; angel; hero; cheers; saint; gem; grateful`)
	// effect is what something would do.
	effect = utterance.Phrases(`it|that|this would|will ?also|even|really|only _`)
	// forOther is whom it would be done for.
	forOther = utterance.Phrases(`you; your; us; our; both; everybody; everyone`)
)

// effects says whether a sentence says what agreeing would do for the other: "It'd keep me with you for years."
func effects(s *sentence) bool {
	for _, match := range effect.Find(s.Tokens) {
		verb := s.Tokens[match.Last-1].Norm
		rest := s.Tokens[match.Last:]
		if verb != "be" && verb != "not" && verb != "mean" && verb != "take" && verb != "have" && verb != "cost" && verb != "ruin" && verb != "hurt" && s.Form == language.NoQuestion && forOther.In(rest) && !provided.In(rest) && !loses(rest) {
			return true
		}
	}
	return false
}

var provided = utterance.Phrases(`if; unless; when; to know; to hear; to see`)

// evaluative words say that something is good, and not what.
var evaluative = utterance.Words(`better best good nice nicer great easier easy happier happy calm calmer happiest favourite fine mood difference favour favor star
	angel hero legend worth regret sorry thank thanks thankful hair ear ears back list case hook mood win win-win proud grateful
	obliged please massive huge big real work sort find need agree manage life lives lighter pleased bonus benefit benefits gain see right glad plus other ways way
	everyone everybody pair street family team house whole both trust down shot rid free doing do world lot will would smile
	honest promise swear true cross less fewer kind lovely love wonderful`)

// coming is what will be, in the present tense.
var coming = utterance.Phrases(`does|do|is|are not; then; so; before; if; no _; instead; from now; this year|week|month|time; your _; gets|get|goes|keeps`)

// vague says whether the clause around some words promises something good without saying what: "It'd be better for both."
func vague(s *sentence, at utterance.Place) bool {
	first, last := at.First, at.Last
	for first > 0 && s.Tokens[first-1].Kind != language.Punct && !clauseStarts[s.Tokens[first-1].Norm] && s.Tokens[first-1].Norm != "if" {
		first--
	}
	for last < len(s.Tokens) && s.Tokens[last].Kind != language.Punct && s.Tokens[last].Norm != "if" {
		last++
	}
	for _, token := range s.Tokens[first:last] {
		if token.IsWord() && !token.IsStopWord() && !evaluative[token.Norm] {
			return false
		}
	}
	return true
}

// follows says whether a sentence says what comes of what was asked before it: "Then your neighbour doesn't ring either."
func follows(m *moment, s *sentence) bool {
	if s == m.sentences[0] || s.Form != language.NoQuestion || !consequence.StartsWith(s.Tokens) && !consequenceFirst(s) {
		return false
	}
	return (!m.matter.plain || tomorrow.In(s.Tokens)) && forYou.In(s.Tokens) && !loses(s.Tokens) && !requests(s) && !vague(s, utterance.At(0, len(s.Tokens)))
}

// grants says whether a clause says what the other, or somebody for them, will have or do, or what the speaker will do for
// them, once they agree: "you'd sleep better", "I would recommend you", "nobody would ring you".
func (m *moment) grants(s *sentence) bool {
	if s.Form != language.NoQuestion || m.matter.refusing() && refusalCue.Phrases.In(s.Tokens) {
		return false
	}
	for i, token := range s.Tokens[:max(0, len(s.Tokens)-2)] {
		if !promising[token.Norm[max(0, len(token.Norm)-2):]] {
			continue // no form of will or would
		}
		subject, modal := token.Parts()
		if modal == "" {
			if i == 0 {
				continue
			}
			subject, modal = s.Tokens[i-1].Norm, subject
		}
		if modal != "would" && modal != "will" && token.Norm != "woud" {
			continue
		}
		rest := s.Tokens[i+1:]
		for len(rest) > 1 && (beforeGain[rest[0].Norm] || utterance.Degrees[rest[0].Norm]) {
			rest = rest[1:]
		}
		end := 0
		for end < len(rest) && rest[end].Kind != language.Punct {
			end++
		}
		if idleGains[rest[0].Norm] || asksBack[subject] || loses(rest[:end]) || harsh.In(s.Tokens) || supposed(s, utterance.At(max(0, i-1), i)) || vagueIn(rest[:end]) {
			continue
		}
		_, past := language.BaseOfPast(rest[0].Norm)
		base := !past && (language.IsVerb(rest[0].Norm) || rest[0].Norm == "be" || m.matter.plain && rest[0].Kind == language.Word && !rest[0].IsStopWord())
		switch {
		case subject == "you":
			return base && gainful(rest[:end])
		case subject == "i" && m.matter.plain:
			return base && toYou.In(rest[:end])
		case m.matter.plain && base && toYou.In(rest[:end]):
			return true
		}
	}
	return false
}

// gainful says whether what somebody would do holds something of content besides its verb.
func gainful(rest []language.Token) bool {
	for _, token := range rest[1:] {
		if token.IsWord() && !token.IsStopWord() && !evaluative[token.Norm] {
			return true
		}
	}
	return false
}

func vagueIn(rest []language.Token) bool {
	for _, token := range rest {
		if token.IsWord() && !token.IsStopWord() && !evaluative[token.Norm] {
			return false
		}
	}
	return true
}

var (
	beforeGain = utterance.Words("also finally even then both never surely certainly probably not gladly happily sooner always only")
	// idleGains are verbs that give the other nothing: what they would do anyway, know, think or have to.
	idleGains = utterance.Words("have-to need understand know think say agree mind see hear do want like rather forgive excuse believe notice remember trust take leave come go stop pay")
	// promising are the endings of will, would and what they are contracted to.
	promising = utterance.Words("ll ld 'd ud")
	asksBack  = utterance.Words("who what how why that it which this")
	toYou     = utterance.Phrases("you; your; yours; us; our")
	harsh     = utterance.Phrases("solicitor; lawyer; police; court; complaint; complain; shelter; tell your; report you; otherwise; or else; if not; regret; noise log")
)

// consequenceFirst says whether "then" or the like opens the sentence and a statement follows.
func consequenceFirst(s *sentence) bool {
	words := language.Words(s.Tokens)
	return len(words) > 2 && (words[0].Norm == "then" || words[0].Norm == "so") && states(s.Tokens[1:])
}

// requests says whether a sentence asks or orders.
func requests(s *sentence) bool {
	_, direct := s.Find(directCue.Phrases)
	return direct || orders(s)
}

var (
	consequence = utterance.Phrases(`that|this way; you put|get|keep|save; and then; everybody|everyone|we all|both`)
	inReturn    = utterance.Phrases(`and ?then you|we ?will|would have|get|are|save|keep|be ?got _; and your|the _ is|are|will`)
	forYou      = utterance.Phrases(`you; your; yours; us; our; both; everybody; everyone; nobody; no one; does|do|is|are|will|would not`)
)

// promises says whether a sentence says what good follows if the other agrees: "If you cover Friday, I'll take Sunday".
func promises(s *sentence) bool {
	given, then := condition.Find(s.Tokens), outcome.Find(s.Tokens)
	if len(given) == 0 || len(then) == 0 || s.Form != language.NoQuestion {
		return false
	}
	for _, match := range then {
		if match.First >= given[0].Last && !loses(s.Tokens[match.First:]) && !negatedAfter(s.Tokens, given[0]) {
			return true
		}
	}
	return false
}

func negatedAfter(tokens []language.Token, at language.Match) bool {
	for i := at.First; i < min(at.Last+2, len(tokens)); i++ {
		if first, second := tokens[i].Parts(); first == "not" || first == "never" || second == "not" {
			return true
		}
	}
	return false
}

func loses(tokens []language.Token) bool {
	for _, token := range tokens {
		if losses[token.Norm] {
			return true
		}
	}
	return false
}

// reversed says whether a gain turns into a loss close behind: "then you'll be sorry".
func reversed(s *sentence, at utterance.Place) bool {
	return language.Negated(s.Tokens, at.First) || loses(s.Tokens[at.Last:min(at.Last+2, len(s.Tokens))]) && !relieves(s.Tokens[at.First:])
}

// relieves says whether a "not" takes a burden away: "you won't have to".
func relieves(tokens []language.Token) bool {
	return relief.In(tokens)
}

var relief = utterance.Phrases(
	`will|would|do not have to; will|would not need|be|worry|lose|miss|get; not have to|worry; never have to;
	so you|we do|are not; not worry; you will|would|do not|never ?even ?again|ever find|hear|see|chase|worry|get|need|deal|spend|pay|wake|end|ring|ask|wonder; nobody has|is|will|would|needs`,
)
