package compare_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vignette-sim/vignette/studies/compare"
)

func value(x float64) *float64 { return &x }

// study is pairs of scenarios by persons by repeats: gain is what the level adds, noise what chance does to each side.
func study(scenarios, persons, repeats int, gain, noise float64) (out []compare.Pair) {
	draw := rand.New(rand.NewPCG(1, 2))
	for s := range scenarios {
		for p := range persons {
			for range repeats {
				pair := compare.Pair{Scenario: fmt.Sprint("s", s), Cell: fmt.Sprint(s, p), Against: value(noise * draw.NormFloat64()), Level: value(gain + noise*draw.NormFloat64())}
				if persons > 1 {
					pair.Person = fmt.Sprint("p", p)
				}
				out = append(out, pair)
			}
		}
	}
	return out
}

var reward = compare.Outcome{Least: -1, Most: 1}

// What is planted is found, with the sign it was planted with; nothing planted is as good as nothing where there is enough of it, and open
// where there is not.
func TestPlanted(t *testing.T) {
	for _, tc := range []struct {
		name  string
		pairs []compare.Pair
		want  compare.Verdict
	}{
		{"a gain", study(8, 5, 4, .3, .2), compare.Differs},
		{"a loss", study(8, 5, 4, -.3, .2), compare.Differs},
		{"a gain too small to matter", study(8, 5, 4, .04, .01), compare.DiffersLittle},
		{"nothing, and enough of it", study(8, 5, 8, 0, .1), compare.Equivalent},
		{"nothing, in a small study", study(5, 1, 1, 0, .4), compare.Open},
		{"the same in every pair", study(2, 1, 2, 0, 0), compare.Identical},
		{"too little to say anything", study(2, 1, 1, .5, .1), compare.Unknown},
	} {
		j := compare.Judge(tc.pairs, reward)
		if got := j.Verdict(j.P()); got != tc.want {
			t.Errorf("%s: %q, want %q: %+v", tc.name, got, tc.want, j.Difference)
		}
		if j.Begun != len(tc.pairs) || j.Both != len(tc.pairs) || j.MissingMore != nil || j.All != nil {
			t.Errorf("%s: counts or bounds where nothing is missing: %+v", tc.name, j)
		}
	}
	gain, loss := compare.Judge(study(8, 5, 4, .3, .2), reward), compare.Judge(study(8, 5, 4, -.3, .2), reward)
	if gain.Difference.Value < .2 || loss.Difference.Value > -.2 || gain.Wins.Value < .6 || loss.Wins.Value > .4 || gain.Size.D < .8 || loss.Size.D > -.8 {
		t.Errorf("signs: %+v and %+v", gain, loss)
	}
	if gain.Margin != .1 {
		t.Errorf("margin %v, want a twentieth of the range", gain.Margin)
	}
	if j := compare.Judge(study(8, 5, 8, 0, .1), compare.Outcome{}); j.EquivalentP != nil || j.Verdict(j.P()) != compare.Open {
		t.Errorf("equivalence without a margin: %+v", j)
	}
}

// What an interval speaks about is the widest that there is enough of.
func TestPopulations(t *testing.T) {
	nested := study(6, 1, 4, .1, .3)
	for i := range nested {
		nested[i].Person = nested[i].Scenario + "'s own"
	}
	for _, tc := range []struct {
		name          string
		pairs         []compare.Pair
		over          compare.Population
		rows, persons int
	}{
		{"persons met everywhere", study(6, 5, 2, .1, .3), compare.ScenariosAndPersons, 6, 5},
		{"persons of their own scenario", nested, compare.Scenarios, 6, 0},
		{"few persons", study(6, 4, 2, .1, .3), compare.Scenarios, 6, 0},
		{"few scenarios", study(3, 7, 2, .1, .3), compare.Persons, 7, 0},
		{"few of both", study(3, 3, 2, .1, .3), compare.Cells, 9, 0},
		{"one of each", study(1, 1, 12, .1, .3), compare.Pairs, 12, 0},
	} {
		j := compare.Judge(tc.pairs, reward)
		if j.Over != tc.over || j.Clusters != tc.rows || j.Persons != tc.persons || j.Difference.Interval == nil || j.Over.Meaning() == "" {
			t.Errorf("%s: %d %s by %d persons, interval %v; want %d %s by %d", tc.name, j.Clusters, j.Over, j.Persons, j.Difference.Interval, tc.rows, tc.over, tc.persons)
		}
	}
}

// Begun first: what is missing is counted by side and bounded, and is no zero. By hand: of four pairs one lacks each side. Bounds with values
// of 0 and .5: (.5*3 ∓ 1*... )/4.
func TestMissing(t *testing.T) {
	pairs := []compare.Pair{
		{Scenario: "a", Against: value(0), Level: value(.5)}, {Scenario: "a", Against: value(0), Level: value(.5)},
		{Scenario: "b", Against: value(0)}, {Scenario: "b", Level: value(.5)},
	}
	j := compare.Judge(pairs, reward)
	if j.Begun != 4 || j.HasAgainst != 3 || j.HasLevel != 3 || j.Both != 2 || j.Difference.Value != .5 || j.MissingMore.Value != 0 {
		t.Errorf("%+v", j)
	}
	// low: .5, .5, -1 - 0, .5 - 1; high: .5, .5, 1 - 0, .5 + 1
	if low, high := (.5+.5-1-.5)/4, (.5+.5+1+1.5)/4; math.Abs(j.All.Low-low) > 1e-12 || math.Abs(j.All.High-high) > 1e-12 {
		t.Errorf("bounds %+v, want %v to %v", j.All, low, high)
	}
	if j.Trimmed == nil || j.Trimmed.Low != .5 || j.Trimmed.High != .5 {
		t.Errorf("trimmed bounds %+v: as many are missing on both sides", j.Trimmed)
	}
	if none := compare.Judge(pairs[2:], reward); none.Difference != nil || none.Both != 0 || none.All == nil {
		t.Errorf("no pair is whole: %+v", none)
	}
	if none := compare.Judge(nil, reward); none.Begun != 0 || none.Difference != nil {
		t.Errorf("nothing: %+v", none)
	}
}

// A level that fails more often is seen to.
func TestMissingByArm(t *testing.T) {
	pairs := study(10, 1, 6, .2, .2)
	for i := range pairs {
		if i%3 == 0 || i%11 == 0 {
			pairs[i].Level = nil
		}
	}
	j := compare.Judge(pairs, reward)
	if j.MissingMore.Value < .3 || j.MissingMore.P == nil || *j.MissingMore.P > .01 || j.All.Interval == nil || j.All.Interval.Low > j.All.Low || j.All.Interval.High < j.All.High {
		t.Errorf("%+v, %+v", j.MissingMore, j.All)
	}
	if j.All.Low > j.Trimmed.Low || j.All.High < j.Trimmed.High {
		t.Errorf("trimmed bounds %+v beyond the widest %+v", j.Trimmed, j.All)
	}
}

// For whom: a gain for some alone is told from one for all.
func TestParts(t *testing.T) {
	pairs := study(6, 1, 10, 0, .1)
	for i := range pairs {
		if pairs[i].Scenario == "s1" || pairs[i].Scenario == "s4" {
			*pairs[i].Level += .5
		}
	}
	parts := compare.ByScenario(pairs, reward)
	if len(parts.Of) != 6 || parts.Spread == nil || parts.Spread.P > .001 || parts.Spread.SD < .15 {
		t.Fatalf("%+v", parts.Spread)
	}
	for _, part := range parts.Of {
		helped := part.Name == "s1" || part.Name == "s4"
		if got := part.Verdict(part.Holm) == compare.Differs; got != helped {
			t.Errorf("%s: %q (%+v), helped %v", part.Name, part.Verdict(part.Holm), part.Difference, helped)
		}
		if part.P() == nil || part.Holm == nil || *part.Holm < *part.P() {
			t.Errorf("%s: adjusted %v of %v", part.Name, part.Holm, part.P())
		}
	}
	if alike := compare.ByScenario(study(6, 1, 10, .2, .1), reward); alike.Spread.P < .05 {
		t.Errorf("the same gain everywhere is told apart: %+v", alike.Spread)
	}
	if none := compare.ByPerson(pairs, reward); len(none.Of) != 0 || none.Spread != nil {
		t.Errorf("nobody was varied: %+v", none)
	}
}

func TestRank(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 6))
	var encounters []compare.Encounter
	for i := range 120 {
		encounters = append(encounters, compare.Encounter{Scenario: fmt.Sprint(i % 12), Values: []*float64{value(draw.NormFloat64()), value(draw.NormFloat64() + .8), value(draw.NormFloat64() - .8)}})
	}
	encounters[3].Values[1] = nil
	r := compare.Rank(3, encounters)
	if r.Undefined != "" || len(r.Strengths) != 3 || r.Over != compare.Scenarios {
		t.Fatalf("%+v", r)
	}
	first, better, worse := r.Strengths[0], r.Strengths[1], r.Strengths[2]
	if first.Log != 0 || first.Interval != nil || better.Interval == nil || better.Interval.Low <= 0 || worse.Interval == nil || worse.Interval.High >= 0 {
		t.Errorf("%+v", r.Strengths)
	}
	if better.Met != 238 || better.Wins/float64(better.Met) < .6 {
		t.Errorf("%+v", better)
	}
	for i := range encounters {
		encounters[i].Values = []*float64{value(0), value(1), value(-1)}
	}
	if r := compare.Rank(3, encounters); r.Undefined == "" || r.Strengths != nil {
		t.Errorf("who always wins has no strength: %+v", r)
	}
}
