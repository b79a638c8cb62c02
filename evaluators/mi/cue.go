package mi

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// phrases are what is listened for.
type phrases struct{ *language.Phrases }

// phrasesOf compiles a table: patterns with semicolons between; language.Phrases says what a pattern is.
func phrasesOf(table string) phrases { return phrases{utterance.Phrases(table)} }

// in says whether any of some units has one of them.
func (p phrases) in(units ...*unit) bool {
	for _, u := range units {
		if p.In(u.tokens) {
			return true
		}
	}
	return false
}

// begins says whether one stands at a unit's beginning, after words that only lead in.
func (p phrases) begins(u *unit) bool {
	match, ok := p.First(u.tokens)
	if !ok {
		return false
	}
	for _, token := range u.tokens[:match.First] {
		if token.IsWord() && !leadIns[token.Norm] {
			return false
		}
	}
	return true
}

// leadIns may stand before what a sentence is about.
var leadIns = utterance.Words("so and but or well okay ok alright yeah yes no right then now because also just oh hmm mm mm-hmm sure great good um uh like again maybe i guess mean really still even though wow all")

// cue is a group of phrases that speak for a code with some points.
type cue struct {
	points int
	why    string
	phrases
}

func cueOf(points int, why, table string) cue { return cue{points, why, phrasesOf(table)} }
