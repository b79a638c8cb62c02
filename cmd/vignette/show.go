package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/export"
)

func newRuns() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "runs",
		Short:   "List runs, newest first",
		Example: "  vignette runs\n  vignette runs --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withExisting(cmd, func(n *node.Node) error { return listRuns(cmd, n.Reader(), asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object a line")
	return cmd
}

func listRuns(cmd *cobra.Command, reader *projection.Reader, asJSON bool) error {
	p := newPage(cmd.OutOrStdout())
	var rows [][]string
	var failed error
	for status, err := range reader.Runs(cmd.Context()) {
		if err != nil {
			// One run that cannot be read does not hide the others.
			fmt.Fprintf(cmd.ErrOrStderr(), "vignette: run %s: %s\n", status.GetRun(), line(err.Error()))
			failed = &saidError{err}
			continue
		}
		if asJSON {
			if err := writeJSON(cmd, runListRecord(status)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{
			status.GetRun(), status.GetCreatedAt().AsTime().Local().Format("2006-01-02 15:04"), fmt.Sprint(status.GetTotal()), fmt.Sprint(status.GetOk()),
			fmt.Sprint(status.GetInvalid()), fmt.Sprint(status.GetFailed()), fmt.Sprint(status.GetUnfinished()), fmt.Sprint(status.GetTurns()),
		})
	}
	if !asJSON {
		header := []string{"run", "made", "episodes", "ok", "invalid", "failed", "unfinished", "turns"}
		p.grid("", header, rows, func(column int) bool { return column >= 2 })
	}
	return failed
}

func runListRecord(status *vignettev1.RunStatus) any {
	return struct {
		Type      string     `json:"type"`
		Run       string     `json:"run"`
		CreatedAt string     `json:"created_at"`
		Episodes  jsonCounts `json:"episodes"`
		Turns     int64      `json:"turns"`
		Digest    string     `json:"digest"`
	}{"run", status.GetRun(), status.GetCreatedAt().AsTime().Format("2006-01-02T15:04:05Z07:00"), countsOf(status), status.GetTurns(), status.GetDigest()}
}

func newShow() *cobra.Command {
	var asJSON, private bool
	cmd := &cobra.Command{
		Use:   "show RUN|EPISODE|last",
		Short: "Show a run or an episode",
		Long: `Shows a run: what became of its episodes, its table and a line for each; or an
episode: what was said, how it was scored and why. "last" is the newest run; the
beginning of a run's id is enough.

--private adds what went on inside: the mental states that were committed before
the words, and what was meant. With builtin minds they are the truth of the
simulation, with language models their self-report.`,
		Example: "  vignette show last\n  vignette show e3k7... --private",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error { return show(cmd, n.Reader(), args[0], asJSON, private) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON: a run's episodes one a line and then its table; an episode as in an export")
	cmd.Flags().BoolVar(&private, "private", false, "show mental states and intentions too")
	return cmd
}

func show(cmd *cobra.Command, reader *projection.Reader, name string, asJSON, private bool) error {
	planner, err := reader.Run(cmd.Context(), name)
	if err == nil {
		return showRun(cmd, reader, planner, asJSON)
	}
	if !errors.Is(err, projection.ErrNotFound) {
		return err
	}
	state, planner, err := reader.Episode(cmd.Context(), name)
	if errors.Is(err, projection.ErrNotFound) {
		return fmt.Errorf("there is no run or episode %q; 'vignette runs' lists the runs", name)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return export.NewJSONL(cmd.OutOrStdout(), planner.Manifest()).Write(state)
	}
	newPage(cmd.OutOrStdout()).conversation(state, private)
	return nil
}

func showRun(cmd *cobra.Command, reader *projection.Reader, planner *planning.Planner, asJSON bool) error {
	p := newPage(cmd.OutOrStdout())
	count := projection.NewCount(planner)
	result := runResult{planner: planner, table: &studies.Table{}}
	var rows [][]string
	for item, err := range reader.Episodes(cmd.Context(), planner) {
		if err != nil {
			return err
		}
		count.Add(item.Index, item.State)
		result.add(item.Index, item.State)
		if asJSON {
			if err := writeJSON(cmd, episodeRecord(item.Index, item.State)); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, episodeRow(item.State))
	}
	result.status = count.Status()
	if asJSON {
		return writeJSON(cmd, runRecord("run", result))
	}
	p.printf("%s  made %s, seed %d, vignette %s\n", p.bold("run "+result.status.GetRun()),
		planner.Manifest().GetCreatedAt().AsTime().Local().Format("2006-01-02 15:04"), planner.Manifest().GetSeed(), planner.Manifest().GetProgramVersion())
	p.printf("%s\n\n", p.dim(mindsNote(planner.Manifest())))
	p.results(result)
	p.printf("\n")
	p.grid("  ", []string{"episode", "cell", "turns", "what became of it", "reward"}, rows, func(column int) bool { return column == 2 || column == 4 })
	p.printf("\n%s\n", counts(result.status))
	return nil
}

// episodeRow is an episode in a line of a run's list.
func episodeRow(state *episode.State) []string {
	what := enumname.Of(state.Phase())
	if completed := state.Completed(); completed != nil {
		what = enumname.Of(completed.GetValidity())
	}
	reward := "-"
	for _, r := range state.Completed().GetRewards() {
		if value, ok := r.GetOutcome().(*vignettev1.Reward_Value); ok && r.GetRole() == state.Plan().Scenario.GetFocal() {
			reward = fmt.Sprintf("%+.2f", value.Value)
		}
	}
	return []string{state.Plan().Episode, cellName(state.Plan().Cell), fmt.Sprint(len(state.Turns())), what, reward}
}

func newExport() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "export RUN|last",
		Short: "Export a run",
		Long: `Writes a run for other programs. jsonl has everything, one episode a line: roles,
turns with mental states and scores, rewards with their terms. Episodes that were
cut off or never begun are in it and say so. docs/exports.md describes the fields.`,
		Example: "  vignette export last > run.jsonl\n  vignette export last --format jsonl -o run.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "jsonl" {
				return usagef("--format is %q; there is: jsonl", format)
			}
			return withExisting(cmd, func(n *node.Node) error {
				return intoFile(cmd.OutOrStdout(), out, func(w io.Writer) error {
					return exportRun(cmd.Context(), n.Reader(), args[0], w)
				})
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "what to write: jsonl")
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write (default standard output)")
	return cmd
}

func exportRun(ctx context.Context, reader *projection.Reader, name string, w io.Writer) error {
	planner, err := reader.Run(ctx, name)
	if errors.Is(err, projection.ErrNotFound) {
		return fmt.Errorf("there is no run %q; 'vignette runs' lists the runs", name)
	}
	if err != nil {
		return err
	}
	writer := export.NewJSONL(w, planner.Manifest())
	for item, err := range reader.Episodes(ctx, planner) {
		if err != nil {
			return err
		}
		if err := writer.Write(item.State); err != nil {
			return fmt.Errorf("write episode %s: %w", item.State.Plan().Episode, err)
		}
	}
	return nil
}
