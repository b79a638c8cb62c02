package builtin

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ear is what somebody hears by: the phrases in the Go files of a directory.
type ear struct {
	name  string
	files fs.FS
	dir   string
	// tables are variables that hold phrases without a call that makes them.
	tables []string
}

// makers are the functions that make phrases of literals: how many arguments stand before those, and what separates phrases
// in one of them.
var makers = map[string]struct {
	before    int
	separator string
}{
	"NewPhrases": {0, ""}, "phrases": {0, ";"}, "Phrases": {0, ";"}, "cueOf": {2, ";"}, "CueOf": {2, ";"},
}

// phrases are the ear's phrases, each once, in the order of the files.
func (e ear) phrases() ([]string, error) {
	var found []string
	take := func(literals []string, separator string) {
		for _, literal := range literals {
			parts := []string{literal}
			if separator != "" {
				parts = strings.Split(literal, separator)
			}
			for _, part := range parts {
				if part = strings.Join(strings.Fields(part), " "); part != "" && !slices.Contains(found, part) {
					found = append(found, part)
				}
			}
		}
	}
	err := eachFile(e.files, e.dir, func(file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if maker, ok := makers[called(n)]; ok && len(n.Args) > maker.before {
					for _, arg := range n.Args[maker.before:] {
						take(literalsIn(arg), maker.separator)
					}
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(n.Names, func(name *ast.Ident) bool { return slices.Contains(e.tables, name.Name) }) {
					take(literalsIn(n), "")
				}
			}
			return true
		})
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no phrases in %s", e.dir)
	}
	return found, err
}

// eachFile parses the Go files of a directory, but for tests.
func eachFile(files fs.FS, dir string, take func(*ast.File)) error {
	names, err := fs.Glob(files, path.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		take(file)
	}
	return nil
}

// called is the name of a function that is called, without its package.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literalsIn are the strings in a piece of source, but for those that make phrases.
func literalsIn(n ast.Node) []string {
	var found []string
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			_, makes := makers[called(n)]
			return !makes
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
				found = append(found, text)
			}
		}
		return true
	})
	return found
}

// linesIn are the lines that a mind can say which keeps them in Go: the sentences in its variables.
func linesIn(files fs.FS, dir string) ([]string, error) {
	var lines []string
	err := eachFile(files, dir, func(file *ast.File) {
		for _, declared := range file.Decls {
			group, ok := declared.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, literal := range literalsIn(group) {
				if sentence.MatchString(literal) {
					lines = append(lines, strings.ReplaceAll(literal, "%s", " … "))
				}
			}
		}
	})
	if err == nil && len(lines) == 0 {
		err = fmt.Errorf("no lines in %s", dir)
	}
	return lines, err
}

// sentence matches what begins like a sentence and ends like one, and so is no phrase to listen for.
var sentence = regexp.MustCompile(`^[A-Z].*[.?!]$`)

// framesIn are the lines that a mind can say which keeps them as wording, each choice in one of them. A slot, which somebody
// else's words fill, breaks the line.
func framesIn(files fs.FS, dir string) ([]string, error) {
	names, err := fs.Glob(files, path.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(text), "\n") {
			if _, words, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "#") {
				lines = append(lines, variants(slot.ReplaceAllString(words, " … "))...)
			}
		}
	}
	if len(lines) == 0 {
		err = fmt.Errorf("no frames in %s", dir)
	}
	return lines, err
}

var (
	slot   = regexp.MustCompile(`\{[^}]*\}`)
	choice = regexp.MustCompile(`\[[^\]]*\]`)
)

// variants are as many lines as it takes to hear every choice of a frame once.
func variants(words string) []string {
	most := 1
	for _, c := range choice.FindAllString(words, -1) {
		most = max(most, strings.Count(c, "|")+1)
	}
	lines := make([]string, most)
	for i := range lines {
		lines[i] = choice.ReplaceAllStringFunc(words, func(c string) string {
			options := strings.Split(c[1:len(c)-1], "|")
			return options[i%len(options)]
		})
	}
	return lines
}
