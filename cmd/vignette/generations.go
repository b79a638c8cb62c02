package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/generations"
)

type generationsFlags struct {
	factor string
	accept float64
	right  string
	wanted int
	json   bool
}

func newGenerations() *cobra.Command {
	var flags generationsFlags
	cmd := &cobra.Command{
		Use:   "generations RUN RUN... | RUN --factor FACTOR",
		Short: "Follow a policy that learns from its own conversations, generation by generation",
		Long: `Holds generations of a self-improvement loop beside the first: how many conversations are
accepted, what they are rewarded with, how diverse the accepted ones are, and the balance score
(B-STaR). A generation is a run, in the order named; or, of one run, a level of a factor
(--factor focal.policy.model).

Accepted is a valid conversation whose reward is at least --accept. Attempts at one situation
(scenario and levels of all else) are its repeats: without several there is no diversity to tell.
Diversity is the mean distance of two accepted conversations of a situation, by the pairs of
words that the focal role said, 0-1; distinct-2 the share of pairs of words that are different.
The balance score of a situation is min(n'/n*, 1) x n'/n: n accepted, n' of them right and
different, n* enough (--wanted). All accepted are right, unless --right names a dimension that
says so: a loop should not be judged by the reward it is trained on alone.

docs/studies.md has formulas and sources. Intervals are 95%, over whole scenarios where there are
5, else situations, else conversations.`,
		Example: `  vignette generations gen-0 gen-1 gen-2
  vignette generations last --factor focal.policy.model --accept 0.4
  vignette generations gen-0 gen-1 --right emotion.distress_change=-20 --json`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			terms, err := flags.terms(args)
			if err != nil {
				return err
			}
			return runGenerations(cmd, args, flags, terms)
		},
	}
	cmd.Flags().StringVar(&flags.factor, "factor", "", "of one run: the factor whose levels are the generations")
	cmd.Flags().Float64Var(&flags.accept, "accept", 0, "least reward with which a conversation is accepted, -1 to 1")
	cmd.Flags().StringVar(&flags.right, "right", "", "what says that an accepted conversation is right: DIMENSION=LEAST (default: all are)")
	cmd.Flags().IntVar(&flags.wanted, "wanted", generations.Wanted, "distinct right conversations of a situation that are enough, from 1")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	return cmd
}

func (f generationsFlags) terms(runs []string) (generations.Terms, error) {
	terms := generations.Terms{Accept: f.accept, Wanted: f.wanted}
	switch {
	case !(f.accept >= -1 && f.accept <= 1):
		return terms, usagef("--accept is %v; rewards lie from -1 to 1", f.accept)
	case f.wanted < 1:
		return terms, usagef("--wanted is %d; it must be at least 1", f.wanted)
	case f.factor == "" && len(runs) < 2:
		return terms, usagef("one run is one generation: name the runs of the others, or with --factor what tells generations apart in this one")
	case f.factor != "" && len(runs) > 1:
		return terms, usagef("--factor is for one run: name one, or leave --factor away")
	}
	if f.right == "" {
		return terms, nil
	}
	at := strings.LastIndex(f.right, "=")
	if at < 1 {
		return terms, usagef("--right %q cannot be read: write DIMENSION=LEAST, as in alliance.bond=3", f.right)
	}
	least, err := strconv.ParseFloat(f.right[at+1:], 64)
	if err != nil || least-least != 0 {
		return terms, usagef("--right %q: %q is no number", f.right, f.right[at+1:])
	}
	terms.Right, terms.Least = f.right[:at], least
	return terms, nil
}

func runGenerations(cmd *cobra.Command, names []string, flags generationsFlags, terms generations.Terms) error {
	return withExisting(cmd, func(n *node.Node) error {
		table := &generations.Table{Terms: terms}
		var unreadable error
		scored := terms.Right == ""
		var seen []string
		for _, name := range names {
			planner, err := findRun(cmd, n, name)
			if err != nil {
				return err
			}
			run := planner.Manifest().GetRun()
			if slices.Contains(seen, run) {
				return usagef("%q names run %s a second time: each generation is a run of its own", name, run)
			}
			seen = append(seen, run)
			for _, e := range planner.Manifest().GetEvaluators() {
				scored = scored || slices.ContainsFunc(e.GetDimensions(), func(d *vignettev1.DimensionSpec) bool { return d.GetId() == terms.Right })
			}
			for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
				if err != nil {
					return err
				}
				if item.Unreadable != nil {
					unreadable = tellUnreadable(cmd, item)
					continue
				}
				generation, cell, err := generationOf(run, planner.Cell(item.Index), flags.factor)
				if err != nil {
					return err
				}
				table.Add(generation, cell, item.State)
			}
		}
		if !scored {
			return usagef("--right: nobody scores %s in these runs; 'vignette show RUN' lists what is scored", terms.Right)
		}
		report, err := table.Report()
		if err != nil {
			return err
		}
		if flags.json {
			err = writeJSON(cmd, report)
		} else {
			newPage(cmd.OutOrStdout()).generations(report)
		}
		if err != nil {
			return err
		}
		return unreadable
	})
}

// generationOf is the generation of an episode, and its cell without what tells generations apart.
func generationOf(run string, cell *vignettev1.Cell, factor string) (string, *vignettev1.Cell, error) {
	if factor == "" {
		return run, cell, nil
	}
	i := slices.IndexFunc(cell.GetFactors(), func(l *vignettev1.FactorLevel) bool { return l.GetFactor() == factor })
	if i < 0 {
		var there []string
		for _, l := range cell.GetFactors() {
			there = append(there, l.GetFactor())
		}
		return "", nil, usagef("--factor: no %q was varied in run %s; there is: %s", factor, run, strings.Join(there, ", "))
	}
	level := cell.GetFactors()[i].GetLevel()
	cell = proto.CloneOf(cell)
	cell.Factors = slices.Delete(cell.GetFactors(), i, i+1)
	return level, cell, nil
}

// generations writes what each came to, and below how it differs from the first.
func (p *page) generations(r *generations.Report) {
	right := "all accepted are right"
	if r.Right != "" {
		right = fmt.Sprintf("right is %s from %s on", line(r.Right), figure(*r.Least))
	}
	p.printf("%s  accepted from a reward of %s on; %s; %d are enough\n", p.bold(plural(len(r.Generations), "generation", "generations")), figure(r.Accept), right, r.Wanted)
	for _, warning := range r.Warnings {
		p.paragraph("! ", "  ", warning)
	}
	measures := func(g generations.Generation) []generations.Measure {
		return []generations.Measure{g.Acceptance, g.Reward, g.Diversity, g.Distinct2, g.Balance}
	}
	names := []string{"acceptance", "reward", "diversity", "distinct-2", "balance"}
	for i, name := range names {
		p.printf("\n%s\n", p.bold(name))
		var rows [][]string
		for _, g := range r.Generations {
			m := measures(g)[i]
			rows = append(rows, []string{line(g.Name), score(m.Mean), bracketed(m.CI95), signed(m.Change), bracketed(m.ChangeCI95), fmt.Sprint(m.N), m.Over})
		}
		p.grid("  ", []string{"generation", "mean", "95% CI", "change", "95% CI", "n", "over"}, rows, 1, func(column int) bool { return column >= 1 && column < 6 })
	}
	p.printf("\n%s\n", p.bold("conversations"))
	var rows [][]string
	for _, g := range r.Generations {
		rows = append(rows, []string{line(g.Name), fmt.Sprint(g.Situations), fmt.Sprint(g.Begun), fmt.Sprint(g.Accepted), fmt.Sprint(g.Distinct), fmt.Sprint(g.NoReward)})
	}
	p.grid("  ", []string{"generation", "situations", "begun", "accepted", "distinct", "no reward"}, rows, 1, func(column int) bool { return column >= 1 })
}

func bracketed(ci *[2]float64) string {
	if ci == nil {
		return "-"
	}
	return fmt.Sprintf("[%s, %s]", figure(ci[0]), figure(ci[1]))
}
