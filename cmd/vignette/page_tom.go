package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/studies/tom"
	"github.com/vignette-sim/vignette/studies/tom/items"
)

// minding writes for people how well the roles of a run read other minds.
func (p *page) minding(r *tom.Report) {
	p.printf("%s  %s, %s read; 95%% intervals by drawing whole episodes again (%s, seed %d)\n", p.bold("run "+line(r.Run)),
		plural(r.Episodes, "valid episode", "valid episodes"), plural(r.Minds, "persona", "personas"), plural(r.Intervals.Resamples, "draw", "draws"), r.Intervals.Seed)
	for _, result := range r.Results {
		p.mindingResult(result)
	}
	if len(r.Results) > 0 {
		p.printf("\n")
		for _, note := range []string{
			"Brier 0 (right and sure) to 2, log from 0; lower is better for both. \"less\" is what the answers have less the row's, on the same questions: below zero is better.",
			"base rate: over all other episodes. Others: what was so with other personas then. One turn before: what was so with this one, which was private (*): a mark, and no bar.",
			"beaten: the whole interval of the Brier difference lies below zero.",
		} {
			p.paragraph("", "  ", note)
		}
	}
	for _, warning := range r.Warnings {
		p.paragraph("! ", "  ", warning)
	}
}

func (p *page) mindingResult(r *tom.Result) {
	p.printf("\n%s\n", p.bold(line(r.Ask+", "+r.Arm)))
	rows := [][]string{{"answers", fmt.Sprint(r.N), mindingCell(r.Brier), mindingCell(r.Log), mindingCell(r.Accuracy), "", ""}}
	for _, b := range r.Baselines {
		name, beaten := b.What, "-"
		if b.Privileged {
			name += " *"
		}
		if b.Beaten != nil {
			beaten = map[bool]string{true: "yes", false: "no"}[*b.Beaten]
		}
		rows = append(rows, []string{name, fmt.Sprint(b.N), mindingCell(b.Brier), mindingCell(b.Log), mindingCell(b.Accuracy), mindingCell(b.Difference.Brier), beaten})
	}
	p.grid("  ", []string{"", "n", "Brier", "log", "accuracy", "Brier less", "beaten"}, rows, 1, func(column int) bool { return column > 0 })
	if r.Calibration != nil {
		var bins []string
		for _, b := range r.Calibration.Bins {
			bins = append(bins, fmt.Sprintf("%s: %s (%d)", figure(b.Confidence), figure(b.Right), b.N))
		}
		p.paragraph("  ", "    ", fmt.Sprintf("Calibration error %s. How sure, how often right, of how many: %s.", figure(r.Calibration.ECE), strings.Join(bins, ", ")))
	}
	p.reasons(r.Asked, r.Missing, nil)
}

// reasons says why something is missing.
func (p *page) reasons(n int, missing map[string]int, detail map[string]string) {
	for _, reason := range slices.Sorted(maps.Keys(missing)) {
		text := fmt.Sprintf("%d of %d missing: %s", missing[reason], n, reason)
		if detail[reason] != "" {
			text += ", as in: " + detail[reason]
		}
		p.paragraph("  ", "    ", text)
	}
}

func mindingCell(e *tom.Estimate) string {
	switch {
	case e == nil:
		return "-"
	case e.CI95 == nil:
		return figure(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", figure(e.Value), figure(e.CI95[0]), figure(e.CI95[1]))
}

// items writes for people how a model did on stories.
func (p *page) items(r *items.Report) {
	p.printf("%s  strategy %s, %s of %s (%s); accuracy over what was answered, with Wilson's 95%% intervals\n\n", p.bold(line(r.Model)), r.Strategy,
		plural(r.Items, "item", "items"), line(r.File), r.Shape)
	var rows [][]string
	for _, c := range r.Conditions {
		difference := "-"
		if d := c.Difference; d != nil {
			difference = figure(d.Value)
			if d.CI95 != nil {
				difference += fmt.Sprintf(" [%s, %s]", figure(d.CI95[0]), figure(d.CI95[1]))
			}
			difference += fmt.Sprintf(" (%d)", d.Pairs)
		}
		rows = append(rows, []string{c.Name, itemsCell(c.False), itemsCell(c.True), itemsCell(c.Neither), difference})
	}
	p.grid("", []string{"condition", "false belief", "true belief", "neither", "false less true (pairs)"}, rows, 1, func(column int) bool { return column > 0 })
	all := r.Conditions[len(r.Conditions)-1]
	for _, version := range []struct {
		name string
		of   *items.Accuracy
	}{{"false belief", all.False}, {"true belief", all.True}, {"neither", all.Neither}} {
		if a := version.of; a != nil {
			p.printf("\n%s: %d of %d answered; guessing would get %s\n", version.name, a.Answered, a.N, figure(a.Chance))
			p.reasons(a.N, a.Missing, a.Detail)
		}
	}
}

func itemsCell(a *items.Accuracy) string {
	switch {
	case a == nil:
		return ""
	case a.Accuracy == nil:
		return fmt.Sprintf("- of %d", a.N)
	}
	return fmt.Sprintf("%s [%s, %s] of %d", figure(*a.Accuracy), figure(a.CI95[0]), figure(a.CI95[1]), a.Answered)
}
