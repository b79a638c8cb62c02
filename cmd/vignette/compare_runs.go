package main

import (
	"fmt"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies"
)

// marginsOf reads --margin flags.
func marginsOf(specs []string) (map[string]float64, error) {
	out := map[string]float64{}
	for _, spec := range specs {
		at := strings.LastIndex(spec, "=")
		if at < 1 {
			return nil, usagef("--margin %q cannot be read: write OUTCOME=X, as in reward=0.1", spec)
		}
		margin, err := strconv.ParseFloat(spec[at+1:], 64)
		if err != nil || !(margin > 0) || margin > 1e9 {
			return nil, usagef("--margin %q: the smallest difference that matters is a number above 0, in the outcome's own unit", spec)
		}
		out[spec[:at]] = margin
	}
	return out, nil
}

// runComparison is what one run, or two, come to side by side.
type runComparison struct {
	Type        string                     `json:"type"`
	Runs        []string                   `json:"runs"`
	Apart       []string                   `json:"apart"` // how two runs differ besides
	Begun       int                        `json:"begun"` // episodes
	Warnings    []string                   `json:"warnings"`
	Comparisons []studies.ComparisonRecord `json:"comparisons"`
	Rankings    []studies.RankingRecord    `json:"rankings"`
	// Spending is what models were asked at each level, beside its gain; of one run.
	Spending []studies.LevelSpending `json:"spending,omitempty"`

	all      []studies.Comparison
	rankings []studies.Ranking
}

func compareRuns(cmd *cobra.Command, names []string, margins map[string]float64, asJSON bool) error {
	return withExisting(cmd, func(n *node.Node) error {
		r, unreadable, err := lookAt(cmd, n, names, margins)
		if err != nil {
			return err
		}
		if asJSON {
			err = writeJSON(cmd, r)
		} else {
			newPage(cmd.OutOrStdout()).runComparison(r)
		}
		if err != nil {
			return err
		}
		return unreadable
	})
}

// lookAt reads every episode of the runs into one table.
func lookAt(cmd *cobra.Command, n *node.Node, names []string, margins map[string]float64) (r *runComparison, unreadable, err error) {
	var table *studies.Table
	r = &runComparison{Type: "comparison", Apart: []string{}, Warnings: []string{}}
	next := 0
	var planner *planning.Planner
	var begun []int
	for _, name := range names {
		planner, err = findRun(cmd, n, name)
		if err != nil {
			return nil, nil, err
		}
		manifest := planner.Manifest()
		if table == nil {
			table = studies.NewTable(manifest)
			maps.Copy(table.Margins, margins)
		}
		if len(r.Runs) == 1 {
			if manifest.GetRun() == r.Runs[0] {
				return nil, nil, usagef("%q and %q are the same run: name two, or one to hold its levels against each other", names[0], name)
			}
			first, err := findRun(cmd, n, names[0])
			if err != nil {
				return nil, nil, err
			}
			r.Apart = append(r.Apart, studies.Apart(first.Manifest(), manifest)...)
		}
		r.Runs = append(r.Runs, manifest.GetRun())
		for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
			if err != nil {
				return nil, nil, err
			}
			if item.Unreadable != nil {
				unreadable = tellUnreadable(cmd, item)
			}
			if item.State.Phase() != vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
				begun = append(begun, item.Index)
			}
			cell := planner.Cell(item.Index)
			if len(names) > 1 {
				cell = studies.OfRun(manifest.GetRun(), cell)
			}
			table.AddAs(next+item.Index, cell, item.State)
		}
		next += planner.Len()
		if len(names) == 1 {
			r.Warnings = append(r.Warnings, table.Warnings(manifest)...)
		}
	}
	if err := r.judge(table); err != nil || len(names) > 1 {
		return r, unreadable, err
	}
	r.Spending, err = studies.SpendingByLevel(cmd.Context(), n.Calls(), planner, begun, r.all)
	return r, unreadable, err
}

// judge compares what the table holds.
func (r *runComparison) judge(table *studies.Table) error {
	for _, g := range table.Groups() {
		r.Begun += g.Started
	}
	if len(r.Runs) > 1 {
		r.all = table.ComparisonsOf(studies.RunFactor)
		if len(r.all) == 0 || r.all[0].Planned == 0 {
			return fmt.Errorf("runs %s and %s have no episode of the same scenario, levels and repeat, so there is nothing to pair; 'vignette show RUN' lists what a run has", r.Runs[0], r.Runs[1])
		}
	} else {
		r.all, r.rankings = table.Comparisons(), table.Rankings()
		if len(r.all) == 0 {
			return fmt.Errorf("run %s varies nothing, so there is nothing to hold against each other: vary something (--vary), or name a second run", r.Runs[0])
		}
	}
	r.Comparisons, r.Rankings = studies.Records(r.all), studies.RankingRecords(r.rankings)
	return nil
}

// runComparison writes what was begun first, then what is valid.
func (p *page) runComparison(r *runComparison) {
	p.printf("%s  %s begun\n", p.bold(strings.Join(r.Runs, " and ")), plural(r.Begun, "episode", "episodes"))
	for _, sentence := range r.Apart {
		p.paragraph("! ", "  ", sentence)
	}
	for _, sentence := range r.Warnings {
		p.paragraph("! ", "  ", sentence)
	}
	for _, c := range r.all {
		p.printf("\n%s\n", p.bold(fmt.Sprintf("%s: %s against %s", line(c.Factor), line(c.Level), line(c.Against))))
		p.begunPairs(c)
		p.validPairs(c)
		p.forWhom(c)
	}
	for _, ranking := range r.rankings {
		p.ranking(ranking)
	}
	p.levelSpending(r.Spending)
	p.printf("\n")
	p.paragraph("", "", "d is in standard deviations. \"more\" is how often the level has more, ties counting half. p is adjusted after Holm for the tests of its kind here; verdicts go by it. \"within\" is the margin of equivalence with its p.")
}

type outcomeRow struct {
	name string
	studies.Difference
}

func outcomesOf(c studies.Comparison) []outcomeRow {
	rows := []outcomeRow{{"reward", c.Reward}}
	for _, d := range c.Dimensions {
		rows = append(rows, outcomeRow{line(d.ID), d.Difference})
	}
	return rows
}

// begunPairs are all pairs, with or without values; outcomes that miss nothing are not listed one by one.
func (p *page) begunPairs(c studies.Comparison) {
	var rows [][]string
	whole := 0
	for _, o := range outcomesOf(c) {
		j := o.Judgment
		if j.HasAgainst == j.Begun && j.HasLevel == j.Begun {
			whole++
			continue
		}
		bounds, more := "-", "-"
		if j.All != nil {
			bounds = fmt.Sprintf("%s to %s", figure(j.All.Low), figure(j.All.High))
		}
		if j.MissingMore != nil {
			more = fmt.Sprintf("%+.0f%% (%s)", 100*j.MissingMore.Value, probability(j.MissingMore.P))
		}
		rows = append(rows, []string{o.name, fmt.Sprint(j.Begun), fmt.Sprint(j.HasAgainst), fmt.Sprint(j.HasLevel), more, bounds})
	}
	text := fmt.Sprintf("Of %s begun:", plural(c.Planned, "pair", "pairs"))
	if len(rows) == 0 {
		text = fmt.Sprintf("Of %s begun none lacks a value.", plural(c.Planned, "pair", "pairs"))
	} else if whole > 0 {
		text += fmt.Sprintf(" %s lack no value where they apply; the rest:", plural(whole, "outcome", "outcomes"))
	}
	p.paragraph("  ", "  ", text)
	if len(rows) > 0 {
		p.grid("  ", []string{"", "pairs", "value against", "value at level", "more missing", "bounds whatever is missing"}, rows, 1, func(column int) bool { return column > 0 })
		p.printf("\n")
	}
}

// validPairs are pairs with a value on both sides.
func (p *page) validPairs(c studies.Comparison) {
	var rows [][]string
	for _, o := range outcomesOf(c) {
		j := o.Judgment
		d, more, within := "-", "-", "-"
		if j.Size != nil {
			d = signed(&j.Size.D)
		}
		if j.Wins != nil {
			more = fmt.Sprintf("%.0f%%", 100*j.Wins.Value)
		}
		if j.EquivalentP != nil {
			within = fmt.Sprintf("%s: %s", figure(j.Margin), probability(j.EquivalentP))
		}
		verdict := string(j.Verdict(o.Holm))
		if verdict == "" {
			verdict = "cannot be told"
		}
		ci := "-"
		if o.CI95 != nil {
			ci = fmt.Sprintf("[%s, %s]", figure(o.CI95.Low), figure(o.CI95.High))
		}
		rows = append(rows, []string{o.name, verdict, signed(o.Mean), ci, probability(o.Holm), d, more, within, fmt.Sprint(o.N)})
	}
	p.paragraph("  ", "  ", fmt.Sprintf("Over pairs with a value on both sides; intervals are over %s: %s.", over(c.Reward), c.Reward.Over.Meaning()))
	p.grid("  ", []string{"", "", "difference", "95% CI", "p", "d", "more", "within", "pairs"}, rows, 1, func(column int) bool { return column > 1 })
}

// forWhom says in which scenarios, and with whom.
func (p *page) forWhom(c studies.Comparison) {
	part := func(name string, d studies.Difference) []string {
		return append(differenceRow(line(name), d)[:5], probability(d.Holm))
	}
	list := func(what string, rows [][]string) {
		if len(rows) > 1 {
			p.printf("\n")
			p.grid("  ", []string{what, "against", "level", "difference", "95% CI", "p"}, rows, 1, func(column int) bool { return column >= 1 })
		}
	}
	var scenarios, persons [][]string
	for _, s := range c.Scenarios {
		scenarios = append(scenarios, part(s.Scenario, s.Difference))
	}
	for _, s := range c.Persons {
		persons = append(persons, part(s.Person, s.Difference))
	}
	list("reward in", scenarios)
	if len(scenarios) > 1 {
		p.spread("scenarios", c.AmongScenarios)
	}
	list("reward with", persons)
	if len(persons) > 1 {
		p.spread("persons", c.AmongPersons)
	}
}

// ranking holds all levels of a factor against each other.
func (p *page) ranking(r studies.Ranking) {
	p.printf("\n%s\n", p.bold(line(r.Factor)+": all levels, by who has the higher reward in the same encounter"))
	if r.Undefined != "" {
		p.paragraph("  ", "  ", "No strengths: "+r.Undefined+".")
		return
	}
	var rows [][]string
	for i, s := range r.Strengths {
		ci := "-"
		if s.Interval != nil {
			ci = fmt.Sprintf("[%s, %s]", figure(s.Interval.Low), figure(s.Interval.High))
		}
		rate := "-"
		if s.Met > 0 {
			rate = fmt.Sprintf("%.0f%% of %d", 100*s.Wins/float64(s.Met), s.Met)
		}
		rows = append(rows, []string{line(r.Levels[i]), rate, fmt.Sprintf("%.2f", s.Share), signed(&s.Log), ci})
	}
	p.grid("  ", []string{"", "wins", "strength", "log odds against the first", "95% CI"}, rows, 1, func(column int) bool { return column >= 1 })
}

// levelSpending writes gain and cost side by side.
func (p *page) levelSpending(all []studies.LevelSpending) {
	if len(all) == 0 {
		return
	}
	p.printf("\n%s\n", p.bold("gain and cost: what those who speak (of judge: those who judge) ask of models, per episode"))
	var rows [][]string
	recorded := 0
	for _, s := range all {
		cost := "-"
		if s.Cost != nil {
			cost = fmt.Sprintf("%.4g", *s.Cost)
		}
		recorded += s.Recorded
		rows = append(rows, []string{line(s.Factor), line(s.Level), signed(s.Gain), figure(s.Calls), fmt.Sprintf("%.0f", s.PromptTokens), fmt.Sprintf("%.0f", s.CompletionTokens), cost})
	}
	p.grid("  ", []string{"factor", "level", "gain", "calls", "tokens in", "out", "cost"}, rows, 2, func(column int) bool { return column > 1 })
	if recorded > 0 {
		p.paragraph("  ", "  ", plural(recorded, "answer was", "answers were")+" paid for by earlier runs, and their tokens are not in it.")
	}
}
