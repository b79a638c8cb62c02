package stats

import (
	"errors"
	"math"
	"testing"
)

// Hours of sleep gained with two drugs (Student 1908), as R has them in "sleep": paired t(9) = -4.0621, p = .002833, interval -2.4599 to
// -.7001; as two samples Welch's t(17.776) = -1.8608, p = .07939.
func TestMeansOfSleep(t *testing.T) {
	first := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0}
	second := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	var differences []float64
	for i := range first {
		differences = append(differences, first[i]-second[i])
	}
	at, ci, p, err := MeanTest(differences, 0.95)
	if err != nil || math.Abs(at+1.58) > 1e-9 || math.Abs(ci.Low+2.4598858) > 1e-6 || math.Abs(ci.High+0.7001142) > 1e-6 || math.Abs(p-0.002833) > 1e-6 {
		t.Errorf("mean %v, %v, p %v, %v", at, ci, p, err)
	}
	if p, err := DifferenceTest(first, second); err != nil || math.Abs(p-0.07939) > 1e-5 {
		t.Errorf("two samples: p %v, %v", p, err)
	}
}

// Admissions to Berkeley by sex within six departments (Bickel, Hammel and O'Connell 1975): R's mantelhaen.test(UCBAdmissions) has
// X-squared = 1.4269, p = .2323.
func TestMantelHaenszelOfAdmissions(t *testing.T) {
	chi2, p, err := MantelHaenszel([][2][2]float64{
		{{512, 313}, {89, 19}}, {{353, 207}, {17, 8}}, {{120, 205}, {202, 391}}, {{138, 279}, {131, 244}}, {{53, 138}, {94, 299}}, {{22, 351}, {24, 317}},
	})
	if err != nil || math.Abs(chi2-1.4269) > 1e-4 || math.Abs(p-0.2323) > 1e-4 {
		t.Errorf("chi2 %v, p %v, %v", chi2, p, err)
	}
}

func TestTestsWithoutSpread(t *testing.T) {
	for _, test := range []struct {
		values []float64
		p      float64
	}{{[]float64{0, 0, 0}, 1}, {[]float64{1, 1, 1, 1}, 0.125}} {
		if _, _, p, err := MeanTest(test.values, 0.95); err != nil || p != test.p {
			t.Errorf("%v: p %v, %v", test.values, p, err)
		}
	}
	if p, err := DifferenceTest([]float64{1, 1, 1}, []float64{0, 0, 0}); err != nil || math.Abs(p-0.1) > 1e-12 {
		t.Errorf("apart: p %v, %v; 2 of 20 divisions are as far apart", p, err)
	}
	if p, err := DifferenceTest([]float64{1, 1}, []float64{1, 1}); err != nil || p != 1 {
		t.Errorf("alike: p %v, %v", p, err)
	}
	_, _, _, one := MeanTest([]float64{1}, 0.95)
	_, _, none := MantelHaenszel([][2][2]float64{{{3, 4}, {0, 0}}})
	_, _, negative := MantelHaenszel([][2][2]float64{{{-1, 4}, {2, 2}}})
	for _, err := range []error{one, none, negative} {
		if !errors.Is(err, ErrUndefined) {
			t.Errorf("%v is not undefined", err)
		}
	}
}
