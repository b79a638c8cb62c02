package stats_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Cohen's weighted kappa (1968) of a worked table: .4842 unweighted, .4701 with linear and .4502 with quadratic weights.
func TestWeightedKappa(t *testing.T) {
	table := [][]float64{{0, 4, 1}, {0, 8, 0}, {0, 1, 5}}
	for _, test := range []struct {
		name   string
		weight stats.Disagreement
		want   float64
	}{
		{"none", stats.Different, 0.4842}, {"linear", stats.Linear, 0.4701}, {"quadratic", stats.Quadratic, 0.4502},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := stats.WeightedKappa(table, test.weight); err != nil || !near(got, test.want, 5e-5) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	for _, table := range [][][]float64{nil, {{1, 2}}, {{4, 0}, {0, 0}}, {{math.NaN(), 2}, {3, 4}}} {
		if got, err := stats.WeightedKappa(table, stats.Quadratic); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", table, got, err)
		}
	}
}

// With two categories there is nothing to weigh, and who of the two is called the first does not matter.
func TestWeightedKappaOfTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 5).Draw(t, "categories")
		table, turned := make([][]float64, size), make([][]float64, size)
		for i := range table {
			turned[i] = make([]float64, size)
		}
		for i := range table {
			for j := range size {
				n := float64(rapid.IntRange(0, 20).Draw(t, "count"))
				table[i] = append(table[i], n)
				turned[j][i] = n
			}
		}
		for _, weight := range []stats.Disagreement{stats.Different, stats.Linear, stats.Quadratic} {
			a, errA := stats.WeightedKappa(table, weight)
			b, errB := stats.WeightedKappa(turned, weight)
			if (errA == nil) != (errB == nil) || !near(a, b, 1e-9) || a > 1+1e-9 {
				t.Fatalf("%v: %v (%v) and turned %v (%v)", table, a, errA, b, errB)
			}
			plain, _ := stats.CohenKappa(table)
			if size == 2 && errA == nil && !near(a, plain, 1e-9) {
				t.Fatalf("%v: weighted %v, unweighted %v", table, a, plain)
			}
		}
	})
}

// Krippendorff 2011, the examples C and E of "Computing Krippendorff's Alpha-Reliability"; 0 stands for a missing rating.
func TestKrippendorffAlpha(t *testing.T) {
	four := [][]float64{
		{1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0},
		{1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
		{0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0},
		{1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0},
	}
	three := [][]float64{
		{0, 0, 0, 0, 0, 3, 4, 1, 2, 1, 1, 3, 3, 0, 3},
		{1, 0, 2, 1, 3, 3, 4, 3, 0, 0, 0, 0, 0, 0, 0},
		{0, 0, 2, 1, 3, 4, 4, 0, 2, 1, 1, 3, 3, 0, 4},
	}
	for _, test := range []struct {
		name   string
		raters [][]float64
		metric stats.Metric
		want   float64
	}{
		{"four raters, nominal", four, stats.NominalScale, 0.743421},
		{"four raters, ordinal", four, stats.OrdinalScale, 0.815388},
		{"four raters, interval", four, stats.IntervalScale, 0.849107},
		{"four raters, ratio", four, stats.RatioScale, 0.797403},
		{"three raters, nominal", three, stats.NominalScale, 0.691358},
		{"three raters, ordinal", three, stats.OrdinalScale, 0.806721},
		{"three raters, interval", three, stats.IntervalScale, 0.810845},
	} {
		t.Run(test.name, func(t *testing.T) {
			units := make([][]float64, len(test.raters[0]))
			for _, ratings := range test.raters {
				for i, x := range ratings {
					if x != 0 {
						units[i] = append(units[i], x)
					}
				}
			}
			if got, err := stats.KrippendorffAlpha(units, test.metric); err != nil || !near(got, test.want, 5e-7) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
	for _, units := range [][][]float64{nil, {{1}, {2}}, {{1, 1}, {1, 1}}, {{1, math.Inf(1)}}} {
		if got, err := stats.KrippendorffAlpha(units, stats.NominalScale); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", units, got, err)
		}
	}
}

// Shrout and Fleiss 1979, table 4: ICC(2,1) .29, ICC(3,1) .71.
func TestIntraclassCorrelation(t *testing.T) {
	table, err := stats.AnalyseTwoWay([][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := table.AgreementICC(); err != nil || !near(got, 0.2898, 5e-5) {
		t.Errorf("agreement %v, %v; want .2898", got, err)
	}
	if got, err := table.ConsistencyICC(); err != nil || !near(got, 0.7148, 5e-5) {
		t.Errorf("consistency %v, %v; want .7148", got, err)
	}
	same, err := stats.AnalyseTwoWay([][]float64{{1, 1}, {1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := same.AgreementICC(); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("of equals: %v, %v; want undefined", got, err)
	}
}

// Anscombe 1973: four quite different sets of points with the same correlation, .816. Here the first.
func TestPearson(t *testing.T) {
	xs := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}
	ys := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}
	if got, err := stats.Pearson(xs, ys); err != nil || !near(got, 0.81642, 5e-6) {
		t.Errorf("got %v, %v; want .81642", got, err)
	}
	for _, test := range [][2][]float64{{{1, 2}, {1}}, {{1}, {1}}, {{1, 1}, {1, 2}}, {{1, math.NaN()}, {1, 2}}} {
		if got, err := stats.Pearson(test[0], test[1]); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%v: %v, %v; want undefined", test, got, err)
		}
	}
}

// Six things, by hand: two of three A found and one B taken for A; all of two B but that one; one C never found.
func TestClasses(t *testing.T) {
	a, b, c, d := stats.Class{Is: 3, Called: 3, Right: 2}, stats.Class{Is: 2, Called: 3, Right: 1}, stats.Class{Is: 1}, stats.Class{Called: 2}
	figures := func(c stats.Class) string {
		out := ""
		for _, of := range []func() (float64, error){c.Precision, c.Recall, c.F1} {
			x, err := of()
			if err != nil {
				out += "- "
				continue
			}
			out += fmt.Sprintf("%.3f ", x)
		}
		return out
	}
	for _, test := range []struct {
		class stats.Class
		want  string
	}{
		{a, "0.667 0.667 0.667 "}, {b, "0.333 0.500 0.400 "}, {c, "- 0.000 0.000 "}, {d, "0.000 - 0.000 "}, {stats.Class{}, "- - - "},
	} {
		if got := figures(test.class); got != test.want {
			t.Errorf("%+v: %q, want %q", test.class, got, test.want)
		}
	}
	// A class that nothing is of is no class of these things: it costs those its things were taken from.
	if got, err := stats.MacroF1([]stats.Class{a, b, c, d}); err != nil || !near(got, (2.0/3+0.4)/3, 1e-12) {
		t.Errorf("macro F1 %v, %v", got, err)
	}
	if got, err := stats.MacroF1([]stats.Class{d}); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("macro F1 of nothing: %v, %v", got, err)
	}
}
