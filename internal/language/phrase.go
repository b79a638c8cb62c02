package language

import (
	"fmt"
	"strings"
	"sync"
)

// Phrases finds phrases of one or more words in a text, at word boundaries. Make it once and use it often; it is safe
// for concurrent use. It is compiled when it is first used: a program holds thousands of phrases, and most commands need none.
//
// A pattern is words with spaces between. Contractions match what they stand for, both ways ("do not" and "don't"). A
// word may be a choice ("i|we"), a beginning ("criti~" for critic, criticise, critical), "_" for any one word, or "?word"
// for a word that may be missing. Punctuation ends a phrase, except apostrophes and hyphens inside words.
type Phrases struct {
	patterns []string
	compile  sync.Once
	root     *phraseNode
	// starts has a bit for the key of each word a phrase begins with: most words of a text begin none, and are passed over.
	starts [starters / 64]uint64
	// open says that phrases may begin with any word or with a beginning of one.
	open bool
}

// starters is how many bits tell first words apart; a few may share one. It is a power of two.
const starters = 2048

// phraseNode is what of the patterns may still come after some words. Nodes from which the same may come are one and the same node,
// however they are reached: words that may be missing would else double all that follows them.
type phraseNode struct {
	words    wordTable
	prefixes []prefixEdge
	any      *phraseNode
	// id is the first pattern that ends here, or -1.
	id int
}

// wordTable finds edges by the keys of words, which are hashes already: a few are looked through, more are in an open table of a power of two
// places, of which half are free at least. It does in a few steps what a map does in many, and phrases do nothing else.
type wordTable []wordPlace

// wordPlace has the key of a word and where it leads; no key is a free place.
type wordPlace struct {
	key uint64
	to  *phraseNode
}

// few is how many keys are looked through.
const few = 4

func tableOf(words map[uint64]wordEdge) wordTable {
	size := len(words)
	if size > few {
		for size = 2 * few; size < 2*len(words); {
			size *= 2
		}
	}
	t := make(wordTable, size)
	at := 0
	for key, edge := range words {
		if size > few {
			at = int(key) & (size - 1)
			for t[at].key != 0 {
				at = (at + 1) & (size - 1)
			}
		}
		t[at] = wordPlace{key, edge.to}
		at++
	}
	return t
}

// find is where a word leads, nil where nowhere.
func (t wordTable) find(key uint64) *phraseNode {
	if len(t) <= few {
		for i := range t {
			if t[i].key == key {
				return t[i].to
			}
		}
		return nil
	}
	mask := len(t) - 1
	for at := int(key) & mask; t[at].key != 0; at = (at + 1) & mask {
		if t[at].key == key {
			return t[at].to
		}
	}
	return nil
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

// NewPhrases finds these patterns. It panics on an empty pattern: patterns are part of the program.
func NewPhrases(patterns ...string) *Phrases {
	for id, pattern := range patterns {
		if strings.TrimSpace(pattern) == "" {
			panic(fmt.Sprintf("language: phrase %d is empty", id))
		}
	}
	return &Phrases{patterns: patterns}
}

func (p *Phrases) grow() {
	p.root, p.patterns = compile(p.patterns), nil
	p.open = p.root.any != nil || len(p.root.prefixes) > 0
	for _, place := range p.root.words {
		if place.key == 0 {
			continue
		}
		bit := place.key % starters
		p.starts[bit/64] |= 1 << (bit % 64)
	}
}

// keyOf is a number for a word (FNV-1a), never 0: numbers are found faster than strings. Two words of patterns with one key are
// seen when the patterns are compiled. That another word of a text has the key of one, of 64 bits, is not to be expected, and who makes
// one up for it could as well say the word.
func keyOf(word string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	key := uint64(offset)
	for i := 0; i < len(word); i++ {
		key = (key ^ uint64(word[i])) * prime
	}
	return max(key, 1)
}

// keysOf are the keys of a token's word or of the words it is contracted of.
func keysOf(norm string) (keys [2]uint64) {
	first, second := Expand(norm)
	keys[0] = keyOf(first)
	if second != "" {
		keys[1] = keyOf(second)
	}
	return keys
}

// at is a place between words as phrases see them: a token, and whether its first part has been passed.
type at struct {
	token int
	part  uint8
}

// word is the text of the word at a place.
func (p at) word(tokens []Token) string {
	first, second := tokens[p.token].Parts()
	if p.part > 0 {
		return second
	}
	return first
}

// next is the place behind a word, and whether punctuation stands between.
func (p at) next(tokens []Token) (next at, stopped bool) {
	if p.part == 0 && tokens[p.token].keys[1] != 0 {
		return at{p.token, 1}, false
	}
	return firstWord(tokens, p.token+1)
}

// firstWord is the place of the first word from a token on, and whether something else stands before it.
func firstWord(tokens []Token, from int) (place at, skipped bool) {
	i := from
	for i < len(tokens) && tokens[i].keys[0] == 0 {
		i++
	}
	return at{token: i}, i > from
}

// Find returns all longest matches that do not overlap, from left to right.
func (p *Phrases) Find(tokens []Token) []Match {
	var matches []Match
	for place := p.seek(tokens, at{}); place.token < len(tokens); {
		id, last, end := p.longest(tokens, place)
		if id < 0 {
			end, _ = place.next(tokens)
		} else {
			matches = append(matches, Match{Pattern: id, First: place.token, Last: last + 1})
		}
		place = p.seek(tokens, end)
	}
	return matches
}

// In says whether any phrase is found.
func (p *Phrases) In(tokens []Token) bool {
	_, found := p.First(tokens)
	return found
}

// First returns the first longest match, and whether there is one.
func (p *Phrases) First(tokens []Token) (Match, bool) {
	for place := p.seek(tokens, at{}); place.token < len(tokens); {
		if id, last, _ := p.longest(tokens, place); id >= 0 {
			return Match{Pattern: id, First: place.token, Last: last + 1}, true
		}
		place, _ = place.next(tokens)
		place = p.seek(tokens, place)
	}
	return Match{}, false
}

// seek is the first place from another on, itself included, whose word may begin a phrase. Most words begin none, and all that
// reads text spends most of its time here.
func (p *Phrases) seek(tokens []Token, from at) at {
	p.compile.Do(p.grow)
	if from.part > 0 && (p.open || p.begins(tokens[from.token].keys[1])) {
		return from
	}
	for i := from.token + int(from.part); i < len(tokens); i++ {
		switch keys := &tokens[i].keys; {
		case keys[0] == 0:
		case p.open || p.begins(keys[0]):
			return at{i, 0}
		case keys[1] != 0 && p.begins(keys[1]):
			return at{i, 1}
		}
	}
	return at{token: len(tokens)}
}

// begins says whether a phrase may begin with the word of a key.
func (p *Phrases) begins(key uint64) bool {
	bit := key % starters
	return p.starts[bit/64]&(1<<(bit%64)) != 0
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
	p.compile.Do(p.grow)
	for place, _ := firstWord(tokens, 0); place.token < len(tokens); place, _ = place.next(tokens) {
		if p.open || p.begins(tokens[place.token].keys[place.part]) {
			if id, _, _ := p.longest(tokens, place); id >= 0 {
				return true
			}
		}
		if !leadIns[place.word(tokens)] {
			return false
		}
	}
	return false
}

// longest returns the pattern of the longest match that begins at a place, its last token and the place behind it; -1 when
// there is none.
func (p *Phrases) longest(tokens []Token, place at) (id, last int, end at) {
	w := search{tokens: tokens, id: -1}
	p.root.walk(&w, place)
	return w.id, w.last, w.end
}

// search looks for the longest match.
type search struct {
	tokens []Token
	id     int
	last   int
	end    at
}

// reached keeps a pattern that ends before a place, if it is longer than what was found before.
func (w *search) reached(id, last int, end at) {
	if id >= 0 && (w.id < 0 || w.end.token < end.token || w.end.token == end.token && w.end.part < end.part) {
		w.id, w.last, w.end = id, last, end
	}
}

// walk follows all edges that fit the word at a place; a phrase does not go on after punctuation. From most nodes one edge leads on at most.
func (n *phraseNode) walk(w *search, place at) {
	for place.token < len(w.tokens) {
		next, stopped := place.next(w.tokens)
		to := n.words.find(w.tokens[place.token].keys[place.part])
		if n.any != nil || len(n.prefixes) > 0 {
			n.fork(w, place, to)
			return
		}
		if to == nil {
			return
		}
		w.reached(to.id, place.token, next)
		if stopped {
			return
		}
		n, place = to, next
	}
}

// fork follows the edge of the word at a place, if there is one, and then all others that fit it.
func (n *phraseNode) fork(w *search, place at, word *phraseNode) {
	next, stopped := place.next(w.tokens)
	follow := func(to *phraseNode) {
		w.reached(to.id, place.token, next)
		if !stopped {
			to.walk(w, next)
		}
	}
	if word != nil {
		follow(word)
	}
	for _, edge := range n.prefixes {
		if strings.HasPrefix(place.word(w.tokens), edge.prefix) {
			follow(edge.to)
		}
	}
	if n.any != nil {
		follow(n.any)
	}
}
