package stats

import (
	"math"
	"math/rand/v2"
)

// crossed is how a mean over rows crossed with columns, divided by its estimated standard error, is distributed where the truth is 0.
//
// There is no exact answer for a variance that is made of three estimates. Student's t with degrees of freedom by Satterthwaite takes the
// sum for one estimate, and does not know that parts below zero are taken for zero, which makes errors too large: with few clusters it is too
// careful, the more so the farther out in the tail. A parametric bootstrap (Efron and Tibshirani 1993, section 6.5), which draws the three mean
// squares again from what was estimated and does with them what was done with the estimates, knows that, and takes the estimates for the
// truth: with few clusters it is too bold. The mean of the two probabilities is used. That is a choice by simulation (docs/studies.md).
type crossed struct {
	df float64
	// shrink are drawn standard errors over the one they were drawn with.
	shrink []float64
}

// drawCrossed draws, so many times, from the variances of the mean by rows, by columns and by cells and their degrees of freedom.
func drawCrossed(draw *rand.Rand, draws int, df float64, by, freedom [3]float64) *crossed {
	byRow, byColumn, byCell := max(by[0], by[2]), max(by[1], by[2]), by[2]
	truth := byRow + byColumn - byCell
	out := &crossed{df: df, shrink: make([]float64, draws)}
	for i := range out.shrink {
		again := func(variance, df float64) float64 { return variance * chiSquared(draw, df) / df }
		variance, _ := crossedVariance(again(byRow, freedom[0]), again(byColumn, freedom[1]), again(byCell, freedom[2]), freedom[0], freedom[1], freedom[2])
		out.shrink[i] = math.Sqrt(variance / truth)
	}
	return out
}

// beyond is how probable it is to be at least as far from 0 as t, on both sides together.
func (c *crossed) beyond(t float64) float64 {
	t = math.Abs(t)
	drawn := 0.0
	for _, s := range c.shrink {
		drawn += math.Erfc(t * s / math.Sqrt2)
	}
	return (2*studentShare(-t, c.df) + drawn/float64(len(c.shrink))) / 2
}

// reach is the t beyond which a share of the distribution lies, between 0 and 1: by halving, to a ten-thousandth of itself.
func (c *crossed) reach(share float64) float64 {
	low, high := 0.0, 1.0
	for c.beyond(high) > share && high < 1e6 {
		low, high = high, 2*high
	}
	for high-low > 1e-4*high {
		if middle := (low + high) / 2; c.beyond(middle) > share {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// chiSquared draws from a chi-square distribution: twice a gamma variate of half the degrees of freedom, which are above 0 (Marsaglia and
// Tsang 2000, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software 26).
func chiSquared(draw *rand.Rand, df float64) float64 {
	if df < 2 {
		return chiSquared(draw, df+2) * math.Pow(1-draw.Float64(), 2/df)
	}
	d := df/2 - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := draw.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-draw.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return 2 * d * v
		}
	}
}
