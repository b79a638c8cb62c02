package compare

import (
	"errors"
	"math"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Encounter is one scenario, person and luck, met at each level of a factor.
type Encounter struct {
	Scenario, Person, Cell string
	// Values are the outcomes by level, nil where there is none.
	Values []*float64
}

// Strength is how strong a level is where all levels are held against each other.
type Strength struct {
	// Share is its strength where those of all levels add up to 1.
	Share float64
	// Log is the logarithm of its strength less that of the first level: e^Log to 1 are the odds that it has more than the first. Interval is
	// 95%, nil for the first and where it cannot be had.
	Log      float64
	Interval *stats.Interval
	// Wins is how often it has more than some other level, ties counting half, of Met comparisons.
	Wins float64
	Met  int
}

// Ranking is what [Rank] comes to.
type Ranking struct {
	Strengths []Strength
	// Undefined says why there are no strengths: some level never has more, not through others either.
	Undefined string
	// Over is what the intervals draw.
	Over Population
}

// Rank fits the model of Bradley and Terry (see [stats.BradleyTerry]) to how often each level has more than each other in the same encounter. Its
// intervals draw whole clusters, since comparisons within one are not independent; the errors of the model itself would take them to be.
func Rank(levels int, encounters []Encounter) Ranking {
	stand := make([]Pair, len(encounters))
	for i, e := range encounters {
		stand[i] = Pair{Scenario: e.Scenario, Person: e.Person, Cell: e.Cell}
	}
	place := placing(stand)
	if place.over == ScenariosAndPersons {
		place.over = Scenarios // one kind of cluster at a time is drawn here
	}
	clusters := make([][]Encounter, place.rows)
	for i, e := range encounters {
		clusters[place.row[i]] = append(clusters[place.row[i]], e)
	}
	all := make([]int, len(clusters))
	for i := range all {
		all[i] = i
	}
	out := Ranking{Over: place.over}
	wins := winsOf(levels, clusters, all)
	worths, err := stats.BradleyTerry(wins)
	if err != nil {
		out.Undefined = "some level never has more than some other, not through others either"
		if !errors.Is(err, stats.ErrUndefined) {
			out.Undefined = err.Error()
		}
		return out
	}
	for k, w := range worths {
		s := Strength{Share: w.Share, Log: w.Log}
		for other := range levels {
			s.Wins += wins[k][other]
			s.Met += int(math.Round(wins[k][other] + wins[other][k]))
		}
		if k > 0 && len(clusters) >= Enough {
			i, err := stats.Bootstrap{Resamples: 500}.Interval(len(clusters), func(drawn []int) (float64, error) {
				again, err := stats.BradleyTerry(winsOf(levels, clusters, drawn))
				if err != nil {
					return 0, err
				}
				return again[k].Log, nil
			})
			if err == nil {
				s.Interval = &i
			}
		}
		out.Strengths = append(out.Strengths, s)
	}
	return out
}

// winsOf counts how often each level has more than each other, in the clusters that were drawn.
func winsOf(levels int, clusters [][]Encounter, drawn []int) [][]float64 {
	wins := make([][]float64, levels)
	for i := range wins {
		wins[i] = make([]float64, levels)
	}
	for _, at := range drawn {
		for _, e := range clusters[at] {
			for a := range levels {
				for b := range a {
					if e.Values[a] == nil || e.Values[b] == nil {
						continue
					}
					share := win(Pair{Against: e.Values[b], Level: e.Values[a]})
					wins[a][b] += share
					wins[b][a] += 1 - share
				}
			}
		}
	}
	return wins
}
