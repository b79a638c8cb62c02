package report

import (
	"fmt"
	"math"

	"github.com/vignette-sim/vignette/studies/compare"
)

// answers are what the report's question comes to, in sentences: one for each level, of the reward over all scenarios.
func answers(effects []Effect) []string {
	var out []string
	for _, e := range effects {
		if e.Outcome == "reward" && e.Scenario == "" {
			out = append(out, e.answer())
		}
	}
	return out
}

func (e Effect) answer() string {
	level, against := e.Factor+" "+e.Level, e.Against
	if e.Difference == nil {
		return fmt.Sprintf("Whether the reward differs between %s and %s cannot be told: no pair has one on both sides.", level, against)
	}
	size := figure(math.Abs(*e.Difference))
	switch compare.Verdict(e.Verdict) {
	case compare.Differs, compare.DiffersLittle:
		way := "higher"
		if *e.Difference < 0 {
			way = "lower"
		}
		text := fmt.Sprintf("With %s the focal role's reward is %s %s than with %s (95%% interval of the difference %s, p %s); it is higher in %s of %d pairs.",
			level, size, way, against, interval(e.Low, e.High), probability(e.Holm), percent(e.Wins), e.Pairs)
		if compare.Verdict(e.Verdict) == compare.DiffersLittle {
			text += fmt.Sprintf(" It is less than matters here (%s).", figure(e.Margin))
		}
		return text
	case compare.Equivalent:
		return fmt.Sprintf("%s and %s come to the same reward: the difference is %s %s, within the margin of %s.", level, against, figure(*e.Difference), interval(e.Low, e.High), figure(e.Margin))
	case compare.Unknown:
		return fmt.Sprintf("The reward with %s less that with %s is %s over %d pairs; whether that is more than chance cannot be told.", level, against, figure(*e.Difference), e.Pairs)
	case compare.Identical:
		return fmt.Sprintf("%s and %s come to the same reward in every pair.", level, against)
	}
	return fmt.Sprintf("It stays open what %s does to the focal role's reward: the difference to %s is %s %s over %d pairs, and neither a difference nor its absence is shown.",
		level, against, figure(*e.Difference), interval(e.Low, e.High), e.Pairs)
}
