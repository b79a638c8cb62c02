package minds

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/internal/stats"
)

// kept shows how much of what skill gains over somebody who only hums each arm gains over the same: the share of the means, with
// an interval over clients who are drawn with all their sessions. Where skill gains nothing for certain there is no share.
func (c *contest) kept() (Table, error) {
	t := Table{
		ID: "placebos." + c.who + ".kept", Title: "Share of the gain of skill 1 that each arm keeps, " + c.who,
		Note: "Gains over somebody who only hums; 95% interval over " + c.who + ". Empty where skill itself gains nothing for certain.",
		Keys: []string{"arm"},
	}
	var outcomes []outcome
	for _, o := range c.outcomes {
		if gain := c.gain("1", armIdle, o); gain.CI95 != nil && gain.CI95.Low > 0 {
			outcomes = append(outcomes, o)
		}
	}
	t.Columns = headers(outcomes)
	for _, arm := range c.order {
		if arm == "0" || arm == "1" || arm == armIdle || arm == armDeaf+", 0" || arm == armDeaf+", 1" {
			continue
		}
		row := Row{Keys: []string{arm}}
		for _, o := range outcomes {
			share, err := shareOf(differences(c.arms[arm], c.arms[armIdle], o), differences(c.arms["1"], c.arms[armIdle], o), c.seed)
			if err != nil {
				return Table{}, fmt.Errorf("share of the gain in %s that %q keeps: %w", o, arm, err)
			}
			row.Cells = append(row.Cells, share)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// shareOf is the mean of a part over the mean of the whole, among the clients that have both.
func shareOf(part, whole values, seed uint64) (Cell, error) {
	clients := slices.DeleteFunc(slices.Sorted(maps.Keys(whole)), func(client string) bool { return len(part[client]) == 0 })
	return intervalOf(seed, len(clients), func(drawn []int) (float64, error) {
		var parts, wholes []float64
		for _, i := range drawn {
			parts, wholes = append(parts, part[clients[i]]...), append(wholes, whole[clients[i]]...)
		}
		if len(wholes) == 0 || average(wholes) <= 0 {
			return 0, stats.ErrUndefined
		}
		return average(parts) / average(wholes), nil
	})
}
