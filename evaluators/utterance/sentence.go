package utterance

import (
	"github.com/vignette-sim/vignette/internal/language"
)

// Sentence is a sentence as it was said.
type Sentence struct {
	// Sentence has the words as they would be written: without pauses and what fills them.
	language.Sentence
	// Said are the words as they were said.
	Said []language.Token
	Form language.QuestionForm
	// Faults are what spoils it.
	Faults []Fault
	// Broken says that the words are in no order of English: nothing can be read into it.
	Broken bool
}

// Read reads the sentences of an utterance. Refusing says that its speaker means to refuse: then an "okay" gives in.
func Read(text string, refusing bool) []*Sentence {
	read := language.Read(text)
	list := make([]*Sentence, len(read.Sentences))
	for i, each := range read.Sentences {
		s := &Sentence{Sentence: each, Said: each.Tokens, Broken: disordered(each.Tokens)}
		s.Tokens = language.Fluent(each.Tokens)
		s.Form = language.FormOf(s.Tokens)
		s.Faults = faultsOf(s, refusing)
		list[i] = s
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
// odd pair may be a slip or a quotation; two, and one in ten, are not.
func disordered(tokens []language.Token) bool {
	odd, pairs := 0, 0
	for i := 1; i < len(tokens); i++ {
		if !tokens[i-1].IsWord() || !tokens[i].IsWord() {
			continue
		}
		pairs++
		before := language.Expand(tokens[i-1].Norm)
		inverted := i > 1 && len(before) == 1 && auxiliaries[tokens[i-2].Norm]
		if oddPair(before[len(before)-1], FirstPart(tokens[i].Norm), inverted) {
			odd++
		}
	}
	if list := language.Words(tokens); len(list) > 3 && dangling[list[len(list)-1].Norm] {
		odd++
	}
	return odd >= 2 && odd*10 >= pairs
}

// oddPair says whether a word does not follow another. After an inverted subject ("am I in trouble") all kinds do.
func oddPair(first, second string, inverted bool) bool {
	switch {
	case Determiners[first]:
		return afterNoDeterminer[second]
	case Prepositions[first]:
		return Subjects[second] || Prepositions[second] && first != "from" && second != "of" ||
			auxiliaries[second] && (first != "to" || second != "do" && second != "have")
	case Subjects[first] && !inverted:
		return afterNoSubject[second]
	case modals[first]:
		return auxiliaries[second] && second != "have" && second != "do" || Prepositions[second] || afterNoAuxiliary[second]
	case auxiliaries[first]:
		return afterNoAuxiliary[second] || auxiliaries[second] && second != "have" && second != "do" && second != "had" && second != "did"
	}
	return first == second && first != "very" && first != "no" && first != "really" && first != "so"
}

// FirstPart is a normalised word, or the first of the two that a contraction stands for.
func FirstPart(norm string) string { return language.Expand(norm)[0] }

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
