package stats_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

func rowsOf(xs ...float64) (out []stats.Placed) {
	for i, x := range xs {
		out = append(out, stats.Placed{Value: x, Row: i})
	}
	return out
}

// Student (1908), hours of sleep gained with one drug less the other, ten patients: t(9) = 4.0621, p = .002833, 95% interval .7001 to
// 2.4599. Single values are clusters of one, so that error and degrees of freedom are those of the t test; resamples add the shape.
func TestClusteredMeetsStudent(t *testing.T) {
	c, err := stats.Bootstrap{Resamples: 20000}.Clustered(rowsOf(1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4))
	if err != nil {
		t.Fatal(err)
	}
	if !near(c.Mean, 1.58, 1e-9) || !near(c.Mean/c.SE, 4.0621, 5e-5) || c.DF != 9 || c.N != 10 || c.Rows != 10 || c.Columns != 0 {
		t.Errorf("error %v with %v degrees of freedom", c.SE, c.DF)
	}
	i := c.Interval(0.95)
	if !near(i.Low, .7001, .05) || !near(i.High, 2.4599, .05) {
		t.Errorf("interval %+v is far from .70 to 2.46", i)
	}
	if p := c.P(0); p > .01 {
		t.Errorf("p %v", p)
	}
}

// Shrout and Fleiss (1979): mean squares of six things by four raters are 11.24, 32.49 and 1.02. A mean over both has the variance
// (11.24 + 32.49 - 1.02) / 24, and by Welch (1947) the degrees of freedom below.
func TestClusteredMeetsTheAnalysisOfVariance(t *testing.T) {
	var values []stats.Placed
	for i, row := range [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}} {
		for j, x := range row {
			values = append(values, stats.Placed{Value: x, Row: i, Column: j})
		}
	}
	c, err := stats.Bootstrap{}.Clustered(values)
	if err != nil {
		t.Fatal(err)
	}
	total := 11.24 + 32.49 - 1.02
	df := total*total/(11.24*11.24/7+32.49*32.49/5+1.02*1.02/17) - 2
	if !near(c.SE, math.Sqrt(total/24), 1e-3) || !near(c.DF, df, 1e-2) || c.Rows != 6 || c.Columns != 4 {
		t.Errorf("error %v with %v degrees of freedom, want %v with %v", c.SE, c.DF, math.Sqrt(total/24), df)
	}
}

func TestClusteredUndefined(t *testing.T) {
	holes := []stats.Placed{{Value: 1, Row: 0, Column: 0}, {Value: 2, Row: 1, Column: 1}, {Value: 4, Row: 2, Column: 2}}
	for name, values := range map[string][]stats.Placed{
		"nothing": nil, "one cluster": {{Value: 1}, {Value: 2}}, "no spread": rowsOf(.1, .1, .1), "not finite": rowsOf(1, math.Inf(1)), "rows and columns that never cross": holes,
	} {
		if c, err := (stats.Bootstrap{}).Clustered(values); !errors.Is(err, stats.ErrUndefined) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

// Interval, test and test of equivalence never contradict each other, but for what ties between resamples of few rows come to; nothing
func TestClusteredAgreesWithItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rows, columns := rapid.IntRange(6, 12).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "columns")
		shift := rapid.Float64Range(-1, 1).Draw(t, "shift")
		var values, scaled []stats.Placed
		for r := range rows {
			for c := range columns {
				v := shift + draw.NormFloat64()
				values = append(values, stats.Placed{Value: v, Row: r, Column: c})
				scaled = append(scaled, stats.Placed{Value: 50 * v, Row: 7 * r, Column: c + 3})
			}
		}
		b := stats.Bootstrap{Resamples: 500}
		got, err := b.Clustered(values)
		if err != nil {
			t.Skip(err)
		}
		i := got.Interval(.95)
		if !(i.Low <= i.High) || got.P(i.Low-1e-9) > .05+.01 || got.P(i.High+1e-9) > .05+.01 || got.P(i.Low) < .05-.01 || got.P(i.High) < .05-.01 {
			t.Errorf("interval %+v, p at its ends %v and %v", i, got.P(i.Low), got.P(i.High))
		}
		ninety := got.Interval(.90)
		margin := max(math.Abs(ninety.Low), math.Abs(ninety.High))
		if p := got.EquivalenceP(margin * 1.0001); p > .05+.01 {
			t.Errorf("a 90%% interval %+v within %v, and p of equivalence %v", ninety, margin, p)
		}
		if p := got.EquivalenceP(margin * .9999); p < .05-.01 {
			t.Errorf("a 90%% interval %+v that reaches beyond %v, and p of equivalence %v", ninety, margin, p)
		}
		other, err := b.Clustered(scaled)
		if err != nil || !near(other.Mean, 50*got.Mean, 1e-9) || !near(other.SE, 50*got.SE, 1e-6) || !near(other.P(0), got.P(0), 1e-9) {
			t.Errorf("in another unit %+v, %v; want 50 times %+v", other, err, got)
		}
	})
}

// Cohen (1988) and every program since: pairs that differ by half a standard deviation are found with power .80 at n = 33.367; two groups
// of 63.766 likewise (R's power.t.test, with 2n-2 degrees of freedom).
func TestPower(t *testing.T) {
	for _, tc := range []struct{ effect, se, df, want float64 }{
		{.5, 1 / math.Sqrt(33.36713), 32.36713, .80},
		{-.5, 1 / math.Sqrt(33.36713), 32.36713, .80},
		{.5, math.Sqrt(2 / 63.76561), 2 * (63.76561 - 1), .80},
		{0, 1, 7, .05},
		{1, 1, 1e9, .17008}, // a normal test: Phi(-.96) + Phi(-2.96)
	} {
		got, err := stats.Power(tc.effect, tc.se, tc.df, .05)
		if err != nil || !near(got, tc.want, 2e-4) {
			t.Errorf("power %+v: %v, %v", tc, got, err)
		}
	}
	if effect, err := stats.SmallestEffect(1/math.Sqrt(33.36713), 32.36713, .05, .8); err != nil || !near(effect, .5, 1e-4) {
		t.Errorf("smallest effect %v, %v; want .5", effect, err)
	}
	for _, df := range []float64{1, 1.5, 2, 3} { // few degrees of freedom: power is a probability and grows
		last := 0.0
		for _, effect := range []float64{0, 1, 3, 10, 60} {
			p, err := stats.Power(effect, 1, df, .05)
			if err != nil || p < last || p > 1+1e-6 || effect == 0 && !near(p, .05, 1e-3) {
				t.Errorf("power of %v with %v degrees of freedom: %v, %v", effect, df, p, err)
			}
			last = p
		}
	}
	if _, err := stats.Power(1, 0, 3, .05); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("no error: %v", err)
	}
	if _, err := stats.SmallestEffect(1, 3, .05, .04); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("less power than chance: %v", err)
	}
}

// A forecast is the error that a balanced study has when its mean squares are what they are expected to be.
func TestForecast(t *testing.T) {
	v := stats.Components{Rows: .04, Columns: .09, Cells: .01, Repeats: .16}
	se, df, err := v.Forecast(stats.Size{Rows: 10, Columns: 5, Repeats: 4})
	cell := (.01 + .16/4) / 50
	if err != nil || !near(se*se, .04/10+.09/5+cell, 1e-12) || df < 4 || df > 9 {
		t.Errorf("crossed: %v with %v, %v", se, df, err)
	}
	if se, df, err = v.Forecast(stats.Size{Rows: 10, Repeats: 4}); err != nil || !near(se*se, (.04+.09+.01+.16/4)/10, 1e-12) || df != 9 {
		t.Errorf("rows alone: %v with %v, %v", se, df, err)
	}
	if _, _, err := v.Forecast(stats.Size{Rows: 1, Repeats: 1}); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("one row: %v", err)
	}
}

// Rows of one size are not corrected: the standard error is that of their means, with rows less one degrees of freedom. Of two rows that hold 9 and
// 1 values, by hand: w = .9, .1; s = .82, sum w^3 = .73; tr A = .82 - 1.46 + .6724 = .0324; the squares of m' (D - ...) m with means
// 0 and 10: M = 1, r = .9(0-1), .1(10-1) = -.9, .9; sum r^2 = 1.62; variance 1.62 * .82 / .0324 = 41 = 50 * .82: the variance of the two means (50)
// times the sum of w^2, and one degree of freedom.
func TestUnequalRows(t *testing.T) {
	var values []stats.Placed
	for range 9 {
		values = append(values, stats.Placed{Value: 0, Row: 0})
	}
	values = append(values, stats.Placed{Value: 10, Row: 1})
	c, err := (stats.Bootstrap{}).Clustered(values)
	if err != nil || math.Abs(c.SE*c.SE-41) > 1e-9 || math.Abs(c.DF-1) > 1e-9 {
		t.Errorf("variance %v with %v degrees of freedom, want 41 with 1 (%v)", c.SE*c.SE, c.DF, err)
	}
	equal := []stats.Placed{{1, 0, 0}, {2, 1, 0}, {4, 2, 0}, {9, 3, 0}}
	c, err = (stats.Bootstrap{}).Clustered(equal)
	variance, _ := stats.Variance([]float64{1, 2, 4, 9})
	if err != nil || math.Abs(c.SE*c.SE-variance/4) > 1e-9 || math.Abs(c.DF-3) > 1e-9 {
		t.Errorf("variance %v with %v degrees of freedom, want %v with 3 (%v)", c.SE*c.SE, c.DF, variance/4, err)
	}
}
