package stats

import (
	"fmt"
	"math"
)

// MeanDifference is the mean of a less the mean of b, with Welch's interval (1947), which takes the two to vary unequally. It needs two
// values in each. Where neither varies the interval is the difference itself.
func MeanDifference(a, b []float64, level float64) (difference float64, interval Interval, err error) {
	if !(level > 0 && level < 1) {
		return 0, Interval{}, fmt.Errorf("difference of means: level %v: %w: it must be between 0 and 1", level, ErrUndefined)
	}
	va, err := Variance(a)
	if err != nil {
		return 0, Interval{}, err
	}
	vb, err := Variance(b)
	if err != nil {
		return 0, Interval{}, err
	}
	difference = mean(a) - mean(b)
	ea, eb := va/float64(len(a)), vb/float64(len(b))
	if ea+eb == 0 {
		return difference, Interval{Low: difference, High: difference, Level: level}, nil
	}
	df := (ea + eb) * (ea + eb) / (ea*ea/float64(len(a)-1) + eb*eb/float64(len(b)-1))
	half := math.Sqrt(fisherQuantile(level, 1, df)) * math.Sqrt(ea+eb) // Student's t squared is F with one degree of freedom above.
	return difference, Interval{Low: difference - half, High: difference + half, Level: level}, nil
}
