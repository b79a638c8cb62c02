package studies_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/compare"
)

// cellOf is a cell with levels of "skill" and, unless it is "", "style".
func cellOf(scenario, skill, style string, repeat int32) *vignettev1.Cell {
	cell := &vignettev1.Cell{Scenario: scenario, Repeat: repeat, Factors: []*vignettev1.FactorLevel{{Factor: "skill", Level: skill}}}
	if style != "" {
		cell.Factors = append(cell.Factors, &vignettev1.FactorLevel{Factor: "style", Level: style})
	}
	return cell
}

// Pairs share everything but the compared factor; a pair that lacks a value on one side is left out on both; nothing depends on
// the order in which episodes end.
func TestComparisons(t *testing.T) {
	missing := math.NaN()
	episodes := []*episode.State{
		playedCell(t, cellOf("s", "low", "", 0), 0.1, ok), playedCell(t, cellOf("s", "low", "", 1), 0.2, ok),
		playedCell(t, cellOf("s", "low", "", 2), 0.3, invalid), playedCell(t, cellOf("s", "low", "", 3), missing, ok),
		playedCell(t, cellOf("s", "high", "", 0), 0.5, ok), playedCell(t, cellOf("s", "high", "", 1), 0.4, ok),
		playedCell(t, cellOf("s", "high", "", 2), 1, ok), playedCell(t, cellOf("s", "high", "", 3), 1, ok), playedCell(t, cellOf("s", "high", "", 4), 1, ok),
	}
	var forward, backward studies.Table
	for i, state := range episodes {
		forward.Add(i, state)
	}
	for i, state := range slices.Backward(episodes) {
		backward.Add(i, state)
	}
	got := forward.Comparisons()
	if diff := cmp.Diff(got, backward.Comparisons(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("the order in which episodes end changes the comparison:\n%s", diff)
	}
	if j := got[0].Reward.Judgment; j.Begun != 4 || j.HasAgainst != 2 || j.HasLevel != 4 || j.Both != 2 || j.All == nil || j.All.Low >= j.All.High {
		t.Errorf("of all that were begun: %+v", j)
	}
	for i := range got {
		got[i].Dimensions, got[i].AmongScenarios = nil, nil
		round(&got[i].Reward)
		round(&got[i].Scenarios[0].Difference)
	}
	of := studies.Difference{Against: proto.Float64(0.15), Level: proto.Float64(0.45), Mean: proto.Float64(0.3), N: 2, Clusters: 2, Over: studies.OverPairs}
	want := []studies.Comparison{{
		Factor: "skill", Level: "high", Against: "low", Planned: 4, Pairs: 3, Reward: of,
		Scenarios: []studies.ScenarioDifference{{Scenario: "s", Difference: of}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comparison, -want +got:\n%s", diff)
	}
}

func round(d *studies.Difference) {
	d.Judgment, d.Holm = compare.Judgment{}, nil // studies/compare tests these
	for _, x := range []*float64{d.Against, d.Level, d.Mean} {
		*x = math.Round(*x*1e9) / 1e9
	}
}

// Every other level is held against the first, within each level of the other factors.
func TestComparisonsOfTwoFactors(t *testing.T) {
	var table studies.Table
	i := 0
	for _, skill := range []string{"low", "mid", "high"} {
		for _, style := range []string{"plain", "upset"} {
			table.Add(i, playedCell(t, cellOf("s", skill, style, 0), float64(i)/10, ok))
			i++
		}
	}
	var got []string
	for _, c := range table.Comparisons() {
		got = append(got, fmt.Sprintf("%s %s-%s %d %+.1f", c.Factor, c.Level, c.Against, c.Pairs, *c.Reward.Mean))
	}
	want := []string{"skill mid-low 2 +0.2", "skill high-low 2 +0.4", "style upset-plain 3 +0.1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comparisons, -want +got:\n%s", diff)
	}
}

// What is drawn for an interval is the coarsest of which there is enough. With scenarios that differ much and pairs within them
// that do not, intervals over pairs would be far too narrow.
func TestComparisonClusters(t *testing.T) {
	for _, test := range []struct {
		name              string
		scenarios, styles int
		over              studies.Cluster
		clusters          int
		interval          bool
	}{
		{"scenarios", 6, 1, studies.OverScenarios, 6, true},
		{"cells", 2, 3, studies.OverCells, 6, true},
		{"pairs", 1, 1, studies.OverPairs, 5, true},
		{"pairs of few cells", 2, 1, studies.OverPairs, 10, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var table studies.Table
			index := 0
			for s := range test.scenarios {
				for st := range test.styles {
					for _, skill := range []string{"low", "high"} {
						for repeat := range int32(5) {
							reward := 0.01 * float64(repeat)
							if skill == "high" {
								reward += 0.1*float64(s) + 0.05*float64(st) + 0.002*float64(repeat%2)
							}
							table.Add(index, playedCell(t, cellOf(fmt.Sprint("s", s), skill, fmt.Sprint("t", st), repeat), reward, ok))
							index++
						}
					}
				}
			}
			got := table.Comparisons()[0].Reward
			if got.Over != test.over || got.Clusters != test.clusters || (got.CI95 != nil) != test.interval {
				t.Errorf("over %d %s, interval %v; want %d %s, %v", got.Clusters, got.Over, got.CI95, test.clusters, test.over, test.interval)
			}
			if test.name == "scenarios" && got.CI95.High-got.CI95.Low < 0.2 {
				t.Errorf("interval %v is narrower than six scenarios allow", *got.CI95)
			}
		})
	}
}

// One arm alone, or none, is nothing to compare.
func TestNothingToCompare(t *testing.T) {
	var table studies.Table
	if got := table.Comparisons(); len(got) != 0 {
		t.Errorf("an empty table compares %v", got)
	}
	table.Add(0, playedCell(t, cellOf("s", "low", "", 0), 0.1, ok))
	if got := table.Comparisons(); len(got) != 0 {
		t.Errorf("one arm compares %v", got)
	}
	table.Add(1, playedCell(t, cellOf("s", "high", "", 1), 0.1, ok))
	if got := table.Comparisons(); len(got) != 1 || got[0].Pairs != 0 || got[0].Reward.Mean != nil {
		t.Errorf("arms without a common repeat compare %+v", got)
	}
}
