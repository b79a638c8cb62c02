package web

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"math"
	"net/http"
	"path"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed built
var builtFiles embed.FS

// files serves what was built.
func files() http.Handler {
	built, err := fs.Sub(builtFiles, "built")
	if err != nil {
		panic(err)
	}
	serve := http.StripPrefix("/static/", http.FileServerFS(built))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") { // No lists of files.
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		serve.ServeHTTP(w, r)
	})
}

// frame is what every page has, and its own data.
type frame struct {
	Version string
	Visitor Visitor
	Login   bool // there are accounts
	Path    string
	Data    any
}

func (q *request) frame(data any) frame {
	return frame{Version: q.config.Version, Visitor: q.visitor, Login: q.config.Accounts != nil, Path: q.URL.Path, Data: data}
}

// May says whether a link is worth showing.
func (f frame) May(roles ...string) bool {
	for _, r := range roles {
		if f.Visitor.is(account.Role(r)) {
			return true
		}
	}
	return false
}

// In says whether the page is in a part of the site.
func (f frame) In(parts ...string) bool {
	for _, part := range parts {
		if f.Path == part || strings.HasPrefix(f.Path, part+"/") {
			return true
		}
	}
	return false
}

// pages are the templates, by name.
type pages struct{ byName map[string]*template.Template }

func readPages() (*pages, error) {
	base, err := template.New("").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{map[string]*template.Template{}}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		own, err := template.Must(base.Clone()).ParseFS(templateFiles, file)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", name, err)
		}
		p.byName[name] = own
	}
	return p, nil
}

// render writes a page.
func (s *site) render(w io.Writer, name string, f frame) error {
	return s.part(w, name, "layout", f)
}

// part writes a part of a page: the same that the page shows at first is sent when it changes.
func (s *site) part(w io.Writer, name, part string, data any) error {
	page := s.pages.byName[name]
	if page == nil {
		return fmt.Errorf("there is no page %q", name)
	}
	if err := page.ExecuteTemplate(w, part, data); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	return nil
}

var functions = template.FuncMap{
	"enum":       func(e protoreflect.Enum) string { return strings.ReplaceAll(enumname.Of(e), "_", " ") },
	"words":      func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"plain":      plain,
	"time":       func(t *timestamppb.Timestamp) time.Time { return t.AsTime() },
	"when":       func(t time.Time) string { return t.Local().Format("2 Jan 2006, 15:04") },
	"iso":        func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"num":        number,
	"agreed":     agreed,
	"ci":         interval,
	"sign":       func(v float64) string { return fmt.Sprintf("%+.2f", v) },
	"count":      count,
	"add":        func(a, b int) int { return a + b },
	"roles":      joinRoles,
	"join":       func(parts []string) string { return strings.Join(parts, ", ") },
	"short":      func(id string) string { return id[:min(len(id), 8)] },
	"dict":       dict,
	"hardnesses": func() []string { return []string{"gentle", "middling", "hard"} },
	"int":        func(n int32) int { return int(n) },
	"sure":       sure,
	"excerpt":    excerpt,
	"changed":    changed,
	"title":      titleOf,
	"skip":       func(r vignettev1.SkipReason) string { return enumname.Of(r) },
}

// dict makes a map of pairs, for parts that take more than one thing.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict wants pairs")
	}
	out := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		out[key] = pairs[i+1]
	}
	return out, nil
}

// number shows a number as fine as it is small; what is missing is a dash, never a zero.
func number(v *float64) string {
	switch {
	case v == nil:
		return "–"
	case math.Abs(*v) >= 100:
		return fmt.Sprintf("%.0f", *v)
	case math.Abs(*v) >= 10:
		return fmt.Sprintf("%.1f", *v)
	}
	return strings.Replace(fmt.Sprintf("%.2f", *v), "-0.00", "0.00", 1)
}

func interval(low, high *float64) string {
	if low == nil || high == nil {
		return ""
	}
	return "[" + number(low) + ", " + number(high) + "]"
}

// longestExcerpt is how much of a quote stands where its words are marked in full beside it, in code points.
const longestExcerpt = 44

// excerpt is the beginning of a quote, to the end of a word.
func excerpt(quote string) string {
	runes := []rune(quote)
	if len(runes) <= longestExcerpt {
		return quote
	}
	cut := string(runes[:longestExcerpt])
	if i := strings.LastIndex(cut, " "); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}

// count is a number with thin spaces between thousands.
func count(n any) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return text
}

// plain is a text without what could change how the text around it is shown.
func plain(text string) string { return inert.Text(text) }

// agreed says whether the others agreed; – where it is not known.
func agreed(value *float64) string {
	switch {
	case value == nil:
		return "–"
	case *value >= 1:
		return "yes"
	case *value <= 0:
		return "no"
	}
	return "some"
}
