package stats

import (
	"fmt"
	"math"
	"slices"
)

// Forecasts are scored by proper rules: whoever states what they believe gets the best score they can expect (Gneiting and
// Raftery 2007, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102). A forecast has a probability for each of
// some outcomes; what came of it has a weight for each, 1 for the one that came about, or shares where several did equally.

// LogFloor is the lowest probability the log score takes: one certain error must not outweigh everything else. Below it the rule
// is no longer strictly proper. Chosen.
const LogFloor = 1e-3

// WorstLogScore is the log score of an outcome that was thought impossible: -ln LogFloor.
var WorstLogScore = -math.Log(LogFloor)

// slack is how far a sum of probabilities may be from 1 because it was added in floating point.
const slack = 1e-6

// BrierScore is the sum over outcomes of (probability - what came)^2 (Brier 1950, in its original form over all categories): 0 is
// right and sure, 2 wrong and sure, lower is better. Where the weight is shared, it is the mean over what came about, so that
// nobody is scored worse for not telling equals apart than a coin would be.
func BrierScore(forecast, outcome []float64) (float64, error) {
	if err := scorable("Brier score", forecast, outcome); err != nil {
		return 0, err
	}
	squares := 0.0
	for _, p := range forecast {
		squares += p * p
	}
	score := 0.0
	for i, weight := range outcome {
		score += weight * (squares - 2*forecast[i] + 1)
	}
	return max(score, 0), nil
}

// LogScore is -ln of the probability that was given to what came about (Good 1952), no higher than [WorstLogScore]: 0 is right
// and sure, lower is better. Shared weight makes it a mean.
func LogScore(forecast, outcome []float64) (float64, error) {
	if err := scorable("log score", forecast, outcome); err != nil {
		return 0, err
	}
	score := 0.0
	for i, weight := range outcome {
		if weight > 0 {
			score -= weight * math.Log(min(max(forecast[i], LogFloor), 1))
		}
	}
	return score, nil
}

// TopGuess is the probability of the likeliest outcome, and how much of what came about it is, 0-1: where several are likeliest,
// what one gets on average who picks one of them.
func TopGuess(forecast, outcome []float64) (confidence, right float64, err error) {
	if err := scorable("top guess", forecast, outcome); err != nil {
		return 0, 0, err
	}
	confidence = slices.Max(forecast)
	several := 0.0
	for i, p := range forecast {
		if confidence-p < slack {
			several++
			right += min(outcome[i]/slices.Max(outcome), 1) // any of equals is right
		}
	}
	return min(confidence, 1), right / several, nil
}

func scorable(what string, forecast, outcome []float64) error {
	if len(forecast) != len(outcome) {
		return fmt.Errorf("%s: %w: %d probabilities for %d outcomes", what, ErrUndefined, len(forecast), len(outcome))
	}
	for _, shares := range [][]float64{forecast, outcome} {
		if err := need(what, shares, 1); err != nil {
			return err
		}
		sum := 0.0
		for _, p := range shares {
			if p < 0 || p > 1+slack {
				return fmt.Errorf("%s: %w: %v is no probability", what, ErrUndefined, p)
			}
			sum += p
		}
		if math.Abs(sum-1) > slack {
			return fmt.Errorf("%s: %w: probabilities add up to %v and not to 1", what, ErrUndefined, sum)
		}
	}
	return nil
}

// Guess is a top guess: how probable it was said to be, and how far it was right, 0-1.
type Guess struct{ Confidence, Right float64 }

// Bin is a part of the range of confidence, and the guesses made with it.
type Bin struct {
	// Low and High bound it; Low is in it, High is not, but for the last.
	Low, High float64
	// N guesses were made, with a mean Confidence, and a share of them was Right. Both are 0 where N is.
	N                 int
	Confidence, Right float64
}

// Reliability sorts guesses into bins of equal width and says how far what is said differs from what comes: the expected
// calibration error is the mean of |confidence - share right| over bins, weighted by their size, 0 (as good as its word) to 1
// (Naeini, Cooper and Hauskrecht 2015). It hangs on the number of bins, and with few guesses it is too high.
func Reliability(guesses []Guess, bins int) ([]Bin, float64, error) {
	if bins < 1 {
		return nil, 0, fmt.Errorf("reliability in %d bins: it needs at least 1", bins)
	}
	if len(guesses) == 0 {
		return nil, 0, fmt.Errorf("reliability: %w: there are no guesses", ErrUndefined)
	}
	out := make([]Bin, bins)
	for i := range out {
		out[i].Low, out[i].High = float64(i)/float64(bins), float64(i+1)/float64(bins)
	}
	for _, g := range guesses {
		if !(g.Confidence >= 0 && g.Confidence <= 1 && g.Right >= 0 && g.Right <= 1) {
			return nil, 0, fmt.Errorf("reliability: %w: %+v is not within 0 and 1", ErrUndefined, g)
		}
		bin := &out[min(int(g.Confidence*float64(bins)), bins-1)]
		bin.N++
		bin.Confidence += g.Confidence
		bin.Right += g.Right
	}
	gap := 0.0
	for i := range out {
		if n := float64(out[i].N); n > 0 {
			gap += math.Abs(out[i].Confidence - out[i].Right)
			out[i].Confidence /= n
			out[i].Right /= n
		}
	}
	return out, gap / float64(len(guesses)), nil
}

// WilsonInterval is a confidence interval for a share of n independent trials (Wilson 1927): it stays within 0 and 1 and holds
// where few trials, or all of them, succeed.
func WilsonInterval(successes, n int, level float64) (Interval, error) {
	switch {
	case n < 1:
		return Interval{}, fmt.Errorf("interval of a share: %w: there are no trials", ErrUndefined)
	case successes < 0 || successes > n:
		return Interval{}, fmt.Errorf("interval of a share: %w: %d successes of %d trials", ErrUndefined, successes, n)
	case !(level > 0 && level < 1):
		return Interval{}, fmt.Errorf("interval of a share: level %v: it must be between 0 and 1", level)
	}
	z, trials := normalQuantile((1+level)/2), float64(n)
	share := float64(successes) / trials
	middle := (share + z*z/(2*trials)) / (1 + z*z/trials)
	half := z / (1 + z*z/trials) * math.Sqrt(share*(1-share)/trials+z*z/(4*trials*trials))
	return Interval{Low: max(middle-half, 0), High: min(middle+half, 1), Level: level}, nil
}
