package language

import (
	"strings"
	"unicode/utf8"
)

// Span is a piece of a text, half-open, in code points, with the words themselves.
type Span struct {
	// Start is the first code point, from 0.
	Start int
	// End is one past the last code point.
	End int
	// Quote is the text between them.
	Quote string
}

// Sentence is a sentence of a text. Its span has no white space at either end; its tokens have offsets in the whole text.
type Sentence struct {
	Span
	Tokens []Token
}

// Text is a text read once: all its tokens, and its sentences as runs of them.
type Text struct {
	Raw       string
	Tokens    []Token
	Sentences []Sentence
}

// Read splits a text into sentences and tokens.
func Read(raw string) *Text {
	text := &Text{Raw: raw, Tokens: Tokens(raw)}
	spans := Sentences(raw)
	if len(spans) == 0 {
		return text
	}
	text.Sentences = make([]Sentence, len(spans))
	next := 0
	for i, span := range spans {
		first := next
		for next < len(text.Tokens) && text.Tokens[next].Start < span.End {
			next++
		}
		text.Sentences[i] = Sentence{Span: span, Tokens: text.Tokens[first:next:next]}
	}
	return text
}

// Find returns where quote first occurs in text, letter for letter.
func Find(text, quote string) (Span, bool) {
	at := strings.Index(text, quote)
	if at < 0 || quote == "" {
		return Span{}, false
	}
	start := utf8.RuneCountInString(text[:at])
	return Span{Start: start, End: start + utf8.RuneCountInString(quote), Quote: quote}, true
}

// Slice returns the span of text between two code points. Offsets outside the text are moved to its ends.
func Slice(text string, start, end int) Span {
	length := utf8.RuneCountInString(text)
	start, end = min(max(start, 0), length), min(max(end, 0), length)
	end = max(end, start)
	if length == len(text) {
		return Span{Start: start, End: end, Quote: text[start:end]} // each code point is a byte
	}
	from := byteOffset(text, start)
	return Span{Start: start, End: end, Quote: text[from : from+byteOffset(text[from:], end-start)]}
}

// Clip cuts a text that has more than most code points, and ends it with an ellipsis.
func Clip(text string, most int) string {
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	return text[:byteOffset(text, most-1)] + "…"
}

// Cover returns the span of text from the first of some tokens to the last. Tokens must be in order; none gives an empty span.
func Cover(text string, tokens []Token) Span {
	if len(tokens) == 0 {
		return Span{}
	}
	return Slice(text, tokens[0].Start, tokens[len(tokens)-1].End)
}

// byteOffset is the byte at which code point n begins.
func byteOffset(text string, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
