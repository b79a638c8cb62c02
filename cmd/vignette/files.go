package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/patientpsi"
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
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  vignette version\n  vignette version --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				return writeJSON(cmd, struct {
					Type     string `json:"type"`
					Version  string `json:"version"`
					Go       string `json:"go"`
					Platform string `json:"platform"`
				}{"version", programVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "vignette", programVersion())
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON object")
	return cmd
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

func newImport() *cobra.Command {
	var from, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Import personas from a published format",
		Long: `Reads personas from a published format and writes one file for each, named by its
id. Nothing is lost: what has no field of ours is kept in the file.

Formats: patient-psi (profiles.json of PATIENT-Psi: cognitive models of CBT patients).`,
		Example: "  vignette import --from patient-psi profiles.json -o personas\n" +
			"  vignette run cbt-intake --vary client.persona=personas",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case from == "":
				return usagef("--from is missing; there is: patient-psi")
			case from != "patient-psi":
				return usagef("--from is %q; there is: patient-psi", from)
			case out == "":
				return usagef("-o is missing: name the directory to write to")
			}
			return importPatientPsi(cmd, args[0], out, asJSON)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "format of the file: patient-psi")
	cmd.Flags().StringVarP(&out, "output", "o", "", "directory to write to; created when missing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object for each file that was written")
	completeFlag(cmd, "from", func(*cobra.Command) []string { return []string{"patient-psi"} })
	return cmd
}

func importPatientPsi(cmd *cobra.Command, file, dir string, asJSON bool) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the profiles: %w", err)
	}
	personas, err := patientpsi.Import(data, filepath.Base(file))
	if err != nil {
		return err
	}
	written, err := scenarios.SavePersonas(dir, personas)
	for _, path := range written {
		if asJSON {
			if err := writeJSON(cmd, jsonProblem{Type: "written", File: path}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintln(cmd.OutOrStdout(), printable(path))
	}
	return err
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
