package utterance

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// WordSet is a set of normalised words.
type WordSet map[string]bool

// Words is the set of the words of some lists, which are separated by white space.
func Words(lists ...string) WordSet {
	set := WordSet{}
	for _, list := range lists {
		for _, word := range strings.Fields(list) {
			set[word] = true
		}
	}
	return set
}

// Union is the set of all words of some sets.
func Union(sets ...WordSet) WordSet {
	all := WordSet{}
	for _, set := range sets {
		for word := range set {
			all[word] = true
		}
	}
	return all
}

// Minus is a set without the words of a list.
func Minus(set WordSet, without string) WordSet {
	out, dropped := WordSet{}, Words(without)
	for word := range set {
		if !dropped[word] {
			out[word] = true
		}
	}
	return out
}

// Cue is a group of phrases that show the same thing.
type Cue struct {
	Level   Level
	Why     string
	Phrases *language.Phrases
}

// CueOf makes a cue of tables of phrases.
func CueOf(l Level, why string, tables ...string) Cue {
	return Cue{Level: l, Why: why, Phrases: Phrases(tables...)}
}

// Phrases compiles tables of patterns, which are separated by semicolons; line breaks are spaces. What a pattern can say
// is explained at language.Phrases.
func Phrases(tables ...string) *language.Phrases {
	var patterns []string
	for _, table := range tables {
		patterns = append(patterns, strings.Split(table, ";")...)
	}
	return language.NewPhrases(patterns...)
}

// In returns the first place in a sentence where the cue is found.
func (c Cue) In(tokens []language.Token) (Place, bool) {
	match, ok := c.Phrases.First(tokens)
	return Place{First: match.First, Last: match.Last}, ok
}

// Place is a run of a sentence's tokens, half-open.
type Place struct{ First, Last int }

// At is the place from one token to before another.
func At(first, last int) Place { return Place{First: first, Last: last} }

// Frame is a beginning that means something only with the right filler after it: "I feel" and an emotion. Between them
// stand at most three words of the given kind.
type Frame struct {
	Level   Level
	Why     string
	Opening *language.Phrases
	Between WordSet
	Fillers WordSet
	// Phrasal are fillers of two words: the second ones by the first.
	Phrasal map[string]WordSet
}

// reach is how many words may stand between a frame's beginning and its filler ("I was really quite so upset").
const reach = 3

// In returns the first place where the beginning and a filler stand.
func (f *Frame) In(tokens []language.Token) (Place, bool) {
	for _, match := range f.Opening.Find(tokens) {
		for i := match.Last; i < len(tokens) && i <= match.Last+reach; i++ {
			norm := tokens[i].Norm
			if i+1 < len(tokens) && f.Phrasal[norm][tokens[i+1].Norm] {
				return Place{First: match.First, Last: i + 2}, true
			}
			if f.Fillers[norm] {
				return Place{First: match.First, Last: i + 1}, true
			}
			if !f.Between[norm] {
				break
			}
		}
	}
	return Place{}, false
}

// Degrees may stand between a verb and its adjective.
var Degrees = Words(`really very so quite pretty rather just too also still extremely incredibly terribly awfully a bit little lot of
	bit kind sort totally completely absolutely truly deeply genuinely actually honestly increasingly more and even
	getting feeling starting to feel become pretty most least quite super at properly proper well dead right ever rather best thoroughly dreadfully mighty seriously simply
	bloody bleeding freaking fucking damn literally particularly exactly that like always almost nearly slightly somewhat touch tad kinda sorta
	definitely massively hugely deeply utterly beyond fairly now`)
