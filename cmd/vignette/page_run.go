package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/studies"
)

// tablesShown is how many scenarios' tables stand at the end of a run that compares something; of more, the comparison alone does.
const tablesShown = 3

// results writes a run's tables, its comparisons and its warnings. In brief, the tables of many scenarios are left out where a
// comparison says what they come to.
func (p *page) results(result runResult, brief bool) {
	comparisons := result.summary.Comparisons
	if !brief || len(comparisons) == 0 || len(result.planner.Manifest().GetScenarios()) <= tablesShown {
		p.tables(result)
		if len(comparisons) > 0 {
			p.printf("\n")
		}
	}
	p.comparisons(comparisons)
	p.gap(result.summary.Gap)
	p.mismatch(result.summary.Relations)
	if warnings := result.summary.Warnings; len(warnings) > 0 {
		p.printf("\n")
		for _, warning := range warnings {
			p.paragraph("! ", "  ", warning)
		}
	}
}

// tables writes one block per scenario, since scenarios differ in what they score.
func (p *page) tables(result runResult) {
	groups := result.summary.Groups
	for i := 0; i < len(groups); {
		scenario := groups[i].Factors[0].Level
		j := i
		for j < len(groups) && groups[j].Factors[0].Level == scenario {
			j++
		}
		if i > 0 {
			p.printf("\n")
		}
		p.scenarioTable(scenario, groups[i:j])
		i = j
	}
}

// gap says how far models that play clients are from what they were told of themselves.
func (p *page) gap(gap studies.Gap) {
	if gap.Turns > 0 || gap.Unavailable > 0 {
		p.printf("\n")
	}
	if gap.Distress != nil {
		p.paragraph("  ", "  ", fmt.Sprintf("The distress that models reported about themselves is %.1f SUDS points from what was computed for them, on average over %s.",
			*gap.Distress, plural(gap.Turns, "turn", "turns")))
	}
	if gap.Unavailable > 0 {
		p.paragraph("  ", "  ", fmt.Sprintf("In %s of a client there was no report or nothing computed to hold against it.", plural(gap.Unavailable, "turn", "turns")))
	}
}

// scenarioTable writes the groups of one scenario: their factors, the focal role's reward, and the mean of each dimension.
func (p *page) scenarioTable(scenario string, groups []studies.Group) {
	p.printf("%s\n", p.bold(line(scenario)))
	factors := len(groups[0].Factors) - 1
	var header []string
	for _, factor := range groups[0].Factors[1:] {
		header = append(header, line(factor.Name))
	}
	header = append(header, "n", "reward", "95% CI")
	dimensions := dimensionsOf(groups)
	family := sharedPrefix(dimensions)
	for _, id := range dimensions {
		header = append(header, line(strings.TrimPrefix(id, family)))
	}
	var rows [][]string
	for _, group := range groups {
		var row []string
		for _, factor := range group.Factors[1:] {
			row = append(row, line(factor.Level))
		}
		n := fmt.Sprint(group.Started)
		if group.Valid != group.Started {
			n = fmt.Sprintf("%d of %d", group.Valid, group.Started)
		}
		row = append(row, n, mean(group.Reward), interval(group.Reward))
		for _, id := range dimensions {
			row = append(row, mean(group.Dimension(id)))
		}
		rows = append(rows, row)
	}
	p.grid("  ", header, rows, factors, func(column int) bool { return column >= factors })
}

// dimensionsOf are the dimensions of all groups, in the order declared.
func dimensionsOf(groups []studies.Group) []string {
	var ids []string
	for _, group := range groups {
		for _, dimension := range group.Dimensions {
			if !slices.Contains(ids, dimension.ID) {
				ids = append(ids, dimension.ID)
			}
		}
	}
	return ids
}

// sharedPrefix is what all dimensions begin with, up to a dot: the family's name need not stand in every column.
func sharedPrefix(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	prefix := ids[0][:strings.LastIndex(ids[0], ".")+1]
	for _, id := range ids {
		if !strings.HasPrefix(id, prefix) {
			return ""
		}
	}
	return prefix
}

// mean shows a mean; what is missing is a dash, never a zero.
func mean(e studies.Estimate) string {
	if e.Mean == nil {
		return "-"
	}
	if *e.Mean >= 10 || *e.Mean <= -10 {
		return fmt.Sprintf("%.1f", *e.Mean)
	}
	return fmt.Sprintf("%.2f", *e.Mean)
}

func interval(e studies.Estimate) string {
	if e.CI95 == nil {
		return "-"
	}
	return fmt.Sprintf("[%.2f, %.2f]", e.CI95.Low, e.CI95.High)
}
