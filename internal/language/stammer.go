package language

import "strings"

// Unstammer returns the tokens of a sentence as they were meant where transcripts keep what the tongue did: of a word begun
// several times the last stays ("I-I", "th-the", "what- what", "that-- that"). Spans stay those of the text; a word that is
// kept in place of several has the span of all of them. Where nothing changes, the tokens themselves are returned.
func Unstammer(tokens []Token) []Token {
	if !stammers(tokens) {
		return tokens
	}
	out := make([]Token, 0, len(tokens))
	for i, token := range tokens {
		if last, ok := lastOfStammer(token.Norm); ok {
			token = newToken(token.Span, last, token.Kind)
		}
		if token.IsWord() {
			out = dropFalseStart(out, token.Norm)
		}
		if i+1 == len(tokens) && token.Norm == "-" {
			continue
		}
		out = append(out, token)
	}
	return out
}

func stammers(tokens []Token) bool {
	for _, token := range tokens {
		if token.Norm == "-" || token.Norm == "—" || strings.Contains(token.Norm, "-") {
			return true
		}
	}
	return false
}

// lastOfStammer is the word that a hyphened repetition ends with: its parts are all beginnings of the last one.
func lastOfStammer(norm string) (string, bool) {
	parts := strings.Split(norm, "-")
	last := parts[len(parts)-1]
	if len(parts) < 2 || last == "" {
		return "", false
	}
	for _, part := range parts[:len(parts)-1] {
		whole, _, _ := strings.Cut(part, "'")
		if part == "" || !strings.HasPrefix(last, whole) {
			return "", false
		}
	}
	return last, true
}

// dropFalseStart takes the same word and the dashes behind it off the end of what is kept so far.
func dropFalseStart(kept []Token, norm string) []Token {
	end := len(kept)
	for end > 0 && (kept[end-1].Norm == "-" || kept[end-1].Norm == "—" || kept[end-1].Norm == "–") {
		end--
	}
	if end == len(kept) || end == 0 {
		return kept
	}
	if before := kept[end-1].Norm; before == norm {
		return kept[:end-1]
	}
	return kept
}
