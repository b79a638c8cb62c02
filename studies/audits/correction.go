package audits

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/vignette-sim/vignette/internal/stats"
)

// Revised is an item that was answered, and answered again after the answer was looked at once more: in each of its samples, whether it was
// right before and after.
type Revised struct {
	ID string `json:"id"`
	// Group is what it is not independent of; empty means itself.
	Group  string `json:"group"`
	Before []bool `json:"before"`
	After  []bool `json:"after"`
}

// ReadRevised reads items, one JSON object a line. The error says the line, and what is wrong.
func ReadRevised(r io.Reader, name string) ([]Revised, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var out []Revised
	seen := map[string]bool{}
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var item Revised
		if err := json.Unmarshal(lines.Bytes(), &item); err != nil {
			return nil, fmt.Errorf(`%s:%d: %w; a line is {"id": "q1", "group": "talk 3", "before": [true, false], "after": [true, true]}`, name, n, err)
		}
		switch {
		case item.ID == "":
			return nil, fmt.Errorf("%s:%d: id is missing: give each item one of its own", name, n)
		case seen[item.ID]:
			return nil, fmt.Errorf("%s:%d: id %q is there already: samples of an item stand in one line", name, n, item.ID)
		case len(item.Before) == 0 || len(item.Before) != len(item.After):
			return nil, fmt.Errorf("%s:%d: %d samples before and %d after; each sample needs both, and there must be one", name, n, len(item.Before), len(item.After))
		}
		seen[item.ID] = true
		out = append(out, item)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no items", name)
	}
	return out, nil
}

// Correction is what looking again did to accuracy (Yang et al. 2024, "Confidence v.s. Critique: A Decomposition of Self-Correction
// Capability for LLMs").
type Correction struct {
	// Before and After are accuracies, 0-1.
	Before, After float64
	// CL, the confidence level, is how much of what was right stays right; CS, the critique score, how much of what was wrong becomes right.
	// Nil where nothing was right, or wrong.
	CL, CS *float64
	// RSS, the relative self-correction score, says where After lies between Before^2 (0) and 1-(1-Before)^2 (1): .5 is as before. Nil where
	// Before is 0 or 1: then there is no room between them.
	RSS *float64
}

// Correct computes it, an item counting as much as another however often it was sampled.
func Correct(items []Revised) (Correction, error) {
	if len(items) == 0 {
		return Correction{}, fmt.Errorf("%w: there are no items", stats.ErrUndefined)
	}
	var right, kept, mended float64
	for _, item := range items {
		one := 1 / float64(len(item.Before)*len(items))
		for i, before := range item.Before {
			switch {
			case before && item.After[i]:
				right, kept = right+one, kept+one
			case before:
				right += one
			case item.After[i]:
				mended += one
			}
		}
	}
	// Sums of fractions are snapped to the ends where they belong there.
	right = snapped(right)
	c := Correction{Before: right, After: snapped(kept + mended)}
	if right > 0 {
		cl := snapped(kept / right)
		c.CL = &cl
	}
	if right < 1 {
		cs := snapped(mended / (1 - right))
		c.CS = &cs
	}
	if right > 0 && right < 1 {
		rss := (c.After - right*right) / (2 * right * (1 - right))
		c.RSS = &rss
	}
	return c, nil
}

// snapped takes rounding off the ends of 0 to 1.
func snapped(x float64) float64 {
	const rounding = 1e-9
	switch {
	case x < rounding:
		return 0
	case x > 1-rounding:
		return 1
	}
	return x
}

// OfCorrection is the audit of self-correction over items; intervals draw whole groups.
func OfCorrection(file string, items []Revised, seed uint64) (*Report, error) {
	groups := grouped(len(items), func(i int) string {
		if items[i].Group == "" {
			return "\x00" + items[i].ID
		}
		return items[i].Group
	})
	whole, err := Correct(items)
	if err != nil {
		return nil, err
	}
	gain := func(c Correction) *float64 { d := c.After - c.Before; return &d }
	r := &Report{
		Audit: "correction", Warnings: []string{}, Subject: file, Question: "Does looking again mend more than it spoils?",
		Facts: []Fact{{"items", fmt.Sprint(len(items))}, {"groups", fmt.Sprint(len(groups))}},
		Methods: "Accuracy before and after; CL is the share of right answers that stay right, CS that of wrong ones that become right, After = Before CL + (1 - Before) CS, and RSS = (After - Before^2) / (2 Before (1 - Before)), .5 where nothing is gained " +
			"(Yang et al. 2024, Confidence v.s. Critique). Each item counts as much as another; intervals are 95% percentile bootstrap over groups. What is not defined, CL and RSS at accuracy 0, CS and RSS at accuracy 1, is said to be so.",
	}
	for _, each := range []struct {
		name, unit, undefined string
		of                    func(Correction) *float64
	}{
		{"accuracy before", "0-1", "", func(c Correction) *float64 { return &c.Before }},
		{"accuracy after", "0-1", "", func(c Correction) *float64 { return &c.After }},
		{"gain", "after less before, -1 to 1", "", gain},
		{"CL", "right answers that stay right, 0-1", "nothing was right before", func(c Correction) *float64 { return c.CL }},
		{"CS", "wrong answers that become right, 0-1", "nothing was wrong before", func(c Correction) *float64 { return c.CS }},
		{"RSS", "relative self-correction, .5 is none", "accuracy before is 0 or 1: there is no room to correct in", func(c Correction) *float64 { return c.RSS }},
	} {
		f := Finding{Name: each.name, Unit: each.unit, Value: each.of(whole), N: len(items), Over: "groups"}
		if f.Value == nil {
			f.Undefined = each.undefined
		} else if f.CI95, err = over(groups, seed, func(drawn []int) (float64, error) {
			var some []Revised
			for _, i := range drawn {
				some = append(some, items[i])
			}
			c, err := Correct(some)
			if err != nil {
				return 0, err
			}
			if x := each.of(c); x != nil {
				return *x, nil
			}
			return 0, stats.ErrUndefined
		}); err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, f)
	}
	r.concludeCorrection()
	return r, nil
}

func (r *Report) concludeCorrection() {
	f := &r.Findings[2]
	switch {
	case f.CI95 == nil:
		r.Verdict = fmt.Sprintf("It cannot be told: too few groups for an interval, or nothing varies. Accuracy went by %+.3f.", *f.Value)
	case f.CI95[1] < 0:
		f.Marked, r.Flagged = true, true
		r.Verdict = fmt.Sprintf("It spoils more than it mends: accuracy goes by %+.3f. Take first answers.", *f.Value)
	case f.CI95[0] > 0:
		r.Verdict = fmt.Sprintf("It mends more than it spoils: accuracy goes by %+.3f.", *f.Value)
	default:
		r.Verdict = "Whether it mends more than it spoils cannot be told: the interval of the gain holds zero."
	}
}

// grouped are the places of each group, in the order groups come up.
func grouped(n int, of func(int) string) [][]int {
	at := map[string]int{}
	var out [][]int
	for i := range n {
		g, known := at[of(i)]
		if !known {
			g = len(out)
			at[of(i)] = g
			out = append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

// over is a bootstrap interval of a statistic of places, drawing whole groups; nil where it cannot be had.
func over(groups [][]int, seed uint64, statistic func([]int) (float64, error)) (*[2]float64, error) {
	if len(groups) < least {
		return nil, nil
	}
	interval, err := (stats.Bootstrap{Seed: seed}).Interval(len(groups), func(drawn []int) (float64, error) {
		var places []int
		for _, g := range drawn {
			places = append(places, groups[g]...)
		}
		return statistic(places)
	})
	if errors.Is(err, stats.ErrUndefined) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &[2]float64{interval.Low, interval.High}, nil
}
