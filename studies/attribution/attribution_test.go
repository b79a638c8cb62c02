package attribution_test

import (
	"math/rand/v2"
	"testing"

	"github.com/vignette-sim/vignette/studies/attribution"
)

// planted are rewards of branches of ten turns, of which the role has five: turn 4 is worth so much, all others nothing.
func planted(seed uint64, worth float64) (*attribution.Report, map[int][]float64) {
	draw := rand.New(rand.NewPCG(seed, 3))
	r := &attribution.Report{Level: 0.95}
	values := map[int][]float64{}
	for turn := 0; turn < 10; turn += 2 {
		r.Turns = append(r.Turns, attribution.Credit{Turn: turn})
		for _, at := range []int{turn, turn + 1} {
			for range 20 {
				x := 0.1 * draw.NormFloat64()
				if at > 4 {
					x += worth
				}
				values[at] = append(values[at], x)
			}
		}
	}
	return r, values
}

func TestCompareFindsThePlantedTurn(t *testing.T) {
	found, falsely, covered := 0, 0, 0
	const studies = 200
	for seed := range uint64(studies) {
		r, values := planted(seed, 0.3)
		attribution.Compare(r, values, 0.9)
		if ci := r.Turns[2].CI; r.Turns[2].Decisive() && ci[0] <= 0.3 && ci[1] >= 0.3 {
			covered++
		}
		for i, c := range r.Turns {
			if c.Decisive() && i == 2 {
				found++
			} else if c.Decisive() {
				falsely++
			}
		}
	}
	t.Logf("of %d: found %d with the worth in its interval %d times; other turns named %d times", studies, found, covered, falsely)
	if found < 195 || covered < 190 || falsely > 20 {
		t.Errorf("found %d, covered %d, falsely %d", found, covered, falsely)
	}
}

// Where no turn is worth anything, some turn is named in one study of twenty.
func TestCompareFalseAlarms(t *testing.T) {
	alarms := 0
	for seed := range uint64(500) {
		r, values := planted(seed, 0)
		attribution.Compare(r, values, 0.9)
		for _, c := range r.Turns {
			if c.Decisive() {
				alarms++
				break
			}
		}
	}
	t.Logf("false alarms in %d of 500 studies", alarms)
	if alarms > 40 {
		t.Errorf("false alarms in %d of 500", alarms)
	}
}

func TestCompareWithTooLittle(t *testing.T) {
	r, values := planted(1, 0.3)
	values[4] = values[4][:1]
	attribution.Compare(r, values, 0.9)
	if c := r.Turns[2]; c.Measured != nil || c.CI != nil || c.Decisive() {
		t.Errorf("one reward: %+v", c)
	}
}
