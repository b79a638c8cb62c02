package compare

import (
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Parts says for whom: the difference in each scenario, or with each person, and how far they differ from one another.
type Parts struct {
	// Of are the parts in the order they come.
	Of []Part
	// Spread is how much the true differences vary from part to part, beyond luck; nil where it cannot be told.
	Spread *stats.Spread
}

// Part is a scenario or a person.
type Part struct {
	Name string
	Judgment
	// Holm is the probability of no difference, adjusted for the number of parts; nil where there is none.
	Holm *float64
}

// ByScenario judges each scenario by itself.
func ByScenario(pairs []Pair, outcome Outcome) Parts {
	return parts(pairs, outcome, func(p Pair) string { return p.Scenario })
}

// ByPerson judges each person by themselves; it is empty where persons are not varied.
func ByPerson(pairs []Pair, outcome Outcome) Parts {
	return parts(pairs, outcome, func(p Pair) string { return p.Person })
}

func parts(pairs []Pair, outcome Outcome, key func(Pair) string) Parts {
	var out Parts
	var groups [][]float64
	of := map[string][]Pair{}
	var names []string
	for _, p := range pairs {
		name := key(p)
		if name == "" {
			continue
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		of[name] = append(of[name], p)
	}
	for _, name := range names {
		out.Of = append(out.Of, Part{Name: name, Judgment: Judge(of[name], outcome)})
		var group []float64
		for _, p := range of[name] {
			if p.whole() {
				group = append(group, p.difference())
			}
		}
		groups = append(groups, group)
	}
	var ps []*float64
	for _, part := range out.Of {
		ps = append(ps, part.P())
	}
	for i, p := range Adjust(ps) {
		out.Of[i].Holm = p
	}
	if spread, err := stats.Between(groups); err == nil {
		out.Spread = &spread
	}
	return out
}

// P is the probability of no difference, nil where there is none.
func (j Judgment) P() *float64 {
	if j.Difference == nil {
		return nil
	}
	return j.Difference.P
}

// Adjust adjusts probabilities for how many there are (see [stats.Holm]); those that are nil do not count and stay so.
func Adjust(ps []*float64) []*float64 {
	var known []float64
	for _, p := range ps {
		if p != nil {
			known = append(known, *p)
		}
	}
	adjusted, err := stats.Holm(known)
	out := make([]*float64, len(ps))
	if err != nil {
		return out
	}
	n := 0
	for i, p := range ps {
		if p != nil {
			out[i] = &adjusted[n]
			n++
		}
	}
	return out
}
