package language

import "strings"

// secondPerson maps words of the first person to the second where one word is always the same other.
var secondPerson = map[string]string{
	"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself",
	"i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd", "im": "you're", "ive": "you've",
}

// firstPerson maps words of the second person to the first, but for "you", which is "I" or "me" by its place.
var firstPerson = map[string]string{
	"your": "my", "yours": "mine", "yourself": "myself",
	"you're": "I'm", "you've": "I've", "you'll": "I'll", "you'd": "I'd",
}

// SwapPersons turns the first person singular into the second and back, as a listener does who says back what was said:
// "I lost my job" becomes "you lost your job". Verbs agree ("I am" and "you are"). "We" is left alone.
func SwapPersons(text string) string {
	tokens := Tokens(text)
	return rewrite(text, tokens, func(i int) string {
		token := tokens[i]
		if swapped, ok := secondPerson[token.Norm]; ok {
			return matchCase(swapped, tokens, i)
		}
		if swapped, ok := firstPerson[token.Norm]; ok {
			return matchCase(swapped, tokens, i)
		}
		switch token.Norm {
		case "you":
			if isSubject(tokens, i) {
				return "I"
			}
			return matchCase("me", tokens, i)
		case "am", "was", "are", "were", "wasn't", "aren't", "weren't":
			return agree(tokens, i)
		}
		return token.Quote
	})
}

// agree gives a form of be the person of its swapped subject, which stands beside it.
func agree(tokens []Token, i int) string {
	token := tokens[i]
	subject := besideSubject(tokens, i)
	switch {
	case subject == "i" && token.Norm == "am":
		return matchCase("are", tokens, i)
	case subject == "i" && (token.Norm == "was" || token.Norm == "wasn't"):
		return matchCase(strings.Replace(token.Norm, "was", "were", 1), tokens, i)
	case subject == "you" && token.Norm == "are":
		return matchCase("am", tokens, i)
	case subject == "you" && token.Norm == "aren't":
		return "am not"
	case subject == "you" && (token.Norm == "were" || token.Norm == "weren't"):
		return matchCase(strings.Replace(token.Norm, "were", "was", 1), tokens, i)
	}
	return token.Quote
}

// besideSubject returns the pronoun a form of be agrees with: before it, over an adverb, or after it in a question.
func besideSubject(tokens []Token, i int) string {
	for j := i - 1; j >= 0 && j >= i-2; j-- {
		norm := tokens[j].Norm
		if norm == "i" || norm == "you" {
			if norm == "you" && !startsClause(tokens, j) {
				return ""
			}
			return norm
		}
		if tokens[j].Kind == Punct || !strings.HasSuffix(norm, "ly") && norm != "just" && norm != "still" && norm != "also" && norm != "always" && norm != "never" {
			break
		}
	}
	if i+1 < len(tokens) && (tokens[i+1].Norm == "i" || tokens[i+1].Norm == "you") && (i == 0 || whWords[tokens[i-1].Norm] || !tokens[i-1].IsWord()) {
		return tokens[i+1].Norm
	}
	return ""
}

// objectTakers are words after which "you" is an object: prepositions and common transitive verbs.
var objectTakers = set(`to for with about of at from by on in like without against behind between around near upon toward towards than beside
	tell tells told ask asks asked give gives gave see sees saw hear hears heard love loves loved hate hates hated help helps helped thank make makes made
	let lets know knows knew like likes liked miss call calls called want wants wanted need needs needed trust trusts trusted hurt hurts leave leaves left believe show shows showed teach bother bothers
	scare scares worry worries understand understands get gets got`)

// isSubject says whether the "you" at position i is the subject of a verb.
func isSubject(tokens []Token, i int) bool {
	if i+1 >= len(tokens) || !tokens[i+1].IsWord() {
		return i == 0 || auxiliaries[tokens[i-1].Norm]
	}
	next := tokens[i+1].Norm
	if i > 0 && prepositionLike[tokens[i-1].Norm] {
		return false
	}
	if i == 0 || auxiliaries[tokens[i-1].Norm] || auxiliaries[next] {
		return true
	}
	if objectTakers[tokens[i-1].Norm] {
		return finiteAfter(next)
	}
	return true
}

var prepositionLike = set("to for with about of at from by on in without against behind between around near upon toward towards beside")

// finiteAfter says whether a word after "you" can only be its verb.
func finiteAfter(norm string) bool {
	_, past := BaseOfPast(norm)
	return past || norm == "can" || norm == "have" || norm == "never" || norm == "always"
}

// startsClause says whether the "you" at j can be a subject at all.
func startsClause(tokens []Token, j int) bool {
	return j == 0 || !prepositionLike[tokens[j-1].Norm]
}

// matchCase gives a replacement the capital of what it replaces, at the beginning of a sentence only: "I" is always a
// capital and says nothing.
func matchCase(word string, tokens []Token, i int) string {
	first := i == 0 || tokens[i-1].Kind == Punct && terminator(rune(tokens[i-1].Quote[0]))
	if first && tokens[i].Quote != tokens[i].Norm {
		return Capitalise(word)
	}
	return word
}

// rewrite puts new words in the place of tokens and keeps everything between them.
func rewrite(text string, tokens []Token, replace func(i int) string) string {
	var out strings.Builder
	out.Grow(len(text) + 16)
	runes, at := []rune(text), 0
	for i, token := range tokens {
		out.WriteString(string(runes[at:token.Start]))
		out.WriteString(replace(i))
		at = token.End
	}
	out.WriteString(string(runes[at:]))
	return out.String()
}
