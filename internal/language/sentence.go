package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences splits a text into sentences. Spans have no white space at their ends, do not overlap, are in order, and
// leave nothing out but white space.
//
// A full stop after an abbreviation or an initial ends no sentence; dots that trail off do so only when a capital
// follows other than "I"; a quotation that ends within a sentence does not end it; a blank line always does.
func Sentences(text string) []Span {
	var room [1024]rune // most texts need no more, and no memory beyond the stack
	runes := room[:0]
	for _, r := range text {
		runes = append(runes, r)
	}
	var spans []Span
	// Bytes are counted along with code points, so that quotations are pieces of the text.
	points, bytes := 0, 0
	add := func(start, end int) {
		bytes += byteOffset(text[bytes:], start-points)
		size := byteOffset(text[bytes:], end-start)
		spans = append(spans, Span{Start: start, End: end, Quote: inCodePoints(text[bytes : bytes+size])})
		points, bytes = end, bytes+size
	}
	start := skipSpace(runes, 0)
	for at := start; at < len(runes); {
		end, ends := boundary(runes, start, at)
		if !ends {
			at = end
			continue
		}
		if cut := trimSpace(runes, start, end); cut > start {
			add(start, cut)
		}
		start = skipSpace(runes, end)
		at = start
	}
	if cut := trimSpace(runes, start, len(runes)); cut > start {
		add(start, cut)
	}
	return spans
}

// inCodePoints is a text as its code points say it: bytes that are none are U+FFFD.
func inCodePoints(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}

// boundary looks at position at of a sentence that began at start: it returns where to go on, and whether the sentence ends there.
func boundary(runes []rune, start, at int) (next int, ends bool) {
	r := runes[at]
	if r == '\n' {
		after := skipSpace(runes, at)
		return after, breaksLine(runes, at, after)
	}
	if !terminator(r) {
		return at + 1, false
	}
	end := at
	for end < len(runes) && terminator(runes[end]) {
		end++
	}
	marks := runes[at:end]
	closed := end
	for closed < len(runes) && closer(runes[closed]) {
		closed++
	}
	after := skipSpace(runes, closed)
	if after >= len(runes) {
		return len(runes), true
	}
	if after == closed && !wide(marks[len(marks)-1]) {
		return closed, false
	}
	return closed, ending(runes, start, at, marks, closed > end, after)
}

// ending decides whether marks that are followed by space and more text end the sentence.
func ending(runes []rune, start, at int, marks []rune, quoted bool, after int) bool {
	next := runes[after]
	for i := after; i < len(runes) && opener(runes[i]); i++ {
		if i+1 < len(runes) {
			next = runes[i+1]
		}
	}
	switch {
	case wide(marks[0]):
		return true
	case quoted && unicode.IsLower(next):
		return false
	case trailsOff(marks):
		return unicode.IsUpper(next) && !pronounI(runes, after)
	case marks[0] == '.' && len(marks) == 1:
		return !abbreviated(runes, start, at, next)
	}
	return true
}

func terminator(r rune) bool {
	return r == '.' || r == '!' || r == '?' || r == '…' || wide(r)
}

// wide are the terminators of scripts that put no space after them.
func wide(r rune) bool { return r == '。' || r == '！' || r == '？' }

func closer(r rune) bool {
	switch r {
	case '"', '\'', '”', '’', ')', ']', '»':
		return true
	}
	return false
}

func opener(r rune) bool {
	switch r {
	case '"', '\'', '“', '‘', '(', '[', '«':
		return true
	}
	return false
}

// trailsOff says whether marks are an ellipsis and nothing stronger.
func trailsOff(marks []rune) bool {
	dots := 0
	for _, mark := range marks {
		switch mark {
		case '…':
			dots += 3
		case '.':
			dots++
		default:
			return false
		}
	}
	return dots > 1
}

// pronounI says whether "I" begins at a position, alone or contracted.
func pronounI(runes []rune, at int) bool {
	return runes[at] == 'I' && (at+1 == len(runes) || !wordRune(runes[at+1]))
}

// breaksLine says whether a line break ends a sentence: a blank line does, and one before a capital, a digit or a list mark.
func breaksLine(runes []rune, at, after int) bool {
	lines := 0
	for _, r := range runes[at:after] {
		if r == '\n' {
			lines++
		}
	}
	if lines > 1 || after >= len(runes) {
		return true
	}
	next := runes[after]
	return unicode.IsUpper(next) && !pronounI(runes, after) || unicode.IsDigit(next) || strings.ContainsRune("([-*•", next)
}

// abbreviations are written with a full stop that ends no sentence when a lower-case word or a number follows, or ever
// when they are titles.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "sr": true, "jr": true, "rev": true, "sgt": true,
	"vs": true, "e.g": true, "i.e": true, "cf": true, "approx": true, "dept": true, "est": true, "fig": true,
	"etc": false, "a.m": false, "p.m": false, "am": false, "pm": false, "u.s": false, "u.k": false, "no": false, "inc": false, "ph.d": false,
}

// abbreviated says whether the full stop at a position belongs to an abbreviation, an initial or a list number.
func abbreviated(runes []rune, start, at int, next rune) bool {
	from := at
	for from > start && (wordRune(runes[from-1]) || runes[from-1] == '.') {
		from--
	}
	word := runes[from:at]
	if len(word) == 0 {
		return false
	}
	if from == start && allDigits(word) {
		return true
	}
	if len(word) == 1 && unicode.IsUpper(word[0]) && word[0] != 'I' {
		return true
	}
	title, known := abbreviations[strings.ToLower(string(word))]
	if !known {
		return false
	}
	return title || (unicode.IsLower(next) || unicode.IsDigit(next)) && !ordinaryWord(word, next)
}

// ordinaryWord says whether what looks like an abbreviation is one ("am", "no") only before a number.
func ordinaryWord(word []rune, next rune) bool {
	lower := strings.ToLower(string(word))
	return (lower == "am" || lower == "no" || lower == "pm") && !unicode.IsDigit(next)
}

func allDigits(word []rune) bool {
	for _, r := range word {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return true
}

func skipSpace(runes []rune, at int) int {
	for at < len(runes) && unicode.IsSpace(runes[at]) {
		at++
	}
	return at
}

func trimSpace(runes []rune, start, end int) int {
	for end > start && unicode.IsSpace(runes[end-1]) {
		end--
	}
	return end
}
