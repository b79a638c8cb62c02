package stats

import (
	"fmt"
	"math"
)

// KappaError is the large-sample standard error of [WeightedKappa] (Fleiss, Cohen and Everitt 1969): for few things it is too
// small, and it takes things to be independent, which turns of one conversation are not.
func KappaError(table [][]float64, disagreement Disagreement) (float64, error) {
	kappa, err := WeightedKappa(table, disagreement)
	if err != nil {
		return 0, err
	}
	total, rows, columns, err := margins(table)
	if err != nil {
		return 0, err
	}
	// Disagreement becomes agreement, 1 for the same and 0 for the farthest.
	farthest := 0.0
	for i := range table {
		for j := range table {
			farthest = max(farthest, disagreement(i, j))
		}
	}
	agreement := func(i, j int) float64 { return 1 - disagreement(i, j)/farthest }
	ofRow, ofColumn, expected := make([]float64, len(table)), make([]float64, len(table)), 0.0
	for i := range table {
		for j := range table {
			w := agreement(i, j)
			ofRow[i] += w * columns[j] / total
			ofColumn[j] += w * rows[i] / total
			expected += w * rows[i] * columns[j] / (total * total)
		}
	}
	sum := 0.0
	for i := range table {
		for j, count := range table[i] {
			d := agreement(i, j) - (ofRow[i]+ofColumn[j])*(1-kappa)
			sum += count / total * d * d
		}
	}
	rest := kappa - expected*(1-kappa)
	return held("standard error of kappa", math.Sqrt(max(0, sum-rest*rest)/total)/(1-expected))
}

// FleissKappa is the agreement beyond chance of raters who need not be the same for every thing (Fleiss 1971). counts[i][j] is how
// many raters gave thing i to category j; all things must have the same number of raters, two or more.
func FleissKappa(counts [][]float64) (float64, error) {
	if len(counts) == 0 {
		return 0, fmt.Errorf("kappa of Fleiss of nothing: %w", ErrUndefined)
	}
	raters, shares, agreed := 0.0, make([]float64, len(counts[0])), 0.0
	for i, row := range counts {
		if len(row) != len(shares) {
			return 0, fmt.Errorf("kappa of Fleiss: %w: row %d has %d categories, the first has %d", ErrUndefined, i, len(row), len(shares))
		}
		n, same := 0.0, 0.0
		for j, count := range row {
			if !(count >= 0) || !finite(count) {
				return 0, fmt.Errorf("kappa of Fleiss: %w: count %v in row %d", ErrUndefined, count, i)
			}
			n, same = n+count, same+count*(count-1)
			shares[j] += count
		}
		if i == 0 {
			raters = n
		}
		if n < 2 || n != raters {
			return 0, fmt.Errorf("kappa of Fleiss: %w: row %d has %v ratings; all need the same number, at least 2", ErrUndefined, i, n)
		}
		agreed += same / (n * (n - 1))
	}
	observed, expected := agreed/float64(len(counts)), 0.0
	for _, s := range shares {
		p := s / (raters * float64(len(counts)))
		expected += p * p
	}
	if expected == 1 {
		return 0, fmt.Errorf("kappa of Fleiss: %w: everything was rated the same", ErrUndefined)
	}
	return (observed - expected) / (1 - expected), nil
}
