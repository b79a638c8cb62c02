package scripted

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// value is parsed JSON that keeps the order of members, which a schema's answers must follow and encoding/json loses, and the
// bytes it came from.
type value struct {
	kind    byte // one of { [ " 0 t f n; 0 means absent
	raw     []byte
	text    string // of a string
	members []member
	items   []value
}

type member struct {
	name  string
	value value
}

// get returns the member of that name, the last one if there are several, as encoding/json does.
func (v value) get(name string) value {
	for i := len(v.members) - 1; i >= 0; i-- {
		if v.members[i].name == name {
			return v.members[i].value
		}
	}
	return value{}
}

func (v value) has(name string) bool { return v.get(name).kind != 0 }

// number returns the value of a number.
func (v value) number() (float64, bool) {
	if v.kind != '0' {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.raw), 64)
	return f, err == nil
}

var errNotJSON = errors.New("not JSON")

// deepest is how deep JSON may nest; encoding/json draws the same line much further out.
const deepest = 200

type parser struct {
	data   []byte
	pos    int
	spaced bool // space was seen between tokens
}

// parse reads one JSON text. spaced says whether it has space between tokens.
func parse(data []byte) (v value, spaced bool, err error) {
	p := &parser{data: data}
	p.space()
	v, err = p.value(0)
	if err != nil {
		return value{}, false, err
	}
	p.space()
	if p.pos != len(data) {
		return value{}, false, errNotJSON
	}
	return v, p.spaced, nil
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
			p.spaced = true
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *parser) value(depth int) (v value, err error) {
	start := p.pos
	switch c := p.peek(); {
	case depth > deepest:
		return value{}, errNotJSON
	case c == '{':
		v.members, err = p.object(depth)
	case c == '[':
		v.items, err = p.array(depth)
	case c == '"':
		v.text, err = p.string()
	case c == '-' || c >= '0' && c <= '9':
		err = p.numeral()
	default:
		err = p.word()
	}
	if err != nil {
		return value{}, err
	}
	v.raw = p.data[start:p.pos]
	v.kind = v.raw[0]
	if v.kind == '-' || v.kind >= '1' && v.kind <= '9' {
		v.kind = '0'
	}
	return v, nil
}

// next steps over the comma between two elements, or over the end of the whole.
func (p *parser) next(end byte) (more bool, err error) {
	p.space()
	switch p.peek() {
	case ',':
		p.pos++
		p.space()
		return true, nil
	case end:
		p.pos++
		return false, nil
	}
	return false, errNotJSON
}

func (p *parser) object(depth int) (members []member, err error) {
	p.pos++
	p.space()
	if p.peek() == '}' {
		p.pos++
		return nil, nil
	}
	for more := true; more; {
		if p.peek() != '"' {
			return nil, errNotJSON
		}
		var m member
		if m.name, err = p.string(); err != nil {
			return nil, err
		}
		p.space()
		if p.peek() != ':' {
			return nil, errNotJSON
		}
		p.pos++
		p.space()
		if m.value, err = p.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
		if more, err = p.next('}'); err != nil {
			return nil, err
		}
	}
	return members, nil
}

func (p *parser) array(depth int) (items []value, err error) {
	p.pos++
	p.space()
	if p.peek() == ']' {
		p.pos++
		return nil, nil
	}
	for more := true; more; {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if more, err = p.next(']'); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (p *parser) string() (string, error) {
	p.pos++
	start, plain := p.pos, true
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			inner := p.data[start:p.pos]
			p.pos++
			if plain {
				return valid(inner), nil
			}
			return unescape(inner)
		case c == '\\':
			plain = false
			p.pos += 2
		case c < ' ':
			return "", errNotJSON
		default:
			p.pos++
		}
	}
	return "", errNotJSON
}

func unescape(inner []byte) (string, error) {
	out := make([]byte, 0, len(inner))
	for i := 0; i < len(inner); {
		if inner[i] != '\\' {
			out = append(out, inner[i])
			i++
			continue
		}
		if inner[i+1] == 'u' {
			r, size, ok := unicodeEscape(inner[i:])
			if !ok {
				return "", errNotJSON
			}
			out = utf8.AppendRune(out, r)
			i += size
			continue
		}
		at := strings.IndexByte(`"\/bfnrt`, inner[i+1])
		if at < 0 {
			return "", errNotJSON
		}
		out = append(out, "\"\\/\b\f\n\r\t"[at])
		i += 2
	}
	return valid(out), nil
}

// valid returns text with U+FFFD in the place of each byte that is no UTF-8.
func valid(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	return string([]rune(string(text)))
}

// unicodeEscape reads \uXXXX, or two of them that make one rune. Half a pair is U+FFFD.
func unicodeEscape(s []byte) (r rune, size int, ok bool) {
	first, ok := hex4(s)
	if !ok {
		return 0, 0, false
	}
	if !utf16.IsSurrogate(first) {
		return first, 6, true
	}
	if second, ok := hex4(s[6:]); ok {
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, 12, true
		}
	}
	return utf8.RuneError, 6, true
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range s[2:6] {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(s[2:6]), 16, 32)
	return rune(n), err == nil
}

func (p *parser) digits() bool {
	start := p.pos
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > start
}

func (p *parser) numeral() error {
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
	} else if !p.digits() {
		return errNotJSON
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return errNotJSON
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return errNotJSON
		}
	}
	return nil
}

func (p *parser) word() error {
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(string(p.data[p.pos:min(p.pos+len(word), len(p.data))]), word) {
			p.pos += len(word)
			return nil
		}
	}
	return errNotJSON
}

// compact appends JSON without space between its tokens.
func compact(out, raw []byte) []byte {
	quoted := false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case quoted && c == '\\':
			out = append(out, c, raw[i+1])
			i++
			continue
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			continue
		}
		out = append(out, c)
	}
	return out
}

// quote appends text as a JSON string.
func quote(out []byte, text string) []byte {
	const hex = "0123456789abcdef"
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	out = append(slices.Grow(out, len(text)+2), '"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
