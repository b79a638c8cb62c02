package report

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var (
	//go:embed page.html
	pageSource string
	//go:embed page.css
	style string
)

// Policy lets the page do nothing but be read: its one style is all that it may use. Whoever serves it sends it as the header too.
var Policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
}()

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"hue": hue, "join": func(parts []string) string { return strings.Join(parts, ", ") }, "words": func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"num": number, "ci": interval, "p": probability, "share": percent, "whole": func(x float64) string { return fmt.Sprintf("%.0f", x) }, "cost": cost, "figure": figure, "pair": func(b *[2]float64) string {
		if b == nil {
			return "–"
		}
		return interval(&b[0], &b[1])
	},
}).Parse(pageSource))

// Example is an episode with what was said in it.
type Example struct {
	Look
	State *episode.State
}

// Write writes the page of a report; examples are the episodes of [Report.LookAt].
func Write(w io.Writer, r *Report, examples []Example) error {
	v := view{
		R: r, Policy: Policy, Style: template.CSS(style), Simulated: r.Played == "builtin", Fates: fates(r.Arms), Trajectories: trajectories(r.Arms), Scatter: scatter(r.Points, r.Arms),
		Scenarios: r.Tables(), Methods: r.InWords(),
	}
	v.pictures()
	for i, e := range examples {
		v.Looks = append(v.Looks, lookOf(e, i == 0))
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

type view struct {
	R                     *Report
	Policy                string
	Style                 template.CSS
	Simulated             bool
	Over                  string
	Fates                 *drawing
	Rewards, Profile      *drawing
	Whole                 []wholeEffect // effects over all scenarios
	Gaps                  []Effect      // those of them in which values are missing
	Trajectories, Scatter *drawing
	Calibration           []panel
	Readers               []string // whose readings are drawn
	One                   string   // the scenario, where there is one
	Scenarios             []Table
	Looks                 []look
	Methods               string
}

// pictures draws the effects.
func (v *view) pictures() {
	v.Readers = armsOf(v.R.Calibration)
	v.Calibration = panels(v.R.Calibration, v.Readers)
	if len(v.R.Scenarios) == 1 {
		v.One = v.R.Scenarios[0]
	}
	var rewards, profile []Effect
	for _, e := range v.R.Effects {
		if e.Outcome != "reward" {
			if _, ok := e.Share(); ok {
				profile = append(profile, e)
			}
			continue
		}
		if v.One == "" || e.Scenario == "" { // of one scenario, it and all are the same
			rewards = append(rewards, e)
		}
		if e.Scenario == "" && v.Over == "" {
			v.Over = e.Over
		}
	}
	many := slices.ContainsFunc(v.R.Effects, func(e Effect) bool {
		return e.Factor != v.R.Effects[0].Factor || e.Level != v.R.Effects[0].Level
	})
	for _, e := range v.R.Effects {
		if e.Scenario != "" {
			continue
		}
		head := ""
		if e.Outcome == "reward" {
			head = e.Factor + ": " + e.Level + " against " + e.Against
		}
		v.Whole = append(v.Whole, wholeEffect{head, e})
		if e.HasAgainst < e.Planned || e.HasLevel < e.Planned {
			v.Gaps = append(v.Gaps, e)
		}
	}
	prefix := func(e Effect) string {
		if !many {
			return ""
		}
		return e.Level + " · "
	}
	v.Rewards = forest("Difference of the reward", "difference of the reward", rewards, func(e Effect) string {
		if e.Scenario == "" {
			return prefix(e) + cmp.Or(v.One, "all scenarios")
		}
		return prefix(e) + e.Scenario
	}, func(_ Effect, x float64) float64 { return x })
	v.Profile = forest("Differences of single dimensions", "difference as a share of the dimension's range", profile,
		func(e Effect) string { return prefix(e) + e.Outcome }, func(e Effect, x float64) float64 { return x / (e.Most - e.Least) })
}

// wholeEffect is an effect over all scenarios; the first of a comparison has a head.
type wholeEffect struct {
	Head string
	Effect
}

// Table is a scenario in numbers: outcomes down, arms across.
type Table struct {
	Name string
	Arms []string
	Rows []tableRow
}

type tableRow struct {
	Name  string
	Cells []string
}

// Tables has a table for each scenario.
func (r *Report) Tables() []Table {
	var out []Table
	for i := 0; i < len(r.Cells); {
		t, j := Table{Name: r.Cells[i].Scenario}, i
		for j < len(r.Cells) && r.Cells[j].Scenario == t.Name {
			t.Arms = append(t.Arms, strings.TrimSpace(r.Cells[j].Arm+fmt.Sprintf(" (n %d)", r.Cells[j].Valid)))
			j++
		}
		var names []string
		for _, cell := range r.Cells[i:j] {
			for _, n := range cell.Outcomes {
				if !slices.Contains(names, n.Outcome) {
					names = append(names, n.Outcome)
				}
			}
		}
		for _, name := range names {
			row := tableRow{Name: name}
			for _, cell := range r.Cells[i:j] {
				text := "–"
				for _, n := range cell.Outcomes {
					if n.Outcome == name {
						text = strings.TrimSpace(number(n.Mean) + " " + interval(n.Low, n.High))
					}
				}
				row.Cells = append(row.Cells, strings.TrimSuffix(text, " –"))
			}
			t.Rows = append(t.Rows, row)
		}
		out, i = append(out, t), j
	}
	return out
}

type look struct {
	Why, Where, Episode string
	Reward              *float64
	Open                bool
	Turns               []turn
	More                int
}

type turn struct {
	Who, Text, Scores string
	Focal             bool
}

// mostTurns is how much of an episode is shown.
const mostTurns = 16

func lookOf(e Example, open bool) look {
	plan := e.State.Plan()
	out := look{Why: e.Why, Where: plan.Cell.GetScenario() + ", " + e.Arm + settled(e.Look), Episode: e.Episode, Reward: &e.Reward, Open: open}
	names := map[string]string{}
	for _, role := range plan.Scenario.GetRoles() {
		names[role.GetId()] = episode.DisplayName(role)
	}
	for i, t := range e.State.Turns() {
		if i == mostTurns {
			out.More = len(e.State.Turns()) - mostTurns
			break
		}
		out.Turns = append(out.Turns, turn{names[t.GetRole()], t.GetAction().GetText(), scoresOf(e.State, t.GetIndex()), t.GetRole() == plan.Scenario.GetFocal()})
	}
	return out
}

// settled is what came of it, behind where it was.
func settled(l Look) string {
	text := ""
	if l.Beyond != nil {
		text = fmt.Sprintf(" (%+.2f from its scenario's mean)", *l.Beyond)
	}
	if said := l.Settled(); said != "" {
		text += "; " + said
	}
	return text
}

// scoresOf are the scores of a turn, in a line.
func scoresOf(state *episode.State, index int32) string {
	var out []string
	for _, score := range state.Scores() {
		if score.TurnIndex == nil || score.GetTurnIndex() != index {
			continue
		}
		name := score.GetDimension()[strings.LastIndex(score.GetDimension(), ".")+1:]
		switch value := score.GetValue(); {
		case value == nil && score.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
		case value == nil:
			out = append(out, name+" –")
		case value.GetLabel() == "none":
		case value.GetLabel() != "":
			out = append(out, name+" "+value.GetLabel())
		default:
			out = append(out, name+" "+figure(value.GetNumber()))
		}
	}
	return strings.Join(out, " · ")
}

// InWords is how the run was made: a paragraph for a paper.
func (r *Report) InWords() string {
	text := fmt.Sprintf("%d episodes of %d %s were simulated with Vignette %s (run %s, seed %d), played by %s and scored by %s; %d were valid. ",
		r.Started, len(r.Scenarios), map[bool]string{true: "scenario", false: "scenarios"}[len(r.Scenarios) == 1], r.Version, r.Run, r.Seed, r.Played, strings.Join(r.Evaluators, ", "), r.Valid)
	if len(r.Effects) > 0 {
		text += fmt.Sprintf("Arms met the same simulated persons with the same random streams and were compared in pairs, all that were begun first. Intervals are 95%% intervals from a bootstrap that draws whole %s, with standard errors over clusters and Student's t with Satterthwaite's degrees of freedom; p values are adjusted after Holm for the rewards compared, and apart from them for the dimensions; equivalence is tested by two one-sided tests. ", r.Effects[0].Over)
	}
	if r.Spent != "" {
		text += "Calls of language models came to " + r.Spent + ". "
	}
	return strings.TrimSpace(text)
}

// probability is a p value as papers have it.
func probability(p *float64) string {
	switch {
	case p == nil:
		return "–"
	case *p < 0.001:
		return "< .001"
	}
	return strings.TrimPrefix(fmt.Sprintf("%.3f", *p), "0")
}

func percent(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.0f%%", 100**v)
}

func number(v *float64) string {
	if v == nil {
		return "–"
	}
	return figure(*v)
}

func interval(low, high *float64) string {
	if low == nil || high == nil {
		return "–"
	}
	return "[" + figure(*low) + ", " + figure(*high) + "]"
}

func cost(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.4g", *v)
}
