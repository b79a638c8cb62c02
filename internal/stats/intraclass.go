package stats

import "fmt"

// Design is how raters and things met, of the six intraclass correlations of Shrout and Fleiss (1979).
type Design int

const (
	// OneWay is ICC(1,·): each thing was rated by other raters.
	OneWay Design = iota
	// TwoWayRandom is ICC(2,·): all things by the same raters, who stand for others. One who is always higher agrees less.
	TwoWayRandom
	// TwoWayFixed is ICC(3,·): all things by the same raters, who are the only ones of interest. It does not matter that one is
	// always higher.
	TwoWayFixed
)

// Intraclass is an intraclass correlation of single ratings and of the mean of all raters, each with an interval. By a rule of
// thumb .5 is moderate, .75 good, .9 excellent (Koo and Li 2016).
type Intraclass struct {
	Single, Mean                 float64
	SingleInterval, MeanInterval Interval
}

// IntraclassCorrelation is that of a table with a row for each thing and a column for each rater, with the intervals of Shrout and
// Fleiss (1979), which take ratings to be normally distributed. It needs two things, two raters, a value in every place, and things
// that differ within or between.
func IntraclassCorrelation(table [][]float64, design Design, level float64) (Intraclass, error) {
	if !(level > 0 && level < 1) {
		return Intraclass{}, fmt.Errorf("intraclass correlation: level %v: it must be between 0 and 1", level)
	}
	parts, err := AnalyseTwoWay(table)
	if err != nil {
		return Intraclass{}, err
	}
	if parts.Rows == 0 || parts.Residual+parts.Columns == 0 {
		return Intraclass{}, fmt.Errorf("intraclass correlation: %w: nothing varies between things, or nothing within them", ErrUndefined)
	}
	tail := (1 + level) / 2
	var single float64
	var ends Interval
	switch design {
	case OneWay:
		within := (parts.Columns + parts.Residual) / float64(parts.RowCount*(parts.ColumnCount-1))
		single, ends = parts.byRatio(within, float64(parts.RowCount*(parts.ColumnCount-1)), tail)
	case TwoWayFixed:
		_, _, residual := parts.MeanSquares()
		if residual == 0 {
			return Intraclass{}, fmt.Errorf("intraclass correlation: %w: raters differ by a constant at most", ErrUndefined)
		}
		single, ends = parts.byRatio(residual, float64((parts.RowCount-1)*(parts.ColumnCount-1)), tail)
	case TwoWayRandom:
		if single, err = parts.AgreementICC(); err != nil {
			return Intraclass{}, err
		}
		if ends, err = parts.agreementEnds(single, tail); err != nil {
			return Intraclass{}, err
		}
	default:
		return Intraclass{}, fmt.Errorf("intraclass correlation: there is no design %d", design)
	}
	ends.Level = level
	k := float64(parts.ColumnCount)
	return Intraclass{
		Single: single, SingleInterval: ends,
		Mean: steppedUp(single, k), MeanInterval: Interval{Low: steppedUp(ends.Low, k), High: steppedUp(ends.High, k), Level: level},
	}, nil
}

// byRatio is the correlation where it is a function of one ratio of mean squares, between things and within.
func (t TwoWay) byRatio(within, freedom, tail float64) (float64, Interval) {
	rows, _, _ := t.MeanSquares()
	n, k := float64(t.RowCount-1), float64(t.ColumnCount)
	of := func(f float64) float64 { return (f - 1) / (f + k - 1) }
	f := rows / within
	return of(f), Interval{Low: of(f / fisherQuantile(tail, n, freedom)), High: of(f * fisherQuantile(tail, freedom, n))}
}

// agreementEnds are those of ICC(2,1), with Satterthwaite's degrees of freedom (Shrout and Fleiss 1979, p. 424).
func (t TwoWay) agreementEnds(icc, tail float64) (Interval, error) {
	rows, columns, residual := t.MeanSquares()
	n, k := float64(t.RowCount), float64(t.ColumnCount)
	if residual == 0 {
		return Interval{}, fmt.Errorf("intraclass correlation: %w: raters differ by a constant at most", ErrUndefined)
	}
	ratio := columns / residual
	above := k*icc*ratio + n*(1+(k-1)*icc) - k*icc
	below := (n-1)*k*k*icc*icc*ratio*ratio + (n*(1+(k-1)*icc)-k*icc)*(n*(1+(k-1)*icc)-k*icc)
	freedom := (k - 1) * (n - 1) * above * above / below
	upper, lower := fisherQuantile(tail, n-1, freedom), fisherQuantile(tail, freedom, n-1)
	rest := k*columns + (k*n-k-n)*residual
	return Interval{Low: n * (rows - upper*residual) / (upper*rest + n*rows), High: n * (lower*rows - residual) / (rest + n*lower*rows)}, nil
}

// steppedUp is the correlation of the means of k ratings (Spearman 1910, Brown 1910).
func steppedUp(single, k float64) float64 { return k * single / (1 + (k-1)*single) }
