package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/agreement"
	"github.com/vignette-sim/vignette/studies/calibrating"
)

// calibrationsDir is where calibrated evaluators are kept in the data directory.
const calibrationsDir = "calibrations"

type calibrateFlags struct {
	evaluator, dimension, name, format string
	labels, workers                    int
	seed                               uint64
	json                               bool
}

func newCalibrate() *cobra.Command {
	var flags calibrateFlags
	cmd := &cobra.Command{
		Use:   "calibrate LABELS.jsonl --evaluator E --dimension D --name NAME",
		Short: "Fit an evaluator to your labels, and use what comes out by name",
		Long: `Fits a small model from all that an evaluator says of a turn to your labels of one of its
dimensions: a cumulative logit where labels have an order, a multinomial one where they
have none. A few hundred labels will do. The model is kept as a file in the data directory
(calibrations/NAME.json), and NAME is an evaluator from then on: in scenarios, 'vignette
score' and 'vignette agreement'. Its confidence is a probability.

It says what that is worth on groups (conversations, topics) that were left out: kappa
before and after, and the gain with a 95% interval over groups. Where the gain may be none,
it says so: then leave the evaluator as it is.

--labels N fits to N labels drawn from half of the groups, and holds the other groups out.
What LABELS.jsonl is, and other layouts, 'vignette agreement --help' says. Evaluators that
go by rules only; a model's judgements cannot be calibrated yet.`,
		Example: `  vignette calibrate labels.jsonl --evaluator dear-man --dimension express --name my-express
  vignette calibrate AnnoMI-full.csv --format annomi --evaluator mi --dimension client \
    --labels 200 --name my-talk
  vignette agreement other.jsonl --evaluator my-express`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runCalibrate(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.evaluator, "evaluator", "", "name of the evaluator that is calibrated (required)")
	cmd.Flags().StringVar(&flags.dimension, "dimension", "", "its dimension that is labelled, with or without its family's prefix (required)")
	cmd.Flags().StringVar(&flags.name, "name", "", "name for the calibrated evaluator: a-z, 0-9 and hyphens (required)")
	cmd.Flags().StringVar(&flags.format, "format", "", "what the file is: "+strings.Join(agreement.Formats(), ", ")+" (default jsonl)")
	cmd.Flags().IntVar(&flags.labels, "labels", 0, "how many labels to fit to, from 20, of half of the groups; the others are held out (default all)")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of which groups are drawn, of folds and of intervals")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "utterances asked about at once, from 1 (default 8)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write the model as one JSON object, with what it is worth")
	return cmd
}

func (f calibrateFlags) check(cmd *cobra.Command) error {
	switch {
	case f.evaluator == "" || f.dimension == "" || f.name == "":
		return usagef("--evaluator, --dimension and --name are needed; see '%s --help'", cmd.CommandPath())
	case calibrating.CheckName(f.name) != nil:
		return usagef("--name %w", calibrating.CheckName(f.name))
	case slices.Contains(node.Kinds(), f.name) || f.name == f.evaluator:
		return usagef("--name %q is taken: choose another", f.name)
	case cmd.Flags().Changed("labels") && f.labels < 20:
		return usagef("--labels is %d; it must be at least 20", f.labels)
	case cmd.Flags().Changed("workers") && f.workers < 1:
		return usagef("--workers is %d; it must be at least 1", f.workers)
	}
	return nil
}

func runCalibrate(cmd *cobra.Command, file string, flags calibrateFlags) error {
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
	return withLaboratory(cmd.Context(), cmd, func(n *node.Node) error {
		model, left, err := flags.fit(cmd.Context(), n, func(study *agreement.Study) (*calibrating.Model, map[string]int, error) {
			return flags.of(cmd.Context(), study, read, in, file)
		})
		if err != nil {
			return err
		}
		path, err := model.Write(filepath.Join(dataDir(cmd), calibrationsDir))
		if err != nil {
			return fmt.Errorf("keep the model: %w", err)
		}
		if flags.json {
			return writeJSON(cmd, model)
		}
		newPage(cmd.OutOrStdout()).calibrated(model, left, path)
		return nil
	})
}

// fit makes the study that asks the evaluator.
func (f calibrateFlags) fit(ctx context.Context, n *node.Node, of func(*agreement.Study) (*calibrating.Model, map[string]int, error)) (*calibrating.Model, map[string]int, error) {
	if err := n.HostBuiltin(ctx); err != nil {
		return nil, nil, err
	}
	runner := n.Runner()
	return of(&agreement.Study{
		Directory: n.Directory(), Clock: runner.Clock, Evaluator: f.evaluator, Run: runner.NewID(), Workers: f.workers,
		Known: node.Evaluators(), Progress: newProgress(os.Stderr, f.evaluator, "utterance", "utterances"),
	})
}

// of asks about labelled utterances and fits a model.
func (f calibrateFlags) of(ctx context.Context, study *agreement.Study, read agreement.Reading, in io.Reader, file string) (*calibrating.Model, map[string]int, error) {
	description, err := study.Describe(ctx)
	if err != nil {
		return nil, nil, &usageError{err}
	}
	labels, err := read(in, file, description, []string{f.dimension})
	if errors.Is(err, agreement.ErrNoDimension) {
		return nil, nil, &usageError{fmt.Errorf("--dimension: %w", err)}
	}
	if err != nil {
		return nil, nil, err
	}
	answers, err := study.Ask(ctx, description, labels)
	if err != nil {
		return nil, nil, err
	}
	examples, spec, left, err := agreement.Examples(labels, answers, f.dimension)
	if err != nil {
		return nil, nil, &usageError{fmt.Errorf("--dimension: %w", err)}
	}
	model, err := calibrating.Fit(description, spec, examples, calibrating.Options{Name: f.name, Seed: f.seed, Labels: f.labels})
	return model, left, err
}

// calibrated writes what was fitted for people.
func (p *page) calibrated(m *calibrating.Model, left map[string]int, path string) {
	p.printf("%s  calibrates %s of %s (%s)\n", p.bold(m.Name), m.Dimension, m.Evaluator, m.Rules)
	p.printf("fitted to %s in %s; penalty %g, tilt %g, seed %d\n", plural(m.Fit.Labels, "label", "labels"), plural(m.Fit.Groups, "group", "groups"), m.Fit.Penalty, m.Tilt, m.Fit.Seed)
	for _, why := range slices.Sorted(maps.Keys(left)) {
		p.printf("left out: %d %s\n", left[why], strings.ReplaceAll(why, "_", " "))
	}
	p.paragraph("", "  ", chosen(m))
	var rows [][]string
	for _, each := range []struct {
		name string
		w    *calibrating.Worth
	}{{"cross-validated", m.Fit.CrossValidated}, {"held out", m.Fit.HeldOut}} {
		if w := each.w; w != nil {
			rows = append(rows, []string{each.name, fmt.Sprint(w.N), fmt.Sprint(w.Groups), within(w.Before, w.BeforeCI), within(w.After, w.AfterCI), within(w.Gain, w.GainCI), score(w.AccuracyBefore), score(w.AccuracyAfter), score(w.ECE)})
		}
	}
	if len(rows) > 0 {
		p.printf("\n%s with the labels, on groups the model was not fitted to; 95%% intervals over groups\n", measureOf(m))
		p.grid("  ", []string{"", "n", "groups", "before", "after", "gain", "accuracy before", "after", "ECE"}, rows, 1, func(column int) bool { return column > 0 })
	}
	p.printf("\n")
	p.paragraph("", "", worthIt(m))
	p.printf("Kept in %s; 'vignette agreement LABELS --evaluator %s' measures it on other labels.\n", line(path), m.Name)
}

// chosen says what is said by the model, and why.
func chosen(m *calibrating.Model) string {
	tilted := "it is not tilted towards rare labels: that it helps is not sure"
	if m.Tilt != 0 {
		tilted = fmt.Sprintf("it is tilted towards rare labels (%g)", m.Tilt)
	}
	gain := func(s *calibrating.Step) string { return within(s.Gain, s.GainCI) }
	if m.Own {
		return fmt.Sprintf("Says %s's own labels, with the model's probability of each: the model's labels are not surely better on groups left out (gain %s).", m.Evaluator, gain(m.Fit.Model))
	}
	return fmt.Sprintf("Says the model's labels, which are better on groups left out (gain %s); %s (gain %s).", gain(m.Fit.Model), tilted, gain(m.Fit.Tilt))
}

func measureOf(m *calibrating.Model) string {
	if m.Choice.Ordered {
		return "Weighted kappa (quadratic)"
	}
	return "Kappa"
}

// worthIt says whether calibrating helped: by what was held out, else by cross-validation.
func worthIt(m *calibrating.Model) string {
	w, where := m.Fit.HeldOut, "on the groups held out"
	if w == nil {
		w, where = m.Fit.CrossValidated, "on groups left out in turn"
	}
	switch {
	case w == nil:
		return "There are too few groups to say whether it helps: label more conversations."
	case w.Improves():
		return "It improves agreement " + where + "."
	case w.GainCI != nil && w.GainCI[1] < 0:
		return "It makes agreement worse " + where + ": use " + m.Evaluator + " as it is."
	}
	return "Whether it improves agreement " + where + " cannot be told, it may not: use " + m.Evaluator + " as it is, or label more."
}
