package stats

import "fmt"

// CohenKappa is the agreement of two raters beyond chance, at most 1 (Cohen 1960). table[i][j] counts the things that one
// called i and the other j. It must be square, without negative counts, and both must not have called everything the same.
func CohenKappa(table [][]float64) (float64, error) {
	var total, agreed, expected float64
	rows, columns := make([]float64, len(table)), make([]float64, len(table))
	for i, row := range table {
		if len(row) != len(table) {
			return 0, fmt.Errorf("kappa: row %d has %d counts in a table of %d rows: %w", i, len(row), len(table), ErrUndefined)
		}
		for j, count := range row {
			if !(count >= 0) || !finite(count) {
				return 0, fmt.Errorf("kappa: count %v in row %d: %w", count, i, ErrUndefined)
			}
			total += count
			rows[i] += count
			columns[j] += count
		}
		agreed += row[i]
	}
	if total == 0 {
		return 0, fmt.Errorf("kappa of nothing: %w", ErrUndefined)
	}
	for i := range rows {
		expected += rows[i] * columns[i] / total
	}
	if expected == total {
		return 0, fmt.Errorf("kappa: %w: both raters called everything the same", ErrUndefined)
	}
	return (agreed - expected) / (total - expected), nil
}
