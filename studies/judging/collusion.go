package judging

import (
	"math"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Pair is how far two judges err on the same anchors.
type Pair struct {
	First  string `json:"first"`
	Second string `json:"second"`
	N      int    `json:"n"`
	// Both is how many anchors both judge wrongly, Expected how many that would be if each erred for itself, as often as it does on
	// anchors of the same label and stratum.
	Both     int     `json:"both_wrong"`
	Expected float64 `json:"expected"`
}

// shared is an anchor that two judges were asked about.
type shared struct {
	stratum [2]string
	wrong   [2]float64
}

func sharedOf(first, second []*outcome) []shared {
	others := map[string]*outcome{}
	for _, o := range second {
		others[o.anchor.ID] = o
	}
	var out []shared
	for _, o := range first {
		other := others[o.anchor.ID]
		if other == nil {
			continue
		}
		s := shared{stratum: [2]string{string(o.anchor.Label), o.anchor.Stratum}}
		for i, wrong := range []bool{o.wrong(), other.wrong()} {
			if wrong {
				s.wrong[i] = 1
			}
		}
		out = append(out, s)
	}
	return out
}

// collusion is the correlation of two judges' errors given labels (and strata where anchors have them), with the test of Cochran, Mantel
// and Haenszel. Judges that err for themselves have none, however often they err.
func collusion(names [2]string, outcomes [2][]*outcome, boot stats.Bootstrap) (*Pair, *Finding) {
	both := sharedOf(outcomes[0], outcomes[1])
	pair := &Pair{First: names[0], Second: names[1], N: len(both)}
	f := &Finding{What: Colluding, Judge: names[0], Other: names[1], N: len(both)}
	tables := tablesOf(both)
	var strata [][2][2]float64
	for _, t := range tables {
		pair.Both += int(t[0][0])
		pair.Expected += (t[0][0] + t[0][1]) * (t[0][0] + t[1][0]) / (t[0][0] + t[0][1] + t[1][0] + t[1][1])
		strata = append(strata, *t)
	}
	if len(both) < least {
		f.Why = "too few anchors"
		return pair, f
	}
	size, known := within(tables)
	_, p, err := stats.MantelHaenszel(strata)
	if err != nil || !known {
		f.Why = "one of them never errs, or always: nothing can go together"
		return pair, f
	}
	f.Size, f.P = &size, &p
	ci, err := boot.Interval(len(both), func(drawn []int) (float64, error) {
		again := make([]shared, len(drawn))
		for i, at := range drawn {
			again[i] = both[at]
		}
		if r, known := within(tablesOf(again)); known {
			return r, nil
		}
		return 0, stats.ErrUndefined
	})
	if err == nil {
		f.CI95 = &[2]float64{ci.Low, ci.High}
	}
	return pair, f
}

// tablesOf counts errors by stratum: [[both, first alone], [second alone, neither]].
func tablesOf(anchors []shared) []*[2][2]float64 {
	places := map[[2]string]int{}
	var out []*[2][2]float64
	for _, a := range anchors {
		at, met := places[a.stratum]
		if !met {
			at = len(out)
			places[a.stratum], out = at, append(out, new([2][2]float64))
		}
		out[at][1-int(a.wrong[0])][1-int(a.wrong[1])]++
	}
	return out
}

// within is the correlation of what is left of two errors when the rate of each in its stratum is taken off.
func within(tables []*[2][2]float64) (float64, bool) {
	together, first, second := 0.0, 0.0, 0.0
	for _, t := range tables {
		n := t[0][0] + t[0][1] + t[1][0] + t[1][1]
		p, q := (t[0][0]+t[0][1])/n, (t[0][0]+t[1][0])/n
		together += t[0][0] - n*p*q
		first += n * p * (1 - p)
		second += n * q * (1 - q)
	}
	if first <= 0 || second <= 0 {
		return 0, false
	}
	return together / math.Sqrt(first*second), true
}
