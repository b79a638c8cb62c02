package stats

import "fmt"

// OneWayICC is the intraclass correlation of single ratings of things that were each rated by whoever it was: ICC(1,1) of Shrout and
// Fleiss (1979), from a one-way analysis of variance. Things may have different numbers of ratings (Donner 1986, "A Review of
// Inference Procedures for the Intraclass Correlation Coefficient", for the mean group size); those with one or none drop out. It
// needs two things and some spread.
func OneWayICC(units [][]float64) (float64, error) {
	var kept [][]float64
	var all []float64
	squares := 0.0
	for i, unit := range units {
		if len(unit) < 2 {
			continue
		}
		if err := need(fmt.Sprintf("intraclass correlation: unit %d", i), unit, 2); err != nil {
			return 0, err
		}
		kept, all = append(kept, unit), append(all, unit...)
		squares += float64(len(unit) * len(unit))
	}
	if len(kept) < 2 {
		return 0, fmt.Errorf("intraclass correlation: %w: it needs at least 2 things that were rated twice", ErrUndefined)
	}
	n, total := float64(len(kept)), float64(len(all))
	grand, between, within := mean(all), 0.0, 0.0
	for _, unit := range kept {
		m := mean(unit)
		between += float64(len(unit)) * (m - grand) * (m - grand)
		for _, x := range unit {
			within += (x - m) * (x - m)
		}
	}
	between, within = between/(n-1), within/(total-n)
	size := (total - squares/total) / (n - 1)
	if between+(size-1)*within == 0 {
		return 0, fmt.Errorf("intraclass correlation: %w: everything was rated the same", ErrUndefined)
	}
	return (between - within) / (between + (size-1)*within), nil
}
