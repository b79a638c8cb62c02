package report

import (
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Effect is what one level does to one outcome, over pairs that differ in nothing else.
type Effect struct {
	Factor  string `json:"factor"`
	Level   string `json:"level"`
	Against string `json:"against"`
	// Outcome is "reward", or a dimension; Scenario is where, "" over all.
	Outcome  string `json:"outcome"`
	Scenario string `json:"scenario,omitempty"`
	// AgainstMean and LevelMean are the means of both sides, Difference the second less the first; null where there is no pair.
	AgainstMean *float64 `json:"against_mean"`
	LevelMean   *float64 `json:"level_mean"`
	Difference  *float64 `json:"difference"`
	// Low and High bound a 95% bootstrap interval over what Over says; null where it cannot be had.
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	// Pairs is how many there are, Planned how many were begun on both sides.
	Pairs   int    `json:"pairs"`
	Planned int    `json:"planned"`
	Over    string `json:"over"`
	// HasAgainst and HasLevel are how many of the pairs begun have a value on each side, and Bounds the least and the most that the difference
	// over all of them can be; null where nothing is missing or the range is not known.
	HasAgainst int         `json:"has_against"`
	HasLevel   int         `json:"has_level"`
	Bounds     *[2]float64 `json:"bounds"`
	// D is the difference in standard deviations, Wins how often the level has more, Holm the adjusted probability of no difference, Within that
	// it is as large as Margin; null where they cannot be had. Verdict is what that comes to.
	D       *float64 `json:"d"`
	Wins    *float64 `json:"wins"`
	Holm    *float64 `json:"p_holm"`
	Margin  float64  `json:"margin"`
	Within  *float64 `json:"equivalence_p"`
	Verdict string   `json:"verdict"`
	// Population is whom the interval speaks about.
	Population string `json:"population"`
	// Least and Most are the outcome's declared range; both 0 where it is not known.
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// Share is an effect as a share of the outcome's range, -1 to 1; false where either is not known.
func (e Effect) Share() (float64, bool) {
	if e.Difference == nil || e.Most <= e.Least {
		return 0, false
	}
	return *e.Difference / (e.Most - e.Least), true
}

func (b *Builder) effects(all []studies.Comparison) []Effect {
	var out []Effect
	for _, c := range all {
		add := func(outcome, scenario string, d studies.Difference) {
			e := Effect{
				Factor: c.Factor, Level: c.Level, Against: c.Against, Outcome: outcome, Scenario: scenario, AgainstMean: d.Against, LevelMean: d.Level, Difference: d.Mean,
				Pairs: d.N, Planned: d.Judgment.Begun, Over: string(d.Over), HasAgainst: d.Judgment.HasAgainst, HasLevel: d.Judgment.HasLevel,
			}
			e.judge(d)
			e.Low, e.High = ends(d.CI95)
			e.Least, e.Most = b.rangeOf(outcome)
			out = append(out, e)
		}
		add("reward", "", c.Reward)
		for _, scenario := range c.Scenarios {
			add("reward", scenario.Scenario, scenario.Difference)
		}
		for _, dimension := range c.Dimensions {
			add(dimension.ID, "", dimension.Difference)
		}
	}
	return out
}

// judge takes over what a comparison says, as studies/compare has it.
func (e *Effect) judge(d studies.Difference) {
	j := d.Judgment
	e.Holm, e.Margin, e.Within, e.Verdict, e.Population = d.Holm, j.Margin, j.EquivalentP, string(j.Verdict(d.Holm)), j.Over.Meaning()
	if j.All != nil {
		e.Bounds = &[2]float64{j.All.Low, j.All.High}
	}
	if j.Size != nil {
		e.D = &j.Size.D
	}
	if j.Wins != nil {
		e.Wins = &j.Wins.Value
	}
}

func (b *Builder) rangeOf(outcome string) (least, most float64) {
	if outcome == "reward" {
		return -1, 1
	}
	id, _, _ := strings.Cut(outcome, " ")
	r := b.ranges[id]
	return r[0], r[1]
}

func ends(ci *stats.Interval) (low, high *float64) {
	if ci == nil {
		return nil, nil
	}
	return &ci.Low, &ci.High
}

// Cell is one scenario under one combination of levels.
type Cell struct {
	Scenario string   `json:"scenario"`
	Arm      string   `json:"arm"`
	Started  int      `json:"started"`
	Valid    int      `json:"valid"`
	Outcomes []Number `json:"outcomes"` // the reward first
}

// Number is a mean over valid episodes.
type Number struct {
	Outcome string   `json:"outcome"`
	Mean    *float64 `json:"mean"` // null where no episode has a value
	Low     *float64 `json:"low"`
	High    *float64 `json:"high"`
	N       int      `json:"n"`
	Missing int      `json:"missing"`
}

func (b *Builder) cells() []Cell {
	var out []Cell
	for _, g := range b.table.Groups() {
		var levels []string
		for _, f := range g.Factors[1:] {
			levels = append(levels, f.Name+" "+f.Level)
		}
		cell := Cell{Scenario: g.Factors[0].Level, Arm: strings.Join(levels, ", "), Started: g.Started, Valid: g.Valid, Outcomes: []Number{numberOf("reward", g.Reward)}}
		for _, d := range g.Dimensions {
			cell.Outcomes = append(cell.Outcomes, numberOf(d.ID, d.Estimate))
		}
		out = append(out, cell)
	}
	return out
}

func numberOf(outcome string, e studies.Estimate) Number {
	n := Number{Outcome: outcome, Mean: e.Mean, N: e.N, Missing: e.Missing}
	n.Low, n.High = ends(e.CI95)
	return n
}

// Relation is how the focal role's reward goes with what became of the others, within scenarios.
type Relation struct {
	Outcome  string   `json:"outcome"`
	Pearson  *float64 `json:"pearson"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	Spearman *float64 `json:"spearman"`
	N        int      `json:"n"`
	Says     string   `json:"says"`
}

func (b *Builder) relations() []Relation {
	var out []Relation
	for _, r := range b.mismatch.Relations() {
		low, high := ends(r.Pearson.CI95)
		says := r.Pearson.Undefined
		if says == "" {
			says = r.Meaning()
		}
		out = append(out, Relation{outcomes.Kind(r.Kind).Title(), r.Pearson.Value, low, high, r.Spearman.Value, r.N, says})
	}
	return out
}
