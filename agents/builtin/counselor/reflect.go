package counselor

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Bounds of a sentence that is said back, in words. Chosen: shorter ones say too little, longer ones sound recited.
const (
	shortestMirror = 4
	longestMirror  = 22
)

// asides are words at the head of a sentence that are left out when it is said back.
var asides = set("well yes no oh and so but look honestly actually mm hm hmm okay right fine mostly usually then anyway mind maybe")

// mirrorStarts are the words a sentence may begin with to be said back whole: it then has a subject of its own.
var mirrorStarts = set("i i'm i've i'd my when if")

// unsafe are words in a sentence that do not survive a change of speaker: talk to the listener, and words that point at what
// was said before.
var unsafe = set(`we we're we've we'll we'd us our ours you your you're you've you'd you'll yourself yours here today yesterday tonight tomorrow sorry thank thanks hello hi goodbye bye
	one that's this these something suppose guess mean hope fair say said saying know remember wonder honest sense thread helps series word words sentence talk talking question answer rather yet`)

// mirrored returns clauses in the second person made of one of the client's sentences: the whole of it where that is good
// English for sure, else what stands between two commas; nothing when no part is safe.
func mirrored(sentence language.Sentence) []string {
	sentence = afterColon(sentence)
	if language.FormOf(sentence.Tokens) != language.NoQuestion || strings.ContainsAny(sentence.Quote, "\"“”?!:;()") || strings.Contains(sentence.Quote, "...") {
		return nil
	}
	if len(sentence.Tokens) > 0 && agreeing[sentence.Tokens[0].Norm] {
		return nil
	}
	if inRefusal.In(sentence.Tokens) || inAnger.In(sentence.Tokens) || inRisk.In(sentence.Tokens) || inPlan.In(sentence.Tokens) || inManners.In(sentence.Tokens) {
		return nil
	}
	if whole := mirror(sentence, sentence.Tokens); whole != "" {
		return []string{whole}
	}
	var parts []string
	for _, part := range segments(sentence.Tokens) {
		if clause := mirror(sentence, part); clause != "" && !pointing.In(part) && !strings.HasPrefix(clause, "when ") && !strings.HasPrefix(clause, "if ") {
			parts = append(parts, clause)
		}
	}
	return parts
}

// afterColon is what a sentence announces with a colon; one that announces nothing is left as it is.
func afterColon(sentence language.Sentence) language.Sentence {
	before, after, found := strings.Cut(sentence.Quote, ": ")
	if !found || strings.ContainsRune(before, '"') {
		return sentence
	}
	return language.Read(language.Capitalise(after)).Sentences[0]
}

// agreeing are words at the head of sentences that only say how the last reflection went down.
var agreeing = set("yes that's mm exactly right true no thank thanks")

// segments cuts a sentence at its commas, and after "that". What hangs on a condition or a comparison is left out.
func segments(tokens []language.Token) [][]language.Token {
	var parts [][]language.Token
	start, hangs := 0, false
	cut := func(end int) {
		if !hangs && end > start {
			parts = append(parts, tokens[start:end])
		}
	}
	for i, token := range tokens {
		switch {
		case token.Norm == ",":
			cut(i)
			start, hangs = i+1, false
		case token.Norm == "that" && ownHead(tokens) && i > start && tokens[i-1].Norm != "so" && i+1 < len(tokens) && mirrorStarts[tokens[i+1].Norm] && !language.Negated(tokens, i):
			cut(i)
			start, hangs = i+1, false
		case hanging[token.Norm]:
			hangs = true
		}
	}
	cut(len(tokens))
	return parts
}

// ownHead says whether a sentence is about the speaker: what "they noticed that I ..." is not.
func ownHead(tokens []language.Token) bool {
	for _, token := range language.Words(tokens) {
		if asides[token.Norm] {
			continue
		}
		switch token.Norm {
		case "they", "they've", "people", "everybody", "everyone", "nobody", "somebody", "he", "she", "others", "his", "her", "their":
			return false
		}
		return true
	}
	return false
}

// pointing are words for what another part of the sentence names.
var pointing = language.NewPhrases("it", "them", "they", "him", "her", "he", "she", "there", "then", "did|do so")

// hanging are words by which a clause says that something is not so, or not so yet.
var hanging = set("if unless because before until whether than who which whoever")

// mirror turns some tokens of a sentence into a clause in the second person, or returns nothing.
func mirror(sentence language.Sentence, tokens []language.Token) string {
	first := 0
	for first < len(tokens) && (asides[tokens[first].Norm] || tokens[first].Kind == language.Punct) {
		first++
	}
	words := language.Words(tokens[first:])
	if len(words) < shortestMirror || len(words) > longestMirror || !mirrorStarts[words[0].Norm] || !predicates(words) {
		return ""
	}
	if last := words[len(words)-1].Norm; dangling[last] {
		return ""
	}
	for i, word := range words {
		if unsafe[word.Norm] || word.Norm == "that" && i+1 < len(words) && (language.IsAuxiliary(words[i+1].Norm) || language.IsVerb(words[i+1].Norm)) {
			return ""
		}
	}
	last := tokens[len(tokens)-1]
	clause := language.Slice(sentence.Quote, tokens[first].Start-sentence.Start, last.End-sentence.Start).Quote
	clause = language.LowerFirst(language.SwapPersons(language.Unstop(clause)))
	switch {
	case garbled(clause) || !personal(words):
		return ""
	case verdicts.StartsWith(words):
		return "you tell yourself " + clause
	}
	return clause
}

// verdicts are sentences by which somebody judges themselves. A counselor says them back as what they are, not as facts.
var verdicts = language.NewPhrases("i am a|an|not|only|no|just", "i am incompetent|worthless|useless|unlovable|weak|stupid|helpless|inadequate|inferior|defective|undesirable|unwanted|bad",
	"i can not|cannot be|do|look|handle|manage", "i will never|always", "i should", "i must", "i have to be", "i do not deserve|matter", "i deserve")

// personal says whether a sentence is about the speaker's life and not beside the point: it names a feeling or somebody of one's
// own, or what one wants, tries, avoids, cannot do.
func personal(words []language.Token) bool {
	for i, word := range words {
		if word.Kind == language.Number {
			return false
		}
		if _, feeling := feelingOf[word.Norm]; words[0].Norm == "my" && !ownNouns[words[1].Norm] {
			return false
		} else if i == 0 && opensUp.StartsWith(words) {
			return true
		} else if feeling || ownNouns[word.Norm] || weighty[word.Norm] || strings.HasSuffix(word.Norm, "n't") && i < 3 {
			return true
		}
	}
	return false
}

// opensUp are beginnings by which somebody says what they want, fear, could do or have always done.
var opensUp = language.NewPhrases("i would like to", "i could", "i am afraid", "i have always", "i want", "i wish", "i put", "i ring|rang", "i took", "i tell|told", "i read", "i never", "i had to", "i drink|drank")

// weighty are words of sentences that are worth saying back.
var weighty = set(`feel feels felt want wanted try trying tried cannot lose lost losing avoid avoiding keep end stay staying fail failing failed failure mistake mistakes
	worry worrying believe trusted hide hiding help cope swallow criticized criticised blame blamed laughed message struggled divorce alone different change burden
	money bills worthless useless weak trust`)

// dangling are words a clause that stands alone does not end in.
var dangling = set("so that it is to and but or at of with than as there then too like i'd though yes no really anyway now")

// predicates says whether a clause has a verb where one must be, and goes on to say something.
func predicates(words []language.Token) bool {
	switch words[0].Norm {
	case "when", "if":
		return subordinate(words)
	case "my":
		for _, word := range words[1:min(len(words), 5)] {
			_, past := language.BaseOfPast(word.Norm)
			_, third := language.BaseOfThird(word.Norm)
			if past || third || language.IsAuxiliary(word.Norm) {
				return true
			}
		}
		return false
	case "i":
		second := words[1].Norm
		if steps[second] && len(words) > 2 {
			second = words[2].Norm
		}
		_, past := language.BaseOfPast(second)
		return past || language.IsVerb(second) || language.IsAuxiliary(second)
	}
	return true
}

// steps are adverbs between subject and verb.
var steps = set("just always never still often sometimes only also even really usually")

// subordinate says whether a clause that begins with "when" or "if" has a main clause after it.
func subordinate(words []language.Token) bool {
	own := 0
	for _, word := range words {
		if word.Norm == "i" || word.Norm == "i'm" || word.Norm == "i'll" || word.Norm == "i've" {
			own++
		}
	}
	return own >= 2
}

// garbled says whether a swapped clause has a verb that does not agree, or a person twice.
var garbledPairs = language.NewPhrases("you am|is|was|has|does|feels|thinks|keeps|wants", "i are|is|has|does", "you you", "me am", "yourself am")

func garbled(clause string) bool { return garbledPairs.In(language.Tokens(clause)) }
