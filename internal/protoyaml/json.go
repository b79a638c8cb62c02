package protoyaml

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// jsonReader builds nodes from JSON tokens. JSON is read by its own rules and not as YAML, because tabs and escapes
// differ.
type jsonReader struct {
	source  *source
	text    string
	decoder *json.Decoder
	nodes   int
	offset  int // where line and column were last counted
	line    int
	column  int
}

func parseJSON(file, text string) (*Node, error) {
	r := &jsonReader{source: &source{name: file}, text: text, decoder: json.NewDecoder(strings.NewReader(text)), line: 1, column: 1}
	r.decoder.UseNumber()
	root, err := r.value(0)
	if err == nil {
		if _, err = r.decoder.Token(); errors.Is(err, io.EOF) {
			return root, nil
		}
		err = errors.New("there is something after the end of the value")
	}
	var problems Problems
	if errors.As(err, &problems) {
		return nil, problems
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends too early")
	}
	n := r.here()
	if message, hint := jsonWords(err.Error()); message != "" {
		return nil, Problems{{File: file, Line: n.line, Column: n.column, Message: message, Hint: hint}}
	}
	return nil, Problems{{File: file, Line: n.line, Column: n.column, Message: "this cannot be read as JSON: " + err.Error(), Hint: "check commas, quotes and brackets"}}
}

// jsonWords puts a complaint of the JSON reader into plain words; "" when it has none.
func jsonWords(complaint string) (message, hint string) {
	switch {
	case strings.Contains(complaint, "invalid character '/'"), strings.Contains(complaint, "invalid character '#'"):
		return "JSON has no place for notes", "delete the note, or write the file as YAML, under a name that ends in .yaml"
	case strings.Contains(complaint, "looking for beginning of object key"):
		return "the name of a field is expected here, in double quotes", "there may be a comma too many before it"
	case strings.Contains(complaint, "after object key:value pair"), strings.Contains(complaint, "after array element"):
		return "a comma is missing before this", "write one between two entries"
	case strings.Contains(complaint, "after object key"):
		return "a colon is missing before this", "write `\"name\": value`"
	case strings.Contains(complaint, "looking for beginning of value"):
		return "a value is expected here", "texts stand in double quotes; there may be a comma too many before it"
	case strings.Contains(complaint, "in string literal"), strings.Contains(complaint, "in string escape"):
		return "this text has a character that JSON does not take as it is", `write \n for a line break, \" for a quotation mark, \\ for a backslash`
	}
	return "", ""
}

// here is an empty node at the place of the next token.
func (r *jsonReader) here() *Node {
	offset := int(r.decoder.InputOffset())
	for offset < len(r.text) && strings.IndexByte(" \t\n,:", r.text[offset]) >= 0 {
		offset++
	}
	for ; r.offset < offset; r.offset++ {
		switch b := r.text[r.offset]; {
		case b == '\n':
			r.line, r.column = r.line+1, 1
		case utf8.RuneStart(b):
			r.column++
		}
	}
	return &Node{source: r.source, line: r.line, column: r.column, size: 1}
}

func (r *jsonReader) value(depth int) (*Node, error) {
	n := r.here()
	if r.nodes++; depth > maxDepth || r.nodes > maxNodes {
		return nil, Problems{{File: r.source.name, Line: n.line, Column: n.column, Message: "this is nested too deeply or holds too many values", Hint: fmt.Sprintf("at most %d levels and %d values", maxDepth, maxNodes)}}
	}
	t, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return n, r.mapping(n, depth)
		}
		return n, r.list(n, depth)
	case string:
		n.text, n.quoted = t, true
	case json.Number:
		n.text = t.String()
	case bool:
		n.text = fmt.Sprint(t)
	}
	return n, nil
}

func (r *jsonReader) mapping(m *Node, depth int) error {
	m.kind = mappingNode
	for r.decoder.More() {
		key, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		m.entries = append(m.entries, entry{key, value})
	}
	_, err := r.decoder.Token()
	return err
}

func (r *jsonReader) list(l *Node, depth int) error {
	l.kind = listNode
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		l.items = append(l.items, item)
	}
	_, err := r.decoder.Token()
	return err
}
