package reward

import (
	"errors"
	"fmt"
)

// Confident calibrates rewards against how sure their judge was, with a moving baseline, after PPO-C of Leng, Huang, Zhu and Huang (2024,
// "Taming Overconfidence in LLMs: Reward Calibration in RLHF", arXiv 2410.09724), in the order of the program that its authors published
// (adjustment by difference; there Weight is .5 and Rate .1): the baseline moves first, and then
//
//	baseline <- Rate * mean(r of the batch) + (1 - Rate) * baseline
//	r' = r + Weight * (r - baseline) * (confidence - 1/2)
//
// What is better than usual gains by being sure and loses by being unsure, what is worse the other way round. There the confidence is what the
// policy says of its own answer, and the baseline begins with the mean of the reward model; here it is the judge's, and begins with the mean
// of the first batch. Not safe for concurrent use.
type Confident struct {
	// Weight is 0 (rewards as they are) to 2; Rate is above 0 and at most 1, 1 forgets all batches but the last.
	Weight, Rate float64

	baseline float64
	begun    bool
}

// Sure is a reward, -1 to 1, and the confidence it was given with, 0 to 1.
type Sure struct{ Reward, Confidence float64 }

// Baseline is what the last batch was held against.
func (c *Confident) Baseline() float64 { return c.baseline }

// Batch moves the baseline on and calibrates the rewards of a batch, in their order. Calibrated rewards are kept within -1 and 1. What
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
	c.baseline = c.Rate*mean + (1-c.Rate)*c.baseline
	out := make([]float64, len(batch))
	for i, s := range batch {
		out[i] = clamp(s.Reward + c.Weight*(s.Reward-c.baseline)*(s.Confidence-0.5))
	}
	return out, nil
}
