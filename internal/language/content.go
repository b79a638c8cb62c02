package language

import "strings"

// stopWords carry grammar, not content. Expanded contractions are looked up by their parts.
var stopWords = set(`a an the this that these those such same other another each every all any some both either neither
	i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us our ours ourselves they them their theirs themselves one
	am is are was were be been being do does did doing done have has had having can could will would shall should may might must
	and or but nor so yet if then than because as while when where who whom whose which what why how whether though although unless until since
	of to in on at by for from with without about into onto over under up down out off through between against during before after again around
	not no yes yeah ok okay oh well just very too also only even still ever never always often much many more most less least quite rather really actually
	here there now today get gets got getting go goes going went come comes coming came let thing things something anything nothing everything somebody anybody someone anyone
	lot bit kind sort like seem seems seemed maybe perhaps right um uh hmm mean say says said saying know knows knew think thinks thought make makes made want wants
	would'd let's don't`)

// IsStopWord says whether a normalised word carries grammar and no content of its own.
func IsStopWord(norm string) bool {
	if stopWords[norm] {
		return true
	}
	if strings.IndexByte(norm, '\'') < 0 {
		return false
	}
	first, second := Expand(norm)
	return stopWords[first] && (second == "" || stopWords[second])
}

// ContentWords returns the tokens that carry content: words and numbers that are not stop words.
func ContentWords(tokens []Token) []Token {
	var content []Token
	for _, token := range tokens {
		if token.IsWord() && !token.IsStopWord() {
			content = append(content, token)
		}
	}
	return content
}

// Stems is a set of stems of content words.
type Stems map[string]struct{}

// StemsOf returns the stems of the content words among some tokens.
func StemsOf(tokens []Token) Stems {
	stems := Stems{}
	stems.Add(tokens)
	return stems
}

// Add adds the stems of the content words among some tokens.
func (s Stems) Add(tokens []Token) {
	for i := range tokens {
		if token := &tokens[i]; token.IsWord() && !token.IsStopWord() {
			s[Stem(token.Norm)] = struct{}{}
		}
	}
}

// Has says whether the stem of a normalised word is in the set.
func (s Stems) Has(norm string) bool {
	_, ok := s[Stem(norm)]
	return ok
}

// Shared counts the stems that both sets have.
func (s Stems) Shared(other Stems) int {
	if len(other) < len(s) {
		s, other = other, s
	}
	n := 0
	for stem := range s {
		if _, ok := other[stem]; ok {
			n++
		}
	}
	return n
}

// Overlap is the share of the content words of s that other has too, 0-1; 0 when s has none.
func (s Stems) Overlap(other Stems) float64 {
	if len(s) == 0 {
		return 0
	}
	return float64(s.Shared(other)) / float64(len(s))
}

// Overlap is the share of a's content words that b has too, by stem, 0-1; 0 when a has none.
func Overlap(a, b string) float64 {
	return StemsOf(Tokens(a)).Overlap(StemsOf(Tokens(b)))
}

// Stem cuts common English endings off a normalised word, so that forms of one word compare equal ("worries", "worried",
// "worry"). It is a key for comparison, not a word to be shown. Irregular forms go to their base ("lost" to "lose").
func Stem(norm string) string {
	word := strings.TrimSuffix(norm, "'s")
	if len(word) <= 3 {
		return word
	}
	if base, ok := irregularBase[word]; ok {
		word = base
	}
	word = stripPlural(word)
	word = stripVerbal(word)
	if cut, ok := strings.CutSuffix(word, "ly"); ok && len(cut) > 3 {
		word = cut
	}
	if cut, ok := strings.CutSuffix(word, "e"); ok && len(cut) > 2 {
		word = cut
	}
	if cut, ok := strings.CutSuffix(word, "i"); ok && len(cut) > 2 {
		word = cut + "y"
	}
	return word
}

func stripPlural(word string) string {
	switch {
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "shes"), strings.HasSuffix(word, "ches"), strings.HasSuffix(word, "xes"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "ss"), strings.HasSuffix(word, "us"), strings.HasSuffix(word, "is"):
		return word
	case strings.HasSuffix(word, "s"):
		return word[:len(word)-1]
	}
	return word
}

func stripVerbal(word string) string {
	for _, ending := range []string{"ing", "ied", "ed"} {
		cut, ok := strings.CutSuffix(word, ending)
		if !ok || len(cut) < 2 || !hasVowel(cut) {
			continue
		}
		if ending == "ied" {
			return cut + "y"
		}
		return undouble(cut)
	}
	return word
}

// undouble turns "plann" into "plan", and leaves "call", "miss" and "stuff" alone.
func undouble(word string) string {
	n := len(word)
	if n < 4 || word[n-1] != word[n-2] {
		return word
	}
	switch word[n-1] {
	case 'l', 's', 'f', 'z', 'e', 'o':
		return word
	}
	return word[:n-1]
}

func hasVowel(word string) bool { return strings.ContainsAny(word, "aeiouy") }
