package stats_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

func TestForecastScores(t *testing.T) {
	for _, test := range []struct {
		name              string
		forecast, outcome []float64
		brier, log, right float64
	}{
		{"right and sure", []float64{1, 0, 0}, []float64{1, 0, 0}, 0, 0, 1},
		{"wrong and sure", []float64{0, 1, 0}, []float64{1, 0, 0}, 2, stats.WorstLogScore, 0},
		{"by hand", []float64{0.6, 0.3, 0.1}, []float64{0, 1, 0}, 0.36 + 0.49 + 0.01, -math.Log(0.3), 0},
		{"knows nothing", []float64{0.25, 0.25, 0.25, 0.25}, []float64{0, 0, 0, 1}, 0.75, math.Log(4), 0.25},
		{"two came about", []float64{0.5, 0.5, 0}, []float64{0.5, 0.5, 0}, 0.5, math.Log(2), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			brier, err := stats.BrierScore(test.forecast, test.outcome)
			if err != nil || !near(brier, test.brier, 1e-12) {
				t.Errorf("Brier %v, %v; want %v", brier, err, test.brier)
			}
			log, err := stats.LogScore(test.forecast, test.outcome)
			if err != nil || !near(log, test.log, 1e-12) {
				t.Errorf("log %v, %v; want %v", log, err, test.log)
			}
			if _, right, err := stats.TopGuess(test.forecast, test.outcome); err != nil || !near(right, test.right, 1e-12) {
				t.Errorf("right %v, %v; want %v", right, err, test.right)
			}
		})
	}
	for _, bad := range [][2][]float64{{{1}, {1, 0}}, {nil, nil}, {{0.5, 0.4}, {1, 0}}, {{1.5, -0.5}, {1, 0}}, {{math.NaN(), 1}, {1, 0}}, {{0.5, 0.5}, {0, 0}}} {
		if got, err := stats.BrierScore(bad[0], bad[1]); err == nil {
			t.Errorf("Brier score of %v: %v, want an error", bad, got)
		}
	}
}

// Both rules are proper: whoever says what they believe expects no worse score than with anything else they could say.
func TestForecastScoresAreProper(t *testing.T) {
	shares := func(t *rapid.T, name string, n int) []float64 {
		out, sum := make([]float64, n), 0.0
		for i := range out {
			out[i] = rapid.Float64Range(0.02, 1).Draw(t, name)
			sum += out[i]
		}
		for i := range out {
			out[i] /= sum
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "outcomes")
		belief, other := shares(t, "belief", n), shares(t, "other", n)
		for name, rule := range map[string]func(f, o []float64) (float64, error){"Brier": stats.BrierScore, "log": stats.LogScore} {
			honest, err := rule(belief, belief)
			if err != nil {
				t.Fatal(err)
			}
			if strategic, err := rule(other, belief); err != nil || strategic < honest-1e-9 {
				t.Fatalf("%s: saying %v where one believes %v gets %v, %v, honesty %v", name, other, belief, strategic, err, honest)
			}
		}
	})
}

func TestReliability(t *testing.T) {
	guesses := []stats.Guess{{0.9, 1}, {0.9, 1}, {0.9, 0}, {0.3, 0}, {1, 1}}
	bins, gap, err := stats.Reliability(guesses, 2)
	if err != nil {
		t.Fatal(err)
	}
	// By hand: below .5 said .3 and none right; above said (.9*3+1)/4 = .925 and 3 of 4 right.
	if bins[0].N != 1 || bins[1].N != 4 || !near(bins[1].Confidence, 0.925, 1e-12) || !near(bins[1].Right, 0.75, 1e-12) || !near(gap, (0.3+4*0.175)/5, 1e-12) {
		t.Errorf("bins %+v, error %v", bins, gap)
	}
	if _, _, err := stats.Reliability(nil, 5); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("of nothing: %v", err)
	}
	if _, _, err := stats.Reliability(guesses, 0); err == nil {
		t.Error("no bins are no error")
	}
	if _, _, err := stats.Reliability([]stats.Guess{{1.2, 1}}, 5); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("beyond certainty: %v", err)
	}
}

// Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20 and 1 of 29.
func TestWilsonInterval(t *testing.T) {
	for _, test := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}, {29, 29, 0.8830, 1}} {
		got, err := stats.WilsonInterval(test.k, test.n, 0.95)
		if err != nil || !near(got.Low, test.low, 5e-5) || !near(got.High, test.high, 5e-5) {
			t.Errorf("%d of %d: %+v, %v", test.k, test.n, got, err)
		}
	}
	for _, bad := range [][2]int{{0, 0}, {3, 2}, {-1, 2}} {
		if _, err := stats.WilsonInterval(bad[0], bad[1], 0.95); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
