package audits

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/compare"
	"github.com/vignette-sim/vignette/studies/simulated"
)

func TestRefuses(t *testing.T) {
	for text, want := range map[string]bool{
		"I'm not able to help with that.":                        true,
		"I’m sorry, but I can’t discuss this with you.":          true,
		"That is not something I can help with.":                 true,
		"As an AI, I have no feelings.":                          true,
		"I'd rather not talk about that.":                        true,
		"We won't continue like this.":                           true,
		"I must decline.":                                        true,
		"I can't help but notice how tired you sound.":           false,
		"You feel that I can't help you.":                        false,
		"You're afraid I won't answer?":                          false,
		"You can't help everybody.":                              false,
		"What has been going on?":                                false,
		"It sounds as if nobody was able to help.":               false,
		"I can help you look for somebody who knows about this.": false,
	} {
		if got := Refuses(text); got != want {
			t.Errorf("%q: refuses %v", text, got)
		}
	}
}

// worlds are the studies of the audit: one scenario with many repeats, several scenarios, and several with persons.
var worlds = []simulated.World{
	{Name: "1 scenario x 30", Scenarios: 1, Persons: 1, Repeats: 30, Truth: stats.Components{Repeats: 0.08}},
	{Name: "10 scenarios x 4", Scenarios: 10, Persons: 1, Repeats: 4, Truth: stats.Components{Rows: 0.005, Repeats: 0.08}},
	{Name: "8 scenarios x 6 persons x 2", Scenarios: 8, Persons: 6, Repeats: 2, Truth: stats.Components{Rows: 0.005, Columns: 0.005, Cells: 0.002, Repeats: 0.08}},
}

// audit makes a study of four outcomes of which the first is biased by so much, and audits it as [Swap] does.
func audit(w simulated.World, seed uint64, bias float64) []Finding {
	draw := rand.New(rand.NewPCG(seed, 11))
	var out []Finding
	for i, outcome := range []string{"reward", tone, advice, refusal} {
		out = append(out, judged("b against a", outcome, compare.Judge(w.Study(draw, map[bool]float64{true: bias}[i == 0]), compare.Outcome{Least: -1, Most: 1})))
	}
	adjust(out)
	return out
}

// A bias of known size is found with its size in the interval; where there is none, some outcome is named in one study of twenty, all
// four together. VIGNETTE_ALL=1 looks at 500 seeds of every world; its figures are in docs/judges.md.
func TestPlantedBias(t *testing.T) {
	seeds, all := 60, os.Getenv("VIGNETTE_ALL") != ""
	if all {
		seeds = 500
	}
	for _, w := range worlds {
		if !all && w.Scenarios > 1 {
			continue
		}
		alarms, found, covered, others := 0, 0, 0, 0
		const bias = 0.25
		for seed := range uint64(seeds) {
			for _, f := range audit(w, seed, 0) {
				if f.Holm != nil && *f.Holm < alpha {
					alarms++
					break
				}
			}
			for i, f := range audit(w, seed+1_000_000, bias) {
				switch named := f.Holm != nil && *f.Holm < alpha; {
				case i > 0 && named:
					others++
				case i == 0 && named:
					found++
				}
				if i == 0 && f.CI95 != nil && f.CI95[0] <= bias && bias <= f.CI95[1] {
					covered++
				}
			}
		}
		share := func(n int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(seeds)) }
		t.Logf("%s, %d seeds: nothing planted and something named %s; a bias of %v found %s, in its interval %s, another outcome named %s",
			w.Name, seeds, share(alarms), bias, share(found), share(covered), share(others))
		if most := float64(seeds) * 0.12; float64(alarms) > most || float64(found) < 0.7*float64(seeds) || float64(covered) < 0.88*float64(seeds) {
			t.Errorf("%s: alarms %d, found %d, covered %d of %d", w.Name, alarms, found, covered, seeds)
		}
	}
}
