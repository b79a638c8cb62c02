package utterance

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Sentence is a sentence as it was said.
type Sentence struct {
	// Sentence has the words as they would be written: without pauses and what fills them.
	language.Sentence
	// Said are the words as they were said.
	Said []language.Token
	Form language.QuestionForm
	// Faults are what spoils it, where [Read] was asked.
	Faults []Fault
	// Broken says that the words are in no order of English: nothing can be read into it.
	Broken bool
}

// Read reads the sentences of an utterance. Refusing says that its speaker means to refuse: then an "okay" gives in. They are shared with
// all who read it: they must not be changed.
func Read(text string, refusing bool) []*Sentence {
	return utterances.of(reading{text, refusing}, len(text) > longest, func() []*Sentence { return withFaults(Sentences(text), refusing) })
}

// reading is what [Read] is asked.
type reading struct {
	text     string
	refusing bool
}

var (
	sentences  memory[string, []Sentence]
	utterances memory[reading, []*Sentence]
)

// Sentences are those of an utterance, for those who do not ask for faults; shared like those of [Read].
func Sentences(text string) []Sentence {
	return sentences.of(text, len(text) > longest, func() []Sentence { return sentencesOf(Text(text)) })
}

func sentencesOf(read *language.Text) []Sentence {
	list := make([]Sentence, len(read.Sentences))
	for i, each := range read.Sentences {
		s := Sentence{Sentence: each, Said: each.Tokens, Broken: disordered(each.Tokens)}
		s.Tokens = language.Fluent(each.Tokens)
		s.Form = language.FormOf(s.Tokens)
		list[i] = s
	}
	return list
}

func withFaults(read []Sentence, refusing bool) []*Sentence {
	own, list := slices.Clone(read), make([]*Sentence, len(read))
	for i := range own {
		own[i].Faults = slices.Clip(faultsOf(&own[i], refusing))
		list[i] = &own[i]
	}
	return list
}

// Closed classes of words, for telling sentences from heaps of words. "Her" and "that" stand in too many places to tell
// anything.
var (
	Determiners  = Words("a an the my your our their every")
	Subjects     = Words("i he she we they")
	Prepositions = Words("of to in at from with into")
	modals       = Words("can could will would should might must") // not "may": a month
	auxiliaries  = Union(modals, Words("am is are was were do does did have has had"))
	// What follows no determiner, and no "I", "he", "she", "we", "they".
	afterNoDeterminer = Union(Determiners, Subjects, Prepositions, Minus(auxiliaries, "will may can might must"),
		Words("you it me him them us because if and or but when not please"))
	afterNoSubject = Union(Minus(Determiners, "every"), Prepositions, Subjects,
		Words("you it me my him them us your because or and please"),
		Minus(Dating, "already once twice recently lately today yesterday tonight daily second march may first last"))
	// What follows no form of be, have or do, and no modal verb.
	afterNoAuxiliary = Words("because and or if please")
	// What ends no sentence.
	dangling = Union(Determiners, Words("i he she we they and or because if of into"))
)

// disordered says whether the words of a sentence follow each other as they do in no English sentence: "the of we a". One
// odd pair may be a slip or a quotation; two, and one in twenty-five, are not.
func disordered(tokens []language.Token) bool {
	odd, pairs, last := 0, 0, ""
	for i := range tokens {
		if !tokens[i].IsWord() {
			continue
		}
		last = tokens[i].Norm
		if i == 0 || !tokens[i-1].IsWord() {
			continue
		}
		pairs++
		before := tokens[i-1].Norm
		whole := strings.IndexByte(before, '\'') < 0
		if whole && !functional[before] && last != "am" && last != before {
			continue // a word of content stands before all kinds
		}
		inverted := whole && i > 1 && auxiliaries[tokens[i-2].Norm]
		first, second := lastPart(&tokens[i-1]), tokens[i].First()
		if oddPair(first, second, inverted) || unfitting(first, second, inverted) {
			odd++
		}
	}
	if pairs > 2 && dangling[last] {
		odd++
	}
	return odd >= 2 && odd*25 >= pairs
}

// lastPart is the word that a token ends with.
func lastPart(token *language.Token) string {
	first, second := token.Parts()
	if second != "" {
		return second
	}
	return first
}

// functional are the words that tell what may follow them.
var functional = Union(Determiners, Prepositions, Subjects, auxiliaries, conjunctions, Words("it you cannot dont doesnt didnt cant wont im ive youre thats"))

// oddPair says whether a word does not follow another. After an inverted subject ("am I in trouble") all kinds do.
func oddPair(first, second string, inverted bool) bool {
	switch {
	case articles[first] && misfits(first, second):
		return true
	case Determiners[first]:
		return afterNoDeterminer[second]
	case second == "am":
		return !beforeAm[first]
	case first == "to" && pastOnly(second):
		return true
	case (first == "in" || first == "to") && (second == "with" || second == "from" || second == "at"):
		return false
	case Prepositions[first]:
		return Subjects[second] || Prepositions[second] && first != "from" && second != "of" ||
			auxiliaries[second] && (first != "to" || second != "do" && second != "have")
	case Subjects[first] && !inverted:
		return afterNoSubject[second] || disagrees[first][second]
	case (first == "it" || first == "you") && !inverted && disagrees[first][second]:
		return true
	case modals[first] && pastOnly(second):
		return true
	case modals[first]:
		return auxiliaries[second] && second != "have" && second != "do" || Prepositions[second] || afterNoAuxiliary[second]
	case auxiliaries[first]:
		return afterNoAuxiliary[second] || auxiliaries[second] && second != "have" && second != "do" && second != "had" && second != "did"
	case conjunctions[first]:
		return afterNoConjunction[second]
	}
	return first == second && first != "very" && first != "no" && first != "really" && first != "so"
}

var (
	articles           = Words("a an")
	conjunctions       = Words("because if and or but")
	afterNoConjunction = Words("because or of and")
	// disagrees has the verbs that do not go with a subject.
	disagrees = map[string]WordSet{
		"i":    Words("is are has does am's wants needs gets"),
		"you":  Words("am is was has does wants needs gets"),
		"we":   Words("am is was has does wants needs gets"),
		"they": Words("am is was has does wants needs gets"),
		"he":   Words("am are were have do"),
		"she":  Words("am are were have do"),
		"it":   Words("am are have do"),
	}
)

// unfitting says whether a verb is missing where one is due: behind the pronoun of a subject and behind a modal verb. One
// that is not known is missed too, so one of these tells little.
func unfitting(first, second string, inverted bool) bool {
	switch {
	case Subjects[first] && !inverted:
		return !verbal(second)
	case modals[first]:
		return !verbal(second) && !Determiners[second] && !subjectNouns[second]
	}
	return false
}

// verbal says whether a word is a form of a common verb, or an adverb or the like that stands before one.
func verbal(norm string) bool {
	if language.IsVerb(norm) || auxiliaries[norm] || beforeVerb[norm] || strings.HasSuffix(norm, "ly") || strings.HasSuffix(norm, "ed") || strings.HasSuffix(norm, "n't") {
		return true
	}
	_, past := language.BaseOfPast(norm)
	_, third := language.BaseOfThird(norm)
	return past || third
}

var (
	beforeVerb = Words(`not just also really still only even both all too always never already often now then actually honestly simply ever have had be been to
		who kind sort hardly barely almost nearly may might guess reckon fancy or well either i you he she we they it that this rather maybe
		perhaps dunno gotta wanna gonna love quite so as swear might've could've should've`)
	subjectNouns = Words("somebody someone anybody anyone everybody everyone nobody us there people these those him them her")
)

// beforeAm may stand before "am" where "I" does not.
var beforeAm = Words("i and but so not who that where what how than as why when or nor only if because while since")

// pastOnly says whether a word is the past of a verb and no base form of one.
func pastOnly(norm string) bool {
	_, past := language.BaseOfPast(norm)
	return past && !language.IsVerb(norm) && norm != "left" && norm != "found" && norm != "felt" && norm != "lay"
}

// misfits says whether an article stands before the wrong sound, as far as letters tell.
func misfits(article, next string) bool {
	if next == "" {
		return false
	}
	vowel := strings.IndexByte("aeio", next[0]) >= 0
	if article == "a" {
		return vowel && !strings.HasPrefix(next, "one") && !strings.HasPrefix(next, "eu") && !strings.HasPrefix(next, "once")
	}
	return !vowel && strings.IndexByte("uhlfmnrsx8", next[0]) < 0
}

var (
	// Dating are words that place a thing in time or count it.
	Dating = Words(`yesterday today tonight monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
		thursdays fridays saturdays sundays january february march april june july august september october november
		december morning evening afternoon night nights noon midnight weekend weekends week weeks month months year
		years hour hours minute minutes days once twice times one two three four five six seven eight nine ten eleven
		twelve thirteen fourteen fifteen sixteen twenty thirty forty fifty hundred thousand half dozen dollars euros
		pounds percent first second third last since ago already until daily weekly monthly semester quarter christmas
		birthday overnight recently lately earlier every each`)
)

// Find returns the first place of a phrase, and whether there is one.
func (s *Sentence) Find(these *language.Phrases) (Place, bool) {
	match, ok := these.First(s.Tokens)
	return Place{match.First, match.Last}, ok
}
