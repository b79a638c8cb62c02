package classify

import (
	"fmt"
	"slices"
)

// Held predicts each sample by a model trained without its group's fold: probabilities, in the order of the samples. Groups are
// dealt to folds in the order of their names; folds must be two or more, groups as many or more. Samples without a group are each
// on their own.
func Held(samples []Sample, labels []string, folds int, o Options) ([][]float64, error) {
	fold, err := deal(samples, folds)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(samples))
	for k := range folds {
		var rest []Sample
		for i, s := range samples {
			if fold[i] != k {
				rest = append(rest, s)
			}
		}
		m, err := Train(rest, labels, o)
		if err != nil {
			return nil, fmt.Errorf("without fold %d: %w", k, err)
		}
		for i, s := range samples {
			if fold[i] == k {
				out[i] = m.Probabilities(s.Bag)
			}
		}
	}
	return out, nil
}

func deal(samples []Sample, folds int) ([]int, error) {
	groups := make([]string, len(samples))
	for i, s := range samples {
		groups[i] = s.Group
		if s.Group == "" {
			groups[i] = fmt.Sprintf("\x00%09d", i)
		}
	}
	names := slices.Clone(groups)
	slices.Sort(names)
	names = slices.Compact(names)
	if folds < 2 || len(names) < folds {
		return nil, fmt.Errorf("classify: %d folds of %d groups; give two folds or more, and a group for each", folds, len(names))
	}
	fold := make([]int, len(samples))
	for i, group := range groups {
		at, _ := slices.BinarySearch(names, group)
		fold[i] = at % folds
	}
	return fold, nil
}
