package classify

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/language"
)

// Bag holds the features of a text. The zero value is empty and ready; Reset makes it so again without giving its memory back.
type Bag struct {
	features []feature
}

// feature is something about a text: its name is a family and, of words or letters, what they are. Names are put together where
// somebody reads them; models look features up by key.
type feature struct {
	key    uint64
	value  float64
	family string
	// tokens or gram are what the name ends with.
	tokens     []language.Token
	gram       string
	start, end int
}

// NewBag returns an empty bag.
func NewBag() *Bag { return &Bag{} }

// Reset empties the bag.
func (b *Bag) Reset() { b.features = b.features[:0] }

// Len is how many features there are, each occurrence counted.
func (b *Bag) Len() int { return len(b.features) }

// Add puts a feature in with its value and the code points it was found at (equal where it is at no place). Of a feature that
// is there several times the largest value counts, by size.
func (b *Bag) Add(name string, value float64, start, end int) { b.Put(Named(name), value, start, end) }

// Name is the name of a feature that is put in often, with its key. Make it once with [Named].
type Name struct {
	text string
	key  uint64
}

// Named makes a name.
func Named(text string) Name { return Name{text, hash(basis, text)} }

// String is what the name was made of.
func (n Name) String() string { return n.text }

// Put is Add for a name that was made before.
func (b *Bag) Put(name Name, value float64, start, end int) {
	b.features = append(b.features, feature{key: name.key, value: value, family: name.text, start: start, end: end})
}

// Words puts words in, and runs of up to longest words between which no mark stands: each is worth 1, however often it is there. Marks
// that ask or exclaim count as words. Names are the family and the words in lower case: "w:not going".
func (b *Bag) Words(family string, tokens []language.Token, longest int) {
	b.WordsWorth(family, tokens, longest, 1)
}

// WordsWorth is Words with another value.
func (b *Bag) WordsWorth(family string, tokens []language.Token, longest int, value float64) {
	begin := beginning(family)
	for i := range tokens {
		b.runs(begin, family, tokens[i:], longest, value)
	}
}

// WordsFrom puts in the first word and the runs of up to longest words that begin with it.
func (b *Bag) WordsFrom(family string, tokens []language.Token, longest int) {
	b.runs(beginning(family), family, tokens, longest, 1)
}

func beginning(family string) uint64 { return hash(hash(basis, family), ":") }

func (b *Bag) runs(key uint64, family string, tokens []language.Token, longest int, value float64) {
	for n := 0; n < longest && n < len(tokens); n++ {
		token := &tokens[n]
		if !token.IsWord() && token.Norm != "?" && token.Norm != "!" {
			break
		}
		if n > 0 {
			key = hash(key, " ")
		}
		key = hash(key, token.Norm)
		b.features = append(b.features, feature{key: key, value: value, family: family, tokens: tokens[:n+1], start: tokens[0].Start, end: token.End})
	}
}

// Letters puts in the pieces of shortest to longest letters that words have, with their ends marked: "c:^dri", "c:ing$". Each is worth 1.
func (b *Bag) Letters(family string, tokens []language.Token, shortest, longest int) {
	begin := beginning(family)
	for _, token := range tokens {
		if !token.IsWord() {
			continue
		}
		word := "^" + token.Norm + "$"
		var starts []int
		for at := range word {
			starts = append(starts, at)
		}
		starts = append(starts, len(word))
		for from := range starts {
			for n := shortest; n <= longest && from+n < len(starts); n++ {
				gram := word[starts[from]:starts[from+n]]
				b.features = append(b.features, feature{key: hash(begin, gram), value: 1, family: family, gram: gram, start: token.Start, end: token.End})
			}
		}
	}
}

func (f feature) name() string {
	if f.gram == "" && f.tokens == nil {
		return f.family
	}
	if f.gram != "" {
		return f.family + ":" + f.gram
	}
	var name strings.Builder
	name.WriteString(f.family)
	for i, token := range f.tokens {
		name.WriteString(" "[:min(i, 1)])
		if i == 0 {
			name.WriteByte(':')
		}
		name.WriteString(token.Norm)
	}
	return name.String()
}

// basis begins a hash (FNV-1a, 64 bits).
const basis uint64 = 14695981039346656037

func hash(key uint64, text string) uint64 {
	for i := 0; i < len(text); i++ {
		key = (key ^ uint64(text[i])) * 1099511628211
	}
	return key
}
