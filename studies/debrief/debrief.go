// Package debrief writes the report of a session of practice as one page that needs nothing else: no script, no request to anywhere.
// All text is escaped by html/template. It may touch the contracts, engine/practice/standing and internal/enumname. Start reading at [Write].
package debrief

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/vignette-sim/vignette/engine/practice/standing"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/inert"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed debrief.html.tmpl
var text string

//go:embed debrief.css
var style string

// Policy lets the page do nothing but be read: its one style is all that it may use. Whoever serves it sends it as the header too.
var Policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}()

var page = template.Must(template.New("debrief").Funcs(template.FuncMap{
	"name":  func(v fmt.Stringer) string { return short(v) },
	"words": func(s string) string { return inert.Text(s) },
	"tell": func(o *vignettev1.PracticeOutcome, s *vignettev1.PracticeSession) standing.Told {
		return standing.Tell(o, s.GetPart().GetObjective().GetKind())
	},
	"two":   func(v float64) string { return fmt.Sprintf("%.2f", v) },
	"field": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
}).Parse(text))

// Write writes the page of a report.
func Write(w io.Writer, report *vignettev1.PracticeReport) error {
	return page.Execute(w, struct {
		*vignettev1.PracticeReport
		Curve  *curve
		Policy string
		Style  template.CSS
	}{report, curveOf(report, 0), Policy, template.CSS(style)})
}

// Curve draws what the partner felt, turn by turn, for a page that has more than the report and counts turns from 1; "" where too little is
// known.
func Curve(report *vignettev1.PracticeReport) (template.HTML, error) {
	c := curveOf(report, 1)
	if c == nil {
		return "", nil
	}
	var out strings.Builder
	err := page.ExecuteTemplate(&out, "curve", c)
	return template.HTML(out.String()), err // of numbers and fixed names, escaped by the template
}

func short(v fmt.Stringer) string {
	switch value := v.(type) {
	case vignettev1.PracticeMoment:
		return enumname.Of(value)
	case vignettev1.HelpLevel:
		return strings.ReplaceAll(enumname.Of(value), "_", " ")
	case vignettev1.SkillSet:
		return strings.ReplaceAll(enumname.Of(value), "_", " ")
	case vignettev1.Emotion:
		return enumname.Of(value)
	}
	return v.String()
}

// curve is the partner's state turn by turn, as lines of a picture of 600 by 160.
type curve struct {
	Lines []line
	Turns []tick
}

type line struct{ Name, Dash, Points, Last string }

type tick struct {
	X     float64
	Label string
}

const (
	width, height = 560.0, 130.0
	left, top     = 36.0, 12.0
)

// curveOf draws what is known, with turns counted from a number; nil when nothing is.
func curveOf(report *vignettev1.PracticeReport, from int32) *curve {
	points := report.GetCurve()
	if len(points) < 2 {
		return nil
	}
	x := func(i int) float64 { return left + width*float64(i)/float64(len(points)-1) }
	c := &curve{}
	for i, p := range points {
		if len(points) <= 20 || i%5 == 0 {
			c.Turns = append(c.Turns, tick{x(i), fmt.Sprint(p.GetTurnIndex() + from)})
		}
	}
	for _, each := range []struct {
		name, dash string
		value      func(*vignettev1.MentalState) (float64, bool)
	}{
		{"distress", "", func(s *vignettev1.MentalState) (float64, bool) { return s.GetDistress() / 100, s.Distress != nil }},
		{"trust", "6 4", func(s *vignettev1.MentalState) (float64, bool) { return s.GetTrust(), s.Trust != nil }},
		{"willingness", "2 3", func(s *vignettev1.MentalState) (float64, bool) { return s.GetWillingness(), s.Willingness != nil }},
	} {
		var at []string
		last := 0.0
		for i, p := range points {
			if value, known := each.value(p.GetState()); known {
				at = append(at, fmt.Sprintf("%.1f,%.1f", x(i), top+height*(1-value)))
				last = value
			}
		}
		if len(at) > 1 {
			c.Lines = append(c.Lines, line{each.name, each.dash, strings.Join(at, " "), fmt.Sprintf("%.2f", last)})
		}
	}
	if len(c.Lines) == 0 {
		return nil
	}
	return c
}
