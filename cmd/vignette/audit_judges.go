package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/audits"
	"github.com/vignette-sim/vignette/studies/tom/items"
)

func newAuditProbes() *cobra.Command {
	var out auditOutput
	var models modelFlags
	var file string
	var workers int
	cmd := &cobra.Command{
		Use:   "probes --model M",
		Short: "What does a model associate with whom, and whom does it give what? (IAT-style and decision probes)",
		Long: `Has a model choose between two names: which belongs beside a word, and who gets what in a
situation. Each choice is put in both orders; what follows the place and not the name is a
tie. It says how far choices lean the way of prejudice, -1 to 1, with 95% intervals over
words and questions and Holm's adjustment, and how often a name was chosen in both orders.

Without --probes it puts the probes that ship. A file of your own is a JSON array like
[{"id": "...", "groups": [{"name": "a", "names": ["..."]}, {"name": "b", "names": ["..."]}],
  "words": [["said of a"], ["said of b"]],
  "decisions": [{"story": "...", "ask": ["prejudice says a", "prejudice says b"]}]}]`,
		Example: `  vignette audit probes --model gpt-4o-mini -o probes.html
  vignette audit probes --model local/tiny --probes mine.json --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case models.model == "":
				return usagef("--model is missing: name the model to audit, as in --model gpt-4o-mini")
			case cmd.Flags().Changed("workers") && workers < 1:
				return usagef("--workers is %d; it must be at least 1", workers)
			}
			if err := models.check(); err != nil {
				return err
			}
			probes, err := probesOf(cmd, file)
			if err != nil {
				return err
			}
			return auditProbes(cmd, probes, models, workers, out)
		},
	}
	cmd.Flags().StringVar(&file, "probes", "", "JSON file of probes (default those that ship)")
	cmd.Flags().IntVar(&workers, "workers", 0, "questions asked at once, from 1 (default 16)")
	cmd.Flags().StringVar(&models.model, "model", "", "model to audit (required)")
	models.addTerms(cmd)
	out.add(cmd)
	return cmd
}

func probesOf(cmd *cobra.Command, file string) ([]audits.Probe, error) {
	if file == "" {
		return audits.OwnProbes()
	}
	in, err := openLabels(cmd, file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return audits.ReadProbes(in, file)
}

func auditProbes(cmd *cobra.Command, probes []audits.Probe, models modelFlags, workers int, out auditOutput) error {
	questions := audits.NewQuestions(probes)
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
	err := withNode(ctx, cmd, func(n *node.Node) error {
		if err := n.HostModels(ctx, settingsFile(cmd)); err != nil {
			return err
		}
		runner := n.Runner()
		study := &items.Study{
			Models: n.Directory().Models(), Clock: runner.Clock, Model: models.model, Run: runner.NewID(), Terms: models.terms(cmd), Workers: workers,
			Progress: newProgress(os.Stderr, models.model, "question", "questions"),
		}
		if err := study.Check(ctx); err != nil {
			return &usageError{fmt.Errorf("--model: %w", err)}
		}
		answers, err := study.Ask(ctx, questions.Items)
		if err != nil {
			return err
		}
		return out.tell(cmd, audits.OfProbes(models.model, questions, answers))
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before all questions were asked; what was answered is on record, and the same command goes on")
	}
	return err
}

func newAuditCritique() *cobra.Command {
	var out auditOutput
	var flags agreementFlags
	var dimension, threshold string
	cmd := &cobra.Command{
		Use:   "critique LABELS.jsonl --evaluator E --dimension D --good LABEL",
		Short: "Does a critic tell good turns from bad ones?",
		Long: `Puts turns that people labelled to an evaluator, and says how many bad turns it calls bad, how
many good ones good, the mean of both (.5 by chance) and the AUC, with 95% intervals over
conversations. A turn is good from the label --good on, in the dimension's order. With
--model a judge is the critic. What LABELS.jsonl is, and other layouts, 'vignette agreement
--help' says.`,
		Example: `  vignette audit critique labels.jsonl --evaluator dear-man --dimension assert --good strong
  vignette audit critique labels.jsonl --evaluator dear-man --dimension assert --good strong \
    --model gpt-4o-mini -o critic.html`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.evaluator == "" || dimension == "" || threshold == "" {
				return usagef("--evaluator, --dimension and --good are needed; see '%s --help'", cmd.CommandPath())
			}
			if err := flags.check(cmd); err != nil {
				return err
			}
			return auditCritique(cmd, args[0], flags, dimension, threshold, out)
		},
	}
	cmd.Flags().StringVar(&flags.evaluator, "evaluator", "", "name of the evaluator that criticises (required)")
	cmd.Flags().StringVar(&dimension, "dimension", "", "its dimension that is labelled, with or without its family's prefix (required)")
	cmd.Flags().StringVar(&threshold, "good", "", "the lowest label that is good (required)")
	cmd.Flags().StringVar(&flags.format, "format", "", "what the file is: "+strings.Join(agreement.Formats(), ", ")+" (default jsonl)")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the intervals' draws")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "utterances asked about at once, from 1 (default 8; 100 where a model is asked)")
	cmd.Flags().StringVar(&flags.models.model, "model", "", "model that judges, as in 'vignette run': MODEL, or evaluator=MODEL")
	flags.models.addTerms(cmd)
	out.add(cmd)
	return cmd
}

func auditCritique(cmd *cobra.Command, file string, flags agreementFlags, dimension, threshold string, out auditOutput) error {
	read, err := agreement.Format(flags.format)
	if err != nil {
		return &usageError{fmt.Errorf("--format: %w", err)}
	}
	in, err := openLabels(cmd, file)
	if err != nil {
		return err
	}
	defer in.Close()
	return flags.on(cmd.Context(), cmd, func(n *node.Node) error {
		if err := hostMinds(cmd.Context(), cmd, n); err != nil {
			return err
		}
		runner := n.Runner()
		study := &agreement.Study{
			Directory: n.Directory(), Clock: runner.Clock, Evaluator: flags.evaluator, Model: flags.models.model, Run: runner.NewID(),
			Terms: flags.models.terms(cmd), Workers: flags.workers, Known: node.Evaluators(), Progress: newProgress(os.Stderr, flags.evaluator, "utterance", "utterances"),
		}
		turns, without, err := audits.AskCritic(cmd.Context(), study, read, in, file, dimension, threshold)
		if errors.Is(err, agreement.ErrNoDimension) || errors.Is(err, audits.ErrThreshold) {
			return &usageError{err}
		}
		if err != nil {
			return err
		}
		critic := flags.evaluator
		if flags.models.model != "" {
			critic += " (" + flags.models.model + ")"
		}
		r, err := audits.OfCritique(critic, dimension, threshold, turns, without, flags.seed)
		if err != nil {
			return err
		}
		return out.tell(cmd, r)
	})
}

func newAuditCorrection() *cobra.Command {
	var out auditOutput
	var seed uint64
	cmd := &cobra.Command{
		Use:   "correction FILE.jsonl",
		Short: "Does looking again mend more than it spoils? (CL, CS, RSS)",
		Long: `Reads what was right before and after answers were looked at once more, one item a line:
{"id": "q1", "group": "talk 3", "before": [true, false], "after": [true, true]}
with one entry a sample, and says how much of what was right stays right (CL), how much of
what was wrong becomes right (CS), the gain in accuracy and the relative self-correction
score (RSS, .5 is none), with 95% intervals over groups. Where accuracy before is 0 or 1
some are not defined, and it says so.`,
		Example: "  vignette audit correction revised.jsonl -o correction.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := openLabels(cmd, args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			list, err := audits.ReadRevised(in, args[0])
			if err != nil {
				return err
			}
			r, err := audits.OfCorrection(args[0], list, seed)
			if err != nil {
				return err
			}
			return out.tell(cmd, r)
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of the intervals' draws")
	out.add(cmd)
	return cmd
}
