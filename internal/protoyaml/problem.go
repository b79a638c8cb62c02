package protoyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one thing that is wrong in a file, said so that whoever wrote the file can mend it.
type Problem struct {
	// File is the name of the file as it was given; empty when there is none (a message built by a program).
	File string `json:"file,omitempty"`
	// Line counts from 1; 0 when there is no place to point at.
	Line int `json:"line,omitempty"`
	// Column counts from 1, in characters.
	Column int `json:"column,omitempty"`
	// Field is the path of the field ("roles[0].persona.name", list positions from 0); empty for the whole file.
	Field string `json:"field,omitempty"`
	// Message says what is wrong.
	Message string `json:"message"`
	// Hint says what would be right; may be empty.
	Hint string `json:"hint,omitempty"`
}

// String is the problem on one line: "file:line:column: field: message (hint)". Control characters, which somebody's
// text may bring along, are shown and not sent to the terminal.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
		}
		b.WriteString(": ")
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return visible(b.String())
}

func visible(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Problems are all that is wrong, in the order of the file. As an error it prints one per line.
type Problems []Problem

// Error prints one problem per line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the list as an error, nil when it is empty.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// Wrong is one problem without a place, as an error.
func Wrong(message, hint string) error {
	return Problems{{Message: message, Hint: hint}}
}

// sorted puts problems in reading order: the files in the order they were met, then line and column.
func (ps Problems) sorted() Problems {
	order := map[string]int{}
	for _, p := range ps {
		if _, ok := order[p.File]; !ok {
			order[p.File] = len(order)
		}
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// maxProblems bounds a report: nobody reads more, and a hostile file must not cost more.
const maxProblems = 100
