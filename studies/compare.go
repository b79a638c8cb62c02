package studies

import (
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/compare"
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
	// Persons are the rewards with each person by themselves, where persons are varied; likewise.
	Persons []PersonDifference
	// Among says how far scenarios, and persons, differ in what the level does to the reward, beyond luck; nil where that cannot be told.
	AmongScenarios, AmongPersons *stats.Spread
}

// PersonDifference is the difference of the rewards with a person.
type PersonDifference struct {
	Person string
	Difference
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
	// Judgment is all that is said about it: what was begun and what is missing first, then size, wins and equivalence.
	Judgment compare.Judgment
	// Holm is the probability of no difference, adjusted for how many of its kind are tested in the run: rewards are one kind, dimensions
	// another, a comparison's scenarios a third, its persons a fourth. Nil where it cannot be had.
	Holm *float64
	// N is the number of pairs, Clusters how many clusters they fall into, and Over what a cluster is.
	N, Clusters int
	Over        Cluster
}

// Cluster is what is drawn as a whole when an interval is made: what one wants to conclude beyond. Pairs of one scenario are not
// independent of each other, so scenarios are drawn where there are enough of them.
type Cluster = compare.Population

// The clusters, from the coarsest to the finest.
const (
	// OverScenariosAndPersons draws both, crossed: persons are varied, and each is met in several scenarios.
	OverScenariosAndPersons = compare.ScenariosAndPersons
	// OverScenarios draws scenarios.
	OverScenarios = compare.Scenarios
	// OverPersons draws persons.
	OverPersons = compare.Persons
	// OverCells draws combinations of scenario and the levels of all other factors: different clients, say.
	OverCells = compare.Cells
	// OverPairs draws pairs: repeats of the same encounter with different luck.
	OverPairs = compare.Pairs
)

// Comparisons holds every level of each factor against the factor's first level, in the design's order.
func (t *Table) Comparisons() []Comparison {
	return t.ComparisonsOf(t.compared()...)
}

// ComparisonsOf is Comparisons for some factors alone: what others come to is not tested, and nothing is adjusted for it.
func (t *Table) ComparisonsOf(factors ...string) []Comparison {
	ordered := t.ordered()
	var out []Comparison
	for _, factor := range factors {
		levels := levelsOf(ordered, factor)
		for _, level := range levels[min(1, len(levels)):] {
			out = append(out, t.compare(ordered, factor, levels[0], level))
		}
	}
	adjust(out)
	return out
}

// Ranking holds all levels of a factor against each other, by how often each has the higher reward in the same encounter.
type Ranking struct {
	Factor string
	// Levels are those of the factor in order, as are the strengths.
	Levels []string
	compare.Ranking
}

// Rankings ranks the levels of every factor that has three and more; of two, the comparison says it all.
func (t *Table) Rankings() []Ranking {
	ordered := t.ordered()
	var out []Ranking
	for _, factor := range t.compared() {
		levels := levelsOf(ordered, factor)
		if len(levels) < 3 {
			continue
		}
		out = append(out, Ranking{factor, levels, compare.Rank(len(levels), encounters(ordered, factor, levels))})
	}
	return out
}

// encounters are the rewards at each level in the same scenario, with the same other levels and the same luck.
func encounters(groups []*group, factor string, levels []string) []compare.Encounter {
	type key struct {
		rest   string
		repeat int32
	}
	at := map[key]int{}
	var out []compare.Encounter
	for _, g := range judgedFirst(groups, factor) {
		level, ok := g.level(factor)
		if !ok {
			continue
		}
		values := g.valuesOf(reward)
		for _, repeat := range slices.Sorted(slices.Values(g.begun)) {
			k := key{g.rest(factor), repeat}
			if _, known := at[k]; !known {
				at[k] = len(out)
				out = append(out, compare.Encounter{Scenario: g.factors[0].Level, Person: g.person(factor), Cell: k.rest, Values: make([]*float64, len(levels))})
			}
			out[at[k]].Values[slices.Index(levels, level)] = values[repeat]
		}
	}
	return out
}

// adjust adjusts probabilities for how many there are of their kind.
func adjust(all []Comparison) {
	var rewards, dimensions []*Difference
	for i := range all {
		rewards = append(rewards, &all[i].Reward)
		for k := range all[i].Dimensions {
			dimensions = append(dimensions, &all[i].Dimensions[k].Difference)
		}
	}
	for _, family := range [][]*Difference{rewards, dimensions} {
		ps := make([]*float64, len(family))
		for i, d := range family {
			ps[i] = d.Judgment.P()
		}
		for i, p := range compare.Adjust(ps) {
			family[i].Holm = p
		}
	}
}

// compared are the factors besides the scenario and the blocks, in order.
func (t *Table) compared() []string {
	return slices.DeleteFunc(factorsOf(t.ordered()), func(factor string) bool { return slices.Contains(t.Blocks, factor) })
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

// reward is what the focal role's reward is called where outcomes have names, and rewardRange the least and the most it can be.
const reward = "reward"

var rewardRange = [2]float64{-1, 1}

func (t *Table) compare(groups []*group, factor, against, level string) Comparison {
	c := Comparison{Factor: factor, Level: level, Against: against}
	matches := matchGroups(groups, factor, against, level)
	for _, m := range matches {
		c.Planned += common(m.against.begun, m.level.begun)
		c.Pairs += common(m.against.usable, m.level.usable)
	}
	rewards, outcome := pairs(matches, reward, factor), t.outcome(reward)
	c.Reward = differenceOf(compare.Judge(rewards, outcome))
	for _, id := range sharedDimensions(matches) {
		c.Dimensions = append(c.Dimensions, DimensionDifference{id, differenceOf(compare.Judge(pairs(matches, id, factor), t.outcome(id)))})
	}
	scenarios, persons := compare.ByScenario(rewards, outcome), compare.ByPerson(rewards, outcome)
	for _, part := range scenarios.Of {
		c.Scenarios = append(c.Scenarios, ScenarioDifference{part.Name, partDifference(part)})
	}
	for _, part := range persons.Of {
		c.Persons = append(c.Persons, PersonDifference{part.Name, partDifference(part)})
	}
	c.AmongScenarios, c.AmongPersons = scenarios.Spread, persons.Spread
	return c
}

// outcome is the range of an outcome and the smallest difference that matters in it.
func (t *Table) outcome(id string) compare.Outcome {
	ends := rewardRange
	if id != reward {
		dimension, _, _ := strings.Cut(id, " ") // of a column that says whose and by whom
		ends = t.ranges[dimension]
	}
	return compare.Outcome{Least: ends[0], Most: ends[1], Margin: t.Margins[id]}
}

// differenceOf is a judgment as a difference.
func differenceOf(j compare.Judgment) Difference {
	d := Difference{Against: j.Against, Level: j.Level, N: j.Both, Clusters: j.Clusters, Over: j.Over, Judgment: j}
	if j.Difference != nil {
		d.Mean, d.CI95 = &j.Difference.Value, j.Difference.Interval
	}
	return d
}

func partDifference(part compare.Part) Difference {
	d := differenceOf(part.Judgment)
	d.Holm = part.Holm
	return d
}

// judgedFirst leaves, where judges are varied beside what is compared, the groups that the first of them judged: a conversation was had once, and
// two who judge it are not two conversations.
func judgedFirst(groups []*group, factor string) []*group {
	levels := levelsOf(groups, scenarios.JudgeField)
	if factor == scenarios.JudgeField || len(levels) < 2 {
		return groups
	}
	return slices.DeleteFunc(slices.Clone(groups), func(g *group) bool {
		judge, _ := g.level(scenarios.JudgeField)
		return judge != levels[0]
	})
}

func matchGroups(groups []*group, factor, against, level string) []matched {
	groups = judgedFirst(groups, factor)
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
func common(a, b []int32) int { return len(both(a, b)) }

// both are the repeats that are in both lists, ascending.
func both(a, b []int32) []int32 {
	in := map[int32]bool{}
	for _, repeat := range a {
		in[repeat] = true
	}
	var out []int32
	for _, repeat := range b {
		if in[repeat] {
			out = append(out, repeat)
		}
	}
	slices.Sort(out)
	return out
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

// person is who is met in a group where whole personas are varied: their levels, but for a factor that is compared itself.
func (g *group) person(compared string) string {
	var levels []string
	for _, f := range g.factors[1:] {
		if f.Name != compared && (f.Name == "persona" || strings.HasSuffix(f.Name, ".persona")) {
			levels = append(levels, f.Level)
		}
	}
	return strings.Join(levels, ", ")
}

// pairs are all pairs begun on both sides, in the design's order, with the values that there are of an outcome. Pairs to which a dimension does
// not apply are left out, and so are scenarios in which nobody scores it.
func pairs(matches []matched, outcome, compared string) []compare.Pair {
	var out []compare.Pair
	for _, m := range matches {
		against, level := m.against.valuesOf(outcome), m.level.valuesOf(outcome)
		if outcome != reward && m.against.values[outcome] == nil && m.level.values[outcome] == nil {
			continue
		}
		for _, repeat := range both(m.against.begun, m.level.begun) {
			if m.against.idleIn[outcome][repeat] || m.level.idleIn[outcome][repeat] {
				continue
			}
			out = append(out, compare.Pair{
				Scenario: m.scenario(), Person: m.against.person(compared), Cell: m.against.rest(compared), Against: against[repeat], Level: level[repeat],
			})
		}
	}
	return out
}

// valuesOf are the values of an outcome by repeat.
func (g *group) valuesOf(outcome string) map[int32]*float64 {
	of := g.rewards
	if outcome != reward {
		of = nil
		if s := g.values[outcome]; s != nil {
			of = *s
		}
	}
	out := map[int32]*float64{}
	for _, p := range of {
		out[p.repeat] = &p.value
	}
	return out
}

// PairsOf are the pairs of an outcome that hold a factor's second level against its first; none where it has one level.
func (t *Table) PairsOf(factor, outcome string) []compare.Pair {
	levels := t.Levels(factor)
	if len(levels) < 2 {
		return nil
	}
	return t.PairsAt(factor, levels[1], outcome)
}

// Levels are those of a factor, in the design's order; none where nobody varied it.
func (t *Table) Levels(factor string) []string { return levelsOf(t.ordered(), factor) }

// Varied are the factors that are compared, in the design's order: not the scenario, and no block.
func (t *Table) Varied() []string { return t.compared() }

// PairsAt are the pairs of an outcome ("reward", or a column) that hold a level of a factor against its first.
func (t *Table) PairsAt(factor, level, outcome string) []compare.Pair {
	ordered := t.ordered()
	levels := levelsOf(ordered, factor)
	if len(levels) == 0 {
		return nil
	}
	return pairs(matchGroups(ordered, factor, levels[0], level), outcome, factor)
}
