package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Capitalise puts the first letter in upper case, past opening quotes and brackets.
func Capitalise(text string) string {
	for at, r := range text {
		if opener(r) || unicode.IsSpace(r) {
			continue
		}
		return text[:at] + string(unicode.ToUpper(r)) + text[at+utf8.RuneLen(r):]
	}
	return text
}

// LowerFirst puts the first letter in lower case, so that a sentence can go on inside another. "I" and its contractions,
// and words in capitals, stay; names given stay.
func LowerFirst(text string, names ...string) string {
	first, size := utf8.DecodeRuneInString(text)
	if !unicode.IsUpper(first) {
		return text
	}
	word := text
	if end := strings.IndexFunc(text, func(r rune) bool { return !wordRune(r) }); end >= 0 {
		word = text[:end]
	}
	if word == "I" || utf8.RuneCountInString(word) > 1 && strings.ToUpper(word) == word {
		return text
	}
	for _, name := range names {
		if name != "" && (word == name || strings.HasPrefix(text, name)) {
			return text
		}
	}
	return string(unicode.ToLower(first)) + text[size:]
}

// Unstop drops the marks that end a sentence, and white space, from the end of a text. Question marks stay.
func Unstop(text string) string {
	return strings.TrimRight(text, " \t\n.;,:!…")
}

// Finish gives a sentence its full stop if no mark ends it, inside a closing quotation mark or not.
func Finish(sentence string) string {
	sentence = strings.TrimSpace(sentence)
	bare := strings.TrimRight(sentence, `"”’')`)
	last, _ := utf8.DecodeLastRuneInString(bare)
	if sentence == "" || terminator(last) {
		return sentence
	}
	sentence = strings.TrimRight(sentence, ",;: ")
	return sentence + "."
}

// Join makes running text of sentences: each begins with a capital and ends with a mark. Empty ones are left out.
func Join(sentences ...string) string {
	var text strings.Builder
	for _, sentence := range sentences {
		sentence = Capitalise(Finish(sentence))
		if sentence == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(sentence)
	}
	return text.String()
}

// List joins items as people say them: "a", "a and b", "a, b and c".
func List(items []string, conjunction string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " " + conjunction + " " + items[last]
}
