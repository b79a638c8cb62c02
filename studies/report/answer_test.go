package report

import (
	"strings"
	"testing"
)

// What a report's question comes to is said by the verdict, with its numbers.
func TestAnswers(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	effect := func(verdict string, difference float64) Effect {
		return Effect{Factor: "skill", Level: "0.9", Against: "0.2", Outcome: "reward", Difference: number(difference), Low: number(difference - 0.1), High: number(difference + 0.1), Pairs: 45, Wins: number(0.9), Holm: number(0.0001), Margin: 0.1, Verdict: verdict}
	}
	nothing := effect("", 0)
	nothing.Difference = nil
	elsewhere := effect("differs", 1)
	elsewhere.Scenario = "ask-for-leave"
	for want, e := range map[string]Effect{
		"With skill 0.9 the focal role's reward is 0.25 higher than with 0.2 (95% interval of the difference [0.15, 0.35], p < .001); it is higher in 90% of 45 pairs.": effect("differs", 0.25),
		"the focal role's reward is 0.25 lower than with 0.2": effect("differs", -0.25),
		"It is less than matters here (0.10).":                effect("differs, by less than matters", 0.25),
		"within the margin of 0.10":                           effect("equivalent", 0.01),
		"in every pair":                                       effect("identical in every pair", 0),
		"neither a difference nor its absence is shown":       effect("open", 0.25),
		"more than chance cannot be told":                     effect("", 0.25),
		"no pair has one on both sides":                       nothing,
	} {
		got := answers([]Effect{e, elsewhere})
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
