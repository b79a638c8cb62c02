package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

func isUndefined(err error) bool { return errors.Is(err, ErrUndefined) }

// Spearman is the rank correlation of pairs, -1 to 1: Pearson's correlation of their ranks, where equal values share the
// mean of their ranks (Spearman 1904). It needs at least two pairs and some spread on both sides.
func Spearman(xs, ys []float64) (float64, error) {
	if err := pairs("rank correlation", xs, ys); err != nil {
		return 0, err
	}
	return correlation("rank correlation", Ranks(xs), Ranks(ys))
}

// SpearmanInterval is a confidence interval for a rank correlation of n pairs, by Fisher's z with the standard error of Bonett and Wright
// (2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations", Psychometrika 65): sqrt((1 + r^2/2) / (n - 3)).
// It needs four pairs; of a perfect correlation nothing can be said. Level is between 0 and 1.
func SpearmanInterval(r float64, n int, level float64) (Interval, error) {
	switch {
	case n < 4:
		return Interval{}, fmt.Errorf("interval of a rank correlation of %d pairs: %w: it takes 4", n, ErrUndefined)
	case !(math.Abs(r) < 1):
		return Interval{}, fmt.Errorf("interval of a rank correlation of %v: %w", r, ErrUndefined)
	case !(level > 0 && level < 1):
		return Interval{}, fmt.Errorf("interval of a rank correlation at level %v: it must be between 0 and 1", level)
	}
	z, half := math.Atanh(r), normalQuantile(1-(1-level)/2)*math.Sqrt((1+r*r/2)/float64(n-3))
	return Interval{math.Tanh(z - half), math.Tanh(z + half), level}, nil
}

// Pearson is the linear correlation of pairs, -1 to 1. It needs at least two pairs and some spread on both sides.
func Pearson(xs, ys []float64) (float64, error) {
	if err := pairs("correlation", xs, ys); err != nil {
		return 0, err
	}
	return correlation("correlation", xs, ys)
}

func pairs(what string, xs, ys []float64) error {
	if len(xs) != len(ys) {
		return fmt.Errorf("%s of %d values with %d: %w", what, len(xs), len(ys), ErrUndefined)
	}
	return errors.Join(need(what, xs, 2), need(what, ys, 2))
}

func correlation(what string, xs, ys []float64) (float64, error) {
	centerX, centerY := mean(xs), mean(ys)
	var both, squaresX, squaresY float64
	for i := range xs {
		dx, dy := xs[i]-centerX, ys[i]-centerY
		both, squaresX, squaresY = both+dx*dy, squaresX+dx*dx, squaresY+dy*dy
	}
	if squaresX == 0 || squaresY == 0 {
		return 0, fmt.Errorf("%s: %w: one side does not vary", what, ErrUndefined)
	}
	return held(what, both/math.Sqrt(squaresX*squaresY))
}

// Ranks are the places of values in ascending order, from 1; equal ones share the mean of theirs. Values must be finite.
func Ranks(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(xs[a], xs[b]) })
	out := make([]float64, len(xs))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && xs[order[j]] == xs[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+1+j) / 2
		}
		i = j
	}
	return out
}

// AUC is the probability that a value drawn from high is larger than one drawn from low; ties count half. It is the area
// under the ROC curve, and Mann and Whitney's U over the number of pairs (Hanley and McNeil 1982). Both need a value.
func AUC(low, high []float64) (float64, error) {
	if err := errors.Join(need("AUC, low", low, 1), need("AUC, high", high, 1)); err != nil {
		return 0, err
	}
	all := Ranks(slices.Concat(low, high))
	var sum float64
	for _, rank := range all[len(low):] {
		sum += rank
	}
	m, n := float64(len(low)), float64(len(high))
	return (sum - n*(n+1)/2) / (m * n), nil
}
