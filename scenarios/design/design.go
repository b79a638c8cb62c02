package design

import (
	"fmt"
	"iter"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// MaxEpisodes is the largest design that is accepted. A slip in a flag must not become a year of computing.
const MaxEpisodes = 10_000_000

// Design is the plan of a run: which episodes there are, by number. It holds the manifest and never changes it; it may
// be used by many goroutines at once.
type Design struct {
	arms    []*arm
	byID    map[string]*arm
	repeats int
	total   int
}

// arm is one scenario with the factors that hold for it.
type arm struct {
	scenario *vignettev1.Scenario
	factors  []*vignettev1.Factor
	first    int // number of its first cell
	cells    int // number of its cells
	// played are the combinations of levels that are played, by their numbers; nil means all.
	played [][]int
	// judges is the factor that varies who judges, -1 where none does.
	judges int
}

// New plans a run. It checks every factor against every scenario and tries each level once: what is wrong comes up
// here and not in the middle of the run. The error is [scenarios.Problems]. Combinations of levels are checked when
// they are resolved. The manifest must not change afterwards.
func New(m *vignettev1.Manifest) (*Design, error) {
	d := &Design{byID: map[string]*arm{}, repeats: max(1, int(m.Repeats))}
	var problems scenarios.Problems
	problems = append(problems, checkFactors(m.Factors, m.Scenarios)...)
	for _, s := range m.Scenarios {
		if d.byID[s.Id] != nil {
			problems = append(problems, scenarios.Problem{Message: fmt.Sprintf("two scenarios have the id %q", s.Id), Hint: "ids must differ within a run"})
			continue
		}
		a, err := newArm(s, m.Factors, d.repeats, d.total)
		if err == nil && m.GetStudy().GetDesign() == vignettev1.StudyDesign_STUDY_DESIGN_PAIRED {
			a.oneAtATime(m.GetStudy(), d.repeats)
		}
		if err != nil {
			problems = append(problems, *err)
			continue
		}
		d.arms, d.byID[s.Id] = append(d.arms, a), a
		d.total += a.cells
		if d.total > MaxEpisodes {
			return nil, scenarios.Problems{tooMany()}
		}
	}
	if len(m.Scenarios) == 0 {
		problems = append(problems, scenarios.Problem{Message: "there is no scenario to play", Hint: "name at least one"})
	}
	return d, problems.Err()
}

// oneAtATime leaves the combinations in which at most one of the factors that are compared is not at its first level. Blocks are crossed with
// all of them, and so are factors that a scenario brings along itself.
func (a *arm) oneAtATime(study *vignettev1.Study, repeats int) {
	single := make([]bool, len(a.factors))
	for j, f := range a.factors {
		single[j] = slices.ContainsFunc(study.GetFactors(), func(s *vignettev1.StudyFactor) bool {
			return !s.GetBlock() && s.GetRole() == f.Role && s.GetField() == f.Field
		})
	}
	a.played = [][]int{}
	levels := make([]int, len(a.factors))
	var from func(j int, changed bool)
	from = func(j int, changed bool) {
		if j == len(a.factors) {
			a.played = append(a.played, slices.Clone(levels))
			return
		}
		for k := range a.factors[j].Levels {
			if single[j] && changed && k > 0 {
				break
			}
			levels[j] = k
			from(j+1, changed || single[j] && k > 0)
		}
		levels[j] = 0
	}
	from(0, false)
	a.cells = repeats * len(a.played)
}

func tooMany() scenarios.Problem {
	return scenarios.Problem{Message: fmt.Sprintf("this design has more than %d episodes", MaxEpisodes), Hint: "vary less at a time, or repeat less often"}
}

func newArm(s *vignettev1.Scenario, run []*vignettev1.Factor, repeats, first int) (*arm, *scenarios.Problem) {
	a := &arm{scenario: s, factors: effective(run, s), first: first, cells: repeats}
	a.judges = slices.IndexFunc(a.factors, scenarios.IsJudge)
	for i, f := range a.factors {
		for _, g := range a.factors[:i] {
			if sameField(s, f, g) || scenarios.Label(f) == scenarios.Label(g) {
				return nil, &scenarios.Problem{Message: fmt.Sprintf("%s and %s vary the same field of scenario %q", scenarios.Label(g), scenarios.Label(f), s.Id), Hint: "keep one"}
			}
		}
		// Both numbers are bounded, so their product fits.
		if a.cells *= len(f.Levels); a.cells > MaxEpisodes {
			p := tooMany()
			return nil, &p
		}
	}
	return a, nil
}

// effective are the factors that hold for a scenario: the run's, then its own that no factor of the run replaces.
func effective(run []*vignettev1.Factor, s *vignettev1.Scenario) []*vignettev1.Factor {
	out := slices.Clone(run)
	for _, own := range s.Factors {
		if !slices.ContainsFunc(run, func(f *vignettev1.Factor) bool { return sameField(s, f, own) }) {
			out = append(out, own)
		}
	}
	return out
}

func sameField(s *vignettev1.Scenario, a, b *vignettev1.Factor) bool {
	return roleOf(s, a) == roleOf(s, b) && a.Field == b.Field
}

// roleOf is the id of the role a factor belongs to in a scenario, "" for the scenario itself.
func roleOf(s *vignettev1.Scenario, f *vignettev1.Factor) string {
	if f.Role == scenarios.Focal {
		return s.Focal
	}
	return f.Role
}

// Len is the number of episodes.
func (d *Design) Len() int {
	return d.total
}

// Cell is the cell with a number from 0 to Len()-1. It panics on any other number.
func (d *Design) Cell(i int) *vignettev1.Cell {
	if i < 0 || i >= d.total {
		panic(fmt.Sprintf("design: cell %d of %d", i, d.total))
	}
	a := d.armOf(i)
	levels, repeat := a.levels(i-a.first, d.repeats)
	cell := &vignettev1.Cell{Scenario: a.scenario.Id, Repeat: int32(repeat)}
	if len(a.factors) > 0 {
		cell.Factors = make([]*vignettev1.FactorLevel, len(a.factors))
	}
	for j, f := range a.factors {
		cell.Factors[j] = &vignettev1.FactorLevel{Factor: scenarios.Label(f), Level: f.Levels[levels[j]].Name}
	}
	return cell
}

// armOf is the arm that has the cell with a number.
func (d *Design) armOf(i int) *arm {
	k, exact := slices.BinarySearchFunc(d.arms, i, func(a *arm, i int) int { return a.first - i })
	if !exact {
		k--
	}
	return d.arms[k]
}

// levels are the levels and the repeat of the arm's cell with a number. Callers must not change them.
func (a *arm) levels(i, repeats int) (levels []int, repeat int) {
	repeat = i % repeats
	i /= repeats
	if a.played != nil {
		return a.played[i], repeat
	}
	levels = make([]int, len(a.factors))
	for j, f := range slices.Backward(a.factors) {
		levels[j] = i % len(f.Levels)
		i /= len(f.Levels)
	}
	return levels, repeat
}

// number is the number of the arm's cell with some levels, false where that is not played.
func (a *arm) number(levels []int, repeat, repeats int) (int, bool) {
	combination := 0
	if a.played != nil {
		combination = slices.IndexFunc(a.played, func(p []int) bool { return slices.Equal(p, levels) })
		return combination*repeats + repeat, combination >= 0
	}
	for j, f := range a.factors {
		combination = combination*len(f.Levels) + levels[j]
	}
	return combination*repeats + repeat, true
}

// Heard is the number of the cell whose conversation the cell with a number scores: its own, or where a factor varies who judges, that of the
// cell with the factor's first level and all else alike.
func (d *Design) Heard(i int) int {
	a := d.armOf(i)
	if a.judges < 0 {
		return i
	}
	levels, repeat := a.levels(i-a.first, d.repeats)
	if levels[a.judges] == 0 {
		return i
	}
	levels = slices.Clone(levels)
	levels[a.judges] = 0
	n, _ := a.number(levels, repeat, d.repeats) // whatever is played with some judge is with the first
	return a.first + n
}

// Judged are the numbers of the other cells that score the conversation of the cell with a number, in order.
func (d *Design) Judged(i int) []int {
	a := d.armOf(i)
	if a.judges < 0 || d.Heard(i) != i {
		return nil
	}
	levels, repeat := a.levels(i-a.first, d.repeats)
	levels = slices.Clone(levels)
	var out []int
	for k := 1; k < len(a.factors[a.judges].Levels); k++ {
		levels[a.judges] = k
		if n, ok := a.number(levels, repeat, d.repeats); ok {
			out = append(out, a.first+n)
		}
	}
	return out
}

// Cells are all cells in order, made one at a time.
func (d *Design) Cells() iter.Seq2[int, *vignettev1.Cell] {
	return func(yield func(int, *vignettev1.Cell) bool) {
		for i := range d.total {
			if !yield(i, d.Cell(i)) {
				return
			}
		}
	}
}

// Scenario is the scenario a cell plays; see [Resolve].
func (d *Design) Scenario(cell *vignettev1.Cell) (*vignettev1.Scenario, error) {
	a := d.byID[cell.GetScenario()]
	if a == nil {
		return nil, fmt.Errorf("the run has no scenario %q", cell.GetScenario())
	}
	return resolve(a.scenario, a.factors, cell)
}
