package stats

import (
	"math"
	"testing"
)

// Critical values of Student's t as every table has them; df 1 and 2 also follow from closed forms: tan(pi (p - 1/2)) and
// (2p - 1) sqrt(2 / (4p (1-p))).
func TestStudentQuantile(t *testing.T) {
	tests := []struct {
		p    float64
		df   int
		want float64
	}{
		{0.975, 1, 12.7062}, {0.975, 2, 4.3027}, {0.975, 3, 3.1824}, {0.975, 4, 2.7764}, {0.95, 5, 2.0150},
		{0.975, 10, 2.2281}, {0.995, 9, 3.2498}, {0.975, 30, 2.0423}, {0.975, 120, 1.9799}, {0.05, 5, -2.0150},
		{0.975, 1, math.Tan(math.Pi * 0.475)}, {0.975, 2, 0.95 * math.Sqrt(2/(4*0.975*0.025))}, {0.5, 7, 0},
	}
	for _, test := range tests {
		if got := studentQuantile(test.p, test.df); math.Abs(got-test.want) > 5e-5 {
			t.Errorf("t at %v with df %d = %v, want %v", test.p, test.df, got, test.want)
		}
	}
	if got := studentQuantile(0.975, 100000); math.Abs(got-normalQuantile(0.975)) > 1e-4 {
		t.Errorf("t with many degrees of freedom = %v, want the normal %v", got, normalQuantile(0.975))
	}
}

func TestNormal(t *testing.T) {
	for p, want := range map[float64]float64{0.975: 1.959964, 0.5: 0, 0.05: -1.644854, 0.8413447: 1} {
		if got := normalQuantile(p); math.Abs(got-want) > 1e-6 {
			t.Errorf("normal quantile at %v = %v, want %v", p, got, want)
		}
		if got := normalCDF(want); math.Abs(got-p) > 1e-6 {
			t.Errorf("normal CDF at %v = %v, want %v", want, got, p)
		}
	}
}

// The acceleration of a mean is a sixth of the skewness over sqrt(n) (Efron and Tibshirani 1993, chapter 14). For 1 1 1 5
// deviations from 2 are -1 -1 -1 3: sum of cubes 24, of squares 12, so 24 / (6 * 12^1.5).
func TestJackknifeAcceleration(t *testing.T) {
	totals := []total{{1, 1}, {1, 1}, {1, 1}, {5, 1}}
	if got, want := jackknifeAcceleration(totals), 24/(6*math.Pow(12, 1.5)); math.Abs(got-want) > 1e-12 {
		t.Errorf("acceleration %v, want %v", got, want)
	}
}

// Without bias and acceleration BCa is the percentile interval; with them it follows (14.10).
func TestAdjusted(t *testing.T) {
	if got := adjusted(0, 0, -1.959964); math.Abs(got-0.025) > 1e-6 {
		t.Errorf("plain: %v, want 0.025", got)
	}
	// bias .1, acceleration .05, z -1.645: .1 + (-1.545)/(1 + .07725) = -1.33421 -> .09107
	if got := adjusted(0.1, 0.05, -1.645); math.Abs(got-0.09107) > 1e-4 {
		t.Errorf("adjusted: %v, want 0.09107", got)
	}
	if low, high := adjusted(0, -1, -2), adjusted(0, 1, 2); low != 0 || high != 1 {
		t.Errorf("turned axis: %v and %v, want 0 and 1", low, high)
	}
}
