package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/export"
	"github.com/vignette-sim/vignette/studies/training"
)

type exportFlags struct {
	format, out, table, perspective, by, pairs, card, splitBy string
	margin, least, threshold, test, validation                float64
	all, clear, whole, floats, invalid                        bool
	seed                                                      uint64
}

// wholeRuns are formats with everything of a run in them; the others are for trainers.
var wholeRuns = []string{"jsonl", "csv", "parquet"}

func exportFormats() []string {
	out := slices.Clone(wholeRuns)
	for _, f := range training.Formats() {
		out = append(out, string(f))
	}
	return out
}

func newExport() *cobra.Command {
	var flags exportFlags
	cmd := &cobra.Command{
		Use:   "export RUN|last ...",
		Short: "Export runs, for analysis or for training",
		Long: `Writes runs for other programs.

With everything in them: jsonl (an episode a line: roles, turns with mental states and
scores, rewards with their terms; also episodes that were cut off or never begun), csv and
parquet (--table episodes, turns or scores).

For trainers, from the perspective of one role (--perspective, default focal), whose words
are the assistant's and who knows nothing that role did not know:
  sft        {"messages"}: a conversation a row          sft-turns  {"prompt", "completion"}
  dpo        {"prompt", "chosen", "rejected"}            kto        {"prompt", "completion", "label"}
  reward     {"chosen", "rejected", "margin"}            prm        {"prompt", "completions", "labels"}
  grpo       {"prompt", ...}: prompts alone              verl       its columns, as Parquet
  openrlhf   {"chosen", "rejected", "margin"}            sotopia    Sotopia's EpisodeLog

What an episode is worth (--by): reward; a dimension, of the run or noted later
(dear_man.assert, hindsight.goal, or EVALUATOR:DIMENSION); ratings:SCALE, the mean of what
people said, or NAME:rated.SCALE, their biases taken out ('vignette reward ratings');
simulated:SCALE, what simulated annotators made up, which rows and card declare.
Pairs (--pairs): clients, the same scenario and client under whatever differs; forks,
branches of a conversation and the one they were forked from; flips, clients' pairs that
hindsight turns round; raters, with --by ratings:SCALE (or simulated:SCALE), pairs that
were compared side by side. Of each group the best is paired with the worst; --all-pairs makes
every pair. Pairs whose single opinions (terms of the reward, raters) hardly agree are
ambiguous, those where more say the opposite probably wrong; --clear leaves both out.

Valid completed episodes alone are taken (--invalid takes others too). --split keeps
scenarios or personas apart, never turns, and writes a directory: train.jsonl, test.jsonl
and a data card (README.md). --card FILE writes the card otherwise: counts, what was left
out and why, who played, licences of what was imported. docs/exports.md has all fields.`,
		Example: `  vignette export last > run.jsonl
  vignette export last --format parquet --table turns -o turns.parquet
  vignette export last --format sft --min 0.3 --card card.md > sft.jsonl
  vignette export last --format dpo --pairs clients --min-margin 0.1 --clear > dpo.jsonl
  vignette export last --format kto --by hindsight.goal --threshold 0.5 --split scenario --test 0.2 -o data/`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(cmd, args); err != nil {
				return err
			}
			return withExisting(cmd, func(n *node.Node) error {
				if slices.Contains(wholeRuns, flags.format) {
					return intoFile(cmd.OutOrStdout(), flags.out, func(w io.Writer) error { return exportRun(cmd, n, args[0], flags, w) })
				}
				return exportTraining(cmd, n, args, flags)
			})
		},
	}
	cmd.Flags().StringVar(&flags.format, "format", "jsonl", "what to write: "+strings.Join(exportFormats(), ", "))
	completeFlag(cmd, "format", func(*cobra.Command) []string { return exportFormats() })
	cmd.Flags().StringVarP(&flags.out, "output", "o", "", "file to write, with --split a directory (default standard output)")
	cmd.Flags().StringVar(&flags.table, "table", string(export.Episodes), "for csv and parquet: what a row is: episodes, turns, scores")
	cmd.Flags().StringVar(&flags.perspective, "perspective", "focal", "role whose words are the assistant's")
	cmd.Flags().StringVar(&flags.by, "by", "reward", "what an episode is worth: reward, DIMENSION, EVALUATOR:DIMENSION, ratings:SCALE, simulated:SCALE")
	cmd.Flags().StringVar(&flags.pairs, "pairs", string(training.Clients), "which episodes are compared: clients, forks, flips, raters")
	cmd.Flags().Float64Var(&flags.margin, "min-margin", 0, "least difference in worth of a pair")
	cmd.Flags().BoolVar(&flags.all, "all-pairs", false, "every pair of a group, not the best with the worst alone")
	cmd.Flags().BoolVar(&flags.clear, "clear", false, "leave out pairs that are ambiguous or probably wrong by the votes")
	cmd.Flags().BoolVar(&flags.whole, "whole", false, "dpo: prefer whole continuations, not the next words alone")
	cmd.Flags().Float64Var(&flags.least, "min", 0, "least worth of an episode that is taken (default all)")
	cmd.Flags().Float64Var(&flags.threshold, "threshold", 0, "kto: worth from which the label is true")
	cmd.Flags().BoolVar(&flags.floats, "float-labels", false, "prm: turn rewards as labels, -1 to 1, not whether they are above 0")
	cmd.Flags().BoolVar(&flags.invalid, "invalid", false, "take completed episodes that are not valid too")
	cmd.Flags().StringVar(&flags.splitBy, "split", "", "keep data apart by: scenario, persona")
	cmd.Flags().Float64Var(&flags.test, "test", 0.1, "with --split: share for testing, 0-1")
	cmd.Flags().Float64Var(&flags.validation, "validation", 0, "with --split: share for validation, 0-1")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "with --split: seed of the draw")
	cmd.Flags().StringVar(&flags.card, "card", "", "file for the data card, Markdown")
	return cmd
}

// trainingOnly are flags that say nothing to formats with everything in them.
var trainingOnly = []string{"perspective", "by", "pairs", "min-margin", "all-pairs", "clear", "whole", "min", "threshold", "float-labels", "invalid", "split", "test", "validation", "seed", "card"}

func (f exportFlags) check(cmd *cobra.Command, args []string) error {
	if !slices.Contains(exportFormats(), f.format) {
		return usagef("--format is %q; there is: %s", f.format, strings.Join(exportFormats(), ", "))
	}
	if !slices.Contains(wholeRuns, f.format) {
		return f.checkTraining(cmd)
	}
	for _, flag := range trainingOnly {
		if cmd.Flags().Changed(flag) {
			return usagef("--%s says nothing to --format %s, which has everything in it; give one of the formats for trainers", flag, f.format)
		}
	}
	switch {
	case len(args) > 1:
		return usagef("--format %s writes one run; give one, or export them one by one", f.format)
	case !slices.Contains(export.Tables(), export.Table(f.table)):
		return usagef("--table is %q; there is: episodes, turns, scores", f.table)
	case cmd.Flags().Changed("table") && f.format == "jsonl":
		return usagef("--table is for csv and parquet; jsonl has everything")
	}
	return nil
}

func (f exportFlags) checkTraining(cmd *cobra.Command) error {
	switch {
	case cmd.Flags().Changed("table"):
		return usagef("--table is for csv and parquet")
	case f.splitBy == "" && (cmd.Flags().Changed("test") || cmd.Flags().Changed("validation") || cmd.Flags().Changed("seed")):
		return usagef("--test, --validation and --seed are for --split scenario or --split persona")
	case f.splitBy != "" && f.out == "":
		return usagef("--split writes several files: name a directory for them with -o")
	}
	for flag, formats := range map[string][]training.Format{"whole": {training.DPO}, "threshold": {training.KTO}, "float-labels": {training.PRM}} {
		if cmd.Flags().Changed(flag) && !slices.Contains(formats, training.Format(f.format)) {
			return usagef("--%s is for --format %s", flag, formats[0])
		}
	}
	for _, flag := range []string{"pairs", "min-margin", "all-pairs", "clear"} {
		if cmd.Flags().Changed(flag) && !training.Format(f.format).OfPairs() {
			return usagef("--%s is for formats of pairs: dpo, reward, openrlhf", flag)
		}
	}
	o, err := f.options(cmd)
	if err == nil {
		err = o.Check()
	}
	if err != nil {
		return &usageError{err}
	}
	return nil
}

func (f exportFlags) options(cmd *cobra.Command) (training.Options, error) {
	measure, err := training.MeasureOf(f.by)
	if err != nil {
		return training.Options{}, fmt.Errorf("--by: %w", err)
	}
	o := training.Options{
		Format: training.Format(f.format), Perspective: f.perspective, Measure: measure, Threshold: f.threshold, FloatLabels: f.floats, Whole: f.whole, Invalid: f.invalid,
		Choice: training.Choice{Source: training.Source(f.pairs), Least: f.margin, All: f.all, Clear: f.clear},
	}
	if cmd.Flags().Changed("min") {
		o.Least = &f.least
	}
	if f.splitBy != "" {
		o.Split = training.Split{By: f.splitBy, Test: f.test, Validation: f.validation, Seed: f.seed}
	}
	return o, nil
}

// exportRun writes everything of a run.
func exportRun(cmd *cobra.Command, n *node.Node, name string, flags exportFlags, w io.Writer) error {
	ctx, reader := cmd.Context(), n.Reader()
	planner, err := findRun(cmd, n, name)
	if err != nil {
		return err
	}
	write, closing := export.NewJSONL(w, planner.Manifest()).Write, func() error { return nil }
	if flags.format != "jsonl" {
		open := export.NewCSV
		if flags.format == "parquet" {
			open = export.NewParquet
		}
		table, err := open(w, export.Table(flags.table))
		if err != nil {
			return err
		}
		write, closing = table.Write, table.Close
	}
	var unreadable error
	for item, err := range reader.Episodes(ctx, planner) {
		if err != nil {
			return err
		}
		if err := write(item.State); err != nil {
			return fmt.Errorf("write episode %s: %w", item.State.Plan().Episode, err)
		}
		if item.Unreadable != nil {
			unreadable = tellUnreadable(cmd, item)
		}
	}
	if err := closing(); err != nil {
		return err
	}
	return unreadable
}

func findRun(cmd *cobra.Command, n *node.Node, name string) (*planning.Planner, error) {
	planner, err := n.Reader().Run(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return nil, missing(cmd.Context(), n, "run", name)
	}
	return planner, err
}

// exportTraining writes rows for trainers.
func exportTraining(cmd *cobra.Command, n *node.Node, names []string, flags exportFlags) error {
	o, err := flags.options(cmd)
	if err != nil {
		return &usageError{err}
	}
	shelf := &shelf{cmd: cmd, node: n}
	for _, name := range names {
		planner, err := findRun(cmd, n, name)
		if err != nil {
			return err
		}
		shelf.planners = append(shelf.planners, planner)
	}
	var card *training.Card
	if flags.splitBy == "" {
		err = intoFile(cmd.OutOrStdout(), flags.out, func(w io.Writer) error {
			card, err = training.Export(cmd.Context(), shelf, o, func(string) (io.Writer, error) { return w, nil })
			return cmpErr(err, card)
		})
	} else {
		card, err = exportSplits(cmd.Context(), shelf, o, flags)
	}
	if err != nil {
		return err
	}
	if flags.card != "" {
		if err := intoFile(nil, flags.card, func(w io.Writer) error { _, err := io.WriteString(w, card.Markdown()); return err }); err != nil {
			return err
		}
	}
	tellCard(cmd, card)
	return shelf.unreadable
}

// cmpErr makes an error of an export without rows: a trainer would take an empty file, and train on nothing.
func cmpErr(err error, card *training.Card) error {
	if err != nil || card.Total() > 0 {
		return err
	}
	return fmt.Errorf("no row can be made of %s: %s", plural(card.Episodes, "episode", "episodes"), leftText(card))
}

func leftText(card *training.Card) string {
	if len(card.Left) == 0 {
		return "nothing was left out, and nothing is there"
	}
	var parts []string
	for _, why := range slices.Sorted(maps.Keys(card.Left)) {
		parts = append(parts, fmt.Sprintf("%d x %s", card.Left[why], line(why)))
	}
	return strings.Join(parts, "; ")
}

// tellCard says on standard error what was written: standard output is for rows.
func tellCard(cmd *cobra.Command, card *training.Card) {
	text := plural(card.Total(), "row", "rows") + " of " + plural(card.Episodes, "episode", "episodes")
	if len(card.Rows) > 1 || card.Rows[""] == 0 {
		var parts []string
		for _, split := range slices.Sorted(maps.Keys(card.Rows)) {
			parts = append(parts, fmt.Sprintf("%s %d", split, card.Rows[split]))
		}
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if n := card.Raters[training.Simulated]; n > 0 {
		text += fmt.Sprintf("; %d of them rest on simulated annotators, who are no people", n)
	}
	if len(card.Left) > 0 {
		text += "; left out: " + leftText(card)
	}
	newPage(cmd.ErrOrStderr()).paragraph("", "  ", text)
}

// exportSplits writes a file for each split, and the card, into a directory that appears when all of it is written.
func exportSplits(ctx context.Context, from training.Library, o training.Options, flags exportFlags) (*training.Card, error) {
	dir := filepath.Clean(flags.out)
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 || err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("write %s: something is there already; name a new directory with -o", dir)
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), ".vignette-*")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", dir, errors.Unwrap(err))
	}
	defer os.RemoveAll(made)
	ending := ".jsonl"
	if o.Format.Binary() {
		ending = ".parquet"
	}
	var files []*os.File
	var writers []*bufio.Writer
	card, err := training.Export(ctx, from, o, func(split string) (io.Writer, error) {
		file, err := os.OpenFile(filepath.Join(made, split+ending), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		files, writers = append(files, file), append(writers, bufio.NewWriter(file))
		return writers[len(writers)-1], nil
	})
	for i, file := range files {
		err = errors.Join(err, writers[i].Flush(), file.Close())
	}
	if err = cmpErr(err, card); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(made, "README.md"), []byte(card.Markdown()), 0o600); err != nil {
		return nil, err
	}
	_ = os.Remove(dir) // Empty, if it is there.
	if err := os.Rename(made, dir); err != nil {
		return nil, fmt.Errorf("write %s: %w", dir, err)
	}
	return card, nil
}

// shelf is the runs that are exported, read from a node.
type shelf struct {
	cmd        *cobra.Command
	node       *node.Node
	planners   []*planning.Planner
	unreadable error
}

func (s *shelf) Runs() []*vignettev1.Manifest {
	var out []*vignettev1.Manifest
	for _, planner := range s.planners {
		out = append(out, planner.Manifest())
	}
	return out
}

func (s *shelf) Episodes(ctx context.Context) iter.Seq2[*episode.State, error] {
	return func(yield func(*episode.State, error) bool) {
		for _, planner := range s.planners {
			for item, err := range s.node.Reader().Episodes(ctx, planner) {
				if err == nil && item.Unreadable != nil && s.unreadable == nil {
					s.unreadable = tellUnreadable(s.cmd, item)
				}
				if !yield(item.State, err) {
					return
				}
			}
		}
	}
}

func (s *shelf) Episode(ctx context.Context, id string) (*episode.State, error) {
	state, _, err := s.node.Reader().Episode(ctx, id)
	return state, err
}

func (s *shelf) Notes(ctx context.Context, state *episode.State) ([]*vignettev1.Note, error) {
	entries, err := s.node.Log().Notes(ctx, state.Plan().Run, state.Plan().Episode)
	if err != nil {
		return nil, fmt.Errorf("notes on episode %s: %w", state.Plan().Episode, err)
	}
	var out []*vignettev1.Note
	for _, entry := range entries {
		if entry.Note != nil {
			out = append(out, entry.Note)
		}
	}
	return out, nil
}
