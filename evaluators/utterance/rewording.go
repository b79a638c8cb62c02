package utterance

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Without is a sentence of a text without some phrases, mended where the cut was; empty when it was nothing else.
func (s *Sentence) Without(text string, phrases *language.Phrases) string {
	matches := phrases.Find(s.Said)
	if len(matches) == 0 {
		return s.Quote
	}
	var cut strings.Builder
	runes := []rune(text)
	at := s.Start
	for _, match := range matches {
		first, last := s.Said[match.First], s.Said[match.Last-1]
		cut.WriteString(string(runes[at:first.Start]))
		at = last.End
	}
	cut.WriteString(string(runes[at:s.End]))
	return tidy(cut.String())
}

// tidy mends the spaces and commas that a cut leaves behind.
func tidy(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, pair := range [][2]string{{" ,", ","}, {",,", ","}, {" .", "."}, {" ?", "?"}, {" !", "!"}, {",.", "."}, {",?",
		"?"}, {",!", "!"}} {
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	text = strings.TrimLeft(text, ", .;:!?…-")
	text = strings.TrimPrefix(text, "but ")
	if language.CountWords(language.Tokens(text)) < 2 {
		return ""
	}
	return language.Capitalise(text)
}
