package agreement

import "github.com/vignette-sim/vignette/internal/stats"

// tallies are tables of what two said, one for each cluster: cells by row and column with how often each occurs.
type tallies struct {
	rows, columns int
	clusters      [][][2]int
}

// tally counts pairs in square tables.
func tally(pairs []pair, size int, cell func(pair) (row, column int)) tallies {
	return tallyWide(pairs, size, size, cell)
}

// tallyWide counts pairs in tables that have more columns than rows.
func tallyWide(pairs []pair, rows, columns int, cell func(pair) (row, column int)) tallies {
	t := tallies{rows: rows, columns: columns}
	for _, cluster := range clusters(pairs) {
		var cells [][2]int
		for _, p := range cluster {
			row, column := cell(p)
			cells = append(cells, [2]int{row, column})
		}
		t.clusters = append(t.clusters, cells)
	}
	return t
}

// sum is the table of some clusters, or of all when none are named.
func (t tallies) sum(drawn []int) [][]float64 {
	table, flat := make([][]float64, t.rows), make([]float64, t.rows*t.columns)
	for i := range table {
		table[i] = flat[i*t.columns : (i+1)*t.columns]
	}
	add := func(cells [][2]int) {
		for _, cell := range cells {
			table[cell[0]][cell[1]]++
		}
	}
	if drawn == nil {
		for _, cells := range t.clusters {
			add(cells)
		}
	}
	for _, i := range drawn {
		add(t.clusters[i])
	}
	return table
}

// interval is that of a statistic of tables.
func (t tallies) interval(boot stats.Bootstrap, of func([][]float64) (float64, error)) CI {
	return ends(boot.Interval(len(t.clusters), func(drawn []int) (float64, error) { return of(t.sum(drawn)) }))
}

// right is the share of a table on its diagonal, of all its columns; 0 of an empty one.
func right(table [][]float64) float64 {
	var hit, total float64
	for i, row := range table {
		for j, n := range row {
			total += n
			if i == j {
				hit += n
			}
		}
	}
	if total == 0 {
		return 0
	}
	return hit / total
}

// square is a table without what is right of its diagonal's end.
func square(table [][]float64) [][]float64 {
	out := make([][]float64, len(table))
	for i, row := range table {
		out[i] = row[:len(table)]
	}
	return out
}

// classes are the rows of a table as classes.
func classes(table [][]float64) []stats.Class {
	out := make([]stats.Class, len(table))
	for i, row := range table {
		for j, n := range row {
			out[i].Is += n
			if j < len(out) {
				out[j].Called += n
			}
		}
		out[i].Right = row[i]
	}
	return out
}
