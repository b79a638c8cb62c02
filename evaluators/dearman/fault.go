package dearman

import (
	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

// fault finds the first fault of one of some kinds in the utterance, as a hit.
func (m *moment) fault(kinds ...utterance.FaultKind) (utterance.Hit, bool) {
	for _, s := range m.sentences {
		for _, f := range s.Faults {
			for _, kind := range kinds {
				if f.Kind == kind {
					return utterance.Hit{Span: m.cover(s, f.At), Why: f.Why}, true
				}
			}
		}
	}
	return utterance.Hit{}, false
}

// concede finds a bare "okay" in answer to pushback. It gives in where nothing else is asked, refused or offered; the
// caller has seen to that.
func (m *moment) concede() {
	for _, s := range m.sentences {
		if m.other.resists && !s.Has(utterance.Capitulation) && language.CountWords(s.Tokens) <= 2 && yielding.StartsWith(s.Tokens) && s.Form == language.NoQuestion {
			given := *s.Sentence // others read it too
			given.Faults = append(given.Faults, utterance.Fault{Kind: utterance.Capitulation, At: utterance.At(0, len(s.Tokens)), Why: utterance.Giving.Why})
			s.Sentence = &given
		}
	}
}

var yielding = utterance.Phrases(`okay; ok; alright; all right; fine; go on; whatever; fair enough`)
