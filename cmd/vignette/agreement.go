package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/scoring"
)

type agreementFlags struct {
	evaluator  string
	dimensions []string
	by         string
	format     string
	sessions   bool
	seed       uint64
	workers    int
	json       bool
	models     modelFlags
}

func newAgreement() *cobra.Command {
	var flags agreementFlags
	cmd := &cobra.Command{
		Use:   "agreement LABELS.jsonl --evaluator E",
		Short: "Measure an evaluator against people's labels",
		Long: `Puts labelled utterances to an evaluator, as a run does, and says how far it agrees
with the labels: accuracy beside that of the most frequent label, macro F1, kappa and
weighted kappa with 95% intervals, and where several raters labelled the same, their
agreement with one another beside the evaluator's.

LABELS.jsonl has one rater's labels of one utterance a line ("-": standard input):

  {"id": "1", "objective": "Get Friday off", "context": [{"role": "boss", "text":
   "What is it?"}], "role": "me", "text": "Could I have Friday off?",
   "labels": {"dear_man.assert": "strong", "negotiate": "n/a"},
   "rater": "r1", "group": "talk-7"}

objective, context, rater and group may be absent. docs/evaluators.md has the rules: what
an objective may be, how raters come to a consensus, what becomes of what is missing.

--model has the evaluator's judge ask a language model instead of going by rules. What
a model answered is on record in the data directory and is not paid for twice.`,
		Example: `  vignette agreement labels.jsonl --evaluator dear-man
  vignette agreement labels.jsonl --evaluator dear-man --dimension express --by group
  vignette agreement labels.jsonl --evaluator dear-man --model gpt-4o-mini --json
  vignette agreement original_dev.tsv --format goemotions --evaluator emotion
  vignette agreement AnnoMI-full.csv --format annomi --evaluator mi
  vignette agreement AnnoMI-full.csv --format annomi --evaluator mi --sessions`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runAgreement(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.evaluator, "evaluator", "", "name of the evaluator, as in scenarios (dear-man, emotion, ...)")
	cmd.Flags().StringSliceVar(&flags.dimensions, "dimension", nil, "dimension to compare, with or without its family's prefix; may be given several times (default all that have labels)")
	cmd.Flags().StringVar(&flags.by, "by", "", "\"group\": one more row for each group")
	cmd.Flags().StringVar(&flags.format, "format", "", "what the file is: "+strings.Join(agreement.Formats(), ", ")+" (default jsonl)")
	cmd.Flags().BoolVar(&flags.sessions, "sessions", false, "compare measures of whole sessions with the quality of sessions in an AnnoMI file")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the intervals' draws")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "utterances asked about at once, from 1 (default 8; 100 where a model is asked)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object")
	cmd.Flags().StringVar(&flags.models.model, "model", "", "model that judges, as in 'vignette run': MODEL, or evaluator=MODEL")
	flags.models.addTerms(cmd)
	return cmd
}

func (f agreementFlags) check(cmd *cobra.Command) error {
	switch {
	case f.evaluator == "":
		return usagef("--evaluator is missing: name the evaluator to measure, as in --evaluator dear-man")
	case f.by != "" && f.by != "group":
		return usagef("--by is %q; there is: group", f.by)
	case f.sessions && f.format != "annomi":
		return usagef("--sessions needs --format annomi: no other layout judges whole sessions")
	case f.sessions && (f.by != "" || len(f.dimensions) > 0):
		return usagef("--sessions compares all measures of sessions; leave --by and --dimension away")
	case cmd.Flags().Changed("workers") && f.workers < 1:
		return usagef("--workers is %d; it must be at least 1", f.workers)
	}
	return f.models.check()
}

func runAgreement(cmd *cobra.Command, file string, flags agreementFlags) error {
	if err := flags.check(cmd); err != nil {
		return err
	}
	read, err := agreement.Format(flags.format)
	if err != nil {
		return &usageError{fmt.Errorf("--format: %w", err)}
	}
	in, err := openLabels(cmd, file)
	if err != nil {
		return err
	}
	defer in.Close()
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
	err = flags.on(ctx, cmd, func(n *node.Node) error {
		if flags.sessions {
			return flags.separate(ctx, cmd, n, in, file)
		}
		report, err := flags.measure(ctx, cmd, n, func(description *vignettev1.EvaluatorDescription) (*agreement.Labels, error) {
			return read(in, file, description, flags.dimensions)
		})
		if err != nil {
			return err
		}
		if flags.json {
			return writeJSON(cmd, report)
		}
		newPage(cmd.OutOrStdout()).agreement(report)
		return nil
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before all utterances were asked about; the same command begins again")
	}
	return err
}

func openLabels(cmd *cobra.Command, file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	return f, nil
}

// on opens what is needed: rules need no data directory, answers of models are kept in one.
func (f agreementFlags) on(ctx context.Context, cmd *cobra.Command, use func(*node.Node) error) error {
	if f.models.model == "" {
		return withLaboratory(ctx, cmd, use)
	}
	return withNode(ctx, cmd, use)
}

// separate says which measures tell good sessions from bad ones.
func (f agreementFlags) separate(ctx context.Context, cmd *cobra.Command, n *node.Node, in io.Reader, file string) error {
	sessions, err := agreement.ReadSessions(in, file)
	if err != nil {
		return err
	}
	if err := hostMinds(ctx, cmd, n); err != nil {
		return err
	}
	use := &vignettev1.EvaluatorUse{Name: f.evaluator}
	models, err := planning.ParseModels(f.models.model, []*vignettev1.Scenario{{Evaluators: []*vignettev1.EvaluatorUse{use}}})
	if err != nil {
		return &usageError{err}
	}
	use.Model = cmp.Or(models[f.evaluator], models[planning.ForEvaluators])
	runner := n.Runner()
	scorer := &scoring.Scorer{Directory: n.Directory(), Clock: runner.Clock, Use: use, Run: runner.NewID(), Terms: f.models.terms(cmd), Known: node.Evaluators()}
	description, err := scorer.Describe(ctx)
	if err != nil {
		return &usageError{err}
	}
	report, err := agreement.Separate(ctx, scorer, description, sessions, agreement.Options{Seed: f.seed})
	if err != nil {
		return err
	}
	if f.json {
		return writeJSON(cmd, report)
	}
	newPage(cmd.OutOrStdout()).separation(report)
	return nil
}

// measure reads labels, asks about them and compares.
func (f agreementFlags) measure(ctx context.Context, cmd *cobra.Command, n *node.Node,
	read func(*vignettev1.EvaluatorDescription) (*agreement.Labels, error)) (*agreement.Report, error) {
	if err := hostMinds(ctx, cmd, n); err != nil {
		return nil, err
	}
	runner := n.Runner()
	study := &agreement.Study{
		Directory: n.Directory(), Clock: runner.Clock, Evaluator: f.evaluator, Model: f.models.model, Run: runner.NewID(),
		Terms: f.models.terms(cmd), Workers: f.workers, Known: node.Evaluators(), Progress: newProgress(os.Stderr, f.evaluator, "utterance", "utterances"),
	}
	description, err := study.Describe(ctx)
	if err != nil {
		return nil, &usageError{err}
	}
	labels, err := read(description)
	if errors.Is(err, agreement.ErrNoDimension) {
		return nil, &usageError{fmt.Errorf("--dimension: %w", err)}
	}
	if err != nil {
		return nil, err
	}
	answers, err := study.Ask(ctx, description, labels)
	if err != nil {
		return nil, err
	}
	return agreement.Compare(description, labels, answers, agreement.Options{Seed: f.seed, ByGroup: f.by == "group"}), nil
}
