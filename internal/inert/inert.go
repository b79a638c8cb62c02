// Package inert makes text harmless to a terminal. Transcripts, names and files come from anywhere; a control character in one must
// not move the cursor, change colours or turn the line around.
package inert

import (
	"strings"
	"unicode"
)

// Text replaces control characters, but line ends and tabs, and characters that turn the direction of writing.
func Text(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E || r == 0x200F, r == 0xFEFF:
			return '\uFFFD'
		}
		return r
	}, text)
}

// Line is inert text on one line.
func Line(text string) string { return strings.Join(strings.Fields(Text(text)), " ") }
