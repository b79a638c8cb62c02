package audits

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/compare"
)

// In all that can be counted, accuracy after is what CL and CS make of accuracy before; what is not defined is nil, and never a number.
func TestCorrectAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []Revised
		for i := range rapid.IntRange(1, 12).Draw(t, "items") {
			n := rapid.IntRange(1, 5).Draw(t, "samples")
			sample := rapid.SliceOfN(rapid.Bool(), n, n)
			items = append(items, Revised{ID: fmt.Sprint(i), Before: sample.Draw(t, "before"), After: sample.Draw(t, "after")})
		}
		c, err := Correct(items)
		if err != nil {
			t.Fatal(err)
		}
		if (c.CL == nil) != (c.Before == 0) || (c.CS == nil) != (c.Before == 1) || (c.RSS == nil) != (c.Before == 0 || c.Before == 1) {
			t.Fatalf("%+v", c)
		}
		after := 0.0
		if c.CL != nil {
			after += c.Before * *c.CL
		}
		if c.CS != nil {
			after += (1 - c.Before) * *c.CS
		}
		if math.Abs(after-c.After) > 1e-9 {
			t.Fatalf("%v after, %+v", after, c)
		}
	})
}

func TestCorrect(t *testing.T) {
	yes, no := true, false
	for name, test := range map[string]struct {
		items       []Revised
		cl, cs, rss float64 // NaN where not defined
	}{
		// Two of four right; of these one stays right, of the two others one becomes right: nothing is gained.
		"even":       {[]Revised{{Before: []bool{yes, yes, no, no}, After: []bool{yes, no, yes, no}}}, 0.5, 0.5, 0.5},
		"mends":      {[]Revised{{Before: []bool{yes, no}, After: []bool{yes, yes}}}, 1, 1, 1.5},
		"all right":  {[]Revised{{Before: []bool{yes, yes}, After: []bool{yes, no}}}, 0.5, math.NaN(), math.NaN()},
		"none right": {[]Revised{{Before: []bool{no}, After: []bool{yes}}}, math.NaN(), 1, math.NaN()},
		// Items count alike, however often they were sampled.
		"items": {[]Revised{{Before: []bool{yes}, After: []bool{yes}}, {Before: []bool{no, no, no}, After: []bool{yes, no, no}}}, 1, 1.0 / 3, (2.0/3 - 0.25) / 0.5},
	} {
		c, err := Correct(test.items)
		if err != nil {
			t.Fatal(err)
		}
		for _, each := range []struct {
			what string
			got  *float64
			want float64
		}{{"CL", c.CL, test.cl}, {"CS", c.CS, test.cs}, {"RSS", c.RSS, test.rss}} {
			if (each.got == nil) != math.IsNaN(each.want) || each.got != nil && math.Abs(*each.got-each.want) > 1e-9 {
				t.Errorf("%s: %s is %v, want %v", name, each.what, each.got, each.want)
			}
		}
	}
	if _, err := Correct(nil); !errors.Is(err, stats.ErrUndefined) {
		t.Errorf("nothing: %v", err)
	}
}

func TestOfCorrection(t *testing.T) {
	list := func(after bool) (out []Revised) {
		for i := range 20 {
			out = append(out, Revised{ID: fmt.Sprint(i), Before: []bool{true, false, i%3 == 0}, After: []bool{true, after, after}})
		}
		return out
	}
	for after, want := range map[bool]string{true: "mends more than it spoils", false: "spoils more than it mends"} {
		r, err := OfCorrection("f", list(after), 1)
		if err != nil || !strings.Contains(r.Verdict, want) || r.Flagged == after {
			t.Errorf("%v: %v %v", after, r, err)
		}
	}
	r, err := OfCorrection("f", []Revised{{ID: "a", Before: []bool{true}, After: []bool{true}}}, 1)
	if err != nil || r.Flagged || !strings.Contains(r.Verdict, "cannot be told") || r.Findings[5].Undefined == "" {
		t.Errorf("%+v %v", r, err)
	}
}

func TestCriticise(t *testing.T) {
	var turns []Criticised
	for i := range 40 {
		turns = append(turns, Criticised{Group: fmt.Sprint(i / 4), Good: i%4 > 0, Called: true, Said: 1})
	}
	// A critic that calls everything good is right in three of four, and no better than chance.
	r, err := OfCritique("critic", "d", "strong", turns, map[string]int{"tie": 2}, 1)
	if err != nil || !r.Flagged || *r.Findings[2].Value != 0.5 || len(r.Warnings) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	for i := range turns {
		turns[i].Called = turns[i].Good || i%8 == 0
	}
	if r, err = OfCritique("critic", "d", "strong", turns, nil, 1); err != nil || r.Flagged || *r.Findings[0].Value != 0.5 || *r.Findings[1].Value != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if r, err = OfCritique("critic", "d", "strong", turns[1:2], nil, 1); err != nil || r.Flagged || r.Findings[2].Undefined == "" {
		t.Errorf("%+v %v", r, err)
	}
}

// What differs by the same in every pair is no chance, though no interval can be drawn.
func TestJudgedWithoutSpread(t *testing.T) {
	var pairs []compare.Pair
	for i := range 8 {
		zero, one := 0.0, 1.0
		pairs = append(pairs, compare.Pair{Scenario: "s", Cell: fmt.Sprint(i), Against: &zero, Level: &one})
	}
	f := judged("g", refusal, compare.Judge(pairs, compare.Outcome{Most: 1}))
	if f.P == nil || *f.P != 1.0/128 || f.CI95 != nil {
		t.Errorf("%+v", f)
	}
	if f = judged("g", refusal, compare.Judge(pairs[:3], compare.Outcome{Most: 1})); f.P != nil || f.Undefined == "" {
		t.Errorf("three pairs: %+v", f)
	}
}

// Whatever is in a report, its page lets nothing run.
func TestWriteIsInert(t *testing.T) {
	var b strings.Builder
	x := 0.25
	r := &Report{Question: "<script>alert(1)</script>", Subject: "a\x1b[31m", Verdict: "v", Warnings: []string{"w"}, Findings: []Finding{{Name: "<b>n", Value: &x, CI95: &[2]float64{-0.0001, 0.5}, P: &x, Holm: &x}}}
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, not := range []string{"<script", "\x1b", "<b>"} {
		if strings.Contains(b.String(), not) {
			t.Errorf("the page holds %q", not)
		}
	}
	for _, want := range []string{"[0.000, 0.500]", "0.250"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
