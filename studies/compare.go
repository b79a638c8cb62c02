package studies

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Comparison is one level of a factor held against another, over pairs of episodes that differ in nothing else: the same
// scenario, the same levels of all other factors and the same repeat, hence the same client with the same luck.
type Comparison struct {
	// Factor is what was varied.
	Factor string
	// Level is what is compared, Against what it is compared with: the factor's first level.
	Level, Against string
	// Planned is the number of pairs that were begun on both sides, and Pairs how many of them are valid on both.
	Planned, Pairs int
	// Reward is the focal role's reward.
	Reward Difference
	// Dimensions are the scores that both sides have, in the order declared.
	Dimensions []DimensionDifference
	// Scenarios are the rewards of each scenario by itself, in the design's order.
	Scenarios []ScenarioDifference
}

// DimensionDifference is a difference with the dimension's id.
type DimensionDifference struct {
	ID string
	Difference
}

// ScenarioDifference is the difference of a scenario's rewards.
type ScenarioDifference struct {
	Scenario string
	Difference
}

// Difference is what a comparison comes to in one number: Level's mean minus Against's, over the pairs that have it on both
// sides. A pair that lacks it on one side is left out of all of it.
type Difference struct {
	// Against and Level are the means of the two sides over the same pairs, nil when there is no pair.
	Against, Level *float64
	// Mean is their difference, nil when there is no pair.
	Mean *float64
	// CI95 is the bootstrap interval of the difference over whole clusters of pairs; nil when it cannot be had: fewer than
	// [MinForInterval] clusters, or no spread at all.
	CI95 *stats.Interval
	// N is the number of pairs, Clusters how many clusters they fall into, and Over what a cluster is.
	N, Clusters int
	Over        Cluster
}

// Cluster is what is drawn as a whole when an interval is made: what one wants to conclude beyond. Pairs of one scenario are not
// independent of each other, so scenarios are drawn where there are enough of them.
type Cluster string

// The clusters, from the coarsest to the finest.
const (
	// OverScenarios draws scenarios.
	OverScenarios Cluster = "scenarios"
	// OverCells draws combinations of scenario and the levels of all other factors: different clients, say.
	OverCells Cluster = "cells"
	// OverPairs draws pairs: repeats of the same encounter with different luck.
	OverPairs Cluster = "pairs"
)

// Comparisons holds every level of each factor against the factor's first level, in the design's order.
func (t *Table) Comparisons() []Comparison {
	ordered := t.ordered()
	var out []Comparison
	for _, factor := range factorsOf(ordered) {
		levels := levelsOf(ordered, factor)
		for _, level := range levels[min(1, len(levels)):] {
			out = append(out, compare(ordered, factor, levels[0], level))
		}
	}
	return out
}

// factorsOf are the factors of all groups besides the scenario, in order.
func factorsOf(groups []*group) []string {
	var names []string
	for _, g := range groups {
		for _, factor := range g.factors[1:] {
			if !slices.Contains(names, factor.Name) {
				names = append(names, factor.Name)
			}
		}
	}
	return names
}

func levelsOf(groups []*group, factor string) []string {
	var levels []string
	for _, g := range groups {
		if level, ok := g.level(factor); ok && !slices.Contains(levels, level) {
			levels = append(levels, level)
		}
	}
	return levels
}

func (g *group) level(factor string) (string, bool) {
	for _, f := range g.factors[1:] {
		if f.Name == factor {
			return f.Level, true
		}
	}
	return "", false
}

// rest is what a group shares with the group it is compared with.
func (g *group) rest(factor string) string {
	var key strings.Builder
	for _, f := range g.factors {
		if f.Name != factor {
			key.WriteString(f.Name + "\x00" + f.Level + "\x00")
		}
	}
	return key.String()
}

// matched are two groups that differ in the compared factor only.
type matched struct{ against, level *group }

func (m matched) scenario() string { return m.against.factors[0].Level }

func compare(groups []*group, factor, against, level string) Comparison {
	c := Comparison{Factor: factor, Level: level, Against: against}
	matches := matchGroups(groups, factor, against, level)
	for _, m := range matches {
		c.Planned += common(m.against.begun, m.level.begun)
		c.Pairs += common(m.against.usable, m.level.usable)
	}
	reward := func(g *group) series { return g.rewards }
	c.Reward = difference(pairs(matches, reward))
	for _, id := range sharedDimensions(matches) {
		c.Dimensions = append(c.Dimensions, DimensionDifference{id, difference(pairs(matches, func(g *group) series {
			if s := g.values[id]; s != nil {
				return *s
			}
			return nil
		}))})
	}
	for _, scenario := range scenariosOf(matches) {
		own := slices.DeleteFunc(slices.Clone(matches), func(m matched) bool { return m.scenario() != scenario })
		c.Scenarios = append(c.Scenarios, ScenarioDifference{scenario, difference(pairs(own, reward))})
	}
	return c
}

func matchGroups(groups []*group, factor, against, level string) []matched {
	partners := map[string]*group{}
	for _, g := range groups {
		if l, ok := g.level(factor); ok && l == level {
			partners[g.rest(factor)] = g
		}
	}
	var out []matched
	for _, g := range groups {
		if l, ok := g.level(factor); ok && l == against && partners[g.rest(factor)] != nil {
			out = append(out, matched{g, partners[g.rest(factor)]})
		}
	}
	return out
}

// common counts repeats that are in both lists.
func common(a, b []int32) int {
	in, n := map[int32]bool{}, 0
	for _, repeat := range a {
		in[repeat] = true
	}
	for _, repeat := range b {
		if in[repeat] {
			n++
		}
	}
	return n
}

func sharedDimensions(matches []matched) []string {
	var ids []string
	for _, m := range matches {
		for _, id := range m.against.dimensions {
			if m.level.values[id] != nil && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func scenariosOf(matches []matched) []string {
	var out []string
	for _, m := range matches {
		if !slices.Contains(out, m.scenario()) {
			out = append(out, m.scenario())
		}
	}
	return out
}

// pair is one number on both sides, and where it comes from.
type pair struct {
	scenario, cell string
	against, level float64
}

func pairs(matches []matched, of func(*group) series) []pair {
	var out []pair
	for _, m := range matches {
		other := map[int32]float64{}
		for _, p := range of(m.level) {
			other[p.repeat] = p.value
		}
		mine := slices.SortedFunc(slices.Values(of(m.against)), func(a, b placed) int { return cmp.Compare(a.index, b.index) })
		for _, p := range mine {
			if value, ok := other[p.repeat]; ok {
				out = append(out, pair{m.scenario(), m.against.rest(""), p.value, value})
			}
		}
	}
	return out
}

// difference is what pairs come to. Its interval is over the coarsest clusters of which there are enough.
func difference(pairs []pair) Difference {
	d := Difference{N: len(pairs), Over: OverPairs}
	if len(pairs) == 0 {
		return d
	}
	var against, level float64
	for _, p := range pairs {
		against += p.against / float64(len(pairs))
		level += p.level / float64(len(pairs))
	}
	mean := level - against
	if math.Abs(mean) < 1e-12 {
		mean = 0 // sums of the same numbers in two orders
	}
	d.Against, d.Level, d.Mean = &against, &level, &mean
	clusters, over := clustersOf(pairs)
	d.Clusters, d.Over = len(clusters), over
	if len(clusters) < MinForInterval {
		return d
	}
	if ci, err := (stats.Bootstrap{}).MeanInterval(clusters); err == nil {
		d.CI95 = &ci
	}
	return d
}

func clustersOf(pairs []pair) ([][]float64, Cluster) {
	for _, by := range []struct {
		over Cluster
		key  func(pair) string
	}{{OverScenarios, func(p pair) string { return p.scenario }}, {OverCells, func(p pair) string { return p.cell }}} {
		if clusters := gathered(pairs, by.key); len(clusters) >= MinForInterval {
			return clusters, by.over
		}
	}
	out := make([][]float64, len(pairs))
	for i, p := range pairs {
		out[i] = []float64{p.level - p.against}
	}
	return out, OverPairs
}

// gathered puts the differences of pairs with one key together, in the order the keys come.
func gathered(pairs []pair, key func(pair) string) [][]float64 {
	place := map[string]int{}
	var out [][]float64
	for _, p := range pairs {
		i, ok := place[key(p)]
		if !ok {
			i = len(out)
			place[key(p)], out = i, append(out, nil)
		}
		out[i] = append(out[i], p.level-p.against)
	}
	return out
}
