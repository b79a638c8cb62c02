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
