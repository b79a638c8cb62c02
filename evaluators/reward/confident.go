package reward

import (
	"errors"
	"fmt"
)

// Confident calibrates rewards against how sure their judge was, with a moving baseline, after the PPO-C of Leng et al. (2024, "Taming
// Overconfidence in LLMs: Reward Calibration in RLHF", arXiv 2410.09724),
//
//	r' = r + Weight * (r - baseline) * (confidence - 1/2)
//	baseline <- Rate * mean(r of a batch) + (1 - Rate) * baseline
//
// What is better than usual gains by being sure and loses by being unsure, what is worse the other way round. The baseline of the first
// batch is its own mean. Not safe for concurrent use.
type Confident struct {
	// Weight is 0 (rewards as they are) to 2; Rate is above 0 and at most 1, 1 forgets all batches but the last.
	Weight, Rate float64

	baseline float64
	begun    bool
}

// Sure is a reward, -1 to 1, and the confidence it was given with, 0 to 1.
type Sure struct{ Reward, Confidence float64 }

// Batch calibrates the rewards of a batch, in their order, and then moves the baseline on. Calibrated rewards are kept within -1 and 1. What
// is missing does not belong in a batch: leave it out.
func (c *Confident) Batch(batch []Sure) ([]float64, error) {
	if !(c.Weight >= 0 && c.Weight <= 2 && c.Rate > 0 && c.Rate <= 1) {
		return nil, fmt.Errorf("rewards by confidence: weight %v and rate %v: the first must be 0 to 2, the second above 0 and at most 1", c.Weight, c.Rate)
	}
	if len(batch) == 0 {
		return nil, errors.New("rewards by confidence: the batch is empty")
	}
	mean := 0.0
	for i, s := range batch {
		if !(s.Reward >= -1 && s.Reward <= 1 && s.Confidence >= 0 && s.Confidence <= 1) {
			return nil, fmt.Errorf("rewards by confidence: place %d has reward %v and confidence %v; the first must be -1 to 1, the second 0 to 1", i, s.Reward, s.Confidence)
		}
		mean += s.Reward / float64(len(batch))
	}
	if !c.begun {
		c.baseline, c.begun = mean, true
	}
	out := make([]float64, len(batch))
	for i, s := range batch {
		out[i] = clamp(s.Reward + c.Weight*(s.Reward-c.baseline)*(s.Confidence-0.5))
	}
	c.baseline = c.Rate*mean + (1-c.Rate)*c.baseline
	return out, nil
}
