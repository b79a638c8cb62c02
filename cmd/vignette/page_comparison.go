package main

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/vignette-sim/vignette/internal/stats"
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
	p.judged(c)
	if len(c.Scenarios) < 2 {
		return
	}
	rows = nil
	for _, scenario := range c.Scenarios {
		rows = append(rows, differenceRow(line(scenario.Scenario), scenario.Difference))
	}
	p.printf("\n")
	p.differences("reward in", c, rows)
	p.spread("scenarios", c.AmongScenarios)
	if len(c.Persons) < 2 {
		return
	}
	rows = nil
	for _, person := range c.Persons {
		rows = append(rows, differenceRow(line(person.Person), person.Difference))
	}
	p.printf("\n")
	p.differences("reward with", c, rows)
	p.spread("persons", c.AmongPersons)
}

// judged says in words what the reward's difference comes to: what is missing first.
func (p *page) judged(c studies.Comparison) {
	for _, sentence := range judgedWords(c.Reward) {
		p.paragraph("  ", "    ", sentence)
	}
}

// judgedWords are sentences about a difference.
func judgedWords(d studies.Difference) (out []string) {
	j := d.Judgment
	if j.Begun > j.Both {
		text := fmt.Sprintf("Of %s begun, %d have a value against, %d at the level, %d on both sides.", plural(j.Begun, "pair", "pairs"), j.HasAgainst, j.HasLevel, j.Both)
		if j.MissingMore != nil && j.MissingMore.P != nil && *j.MissingMore.P < 0.05 {
			text += fmt.Sprintf(" More is missing on one side (%s): what is left may not be alike.", probability(j.MissingMore.P))
		}
		if j.All != nil {
			text += fmt.Sprintf(" Whatever the missing are, the difference over all lies within %s and %s.", figure(j.All.Low), figure(j.All.High))
		}
		out = append(out, text)
	}
	if d.Holm == nil {
		return out
	}
	text := fmt.Sprintf("reward: %s (%s", j.Verdict(d.Holm), probability(d.Holm))
	if j.Size != nil {
		text += ", d " + signed(&j.Size.D)
	}
	if j.Wins != nil {
		text += fmt.Sprintf(", more in %.0f%% of pairs", 100*j.Wins.Value)
	}
	if j.EquivalentP != nil {
		text += fmt.Sprintf("; within %s either way: %s", figure(j.Margin), probability(j.EquivalentP))
	}
	return append(out, text+"). It speaks about "+j.Over.Meaning()+".")
}

// spread says how far parts differ from each other.
func (p *page) spread(what string, s *stats.Spread) {
	if s == nil {
		return
	}
	p.paragraph("  ", "    ", fmt.Sprintf("From one to another of the %s the true difference varies by %s (sd); that it does not: %s.", what, figure(s.SD), probability(&s.P)))
}

// probability shows a p value.
func probability(p *float64) string {
	switch {
	case p == nil:
		return "p -"
	case *p < 0.001:
		return "p < .001"
	}
	return "p " + strings.TrimPrefix(fmt.Sprintf("%.3f", *p), "0")
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
	one := map[studies.Cluster]string{
		studies.OverScenariosAndPersons: "scenario", studies.OverScenarios: "scenario", studies.OverPersons: "person", studies.OverCells: "client", studies.OverPairs: "pair",
	}[d.Over]
	text := plural(d.Clusters, one, one+"s")
	if d.Over == studies.OverScenariosAndPersons {
		text += fmt.Sprintf(" x %d persons", d.Judgment.Persons)
	}
	return text
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
