package stats

import (
	"errors"
	"fmt"
	"math"
)

// Plane is a linear model of several predictors: Intercept plus the sum of Slopes times predictors.
type Plane struct {
	Intercept float64
	Slopes    []float64
}

// At is what the model says for a row of predictors, as many as it was fitted to.
func (l Plane) At(row []float64) float64 {
	y := l.Intercept
	for j, slope := range l.Slopes {
		y += slope * row[j]
	}
	return y
}

// Ridge fits a linear model to rows of predictors by penalised least squares: it minimises the mean squared error plus penalty times
// the sum of squared slopes of standardised predictors (Hoerl and Kennard 1970). A penalty of 0 is ordinary least squares. The
// intercept is not penalised. A predictor that does not vary has slope 0.
//
// It needs at least two rows, one of them for each y; where predictors depend on one another and nothing is penalised, the model
// is not defined.
func Ridge(rows [][]float64, y []float64, penalty float64) (Plane, error) {
	if err := checkRidge(rows, y, penalty); err != nil {
		return Plane{}, err
	}
	n, p := len(rows), len(rows[0])
	centers, scales := make([]float64, p), make([]float64, p)
	column := make([]float64, n)
	var varying []int
	for j := range p {
		for i, row := range rows {
			column[i] = row[j]
		}
		centers[j] = mean(column)
		scales[j] = math.Sqrt(sumOfSquares(column) / float64(n))
		if scales[j] > 1e-12*(1+math.Abs(centers[j])) {
			varying = append(varying, j)
		}
	}
	standardised := func(i, j int) float64 { return (rows[i][j] - centers[j]) / scales[j] }
	center := mean(y)
	moments, target := make([][]float64, len(varying)), make([]float64, len(varying))
	for a, j := range varying {
		moments[a] = make([]float64, len(varying))
		for b, k := range varying[:a+1] {
			for i := range rows {
				moments[a][b] += standardised(i, j) * standardised(i, k) / float64(n)
			}
		}
		moments[a][a] += penalty
		for i := range rows {
			target[a] += standardised(i, j) * (y[i] - center) / float64(n)
		}
	}
	solution, err := solveSymmetric(moments, target)
	if err != nil {
		return Plane{}, fmt.Errorf("least squares of %d rows on %d predictors: %w", n, p, err)
	}
	out := Plane{Intercept: center, Slopes: make([]float64, p)}
	for a, j := range varying {
		out.Slopes[j] = solution[a] / scales[j]
		out.Intercept -= out.Slopes[j] * centers[j]
	}
	return out, nil
}

func checkRidge(rows [][]float64, y []float64, penalty float64) error {
	if len(rows) != len(y) {
		return fmt.Errorf("least squares of %d rows for %d values: %w", len(rows), len(y), ErrUndefined)
	}
	if !(penalty >= 0) || math.IsInf(penalty, 0) {
		return fmt.Errorf("least squares: penalty %v: %w: it must be 0 or more", penalty, ErrUndefined)
	}
	if err := need("least squares", y, 2); err != nil {
		return err
	}
	var wrong []error
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			wrong = append(wrong, fmt.Errorf("least squares: row %d has %d predictors, the first has %d: %w", i, len(row), len(rows[0]), ErrUndefined))
			continue
		}
		wrong = append(wrong, need(fmt.Sprintf("least squares: row %d", i), row, 0))
	}
	return errors.Join(wrong...)
}

// solveSymmetric solves a x = b for a symmetric positive definite a, of which the lower triangle is read and overwritten, by
// Cholesky's decomposition (Golub and Van Loan, Matrix Computations, 4.2).
func solveSymmetric(a [][]float64, b []float64) ([]float64, error) {
	for j := range a {
		for k := range j {
			a[j][j] -= a[j][k] * a[j][k]
		}
		if a[j][j] < 1e-10 {
			return nil, fmt.Errorf("%w: predictors depend on one another", ErrUndefined)
		}
		a[j][j] = math.Sqrt(a[j][j])
		for i := j + 1; i < len(a); i++ {
			for k := range j {
				a[i][j] -= a[i][k] * a[j][k]
			}
			a[i][j] /= a[j][j]
		}
	}
	x := make([]float64, len(b))
	for i := range a {
		x[i] = b[i]
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := i + 1; k < len(a); k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x, nil
}
