package rewards

import (
	"cmp"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Confident gathers rewards and calibrates them against how sure their evaluators were ([reward.Confident] has the formula), scenario by scenario in
// the design's order, so many at a time. Make one with [NewConfident].
type Confident struct {
	weight, rate float64
	batch        int
	rewards      []Calibrated
}

// Calibrated is a reward and what became of it.
type Calibrated struct {
	Episode, Scenario, Role string
	// Reward is as it was composed, -1 to 1.
	Reward float64
	// Confidence is the mean of those of the reward's terms, by the size of their weights, 0 to 1; nil where no term says how sure it is: then the
	// reward stays as it is, and does not move the baseline.
	Confidence *float64
	// Baseline is what it was held against, Value what came of it.
	Baseline, Value float64

	index int
}

// NewConfident takes the weight and the rate of [reward.Confident], and how many episodes are a batch, from 1. The error says what is wrong with them.
func NewConfident(weight, rate float64, batch int) (*Confident, error) {
	trial := reward.Confident{Weight: weight, Rate: rate}
	if _, err := trial.Batch(make([]reward.Sure, batch)); err != nil {
		return nil, err
	}
	return &Confident{weight: weight, rate: rate, batch: batch}, nil
}

// Add takes in the reward of the episode at a place of the design, in any order. One that is missing does not count.
func (c *Confident) Add(index int, state *episode.State, r *vignettev1.Reward) {
	value, ok := Value(r)
	if !ok {
		return
	}
	plan := state.Plan()
	c.rewards = append(c.rewards, Calibrated{index: index, Episode: plan.Episode, Scenario: plan.Cell.GetScenario(), Role: r.GetRole(),
		Reward: value, Confidence: confidence(state, r), Value: value})
}

// Calibrated returns the rewards in the design's order.
func (c *Confident) Calibrated() ([]Calibrated, error) {
	out := slices.Clone(c.rewards)
	slices.SortFunc(out, func(a, b Calibrated) int { return cmp.Compare(a.index, b.index) })
	places := map[string][]int{}
	for i, r := range out {
		if r.Confidence != nil {
			places[r.Scenario] = append(places[r.Scenario], i)
		}
	}
	for _, of := range places {
		moving := reward.Confident{Weight: c.weight, Rate: c.rate}
		for batch := range slices.Chunk(of, c.batch) {
			sure := make([]reward.Sure, len(batch))
			for i, at := range batch {
				sure[i] = reward.Sure{Reward: out[at].Reward, Confidence: *out[at].Confidence}
			}
			values, err := moving.Batch(sure)
			if err != nil {
				return nil, err
			}
			for i, at := range batch {
				out[at].Value, out[at].Baseline = values[i], moving.Baseline()
			}
		}
	}
	return out, nil
}

// unsaid is the confidence of a term that does not say how sure it is, beside others that do: it moves nothing, either way.
const unsaid = 0.5

// confidence is the mean confidence of what a reward rests on, by the size of the weights; nil where nothing says how sure it is.
func confidence(state *episode.State, r *vignettev1.Reward) *float64 {
	sum, weights, said := 0.0, 0.0, false
	for _, term := range r.GetTerms() {
		if _, counts := term.GetOutcome().(*vignettev1.RewardTermValue_Value); !counts {
			continue
		}
		each := unsaid
		if sure, ok := sureness(state.Scores(), r.GetRole(), term); ok {
			each, said = sure, true
		}
		weight := math.Abs(term.GetWeight())
		sum, weights = sum+weight*each, weights+weight
	}
	if !said || weights == 0 {
		return nil
	}
	mean := min(1, sum/weights)
	return &mean
}

// sureness is the confidence of the score of the whole that a term rests on, or where that does not say, the mean of those of the turns.
func sureness(scores []*vignettev1.Score, role string, term *vignettev1.RewardTermValue) (sure float64, ok bool) {
	sum, turns, own := 0.0, 0.0, false
	for _, score := range scores {
		if score.GetEvaluator() != term.GetEvaluator() || score.GetDimension() != term.GetDimension() || score.GetValue() == nil || score.Confidence == nil {
			continue
		}
		switch {
		case score.TurnIndex != nil && score.GetRole() == role:
			sum, turns = sum+score.GetConfidence(), turns+1
		case score.TurnIndex == nil && !own: // about another role where nothing is about this one
			sure, ok, own = score.GetConfidence(), true, score.GetRole() == role
		}
	}
	if !ok && turns > 0 {
		return sum / turns, true
	}
	return sure, ok
}
