package stats

import (
	"fmt"
	"math"
)

// Rated is a value that a rater gave to a thing, both by their places.
type Rated struct {
	Thing, Rater int
	Value        float64
}

// RatingModel is what is left of ratings when it is taken out that raters differ: value = thing + bias of the rater + error.
type RatingModel struct {
	// Things are what a rater without bias would give each; Raters are their biases, which add up to 0.
	Things, Raters []Effect
	// Sigma is the standard deviation of a single rating around that, Freedom its degrees of freedom.
	Sigma   float64
	Freedom int
}

// Effect is an estimate with its standard error and its interval by Student's t.
type Effect struct {
	Value, SE float64
	CI        Interval
}

// FitRatings fits the additive two-way model to ratings of which not every rater gave each, by least squares: raters are freed of the
// things they happened to rate, and things of the raters they happened to have (the intra-block analysis of incomplete blocks, Yates
// 1936; Montgomery, Design and Analysis of Experiments, 4.4). Intervals have the given level.
//
// It is undefined where raters share no things, directly or through others, since a severe rater of good things is then the same as a
// lenient rater of bad ones, and where nothing is left to tell how large errors are.
func FitRatings(rated []Rated, things, raters int, level float64) (RatingModel, error) {
	f, err := newTwoWayFit(rated, things, raters)
	if err != nil {
		return RatingModel{}, err
	}
	inverse, err := f.solve()
	if err != nil {
		return RatingModel{}, err
	}
	return f.model(rated, inverse, level), nil
}

// twoWayFit holds sums by thing and rater, and the equations for raters after things are swept out.
type twoWayFit struct {
	ofThing, ofRater []float64 // how many ratings
	sums             []float64 // of things
	times            [][]float64
	equations        [][]float64
	target, bias     []float64
	freedom          int
}

func newTwoWayFit(rated []Rated, things, raters int) (*twoWayFit, error) {
	f := &twoWayFit{
		ofThing: make([]float64, things), ofRater: make([]float64, raters), sums: make([]float64, things), times: make([][]float64, things),
		equations: make([][]float64, raters), target: make([]float64, raters), freedom: len(rated) - things - raters + 1,
	}
	for i := range f.times {
		f.times[i] = make([]float64, raters)
	}
	for r := range f.equations {
		f.equations[r] = make([]float64, raters)
	}
	for i, x := range rated {
		if x.Thing < 0 || x.Thing >= things || x.Rater < 0 || x.Rater >= raters || !finite(x.Value) {
			return nil, fmt.Errorf("rating model: rating %d is %+v; there are %d things and %d raters, and a value is finite", i, x, things, raters)
		}
		f.ofThing[x.Thing]++
		f.ofRater[x.Rater]++
		f.times[x.Thing][x.Rater]++
		f.sums[x.Thing] += x.Value
		f.target[x.Rater] += x.Value
	}
	for i, n := range f.ofThing {
		if n == 0 {
			return nil, fmt.Errorf("rating model: %w: thing %d was not rated", ErrUndefined, i)
		}
	}
	for r, n := range f.ofRater {
		if n == 0 {
			return nil, fmt.Errorf("rating model: %w: rater %d rated nothing", ErrUndefined, r)
		}
	}
	if f.freedom < 1 {
		return nil, fmt.Errorf("rating model: %w: %d ratings of %d things by %d raters leave nothing to tell errors by; more things have to be rated twice", ErrUndefined, len(rated), things, raters)
	}
	return f, f.connected()
}

// connected refuses raters who share no things with the first, not through others either.
func (f *twoWayFit) connected() error {
	reached := make([]bool, len(f.ofRater))
	reached[0] = true
	for grown := true; grown; {
		grown = false
		for _, times := range f.times {
			joined := false
			for r, n := range times {
				joined = joined || n > 0 && reached[r]
			}
			for r, n := range times {
				if joined && n > 0 && !reached[r] {
					reached[r], grown = true, true
				}
			}
		}
	}
	for r, ok := range reached {
		if !ok {
			return &ApartError{0, r, "rating model: raters %s and %s have rated nothing in common, not through others either"}
		}
	}
	return nil
}

// solve finds biases that add up to 0, and gives the covariance of biases in units of the error's variance.
func (f *twoWayFit) solve() ([][]float64, error) {
	raters := len(f.ofRater)
	for i, times := range f.times {
		for r, n := range times {
			if n == 0 {
				continue
			}
			f.target[r] -= n * f.sums[i] / f.ofThing[i]
			for s, m := range times {
				f.equations[r][s] -= n * m / f.ofThing[i]
			}
		}
	}
	share := 1 / float64(raters)
	for r := range f.equations {
		f.equations[r][r] += f.ofRater[r]
		for s := range f.equations[r] {
			f.equations[r][s] += share // The equations say nothing of a bias that all have in common: it is made 0.
		}
	}
	inverse, err := invert(f.equations)
	if err != nil {
		return nil, err
	}
	f.bias = make([]float64, raters)
	for r := range inverse {
		for s := range inverse[r] {
			inverse[r][s] -= share
			f.bias[r] += inverse[r][s] * f.target[s]
		}
	}
	return inverse, nil
}

func (f *twoWayFit) model(rated []Rated, covariance [][]float64, level float64) RatingModel {
	out := RatingModel{Freedom: f.freedom, Things: make([]Effect, len(f.ofThing)), Raters: make([]Effect, len(f.ofRater))}
	mean := make([]float64, len(f.ofThing))
	for i, n := range f.ofThing {
		mean[i] = f.sums[i] / n
		for r, times := range f.times[i] {
			mean[i] -= times / n * f.bias[r]
		}
	}
	squares := 0.0
	for _, x := range rated {
		off := x.Value - mean[x.Thing] - f.bias[x.Rater]
		squares += off * off
	}
	out.Sigma = math.Sqrt(squares / float64(f.freedom))
	reach := studentQuantile((1+level)/2, f.freedom)
	effect := func(value, variance float64) Effect {
		se := out.Sigma * math.Sqrt(max(variance, 0))
		return Effect{Value: value, SE: se, CI: Interval{Low: value - reach*se, High: value + reach*se, Level: level}}
	}
	for r, bias := range f.bias {
		out.Raters[r] = effect(bias, covariance[r][r])
	}
	for i, n := range f.ofThing {
		variance := 1 / n
		for r, times := range f.times[i] {
			if times == 0 {
				continue
			}
			for s, other := range f.times[i] {
				variance += times / n * other / n * covariance[r][s]
			}
		}
		out.Things[i] = effect(mean[i], variance)
	}
	return out
}
