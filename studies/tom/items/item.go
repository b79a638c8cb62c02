package items

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
)

// Item is a story and a question with one right answer.
type Item struct {
	// ID names it within its file.
	ID string
	// Pair is shared by versions of one story that differ in whether the belief is true.
	Pair string
	// Condition is what is asked for: "forward_belief", "first_order_0_tom", ...
	Condition string
	// Belief says whether what somebody believes is so; [Neither] where that does not come into it.
	Belief Belief
	// Story and Question as they stand.
	Story, Question string
	// Choices are the answers to choose from, in the order they are put; Right is the place of the right one.
	Choices []string
	Right   int
}

// Belief is whether what somebody in a story believes is so.
type Belief string

// Versions of a story.
const (
	False   Belief = "false"
	True    Belief = "true"
	Neither Belief = ""
)

// Shape is how a file holds items.
type Shape string

// Shapes that [Read] knows.
const (
	BigToM Shape = "bigtom"
	ToMi   Shape = "tomi"
	T4D    Shape = "t4d"
)

// Shapes are their names, for messages.
func Shapes() []Shape { return []Shape{BigToM, ToMi, T4D} }

var readers = map[Shape]func(file string, text []byte) ([]*Item, error){BigToM: readBigToM, ToMi: readToMi, T4D: readT4D}

// mostBytes bounds a file. Chosen: the published ones have less than 10 MB.
const mostBytes = 256 << 20

// Read reads items from a file, whose name is for messages. Errors name each mistake with its place: file, line or entry, what is
// wrong and what would be right.
func Read(in io.Reader, file string, shape Shape) ([]*Item, error) {
	read, known := readers[shape]
	if !known {
		return nil, fmt.Errorf("there is no shape %q of items; there are %q", shape, Shapes())
	}
	text, err := io.ReadAll(io.LimitReader(in, mostBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case len(text) > mostBytes:
		return nil, fmt.Errorf("%s: it is larger than %d MB; give a part of it", file, mostBytes>>20)
	}
	items, err := read(file, bytes.TrimPrefix(text, []byte("\ufeff")))
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there are no items in it", file)
	}
	return items, unique(file, items)
}

func unique(file string, items []*Item) error {
	seen := map[string]bool{}
	for _, item := range items {
		if seen[item.ID] {
			return fmt.Errorf("%s: two items have the id %q; give each one of its own", file, item.ID)
		}
		seen[item.ID] = true
	}
	return nil
}

// put sets the choices in an order that hangs on the pair alone: both versions of a story are put alike, and over many stories the
// right answer stands in every place.
func (i *Item) put(choices []string, right string) {
	i.Choices = slices.Clone(choices)
	slices.SortStableFunc(i.Choices, func(a, b string) int { return cmp.Or(cmp.Compare(draw(i.Pair, a), draw(i.Pair, b)), cmp.Compare(a, b)) })
	i.Right = slices.Index(i.Choices, right)
}

func draw(pair, choice string) uint64 {
	hash := fnv.New64a()
	io.WriteString(hash, pair+"\n"+choice)
	return scramble(hash.Sum64())
}

// scramble mixes the bits of a hash whose high ones change little where texts are alike (the last step of MurmurHash3).
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// mostMistakes is how many mistakes are told at once.
const mostMistakes = 20

// mistakes gathers what is wrong with a file.
type mistakes struct {
	file string
	list []error
	more int
}

func (m *mistakes) add(place, format string, args ...any) {
	if len(m.list) == mostMistakes {
		m.more++
		return
	}
	m.list = append(m.list, fmt.Errorf("%s:%s: %s", m.file, place, fmt.Sprintf(format, args...)))
}

func (m *mistakes) err() error {
	if m.more > 0 {
		return errors.Join(append(m.list, fmt.Errorf("%s: and %d mistakes more", m.file, m.more))...)
	}
	return errors.Join(m.list...)
}

// squeezed is a text with single spaces.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }
