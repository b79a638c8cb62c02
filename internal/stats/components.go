package stats

import "fmt"

// EstimateComponents takes values in rows, or in rows crossed with columns where there are two columns or more, apart into the variances they are made
// of, by the mean squares of an analysis of variance (Searle, Casella and McCulloch 1992, "Variance Components"); one that comes out below zero is
// zero. Where no cell has two values, what is between repeats cannot be told from what is between cells and counts as the latter: then more
// repeats look as if they helped less than they do. A crossed table needs a value in every cell.
func EstimateComponents(values []Placed) (Components, error) {
	cells, rows, columns, err := cellsOf(values)
	if err != nil {
		return Components{}, err
	}
	at := map[[2]int][]float64{}
	rowOf, columnOf := map[int]int{}, map[int]int{}
	number := func(of map[int]int, key int) int {
		if _, ok := of[key]; !ok {
			of[key] = len(of)
		}
		return of[key]
	}
	for _, v := range values {
		key := [2]int{number(rowOf, v.Row), number(columnOf, v.Column)}
		at[key] = append(at[key], v.Value)
	}
	within, left, inverse := 0.0, 0, 0.0
	for _, group := range at {
		within += sumOfSquares(group)
		left += len(group) - 1
		inverse += 1 / float64(len(group))
	}
	var out Components
	if left > 0 {
		out.Repeats = within / float64(left)
	}
	if columns == 0 {
		groups := make([][]float64, 0, len(at))
		for _, group := range at {
			groups = append(groups, group)
		}
		if left == 0 { // a value a row: all of it varies from row to row
			var all []float64
			for _, v := range values {
				all = append(all, v.Value)
			}
			out.Rows, err = Variance(all)
			return out, err
		}
		spread, err := Between(groups)
		if err != nil {
			return Components{}, err
		}
		out.Rows = spread.SD * spread.SD
		return out, nil
	}
	if len(cells) != rows*columns {
		return Components{}, fmt.Errorf("variances of %d by %d clusters: %w: %d of %d cells are empty", rows, columns, ErrUndefined, rows*columns-len(cells), rows*columns)
	}
	table := make([][]float64, rows)
	for i := range table {
		table[i] = make([]float64, columns)
	}
	for _, c := range cells {
		table[c.row][c.column] = c.sum / c.count
	}
	two, err := AnalyseTwoWay(table)
	if err != nil {
		return Components{}, err
	}
	byRow, byColumn, rest := two.MeanSquares()
	out.Cells = max(0, rest-out.Repeats*inverse/float64(len(cells)))
	out.Rows, out.Columns = max(0, byRow-rest)/float64(columns), max(0, byColumn-rest)/float64(rows)
	return out, nil
}
