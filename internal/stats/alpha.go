package stats

import (
	"fmt"
	"slices"
)

// Metric says how far apart two values of a scale are when agreement is counted.
type Metric int

// Metrics of [KrippendorffAlpha].
const (
	// NominalScale: all different values are equally far apart.
	NominalScale Metric = iota
	// OrdinalScale: what counts is how many values lie between two.
	OrdinalScale
	// IntervalScale: the square of the difference.
	IntervalScale
	// RatioScale: the square of the difference, as a share of the sum; values must not be negative.
	RatioScale
)

// KrippendorffAlpha is the agreement of any number of raters beyond chance, at most 1, where not everybody rated everything
// (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"). Each unit holds the values that were given to one thing, in
// any order; a unit with one value or none says nothing about agreement and drops out. From .800 on it is firm, from .667 on
// tentative, by Krippendorff's rule of thumb.
func KrippendorffAlpha(units [][]float64, metric Metric) (float64, error) {
	values, err := valuesOf(units)
	if err != nil {
		return 0, err
	}
	if metric == RatioScale && len(values) > 0 && values[0] < 0 {
		return 0, fmt.Errorf("alpha: %w: %v is no value of a ratio scale", ErrUndefined, values[0])
	}
	coincidences, counts := coincide(units, values)
	var total float64
	for _, n := range counts {
		total += n
	}
	if total < 2 {
		return 0, fmt.Errorf("alpha: %w: nothing was rated twice", ErrUndefined)
	}
	distance := metric.between(values, counts)
	var observed, expected float64
	for i := range values {
		for j := range values {
			observed += coincidences[i][j] * distance(i, j)
			expected += counts[i] * counts[j] * distance(i, j)
		}
	}
	if expected == 0 {
		return 0, fmt.Errorf("alpha: %w: everything was rated the same", ErrUndefined)
	}
	return 1 - (total-1)*observed/expected, nil
}

// valuesOf are the values that occur, each once, ascending.
func valuesOf(units [][]float64) ([]float64, error) {
	var values []float64
	for i, unit := range units {
		if len(unit) == 0 {
			continue
		}
		if err := need(fmt.Sprintf("alpha: unit %d", i), unit, 1); err != nil {
			return nil, err
		}
		values = append(values, unit...)
	}
	slices.Sort(values)
	return slices.Compact(values), nil
}

// coincide counts the ordered pairs of values within units, each unit with the weight of the values it has, and how often each
// value can be paired.
func coincide(units [][]float64, values []float64) (pairs [][]float64, counts []float64) {
	pairs, counts = make([][]float64, len(values)), make([]float64, len(values))
	for i := range pairs {
		pairs[i] = make([]float64, len(values))
	}
	for _, unit := range units {
		if len(unit) < 2 {
			continue
		}
		weight := 1 / float64(len(unit)-1)
		places := make([]int, len(unit))
		for i, x := range unit {
			places[i], _ = slices.BinarySearch(values, x)
		}
		for i, a := range places {
			counts[a]++
			for j, b := range places {
				if i != j {
					pairs[a][b] += weight
				}
			}
		}
	}
	return pairs, counts
}

// between is how far apart two values are, by their places.
func (m Metric) between(values, counts []float64) func(i, j int) float64 {
	switch m {
	case IntervalScale:
		return func(i, j int) float64 { return (values[i] - values[j]) * (values[i] - values[j]) }
	case RatioScale:
		return func(i, j int) float64 {
			if i == j {
				return 0 // two zeros are the same
			}
			d := (values[i] - values[j]) / (values[i] + values[j])
			return d * d
		}
	case OrdinalScale:
		below := make([]float64, len(counts)+1)
		for i, n := range counts {
			below[i+1] = below[i] + n
		}
		return func(i, j int) float64 {
			low, high := min(i, j), max(i, j)
			d := below[high+1] - below[low] - (counts[low]+counts[high])/2
			return d * d * Different(i, j)
		}
	default:
		return Different
	}
}
