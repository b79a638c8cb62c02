package stats_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

func TestDescribe(t *testing.T) {
	// 2 4 4 4 5 5 7 9: mean 5, squared deviations 9 1 1 1 0 0 4 16 = 32, so variance 32/7.
	eight := []float64{9, 4, 2, 4, 5, 7, 4, 5}
	quantile := func(p float64) func([]float64) (float64, error) {
		return func(xs []float64) (float64, error) { return stats.Quantile(xs, p) }
	}
	weighted := func(ws ...float64) func([]float64) (float64, error) {
		return func(xs []float64) (float64, error) { return stats.WeightedMean(xs, ws) }
	}
	tests := []struct {
		name string
		of   func([]float64) (float64, error)
		xs   []float64
		want float64
	}{
		{"mean", stats.Mean, eight, 5},
		{"mean of one", stats.Mean, []float64{-3}, -3},
		{"mean far from zero", stats.Mean, []float64{1e9 + 1, 1e9 + 2, 1e9 + 3}, 1e9 + 2},
		{"variance", stats.Variance, eight, 32.0 / 7},
		{"variance far from zero", stats.Variance, []float64{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}, 30},
		{"standard deviation", stats.StdDev, eight, math.Sqrt(32.0 / 7)},
		{"standard deviation of equals", stats.StdDev, []float64{0.1, 0.1, 0.1}, 0},
		// Type 7 on 1..4: position p(n-1): .25 -> .75 -> 1.75; .5 -> 1.5 -> 2.5; .9 -> 2.7 -> 3.7.
		{"first quartile", quantile(0.25), []float64{4, 3, 2, 1}, 1.75},
		{"median, even", quantile(0.5), []float64{4, 3, 2, 1}, 2.5},
		{"ninth decile", quantile(0.9), []float64{4, 3, 2, 1}, 3.7},
		{"median, odd", quantile(0.5), []float64{8, 1, 5}, 5},
		{"lowest", quantile(0), []float64{8, 1, 5}, 1},
		{"highest", quantile(1), []float64{8, 1, 5}, 8},
		{"quantile of one", quantile(0.3), []float64{8}, 8},
		{"quantile of huge values", quantile(0.5), []float64{-math.MaxFloat64, math.MaxFloat64}, 0},
		{"weighted mean", weighted(1, 3), []float64{2, 6}, 5},
		{"a weight of zero", weighted(0, 3), []float64{2, 6}, 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.of(test.xs)
			if err != nil || !near(got, test.want, 1e-12) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestDescribeUndefined(t *testing.T) {
	tests := []struct {
		name string
		call func() (float64, error)
	}{
		{"mean of none", func() (float64, error) { return stats.Mean(nil) }},
		{"mean with NaN", func() (float64, error) { return stats.Mean([]float64{1, math.NaN()}) }},
		{"variance of one", func() (float64, error) { return stats.Variance([]float64{1}) }},
		{"standard deviation of one", func() (float64, error) { return stats.StdDev([]float64{1}) }},
		{"standard deviation with infinity", func() (float64, error) { return stats.StdDev([]float64{1, math.Inf(-1)}) }},
		{"mean beyond float64", func() (float64, error) { return stats.Mean([]float64{math.MaxFloat64, math.MaxFloat64}) }},
		{"variance beyond float64", func() (float64, error) { return stats.Variance([]float64{-1e200, 1e200}) }},
		{"quantile of none", func() (float64, error) { return stats.Quantile(nil, 0.5) }},
		{"quantile beyond 1", func() (float64, error) { return stats.Quantile([]float64{1}, 1.1) }},
		{"quantile at NaN", func() (float64, error) { return stats.Quantile([]float64{1}, math.NaN()) }},
		{"weights do not match", func() (float64, error) { return stats.WeightedMean([]float64{1, 2}, []float64{1}) }},
		{"weights all zero", func() (float64, error) { return stats.WeightedMean([]float64{1, 2}, []float64{0, 0}) }},
		{"weight negative", func() (float64, error) { return stats.WeightedMean([]float64{1, 2}, []float64{2, -1}) }},
		{"weighted mean of none", func() (float64, error) { return stats.WeightedMean(nil, nil) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := test.call(); !errors.Is(err, stats.ErrUndefined) {
				t.Errorf("got %v, %v; want an undefined statistic", got, err)
			}
		})
	}
}

func TestQuantileRisesAndLeavesItsInputAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 30).Draw(t, "xs")
		before := slices.Clone(xs)
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(p, 1).Draw(t, "q")
		low, err1 := stats.Quantile(xs, p)
		high, err2 := stats.Quantile(xs, q)
		if err1 != nil || err2 != nil || low > high+1e-9 {
			t.Fatalf("quantile %v is %v, quantile %v is %v (%v, %v)", p, low, q, high, err1, err2)
		}
		if low < slices.Min(xs)-1e-9 || high > slices.Max(xs)+1e-9 {
			t.Fatalf("%v..%v leaves the sample", low, high)
		}
		if !slices.Equal(before, xs) {
			t.Fatal("the sample was reordered")
		}
	})
}
