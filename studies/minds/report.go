package minds

import (
	"github.com/vignette-sim/vignette/internal/stats"
)

// Report is what an experiment found.
type Report struct {
	// Experiment is its name on the command line.
	Experiment string
	// Title says in a line what it asks.
	Title string
	// Episodes is how many were played for it.
	Episodes int
	Tables   []Table
}

// Table is one table of a report.
type Table struct {
	// ID names it for programs.
	ID string
	// Title and Note are for people: what it shows, and what to know about it.
	Title, Note string
	// Keys are the headers of the columns that name a row, Columns those of its values.
	Keys, Columns []string
	Rows          []Row
}

// Row is one row of a table.
type Row struct {
	// Keys name it, one for each of the table's.
	Keys []string
	// Cells are its values, one for each of the table's columns.
	Cells []Cell
}

// Cell is one value.
type Cell struct {
	// Value is nil where there is none.
	Value *float64
	// CI95 is nil where it cannot be had, or where none is needed.
	CI95 *stats.Interval
	// N is how many clients, sessions or texts it is from, as the table says; 0 where that is not told.
	N int
	// Whole says that the value counts something.
	Whole bool
	// Text stands in place of a value, where the cell is no number.
	Text string
}

// number is a cell with a value and nothing else.
func number(x float64) Cell { return Cell{Value: &x} }

// count is a cell that counts.
func count(n int) Cell {
	cell := number(float64(n))
	cell.Whole = true
	return cell
}
