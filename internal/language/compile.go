package language

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// element is a place in a pattern: one of some choices, each one word or what a contraction stands for.
type element struct {
	choices  [][]string
	optional bool
}

// spot is where in a pattern matching has come to: before an element, or (part > 0) within a choice of several words.
type spot struct{ pattern, element, choice, part int32 }

func (a spot) compare(b spot) int {
	for _, pair := range [][2]int32{{a.pattern, b.pattern}, {a.element, b.element}, {a.choice, b.choice}, {a.part, b.part}} {
		if pair[0] != pair[1] {
			return int(pair[0]) - int(pair[1])
		}
	}
	return 0
}

// wordEdge is where a word leads.
type wordEdge struct {
	word string
	to   *phraseNode
}

// compiler makes nodes of sets of spots, each set once.
type compiler struct {
	patterns [][]element
	nodes    map[string]*phraseNode
	// words are the edges of nodes that are being made.
	words map[*phraseNode]map[uint64]wordEdge
}

// compile returns the node before all patterns.
func compile(patterns []string) *phraseNode {
	c := compiler{nodes: map[string]*phraseNode{}, words: map[*phraseNode]map[uint64]wordEdge{}}
	var begin []spot
	for id, pattern := range patterns {
		elements := elementsOf(pattern)
		if len(elements) == 0 {
			panic(fmt.Sprintf("language: phrase %d is empty", id))
		}
		c.patterns = append(c.patterns, elements)
		begin = append(begin, spot{pattern: int32(id)})
	}
	root := c.node(begin)
	for n, words := range c.words {
		n.words = tableOf(words)
	}
	return root
}

func elementsOf(pattern string) []element {
	var out []element
	for _, text := range strings.Fields(Normalise(pattern)) {
		e := element{}
		if rest, ok := strings.CutPrefix(text, "?"); ok {
			text, e.optional = rest, true
		}
		for choice := range strings.SplitSeq(text, "|") {
			first, second := Expand(choice)
			e.choices = append(e.choices, slices.DeleteFunc([]string{first, second}, func(word string) bool { return word == "" }))
		}
		out = append(out, e)
	}
	return out
}

// node is that of a set of spots.
func (c *compiler) node(spots []spot) *phraseNode {
	spots = c.skip(spots)
	key := make([]byte, 0, 16*len(spots))
	for _, s := range spots {
		for _, n := range []int32{s.pattern, s.element, s.choice, s.part} {
			key = binary.AppendVarint(key, int64(n))
		}
	}
	if known := c.nodes[string(key)]; known != nil {
		return known
	}
	n := &phraseNode{id: -1}
	c.nodes[string(key)] = n
	var order []string
	next := map[string][]spot{}
	for _, s := range spots {
		if int(s.element) == len(c.patterns[s.pattern]) {
			if n.id < 0 || int(s.pattern) < n.id {
				n.id = int(s.pattern)
			}
			continue
		}
		for word, to := range c.steps(s) {
			if next[word] == nil {
				order = append(order, word)
			}
			next[word] = append(next[word], to)
		}
	}
	for _, word := range order {
		c.link(n, word, c.node(next[word]))
	}
	return n
}

// skip adds the spots that are reached without a word, where the next may be missing, and puts all in order.
func (c *compiler) skip(spots []spot) []spot {
	out := slices.Clone(spots)
	for i := 0; i < len(out); i++ {
		s := out[i]
		if elements := c.patterns[s.pattern]; s.part == 0 && int(s.element) < len(elements) && elements[s.element].optional {
			out = append(out, spot{pattern: s.pattern, element: s.element + 1})
		}
	}
	slices.SortFunc(out, spot.compare)
	return slices.Compact(out)
}

// steps are the words that lead on from a spot, and where to.
func (c *compiler) steps(s spot) func(yield func(string, spot) bool) {
	e := c.patterns[s.pattern][s.element]
	first, last := 0, len(e.choices)
	if s.part > 0 {
		first, last = int(s.choice), int(s.choice)+1
	}
	return func(yield func(string, spot) bool) {
		for choice := first; choice < last; choice++ {
			words := e.choices[choice]
			to := spot{pattern: s.pattern, element: s.element, choice: int32(choice), part: s.part + 1}
			if int(to.part) == len(words) {
				to = spot{pattern: s.pattern, element: s.element + 1}
			}
			if !yield(words[s.part], to) {
				return
			}
		}
	}
}

// link has a word lead to a node.
func (c *compiler) link(n *phraseNode, word string, to *phraseNode) {
	if word == "_" {
		n.any = to
		return
	}
	if prefix, ok := strings.CutSuffix(word, "~"); ok {
		n.prefixes = append(n.prefixes, prefixEdge{prefix: prefix, to: to})
		return
	}
	words := c.words[n]
	if words == nil {
		words = map[uint64]wordEdge{}
		c.words[n] = words
	}
	key := keyOf(word)
	if other, taken := words[key]; taken {
		panic(fmt.Sprintf("language: %q and %q have one key; say one of them in another way", word, other.word))
	}
	words[key] = wordEdge{word: word, to: to}
}
