// Package annotators are simulated raters with known faults: for planning campaigns and for testing what is made of ratings, where
// the truth has to be known. They say nothing about people, and every rating of theirs says that it is one.
//
// It may import the contracts and feedback/campaign. Start reading at [Annotator]; how they rate in a campaign is in seat.go.
package annotators

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Annotator rates things whose worth is known.
type Annotator struct {
	// Bias is how many points of the scale it is above the truth.
	Bias float64
	// Noise is the standard deviation of a single rating, in points of the scale; 0 makes it repeat itself.
	Noise float64
	// Sharpness is how well it tells two things apart: it prefers a to b with the probability 1/(1+exp(-Sharpness (a-b))), as in the
	// model of Bradley and Terry (1952). 0 guesses.
	Sharpness float64
	// FirstSide is added to the log odds of whatever stands first: a habit of place.
	FirstSide float64
}

// Check refuses what is no annotator.
func (a Annotator) Check() error {
	for _, x := range []float64{a.Bias, a.Noise, a.Sharpness, a.FirstSide} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("an annotator has %v for a number; give finite ones", x)
		}
	}
	if a.Noise < 0 || a.Sharpness < 0 {
		return fmt.Errorf("noise is %v and sharpness %v; neither may be negative", a.Noise, a.Sharpness)
	}
	return nil
}

// Rate is a whole number of the scale from low to high for a thing of some worth on that scale.
func (a Annotator) Rate(worth float64, low, high int, luck *rand.Rand) int {
	return min(max(int(math.Round(worth+a.Bias+a.Noise*luck.NormFloat64())), low), high)
}

// PrefersFirst says whether it prefers the one that stands first.
func (a Annotator) PrefersFirst(first, second float64, luck *rand.Rand) bool {
	return luck.Float64() < 1/(1+math.Exp(-a.Sharpness*(first-second)-a.FirstSide))
}

// Compare is a whole number of the scale from low to high for two things side by side: above the middle prefers the first. Numbers are cut
// out of the same log odds as in [Annotator.PrefersFirst], 1 apart and the same on both sides of the middle (a cumulative logit model,
// McCullagh 1980); on a scale of two it is PrefersFirst.
func (a Annotator) Compare(first, second float64, low, high int, luck *rand.Rand) int {
	u := luck.Float64()
	odds := a.Sharpness*(first-second) + a.FirstSide + math.Log(u/(1-u))
	value := low
	for cut := 1; cut <= high-low; cut++ {
		if odds > float64(cut)-float64(high-low+1)/2 {
			value++
		}
	}
	return value
}
