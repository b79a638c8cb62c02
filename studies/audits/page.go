package audits

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/vignette-sim/vignette/internal/inert"
)

var (
	//go:embed page.html
	pageSource string
	//go:embed page.css
	style string
)

// Policy lets the page do nothing but be read: its one style is all that it may use.
var Policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}()

var page = template.Must(template.New("audit").Funcs(template.FuncMap{
	"words": inert.Text, "num": Number, "ci": Interval, "p": Probability,
}).Parse(pageSource))

// Group is the findings that are listed together. Sides says that they are differences of two means, Tested that some were tested.
type Group struct {
	Name          string
	Findings      []Finding
	Sides, Tested bool
}

// Groups are the findings in their groups, in order.
func (r *Report) Groups() []Group {
	var out []Group
	for _, f := range r.Findings {
		if len(out) == 0 || out[len(out)-1].Name != f.Group {
			out = append(out, Group{Name: f.Group})
		}
		g := &out[len(out)-1]
		g.Findings = append(g.Findings, f)
		g.Sides, g.Tested = g.Sides || f.Against != nil || f.Level != nil, g.Tested || f.P != nil
	}
	return out
}

// Number writes a number, or that there is none.
func Number(x *float64) string {
	if x == nil {
		return "–"
	}
	if *x > -0.0005 && *x < 0 {
		return "0.000" // not "-0.000"
	}
	return fmt.Sprintf("%.3f", *x)
}

// Interval writes an interval, or that there is none.
func Interval(ci *[2]float64) string {
	if ci == nil {
		return "–"
	}
	return "[" + Number(&ci[0]) + ", " + Number(&ci[1]) + "]"
}

// Probability writes a p, or that there is none.
func Probability(p *float64) string {
	switch {
	case p == nil:
		return "–"
	case *p < 0.001:
		return "< .001"
	}
	return fmt.Sprintf("%.3f", *p)
}

// Write writes the page of a report.
func Write(w io.Writer, r *Report) error {
	err := page.Execute(w, struct {
		*Report
		Policy string
		Style  template.CSS
	}{r, Policy, template.CSS(style)})
	if err != nil {
		return fmt.Errorf("write the page of the audit: %w", err)
	}
	return nil
}
