package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Placed is a value and the clusters it belongs to: a row (a scenario), and a column (a person) that meets several rows. Values of one
// row, and of one column, are not independent of each other.
type Placed struct {
	Value       float64
	Row, Column int
}

// ClusteredMean is a mean of values in clusters and how sure it is. Intervals, tests against a value and tests of equivalence come from
// the same resamples, so that they never contradict each other: a 95% interval holds all values that are not refused at 5%.
type ClusteredMean struct {
	Mean float64
	// SE is its standard error over clusters, and DF the degrees of freedom of it (Satterthwaite 1946); not a whole number as a rule.
	SE, DF float64
	// N values lie in Rows rows and Columns columns. Columns is 0 where only rows are drawn.
	N, Rows, Columns int

	away    []float64 // how far the means of resamples are from the mean, ascending; of rows alone
	spread  float64   // the root of their mean square
	crossed *crossed  // of rows crossed with columns
	by      [3]float64
	freedom [3]float64
}

// clusteredStream keeps these draws apart from others made with the same seed.
const clusteredStream = 0x63726f73736564

// Clustered is the mean of values in rows, or in rows crossed with columns where there are two columns or more: then it speaks about
// rows and columns that were not seen.
//
// How wide the distribution is comes from a formula, since any bootstrap of few clusters is too narrow. The variance of a mean is that between
// rows, plus that between columns, less what cells have beyond both (Cameron, Gelbach and Miller 2011, "Robust Inference With Multiway
// Clustering", JBES 29, here with the mean squares of an analysis of variance, which are not too small for few clusters); a part of rows or
// columns that comes out below zero is zero. Rows of different sizes are corrected for (Bell and McCaffrey 2002).
//
// How heavy the tails are, the same on both sides, is said by resamples of rows (Hall 1988, "On symmetric bootstrap confidence intervals", JRSS B
// 50: the skewness of few clusters is mostly noise), with Student's t with Satterthwaite's degrees of freedom in the place of the normal
// distribution; for rows crossed with columns by that t and a parametric bootstrap of the variance (crossed.go): resamples of rows and columns
// apart (the pigeonhole bootstrap; Owen 2007) have products of two counts in them, and tails that means do not have. docs/studies.md
// has what that covers in simulated studies.
//
// It needs two rows that differ in their mean. Weights are those of the values: a larger cluster counts more.
func (b Bootstrap) Clustered(values []Placed) (ClusteredMean, error) {
	b, err := b.withDefaults()
	if err != nil {
		return ClusteredMean{}, err
	}
	cells, rows, columns, err := cellsOf(values)
	if err != nil {
		return ClusteredMean{}, err
	}
	c := ClusteredMean{N: len(values), Rows: rows, Columns: columns}
	all := total{}
	for _, cell := range cells {
		all.sum, all.count = all.sum+cell.sum, all.count+cell.count
	}
	c.Mean = all.sum / all.count
	if err := c.measure(cells, all.count); err != nil {
		return ClusteredMean{}, err
	}
	if c.Columns > 0 {
		c.crossed = drawCrossed(rand.New(rand.NewPCG(b.Seed, clusteredStream)), b.Resamples, c.DF, c.by, c.freedom)
		return c, nil
	}
	return c, c.draw(b, cells)
}

// cell is what a mean needs to know of the values with one row and one column.
type cell struct {
	total
	row, column int
}

// cellsOf gathers values by cell. With one column there is nothing to cross, and columns is 0.
func cellsOf(values []Placed) (cells []cell, rows, columns int, err error) {
	rowOf, columnOf, at := map[int]int{}, map[int]int{}, map[[2]int]int{}
	number := func(of map[int]int, key int) int {
		if _, ok := of[key]; !ok {
			of[key] = len(of)
		}
		return of[key]
	}
	for i, v := range values {
		if !finite(v.Value) {
			return nil, 0, 0, fmt.Errorf("mean over clusters: value %v at position %d: %w: values must be finite", v.Value, i, ErrUndefined)
		}
		key := [2]int{number(rowOf, v.Row), number(columnOf, v.Column)}
		k, ok := at[key]
		if !ok {
			k = len(cells)
			at[key], cells = k, append(cells, cell{row: key[0], column: key[1]})
		}
		cells[k].sum += v.Value
		cells[k].count++
	}
	rows, columns = len(rowOf), len(columnOf)
	if rows < 2 {
		return nil, 0, 0, fmt.Errorf("mean over %d clusters: %w: it needs at least 2", rows, ErrUndefined)
	}
	if columns == 1 {
		columns = 0
	}
	return cells, rows, columns, nil
}

// measure finds the standard error and its degrees of freedom.
func (c *ClusteredMean) measure(cells []cell, count float64) error {
	between := func(clusters int, of func(cell) int) float64 {
		totals := make([]float64, clusters)
		for _, x := range cells {
			totals[of(x)] += x.sum - x.count*c.Mean
		}
		squares := 0.0
		for _, t := range totals {
			squares += t * t
		}
		n := float64(clusters)
		return squares / (count * count) * n / (n - 1)
	}
	byRow := between(c.Rows, func(x cell) int { return x.row })
	variance, df := byRow, float64(c.Rows-1)
	if c.Columns == 0 {
		variance, df = c.unequal(cells, count, byRow)
	}
	if c.Columns > 0 {
		byColumn := between(c.Columns, func(x cell) int { return x.column })
		byCell, left := c.withinCells(cells, count)
		if left < 1 {
			return fmt.Errorf("mean over %d by %d clusters: %w: rows and columns meet too seldom to be told apart", c.Rows, c.Columns, ErrUndefined)
		}
		c.by, c.freedom = [3]float64{byRow, byColumn, byCell}, [3]float64{float64(c.Rows - 1), float64(c.Columns - 1), left}
		variance, df = crossedVariance(byRow, byColumn, byCell, c.freedom[0], c.freedom[1], left)
		df = max(df, welch(variance, byRow, byColumn, byCell, c.freedom[0], c.freedom[1], left))
	}
	if scale := math.Abs(c.Mean) * 1e-12; !(math.Sqrt(variance) > scale) {
		return fmt.Errorf("mean over %d clusters: %w: all clusters have the same mean, so nothing says how sure it is", c.Rows, ErrUndefined)
	}
	c.SE, c.DF = math.Sqrt(variance), df
	return nil
}

// unequal corrects the variance of a mean over rows, and its degrees of freedom, for rows of different sizes: a large row pulls the mean towards
// itself, so that its own distance from it is too small (Bell and McCaffrey 2002, "Bias reduction in standard errors for linear regression with
// multi-stage samples", Survey Methodology 28, with row means of equal variance as the working model). With rows of one size nothing changes. The
// variance is a quadratic form m'Am in the row means m, with A = D - wd' - dw' + sww' for shares w, d = w^2, D = diag(d) and s the sum
// of d; its degrees of freedom are tr(A)^2 / tr(A^2).
func (c *ClusteredMean) unequal(cells []cell, count, byRow float64) (variance, df float64) {
	shares := make([]float64, c.Rows)
	for _, x := range cells {
		shares[x.row] += x.count / count
	}
	var ww, wd, dd, diagonal float64
	for _, w := range shares {
		d := w * w
		ww, wd, dd = ww+d, wd+w*d, dd+d*d
	}
	for _, w := range shares {
		d := w * w
		diagonal += d*d + 2*d*(ww*d-2*w*d)
	}
	trace := ww - 2*wd + ww*ww
	square := diagonal + 2*(ww*dd+wd*wd) - 4*ww*ww*wd + ww*ww*ww*ww
	n := float64(c.Rows)
	if ww*n-1 < 1e-12 {
		return byRow, n - 1 // of one size
	}
	return byRow * (n - 1) / n * ww / trace, trace * trace / square
}

// withinCells is the variance of the mean that comes of cells once rows and columns are taken away, and its degrees of freedom: of a full
// table with equal cells it is the residual mean square over the number of values. Row and column means are fitted by turns, which
// is least squares, until nothing moves.
func (c *ClusteredMean) withinCells(cells []cell, count float64) (variance, df float64) {
	const rounds, still = 200, 1e-10
	row, column := make([]float64, c.Rows), make([]float64, c.Columns)
	fit := func(effects []float64, of func(cell) int, less func(cell) float64) (moved float64) {
		sums, counts := make([]float64, len(effects)), make([]float64, len(effects))
		for _, x := range cells {
			sums[of(x)] += x.sum - x.count*(c.Mean+less(x))
			counts[of(x)] += x.count
		}
		for i := range effects {
			next := sums[i] / counts[i]
			moved, effects[i] = max(moved, math.Abs(next-effects[i])), next
		}
		return moved
	}
	rowAt, columnAt := func(x cell) int { return x.row }, func(x cell) int { return x.column }
	for range rounds {
		moved := fit(row, rowAt, func(x cell) float64 { return column[x.column] })
		moved = max(moved, fit(column, columnAt, func(x cell) float64 { return row[x.row] }))
		if moved <= still*math.Abs(c.Mean) || moved < 1e-300 {
			break
		}
	}
	squares := 0.0
	for _, x := range cells {
		rest := x.sum - x.count*(c.Mean+row[x.row]+column[x.column])
		squares += rest * rest
	}
	df = float64(len(cells) - c.Rows - c.Columns + 1)
	if df < 1 {
		return 0, df
	}
	return squares / (count * count) * float64(len(cells)) / df, df
}

// crossedVariance is the variance of a mean over rows crossed with columns, from the three that go by rows, by columns and by cells, with
// Satterthwaite's degrees of freedom for the sum that is left when parts below zero are taken for zero.
func crossedVariance(byRow, byColumn, byCell, dfRows, dfColumns, dfCells float64) (variance, df float64) {
	fromRows, fromColumns := max(0, byRow-byCell), max(0, byColumn-byCell)
	variance = fromRows + fromColumns + byCell
	switch {
	case fromRows > 0 && fromColumns > 0:
		df = variance * variance / (byRow*byRow/dfRows + byColumn*byColumn/dfColumns + byCell*byCell/dfCells)
	case fromRows > 0:
		df = dfRows
	case fromColumns > 0:
		df = dfColumns
	default:
		df = dfCells
	}
	return variance, max(df, 1)
}

// welch are the degrees of freedom of a variance that was estimated from three: squares of estimates are too large on average, and Satterthwaite's
// formula of them too small (Welch 1947, "The generalization of 'Student's' problem", Biometrika 34, has the correction by 2).
func welch(variance, byRow, byColumn, byCell, dfRows, dfColumns, dfCells float64) float64 {
	if byRow <= byCell || byColumn <= byCell {
		return 0 // one of them alone is left, which needs no formula
	}
	return variance*variance/(byRow*byRow/(dfRows+2)+byColumn*byColumn/(dfColumns+2)+byCell*byCell/(dfCells+2)) - 2
}

// draw makes the resamples, of rows.
func (c *ClusteredMean) draw(b Bootstrap, cells []cell) error {
	draw := rand.New(rand.NewPCG(b.Seed, clusteredStream))
	rows := make([]float64, c.Rows)
	c.away = make([]float64, 0, b.Resamples)
	squares := 0.0
	for range b.Resamples {
		redraw(draw, rows)
		var all total
		for _, x := range cells {
			all.sum, all.count = all.sum+rows[x.row]*x.sum, all.count+rows[x.row]*x.count
		}
		away := math.Abs(all.sum/all.count - c.Mean)
		c.away, squares = append(c.away, away), squares+away*away
	}
	c.spread = math.Sqrt(squares / float64(len(c.away)))
	if !(c.spread > 0) {
		return fmt.Errorf("mean over %d clusters: %w: resamples do not differ", c.Rows, ErrUndefined)
	}
	slices.Sort(c.away)
	return nil
}

// redraw fills in how often each of so many things is drawn, with replacement.
func redraw(draw *rand.Rand, times []float64) {
	clear(times)
	for range times {
		times[draw.IntN(len(times))]++
	}
}

// Interval is a confidence interval of a level between 0 and 1.
func (c ClusteredMean) Interval(level float64) Interval {
	if c.crossed != nil {
		half := c.SE * c.crossed.reach(1-level)
		return Interval{Low: c.Mean - half, High: c.Mean + half, Level: level}
	}
	half := c.SE * normalToStudent(sortedQuantile(c.away, level)/c.spread, c.DF)
	return Interval{Low: c.Mean - half, High: c.Mean + half, Level: level}
}

// beyond is the share of the distribution at least as far from the mean as a value, on both sides together; of resamples never 0, since
// that cannot be told from them.
func (c ClusteredMean) beyond(value float64) float64 {
	if c.crossed != nil {
		return c.crossed.beyond((value - c.Mean) / c.SE)
	}
	edge := studentToNormal(math.Abs(value-c.Mean)/c.SE, c.DF) * c.spread
	far, tie := 0.0, 1e-9*c.spread
	for _, away := range c.away {
		switch {
		case math.Abs(away-edge) <= tie:
			far += 0.5
		case away > edge:
			far++
		}
	}
	return (far + 0.5) / (float64(len(c.away)) + 1)
}

// below is the share of the distribution below a value.
func (c ClusteredMean) below(value float64) float64 {
	if value < c.Mean {
		return c.beyond(value) / 2
	}
	return 1 - c.beyond(value)/2
}

// P is how probable a mean at least this far from a value would be if that were the truth, on both sides.
func (c ClusteredMean) P(value float64) float64 { return c.beyond(value) }

// EquivalenceP is the larger p of two one-sided tests (Schuirmann 1987): that the truth is not below -margin, and not above it. At 5% it
// goes with a 90% interval that lies within the margin. The margin is above 0.
func (c ClusteredMean) EquivalenceP(margin float64) float64 {
	return max(c.below(-margin), 1-c.below(margin))
}
