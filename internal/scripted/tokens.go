package scripted

// usage counts the tokens of a question and its answer. Reasoning is part of completion.
type usage struct {
	prompt, completion, reasoning int
}

// tokenize cuts text into tokens, more or less as models do: words with the space before them, and other characters one by
// one. Together they are the text.
func tokenize(text string) []string {
	tokens := make([]string, 0, len(text)/4+1)
	for start := 0; start < len(text); {
		end := start + 1
		if inWord(text[start]) || text[start] == ' ' {
			for end < len(text) && inWord(text[end]) {
				end++
			}
		}
		tokens = append(tokens, text[start:end])
		start = end
	}
	return tokens
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '\'' || c >= 0x80
}
