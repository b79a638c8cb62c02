package stats

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Montgomery, Design and Analysis of Experiments, example 4.5: reaction times with four catalysts (things) on four batches (raters), a
// balanced incomplete block design. He finds adjusted effects of -9/8, -7/8, -4/8 and 20/8 around the mean 72.5, an error sum of
// squares of 3.25 on 5 degrees of freedom, and a standard error of effects by k(a-1)/(lambda a^2) of the error's variance.
func TestFitRatings(t *testing.T) {
	var rated []Rated
	for thing, row := range [][]float64{{73, 74, 0, 71}, {0, 75, 67, 72}, {73, 75, 68, 0}, {75, 0, 72, 75}} {
		for rater, value := range row {
			if value > 0 {
				rated = append(rated, Rated{thing, rater, value})
			}
		}
	}
	got, err := FitRatings(rated, 4, 4, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if got.Freedom != 5 || math.Abs(got.Sigma*got.Sigma*5-3.25) > 1e-9 {
		t.Errorf("%v squares on %d degrees of freedom; want 3.25 on 5", got.Sigma*got.Sigma*5, got.Freedom)
	}
	se := math.Sqrt(0.65 * (1.0/12 + 3*3/(2.0*16)))
	for i, want := range []float64{72.5 - 9.0/8, 72.5 - 7.0/8, 72.5 - 4.0/8, 72.5 + 20.0/8} {
		e := got.Things[i]
		if math.Abs(e.Value-want) > 1e-9 || math.Abs(e.SE-se) > 1e-9 || math.Abs(e.CI.High-e.Value-2.570582*se) > 1e-5 {
			t.Errorf("thing %d is %+v; want %v (%v)", i, e, want, se)
		}
	}
}

// With all ratings there, things are their means and biases the raters' means less the whole (Shrout and Fleiss 1979, table 2, where the
// mean square of error is 1.02).
func TestFitRatingsComplete(t *testing.T) {
	var rated []Rated
	for thing, row := range [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}} {
		for rater, value := range row {
			rated = append(rated, Rated{thing, rater, value})
		}
	}
	got, err := FitRatings(rated, 6, 4, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	if got.Freedom != 15 || math.Abs(got.Sigma*got.Sigma-1.0194) > 1e-4 {
		t.Errorf("mean square %v on %d", got.Sigma*got.Sigma, got.Freedom)
	}
	if math.Abs(got.Things[0].Value-6) > 1e-9 || math.Abs(got.Raters[0].Value-(46.0/6-127.0/24)) > 1e-9 || math.Abs(got.Things[0].SE-got.Sigma/2) > 1e-9 {
		t.Errorf("the first thing is %+v, the first rater %+v", got.Things[0], got.Raters[0])
	}
}

// Without error things and biases are found exactly, whoever rated what, as long as raters are connected.
func TestFitRatingsRecovers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		things, raters := rapid.IntRange(2, 12).Draw(rt, "things"), rapid.IntRange(2, 5).Draw(rt, "raters")
		worth := rapid.SliceOfN(rapid.Float64Range(-3, 3), things, things).Draw(rt, "worth")
		bias := rapid.SliceOfN(rapid.Float64Range(-2, 2), raters, raters).Draw(rt, "bias")
		var rated []Rated
		for i := range things {
			for r := range raters {
				if i == 0 || r == i%raters || rapid.Bool().Draw(rt, "rates") {
					rated = append(rated, Rated{i, r, worth[i] + bias[r]})
				}
			}
		}
		got, err := FitRatings(rated, things, raters, 0.95)
		if errors.Is(err, ErrUndefined) {
			return // Too few ratings to tell errors by.
		}
		if err != nil {
			rt.Fatal(err)
		}
		sum := 0.0
		for _, b := range bias {
			sum += b / float64(raters)
		}
		for i, e := range got.Things {
			if math.Abs(e.Value-worth[i]-sum) > 1e-8 {
				rt.Fatalf("thing %d is %v; want %v", i, e.Value, worth[i]+sum)
			}
		}
		for r, e := range got.Raters {
			if math.Abs(e.Value-bias[r]+sum) > 1e-8 {
				rt.Fatalf("rater %d is %v; want %v", r, e.Value, bias[r]-sum)
			}
		}
	})
}

func TestFitRatingsUndefined(t *testing.T) {
	for name, rated := range map[string][]Rated{
		"nothing twice":  {{0, 0, 1}, {1, 1, 2}},
		"not connected":  {{0, 0, 1}, {0, 0, 2}, {1, 1, 2}, {1, 1, 2}},
		"a thing is not": {{0, 0, 1}, {0, 1, 2}, {0, 1, 2}},
		"a rater is not": {{0, 0, 1}, {1, 0, 2}, {1, 0, 2}},
	} {
		if _, err := FitRatings(rated, 2, 2, 0.95); !errors.Is(err, ErrUndefined) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := FitRatings([]Rated{{0, 2, 1}}, 1, 1, 0.95); err == nil || errors.Is(err, ErrUndefined) {
		t.Errorf("a rater who is not there: %v", err)
	}
}
