package campaign

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Place is where evidence can be: a turn of a side, or a line of what came of it.
type Place struct {
	Side   int32
	Came   bool  // it is a line of what came of it
	Number int32 // index of the turn in its episode, or of the line over all futures as they are shown, from 0
}

// places are all there are in an item, in the order in which they are shown, with their words.
func places(shown *vignettev1.ShownItem, visit func(Place, string) (more bool)) {
	for side, conversation := range shown.GetSides() {
		for _, turn := range conversation.GetTurns() {
			if !visit(Place{Side: int32(side), Number: turn.GetIndex()}, turn.GetText()) {
				return
			}
		}
		n := int32(0)
		for _, future := range conversation.GetFutures() {
			for _, text := range future.GetLines() {
				if !visit(Place{Side: int32(side), Came: true, Number: n}, text) {
					return
				}
				n++
			}
		}
	}
}

// Quote finds words in an item, at the places that are wanted, and gives them as they stand there. Case does not matter, nor which
// quotation marks, apostrophes, dashes and spaces were typed; part of a word stands for the word. Words without any letter or digit are found
// nowhere.
func Quote(shown *vignettev1.ShownItem, words string, wanted func(Place) bool) (e *vignettev1.Evidence, found bool) {
	sought := string(folded(strings.Trim(strings.TrimSpace(words), "\"“”„'‘’")))
	if strings.IndexFunc(sought, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) < 0 {
		return nil, false
	}
	places(shown, func(p Place, text string) bool {
		if wanted != nil && !wanted(p) {
			return true
		}
		if before, _, stands := strings.Cut(string(folded(text)), sought); stands {
			start := utf8.RuneCountInString(before)
			e = p.evidence(wholeWords([]rune(text), start, start+utf8.RuneCountInString(sought)))
		}
		return e == nil
	})
	return e, e != nil
}

// wholeWords are the words of a text of which a piece is part.
func wholeWords(text []rune, from, to int) string {
	inWord := func(i int) bool {
		return i >= 0 && i < len(text) && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]))
	}
	for inWord(from) && inWord(from-1) {
		from--
	}
	for inWord(to-1) && inWord(to) {
		to++
	}
	return string(text[from:to])
}

// evidence is words that stand at a place.
func (p Place) evidence(words string) *vignettev1.Evidence {
	if p.Came {
		return &vignettev1.Evidence{Side: p.Side, Came: &p.Number, Quote: words}
	}
	return &vignettev1.Evidence{Side: p.Side, TurnIndex: p.Number, Quote: words}
}

// longestQuote is how much of a turn evidence holds, in characters.
const longestQuote = 4000

// All is all that stands at a place, as far as evidence holds it.
func All(shown *vignettev1.ShownItem, wanted Place) (e *vignettev1.Evidence, found bool) {
	places(shown, func(p Place, text string) bool {
		if words := []rune(text); p == wanted && len(words) > 0 {
			e = p.evidence(string(words[:min(len(words), longestQuote)]))
		}
		return e == nil
	})
	return e, e != nil
}

// folded is a text as it is compared: rune by rune, so that a place in it is a place in the text.
func folded(text string) []rune {
	out := []rune(text)
	for i, r := range out {
		switch r {
		case '‘', '’', 'ʼ', '`', '´':
			out[i] = '\''
		case '“', '”', '„', '«', '»':
			out[i] = '"'
		case '–', '—', '‐', '‑', '−':
			out[i] = '-'
		default:
			if out[i] = unicode.ToLower(r); unicode.IsSpace(r) {
				out[i] = ' '
			}
		}
	}
	return out
}

// missedIn says where a quote does not stand: at its place, or anywhere.
func missedIn(shown *vignettev1.ShownItem, e *vignettev1.Evidence) string {
	if _, anywhere := Quote(shown, e.GetQuote(), nil); anywhere {
		return placeOf(e) + " as it was shown"
	}
	return "what was shown; mark or copy words of the conversation, one quote a line"
}

// placeOf is a place in words.
func placeOf(e *vignettev1.Evidence) string {
	if e.Came != nil {
		return fmt.Sprintf("line %d of what came of it", e.GetCame()+1)
	}
	return fmt.Sprintf("turn %d", e.GetTurnIndex())
}

// stands says whether evidence is what was shown.
func stands(shown *vignettev1.ShownItem, e *vignettev1.Evidence) bool {
	wanted := Place{Side: e.GetSide(), Number: e.GetTurnIndex()}
	if e.Came != nil {
		wanted.Came, wanted.Number = true, e.GetCame()
	}
	there := false
	places(shown, func(p Place, text string) bool {
		there = p == wanted && strings.Contains(text, e.GetQuote())
		return p != wanted
	})
	return there
}
