package llm

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads a JSON object while it comes and hands out the text of one string field as far as it is there. It finds the
// field at the top of the object only, and checks no more of the rest than it must: whoever uses the head has it parsed.
//
// White space and the opening of a code fence may stand before the object. Anything else, and a field that is not a string,
// leaves the scanner broken: it hands out nothing more.
type scanner struct {
	field string
	step  scanStep
	// raw is everything up to the value of the field.
	raw []byte
	// depth is how many objects and lists are open; text and escaped are about strings on the way.
	depth         int
	text, escaped bool
	// key is where the last string at the top began, named whether that was a key, asking whether a key comes next.
	key    int
	asking bool
	wanted bool
	// pending are bytes of the field's text that make no whole character yet.
	pending []byte
}

type scanStep uint8

const (
	// beforeObject until the opening brace, inObject after it, inField in the text looked for.
	beforeObject scanStep = iota
	inObject
	inField
	scanDone
	scanBroken
)

func newScanner(field string) *scanner { return &scanner{field: field} }

// feed takes the next piece and returns the text of the field that came with it.
func (s *scanner) feed(piece string) string {
	var words strings.Builder
	for i := 0; i < len(piece) && s.step < scanDone; i++ {
		switch s.step {
		case beforeObject:
			s.lead(piece[i])
		case inObject:
			s.skim(piece[i])
		case inField:
			s.spell(piece[i], &words)
		}
	}
	return words.String()
}

// begun says whether the field's text has begun.
func (s *scanner) begun() bool { return s.step == inField || s.step == scanDone }

// head is the object as it was before the field, closed.
func (s *scanner) head() string {
	return string(bytes.TrimRight(s.raw[:s.key], " \t\r\n,")) + "}"
}

// fence is what may stand before an object, besides so many bytes of white space in all.
const (
	fence    = "```json"
	mostLead = 64
)

func (s *scanner) lead(b byte) {
	if b != '{' {
		s.raw = append(s.raw, b)
		before := strings.TrimLeft(string(s.raw), " \t\r\n")
		open := strings.TrimRight(before, " \t\r\n")
		if len(s.raw) > mostLead || !strings.HasPrefix(fence, open) || open != before && open != "" && open != fence && open != "```" {
			s.step = scanBroken
		}
		return
	}
	if open := strings.TrimSpace(string(s.raw)); open != "" && open != fence && open != "```" {
		s.step = scanBroken
		return
	}
	s.raw, s.depth, s.asking, s.step = append(s.raw[:0], b), 1, true, inObject
}

// skim goes over what is not looked for, and notes keys at the top.
func (s *scanner) skim(b byte) {
	s.raw = append(s.raw, b)
	switch {
	case s.text:
		s.inString(b)
	case b == '"':
		if s.wanted {
			s.raw, s.step = s.raw[:len(s.raw)-1], inField
			return
		}
		s.text = true
		if s.depth == 1 && s.asking {
			s.key = len(s.raw) - 1
		}
	case b == ' ', b == '\t', b == '\r', b == '\n', b == ':':
	case s.wanted:
		s.step = scanBroken
	case b == '{', b == '[':
		s.depth++
	case b == '}', b == ']':
		if s.depth--; s.depth == 0 {
			s.step = scanBroken
		}
	case b == ',' && s.depth == 1:
		s.asking = true
	}
}

func (s *scanner) inString(b byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case b == '\\':
		s.escaped = true
	case b == '"':
		s.text = false
		if s.depth == 1 && s.asking {
			s.asking = false
			var name string
			s.wanted = json.Unmarshal(s.raw[s.key:], &name) == nil && name == s.field
		}
	}
}

// spell takes one byte of the field's text.
func (s *scanner) spell(b byte, words *strings.Builder) {
	switch {
	case b == '"' && !s.escaping():
		s.flush(words)
		if s.step == inField {
			s.step = scanDone
		}
		return
	case b < ' ':
		s.step = scanBroken
		return
	}
	s.pending = append(s.pending, b)
	for s.step == inField && s.one(words) {
	}
}

// escaping says whether the last byte opened an escape: alone, or after the first of a pair of surrogates.
func (s *scanner) escaping() bool {
	n := len(s.pending)
	return (n == 1 || n == 7) && s.pending[n-1] == '\\'
}

// one hands out a character if the pending bytes hold one; it says whether to look again.
func (s *scanner) one(words *strings.Builder) bool {
	if len(s.pending) == 0 {
		return false
	}
	if s.pending[0] != '\\' {
		if !utf8.FullRune(s.pending) {
			return false
		}
		r, size := utf8.DecodeRune(s.pending)
		words.WriteRune(r)
		s.pending = s.pending[size:]
		return true
	}
	if len(s.pending) < 2 {
		return false
	}
	if s.pending[1] != 'u' {
		r, ok := escapes[s.pending[1]]
		if !ok {
			s.step = scanBroken
			return false
		}
		words.WriteRune(r)
		s.pending = s.pending[2:]
		return true
	}
	return s.code(words)
}

// code hands out a character written as \uXXXX, or as a pair of them.
func (s *scanner) code(words *strings.Builder) bool {
	first, ok, whole := hex4(s.pending)
	switch {
	case !ok:
		s.step = scanBroken
		return false
	case !whole:
		return false
	case !utf16.IsSurrogate(first):
		words.WriteRune(first)
		s.pending = s.pending[6:]
		return true
	}
	rest := s.pending[6:]
	if len(rest) == 0 || len(rest) == 1 && rest[0] == '\\' {
		return false
	}
	if rest[0] == '\\' && rest[1] == 'u' {
		second, ok, whole := hex4(rest)
		if ok && !whole {
			return false
		}
		if pair := utf16.DecodeRune(first, second); ok && pair != utf8.RuneError {
			words.WriteRune(pair)
			s.pending = s.pending[12:]
			return true
		}
	}
	words.WriteRune(utf8.RuneError)
	s.pending = rest
	return true
}

// flush hands out what is left when the text ends.
func (s *scanner) flush(words *strings.Builder) {
	for s.step == inField && s.one(words) {
	}
	for len(s.pending) > 0 && s.step == inField {
		if s.pending[0] != '\\' {
			r, size := utf8.DecodeRune(s.pending)
			words.WriteRune(r)
			s.pending = s.pending[size:]
			continue
		}
		if first, ok, whole := hex4(s.pending); !ok || !whole || !utf16.IsSurrogate(first) {
			s.step = scanBroken
			return
		}
		words.WriteRune(utf8.RuneError)
		s.pending = s.pending[6:]
	}
}

// hex4 reads \uXXXX; ok says that what is there may become one, whole that it is one.
func hex4(b []byte) (r rune, ok, whole bool) {
	for _, c := range b[2:min(len(b), 6)] {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if c < '0' || digit < 0 {
			return 0, false, false
		}
		r = r<<4 | rune(digit)
	}
	return r, true, len(b) >= 6
}

var escapes = map[byte]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}
