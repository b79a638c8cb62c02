package hindsight

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Table is how judgements change with hindsight, over many episodes. The zero value is empty; intervals are over clients: episodes of
// the same scenario and repeat, in whatever arm, belong together.
type Table struct {
	// Seed of the intervals' resampling.
	Seed   uint64
	notes  []noted
	judges []Judge
}

// Judges are those who judged, in the order in which they came.
func (t *Table) Judges() []Judge { return t.judges }

// noted is what is kept of a study.
type noted struct {
	client string
	groups [3]string // by By
	values map[string]float64
	wanted map[string]bool // what was asked for, whether it has a value or not
}

// By is what a table is broken down by.
type By int

// Breakdowns.
const (
	ByPolicy By = iota
	ByScenario
	ByPersona
)

// Title is what a breakdown is called on a page.
func (b By) Title() string { return [...]string{"policy", "scenario", "persona"}[b] }

// Add takes a study in.
func (t *Table) Add(s *Study) {
	cell := s.State.Plan().Cell
	n := noted{
		client: ClientOf(cell), groups: [3]string{PolicyOf(cell), cell.GetScenario(), personaOf(s, cell)},
		values: map[string]float64{}, wanted: map[string]bool{},
	}
	for _, score := range s.Scores {
		key := score.GetEvaluator() + " " + score.GetDimension()
		n.wanted[key] = true
		if score.GetValue() != nil {
			n.values[key] = score.GetValue().GetNumber()
		}
	}
	t.notes = append(t.notes, n)
	for _, judge := range s.Judges() {
		if !slices.Contains(t.judges, judge) {
			t.judges = append(t.judges, judge)
		}
	}
}

// ClientOf is whom an episode was with: the same scenario and repeat are the same client with the same luck, in whatever arm.
func ClientOf(cell *vignettev1.Cell) string {
	return fmt.Sprintf("%s/%d", cell.GetScenario(), cell.GetRepeat())
}

// PolicyOf are the levels of all factors that are not about personas: what a study compares.
func PolicyOf(cell *vignettev1.Cell) string {
	var levels []string
	for _, level := range cell.GetFactors() {
		if !strings.Contains(level.GetFactor(), "persona") {
			levels = append(levels, level.GetFactor()+"="+level.GetLevel())
		}
	}
	if len(levels) == 0 {
		return "as written"
	}
	return strings.Join(levels, ", ")
}

// personaOf is the persona of the one to whom things happen.
func personaOf(s *Study, cell *vignettev1.Cell) string {
	world, _ := WorldOf(s.State)
	for _, role := range s.State.Plan().Scenario.GetRoles() {
		if role.GetId() == world.Role {
			return role.GetPersona().GetId()
		}
	}
	return cell.GetScenario()
}

// Row is one group's judgements by one judge.
type Row struct {
	By    By
	Group string
	Judge Judge
	// N is how many episodes were judged at both times, Missing how many were not.
	N, Missing int
	// Foresight and Hindsight are means on the scale, 1-5; Gap is foresight less hindsight: positive is what sounded better than it was.
	Foresight, Hindsight, Gap Estimate
	// Flips is how many episodes lie on one side of the scale's middle in foresight and on the other in hindsight.
	Flips int
	// Outcome are the means of what came of it, by dimension.
	Outcome map[string]Estimate
}

// Estimate is a mean with its 95% interval.
type Estimate struct {
	Value float64
	// CI95 is nil where it cannot be had: with one client, or without spread.
	CI95 *stats.Interval
}

// Rows are the table, groups by name. A group of which nobody could be judged has a row with N 0.
func (t *Table) Rows(by By, judge Judge) []Row {
	groups := map[string][]noted{}
	for _, n := range t.notes {
		groups[n.groups[by]] = append(groups[n.groups[by]], n)
	}
	var out []Row
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, t.row(by, group, judge, groups[group]))
	}
	return out
}

func (t *Table) row(by By, group string, judge Judge, notes []noted) Row {
	before, after := string(judge)+" "+Foresight, string(judge)+" "+Hindsight
	row := Row{By: by, Group: group, Judge: judge, Outcome: map[string]Estimate{}}
	values := map[string]map[string][]float64{}
	keep := func(of string, n noted, x float64) {
		if values[of] == nil {
			values[of] = map[string][]float64{}
		}
		values[of][n.client] = append(values[of][n.client], x)
	}
	const middle = (LowestSatisfaction + HighestSatisfaction) / 2
	for _, n := range notes {
		for _, spec := range Describe() {
			if x, ok := n.values[Outcomes+" "+spec.GetId()]; ok {
				keep(spec.GetId(), n, x)
			}
		}
		f, known := n.values[before]
		h, seen := n.values[after]
		if !known || !seen {
			row.Missing++
			continue
		}
		row.N++
		keep("foresight", n, f)
		keep("hindsight", n, h)
		keep("gap", n, f-h)
		if (f-middle)*(h-middle) < 0 {
			row.Flips++
		}
	}
	row.Foresight, row.Hindsight, row.Gap = t.estimate(values["foresight"]), t.estimate(values["hindsight"]), t.estimate(values["gap"])
	for _, spec := range Describe() {
		if values[spec.GetId()] != nil {
			row.Outcome[spec.GetId()] = t.estimate(values[spec.GetId()])
		}
	}
	return row
}

func (t *Table) estimate(byClient map[string][]float64) Estimate {
	var clusters [][]float64
	for _, client := range slices.Sorted(maps.Keys(byClient)) {
		clusters = append(clusters, byClient[client])
	}
	mean, err := stats.Mean(slices.Concat(clusters...))
	if err != nil {
		return Estimate{}
	}
	out := Estimate{Value: mean}
	if ci, err := (stats.Bootstrap{Seed: t.Seed}).MeanInterval(clusters); err == nil {
		out.CI95 = &ci
	}
	return out
}

// Flip is a pair of policies that change places with hindsight.
type Flip struct {
	// Foreseen is preferred before, Seen after.
	Foreseen, Seen string
	// Clients is with how many clients they change places, Of with how many both were met and judged.
	Clients, Of int
}

// Flips are the pairs of policies that change places with at least one client, by name.
func (t *Table) Flips(judge Judge) []Flip {
	before, after := string(judge)+" "+Foresight, string(judge)+" "+Hindsight
	clients := map[string][]noted{}
	for _, n := range t.notes {
		_, f := n.values[before]
		if _, h := n.values[after]; f && h {
			clients[n.client] = append(clients[n.client], n)
		}
	}
	type pair struct{ foreseen, seen string }
	flipped, met := map[pair]int{}, map[pair]int{}
	for _, notes := range clients {
		for _, a := range notes {
			for _, b := range notes {
				if a.groups[ByPolicy] == b.groups[ByPolicy] {
					continue
				}
				p := pair{a.groups[ByPolicy], b.groups[ByPolicy]}
				met[p]++
				if a.values[before] > b.values[before] && a.values[after] < b.values[after] {
					flipped[p]++
				}
			}
		}
	}
	var out []Flip
	for p, n := range flipped {
		out = append(out, Flip{p.foreseen, p.seen, n, met[p]})
	}
	slices.SortFunc(out, func(a, b Flip) int { return strings.Compare(a.Foreseen+"\n"+a.Seen, b.Foreseen+"\n"+b.Seen) })
	return out
}
