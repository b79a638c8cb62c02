package stats

import "fmt"

// TwoWay is an analysis of variance of a table with one value for each row and column: people met by treatments.
type TwoWay struct {
	// Rows, Columns and Residual are sums of squares; together they are the total.
	Rows, Columns, Residual float64
	// RowCount and ColumnCount are how many there are.
	RowCount, ColumnCount int
}

// AnalyseTwoWay takes a table apart. It needs two rows and two columns, and a value in every place.
func AnalyseTwoWay(table [][]float64) (TwoWay, error) {
	if len(table) < 2 || len(table[0]) < 2 {
		return TwoWay{}, fmt.Errorf("two-way analysis: %w: it needs at least 2 rows and 2 columns", ErrUndefined)
	}
	out := TwoWay{RowCount: len(table), ColumnCount: len(table[0])}
	var all []float64
	rowMeans, columns := make([]float64, out.RowCount), make([][]float64, out.ColumnCount)
	for i, row := range table {
		if len(row) != out.ColumnCount {
			return TwoWay{}, fmt.Errorf("two-way analysis: %w: row %d has %d values, the first has %d", ErrUndefined, i, len(row), out.ColumnCount)
		}
		if err := need("two-way analysis", row, 2); err != nil {
			return TwoWay{}, err
		}
		all = append(all, row...)
		rowMeans[i] = mean(row)
		for j, x := range row {
			columns[j] = append(columns[j], x)
		}
	}
	columnMeans := make([]float64, out.ColumnCount)
	for j, column := range columns {
		columnMeans[j] = mean(column)
	}
	out.Rows = float64(out.ColumnCount) * sumOfSquares(rowMeans)
	out.Columns = float64(out.RowCount) * sumOfSquares(columnMeans)
	out.Residual = max(0, sumOfSquares(all)-out.Rows-out.Columns) // not below zero by rounding
	return out, nil
}

// Total is the sum of squares of everything.
func (t TwoWay) Total() float64 { return t.Rows + t.Columns + t.Residual }

// MeanSquares are the sums of squares over their degrees of freedom.
func (t TwoWay) MeanSquares() (rows, columns, residual float64) {
	r, c := float64(t.RowCount-1), float64(t.ColumnCount-1)
	return t.Rows / r, t.Columns / c, t.Residual / (r * c)
}

// RowVariance is the variance between rows without what chance and the interplay with columns add to their means: the
// variance component of a mixed model (rows drawn from a population, columns fixed). It is 0 where the estimate is negative.
func (t TwoWay) RowVariance() float64 {
	rows, _, residual := t.MeanSquares()
	return max(0, rows-residual) / float64(t.ColumnCount)
}

// AgreementICC is the intraclass correlation of single raters (columns) who are drawn from a population, about what they say of
// things (rows): ICC(2,1) of Shrout and Fleiss (1979). A rater who is always two points higher agrees less for it.
func (t TwoWay) AgreementICC() (float64, error) {
	rows, columns, residual := t.MeanSquares()
	n, k := float64(t.RowCount), float64(t.ColumnCount)
	return ratio("intraclass correlation", rows-residual, rows+(k-1)*residual+k*(columns-residual)/n)
}

// ConsistencyICC is the same for raters who are the only ones of interest, where it does not matter that one is always higher:
// ICC(3,1) of Shrout and Fleiss (1979).
func (t TwoWay) ConsistencyICC() (float64, error) {
	rows, _, residual := t.MeanSquares()
	return ratio("intraclass correlation", rows-residual, rows+float64(t.ColumnCount-1)*residual)
}

func ratio(what string, above, below float64) (float64, error) {
	if !(below > 0) {
		return 0, fmt.Errorf("%s: %w: nothing varies", what, ErrUndefined)
	}
	return held(what, above/below)
}
