package language

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spelt are all ways to say a pattern of plain words.
func spelt(elements []string) [][]string {
	if len(elements) == 0 {
		return [][]string{nil}
	}
	var out [][]string
	element, optional := strings.CutPrefix(elements[0], "?")
	for _, rest := range spelt(elements[1:]) {
		if optional {
			out = append(out, rest)
		}
		for choice := range strings.SplitSeq(element, "|") {
			out = append(out, append([]string{choice}, rest...))
		}
	}
	return out
}

// A compiled pattern is found where, and only where, one of the ways to say it stands.
func TestPhrasesAreAllWaysToSayThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c"})
		var patterns []string
		var ways [][]string
		for range rapid.IntRange(1, 3).Draw(t, "patterns") {
			var elements []string
			for range rapid.IntRange(0, 4).Draw(t, "elements") {
				e := strings.Join(rapid.SliceOfNDistinct(word, 1, 2, rapid.ID).Draw(t, "choices"), "|")
				elements = append(elements, rapid.SampledFrom([]string{"", "?"}).Draw(t, "optional")+e)
			}
			elements = append(elements, word.Draw(t, "last")) // that something must be there
			patterns = append(patterns, strings.Join(elements, " "))
			ways = append(ways, spelt(elements)...)
		}
		said := rapid.SliceOfN(word, 0, 6).Draw(t, "said")
		tokens := Tokens(strings.Join(said, " "))
		want := 0 // length of the longest at the beginning
		for _, way := range ways {
			if len(way) <= len(said) && slices.Equal(way, said[:len(way)]) {
				want = max(want, len(way))
			}
		}
		got := 0
		if match, ok := NewPhrases(patterns...).First(tokens); ok && match.First == 0 {
			got = match.Last
		}
		if got != want {
			t.Fatalf("%q in %q: %d words, want %d", patterns, said, got, want)
		}
	})
}

// Words that may be missing cost what they are, and not twice what follows them each.
func TestManyOptionalWordsStaySmall(t *testing.T) {
	c := compiler{nodes: map[string]*phraseNode{}, words: map[*phraseNode]map[uint64]wordEdge{}, patterns: [][]element{elementsOf(strings.Repeat("?a|b ?c|d ?e ", 12) + "f|g h")}}
	c.node([]spot{{}})
	if len(c.nodes) > 50 {
		t.Errorf("%d nodes for 38 places", len(c.nodes))
	}
}
