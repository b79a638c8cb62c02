package stats

import "math"

// fisherCDF is the distribution of F with two degrees of freedom, which need not be whole, at x.
func fisherCDF(x, above, below float64) float64 {
	if x <= 0 {
		return 0
	}
	return betaShare(above*x/(above*x+below), above/2, below/2)
}

// fisherQuantile is where that reaches p, 0 < p < 1: by halving, which needs no derivative and cannot run away.
func fisherQuantile(p, above, below float64) float64 {
	low, high := 0.0, 1.0
	for fisherCDF(high, above, below) < p && high < math.MaxFloat64/4 {
		low, high = high, 2*high
	}
	for range 200 {
		middle := low + (high-low)/2
		if middle == low || middle == high {
			break
		}
		if fisherCDF(middle, above, below) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

// betaShare is the regularised incomplete beta function, by its continued fraction (DiDonato and Morris 1992), evaluated after
// Lentz (1976). It converges fast left of (a+1)/(a+b+2); right of it the other tail is taken.
func betaShare(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaShare(1-x, b, a)
	}
	whole, _ := math.Lgamma(a + b)
	left, _ := math.Lgamma(a)
	right, _ := math.Lgamma(b)
	front := math.Exp(whole - left - right + a*math.Log(x) + b*math.Log1p(-x))
	return front * betaFraction(x, a, b) / a
}

func betaFraction(x, a, b float64) float64 {
	const tiny, close, most = 1e-300, 1e-15, 10_000
	away := func(v float64) float64 { // from zero, which nothing can be divided by
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	value := d
	for i := 1.0; i <= most; i++ {
		even := i * (b - i) * x / ((a + 2*i - 1) * (a + 2*i))
		d = 1 / away(1+even*d)
		c = away(1 + even/c)
		value *= c * d
		odd := -(a + i) * (a + b + i) * x / ((a + 2*i) * (a + 2*i + 1))
		d = 1 / away(1+odd*d)
		c = away(1 + odd/c)
		value *= c * d
		if math.Abs(c*d-1) < close {
			break
		}
	}
	return value
}
