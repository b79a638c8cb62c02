package compare

import (
	"math"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Pair is two episodes that were both begun: the same scenario, person, luck and other levels.
type Pair struct {
	// Scenario was played. Person is who was met there where persons are varied across scenarios, else "". Cell is the scenario with all
	// other levels.
	Scenario, Person, Cell string
	// Against and Level are the outcomes, nil where there is none: the episode is not valid, or was not scored.
	Against, Level *float64
}

// whole says whether both sides have a value.
func (p Pair) whole() bool { return p.Against != nil && p.Level != nil }

func (p Pair) difference() float64 { return *p.Level - *p.Against }

// Population is what an interval speaks about: what is drawn as a whole when it is made, and hence what may be new.
type Population string

// The populations, from the widest to the narrowest.
const (
	// ScenariosAndPersons crosses them: new persons in new scenarios, of the kinds that were played.
	ScenariosAndPersons Population = "scenarios and persons"
	// Scenarios are drawn: new scenarios, with the persons that go with them.
	Scenarios Population = "scenarios"
	// Persons are drawn: new persons in the same scenarios.
	Persons Population = "persons"
	// Cells draws combinations of scenario and all other levels: different clients, say, in the same scenarios.
	Cells Population = "cells"
	// Pairs draws pairs: the same encounters with different luck.
	Pairs Population = "pairs"
)

// Meaning is the population in words.
func (p Population) Meaning() string {
	return map[Population]string{
		ScenariosAndPersons: "new persons in new scenarios of the kinds played",
		Scenarios:           "new scenarios of the kinds played, with the persons in them",
		Persons:             "new persons of the kinds met, in the scenarios played",
		Cells:               "other combinations like those played, in these scenarios",
		Pairs:               "the encounters played, with other luck",
	}[p]
}

// Enough is the fewest clusters that are drawn from. With fewer, resamples say little more than the smallest and the largest.
const Enough = 5

// Outcome is what is compared: the least and the most it can be (both 0 where that is not known), and a margin.
type Outcome struct {
	Least, Most float64
	// Margin is the smallest difference that matters; 0 takes a twentieth of the range. Without a range and a margin nothing is
	// said about equivalence.
	Margin float64
}

// marginShare of the range is the smallest difference that matters where nobody says otherwise: .1 for a reward of -1 to 1. Chosen.
const marginShare = 0.05

func (o Outcome) ranged() bool { return o.Most > o.Least }

func (o Outcome) margin() float64 {
	if o.Margin > 0 || !o.ranged() {
		return o.Margin
	}
	return marginShare * (o.Most - o.Least)
}

// Judgment is what pairs come to.
type Judgment struct {
	// Begun counts the pairs that were begun on both sides. HasAgainst and HasLevel are those with a value on a side, Both on both.
	Begun, HasAgainst, HasLevel, Both int
	// MissingMore is by how much the share of missing values is larger at the level than against; P is that of no difference. Nil where
	// nothing is missing, or too little to tell.
	MissingMore *Mean
	// All bounds the difference over all pairs begun: each missing value the least it can be, or the most; with a 95% interval about
	// the bounds (Horowitz and Manski 2000). Nil where the range is not known, or no value is missing.
	All *Bound
	// Trimmed bounds it among those who would have a value on either side (see [stats.TrimmedBounds]); nil likewise.
	Trimmed *stats.Bounds
	// Against and Level are the means over the pairs with both values; nil where there is none.
	Against, Level *float64
	// Difference is Level less Against over those pairs; its Interval is nil where there are too few clusters.
	Difference *Mean
	// Identical says that there are pairs and none of them differs.
	Identical bool
	// Size is the difference in standard deviations (d_av, corrected); nil where it is not defined.
	Size *Size
	// Wins is how often the level has more, ties counting half: .5 is alike.
	Wins *Mean
	// Margin is the smallest difference that matters, 0 where none is known. EquivalentP is the p of both one-sided tests that the
	// difference lies within it, nil where that cannot be tested.
	Margin      float64
	EquivalentP *float64
	// Clusters are drawn from: Over says what they are, and Persons how many persons they are crossed with (0: none).
	Over     Population
	Clusters int
	Persons  int
}

// Mean is a mean with what is known about it.
type Mean struct {
	Value float64
	// Interval is the 95% interval, and P the two-sided probability of so much if there were nothing; nil where they cannot be had.
	Interval *stats.Interval
	P        *float64
	// SE is the standard error and DF its degrees of freedom; 0 where they cannot be had.
	SE, DF float64
}

// Bound is a least and a most, and an interval about both.
type Bound struct {
	stats.Bounds
	Interval *stats.Interval
}

// Size is a difference in standard deviations, with its interval where the difference has one. What it is divided by is taken as known.
type Size struct {
	D         float64
	Low, High *float64
}

// Verdict is what a judgment says at 5%.
type Verdict string

// The verdicts.
const (
	Differs       Verdict = "differs"
	DiffersLittle Verdict = "differs, by less than matters"
	Equivalent    Verdict = "equivalent"
	Open          Verdict = "open"
	// Identical is that no pair differs at all: what was varied reached nothing that is scored.
	Identical Verdict = "identical in every pair"
	Unknown   Verdict = ""
)

// Verdict is what the difference comes to; p is the probability that is held against 5%, as adjusted for several tests if it was.
// That nothing was found is not that there is nothing: then it is open, unless it is equivalent.
func (j Judgment) Verdict(p *float64) Verdict {
	if j.Identical {
		return Identical
	}
	if p == nil {
		return Unknown
	}
	differs, same := *p < 0.05, j.EquivalentP != nil && *j.EquivalentP < 0.05
	switch {
	case differs && same:
		return DiffersLittle
	case differs:
		return Differs
	case same:
		return Equivalent
	}
	return Open
}

// Judge judges pairs that were begun. Nothing hangs on their order but the last digits.
func Judge(pairs []Pair, outcome Outcome) Judgment {
	j := Judgment{Begun: len(pairs), Over: Pairs, Margin: outcome.margin()}
	var whole []Pair
	for _, p := range pairs {
		if p.Against != nil {
			j.HasAgainst++
		}
		if p.Level != nil {
			j.HasLevel++
		}
		if p.whole() {
			whole = append(whole, p)
		}
	}
	j.Both = len(whole)
	j.begun(pairs, outcome)
	j.valid(whole)
	return j
}

// begun fills in what is said about all pairs.
func (j *Judgment) begun(pairs []Pair, outcome Outcome) {
	if j.HasAgainst == j.Begun && j.HasLevel == j.Begun {
		return
	}
	place := placing(pairs)
	missing := func(v *float64) float64 {
		if v == nil {
			return 1
		}
		return 0
	}
	more, _ := meanOf(pairs, place, func(p Pair) float64 { return missing(p.Level) - missing(p.Against) })
	j.MissingMore = more
	if !outcome.ranged() {
		return
	}
	at := func(v *float64, instead float64) float64 {
		if v == nil {
			return instead
		}
		return *v
	}
	low, lowest := meanOf(pairs, place, func(p Pair) float64 { return at(p.Level, outcome.Least) - at(p.Against, outcome.Most) })
	high, highest := meanOf(pairs, place, func(p Pair) float64 { return at(p.Level, outcome.Most) - at(p.Against, outcome.Least) })
	j.All = &Bound{Bounds: stats.Bounds{Low: low.Value, High: high.Value}}
	if lowest != nil && highest != nil {
		// One-sided at each end: only one of the ends can be the truth's, unless they are close (Imbens and Manski 2004); two-sided is safe.
		j.All.Interval = &stats.Interval{Low: low.Interval.Low, High: high.Interval.High, Level: 0.95}
	}
	var against, level []float64
	for _, p := range pairs {
		if p.Against != nil {
			against = append(against, *p.Against)
		}
		if p.Level != nil {
			level = append(level, *p.Level)
		}
	}
	if trimmed, err := stats.TrimmedBounds(against, len(pairs), level, len(pairs)); err == nil {
		j.Trimmed = &trimmed
	}
}

// valid fills in what is said about pairs with both values.
func (j *Judgment) valid(whole []Pair) {
	if len(whole) == 0 {
		return
	}
	place := placing(whole)
	j.Over, j.Clusters, j.Persons = place.over, place.rows, place.columns
	var against, level []float64
	for _, p := range whole {
		against, level = append(against, *p.Against), append(level, *p.Level)
	}
	a, _ := stats.Mean(against)
	l, _ := stats.Mean(level)
	j.Against, j.Level = &a, &l
	difference, clustered := meanOf(whole, place, Pair.difference)
	j.Difference = difference
	j.Identical = !slices.ContainsFunc(whole, func(p Pair) bool { return win(p) != 0.5 })
	if clustered != nil && j.Margin > 0 {
		p := clustered.EquivalenceP(j.Margin)
		j.EquivalentP = &p
	}
	if d, over, err := stats.StandardizedDifference(against, level); err == nil {
		j.Size = &Size{D: d}
		if i := difference.Interval; i != nil {
			low, high := i.Low/over, i.High/over
			j.Size.Low, j.Size.High = &low, &high
		}
	}
	j.Wins, _ = meanOf(whole, place, win)
	if i := j.Wins.Interval; i != nil {
		i.Low, i.High = max(i.Low, 0), min(i.High, 1)
	}
	j.Wins.P = nil // it is held against .5, not 0, and the difference is what is tested
}

// win is 1 where the level has more, 0 where it has less, and .5 where both have as much.
func win(p Pair) float64 {
	switch d := p.difference(); {
	case math.Abs(d) < 1e-12:
		return 0.5
	case d > 0:
		return 1
	}
	return 0
}

// meanOf is the mean of something over pairs; the clustered one is nil where there are too few clusters, or no spread.
func meanOf(pairs []Pair, place placed, of func(Pair) float64) (*Mean, *stats.ClusteredMean) {
	values := make([]stats.Placed, len(pairs))
	plain := make([]float64, len(pairs))
	for i, p := range pairs {
		plain[i] = of(p)
		values[i] = stats.Placed{Value: plain[i], Row: place.row[i], Column: place.column[i]}
	}
	mean, _ := stats.Mean(plain)
	if math.Abs(mean) < 1e-12 {
		mean = 0 // sums of the same numbers in two orders
	}
	out := &Mean{Value: mean}
	if place.rows < Enough {
		return out, nil
	}
	clustered, err := (stats.Bootstrap{}).Clustered(values)
	if err != nil {
		return out, nil
	}
	i, p := clustered.Interval(0.95), clustered.P(0)
	out.Interval, out.P, out.SE, out.DF = &i, &p, clustered.SE, clustered.DF
	return out, &clustered
}
