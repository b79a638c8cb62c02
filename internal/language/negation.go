package language

import "strings"

var negators = set("not no never without nobody nothing nowhere none neither nor hardly barely scarcely cannot cant dont doesnt didnt wont isnt wasnt wouldnt couldnt")

// clauseBreaks end the reach of a negation.
var clauseBreaks = set("but because although though however so if when while since unless until which who")

// negationReach is how many words a negation covers before something else must have begun. Chosen: in clauses longer
// than this the verb's own complement has usually ended.
const negationReach = 6

// Negated says whether the word at position i is in the reach of a negation in its clause: "I am not very happy" for
// "happy". "Not only" and "no doubt" negate nothing, and two negations cancel each other.
func Negated(tokens []Token, i int) bool {
	if i < 0 || i >= len(tokens) {
		return false
	}
	negated, words := false, 0
	for j := i - 1; j >= 0 && words < negationReach; j-- {
		token := tokens[j]
		if ends(token) {
			break
		}
		if token.IsWord() {
			words++
		}
		if negates(tokens, j) {
			negated = !negated
		}
	}
	return negated
}

func ends(token Token) bool {
	if token.Kind != Punct {
		return clauseBreaks[token.Norm]
	}
	switch token.Norm {
	case ",", "'", "\"", "“", "”", "’", "‘", "(", ")", "-":
		return token.Norm == ","
	}
	return true
}

// negates says whether the token at position j is a negation that holds for what follows.
func negates(tokens []Token, j int) bool {
	norm := tokens[j].Norm
	if !negators[norm] && !strings.HasSuffix(norm, "n't") {
		return false
	}
	if j+1 >= len(tokens) {
		return true
	}
	switch next := tokens[j+1].Norm; norm {
	case "not":
		return next != "only" && next != "just" && next != "to"
	case "no":
		return next != "doubt" && next != "wonder" && next != "matter" && next != ","
	}
	return true
}
