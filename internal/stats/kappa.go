package stats

import (
	"fmt"
	"math"
)

// CohenKappa is the agreement of two raters beyond chance, at most 1 (Cohen 1960). table[i][j] counts the things that one
// called i and the other j. It must be square, without negative counts, and both must not have called everything the same.
func CohenKappa(table [][]float64) (float64, error) {
	return WeightedKappa(table, Different)
}

// Disagreement says how far apart two of some categories are: 0 for the same, never negative.
type Disagreement func(i, j int) float64

// Different counts each disagreement alike.
func Different(i, j int) float64 {
	if i == j {
		return 0
	}
	return 1
}

// Linear counts the steps between two ordered, evenly spaced categories.
func Linear(i, j int) float64 { return math.Abs(float64(i - j)) }

// Quadratic counts the squares of the steps. Kappa is then close to an intraclass correlation (Fleiss and Cohen 1973).
func Quadratic(i, j int) float64 { return float64((i - j) * (i - j)) }

// WeightedKappa is the agreement of two raters beyond chance where some disagreements are worse than others (Cohen 1968): one
// less the disagreement there is over that to be expected. The table is that of [CohenKappa].
func WeightedKappa(table [][]float64, disagreement Disagreement) (float64, error) {
	total, rows, columns, err := margins(table)
	if err != nil {
		return 0, err
	}
	var observed, expected float64
	for i := range table {
		for j, count := range table[i] {
			d := disagreement(i, j)
			observed += d * count
			expected += d * rows[i] * columns[j] / total
		}
	}
	if expected == 0 {
		return 0, fmt.Errorf("kappa: %w: both raters called everything the same", ErrUndefined)
	}
	return 1 - observed/expected, nil
}

// margins are the sums of a square table of counts.
func margins(table [][]float64) (total float64, rows, columns []float64, err error) {
	rows, columns = make([]float64, len(table)), make([]float64, len(table))
	for i, row := range table {
		if len(row) != len(table) {
			return 0, nil, nil, fmt.Errorf("kappa: row %d has %d counts in a table of %d rows: %w", i, len(row), len(table), ErrUndefined)
		}
		for j, count := range row {
			if !(count >= 0) || !finite(count) {
				return 0, nil, nil, fmt.Errorf("kappa: count %v in row %d: %w", count, i, ErrUndefined)
			}
			total += count
			rows[i] += count
			columns[j] += count
		}
	}
	if total == 0 {
		return 0, nil, nil, fmt.Errorf("kappa of nothing: %w", ErrUndefined)
	}
	return total, rows, columns, nil
}
