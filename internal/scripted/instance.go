package scripted

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// small is the depth from which on instances are as small as they can be.
const small = 5

// author writes an instance of a schema, and on request spoils it in one place.
type author struct {
	rng     *rand.Rand
	out     []byte
	spoil   spoil
	spoiled bool
	choices int // how many alternatives we are within: what is wrong for one of them may be right for another
}

// instance writes JSON that holds to a schema.
func instance(s *schema, rng *rand.Rand) string {
	a := &author{rng: rng, out: make([]byte, 0, 512)}
	a.write(s, "", 0)
	return string(a.out)
}

// usual is what a property mostly is, where its schema allows it: people who are asked for an action mostly speak.
var usual = map[string]string{"action": `"speak"`}

// oddOnes is how often, one in so many, a property is something else than it usually is.
const oddOnes = 25

// value draws one of the values that a schema lists.
func (a *author) value(s *schema, name string) string {
	for _, listed := range s.enum {
		if string(listed) == usual[name] && a.rng.IntN(oddOnes) > 0 {
			return string(listed)
		}
	}
	return string(choose(a.rng, s.enum))
}

// write appends an instance. name is that of the property it is for.
func (a *author) write(s *schema, name string, depth int) {
	for s.same != nil {
		s = s.same
	}
	if len(s.alternatives) > 0 {
		a.choices++
		if depth >= small {
			a.write(smallest(s.alternatives), name, depth+1)
		} else {
			a.write(a.alternative(s.alternatives), name, depth+1)
		}
		a.choices--
		return
	}
	if a.mistake(s) {
		return
	}
	if s.enum != nil {
		a.out = append(a.out, a.value(s, name)...)
		return
	}
	switch a.kind(s, depth) {
	case kindObject:
		a.object(s, depth)
	case kindArray:
		a.array(s, name, depth)
	case kindString:
		a.out = quote(a.out, a.text(s, name))
	case kindNumber:
		a.out = append(a.out, s.number(a.rng)...)
	case kindInteger:
		a.out = append(a.out, s.integer(a.rng)...)
	case kindBoolean:
		a.out = strconv.AppendBool(a.out, a.rng.IntN(2) == 0)
	case kindNull:
		a.out = append(a.out, "null"...)
	}
}

// alternative draws one that has an instance.
func (a *author) alternative(of []*schema) *schema {
	if s := choose(a.rng, of); s.height < endless {
		return s
	}
	return smallest(of)
}

// kind draws a type; null less often, and deep down something flat.
func (a *author) kind(s *schema, depth int) kinds {
	set := s.kinds
	if flat := set &^ (kindObject | kindArray); depth >= small && flat != 0 {
		set = flat
	}
	if set != kindNull && a.rng.IntN(5) > 0 {
		set &^= kindNull
	}
	fit := make([]kinds, 0, 7)
	for k := kindObject; k <= kindNull; k <<= 1 {
		if set&k != 0 {
			fit = append(fit, k)
		}
	}
	return choose(a.rng, fit)
}

func (a *author) object(s *schema, depth int) {
	left := a.leftOut(s, depth)
	a.out = append(a.out, '{')
	first := true
	for i, p := range s.properties {
		if i == left || !p.required && (depth >= small || p.schema.height >= endless || a.rng.IntN(4) == 0) {
			continue
		}
		if !first {
			a.out = append(a.out, ',')
		}
		first = false
		a.out = append(quote(a.out, p.name), ':')
		a.write(p.schema, p.name, depth+1)
	}
	a.out = append(a.out, '}')
}

var anything = &schema{kinds: kindString, untyped: true, maxLength: -1, maxItems: -1, height: 1}

func (a *author) array(s *schema, name string, depth int) {
	n := s.minItems
	if depth < small && (s.items == nil || s.items.height < endless) {
		n += a.rng.IntN(3)
	}
	if s.maxItems >= 0 {
		n = min(n, s.maxItems)
	}
	a.out = append(a.out, '[')
	var seen [][]byte
	for i := range n {
		item := s.items
		if i < len(s.prefix) {
			item = s.prefix[i]
		} else if item == nil {
			item = anything
		}
		start := len(a.out)
		if i > 0 {
			a.out = append(a.out, ',')
		}
		from := len(a.out)
		a.write(item, name, depth+1)
		for tries := 0; s.unique && tries < 50 && slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, a.out[from:]) }); tries++ {
			a.out = a.out[:from]
			a.write(item, name, depth+1)
		}
		if s.unique && i >= s.minItems && slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, a.out[from:]) }) {
			a.out = a.out[:start]
			break
		}
		if s.unique {
			seen = append(seen, bytes.Clone(a.out[from:]))
		}
	}
	a.out = append(a.out, ']')
}

// spoken are names of properties that hold what somebody says.
var spoken = []string{"say", "text", "utterance", "content", "message", "reply", "response", "speech", "answer"}

func (a *author) text(s *schema, name string) string {
	if s.pattern != nil {
		return a.matching(s)
	}
	if text, ok := formatted(s.format, a.rng); ok {
		return text
	}
	text := ""
	if slices.Contains(spoken, name) {
		text = utterance(a.rng)
	} else {
		text = phrase(a.rng)
	}
	for len(text) < s.minLength {
		text += " " + utterance(a.rng)
	}
	if s.maxLength < 0 || len(text) <= s.maxLength {
		return text
	}
	cut := text[:s.maxLength] // the vocabulary is ASCII
	if i := strings.LastIndexByte(cut, ' '); i >= max(1, s.minLength) {
		cut = cut[:i]
	}
	return cut
}

// matching draws a string for a pattern; the first of some tries that is of the right length.
func (a *author) matching(s *schema) string {
	var text []rune
	for range 50 {
		text = match(text[:0], s.pattern, a.rng)
		if len(text) >= s.minLength && (s.maxLength < 0 || len(text) <= s.maxLength) && s.whole.MatchString(string(text)) {
			break
		}
	}
	return string(text)
}

func formatted(format string, rng *rand.Rand) (string, bool) {
	date := fmt.Sprintf("20%02d-%02d-%02d", 10+rng.IntN(15), 1+rng.IntN(12), 1+rng.IntN(28))
	clock := fmt.Sprintf("%02d:%02d:00Z", rng.IntN(24), rng.IntN(60))
	switch format {
	case "date":
		return date, true
	case "time":
		return clock, true
	case "date-time":
		return date + "T" + clock, true
	case "email":
		return fmt.Sprintf("person%d@example.org", rng.IntN(1000)), true
	case "uri":
		return fmt.Sprintf("https://example.org/%d", rng.IntN(1000)), true
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Int64N(1<<48)), true
	}
	return "", false
}

// span is the range a number is drawn from: ten wide where it is open.
func (s *schema) span() (low, high float64) {
	switch {
	case s.low.set && s.high.set:
		return s.low.at, s.high.at
	case s.low.set:
		return s.low.at, s.low.at + max(10, 2*s.step)
	case s.high.set:
		return s.high.at - max(10, 2*s.step), s.high.at
	}
	return 0, max(10, 2*s.step)
}

func (s *schema) inside(f float64) bool {
	return (!s.low.set || f > s.low.at || f == s.low.at && !s.low.open) && (!s.high.set || f < s.high.at || f == s.high.at && !s.high.open)
}

// grid is the first and the last multiple of step within the range.
func (s *schema) grid(step float64) (first, last float64) {
	low, high := s.span()
	first, last = math.Ceil(low/step), math.Floor(high/step)
	if !s.inside(first * step) {
		first++
	}
	if !s.inside(last * step) {
		last--
	}
	return first, last
}

// numeric says whether there is a number of the type in the range.
func (s *schema) numeric() error {
	if s.step < 0 || s.kinds&(kindNumber|kindInteger) == 0 {
		return nil
	}
	low, high := s.span()
	step := s.step
	if step == 0 && s.kinds&kindNumber == 0 {
		step = 1
	}
	empty := low > high || low == high && !s.inside(low)
	if step > 0 {
		first, last := s.grid(step)
		empty = empty || first > last
	}
	if empty {
		return fmt.Errorf("no number is in its range")
	}
	return nil
}

func (s *schema) integer(rng *rand.Rand) string {
	step := 1.0
	if s.step > 0 {
		for step = s.step; step != math.Trunc(step) && step < 1e9; {
			step += s.step
		}
	}
	first, last := s.grid(step)
	return strconv.FormatFloat(step*(first+math.Floor(rng.Float64()*(last-first+1))), 'f', -1, 64)
}

// number draws one with as few decimals as the range allows.
func (s *schema) number(rng *rand.Rand) string {
	if s.step > 0 {
		first, last := s.grid(s.step)
		f := s.step * (first + math.Floor(rng.Float64()*(last-first+1)))
		return strconv.FormatFloat(math.Round(f*1e10)/1e10, 'f', -1, 64)
	}
	low, high := s.span()
	drawn := low + rng.Float64()*(high-low)
	scale := 1.0
	if high-low < 10 {
		scale = 100
	}
	for range 12 {
		if f := math.Round(drawn*scale) / scale; s.inside(f) {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
		scale *= 10
	}
	if !s.inside(drawn) {
		drawn = low + (high-low)/2
	}
	return strconv.FormatFloat(drawn, 'g', -1, 64)
}
