package stats_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

// IQ and hours of television of ten people, the worked example of many textbooks: rho = -29/165. And ties, by hand: ranks
// 1, 2.5, 2.5, 4 against 1, 2, 3, 4 give 4.5/sqrt(4.5 * 5).
func TestSpearman(t *testing.T) {
	tests := []struct {
		name   string
		xs, ys []float64
		want   float64
	}{
		{"iq and television", []float64{106, 100, 86, 101, 99, 103, 97, 113, 112, 110}, []float64{7, 27, 2, 50, 28, 29, 20, 12, 6, 17}, -29.0 / 165},
		{"ties", []float64{1, 5, 5, 9}, []float64{10, 20, 30, 40}, 4.5 / math.Sqrt(4.5*5)},
		{"falling", []float64{1, 2, 3}, []float64{9, 4, 1}, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := stats.Spearman(test.xs, test.ys); err != nil || !near(got, test.want, 1e-12) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	for _, test := range [][2][]float64{{{1, 2}, {1}}, {{1}, {1}}, {{1, 1}, {1, 2}}, {{1, math.NaN()}, {1, 2}}} {
		if got, err := stats.Spearman(test[0], test[1]); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", test, got, err)
		}
	}
}

// Hanley and McNeil 1982, table 1: CT images rated 1 to 5, of 58 people without and 51 with disease; the area is .893.
func TestAUC(t *testing.T) {
	rated := func(counts ...int) (out []float64) {
		for i, n := range counts {
			out = append(out, slices.Repeat([]float64{float64(i + 1)}, n)...)
		}
		return out
	}
	got, err := stats.AUC(rated(33, 6, 6, 11, 2), rated(3, 2, 2, 11, 33))
	if err != nil || !near(got, 0.893, 0.0005) {
		t.Errorf("got %v, %v; want .893", got, err)
	}
	if got, err := stats.AUC(nil, []float64{1}); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}

func TestCohenKappa(t *testing.T) {
	tests := []struct {
		table [][]float64
		want  float64
	}{
		{[][]float64{{20, 5}, {10, 15}}, 0.4},
		{[][]float64{{45, 15}, {25, 15}}, 0.1304},
		{[][]float64{{25, 35}, {5, 35}}, 0.2593},
		{[][]float64{{0, 4, 1}, {0, 8, 0}, {0, 1, 5}}, 0.4842},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.table), func(t *testing.T) {
			if got, err := stats.CohenKappa(test.table); err != nil || !near(got, test.want, 5e-5) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	for _, table := range [][][]float64{nil, {{1, 2}}, {{4, 0}, {0, 0}}, {{-1, 2}, {3, 4}}} {
		if got, err := stats.CohenKappa(table); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", table, got, err)
		}
	}
}

// Shrout and Fleiss 1979, table 2 and 3: six targets, four judges; mean squares 11.24 between targets, 32.49 between judges,
// 1.02 residual.
func TestTwoWay(t *testing.T) {
	got, err := stats.AnalyseTwoWay([][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}})
	if err != nil {
		t.Fatal(err)
	}
	rows, columns, residual := got.MeanSquares()
	if !near(rows, 11.24, 0.005) || !near(columns, 32.49, 0.005) || !near(residual, 1.02, 0.005) || !near(got.RowVariance(), (11.24-1.02)/4, 0.005) {
		t.Errorf("mean squares %v, %v, %v; variance %v", rows, columns, residual, got.RowVariance())
	}
	for _, table := range [][][]float64{nil, {{1, 2}}, {{1}, {2}}, {{1, 2}, {3}}, {{1, 2}, {3, math.NaN()}}} {
		if got, err := stats.AnalyseTwoWay(table); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", table, got, err)
		}
	}
}

// Nothing gets lost: the parts make up the whole.
func TestTwoWayAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(2, 6).Draw(t, "rows"), rapid.IntRange(2, 6).Draw(t, "columns")
		table, all := make([][]float64, rows), []float64{}
		for i := range table {
			table[i] = rapid.SliceOfN(rapid.Float64Range(-100, 100), columns, columns).Draw(t, "row")
			all = append(all, table[i]...)
		}
		got, err := stats.AnalyseTwoWay(table)
		variance, _ := stats.Variance(all)
		if want := variance * float64(len(all)-1); err != nil || !near(got.Total(), want, 1e-6*(1+want)) {
			t.Fatalf("parts %+v add up to %v (%v); the whole is %v", got, got.Total(), err, want)
		}
	})
}

// The percentile interval of a mean comes close to the one that is known, and draws without a value are counted.
func TestInterval(t *testing.T) {
	of := func(drawn []int) (float64, error) {
		sum := 0.0
		for _, i := range drawn {
			sum += float64(i)
		}
		return sum / float64(len(drawn)), nil
	}
	got, err := stats.Bootstrap{Seed: 7, Resamples: 10000}.Interval(100, of)
	if err != nil || !near(got.Low, 49.5-5.66, 0.3) || !near(got.High, 49.5+5.66, 0.3) {
		t.Errorf("got %v, %v; want about 43.8 to 55.2", got, err)
	}
	seldom := func(drawn []int) (float64, error) {
		if drawn[0] == 0 {
			return 0, fmt.Errorf("%w", stats.ErrUndefined)
		}
		return of(drawn)
	}
	if _, err := (stats.Bootstrap{}).Interval(100, seldom); err != nil {
		t.Errorf("one draw in a hundred without a value: %v", err)
	}
	if _, err := (stats.Bootstrap{}).Interval(3, seldom); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("one draw in three without a value: %v", err)
	}
	broken := errors.New("broken")
	if _, err := (stats.Bootstrap{}).Interval(3, func([]int) (float64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want the statistic's own", err)
	}
	if _, err := (stats.Bootstrap{}).Interval(1, of); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("one cluster: %v", err)
	}
}

// Bonett and Wright's error: of r = .5 in 40 pairs it is sqrt(1.125/37); so the ends are tanh(.549306 -+ 1.959964 * .174371).
func TestSpearmanInterval(t *testing.T) {
	got, err := stats.SpearmanInterval(0.5, 40, 0.95)
	if err != nil || math.Abs(got.Low-0.204615) > 1e-4 || math.Abs(got.High-0.711921) > 1e-4 {
		t.Errorf("%+v %v", got, err)
	}
	for _, test := range []struct {
		r float64
		n int
	}{{0.5, 3}, {1, 10}, {-1, 10}, {math.NaN(), 10}} {
		if _, err := stats.SpearmanInterval(test.r, test.n, 0.95); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
