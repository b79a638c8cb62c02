package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrUndefined says that a statistic has no value for these data. Errors that wrap it say why.
var ErrUndefined = errors.New("undefined")

// Mean is the arithmetic mean. It needs at least one value.
func Mean(xs []float64) (float64, error) {
	if err := need("mean", xs, 1); err != nil {
		return 0, err
	}
	return held("mean", mean(xs))
}

// WeightedMean is sum(w x) / sum(w). Weights must not be negative and not all zero.
func WeightedMean(xs, weights []float64) (float64, error) {
	if len(xs) != len(weights) {
		return 0, fmt.Errorf("weighted mean of %d values with %d weights: %w", len(xs), len(weights), ErrUndefined)
	}
	if err := errors.Join(need("weighted mean", xs, 1), need("weighted mean, weights", weights, 1)); err != nil {
		return 0, err
	}
	var sum, total float64
	for i, w := range weights {
		if w < 0 {
			return 0, fmt.Errorf("weighted mean: weight %v at position %d is negative: %w", w, i, ErrUndefined)
		}
		sum += w * xs[i]
		total += w
	}
	if total == 0 {
		return 0, fmt.Errorf("weighted mean: all weights are 0: %w", ErrUndefined)
	}
	return held("weighted mean", sum/total)
}

// Variance is the unbiased sample variance, with n-1 in the denominator. It needs at least two values.
func Variance(xs []float64) (float64, error) {
	if err := need("variance", xs, 2); err != nil {
		return 0, err
	}
	return held("variance", sumOfSquares(xs)/float64(len(xs)-1))
}

// StdDev is the square root of [Variance].
func StdDev(xs []float64) (float64, error) {
	if err := need("standard deviation", xs, 2); err != nil {
		return 0, err
	}
	return held("standard deviation", math.Sqrt(sumOfSquares(xs)/float64(len(xs)-1)))
}

// Quantile is the value below which a share p of the sample lies, 0 to 1, by linear interpolation between order
// statistics: type 7 of Hyndman and Fan (1996, "Sample quantiles in statistical packages", The American Statistician
// 50), the default of R and NumPy. It needs at least one value and does not change xs.
func Quantile(xs []float64, p float64) (float64, error) {
	if err := need("quantile", xs, 1); err != nil {
		return 0, err
	}
	if !(p >= 0 && p <= 1) {
		return 0, fmt.Errorf("quantile at %v: p must be between 0 and 1: %w", p, ErrUndefined)
	}
	return sortedQuantile(slices.Sorted(slices.Values(xs)), p), nil
}

// sortedQuantile is Quantile of values in ascending order.
func sortedQuantile(sorted []float64, p float64) float64 {
	position := p * float64(len(sorted)-1)
	below := int(position)
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	share := position - float64(below)
	// Not low + share * (high - low): that overflows for huge values of opposite sign.
	return sorted[below]*(1-share) + sorted[below+1]*share
}

// mean divides the sum once and then corrects it: the mean of equal values is that value, to the last bit, and rounding
// does not grow with the distance from zero.
func mean(xs []float64) float64 {
	var sum float64
	for _, x := range xs {
		sum += x
	}
	first := sum / float64(len(xs))
	var rest float64
	for _, x := range xs {
		rest += x - first
	}
	return first + rest/float64(len(xs))
}

func sumOfSquares(xs []float64) float64 {
	center := mean(xs)
	var sum float64
	for _, x := range xs {
		sum += (x - center) * (x - center)
	}
	return sum
}

// held refuses results that overflowed.
func held(what string, x float64) (float64, error) {
	if !finite(x) {
		return 0, fmt.Errorf("%s: %w: the values are too large for a float64 to hold it", what, ErrUndefined)
	}
	return x, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// need refuses samples that are too small or not finite.
func need(what string, xs []float64, n int) error {
	if len(xs) < n {
		return fmt.Errorf("%s of %d values: %w: it needs at least %d", what, len(xs), ErrUndefined, n)
	}
	for i, x := range xs {
		if !finite(x) {
			return fmt.Errorf("%s: value %v at position %d: %w: values must be finite", what, x, i, ErrUndefined)
		}
	}
	return nil
}
