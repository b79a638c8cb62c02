package audits

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/stats"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
)

// ErrThreshold says that a dimension has no such label to tell good from bad by.
var ErrThreshold = errors.New("--good")

// AskCritic puts the labelled turns of a file to a critic. Without counts labelled turns on which it says nothing, or people are split.
func AskCritic(ctx context.Context, study *agreement.Study, read agreement.Reading, in io.Reader, file, dimension, threshold string) (turns []Criticised, without map[string]int, err error) {
	description, err := study.Describe(ctx)
	if err != nil {
		return nil, nil, err
	}
	labels, err := read(in, file, description, []string{dimension})
	if err != nil {
		return nil, nil, err
	}
	answers, err := study.Ask(ctx, description, labels)
	if err != nil {
		return nil, nil, err
	}
	examples, spec, without, err := agreement.Examples(labels, answers, dimension)
	if err != nil {
		return nil, nil, err
	}
	from := slices.Index(spec.GetLabels(), threshold)
	switch {
	case spec.GetScale() == vignettev1.Scale_SCALE_NOMINAL:
		return nil, nil, fmt.Errorf("%w: the labels of %s have no order, so none is good from there on", ErrThreshold, spec.GetId())
	case from < 1:
		return nil, nil, fmt.Errorf("%w is %q; for %s it is one of %s", ErrThreshold, threshold, spec.GetId(), strings.Join(spec.GetLabels()[min(1, len(spec.GetLabels())):], ", "))
	}
	for _, e := range examples {
		turns = append(turns, Criticised{Group: e.Cluster, Good: e.Label >= from, Said: float64(e.Said), Called: e.Said >= from})
	}
	return turns, without, nil
}

// Criticised is a turn that people called good or bad, and what a critic says of it.
type Criticised struct {
	// Group is what it is not independent of.
	Group string
	Good  bool
	// Said is where the critic puts it: more is better. Called says whether that is good to it.
	Said   float64
	Called bool
}

// Critique is how well a critic tells good turns from bad ones.
type Critique struct {
	// Found is the share of bad turns that it calls bad, Spared that of good turns that it calls good; nil where there are none.
	Found, Spared *float64
	// Balanced is the mean of both, .5 by chance.
	Balanced *float64
	// AUC is the chance that it puts a good turn above a bad one, ties counting half.
	AUC *float64
}

// Criticise computes it.
func Criticise(turns []Criticised) Critique {
	var good, bad []float64
	var spared, found float64
	for _, t := range turns {
		if t.Good {
			good = append(good, t.Said)
			if t.Called {
				spared++
			}
			continue
		}
		bad = append(bad, t.Said)
		if !t.Called {
			found++
		}
	}
	var c Critique
	if len(bad) > 0 {
		x := found / float64(len(bad))
		c.Found = &x
	}
	if len(good) > 0 {
		x := spared / float64(len(good))
		c.Spared = &x
	}
	if c.Found != nil && c.Spared != nil {
		x := (*c.Found + *c.Spared) / 2
		c.Balanced = &x
		if auc, err := stats.AUC(bad, good); err == nil {
			c.AUC = &auc
		}
	}
	return c
}

// OfCritique is the audit of a critic on turns; intervals draw whole groups. Without counts labelled turns on which it said nothing, or
// people were split, by why.
func OfCritique(critic, dimension, threshold string, turns []Criticised, without map[string]int, seed uint64) (*Report, error) {
	groups := grouped(len(turns), func(i int) string { return turns[i].Group })
	good := 0
	for _, t := range turns {
		if t.Good {
			good++
		}
	}
	r := &Report{
		Audit: "critique", Warnings: []string{}, Subject: critic, Question: "Does " + critic + " tell good turns from bad ones?",
		Facts: []Fact{
			{"dimension", dimension}, {"good from", threshold}, {"turns", fmt.Sprintf("%d good, %d bad", good, len(turns)-good)}, {"groups", fmt.Sprint(len(groups))},
		},
		Methods: "A turn is good where people's label is at the threshold or above, and so is what the critic says. Balanced accuracy is the mean of the share of bad turns called bad and of good turns called good, .5 by chance however many " +
			"of each there are; AUC is the chance that a good turn is put above a bad one. Intervals are 95% percentile bootstrap over groups. Turns on which the critic says nothing are left out and counted: they are no errors, and no merit.",
	}
	whole := Criticise(turns)
	for _, each := range []struct {
		name, unit string
		of         func(Critique) *float64
	}{
		{"bad turns called bad", "0-1", func(c Critique) *float64 { return c.Found }},
		{"good turns called good", "0-1", func(c Critique) *float64 { return c.Spared }},
		{"balanced accuracy", "0-1, .5 by chance", func(c Critique) *float64 { return c.Balanced }},
		{"AUC", "0-1, .5 by chance", func(c Critique) *float64 { return c.AUC }},
	} {
		f := Finding{Name: each.name, Unit: each.unit, Value: each.of(whole), N: len(turns), Over: "groups"}
		if f.Value == nil {
			f.Undefined = "there are no good turns, or no bad ones"
			r.Findings = append(r.Findings, f)
			continue
		}
		var err error
		if f.CI95, err = over(groups, seed, func(drawn []int) (float64, error) {
			some := make([]Criticised, len(drawn))
			for k, i := range drawn {
				some[k] = turns[i]
			}
			if x := each.of(Criticise(some)); x != nil {
				return *x, nil
			}
			return 0, stats.ErrUndefined
		}); err != nil {
			return nil, err
		}
		r.Findings = append(r.Findings, f)
	}
	for _, why := range slices.Sorted(maps.Keys(without)) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d labelled turns are left out: %s", without[why], strings.ReplaceAll(why, "_", " ")))
	}
	r.concludeCritique(critic)
	return r, nil
}

func (r *Report) concludeCritique(critic string) {
	f := &r.Findings[2]
	switch {
	case f.CI95 == nil:
		r.Verdict = "It cannot be told: too few groups for an interval, or no good or no bad turns."
	case f.CI95[0] > 0.5:
		r.Verdict = fmt.Sprintf("Yes, better than chance: %s is right on %.0f%% of each kind on average.", critic, 100**f.Value)
	default:
		f.Marked, r.Flagged = true, true
		r.Verdict = fmt.Sprintf("It was not shown to do better than chance: do not train on what %s says of turns like these.", critic)
	}
}
