package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TokenKind is what a token is made of.
type TokenKind uint8

// Kinds of token.
const (
	// Word has letters, perhaps with apostrophes and hyphens inside ("don't", "mother-in-law").
	Word TokenKind = iota + 1
	// Number begins with a digit ("9:30", "1,000", "3rd").
	Number
	// Punct is punctuation: one mark, or a run of full stops.
	Punct
	// Symbol is anything else that is not white space: signs, emoji.
	Symbol
)

// Token is a word, a number, a mark or a sign.
type Token struct {
	Span
	// Norm is the token in lower case with straight apostrophes.
	Norm string
	// Kind is what it is made of.
	Kind TokenKind
	// stop says that it is a stop word. It and the keys stay those of the word that was read where somebody puts another in Norm.
	stop bool
	// keys are those of the word, or of the two words that a contraction stands for, as Phrases looks them up; 0 is none.
	keys [2]uint64
}

// Tokens splits a text into tokens, in order.
func Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/4+1)
	point := 0
	for at := 0; at < len(text); {
		first, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(first) {
			at, point = at+size, point+1
			continue
		}
		end, points, kind := scan(text[at:], first, size)
		quote := text[at : at+end]
		tokens = append(tokens, newToken(Span{Start: point, End: point + points, Quote: quote}, Normalise(quote), kind))
		at, point = at+end, point+points
	}
	return tokens
}

func newToken(span Span, norm string, kind TokenKind) Token {
	token := Token{Span: span, Norm: norm, Kind: kind}
	if kind == Word || kind == Number {
		token.keys, token.stop = keysOf(norm), IsStopWord(norm)
	}
	return token
}

// scan measures the token a text begins with: bytes, code points and kind.
func scan(text string, first rune, size int) (bytes, points int, kind TokenKind) {
	switch {
	case wordRune(first):
		kind = Word
		if unicode.IsDigit(first) {
			kind = Number
		}
		bytes, points = scanWord(text, size)
		return bytes, points, kind
	case first == '.':
		n := 1
		for n < len(text) && text[n] == '.' {
			n++
		}
		return n, n, Punct
	case unicode.IsPunct(first):
		return size, 1, Punct
	default:
		return size, 1, Symbol
	}
}

// scanWord goes on while letters and digits follow, and over a joint that stands between two of them.
func scanWord(text string, at int) (bytes, points int) {
	points = 1
	last, _ := utf8.DecodeRuneInString(text)
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if wordRune(r) {
			at, points, last = at+size, points+1, r
			continue
		}
		next, nextSize := utf8.DecodeRuneInString(text[at+size:])
		if nextSize == 0 || !wordRune(next) || !joins(r, last, next) {
			break
		}
		at, points, last = at+size+nextSize, points+2, next
	}
	return at, points
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

// joins says whether r between two letters or digits is inside a word.
func joins(r, before, after rune) bool {
	switch r {
	case '\'', '’', 'ʼ', '-', '‑':
		return true
	case '.', ',', ':':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// Words returns the tokens that are words or numbers. They may be a part of what is given, and are not to be changed.
func Words(tokens []Token) []Token {
	first, last, n := len(tokens), 0, 0
	for i := range tokens {
		if tokens[i].IsWord() {
			first, last, n = min(first, i), i+1, n+1
		}
	}
	if n == 0 {
		return nil
	}
	if n == last-first {
		return tokens[first:last:last] // no mark stands between them
	}
	words := make([]Token, 0, n)
	for i := range tokens {
		if tokens[i].IsWord() {
			words = append(words, tokens[i])
		}
	}
	return words
}

// Parts are the words that the token stands for, as Expand has them. Which tokens stand for two is known since they were made.
func (t *Token) Parts() (first, second string) {
	if t.keys[0] != 0 && t.keys[1] == 0 {
		return t.Norm, ""
	}
	return Expand(t.Norm)
}

// First is the first of its Parts.
func (t *Token) First() string {
	first, _ := t.Parts()
	return first
}

// IsStopWord says whether the word that was read carries grammar and no content of its own. Every token knows.
func (t *Token) IsStopWord() bool { return t.stop }

// CountWords is how many of some tokens are words or numbers.
func CountWords(tokens []Token) int {
	n := 0
	for i := range tokens {
		if tokens[i].IsWord() {
			n++
		}
	}
	return n
}

// IsWord says whether a token is a word or a number.
func (t *Token) IsWord() bool { return t.Kind == Word || t.Kind == Number }

// Normalise turns text to lower case, and curly apostrophes to straight ones.
func Normalise(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '’', '‘', 'ʼ', '`':
			return '\''
		case '‑':
			return '-'
		}
		return unicode.ToLower(r)
	}, text)
}
