package stats

import (
	"errors"
	"math"
	"testing"
)

// Student 1908: hours of sleep gained under two drugs. R's t.test(extra ~ group, sleep): -1.58, 95% interval -3.3654832 to 0.2054832.
func TestMeanDifferenceOfSleep(t *testing.T) {
	first := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2}
	second := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	got, ci, err := MeanDifference(first, second, 0.95)
	if err != nil || math.Abs(got+1.58) > 1e-9 || math.Abs(ci.Low+3.3654832) > 1e-5 || math.Abs(ci.High-0.2054832) > 1e-5 {
		t.Errorf("%v, %+v, %v", got, ci, err)
	}
	if _, _, err := MeanDifference(first[:1], second, 0.95); !errors.Is(err, ErrUndefined) {
		t.Errorf("of one value: %v", err)
	}
}
