package language

import "strings"

// contractions are those whose two words cannot be told by their ending alone.
var contractions = map[string][2]string{
	"can't": {"can", "not"}, "cannot": {"can", "not"}, "won't": {"will", "not"}, "shan't": {"shall", "not"}, "ain't": {"is", "not"},
	"let's": {"let", "us"}, "y'all": {"you", "all"}, "gonna": {"going", "to"}, "wanna": {"want", "to"}, "gotta": {"got", "to"},
	"dont": {"do", "not"}, "doesnt": {"does", "not"}, "didnt": {"did", "not"}, "cant": {"can", "not"}, "wont": {"will", "not"},
	"isnt": {"is", "not"}, "wasnt": {"was", "not"}, "wouldnt": {"would", "not"}, "couldnt": {"could", "not"}, "shouldnt": {"should", "not"},
	"im": {"i", "am"}, "ive": {"i", "have"}, "youre": {"you", "are"}, "thats": {"that", "is"},
}

// isContracted are words after which 's is "is" (or "has"), never a possessive.
var isContracted = set("it that this he she what who where when why how there here everything something nothing everybody everyone somebody someone nobody")

var endings = []struct{ suffix, word string }{
	{"n't", "not"}, {"'re", "are"}, {"'ve", "have"}, {"'ll", "will"}, {"'m", "am"}, {"'d", "would"},
}

// Expand returns the words a normalised word stands for: "don't" gives "do" and "not", "it's" gives "it" and "is"; 'd is
// read as "would". A possessive stays one word. Everything else is returned as it is, and second is empty then.
func Expand(norm string) (first, second string) {
	if words, ok := contractions[norm]; ok {
		return words[0], words[1]
	}
	if strings.IndexByte(norm, '\'') < 0 {
		return norm, ""
	}
	for _, ending := range endings {
		if stem, ok := strings.CutSuffix(norm, ending.suffix); ok && stem != "" {
			return stem, ending.word
		}
	}
	if stem, ok := strings.CutSuffix(norm, "'s"); ok && isContracted[stem] {
		return stem, "is"
	}
	return norm, ""
}

// Contract joins what people join when they speak: "I am tired" to "I'm tired", "do not" to "don't". The end of a clause
// is left alone ("yes, I am.").
func Contract(text string) string {
	words := strings.Fields(text)
	out := make([]string, 0, len(words))
	for i := 0; i < len(words); i++ {
		word := words[i]
		if i+2 < len(words) || i+1 < len(words) && words[i+1] == "not" {
			negated := i+2 < len(words) && words[i+2] == "not" && words[i+1] != "am"
			if joined, ok := contractPair(word, words[i+1]); ok && !negated {
				out = append(out, joined)
				i++
				continue
			}
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// shortForms are the endings that verbs take after a pronoun.
var shortForms = map[string]string{"am": "'m", "are": "'re", "is": "'s", "will": "'ll"}

// notForms are the verbs that take "n't".
var notForms = set("do does did is are was were has have had could would should")

func contractPair(word, next string) (string, bool) {
	lower := Normalise(word)
	if next == "not" {
		switch {
		case notForms[lower]:
			return word + "n't", true
		case lower == "can":
			return word + "'t", true
		case lower == "will":
			return word[:len(word)-3] + "on't", true
		}
		return "", false
	}
	ending, ok := shortForms[next]
	if !ok {
		return "", false
	}
	switch next {
	case "am":
		ok = lower == "i"
	case "are":
		ok = lower == "you" || lower == "we" || lower == "they"
	case "is":
		ok = lower == "it" || lower == "that" || lower == "there" || lower == "he" || lower == "she"
	case "will":
		ok = lower == "i" || lower == "you" || lower == "we" || lower == "they" || lower == "he" || lower == "she" || lower == "it"
	}
	return word + ending, ok
}

// set makes a set of the words of a list.
func set(list string) map[string]bool {
	words := strings.Fields(list)
	members := make(map[string]bool, len(words))
	for _, word := range words {
		members[word] = true
	}
	return members
}
