package client

import (
	"github.com/vignette-sim/vignette/internal/language"
)

// verb rewrites token i if it is a finite verb that belongs to the subject.
func (p *pass) verb(i int) (string, bool) {
	norm := p.tokens[i].Norm
	if !p.awaiting {
		return "", false
	}
	if form, ok := p.auxiliary(norm); ok {
		p.awaiting = false
		p.verbs++
		return form, true
	}
	base, third := language.BaseOfThird(norm)
	if third && nounLike[norm] && !p.clearlyVerb(i) {
		if i > 0 && coordinators[p.tokens[i-1].Norm] {
			p.doubt = true
		}
		return "", false
	}
	_, past := language.BaseOfPast(norm)
	switch {
	case third:
	case past && i > 0 && p.mood != doing:
		p.awaiting = false
		p.verbs++
		return p.tokens[i].Quote, true
	case p.subj == another && language.IsVerb(norm) && i > 0 && plural[p.tokens[i-1].Norm]:
		base = norm
	default:
		return "", false
	}
	p.awaiting = false
	p.verbs++
	return p.inflect(i, base, third), true
}

// inflect puts a verb into the form that mood and subject ask for, in the words people use when they speak.
func (p *pass) inflect(i int, base string, third bool) string {
	object := ""
	if p.subj == another && onSomebody[base] && p.objectMissing(i) {
		object = " me"
	}
	base, rest := p.spoken(i, base)
	if p.subj == another && p.mood != told {
		if third {
			return language.ThirdPerson(base) + rest + object
		}
		return base + rest + object
	}
	switch p.mood {
	case told:
		return language.Past(base) + rest + object
	case doing:
		return language.Gerund(base) + rest
	}
	return base + rest
}

// spoken replaces a word of reports by one of speech: "continues to sit" by "keeps sitting", "undergoes divorce" by "goes
// through a divorce". Words it takes in are emptied.
func (p *pass) spoken(i int, base string) (verb, rest string) {
	next := func(k int) string {
		if i+k < len(p.tokens) {
			return p.tokens[i+k].Norm
		}
		return ""
	}
	switch {
	case base == "continue" && next(1) == "to" && language.IsVerb(next(2)):
		p.tokens[i+1].Norm, p.tokens[i+2].Norm = skipped, skipped
		verb := language.Normalise(p.tokens[i+2].Quote)
		if p.mood == doing {
			return verb, ""
		}
		return "keep", " " + language.Gerund(verb)
	case base == "ruminate" && p.mood == doing:
		if next(1) == "on" || next(1) == "about" {
			p.tokens[i+1].Norm = skipped
			return "go", " over"
		}
		return "go", " over things in my head"
	case base == "ruminate" && (next(1) == "about" || next(1) == "on" || next(1) == "over"):
		p.tokens[i+1].Norm = skipped
		return "keep", " going over"
	case base == "ruminate":
		return "keep", " going over things"
	case base == "undergo":
		if next(1) == "divorce" || next(1) == "separation" || next(1) == "breakup" {
			return "go", " through a"
		}
		return "go", " through"
	case base == "attempt":
		return "try", ""
	}
	return base, ""
}

// skipped marks a word that has been taken into the one before it.
const skipped = "\x00"

// objectMissing says whether a verb that somebody does to somebody stands without an object.
func (p *pass) objectMissing(i int) bool {
	if i+1 >= len(p.tokens) || !p.tokens[i+1].IsWord() {
		return true
	}
	next := p.tokens[i+1].Norm
	return clauseWords[next] || coordinators[next] || next == "for" || next == "in" || next == "at" || adverbs[next]
}

// auxiliary gives a form of be, have, do or a modal verb the person and tense that are wanted.
func (p *pass) auxiliary(norm string) (string, bool) {
	if p.mood == told {
		if past, ok := pastAuxiliaries[norm]; ok {
			if p.subj == me && past == "were" {
				past = "was"
			}
			return past, true
		}
	}
	if p.subj == me {
		if own, ok := ownAuxiliaries[norm]; ok {
			if p.mood == doing && norm == "is" {
				return "being", true
			}
			return own, true
		}
	}
	return norm, language.IsAuxiliary(norm)
}

// clearlyVerb says whether what follows a word that may be a plural noun shows it is a verb: an object, an infinitive, -ing.
func (p *pass) clearlyVerb(i int) bool {
	if i == 0 && p.subj == me {
		return true
	}
	if i > 0 && (p.out[i-1] == "I" || p.names[p.tokens[i-1].Norm] || kin[p.tokens[i-1].Norm]) {
		return true
	}
	if i+1 >= len(p.tokens) {
		return false
	}
	next := p.tokens[i+1].Norm
	_, gerund := language.BaseOfGerund(next)
	return gerund || determiners[next] || next == "to" || next == "that" || next == "himself" || next == "herself" || kin[next] || p.names[next]
}

// plain keeps a word, but mends what telegraphic notes leave out: the article in "on couch", "at party".
func (p *pass) plain(i int) string {
	token := p.tokens[i]
	if token.Norm == skipped {
		return ""
	}
	word := token.Quote
	if i == 0 {
		word = language.LowerFirst(word)
	}
	if fixed, ok := misspelt(token.Norm); ok {
		word = fixed
	}
	if i > 0 && p.tokens[i-1].IsWord() && places[token.Norm] != "" && prepositions[p.tokens[i-1].Norm] &&
		(i+1 == len(p.tokens) || !p.tokens[i+1].IsWord() || afterNoun(p.tokens[i+1].Norm)) {
		return places[token.Norm] + " " + word
	}
	return word
}

// afterNoun says whether a word can follow a noun phrase, so that the noun before it is not the first half of a compound.
func afterNoun(norm string) bool {
	return prepositions[norm] || coordinators[norm] || clauseWords[norm] || determiners[norm] || adverbs[norm] ||
		language.IsAuxiliary(norm) || language.IsVerb(norm)
}
