package language

import (
	"fmt"
	"strings"
)

// Phrases finds phrases of one or more words in a text, at word boundaries. Make it once and use it often; it is safe
// for concurrent use.
//
// A pattern is words with spaces between. Contractions match what they stand for, both ways ("do not" and "don't"). A
// word may be a choice ("i|we"), a beginning ("criti~" for critic, criticise, critical), "_" for any one word, or "?word"
// for a word that may be missing. Punctuation ends a phrase, except apostrophes and hyphens inside words.
type Phrases struct {
	root *phraseNode
}

type phraseNode struct {
	words    map[string]*phraseNode
	prefixes []prefixEdge
	any      *phraseNode
	// id is the pattern that ends here, or -1.
	id int
}

type prefixEdge struct {
	prefix string
	to     *phraseNode
}

// Match is a place where a phrase was found.
type Match struct {
	// Pattern is its index among the patterns given to NewPhrases.
	Pattern int
	// First is the index of the first token, Last of the one after the last.
	First, Last int
}

// NewPhrases compiles patterns. It panics on an empty pattern: patterns are part of the program.
func NewPhrases(patterns ...string) *Phrases {
	phrases := &Phrases{root: newPhraseNode()}
	for id, pattern := range patterns {
		elements := strings.Fields(Normalise(pattern))
		if len(elements) == 0 {
			panic(fmt.Sprintf("language: phrase %d is empty", id))
		}
		phrases.root.add(elements, id)
	}
	return phrases
}

func newPhraseNode() *phraseNode { return &phraseNode{id: -1} }

// add hangs the rest of a pattern under a node.
func (n *phraseNode) add(elements []string, id int) {
	if len(elements) == 0 {
		if n.id < 0 {
			n.id = id
		}
		return
	}
	element, rest := elements[0], elements[1:]
	if optional, ok := strings.CutPrefix(element, "?"); ok {
		n.add(rest, id)
		element = optional
	}
	for _, choice := range strings.Split(element, "|") {
		node := n
		for _, word := range Expand(choice) {
			node = node.step(word)
		}
		node.add(rest, id)
	}
}

// step returns the node that a word leads to, making it where there is none.
func (n *phraseNode) step(word string) *phraseNode {
	if word == "_" {
		if n.any == nil {
			n.any = newPhraseNode()
		}
		return n.any
	}
	if prefix, ok := strings.CutSuffix(word, "~"); ok {
		for _, edge := range n.prefixes {
			if edge.prefix == prefix {
				return edge.to
			}
		}
		edge := prefixEdge{prefix: prefix, to: newPhraseNode()}
		n.prefixes = append(n.prefixes, edge)
		return edge.to
	}
	if n.words == nil {
		n.words = map[string]*phraseNode{}
	}
	next, ok := n.words[word]
	if !ok {
		next = newPhraseNode()
		n.words[word] = next
	}
	return next
}

// unit is a word as phrases see it: a token, or one part of a contraction.
type unit struct {
	word  string
	token int
	// end says that punctuation follows.
	end bool
}

func units(tokens []Token) []unit {
	list := make([]unit, 0, len(tokens)+4)
	for i, token := range tokens {
		if !token.IsWord() {
			if len(list) > 0 {
				list[len(list)-1].end = true
			}
			continue
		}
		if !expands(token.Norm) {
			list = append(list, unit{word: token.Norm, token: i})
			continue
		}
		for _, word := range Expand(token.Norm) {
			list = append(list, unit{word: word, token: i})
		}
	}
	return list
}

// expands says whether a word may be a contraction; most are not, and this is cheaper than Expand.
func expands(norm string) bool {
	if strings.IndexByte(norm, '\'') >= 0 {
		return true
	}
	_, ok := contractions[norm]
	return ok
}

// Find returns all longest matches that do not overlap, from left to right.
func (p *Phrases) Find(tokens []Token) []Match {
	var matches []Match
	list := units(tokens)
	for i := 0; i < len(list); {
		id, next := p.root.longest(list, i)
		if id < 0 {
			i++
			continue
		}
		matches = append(matches, Match{Pattern: id, First: list[i].token, Last: list[next-1].token + 1})
		i = next
	}
	return matches
}

// In says whether any phrase is found.
func (p *Phrases) In(tokens []Token) bool {
	list := units(tokens)
	for i := range list {
		if id, _ := p.root.longest(list, i); id >= 0 {
			return true
		}
	}
	return false
}

// Asserted says whether any phrase is found whose first word is not negated.
func (p *Phrases) Asserted(tokens []Token) bool {
	for _, match := range p.Find(tokens) {
		if !Negated(tokens, match.First) {
			return true
		}
	}
	return false
}

// StartsWith says whether a phrase stands at the beginning, after words that only lead in.
func (p *Phrases) StartsWith(tokens []Token) bool {
	list := units(tokens)
	for i := range list {
		if id, _ := p.root.longest(list, i); id >= 0 {
			return true
		}
		if !leadIns[list[i].word] {
			return false
		}
	}
	return false
}

// longest returns the pattern of the longest match that begins at unit i, and the unit after it; -1 when there is none.
func (n *phraseNode) longest(list []unit, i int) (id, next int) {
	id = -1
	n.walk(list, i, i, &id, &next)
	return id, next
}

// walk follows all edges that fit the units from i on; a phrase that began at start does not go on after punctuation.
func (n *phraseNode) walk(list []unit, start, i int, id, next *int) {
	if n.id >= 0 && i > *next {
		*id, *next = n.id, i
	}
	if i >= len(list) || i > start && list[i-1].end {
		return
	}
	word := list[i].word
	if to, ok := n.words[word]; ok {
		to.walk(list, start, i+1, id, next)
	}
	for _, edge := range n.prefixes {
		if strings.HasPrefix(word, edge.prefix) {
			edge.to.walk(list, start, i+1, id, next)
		}
	}
	if n.any != nil {
		n.any.walk(list, start, i+1, id, next)
	}
}
