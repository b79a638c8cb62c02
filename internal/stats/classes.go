package stats

import "fmt"

// Class is how well one class of several is told from the others, in counts of things.
type Class struct {
	// Is counts the things that are of the class, Called those that were called so, Right those of both.
	Is, Called, Right float64
}

// Precision is how many of the things called so are so, 0-1; undefined where nothing was called so.
func (c Class) Precision() (float64, error) {
	if c.Called == 0 {
		return 0, fmt.Errorf("precision: %w: nothing was called so", ErrUndefined)
	}
	return c.Right / c.Called, nil
}

// Recall is how many of the things that are so were called so, 0-1; undefined where nothing is so.
func (c Class) Recall() (float64, error) {
	if c.Is == 0 {
		return 0, fmt.Errorf("recall: %w: nothing is so", ErrUndefined)
	}
	return c.Right / c.Is, nil
}

// F1 is the harmonic mean of precision and recall, 0-1: 0 where nothing that is so was called so, undefined where nothing is so
// and nothing was called so.
func (c Class) F1() (float64, error) {
	if c.Is+c.Called == 0 {
		return 0, fmt.Errorf("F1: %w: nothing is so and nothing was called so", ErrUndefined)
	}
	return 2 * c.Right / (c.Is + c.Called), nil
}

// MacroF1 is the mean F1 of the classes that there are things of (Is > 0), each counted alike however large it is. What was called
// by another class's name costs those it was taken from.
func MacroF1(classes []Class) (float64, error) {
	var sum, n float64
	for _, c := range classes {
		if c.Is == 0 {
			continue
		}
		f1, err := c.F1()
		if err != nil {
			return 0, err
		}
		sum, n = sum+f1, n+1
	}
	if n == 0 {
		return 0, fmt.Errorf("macro F1: %w: there is no class", ErrUndefined)
	}
	return sum / n, nil
}
