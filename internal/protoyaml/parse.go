package protoyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of what is read. They are far above any file a person writes.
const (
	// MaxBytes is the largest file that is read.
	MaxBytes = 1 << 20
	// maxDepth is how deep values may nest. Real files need about ten.
	maxDepth = 48
	// maxNodes is how many values a file may hold, aliases expanded.
	maxNodes = 100_000
	// maxKeys is how many fields a YAML file may have; the parser's work grows with the square of them.
	maxKeys = 20_000
	// maxColumn is how far a line may be indented; the parser's work grows with the square of the depth.
	maxColumn = 512
)

// Parse reads a file's bytes. A name ending in .json is read as JSON, any other as YAML. The name is used in messages
// only. An error is always [Problems].
func Parse(file string, data []byte) (*Node, error) {
	text, problem := plainText(file, data)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if strings.HasSuffix(strings.ToLower(file), ".json") {
		return parseJSON(file, text)
	}
	return parseYAML(file, text)
}

// plainText refuses what is no text file and evens out what editors leave behind (byte order mark, line ends).
func plainText(file string, data []byte) (string, *Problem) {
	fail := func(line int, message, hint string) (string, *Problem) {
		return "", &Problem{File: file, Line: line, Column: min(line, 1), Message: message, Hint: hint}
	}
	if len(data) > MaxBytes {
		return fail(0, fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), MaxBytes), "split it, or leave out what is not part of it")
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return fail(0, "the file is saved as UTF-16", "save it again with the encoding UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 {
		return fail(0, "this is not a text file", "a scenario or persona is written in YAML or JSON")
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	for i, line := range strings.Split(text, "\n") {
		if !utf8.ValidString(line) {
			return fail(i+1, "this line is not in UTF-8", "save the file again with the encoding UTF-8")
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f }) {
			return fail(i+1, "there is an invisible control character in this line", "delete it")
		}
		if r, _ := utf8.DecodeRuneInString(strings.TrimLeft(line, " ")); r != ' ' && r != '\t' && (unicode.IsSpace(r) || r == '\u200b') {
			return fail(i+1, "this line begins with a space that is none of the usual ones, as word processors and web pages have them", "delete what stands before the first letter, and indent with the space bar")
		}
	}
	return text, nil
}

func parseYAML(file, text string) (root *Node, err error) {
	// The parser is not ours and the file may be hostile: a panic in it is one more thing that is wrong with the file.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, Problems{{File: file, Message: "this cannot be read as YAML", Hint: "check indentation, quotes and brackets"}}
		}
	}()
	tokens := lexer.Tokenize(text)
	if p := tooMuch(file, tokens); p != nil {
		return nil, Problems{*p}
	}
	if lost := lostWords(file, tokens); len(lost) > 0 {
		return nil, lost
	}
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Problems{syntaxProblem(file, text, err)}
	}
	body, problem := onlyDocument(file, parsed)
	if problem != nil {
		return nil, Problems{*problem}
	}
	c := &converter{source: &source{name: file}, anchors: map[string]*Node{}}
	root = c.node(body, 0)
	if len(c.problems) > 0 {
		return nil, c.problems.sorted()
	}
	return root, nil
}

// onlyDocument finds the one document of a file.
func onlyDocument(file string, parsed *ast.File) (ast.Node, *Problem) {
	var body ast.Node
	for _, doc := range parsed.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.DirectiveType || doc.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			line, column := place(doc.Body)
			return nil, &Problem{File: file, Line: line, Column: column, Message: "a second document begins here, after ---", Hint: "one file holds one scenario or one persona; make two files of it"}
		}
		body = doc.Body
	}
	if body == nil {
		return nil, &Problem{File: file, Line: 1, Column: 1, Message: "the file is empty", Hint: "write at least an id"}
	}
	return body, nil
}

// tooMuch looks at depth and number of fields before the parser does, because the parser's work grows with the square
// of both.
func tooMuch(file string, tokens token.Tokens) *Problem {
	brackets, dashes, keys, line := 0, 0, 0, 0
	for _, t := range tokens {
		first := t.Position.Line != line
		if first {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			dashes++
		case token.MappingValueType:
			keys++
		}
		if keys > maxKeys {
			return &Problem{File: file, Line: t.Position.Line, Column: t.Position.Column, Message: fmt.Sprintf("the file has more than %d fields", maxKeys), Hint: "split it; personas can have files of their own"}
		}
		if brackets > maxDepth || dashes > maxDepth || (first && t.Position.Column > maxColumn) {
			return &Problem{File: file, Line: t.Position.Line, Column: t.Position.Column, Message: "this is nested too deeply", Hint: fmt.Sprintf("at most %d levels", maxDepth)}
		}
	}
	return nil
}

// lostWords finds texts that YAML would cut at a # that was meant to be part of them: in `title: Room #4` it takes "#4" for a
// comment. Comments behind a value have a space behind their #, as everybody writes them.
func lostWords(file string, tokens token.Tokens) Problems {
	var lost Problems
	for i, t := range tokens {
		if t.Type != token.CommentType || i == 0 || len(lost) == maxProblems {
			continue
		}
		before := tokens[i-1]
		first, _ := utf8.DecodeRuneInString(t.Value)
		if before.Position.Line != t.Position.Line || before.Type != token.StringType && before.Type != token.MappingValueType || !unicode.IsLetter(first) && !unicode.IsDigit(first) {
			continue
		}
		lost = append(lost, Problem{File: file, Line: t.Position.Line, Column: t.Position.Column,
			Message: "all behind the # is taken for a comment and would be lost: " + shorten("#"+t.Value),
			Hint:    "put quotes around the whole text; or if it is a comment, a space behind the #"})
	}
	return lost
}

// syntaxProblem puts the parser's complaint into words that help somebody who does not know its vocabulary.
func syntaxProblem(file, text string, err error) Problem {
	p := Problem{File: file, Message: "this cannot be read as YAML"}
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		p.Hint = err.Error()
		return p
	}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	p.Message, p.Hint = plainWords(syntax.GetMessage(), lineOf(text, p.Line))
	return p
}

// noField is about a line that has to be `name: value` and is not.
func noField(line string) (what, hint string) {
	name, value, found := strings.Cut(line, ":")
	switch {
	case strings.ContainsAny(line, "：﹕"):
		return "the colon in this line is not the usual one", "write a plain colon and a space: `name: value`"
	case found && name != "" && value != "" && !strings.HasPrefix(value, " "):
		return "there is no space behind the colon", fmt.Sprintf("write `%s: %s`", name, value)
	case strings.Contains(line, "="):
		name, value, _ := strings.Cut(line, "=")
		return "this line has an equals sign where a colon belongs", fmt.Sprintf("write `%s: %s`", strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return "this line is no field: it has no name with a colon", "write `name: value`; or if it goes on with the text above, indent it further than that text's name"
}

func lineOf(text string, line int) string {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return lines[line-1]
}

func plainWords(message, line string) (what, hint string) {
	_, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	start := strings.TrimSpace(line)
	first, size := utf8.DecodeRuneInString(start)
	switch {
	case strings.ContainsRune("•–—·*+", first) && strings.HasPrefix(start[size:], " "):
		return fmt.Sprintf("this line begins with %q", first), "an entry of a list begins with a hyphen and a space: `- entry`"
	case first == '-' && len(start) > 1 && start[1] != ' ' && start[1] != '-':
		return "there is no space behind the dash", "write `- entry`"
	case strings.HasPrefix(message, "non-map value is specified"):
		return noField(start)
	case strings.Contains(message, "'\t'"):
		return "this line begins with a tab", "indent with spaces; tabs are not allowed in YAML"
	case strings.HasPrefix(message, "mapping value is not allowed") && strings.Contains(value, ": "):
		return "there is a second colon in this line", "put quotes around a text that contains a colon followed by a space"
	case strings.HasPrefix(message, "mapping value is not allowed"):
		return "this line has a value, and fields below it as well", "move the line below to the left, or delete the value"
	case strings.HasPrefix(message, "value is not allowed in this context") && strings.HasPrefix(value, "'"):
		return "the quoted text ends before the end of the line", "write '' for an apostrophe inside single quotes, or use double quotes around the text"
	case strings.HasPrefix(message, "value is not allowed in this context") && strings.HasPrefix(value, `"`):
		return "the quoted text ends before the end of the line", `write \" for a quotation mark inside double quotes`
	case strings.HasPrefix(message, "value is not allowed in this context"):
		return "this does not fit the lines above it", "fields of one group start in the same column; so do the dashes of one list"
	case strings.Contains(message, "could not find end character"):
		return "a quotation mark is opened here and never closed", "add the closing one, or remove this one"
	case strings.Contains(message, "end token ']' not found"), strings.Contains(message, "end token '}' not found"):
		return "a bracket is opened here and never closed", "add the closing one"
	case strings.Contains(message, "must be specified"):
		return "a bracket is opened before this and not closed", "add the closing one, or the comma that is missing between two entries"
	case strings.Contains(message, "reserved character"):
		return "a text cannot begin with this character", "put quotes around the text"
	case strings.Contains(message, "directive"):
		return "a text cannot begin with %", "put quotes around the text"
	}
	return "this cannot be read as YAML: " + message, "check indentation, quotes and brackets here and in the line above"
}
