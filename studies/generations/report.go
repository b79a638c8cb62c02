package generations

import (
	"cmp"
	"fmt"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies"
)

// Report is what generations came to, the first of them first.
type Report struct {
	Type        string       `json:"type"`
	Accept      float64      `json:"accept"`
	Right       string       `json:"right,omitempty"`
	Least       *float64     `json:"least,omitempty"`
	Wanted      int          `json:"wanted"`
	Generations []Generation `json:"generations"`
	Warnings    []string     `json:"warnings"`
}

// Generation is what one came to. Situations are scenarios with levels of all else; means are over situations where a measure is one of a
// situation, each counting once.
type Generation struct {
	Name       string `json:"name"`
	Situations int    `json:"situations"`
	Begun      int    `json:"begun"`
	Accepted   int    `json:"accepted"`
	Distinct   int    `json:"distinct"`  // of the accepted, those whose words are not those of another in the same situation
	NoReward   int    `json:"no_reward"` // begun and without a reward: invalid, unfinished or missing; they are not accepted
	// Acceptance is the share accepted of all begun. Reward is the mean of those that have one, accepted or not.
	Acceptance Measure `json:"acceptance"`
	Reward     Measure `json:"reward"`
	// Diversity is the mean distance of two accepted conversations of one situation, 0-1. Distinct2 is distinct-2 of what is accepted, 0-1.
	Diversity Measure `json:"diversity"`
	Distinct2 Measure `json:"distinct_2"`
	// Balance is the balance score, 0-1.
	Balance Measure `json:"balance"`
}

// Measure is a mean with its 95% interval, and how it differs from the first generation's in the same situations.
type Measure struct {
	Mean *float64    `json:"mean"` // null: nothing has a value
	CI95 *[2]float64 `json:"ci95"` // null: fewer than 5 clusters, or no spread
	N    int         `json:"n"`    // values in it: conversations, or situations
	Over string      `json:"over"` // what the interval draws: scenarios, situations, or conversations
	// Change is this less the first, over what both have; null for the first.
	Change     *float64    `json:"change"`
	ChangeCI95 *[2]float64 `json:"change_ci95"`
}

// value is one number of a conversation or a situation, with what it belongs to.
type value struct {
	scenario, situation string
	repeat              int32 // -1: of the whole situation
	number              float64
}

// Report says what the generations came to. The error says that there is nothing to tell of.
func (t *Table) Report() (*Report, error) {
	if len(t.generations) == 0 {
		return nil, fmt.Errorf("none of the conversations was begun, so there is nothing to follow")
	}
	r := &Report{Type: "generations", Accept: t.Accept, Right: t.Right, Wanted: cmp.Or(t.Wanted, Wanted), Warnings: []string{}}
	if t.Right != "" {
		r.Least = &t.Least
	}
	var first [5][]value
	for i, g := range t.generations {
		out := Generation{Name: g.name, Situations: len(g.order)}
		values := g.measure(&out, r.Wanted)
		for k, m := range []*Measure{&out.Acceptance, &out.Reward, &out.Diversity, &out.Distinct2, &out.Balance} {
			*m = measureOf(values[k])
			if i > 0 {
				m.change(values[k], first[k])
			}
		}
		if i == 0 {
			first = values
		}
		r.Generations = append(r.Generations, out)
	}
	r.warn()
	return r, nil
}

// measure counts, and returns the values of each measure in the order of [Generation].
func (g *generation) measure(out *Generation, wanted int) (values [5][]value) {
	for _, key := range g.order {
		s := g.situations[key]
		n := s.accepted()
		out.Begun, out.Accepted, out.Distinct = out.Begun+len(s.begun), out.Accepted+n, out.Distinct+len(s.distinct)
		for _, a := range s.begun {
			at := value{scenario: s.scenario, situation: key, repeat: a.repeat}
			if a.accepted {
				at.number = 1
			}
			values[0] = append(values[0], at)
			if a.reward == nil {
				out.NoReward++
				continue
			}
			at.number = *a.reward
			values[1] = append(values[1], at)
		}
		whole := value{scenario: s.scenario, situation: key, repeat: -1}
		if x, ok := apart(s.texts); ok {
			whole.number = x
			values[2] = append(values[2], whole)
		}
		if x, ok := distinct2(s.texts); ok {
			whole.number = x
			values[3] = append(values[3], whole)
		}
		whole.number = balance(n, len(s.right), wanted)
		values[4] = append(values[4], whole)
	}
	return values
}

// measureOf is the mean of values and its interval over the coarsest clusters of which there are enough.
func measureOf(values []value) Measure {
	m := Measure{N: len(values)}
	numbers := make([]float64, len(values))
	for i, v := range values {
		numbers[i] = v.number
	}
	if mean, err := stats.Mean(numbers); err == nil {
		m.Mean = &mean
	}
	var clusters [][]float64
	clusters, m.Over = clustered(values)
	if len(clusters) >= studies.MinForInterval {
		if ci, err := (stats.Bootstrap{}).MeanInterval(clusters); err == nil {
			m.CI95 = &[2]float64{ci.Low, ci.High}
		}
	}
	return m
}

// clustered are the values in the coarsest clusters of which there are enough for an interval: what belongs together is not independent.
func clustered(values []value) ([][]float64, string) {
	kinds := []struct {
		name string
		key  func(value) string
	}{
		{"scenarios", func(v value) string { return v.scenario }}, {"situations", func(v value) string { return v.situation }},
		{"conversations", func(v value) string { return fmt.Sprint(v.situation, "\x00", v.repeat) }},
	}
	var out [][]float64
	for _, kind := range kinds {
		at := map[string]int{}
		out = nil
		for _, v := range values {
			key := kind.key(v)
			if _, known := at[key]; !known {
				at[key] = len(out)
				out = append(out, nil)
			}
			out[at[key]] = append(out[at[key]], v.number)
		}
		if len(out) >= studies.MinForInterval || kind.name == "situations" && len(values) > 0 && values[0].repeat < 0 {
			return out, kind.name
		}
	}
	return out, "conversations"
}

// change is how values differ from those of the first generation, pair by pair.
func (m *Measure) change(values, first []value) {
	type key struct {
		situation string
		repeat    int32
	}
	before := map[key]float64{}
	for _, v := range first {
		before[key{v.situation, v.repeat}] = v.number
	}
	var differences []value
	for _, v := range values {
		if was, ok := before[key{v.situation, v.repeat}]; ok {
			v.number -= was
			differences = append(differences, v)
		}
	}
	d := measureOf(differences)
	m.Change, m.ChangeCI95 = d.Mean, d.CI95
}

// warn says what reward alone would not show.
func (r *Report) warn() {
	first := r.Generations[0]
	for i, g := range r.Generations {
		if g.Accepted > g.Distinct {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: %d of %d accepted conversations repeat the words of another in the same situation", g.Name, g.Accepted-g.Distinct, g.Accepted))
		}
		if g.NoReward > 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: %d of %d begun have no reward; they are not accepted, and not in the mean of rewards", g.Name, g.NoReward, g.Begun))
		}
		if i == 0 {
			continue
		}
		if fell(g.Diversity) {
			text := fmt.Sprintf("%s: what is accepted is less diverse than in %s (%.2f less)", g.Name, first.Name, -*g.Diversity.Change)
			if c := g.Reward.Change; c != nil && *c > 0 {
				text += ", while the reward is higher: the policy may be learning one way to earn it"
			}
			r.Warnings = append(r.Warnings, text)
		}
		if g.Reward.Change == nil {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s has no conversation in a situation that %s has: nothing of it can be held against the first", g.Name, first.Name))
		}
	}
}

// fell says whether a measure is lower than in the first generation, beyond chance.
func fell(m Measure) bool { return m.ChangeCI95 != nil && m.ChangeCI95[1] < 0 }
