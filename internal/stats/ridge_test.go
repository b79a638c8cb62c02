package stats_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
)

func TestRidge(t *testing.T) {
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	t.Run("a line", func(t *testing.T) { // by hand: slope Sxy/Sxx = 6/10, intercept 4 - 0.6*3
		l, err := stats.Ridge([][]float64{{1}, {2}, {3}, {4}, {5}}, []float64{2, 4, 5, 4, 5}, 0)
		if err != nil || !near(l.Slopes[0], 0.6) || !near(l.Intercept, 2.2) {
			t.Errorf("%+v, %v; want 2.2 + 0.6 x", l, err)
		}
	})
	t.Run("a penalty halves it", func(t *testing.T) { // standardised moment is 1, so a penalty of 1 halves the slope
		l, err := stats.Ridge([][]float64{{1}, {2}, {3}, {4}, {5}}, []float64{2, 4, 5, 4, 5}, 1)
		if err != nil || !near(l.Slopes[0], 0.3) || !near(l.At([]float64{3}), 4) {
			t.Errorf("%+v, %v; want a slope of 0.3 through the mean", l, err)
		}
	})
	t.Run("an exact plane, and one that does not vary", func(t *testing.T) {
		l, err := stats.Ridge([][]float64{{0, 0, 7}, {1, 0, 7}, {0, 1, 7}, {2, 3, 7}}, []float64{1, 3, -2, -4}, 0)
		if err != nil || !near(l.Intercept, 1) || !near(l.Slopes[0], 2) || !near(l.Slopes[1], -3) || l.Slopes[2] != 0 {
			t.Errorf("%+v, %v; want 1 + 2 a - 3 b", l, err)
		}
	})
	for name, bad := range map[string]struct {
		rows    [][]float64
		y       []float64
		penalty float64
	}{
		"dependent predictors": {[][]float64{{1, 2}, {2, 4}, {3, 6}}, []float64{1, 2, 4}, 0},
		"one row":              {[][]float64{{1}}, []float64{1}, 0},
		"ragged rows":          {[][]float64{{1}, {1, 2}}, []float64{1, 2}, 0},
		"not a number":         {[][]float64{{1}, {math.NaN()}}, []float64{1, 2}, 0},
		"lengths differ":       {[][]float64{{1}, {2}}, []float64{1}, 0},
		"a negative penalty":   {[][]float64{{1}, {2}}, []float64{1, 2}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			if l, err := stats.Ridge(bad.rows, bad.y, bad.penalty); !errors.Is(err, stats.ErrUndefined) {
				t.Errorf("%+v, %v; want it undefined", l, err)
			}
		})
	}
}

// Residuals of least squares are orthogonal to each predictor, and a penalty never makes the fit closer.
func TestRidgeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(6, 20).Draw(t, "n")
		number := rapid.Float64Range(-10, 10)
		var rows [][]float64
		var y []float64
		for range n {
			rows = append(rows, []float64{number.Draw(t, "a"), number.Draw(t, "b")})
			y = append(y, number.Draw(t, "y"))
		}
		free, err := stats.Ridge(rows, y, 0)
		if err != nil {
			t.Skip("the draws depend on one another")
		}
		held, err := stats.Ridge(rows, y, rapid.Float64Range(0.001, 100).Draw(t, "penalty"))
		if err != nil {
			t.Fatal(err)
		}
		var sse, sseHeld float64
		var along [3]float64
		for i, row := range rows {
			r := y[i] - free.At(row)
			sse += r * r
			sseHeld += (y[i] - held.At(row)) * (y[i] - held.At(row))
			along[0], along[1], along[2] = along[0]+r, along[1]+r*row[0], along[2]+r*row[1]
		}
		for j, a := range along {
			if math.Abs(a) > 1e-4 {
				t.Fatalf("residuals along %d add up to %v", j, a)
			}
		}
		if sseHeld < sse-1e-6 {
			t.Fatalf("penalised, the fit is closer: %v < %v", sseHeld, sse)
		}
	})
}
