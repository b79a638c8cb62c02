package main

import (
	"fmt"

	"github.com/mattn/go-runewidth"

	"github.com/vignette-sim/vignette/studies"
)

// comparisonsShown is how many comparisons are shown dimension by dimension; of more, the rewards alone are.
const comparisonsShown = 3

// widestLevel is how much of a level's name is shown at the head of a column.
const widestLevel = 16

// comparisons writes what is compared in a run: by outcome and, where there are several, by scenario.
func (p *page) comparisons(all []studies.Comparison) {
	if len(all) > comparisonsShown {
		p.rewardsCompared(all)
		return
	}
	for i, c := range all {
		if i > 0 {
			p.printf("\n")
		}
		p.comparison(c)
	}
}

func (p *page) comparison(c studies.Comparison) {
	p.printf("%s\n", p.bold(fmt.Sprintf("%s: %s against %s", line(c.Factor), line(c.Level), line(c.Against))))
	pairs := plural(c.Pairs, "pair", "pairs")
	if c.Pairs != c.Planned {
		pairs = fmt.Sprintf("%d of %s", c.Pairs, plural(c.Planned, "pair", "pairs"))
	}
	p.paragraph("  ", "  ", pairs+" with the same scenario, client and luck on both sides; a 95% interval is over what stands beside it")
	rows := [][]string{differenceRow("reward", c.Reward)}
	for _, dimension := range c.Dimensions {
		rows = append(rows, differenceRow(line(dimension.ID), dimension.Difference))
	}
	p.differences("", c, rows)
	if len(c.Scenarios) < 2 {
		return
	}
	rows = nil
	for _, scenario := range c.Scenarios {
		rows = append(rows, differenceRow(line(scenario.Scenario), scenario.Difference))
	}
	p.printf("\n")
	p.differences("reward in", c, rows)
}

func (p *page) differences(head string, c studies.Comparison, rows [][]string) {
	level := func(name string) string { return runewidth.Truncate(line(name), widestLevel, "…") }
	p.grid("  ", []string{head, level(c.Against), level(c.Level), "difference", "95% CI", "over"}, rows, 1, func(column int) bool { return column >= 1 })
}

func differenceRow(name string, d studies.Difference) []string {
	return append([]string{name}, differenceCells(d)...)
}

func differenceCells(d studies.Difference) []string {
	ci := "-"
	if d.CI95 != nil {
		ci = fmt.Sprintf("[%s, %s]", figure(d.CI95.Low), figure(d.CI95.High))
	}
	return []string{number(d.Against), number(d.Level), signed(d.Mean), ci, over(d)}
}

// over says what an interval is over.
func over(d studies.Difference) string {
	one := map[studies.Cluster]string{studies.OverScenarios: "scenario", studies.OverCells: "client", studies.OverPairs: "pair"}[d.Over]
	return plural(d.Clusters, one, one+"s")
}

// number shows a mean; what is missing is a dash, never a zero.
func number(x *float64) string {
	if x == nil {
		return "-"
	}
	return figure(*x)
}

// signed shows a difference.
func signed(x *float64) string {
	if x == nil {
		return "-"
	}
	text := figure(*x)
	if *x > 0 {
		return "+" + text
	}
	return text
}

// rewardsCompared writes many comparisons, a line each.
func (p *page) rewardsCompared(all []studies.Comparison) {
	p.printf("%s\n", p.bold("reward, each level against the first, in pairs"))
	var rows [][]string
	for _, c := range all {
		rows = append(rows, append([]string{line(c.Factor), runewidth.Truncate(line(c.Level), widestCell, "…"), line(c.Against)}, differenceCells(c.Reward)...))
	}
	p.grid("  ", []string{"factor", "level", "against", "its mean", "level's mean", "difference", "95% CI", "over"}, rows, 2, func(column int) bool { return column >= 3 })
}

type jsonComparison struct {
	Factor     string                    `json:"factor"`
	Level      string                    `json:"level"`
	Against    string                    `json:"against"`
	Planned    int                       `json:"planned"` // pairs begun on both sides
	Pairs      int                       `json:"pairs"`   // of them valid on both
	Reward     jsonDifference            `json:"reward"`
	Dimensions map[string]jsonDifference `json:"dimensions"`
	Scenarios  map[string]jsonDifference `json:"reward_by_scenario"`
}

type jsonDifference struct {
	Against    *float64    `json:"against"`
	Level      *float64    `json:"level"`
	Difference *float64    `json:"difference"` // null: no pair has both
	CI95       *[2]float64 `json:"ci95"`
	N          int         `json:"n"`
	Clusters   int         `json:"clusters"`
	Over       string      `json:"over"` // what the interval is over: scenarios, cells or pairs
}

func comparisonRecords(all []studies.Comparison) []jsonComparison {
	out := []jsonComparison{}
	for _, c := range all {
		record := jsonComparison{
			Factor: c.Factor, Level: c.Level, Against: c.Against, Planned: c.Planned, Pairs: c.Pairs, Reward: differenceRecord(c.Reward),
			Dimensions: map[string]jsonDifference{}, Scenarios: map[string]jsonDifference{},
		}
		for _, dimension := range c.Dimensions {
			record.Dimensions[dimension.ID] = differenceRecord(dimension.Difference)
		}
		for _, scenario := range c.Scenarios {
			record.Scenarios[scenario.Scenario] = differenceRecord(scenario.Difference)
		}
		out = append(out, record)
	}
	return out
}

func differenceRecord(d studies.Difference) jsonDifference {
	return jsonDifference{d.Against, d.Level, d.Mean, ends(d.CI95), d.N, d.Clusters, string(d.Over)}
}
