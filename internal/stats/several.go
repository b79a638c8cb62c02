package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Holm adjusts p values of several tests so that the chance to refuse any truth among them stays at the level of one (Holm 1979, "A
// Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6). The order is kept.
func Holm(ps []float64) ([]float64, error) {
	order := make([]int, len(ps))
	for i, p := range ps {
		if !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("adjustment after Holm: %w: %v is no probability", ErrUndefined, p)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	out, so := make([]float64, len(ps)), 0.0
	for rank, i := range order {
		so = max(so, min(1, ps[i]*float64(len(ps)-rank)))
		out[i] = so
	}
	return out, nil
}

// StandardizedDifference is the difference of the means of paired values, second less first, over the root of the mean of both variances:
// d_av of Cumming (2012, "Understanding The New Statistics"), which can be compared with studies that have no pairs, with the
// correction of Hedges (1981) for n-1 degrees of freedom. Over is what it is divided by. It needs three pairs and some spread.
func StandardizedDifference(first, second []float64) (d, over float64, err error) {
	if len(first) != len(second) {
		return 0, 0, fmt.Errorf("standardized difference: %w: %d values are paired with %d", ErrUndefined, len(first), len(second))
	}
	if len(first) < 3 {
		return 0, 0, fmt.Errorf("standardized difference of %d pairs: %w: it needs at least 3", len(first), ErrUndefined)
	}
	before, err := Variance(first)
	if err != nil {
		return 0, 0, err
	}
	after, err := Variance(second)
	if err != nil {
		return 0, 0, err
	}
	spread := math.Sqrt((before + after) / 2)
	if !(spread > 0) {
		return 0, 0, fmt.Errorf("standardized difference: %w: neither side varies", ErrUndefined)
	}
	over = spread / (1 - 3/(4*float64(len(first)-1)-1))
	return (mean(second) - mean(first)) / over, over, nil
}

// Spread is how much groups differ beyond what chance within them makes of it.
type Spread struct {
	// SD is the standard deviation between the groups' true means, 0 where what is seen is no more than chance.
	SD float64
	// F compares the two, and P is how probable as much would be if all groups had one mean.
	F, P float64
	// Groups were compared, with N values; those with a single value say nothing about chance and count all the same.
	Groups, N int
}

// Between is a one-way analysis of variance with groups drawn from many (Searle, Casella and McCulloch 1992, "Variance Components", 3.6, for
// groups of different sizes). It takes the values within a group to be independent. It needs two groups, and spread within one.
func Between(groups [][]float64) (Spread, error) {
	var all []float64
	within, squares, n := 0.0, 0.0, 0
	for i, group := range groups {
		if len(group) == 0 {
			continue
		}
		if err := need(fmt.Sprintf("spread between groups: group %d", i), group, 1); err != nil {
			return Spread{}, err
		}
		all = append(all, group...)
		within += sumOfSquares(group)
		squares += float64(len(group) * len(group))
		n++
	}
	left := len(all) - n
	if n < 2 || left < 1 {
		return Spread{}, fmt.Errorf("spread between groups: %w: it needs 2 groups, and one with 2 values", ErrUndefined)
	}
	between := max(0, sumOfSquares(all)-within)
	msBetween, msWithin := between/float64(n-1), within/float64(left)
	if !(msWithin > 1e-24*(1+msBetween)) {
		return Spread{}, fmt.Errorf("spread between groups: %w: nothing varies within groups", ErrUndefined)
	}
	size := (float64(len(all)) - squares/float64(len(all))) / float64(n-1)
	out := Spread{Groups: n, N: len(all), F: msBetween / msWithin}
	out.SD = math.Sqrt(max(0, msBetween-msWithin) / size)
	out.P = 1 - fisherCDF(out.F, float64(n-1), float64(left))
	return out, nil
}

// Bounds are the least and the most something can be.
type Bounds struct{ Low, High float64 }

// TrimmedBounds bound the difference of means, second less first, among those who would have a value on either side, where more are missing on
// one side than on the other: the side with more values loses its highest, or its lowest, until the shares are alike (Lee 2009, "Training,
// Wages, and Sample Selection", Review of Economic Studies 76). It holds where what keeps a value from being there works one way only.
// Started are how many were begun on each side.
func TrimmedBounds(first []float64, firstStarted int, second []float64, secondStarted int) (Bounds, error) {
	if err := need("trimmed bounds", first, 1); err != nil {
		return Bounds{}, err
	}
	if err := need("trimmed bounds", second, 1); err != nil {
		return Bounds{}, err
	}
	if len(first) > firstStarted || len(second) > secondStarted {
		return Bounds{}, fmt.Errorf("trimmed bounds: %w: there are more values than were begun", ErrUndefined)
	}
	had, has := float64(len(first))/float64(firstStarted), float64(len(second))/float64(secondStarted)
	firstLow, firstHigh := trimmedMeans(first, max(0, 1-has/had))
	secondLow, secondHigh := trimmedMeans(second, max(0, 1-had/has))
	return Bounds{Low: secondLow - firstHigh, High: secondHigh - firstLow}, nil
}

// trimmedMeans are the means without a share of the highest, and without one of the lowest. A share that is no whole number of values takes
// part of one.
func trimmedMeans(values []float64, share float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(values))
	keep := float64(len(sorted)) * (1 - share)
	if keep < 1 {
		keep = 1 // of next to nothing, the outermost
	}
	part := func(at func(int) float64) float64 {
		sum, left := 0.0, keep
		for i := 0; left > 1e-12 && i < len(sorted); i++ {
			w := min(1, left)
			sum, left = sum+w*at(i), left-w
		}
		return sum / keep
	}
	return part(func(i int) float64 { return sorted[i] }), part(func(i int) float64 { return sorted[len(sorted)-1-i] })
}
