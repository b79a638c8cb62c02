package client

import (
	"strings"
	"unicode"

	"github.com/vignette-sim/vignette/internal/language"
)

// tidy takes off what belongs to a file and not to a person: labels in brackets, list numbers, doubled spaces.
func tidy(note string) string {
	note = strings.Join(strings.Fields(note), " ")
	for {
		rest, ok := cutMark(note)
		if !ok {
			return note
		}
		note = rest
	}
}

// cutMark drops one list mark or bracketed label from the front of a note.
func cutMark(note string) (string, bool) {
	switch {
	case strings.HasPrefix(note, "- "), strings.HasPrefix(note, "* "):
		return note[2:], true
	case strings.HasPrefix(note, "• "):
		return strings.TrimPrefix(note, "• "), true
	case strings.HasPrefix(note, "["):
		if end := strings.IndexByte(note, ']'); end > 0 {
			return strings.TrimSpace(note[end+1:]), true
		}
	case strings.HasPrefix(note, "("):
		if end := strings.IndexByte(note, ')'); end > 0 && end <= 3 {
			return strings.TrimSpace(note[end+1:]), true
		}
	}
	digits := len(note) - len(strings.TrimLeftFunc(note, unicode.IsDigit))
	if digits > 0 && digits <= 2 && len(note) > digits+1 && (note[digits] == '.' || note[digits] == ')') && note[digits+1] == ' ' {
		return note[digits+2:], true
	}
	return note, false
}

// splitNotes splits a field into notes: at line breaks, list numbers, semicolons and sentence ends.
func splitNotes(field string) []string {
	field = breakLists(field)
	var notes []string
	for _, line := range strings.Split(field, "\n") {
		if line = tidy(line); line == "" {
			continue
		}
		for _, sentence := range language.Sentences(line) {
			for _, part := range strings.Split(sentence.Quote, ";") {
				if part = tidy(part); hasWord(part) {
					notes = append(notes, part)
				}
			}
		}
	}
	return notes
}

// breakLists puts a line break before "(2)" and the like inside a running text.
func breakLists(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if field[i] == '(' && i+2 < len(field) && field[i+1] >= '0' && field[i+1] <= '9' && (field[i+2] == ')' || i+3 < len(field) && field[i+3] == ')') {
			b.WriteByte('\n')
		}
		b.WriteByte(field[i])
	}
	return b.String()
}

func hasWord(text string) bool {
	return strings.IndexFunc(text, unicode.IsLetter) >= 0
}

// cutLabel drops a heading before a colon ("Current situation: ..."), and returns it. What has a verb or a person in it is
// no heading.
func cutLabel(note string) (label, rest string) {
	at := strings.Index(note, ": ")
	if at < 0 {
		return "", note
	}
	tokens := language.Words(language.Tokens(note[:at]))
	if len(tokens) > 6 || ownWords(tokens) {
		return "", note
	}
	for i, token := range tokens {
		if i > 0 && language.IsAuxiliary(token.Norm) {
			return "", note
		}
	}
	return note[:at], strings.TrimSpace(note[at+2:])
}

// leansBack says whether a clause cannot stand without the one before: it speaks of somebody only as "he", "her", "they".
func leansBack(clause string) bool {
	for _, token := range language.Tokens(clause) {
		switch token.Norm {
		case "he", "she", "him", "her", "they", "them":
			return true
		}
		if kin[token.Norm] || plural[token.Norm] {
			return false
		}
	}
	return false
}
