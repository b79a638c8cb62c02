package language

import "strings"

// Fluent returns the tokens of a sentence as it would be written: without what only fills pauses ("um", "it's, you know,
// late" becomes "it's late"), and with "'s" for "is" as a word of its own where it hangs on a noun ("the receipt's in your
// hand"). Spans stay those of the text. Where nothing changes, the tokens themselves are returned.
func Fluent(tokens []Token) []Token {
	if !halting(tokens) {
		return tokens
	}
	out := make([]Token, 0, len(tokens)+1)
	for i := 0; i < len(tokens); {
		next, comma := pastFiller(tokens, i)
		switch {
		case next > i && comma && len(out) > 0 && out[len(out)-1].Norm != ",":
			out = append(out, tokens[i])
			i = next
		case next > i:
			i = next
		default:
			out = appendSplit(out, tokens, i)
			i++
		}
	}
	return out
}

// pauses are sounds that fill a pause.
var pauses = set("um uh er erm ehm eh hm hmm mm uhm")

// fillers stand between commas and say nothing there.
var fillers = NewPhrases("you know", "i mean", "i do not know", "i dunno", "like", "well", "honestly", "to be ?perfectly|quite honest|frank|fair ?with ?you",
	"not gonna lie", "not going to lie", "i will not lie", "actually", "literally", "basically", "mind", "mind you", "obviously", "look", "listen", "you see",
	"i suppose", "what is it", "if i am honest", "i must say", "i have to say", "i admit", "frankly", "really", "i tell you", "i can tell you", "so to speak", "as it were")

func halting(tokens []Token) bool {
	for i := range tokens {
		norm := tokens[i].Norm
		if norm == "," || pauses[norm] || strings.HasSuffix(norm, "'s") {
			return true
		}
	}
	return false
}

// pastFiller returns where a filler that begins at i ends, and whether a comma still belongs in its place. It is i where
// none begins.
func pastFiller(tokens []Token, i int) (next int, comma bool) {
	if pauses[tokens[i].Norm] {
		return pastComma(tokens, i+1), false
	}
	first := i
	if tokens[i].Norm == "," {
		first++
	}
	last := first
	for last < len(tokens) && tokens[last].IsWord() {
		last++
	}
	opens := first > i || i == 0
	closes := last == len(tokens) || tokens[last].Kind == Punct
	if last == first || !opens || !closes || !fills(tokens[first:last]) {
		return i, false
	}
	switch {
	case i == 0 && last < len(tokens) && tokens[last].Norm != ",":
		return i, false // the whole sentence: "Really?"
	case i == 0:
		return pastComma(tokens, last), false
	case last == len(tokens) || tokens[last].Norm != ",":
		return last, false
	}
	return last + 1, !tokens[i-1].IsStopWord()
}

func pastComma(tokens []Token, i int) int {
	if i < len(tokens) && tokens[i].Norm == "," {
		return i + 1
	}
	return i
}

// fills says whether words are a filler and nothing else.
func fills(words []Token) bool {
	match, ok := fillers.First(words)
	return ok && match.First == 0 && match.Last == len(words) || len(words) == 1 && pauses[words[0].Norm]
}

// afterIs follow a noun with 's that stands for "is" or "has", and no possessive: "the pressure's on zero".
var afterIs = set("a an the in on at out off up down not still been got gone just only there here too so very all broken down due empty no always never already my your our his their mine yours really quite pretty getting fine ok okay")

// appendSplit appends the token at i, in two parts where it is a noun with a verb.
func appendSplit(out, tokens []Token, i int) []Token {
	token := tokens[i]
	noun, ok := strings.CutSuffix(token.Norm, "'s")
	if !ok || token.keys[1] != 0 || noun == "" || i+1 >= len(tokens) || !verbal(tokens[i+1].Norm) {
		return append(out, token)
	}
	cut := len([]rune(token.Quote)) - 2
	runes := []rune(token.Quote)
	return append(out,
		newToken(Span{Start: token.Start, End: token.Start + cut, Quote: string(runes[:cut])}, noun, Word),
		newToken(Span{Start: token.Start + cut, End: token.End, Quote: string(runes[cut:])}, "is", Word))
}

// verbal says whether a word goes on after "is" or "has" and not after a possessive.
func verbal(norm string) bool {
	if afterIs[norm] {
		return true
	}
	_, past := BaseOfPast(norm)
	_, gerund := BaseOfGerund(norm)
	return past || gerund
}
