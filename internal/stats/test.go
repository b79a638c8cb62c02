package stats

import (
	"fmt"
	"math"
)

// MeanTest asks whether the mean of independent values differs from 0: Student's t, two-sided (1908). Values that do not vary leave t
// undefined; then the probability is that of their signs, 2^(1-n), or 1 where all are 0, and the interval is the value itself. It
// needs two values.
func MeanTest(values []float64, level float64) (at float64, interval Interval, p float64, err error) {
	if !(level > 0 && level < 1) {
		return 0, Interval{}, 0, fmt.Errorf("test of a mean: level %v: %w: it must be between 0 and 1", level, ErrUndefined)
	}
	variance, err := Variance(values)
	if err != nil {
		return 0, Interval{}, 0, err
	}
	at, n := mean(values), float64(len(values))
	if variance == 0 {
		if p = 1; at != 0 {
			p = math.Pow(2, 1-n)
		}
		return at, Interval{Low: at, High: at, Level: level}, p, nil
	}
	se := math.Sqrt(variance / n)
	half := studentQuantile((1+level)/2, len(values)-1) * se
	return at, Interval{Low: at - half, High: at + half, Level: level}, 1 - fisherCDF(at*at/(se*se), 1, n-1), nil
}

// DifferenceTest is the probability of means that differ as much as those of a and b where both are one: Welch's t, two-sided (1947). Where
// neither varies it is that of values falling apart so by chance, one division in all there are.
func DifferenceTest(a, b []float64) (float64, error) {
	va, err := Variance(a)
	if err != nil {
		return 0, err
	}
	vb, err := Variance(b)
	if err != nil {
		return 0, err
	}
	na, nb := float64(len(a)), float64(len(b))
	difference, ea, eb := mean(a)-mean(b), va/na, vb/nb
	switch {
	case difference == 0:
		return 1, nil
	case ea+eb == 0:
		all, _ := math.Lgamma(na + nb + 1)
		one, _ := math.Lgamma(na + 1)
		other, _ := math.Lgamma(nb + 1)
		return min(1, 2*math.Exp(one+other-all)), nil
	}
	df := (ea + eb) * (ea + eb) / (ea*ea/(na-1) + eb*eb/(nb-1))
	return 1 - fisherCDF(difference*difference/(ea+eb), 1, df), nil
}

// MantelHaenszel is whether two things go together within strata: the statistic of Cochran, Mantel and Haenszel (Mantel and Haenszel
// 1959) with their continuity correction, and its two-sided probability. A table is [[both, first alone], [second alone, neither]];
// strata in which one of the two is always or never so say nothing. It needs one that does.
func MantelHaenszel(strata [][2][2]float64) (chi2, p float64, err error) {
	excess, variance := 0.0, 0.0
	for i, s := range strata {
		first, second := s[0][0]+s[0][1], s[0][0]+s[1][0]
		n := first + s[1][0] + s[1][1]
		for _, count := range []float64{s[0][0], s[0][1], s[1][0], s[1][1]} {
			if !(count >= 0) || math.IsInf(count, 0) {
				return 0, 0, fmt.Errorf("association within strata: %w: %v in stratum %d is no count", ErrUndefined, count, i)
			}
		}
		if n < 2 {
			continue
		}
		excess += s[0][0] - first*second/n
		variance += first * (n - first) * second * (n - second) / (n * n * (n - 1))
	}
	if variance == 0 {
		return 0, 0, fmt.Errorf("association within strata: %w: in none do both vary", ErrUndefined)
	}
	off := max(0, math.Abs(excess)-0.5)
	chi2 = off * off / variance
	return chi2, math.Erfc(math.Sqrt(chi2 / 2)), nil
}
