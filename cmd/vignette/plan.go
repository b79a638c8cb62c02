package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/compare"
)

func newPlan() *cobra.Command {
	var flags runFlags
	var power float64
	cmd := &cobra.Command{
		Use:   "plan STUDY|SCENARIO...",
		Short: "Say what a study would be, take and be able to show, before it is played",
		Long: `Prints the cells and episodes of a study file, or of scenarios with --vary, the calls, tokens
and cost that models are to be expected to take, and for each factor the smallest difference
that a study of this size finds with a power of 80% (--power) at 5%, two-sided. Nothing is
asked of any model.

How much differences vary is taken from a rehearsal by rules of a part of the cells. Where
models play later, theirs may vary more or less: play a few repeats, then look at the
intervals of 'vignette compare'. Where rules do not differ at all between two levels, the answer
is in standard deviations of the paired difference.`,
		Example: `  vignette plan traits-and-mind-reading
  vignette plan my-study.yaml --repeats 10 --json
  vignette plan ask-for-leave --model gpt-4o-mini --strategy focal=plain,critic --repeats 20
  vignette plan ask-for-leave refuse-a-loan --vary focal.policy.skill=0.2,0.9 --repeats 10`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !(power > 0.05 && power < 1) {
				return usagef("--power is %v; it must lie between 0.05 and 1", power)
			}
			if err := flags.spellStrategies(); err != nil {
				return err
			}
			wanted, err := designOf(cmd, args, flags)
			if err != nil {
				return err
			}
			return plan(cmd, wanted, power, flags.json)
		},
	}
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of all chance")
	cmd.Flags().IntVar(&flags.repeats, "repeats", 0, "plays of each cell, from 1 (default: the study's, else 1)")
	cmd.Flags().StringArrayVar(&flags.vary, "vary", nil, "factor to vary: ROLE.FIELD=A,B or ROLE.persona=DIR; may be given several times")
	addStrategyFlag(cmd, &flags.strategies)
	cmd.Flags().StringVar(&flags.models.model, "model", "", "who is played and judged by which model: MODEL for all, or WHO=MODEL,...")
	cmd.Flags().Float64Var(&power, "power", usualPower, "how often the smallest difference is to be found, 0.05 to 1")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	cmd.ValidArgsFunction = completeScenarios
	return cmd
}

// outlook is what a study can show of one factor.
type outlook struct {
	Factor     string  `json:"factor"`
	Outcome    string  `json:"outcome"`
	Pairs      int     `json:"pairs"` // of each level with the first
	Over       string  `json:"over"`  // what intervals will draw
	Population string  `json:"population"`
	Smallest   float64 `json:"smallest"` // difference that is found with Power at 5%, two-sided
	Adjusted   float64 `json:"smallest_adjusted"`
	Tests      int     `json:"tests"` // comparisons that Holm adjusts for; Adjusted is the worst case
	Standard   bool    `json:"in_standard_deviations"`
	Power      float64 `json:"power"`
	SE         float64 `json:"se"`
	DF         float64 `json:"df"`
	Cannot     string  `json:"cannot,omitempty"` // why nothing can be shown
}

func plan(cmd *cobra.Command, wanted runs.Design, power float64, asJSON bool) (err error) {
	ctx := cmd.Context()
	n, err := node.OpenRehearsal(ctx, nodeConfig(cmd), settingsFile(cmd))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(context.WithoutCancel(ctx)); closeErr != nil && err == nil {
			err = closeErr
		}
	}()
	r, err := rehearse(ctx, n, begun(wanted))
	if err != nil {
		return err
	}
	f, err := foresee(ctx, n, wanted, power)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(cmd, struct {
			Type      string `json:"type"`
			Rehearsal any    `json:"rehearsal"`
			foresight
		}{"plan", r.record(), f})
	}
	p := newPage(cmd.OutOrStdout())
	if q := wanted.Study.GetQuestion(); q != "" {
		p.paragraph("", "", q)
		p.printf("\n")
	}
	p.rehearsal(r)
	p.outlooks(f, power)
	return nil
}

// foresight is what a design can show, from how much differences vary in a pilot.
type foresight struct {
	Pilot   int       `json:"pilot_episodes"`
	Outlook []outlook `json:"outlook"`
}

// What a pilot plays at most. Chosen: enough clusters for an idea of how much they differ, and done in seconds.
const (
	pilotScenarios = 8
	pilotLevels    = 6 // of a block
	pilotRepeats   = 2
)

// piloted is a part of a design that is played by rules: two levels of what is compared, some of everything else.
func piloted(wanted runs.Design) runs.Design {
	out := wanted
	out.Models, out.Repeats, out.Factors = nil, pilotRepeats, nil
	out.Scenarios = wanted.Scenarios[:min(pilotScenarios, len(wanted.Scenarios))]
	for _, f := range wanted.Factors {
		most := 2
		if isBlock(wanted, f) {
			most = pilotLevels
		}
		part := proto.CloneOf(f)
		part.Levels = part.Levels[:min(most, len(part.Levels))]
		out.Factors = append(out.Factors, part)
	}
	return out
}

func isBlock(design runs.Design, f *vignettev1.Factor) bool {
	return slices.ContainsFunc(design.Study.GetFactors(), func(s *vignettev1.StudyFactor) bool {
		return s.GetBlock() && s.GetRole() == f.GetRole() && s.GetField() == f.GetField()
	})
}

// foresee plays the pilot and says what the whole can show.
func foresee(ctx context.Context, n *node.Node, wanted runs.Design, power float64) (foresight, error) {
	if !slices.ContainsFunc(wanted.Factors, func(f *vignettev1.Factor) bool { return !isBlock(wanted, f) && len(f.GetLevels()) > 1 }) {
		return foresight{}, nil
	}
	planner, play, err := begun(piloted(wanted))(ctx, n)
	if err != nil {
		return foresight{}, err
	}
	table, played := studies.NewTable(planner.Manifest()), 0
	err = play(ctx, planner, runs.Options{Workers: runs.DefaultWorkers, Each: func(index int, state *episode.State) {
		table.Add(index, state)
		played++
	}})
	if err != nil {
		return foresight{}, err
	}
	var out []outlook
	tests := 0
	for _, f := range wanted.Factors {
		if !isBlock(wanted, f) {
			tests += len(f.GetLevels()) - 1
		}
	}
	outcome := wanted.Study.GetOutcome()
	if outcome == "" {
		outcome = "reward"
	}
	for _, f := range wanted.Factors {
		if isBlock(wanted, f) || len(f.GetLevels()) < 2 {
			continue
		}
		size := plannedFor(wanted, f)
		o := outlook{Factor: scenarios.Label(f), Outcome: outcome, Pairs: size.Pairs(), Tests: tests, Power: power}
		pilot := table.PairsOf(o.Factor, outcome)
		one, err := compare.Foresee(pilot, size, 0.05, power)
		if err == nil {
			var all compare.Forecast
			all, err = compare.Foresee(pilot, size, 0.05/float64(max(1, tests)), power)
			o.Over, o.Population, o.Smallest, o.Adjusted, o.Standard, o.SE, o.DF = string(one.Over), one.Over.Meaning(), one.Smallest, all.Smallest, one.Standard, one.SE, one.DF
		}
		if err != nil {
			o.Cannot = err.Error()
		}
		out = append(out, o)
	}
	return foresight{played, out}, nil
}

// plannedFor is how many pairs hold two levels of a factor against each other.
func plannedFor(design runs.Design, compared *vignettev1.Factor) compare.Planned {
	out := compare.Planned{Scenarios: len(design.Scenarios), Persons: 1, Others: 1, Repeats: max(1, design.Repeats)}
	for _, f := range design.Factors {
		paired := design.Study.GetDesign() == vignettev1.StudyDesign_STUDY_DESIGN_PAIRED && !isBlock(design, f)
		switch {
		case f == compared || paired:
		case scenarios.IsJudge(f): // who judges makes no pairs: a conversation counts once
		case f.GetField() == "persona":
			out.Persons *= len(f.GetLevels())
		default:
			out.Others *= len(f.GetLevels())
		}
	}
	return out
}

// outlooks writes what a study can show.
func (p *page) outlooks(f foresight, power float64) {
	all, pilot := f.Outlook, f.Pilot
	if len(all) == 0 {
		p.printf("\nNothing is varied that could be compared.\n")
		return
	}
	p.printf("\n%s\n", p.bold(fmt.Sprintf("the smallest difference it finds, with a power of %.0f%%", 100*power)))
	var rows [][]string
	standard := false
	for _, o := range all {
		if o.Cannot != "" {
			rows = append(rows, []string{line(o.Factor), o.Outcome, fmt.Sprint(o.Pairs), "-", "-", o.Cannot})
			continue
		}
		unit := ""
		if o.Standard {
			unit, standard = " sd", true
		}
		rows = append(rows, []string{line(o.Factor), o.Outcome, fmt.Sprint(o.Pairs), figure(o.Smallest) + unit, figure(o.Adjusted) + unit, o.Over})
	}
	p.grid("  ", []string{"factor", "outcome", "pairs", "alone", "of all tests", "over"}, rows, 1, func(column int) bool { return column == 2 || column == 3 || column == 4 })
	text := fmt.Sprintf("How much differences vary is taken from %s played by rules; models may differ more or less. \"Alone\" is at 5%%, two-sided; \"of all tests\" is the worst that Holm's adjustment for %s makes of it.",
		plural(pilot, "episode", "episodes"), plural(all[0].Tests, "test", "tests"))
	if standard {
		text += " sd: rules play both levels alike, so that nothing is known about how much the difference varies; the number is in standard deviations of the paired difference, and holds if scenarios and persons do not change it."
	}
	for _, meaning := range meaningsOf(all) {
		text += " " + meaning
	}
	p.paragraph("  ", "  ", text)
}

func meaningsOf(all []outlook) (out []string) {
	for _, o := range all {
		if o.Population == "" {
			continue
		}
		if text := "Over " + o.Over + ": " + o.Population + "."; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return []string{strings.Join(out, " ")}
}
