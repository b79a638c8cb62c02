package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
)

// skewed are values with skewness 2, exponential ones.
func skewed(n int) []float64 {
	draw := rand.New(rand.NewPCG(3, 4))
	out := make([]float64, n)
	for i := range out {
		out[i] = draw.ExpFloat64()
	}
	return out
}

// At the border to many clusters the interval without draws is the one with draws: just below it, draws are made.
func TestManyClustersMeetTheDraws(t *testing.T) {
	values := skewed(stats.ManyClusters)
	for _, clustered := range []bool{false, true} {
		clusters := singles(values...)
		if clustered { // pairs of clusters in which some are larger
			for i := range clusters {
				for range i % 3 {
					clusters[i] = append(clusters[i], clusters[i][0])
				}
			}
		}
		many, err := stats.Bootstrap{}.MeanInterval(clusters)
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := stats.Bootstrap{Seed: 1}.MeanInterval(clusters[:stats.ManyClusters-1])
		if err != nil {
			t.Fatal(err)
		}
		// Each end of a drawn interval has an error of its own: sqrt(p (1-p) / 2000) / density = 0.06 standard errors at 2.5%.
		width := many.High - many.Low
		if math.Abs(many.Low-drawn.Low) > 0.05*width || math.Abs(many.High-drawn.High) > 0.05*width {
			t.Errorf("clustered %v: without draws %v, with draws %v", clustered, many, drawn)
		}
	}
}

// In closed form: the mean of n exponential values has the distribution of Gamma(n)/n; at n = 10,000 the sum's interval about its own
// mean is mean ± 1.96 s / sqrt(n), moved by skewness: (2 z^2 + 1) / 6 of skewness s/n (Johnson 1978, JASA 73, to second order).
func TestManyClustersFollowSkew(t *testing.T) {
	values := skewed(20_000)
	got, err := stats.Bootstrap{}.MeanInterval(singles(values...))
	if err != nil {
		t.Fatal(err)
	}
	var mean, m2, m3 float64
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		d := v - mean
		m2 += d * d / n
		m3 += d * d * d / n
	}
	s := math.Sqrt(m2)
	const z = 1.959964
	shift := m3 / (s * s * s) * (2*z*z + 1) / 6 * s / n
	want := stats.Interval{Low: mean - z*s/math.Sqrt(n) + shift, High: mean + z*s/math.Sqrt(n) + shift, Level: 0.95}
	if se := s / math.Sqrt(n); math.Abs(got.Low-want.Low) > 0.005*se || math.Abs(got.High-want.High) > 0.005*se {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Drawing a part and shrinking gives the interval that drawing all gives, up to the error of the draws.
func TestPartInterval(t *testing.T) {
	values := skewed(4_000)
	average := func(drawn []int) (float64, error) {
		sum := 0.0
		for _, i := range drawn {
			sum += values[i]
		}
		return sum / float64(len(drawn)), nil
	}
	all := make([]int, len(values))
	for i := range all {
		all[i] = i
	}
	value, _ := average(all)
	whole, err := stats.Bootstrap{}.Interval(len(values), average)
	if err != nil {
		t.Fatal(err)
	}
	part, err := stats.Bootstrap{Seed: 2}.PartInterval(len(values), 500, value, average)
	if err != nil {
		t.Fatal(err)
	}
	if width := whole.High - whole.Low; math.Abs(part.Low-whole.Low) > 0.06*width || math.Abs(part.High-whole.High) > 0.06*width {
		t.Errorf("part %v, whole %v", part, whole)
	}
	for _, wrong := range []int{1, len(values) + 1} {
		if _, err := (stats.Bootstrap{}).PartInterval(len(values), wrong, value, average); err == nil {
			t.Errorf("a part of %d is taken", wrong)
		}
	}
}
