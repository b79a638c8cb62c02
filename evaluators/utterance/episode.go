package utterance

import "slices"

// Coverage is how far a strategy was reached: the best turn, and a little for every further one, less each time. With them sorted,
// highest first, c1 >= c2 >= ..., it is c1 + (1 - c1) (c2/2 + c3/4 + c4/8 + ...). There must be one.
func Coverage(credits []float64) float64 {
	sorted := slices.Sorted(slices.Values(credits))
	slices.Reverse(sorted)
	best, further, share := sorted[0], 0.0, 1.0
	for _, credit := range sorted[1:] {
		share /= 2
		further += share * credit
	}
	return best + (1-best)*further
}

// Mean is how well a state was kept.
func Mean(credits []float64) float64 {
	var sum float64
	for _, credit := range credits {
		sum += credit
	}
	return sum / float64(len(credits))
}
