package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/tom"
	"github.com/vignette-sim/vignette/studies/tom/items"
)

type tomFlags struct {
	items    string
	format   string
	strategy string
	seed     uint64
	workers  int
	json     bool
	models   modelFlags
}

func newTom() *cobra.Command {
	var flags tomFlags
	cmd := &cobra.Command{
		Use:   "tom RUN | tom --items FILE --model M",
		Short: "Measure how well minds are read",
		Long: `Scores what the roles of a run answered to probes about each other (what the other
feels most, believes, does next, takes them to feel) against what was committed and
done: Brier and log score, accuracy and calibration, arm by arm. Beside them stand
forecasts that read nothing: the base rate over other episodes, the first answer kept,
what others felt at the same turn, a reader of the last utterance alone; and what the
same one felt a turn before, which nobody could know. Intervals draw whole episodes.
Probes stand in the scenario; "last" is the newest run.

With --items, stories with questions are put to a language model instead, in versions in
which somebody's belief is false and in which it is true. What counts is the difference:
a model that answers from how things are is right wherever beliefs are true. Answers that
are refused or of no form are counted by reason and not taken for wrong. FILE is your own
copy; --format says what it is: bigtom (its CSV or JSON), tomi or t4d (JSON or CSV with
story, question, answer, choices, story_type). docs/evaluators.md has the fields.

--strategy far has the model foresee what everybody will do and reflect on that before
it answers. In runs it is the role's policy.strategy.`,
		Example: `  vignette tom last
  vignette tom r7k2 --json
  vignette tom --items ../shared/data/bigtom/bigtom.csv --format bigtom --model gpt-4o-mini
  vignette tom --items t4d.json --format t4d --model local/tiny --strategy far`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(cmd, args); err != nil {
				return err
			}
			if flags.items != "" {
				return tomOfModel(cmd, flags)
			}
			return withExisting(cmd, func(n *node.Node) error { return tomOfRun(cmd, n, args[0], flags) })
		},
	}
	cmd.Flags().StringVar(&flags.items, "items", "", "file of stories with questions, to be put to a model")
	cmd.Flags().StringVar(&flags.format, "format", string(items.BigToM), "what the file is: bigtom, tomi, t4d")
	cmd.Flags().StringVar(&flags.models.model, "model", "", "model to ask: MODEL, or ENDPOINT/MODEL")
	cmd.Flags().StringVar(&flags.strategy, "strategy", items.Plain, "how it is asked: plain, far")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "items asked about at once, from 1 (default 16)")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the intervals' draws")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	flags.models.addTerms(cmd)
	return cmd
}

func (f tomFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case f.items == "" && len(args) == 0:
		return usagef("name a run ('vignette tom last'), or give --items FILE and --model M")
	case f.items != "" && len(args) > 0:
		return usagef("a run and --items are two studies: give one of them")
	case f.items != "" && f.models.model == "":
		return usagef("--model is missing: name the model that is asked, as in --model gpt-4o-mini")
	case f.items == "" && (f.models.model != "" || cmd.Flags().Changed("strategy") || cmd.Flags().Changed("format")):
		return usagef("--model, --strategy and --format are for --items; a run has been played already")
	case !slices.Contains(items.Shapes(), items.Shape(f.format)):
		return usagef("--format is %q; there is: bigtom, tomi, t4d", f.format)
	case !slices.Contains(items.Strategies(), f.strategy):
		return usagef("--strategy is %q; there is: plain, far", f.strategy)
	case cmd.Flags().Changed("workers") && f.workers < 1:
		return usagef("--workers is %d; it must be at least 1", f.workers)
	}
	return f.models.check()
}

func tomOfRun(cmd *cobra.Command, n *node.Node, name string, flags tomFlags) error {
	planner, err := n.Reader().Run(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return fmt.Errorf("there is no run %q; 'vignette runs' lists the runs", name)
	}
	if err != nil {
		return err
	}
	var study tom.Study
	var unreadable error
	for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
		if err != nil {
			return err
		}
		if item.Unreadable != nil {
			unreadable = tellUnreadable(cmd, item)
		}
		study.Add(item.Index, item.State)
	}
	report, err := study.Report(tom.Options{Seed: flags.seed})
	if err != nil {
		return err
	}
	report.Run = planner.Manifest().GetRun()
	if flags.json {
		return errors.Join(writeJSON(cmd, report), unreadable)
	}
	newPage(cmd.OutOrStdout()).minding(report)
	return unreadable
}

// tomOfModel asks a model about items.
func tomOfModel(cmd *cobra.Command, flags tomFlags) error {
	in, err := openLabels(cmd, flags.items)
	if err != nil {
		return fmt.Errorf("--items: %w", err)
	}
	defer in.Close()
	list, err := items.Read(in, flags.items, items.Shape(flags.format))
	if err != nil {
		return err
	}
	ctx, drain, stop := interruptible(cmd.Context(), "stopping")
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // Nothing is half done that could be finished: answers of models are on record.
		select {
		case <-drain:
			cancel()
		case <-ctx.Done():
		}
	}()
	err = withNode(ctx, cmd, func(n *node.Node) error {
		if err := n.HostModels(ctx, settingsFile(cmd)); err != nil {
			return err
		}
		runner := n.Runner()
		study := &items.Study{
			Models: n.Directory().Models(), Clock: runner.Clock, Model: flags.models.model, Strategy: flags.strategy, Run: runner.NewID(),
			Terms: flags.models.terms(cmd), Workers: flags.workers, Progress: newProgress(os.Stderr, flags.models.model, "item", "items"),
		}
		if err := study.Check(ctx); err != nil {
			return &usageError{fmt.Errorf("--model: %w", err)}
		}
		answers, err := study.Ask(ctx, list)
		if err != nil {
			return err
		}
		report := &items.Report{
			Model: flags.models.model, Strategy: flags.strategy, PromptHash: items.PromptHash(flags.strategy), File: flags.items, Shape: items.Shape(flags.format),
			Items: len(list), Conditions: items.Count(list, answers, flags.seed), Seed: flags.seed,
		}
		if flags.json {
			return writeJSON(cmd, report)
		}
		newPage(cmd.OutOrStdout()).items(report)
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before all items were asked about; what was answered is on record, and the same command goes on")
	}
	return err
}
