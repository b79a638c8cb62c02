package prompt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
)

// Template is a prompt with blanks. It is safe for concurrent use.
type Template struct {
	parsed *template.Template
	hash   string
}

// Load reads a template from files; several files make one template, of which the first is rendered and the others may be
// called by their base names. Besides the built-in functions a template has `quote` ([Quote]), `join` (strings.Join) and
// `inc` (adds one to an int).
func Load(fsys fs.FS, files ...string) (*Template, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("prompt: no file")
	}
	sum := sha256.New()
	for _, file := range files {
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("prompt: %w", err)
		}
		fmt.Fprintf(sum, "%d:", len(source))
		sum.Write(source)
	}
	parsed, err := template.New(base(files[0])).Option("missingkey=error").Funcs(template.FuncMap{
		"quote": Quote,
		"join":  func(parts []string, between string) string { return strings.Join(parts, between) },
		"inc":   func(i int) int { return i + 1 },
	}).ParseFS(fsys, files...)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	return &Template{parsed: parsed, hash: hex.EncodeToString(sum.Sum(nil))}, nil
}

// Must is [Load] for templates that are built in; it panics when one does not parse.
func Must(fsys fs.FS, files ...string) *Template {
	t, err := Load(fsys, files...)
	if err != nil {
		panic(err)
	}
	return t
}

// Hash is the hex sha256 over the template's files.
func (t *Template) Hash() string { return t.hash }

// Render fills the blanks. Space around the result and blank lines beyond one are taken out, so that an absent part
// leaves no gap.
func (t *Template) Render(data any) (string, error) {
	var out bytes.Buffer
	if err := t.parsed.Execute(&out, data); err != nil {
		return "", fmt.Errorf("prompt %s: %w", t.parsed.Name(), err)
	}
	return tidy(out.String()), nil
}

func tidy(text string) string {
	var kept []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" && len(kept) > 0 && kept[len(kept)-1] == "" {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// Marks of a quotation. They are rare in writing, and [Quote] takes them out of what it fences.
const (
	open  = "⟦"
	close = "⟧"
)

// Quote fences text that comes from outside: whatever it says, it cannot end its own fence. Prompts tell the model that
// what stands between the marks is data.
func Quote(text string) string {
	return open + strings.NewReplacer(open, "[", close, "]").Replace(text) + close
}

func base(file string) string { return file[strings.LastIndexByte(file, '/')+1:] }
