package stats_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

func singles(xs ...float64) [][]float64 {
	out := make([][]float64, len(xs))
	for i, x := range xs {
		out[i] = []float64{x}
	}
	return out
}

func TestMeanIntervalUndefined(t *testing.T) {
	tests := []struct {
		name      string
		clusters  [][]float64
		bootstrap stats.Bootstrap
		undefined bool
	}{
		{"no clusters", nil, stats.Bootstrap{}, true},
		{"one cluster", [][]float64{{1, 2, 3}}, stats.Bootstrap{}, true},
		{"one cluster and an empty one", [][]float64{{1, 2, 3}, {}}, stats.Bootstrap{}, true},
		{"no spread", singles(0.1, 0.1, 0.1), stats.Bootstrap{}, true},
		{"spread only within clusters", [][]float64{{0, 1}, {1, 0}}, stats.Bootstrap{}, true},
		{"not a number", singles(1, math.NaN()), stats.Bootstrap{}, true},
		{"beyond float64", singles(math.MaxFloat64, math.MaxFloat64, 1), stats.Bootstrap{}, true},
		{"impossible level", singles(1, 2), stats.Bootstrap{Level: 95}, false},
		{"too few resamples", singles(1, 2), stats.Bootstrap{Resamples: 10}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.bootstrap.MeanInterval(test.clusters)
			if err == nil || errors.Is(err, stats.ErrUndefined) != test.undefined {
				t.Errorf("got %v, %v; undefined should be %v", got, err, test.undefined)
			}
		})
	}
}

// With two clusters at 0 and 1 a resample's mean is 0, 1/2 or 1 with probability 1/4, 1/2, 1/4: any 95% interval is all
// of it.
func TestMeanIntervalOfTwo(t *testing.T) {
	got, err := stats.Bootstrap{Seed: 1}.MeanInterval(singles(0, 1))
	if want := (stats.Interval{Low: 0, High: 1, Level: 0.95}); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

// For many symmetric values the interval has to come close to mean ± t s / sqrt(n), which is known in closed form: 0..99
// has mean 49.5 and s = sqrt(100*101/12) = 29.011, t(99) = 1.9842, so 49.5 ± 5.756.
func TestMeanIntervalMeetsTheClosedForm(t *testing.T) {
	var clusters [][]float64
	for i := range 100 {
		clusters = append(clusters, []float64{float64(i)})
	}
	got, err := stats.Bootstrap{Seed: 7, Resamples: 20000}.MeanInterval(clusters)
	if err != nil || !near(got.Low, 49.5-5.756, 0.25) || !near(got.High, 49.5+5.756, 0.25) {
		t.Errorf("got %v, %v; want about 43.74 to 55.26", got, err)
	}
}

// Ten identical values in each cluster say no more than one: the interval must be the same, not sqrt(10) narrower.
func TestMeanIntervalCountsClustersNotValues(t *testing.T) {
	xs := []float64{0.1, 0.9, 0.4, 0.35, 0.7, 0.62, 0.5, 0.2}
	var repeated [][]float64
	for _, x := range xs {
		cluster := make([]float64, 10)
		for i := range cluster {
			cluster[i] = x
		}
		repeated = append(repeated, cluster)
	}
	want, err1 := stats.Bootstrap{Seed: 3}.MeanInterval(singles(xs...))
	got, err2 := stats.Bootstrap{Seed: 3}.MeanInterval(repeated)
	if err1 != nil || err2 != nil || !near(got.Low, want.Low, 1e-12) || !near(got.High, want.High, 1e-12) {
		t.Errorf("repeated %v (%v), single %v (%v)", got, err2, want, err1)
	}
}

// Skewed data get a skewed interval: that is what BCa is for.
func TestMeanIntervalFollowsSkew(t *testing.T) {
	xs := []float64{0, 0, 0, 0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.4, 0.6, 1, 1.8, 5}
	got, err := stats.Bootstrap{Seed: 5}.MeanInterval(singles(xs...))
	mean, _ := stats.Mean(xs)
	if err != nil || got.High-mean < 1.5*(mean-got.Low) {
		t.Errorf("interval %v around %v (%v): the long tail is on the right", got, mean, err)
	}
}

// Values so small that their powers are no longer told from zero still have an interval.
func TestMeanIntervalOfTinyValues(t *testing.T) {
	got, err := stats.Bootstrap{}.MeanInterval(singles(1.5e-108, 3e-108))
	if want := (stats.Interval{Low: 1.5e-108, High: 3e-108, Level: 0.95}); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestMeanIntervalIsRepeatableAndMovesWithTheData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clusters := rapid.SliceOfN(rapid.SliceOfN(rapid.Float64Range(-10, 10), 0, 4), 2, 12).Draw(t, "clusters")
		bootstrap := stats.Bootstrap{Seed: rapid.Uint64().Draw(t, "seed"), Resamples: 200}
		got, err := bootstrap.MeanInterval(clusters)
		again, errAgain := bootstrap.MeanInterval(clusters)
		if got != again || (err == nil) != (errAgain == nil) {
			t.Fatalf("two intervals from one seed: %v and %v", got, again)
		}
		if err != nil {
			return
		}
		low, high := math.Inf(1), math.Inf(-1)
		doubled := make([][]float64, len(clusters))
		for i, cluster := range clusters {
			for _, x := range cluster {
				low, high = min(low, x), max(high, x)
				doubled[i] = append(doubled[i], 2*x)
			}
		}
		if got.Low > got.High || got.Low < low-1e-9 || got.High > high+1e-9 {
			t.Fatalf("interval %v of values from %v to %v", got, low, high)
		}
		twice, err := bootstrap.MeanInterval(doubled)
		if err != nil || !near(twice.Low, 2*got.Low, 1e-9) || !near(twice.High, 2*got.High, 1e-9) {
			t.Fatalf("doubled data: %v, %v; want twice %v", twice, err, got)
		}
	})
}

// coverage is the share of simulated studies whose interval covers the true mean.
func coverage(t *testing.T, studies, clusters int, cluster func(*rand.Rand) []float64, truth float64) float64 {
	t.Helper()
	draw := rand.New(rand.NewPCG(20250101, uint64(clusters)))
	covered := 0
	for study := range studies {
		data := make([][]float64, clusters)
		for i := range data {
			data[i] = cluster(draw)
		}
		interval, err := stats.Bootstrap{Seed: uint64(study), Resamples: 500}.MeanInterval(data)
		if err != nil {
			t.Fatal(err)
		}
		if interval.Low <= truth && truth <= interval.High {
			covered++
		}
	}
	return float64(covered) / float64(studies)
}

func TestMeanIntervalCoverage(t *testing.T) {
	normal := func(draw *rand.Rand) []float64 { return []float64{draw.NormFloat64()} }
	// Turns of a conversation share a level: half of the variance lies between clusters of 1 to 12 values.
	turns := func(draw *rand.Rand) []float64 {
		level := draw.NormFloat64()
		values := make([]float64, 1+draw.IntN(12))
		for i := range values {
			values[i] = level + draw.NormFloat64()
		}
		return values
	}
	skewed := func(draw *rand.Rand) []float64 { return []float64{draw.ExpFloat64()} }
	tests := []struct {
		name      string
		clusters  int
		cluster   func(*rand.Rand) []float64
		truth     float64
		low, high float64
	}{
		// The standard error of each coverage is about .006 (1500 studies); bounds leave more than three of them.
		{"4 normal", 4, normal, 0, 0.82, 0.92},
		{"10 normal", 10, normal, 0, 0.92, 0.975},
		{"40 normal", 40, normal, 0, 0.925, 0.975},
		{"25 conversations", 25, turns, 0, 0.92, 0.975},
		{"30 skewed", 30, skewed, 1, 0.91, 0.97},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := coverage(t, 1500, test.clusters, test.cluster, test.truth)
			t.Logf("a 95%% interval covers %.1f%%", 100*got)
			if got < test.low || got > test.high {
				t.Errorf("coverage %.3f, want between %v and %v", got, test.low, test.high)
			}
		})
	}
}

func BenchmarkMeanInterval(b *testing.B) {
	draw := rand.New(rand.NewPCG(1, 2))
	clusters := make([][]float64, 200)
	for i := range clusters {
		clusters[i] = []float64{draw.Float64()}
	}
	for b.Loop() {
		if _, err := (stats.Bootstrap{}).MeanInterval(clusters); err != nil {
			b.Fatal(err)
		}
	}
}
