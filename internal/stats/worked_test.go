package stats_test

import (
	"errors"
	"math"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Shrout and Fleiss (1979), tables 2 to 4: six things and four raters; intervals as R's psych has them.
func TestShroutAndFleiss(t *testing.T) {
	table := [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}}
	for _, tc := range []struct {
		name         string
		design       stats.Design
		single, mean float64
		ends, means  [2]float64
	}{
		{"one way", stats.OneWay, .1657, .4428, [2]float64{-.133, .723}, [2]float64{-.884, .912}},
		{"two way, random", stats.TwoWayRandom, .2898, .6201, [2]float64{.019, .761}, [2]float64{.071, .927}},
		{"two way, fixed", stats.TwoWayFixed, .7148, .9093, [2]float64{.342, .946}, [2]float64{.676, .986}},
	} {
		got, err := stats.IntraclassCorrelation(table, tc.design, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]float64{{got.Single, tc.single}, {got.Mean, tc.mean}} {
			if !near(pair[0], pair[1], 5e-5) {
				t.Errorf("%s: %v, want %v", tc.name, pair[0], pair[1])
			}
		}
		for _, pair := range [][2]float64{{got.SingleInterval.Low, tc.ends[0]}, {got.SingleInterval.High, tc.ends[1]}, {got.MeanInterval.Low, tc.means[0]}, {got.MeanInterval.High, tc.means[1]}} {
			if !near(pair[0], pair[1], 6e-4) {
				t.Errorf("%s: an interval ends at %v, want %v", tc.name, pair[0], pair[1])
			}
		}
	}
	for name, table := range map[string][][]float64{"equals": {{1, 1}, {1, 1}}, "one rater": {{1}, {2}}, "the same of each": {{1, 1}, {2, 2}}, "a hole": {{1, 2}, {1, math.NaN()}}} {
		for _, design := range []stats.Design{stats.OneWay, stats.TwoWayRandom, stats.TwoWayFixed} {
			if got, err := stats.IntraclassCorrelation(table, design, 0.95); !errors.Is(err, stats.ErrUndefined) {
				t.Errorf("%s: %+v, %v; want undefined", name, got, err)
			}
		}
	}
}

// Fleiss, Cohen and Everitt (1969): asymptotic errors, of a table that statistical programs use as their example.
func TestKappaError(t *testing.T) {
	table := [][]float64{{0, 4, 1}, {0, 8, 0}, {0, 1, 5}}
	for name, tc := range map[string]struct {
		weight stats.Disagreement
		want   float64
	}{"unweighted": {stats.Different, .1380}, "linear": {stats.Linear, .1457}} {
		if got, err := stats.KappaError(table, tc.weight); err != nil || !near(got, tc.want, 6e-5) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, tc.want)
		}
	}
	kappa, _ := stats.CohenKappa(table)
	e, _ := stats.KappaError(table, stats.Different)
	if low, high := kappa-1.959964*e, kappa+1.959964*e; !near(low, .2137, 2e-4) || !near(high, .7547, 2e-4) {
		t.Errorf("interval %v to %v, want .2137 to .7547", low, high)
	}
	if _, err := stats.KappaError([][]float64{{4, 0}, {0, 0}}, stats.Different); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("all the same: %v", err)
	}
}

// Fleiss (1971) and many pages since: fourteen raters, ten things, five categories.
func TestFleissKappa(t *testing.T) {
	counts := [][]float64{{0, 0, 0, 0, 14}, {0, 2, 6, 4, 2}, {0, 0, 3, 5, 6}, {0, 3, 9, 2, 0}, {2, 2, 8, 1, 1}, {7, 7, 0, 0, 0}, {3, 2, 6, 3, 0}, {2, 5, 3, 2, 2}, {6, 5, 2, 1, 0}, {0, 2, 2, 3, 7}}
	if got, err := stats.FleissKappa(counts); err != nil || !near(got, .2099, 5e-5) {
		t.Errorf("%v, %v; want .2099", got, err)
	}
	for name, counts := range map[string][][]float64{"nothing": nil, "one rater": {{1, 0}}, "all the same": {{2, 0}, {2, 0}}, "rated unequally often": {{2, 0}, {2, 1}}, "ragged": {{2, 0}, {2}}, "less than none": {{3, -1}}} {
		if got, err := stats.FleissKappa(counts); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s: %v, %v; want undefined", name, got, err)
		}
	}
}

// Five forecasts in two bins have a calibration error of .2900, and four have a Brier score of .0375, by hand in many tutorials.
func TestCalibrationExamples(t *testing.T) {
	guesses := func(confidence, right []float64) (out []stats.Guess) {
		for i := range confidence {
			out = append(out, stats.Guess{Confidence: confidence[i], Right: right[i]})
		}
		return out
	}
	if _, got, err := stats.Reliability(guesses([]float64{.25, .25, .55, .75, .75}, []float64{0, 0, 1, 1, 1}), 2); err != nil || !near(got, .29, 1e-12) {
		t.Errorf("calibration error %v, %v; want .29", got, err)
	}
	four := guesses([]float64{.1, .9, .8, .3}, []float64{0, 1, 1, 0})
	if got, err := stats.BinaryBrier(four); err != nil || !near(got, .0375, 1e-12) {
		t.Errorf("Brier score %v, %v; want .0375", got, err)
	}
	if got, err := stats.Discrimination(four); err != nil || got != 1 {
		t.Errorf("discrimination %v, %v; want 1: both right ones were surer", got, err)
	}
	for name, of := range map[string]func([]stats.Guess) (float64, error){"Brier": stats.BinaryBrier, "discrimination": stats.Discrimination} {
		if got, err := of(nil); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s of nothing: %v, %v", name, got, err)
		}
		if got, err := of([]stats.Guess{{Confidence: 2, Right: .5}}); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s beyond certainty: %v, %v", name, got, err)
		}
	}
}
