package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/bundle"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
)

func newBundle() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bundle RUN... -o FILE",
		Short: "Put runs into one file, to be restored elsewhere",
		Long: `Writes runs into one file: manifests, every event and note, and what was asked of
language models, answers included, so that 'vignette restore FILE' has the same runs
elsewhere, with the same digests, and --replay works there.

The file holds all that is private to roles, and prompts. 'vignette export' is for
other programs.`,
		Example: `  vignette bundle last -o run.vignette
  vignette bundle 20261126-101500-x7Kq 20261127-090000-aB3d -o two-runs.vignette`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("-o is missing: name the file to write")
			}
			return withExisting(cmd, func(n *node.Node) error {
				runs, err := runsNamed(cmd.Context(), n, args)
				if err != nil {
					return err
				}
				return intoBundle(cmd, out, asJSON, func(w io.Writer) (*bundle.Report, error) {
					return bundle.Write(cmd.Context(), w, n.BundleSource(), madeNow(), runs)
				})
			})
		},
		ValidArgsFunction: completeRuns,
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write (required)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object for each run, and a done record")
	return cmd
}

func newBackup() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Put everything into one file",
		Long: `Writes everything in the data directory into one file: all runs, and all that was
asked of language models. It may be made while runs are being played; what they have
recorded by then is in it. 'vignette restore FILE' brings it back.`,
		Example: `  vignette backup monday.vignette
  vignette restore monday.vignette --data elsewhere`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				return intoBundle(cmd, args[0], asJSON, func(w io.Writer) (*bundle.Report, error) {
					return bundle.WriteAll(cmd.Context(), w, n.BundleSource(), madeNow())
				})
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object for each run, and a done record")
	return cmd
}

func madeNow() bundle.Made { return bundle.Made{At: time.Now(), Version: programVersion()} }

// runsNamed are the ids of runs, each once.
func runsNamed(ctx context.Context, n *node.Node, names []string) ([]string, error) {
	var runs []string
	for _, name := range names {
		planner, err := n.Reader().Run(ctx, name)
		if errors.Is(err, projection.ErrNotFound) {
			return nil, missing(ctx, n, "run", name)
		}
		if err != nil {
			return nil, err
		}
		if run := planner.Manifest().GetRun(); !slices.Contains(runs, run) {
			runs = append(runs, run)
		}
	}
	return runs, nil
}

// intoBundle writes a bundle to a file that appears only when it is whole.
func intoBundle(cmd *cobra.Command, file string, asJSON bool, write func(io.Writer) (*bundle.Report, error)) error {
	var report *bundle.Report
	err := intoFile(cmd.OutOrStdout(), file, func(w io.Writer) (err error) {
		report, err = write(w)
		return err
	})
	if err != nil {
		return err
	}
	var unreadable error
	for _, err := range report.Unreadable {
		fmt.Fprintf(cmd.ErrOrStderr(), "vignette: left out: %s\n", line(err.Error()))
		unreadable = &saidError{err}
	}
	return errors.Join(tellBundle(cmd, "bundled", file, report, asJSON), unreadable)
}

func newRestore() *cobra.Command {
	var flags restoreFlags
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring back the runs of a bundle or a backup",
		Long: `Reads a file of 'vignette bundle' or 'vignette backup' and puts its runs into the data
directory. The whole file is checked first, and nothing is written if it is not
whole. Nothing that is there is overwritten: when one of its runs is there already, or
was deleted there, nothing is restored, unless --skip-existing takes the others.
Restored runs have the digests they had. When it is cut off, the same command goes on.`,
		Example: `  vignette restore run.vignette
  vignette restore monday.vignette --skip-existing
  vignette restore run.vignette --check --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return restore(cmd, args[0], flags) },
	}
	cmd.Flags().BoolVar(&flags.check, "check", false, "check the file and say what it holds, and restore nothing")
	cmd.Flags().BoolVar(&flags.skip, "skip-existing", false, "leave out runs that are there already, or were deleted there")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write one JSON object for each run, and a done record")
	return cmd
}

type restoreFlags struct{ check, skip, json bool }

func restore(cmd *cobra.Command, name string, flags restoreFlags) error {
	if err := apart(cmd, "check", "skip-existing"); err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read the bundle: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file: a bundle is read twice, once to check it", name)
	}
	holds, err := bundle.Check(file)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if flags.check {
		return tellBundle(cmd, "holds", name, holds, flags.json)
	}
	return withNode(cmd.Context(), cmd, func(n *node.Node) error {
		there, err := bundle.There(cmd.Context(), n.BundleTarget(), holds)
		if err != nil {
			return err
		}
		if len(there) > 0 && !flags.skip {
			return fmt.Errorf("nothing was restored: %s %s there already, or deleted there; --skip-existing takes the others",
				strings.Join(there, ", "), plainly(len(there), "is", "are"))
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		restored, err := bundle.Restore(cmd.Context(), file, n.BundleTarget(), there)
		if err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
		return tellBundle(cmd, "restored", name, restored, flags.json)
	})
}

func plainly(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// tellBundle says what was bundled or restored.
func tellBundle(cmd *cobra.Command, what, file string, report *bundle.Report, asJSON bool) error {
	if asJSON {
		for _, run := range report.Runs {
			if err := writeJSON(cmd, jsonBundled{"run", run.ID, run.Digest, run.Events, run.Notes, run.Calls}); err != nil {
				return err
			}
		}
		return writeJSON(cmd, struct {
			Type    string `json:"type"`
			File    string `json:"file"`
			Runs    int    `json:"runs"`
			Answers int64  `json:"answers"`
		}{"done", file, len(report.Runs), report.Answers})
	}
	p := newPage(cmd.OutOrStdout())
	var rows [][]string
	for _, run := range report.Runs {
		rows = append(rows, []string{run.ID, fmt.Sprint(run.Events), fmt.Sprint(run.Notes), fmt.Sprint(run.Calls), orDash(run.Digest[:min(12, len(run.Digest))])})
	}
	if len(rows) > 0 {
		p.grid("  ", []string{"run", "events", "notes", "calls", "digest"}, rows, 1, func(column int) bool { return column >= 1 && column <= 3 })
	}
	size := ""
	if info, err := os.Stat(file); err == nil && info.Mode()&fs.ModeType == 0 {
		size = ", " + bytesText(info.Size())
	}
	p.paragraph("", "  ", fmt.Sprintf("%s %s: %s, %s%s", what, file, plural(len(report.Runs), "run", "runs"), plural(int(report.Answers), "answer of models", "answers of models"), size))
	return nil
}

type jsonBundled struct {
	Type   string `json:"type"`
	Run    string `json:"run"`
	Digest string `json:"digest"`
	Events int64  `json:"events"`
	Notes  int64  `json:"notes"`
	Calls  int64  `json:"calls"`
}

// bytesText shows a size.
func bytesText(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 10<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
