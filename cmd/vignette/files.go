package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
)

// version is the program's version.
const version = "0.1.0-dev"

// programVersion is the version, with the commit it was built from where the build knows it.
func programVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	revision, modified := "", ""
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value[:min(12, len(setting.Value))]
		case "vcs.modified":
			if setting.Value == "true" {
				modified = "+changed"
			}
		}
	}
	if revision == "" {
		return version
	}
	return version + "-" + revision + modified
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  vignette version",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "vignette", programVersion())
			return err
		},
	}
}

func newValidate() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check scenario and persona files",
		Long: `Checks scenario and persona files and lists everything that is wrong in them, with
line, field and what would be right.`,
		Example: "  vignette validate my-scenario.yaml\n  vignette validate personas/*.yaml --json",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return validate(cmd, args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object per file and problem")
	return cmd
}

type jsonProblem struct {
	Type    string `json:"type"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

func validate(cmd *cobra.Command, files []string, asJSON bool) error {
	wrong := 0
	for _, file := range files {
		_, err := scenarios.LoadFile(file)
		if err != nil {
			wrong++
		}
		if err := tellFile(cmd, file, err, asJSON); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %s wrong", wrong, plural(len(files), "file is", "files are"))
	}
	return nil
}

// tellFile writes what is wrong with a file, or that nothing is.
func tellFile(cmd *cobra.Command, file string, err error, asJSON bool) error {
	out := cmd.OutOrStdout()
	var problems scenarios.Problems
	switch {
	case err == nil && asJSON:
		return writeJSON(cmd, jsonProblem{Type: "ok", File: file})
	case err == nil:
		_, err := fmt.Fprintf(out, "%s: ok\n", printable(file))
		return err
	case !errors.As(err, &problems):
		problems = scenarios.Problems{{File: file, Message: err.Error()}}
	}
	for _, problem := range problems {
		if !asJSON {
			if _, err := fmt.Fprintln(out, printable(problem.String())); err != nil {
				return err
			}
			continue
		}
		if err := writeJSON(cmd, jsonProblem{"problem", problem.File, problem.Line, problem.Column, problem.Field, problem.Message, problem.Hint}); err != nil {
			return err
		}
	}
	return nil
}

// intoFile lets a function write to a file that appears only when it is whole, or to standard output. What is not a regular
// file (a pipe, a device) is written to as it is; a link keeps pointing where it does.
func intoFile(stdout io.Writer, path string, write func(io.Writer) error) error {
	if path == "" {
		return buffered(stdout, write)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
		}
		return errors.Join(buffered(file, write), file.Close())
	}
	return whole(path, info, write)
}

// whole writes a file beside its place and then puts it there. A new file is for its owner alone, as exports hold mental
// states; one that is replaced keeps its permissions.
func whole(path string, replaced fs.FileInfo, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".vignette-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
	}
	defer os.Remove(file.Name())
	mode := fs.FileMode(0o600)
	if replaced != nil {
		mode = replaced.Mode().Perm()
	}
	wrote := buffered(file, write)
	if wrote != nil && !errors.As(wrote, new(*saidError)) {
		return errors.Join(wrote, file.Close())
	}
	if err := errors.Join(file.Chmod(mode), file.Close(), os.Rename(file.Name(), path)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return wrote
}

func buffered(w io.Writer, write func(io.Writer) error) error {
	buffer := bufio.NewWriterSize(w, 1<<16)
	return errors.Join(write(buffer), buffer.Flush())
}
