package stats_test

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Five p values as R's documentation of p.adjust and many courses have them; order is kept, and what is adjusted never falls.
func TestHolm(t *testing.T) {
	for _, tc := range []struct{ ps, want []float64 }{
		{[]float64{.01, .02, .03, .04, .05}, []float64{.05, .08, .09, .09, .09}},
		{[]float64{.04, .01, .6}, []float64{.08, .03, .6}},
		{[]float64{.5, .9}, []float64{1, 1}},
		{nil, []float64{}},
	} {
		got, err := stats.Holm(tc.ps)
		if diff := cmp.Diff(tc.want, got, cmpopts.EquateApprox(0, 1e-12)); err != nil || diff != "" {
			t.Errorf("%v: %v\n%s", tc.ps, err, diff)
		}
	}
	if _, err := stats.Holm([]float64{1.2}); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("not a probability: %v", err)
	}
}

// Student's sleep data (1908): gains of .75 and 2.33 hours with variances 3.200556 and 4.009; d_av is 1.58 / 1.89863, and Hedges' factor for
// 9 degrees of freedom is 1 - 3/35.
func TestStandardizedDifference(t *testing.T) {
	first := []float64{.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2}
	second := []float64{1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	d, over, err := stats.StandardizedDifference(first, second)
	if want := 1.58 / math.Sqrt((3.200556+4.009)/2) * (1 - 3.0/35); err != nil || !near(d, want, 1e-5) || !near(d*over, 1.58, 1e-9) {
		t.Errorf("%v over %v, %v; want %v", d, over, err, want)
	}
	for name, tc := range map[string][2][]float64{"two pairs": {{1, 2}, {2, 3}}, "no spread": {{1, 1, 1}, {2, 2, 2}}, "no pairs": {{1, 2, 3}, {1}}} {
		if d, _, err := stats.StandardizedDifference(tc[0], tc[1]); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// Davies and Goldsmith (1972), five samples from each of six batches of dyestuff, as in Searle, Casella and McCulloch and in lme4: mean
// squares 11271.5 and 2451.25, F(5, 24) = 4.598, p = .0044, variance between batches 1764.05.
func TestBetween(t *testing.T) {
	got, err := stats.Between([][]float64{
		{1545, 1440, 1440, 1520, 1580}, {1540, 1555, 1490, 1560, 1495}, {1595, 1550, 1605, 1510, 1560}, {1445, 1440, 1595, 1465, 1545}, {1595, 1630, 1515, 1635, 1625}, {1520, 1455, 1450, 1480, 1445},
	})
	if err != nil || !near(got.F, 4.598, 5e-4) || !near(got.P, .0044, 5e-5) || !near(got.SD*got.SD, 1764.05, .01) || got.Groups != 6 || got.N != 30 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := stats.Between([][]float64{{1, 3}, {3, 1}, nil}); err != nil || got.SD != 0 || got.P < .99 || got.Groups != 2 {
		t.Errorf("groups alike: %+v, %v", got, err)
	}
	for name, groups := range map[string][][]float64{"one group": {{1, 2}}, "single values": {{1}, {2}}, "no chance": {{1, 1}, {2, 2}}, "not finite": {{1, math.NaN()}, {2, 3}}} {
		if got, err := stats.Between(groups); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// By hand: four of four have a value on one side, two of four on the other. The four lose their upper, or their lower half.
func TestTrimmedBounds(t *testing.T) {
	for _, tc := range []struct {
		name                string
		first, second       []float64
		begunFirst, second2 int
		want                stats.Bounds
	}{
		{"more on the first side", []float64{1, 4, 2, 3}, []float64{5, 7}, 4, 4, stats.Bounds{Low: 6 - 3.5, High: 6 - 1.5}},
		{"more on the second side", []float64{5, 7}, []float64{1, 4, 2, 3}, 4, 4, stats.Bounds{Low: 1.5 - 6, High: 3.5 - 6}},
		{"as many", []float64{1, 2}, []float64{4, 6}, 3, 3, stats.Bounds{Low: 3.5, High: 3.5}},
		{"a part of a value", []float64{1, 2, 3}, []float64{0, 0}, 4, 4, stats.Bounds{Low: -2.5, High: -1.5}},
	} {
		got, err := stats.TrimmedBounds(tc.first, tc.begunFirst, tc.second, tc.second2)
		if err != nil || !near(got.Low, tc.want.Low, 1e-9) || !near(got.High, tc.want.High, 1e-9) {
			t.Errorf("%s: %+v, %v; want %+v", tc.name, got, err, tc.want)
		}
	}
	for name, f := range map[string]func() (stats.Bounds, error){
		"nothing":         func() (stats.Bounds, error) { return stats.TrimmedBounds(nil, 3, []float64{1}, 3) },
		"more than begun": func() (stats.Bounds, error) { return stats.TrimmedBounds([]float64{1, 2}, 1, []float64{1}, 3) },
	} {
		if got, err := f(); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
