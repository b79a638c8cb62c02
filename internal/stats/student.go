package stats

import "math"

// studentCDF is the probability that a Student t variable with df degrees of freedom (a whole number, at least 1) is at
// most t. Closed form for whole df: Abramowitz and Stegun (1964) 26.7.3 and 26.7.4.
func studentCDF(t float64, df int) float64 {
	theta := math.Atan2(t, math.Sqrt(float64(df)))
	sin, cos := math.Sincos(theta)
	var central float64 // A(t|df), the probability between -t and t
	if df%2 == 1 {
		central = theta
		if df > 1 {
			central += sin * cos * cosineSeries(cos*cos, df, 3)
		}
		central *= 2 / math.Pi
	} else {
		central = sin * cosineSeries(cos*cos, df, 2)
	}
	return 0.5 + central/2
}

// cosineSeries sums the terms of 26.7.3 (first = 3) or 26.7.4 (first = 2): 1 + c (first-1)/first + ..., up to df-2.
func cosineSeries(cosSquared float64, df, first int) float64 {
	sum, term := 1.0, 1.0
	for k := first; k <= df-2; k += 2 {
		term *= cosSquared * float64(k-1) / float64(k)
		sum += term
	}
	return sum
}

// studentQuantile is the t that [studentCDF] maps to p, for p between 0 and 1, by bisection.
func studentQuantile(p float64, df int) float64 {
	if p < 0.5 {
		return -studentQuantile(1-p, df)
	}
	low, high := 0.0, 1.0
	for studentCDF(high, df) < p && high < 1e15 {
		low, high = high, 2*high
	}
	for range 80 { // halves the bracket to less than a float64 can tell apart
		middle := (low + high) / 2
		if studentCDF(middle, df) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// normalCDF is the standard normal distribution function.
func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// normalQuantile is its inverse, for p between 0 and 1.
func normalQuantile(p float64) float64 { return -math.Sqrt2 * math.Erfcinv(2*p) }
