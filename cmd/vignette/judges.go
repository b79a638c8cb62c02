package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/judging"
)

// readingsDir is where readings of anchors are kept in the data directory.
const readingsDir = "readings"

type judgesFlags struct {
	judges           []string
	samples, workers int
	abstain          float64
	seed             uint64
	json             bool
	models           modelFlags
}

func newJudges() *cobra.Command {
	var flags judgesFlags
	cmd := &cobra.Command{
		Use:   "judges ANCHORS.jsonl --model M [--model M2 ...]",
		Short: "Put models that judge to the test: confidence, position, drift, own hand, collusion",
		Long: `Asks each model which text of every anchor is better, in both orders, and says what is wrong
with it as a judge, with sizes and 95% intervals:

  over-confident    surer than it is right
  position-biased   the place of a text sways it
  drifting          it judges these anchors otherwise than when it first read them
  self-preferring   it errs for texts of its own more often than against them
  colluding pair    two judges err on the same anchors, beyond what their accuracy allows

A judge is named where it holds after Holm's correction over all that was tested, and is not
small. Disagreement between the orders counts as a tie. What is refused or of no form is
counted and enters nothing.

ANCHORS.jsonl has one object a line: id, a, b (the texts), label ("a", "b", "tie": what people
chose); and if known question, context, by_a, by_b (models that wrote them), stratum (how hard
it is). Readings are kept in the data directory (readings/) under the file's digest: the same
command again asks anew and holds that against the first reading. --replay shows the last one
again and asks nobody. --samples K puts each order K times and takes the most frequent answer.`,
		Example: `  vignette judges anchors.jsonl --model gpt-4o-mini --model local/tiny
  vignette judges anchors.jsonl --model gpt-4o-mini --samples 5 --abstain 0.7 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(cmd); err != nil {
				return err
			}
			return runJudges(cmd, args[0], flags)
		},
	}
	cmd.Flags().StringArrayVar(&flags.judges, "model", nil, "model to test: MODEL, or ENDPOINT/MODEL; may be given several times (required)")
	cmd.Flags().IntVar(&flags.samples, "samples", 1, "how often each order is put, 1 to 50; from 2 on at temperature 1")
	cmd.Flags().Float64Var(&flags.abstain, "abstain", 0, "confidence below which a verdict is not given, 0 to 1")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "questions put at once, from 1 (default 16)")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the intervals' draws")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	flags.models.addTerms(cmd)
	return cmd
}

func (f judgesFlags) check(cmd *cobra.Command) error {
	switch {
	case len(f.judges) == 0 || slices.Contains(f.judges, ""):
		return usagef("--model is missing: name the models that judge, as in --model gpt-4o-mini")
	case len(slices.Compact(slices.Sorted(slices.Values(f.judges)))) < len(f.judges):
		return usagef("--model names a model twice; give each once")
	case f.samples < 1 || f.samples > 50:
		return usagef("--samples is %d; it must be 1 to 50", f.samples)
	case !(f.abstain >= 0 && f.abstain <= 1):
		return usagef("--abstain is %v; it must be 0 to 1", f.abstain)
	case cmd.Flags().Changed("workers") && f.workers < 1:
		return usagef("--workers is %d; it must be at least 1", f.workers)
	}
	return f.models.check()
}

func runJudges(cmd *cobra.Command, file string, flags judgesFlags) error {
	in, err := openLabels(cmd, file)
	if err != nil {
		return err
	}
	defer in.Close()
	anchors, err := judging.Read(in, file)
	if err != nil {
		return err
	}
	ctx, drain, stop := interruptible(cmd.Context(), "stopping")
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // Half a reading says nothing; answers are on record.
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
		var judged []judging.Judged
		for _, model := range flags.judges {
			each, err := flags.read(ctx, cmd, n, anchors, model)
			if err != nil {
				return err
			}
			judged = append(judged, each)
		}
		report, err := judging.Judge(anchors, judged, judging.Options{Abstain: flags.abstain, Seed: flags.seed})
		if err != nil {
			return err
		}
		if flags.json {
			return writeJSON(cmd, report)
		}
		newPage(cmd.OutOrStdout()).judges(report)
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before all anchors were judged; what was answered is on record, and the same command goes on")
	}
	return err
}

// read has one model read the anchors, and keeps what it says; with --replay it is what it said last.
func (f judgesFlags) read(ctx context.Context, cmd *cobra.Command, n *node.Node, anchors *judging.Anchors, model string) (judging.Judged, error) {
	directory := filepath.Join(dataDir(cmd), readingsDir)
	first, before, err := judging.First(directory, anchors, model, f.samples)
	if err != nil {
		return judging.Judged{}, err
	}
	number := before
	if f.models.replay && before > 0 {
		number = before - 1
	}
	if number == 0 {
		first = nil
	}
	runner := n.Runner()
	study := &judging.Study{
		Models: n.Directory().Models(), Clock: runner.Clock, Model: model, Run: runner.NewID(), Terms: f.models.terms(cmd), Number: number,
		Samples: f.samples, Workers: f.workers, Progress: newProgress(os.Stderr, model, "question", "questions"),
	}
	if err := study.Check(ctx); err != nil {
		return judging.Judged{}, &usageError{fmt.Errorf("--model: %w", err)}
	}
	now, err := study.Ask(ctx, anchors)
	if err != nil {
		return judging.Judged{}, err
	}
	if number == before {
		if err := now.Write(directory); err != nil {
			return judging.Judged{}, err
		}
	}
	return judging.Judged{Now: now, First: first}, nil
}
