// Package simulated puts the statistics of comparisons under a microscope: it makes studies whose truth is known, with scenarios and
// persons that differ, repeats, and values that go missing more on one side, and counts how often what is said about them is so.
//
// It imports studies/compare and internal/stats. Start reading at [World].
package simulated

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/compare"
)

// World is a kind of study and the truth in it.
type World struct {
	Name string
	// Scenarios are met by Persons (1: nobody is varied), Repeats times on each side.
	Scenarios, Persons, Repeats int
	// Truth are the variances that the difference is made of.
	Truth stats.Components
	// Lost and LostLevel are the shares of values that go missing, against and at the level.
	Lost, LostLevel float64
	// Bent says that the world breaks what the statistics rest on: it is there to show by how much they are wrong then.
	Bent bool
	// Worst says that at the level it is the low values that go missing, and not any: then what is left looks too good.
	Worst bool
	// Skewed draws scenarios, persons and chance from an exponential distribution in place of a normal one.
	Skewed bool
}

// Result is how often what was said was so, over studies; shares are 0-1.
type Result struct {
	World
	Studies int
	// TypeI is how often a difference was found where there is none, at 5%.
	TypeI float64
	// Coverage is how often the 95% interval held the truth.
	Coverage float64
	// Effect is the smallest that a plan promises to find with power .8, and Power how often it was found.
	Effect, Power float64
	// WronglyEquivalent is how often a difference as large as the margin was called equivalent, at 5%.
	WronglyEquivalent float64
	// Bounded is how often the bounds over all that were begun, with their interval, held the truth.
	Bounded float64
	// Undefined is how often nothing could be said.
	Undefined float64
}

// half is the standard deviation of what both sides of a pair share: it cancels.
const half = 0.2

// draw is a number with a variance, and a mean of 0.
func (w World) draw(r *rand.Rand, variance float64) float64 {
	if w.Skewed {
		return math.Sqrt(variance) * (r.ExpFloat64() - 1)
	}
	return math.Sqrt(variance) * r.NormFloat64()
}

// Study makes one study with a true difference.
func (w World) Study(r *rand.Rand, effect float64) []compare.Pair {
	persons := make([]float64, w.Persons)
	for p := range persons {
		persons[p] = w.draw(r, w.Truth.Columns)
	}
	out := make([]compare.Pair, 0, w.Scenarios*w.Persons*w.Repeats)
	for s := range w.Scenarios {
		scenario := w.draw(r, w.Truth.Rows)
		for p := range w.Persons {
			together := w.draw(r, w.Truth.Cells)
			for range w.Repeats {
				shared := half * r.NormFloat64()
				gain := effect + scenario + persons[p] + together
				against := shared + w.draw(r, w.Truth.Repeats/2)
				level := shared + gain + w.draw(r, w.Truth.Repeats/2)
				pair := compare.Pair{Scenario: fmt.Sprint(s), Cell: fmt.Sprint(s, " ", p)}
				if w.Persons > 1 {
					pair.Person = fmt.Sprint(p)
				}
				if r.Float64() >= w.Lost {
					pair.Against = &against
				}
				if !w.loses(r, level) {
					pair.Level = &level
				}
				out = append(out, pair)
			}
		}
	}
	return out
}

// loses says whether a value of the level goes missing.
func (w World) loses(r *rand.Rand, value float64) bool {
	if !w.Worst {
		return r.Float64() < w.LostLevel
	}
	return r.Float64() < w.LostLevel && value < 0
}

// Plan is the smallest effect that a study of this world can show with power .8, as `vignette plan` forecasts it from the true variances.
func (w World) Plan() (float64, error) {
	left := float64(w.Repeats) * (1 - w.Lost) * (1 - w.LostLevel)
	size := stats.Size{Rows: float64(w.Scenarios), Columns: float64(w.Persons), Repeats: left}
	if w.Scenarios == 1 { // pairs are drawn one by one
		size = stats.Size{Rows: left, Repeats: 1}
	}
	se, df, err := w.Truth.Forecast(size)
	if err != nil {
		return 0, err
	}
	return stats.SmallestEffect(se, df, 0.05, 0.8)
}

// Look makes so many studies, without an effect, with the planned one and with one as large as the margin.
func (w World) Look(studies int, seed uint64) (Result, error) {
	effect, err := w.Plan()
	if err != nil {
		return Result{}, err
	}
	out := Result{World: w, Studies: studies, Effect: effect}
	var mu sync.Mutex
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wg.Go(func() {
			own := Result{}
			for i := worker; i < studies; i += workers {
				w.look(rand.New(rand.NewPCG(seed, uint64(i))), effect, &own)
			}
			mu.Lock()
			defer mu.Unlock()
			out.add(own)
		})
	}
	wg.Wait()
	for _, share := range out.shares() {
		*share /= float64(studies)
	}
	return out, nil
}

func (r *Result) shares() []*float64 {
	return []*float64{&r.TypeI, &r.Coverage, &r.Power, &r.WronglyEquivalent, &r.Bounded, &r.Undefined}
}

// add adds counts.
func (r *Result) add(other Result) {
	for i, share := range r.shares() {
		*share += *other.shares()[i]
	}
}

// look counts what is said about one study.
func (w World) look(r *rand.Rand, effect float64, out *Result) {
	outcome := compare.Outcome{Least: -2, Most: 2, Margin: effect}
	none := compare.Judge(w.Study(r, 0), outcome)
	planned := compare.Judge(w.Study(r, effect), outcome)
	if none.P() == nil || planned.P() == nil {
		out.Undefined++
		return
	}
	count := func(share *float64, so bool) {
		if so {
			*share++
		}
	}
	count(&out.TypeI, *none.P() < 0.05)
	count(&out.Power, *planned.P() < 0.05)
	i := planned.Difference.Interval
	count(&out.Coverage, i.Low <= effect && effect <= i.High)
	count(&out.WronglyEquivalent, planned.EquivalentP != nil && *planned.EquivalentP < 0.05)
	b := planned.All
	count(&out.Bounded, b != nil && b.Interval != nil && b.Interval.Low <= effect && effect <= b.Interval.High)
}
