package interview

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"unicode"

	"github.com/vignette-sim/vignette/internal/language"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	"github.com/vignette-sim/vignette/scenarios"
)

//go:embed files/*.yaml.tmpl
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"quote":    protoyaml.Quote,
	"inline":   inline,
	"comment":  comment,
	"sentence": func(s string) string { return inline(sentence(s)) },
	"words":    wordList,
	"share":    func(n int) string { return fmt.Sprintf("%.2g", 1/float64(max(1, n))) },
	"inc":      func(i int) int { return i + 1 },
}).ParseFS(files, "files/*.yaml.tmpl"))

// blanks are what parts left out leave behind.
var blanks = regexp.MustCompile(`\n{3,}`)

// render fills a template in, and makes sure that what comes out is right.
func render(name string, a map[string]any, persona bool) ([]byte, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name+".yaml.tmpl", a); err != nil {
		return nil, err
	}
	data := append(bytes.TrimSpace(blanks.ReplaceAll(out.Bytes(), []byte("\n\n"))), '\n')
	var err error
	switch {
	case name == "rubric":
		_, err = scenarios.ReadRubric(name+".yaml", data)
	case name == "study":
		_, err = scenarios.ReadStudy(name+".yaml", data)
	case persona:
		_, err = scenarios.ReadPersona(name+".yaml", data)
	default:
		_, err = scenarios.Read(name+".yaml", data)
	}
	if err != nil {
		return nil, fmt.Errorf("what the answers come to is not right:\n%w", err)
	}
	return data, nil
}

// sentence is an answer as somebody says it: with a capital and a stop.
func sentence(s string) string {
	return language.Capitalise(language.Finish(strings.Join(strings.Fields(s), " ")))
}

// inline is a text as it may stand within braces and brackets, where a comma would end it.
func inline(s string) string {
	if quoted := protoyaml.Quote(s); quoted != s || !strings.Contains(s, ",") {
		return quoted
	}
	return `"` + s + `"` // Nothing in it needs an escape, else it had come in quotes.
}

// comment is a text as it may stand behind #: what could end the line is taken out.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// maxWords is how many words of an interest are listened for.
const maxWords = 12

// wordList is the words that show that an interest has been met: those of it that mean something, as a list of YAML.
func wordList(text string) string {
	var words []string
	seen := map[string]bool{}
	for _, token := range language.ContentWords(language.Tokens(text)) {
		if len([]rune(token.Norm)) < 3 || len(token.Norm) > 64 || seen[token.Norm] || len(words) == maxWords {
			continue
		}
		seen[token.Norm] = true
		words = append(words, inline(token.Norm))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// ID is the id that a title or a name is given.
func ID(title string) string { return slug(title) }

// slug is an id made of a text: letters and digits of any script, in lower case, with hyphens between.
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-") && r != '\'' && r != '’':
			b.WriteByte('-')
		}
		if b.Len() > 48 {
			break
		}
	}
	if id := strings.Trim(b.String(), "-"); id != "" {
		return id
	}
	return "mine"
}

// person is somebody as they were named: "Gwen, my manager".
type person struct{ ID, Name, Relation string }

// personOf takes apart what somebody is called and who they are.
func personOf(answer string) person {
	name, relation, _ := strings.Cut(answer, ",")
	p := person{Name: strings.TrimSpace(name), Relation: strings.TrimSpace(relation)}
	if p.Name == "" {
		p.Name = "Alex"
	}
	if mine, ok := strings.CutPrefix(p.Relation, "my "); ok {
		p.Relation = "your " + mine
	}
	if p.ID = slug(p.Name); p.ID == scenarios.Focal {
		p.ID += "-1" // the word stands for whoever practises
	}
	return p
}

// apart gives two people ids of their own.
func apart(a, b person) (person, person) {
	if a.ID == b.ID {
		b.ID += "-2"
	}
	return a, b
}
