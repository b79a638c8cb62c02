package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
)

// personasIn is the folder below the one for scenarios that people on their own go to.
const personasIn = "personas"

func newImport() *cobra.Command {
	var from, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "import FILE|DIR... --from FORMAT -o DIR",
		Short: "Import personas and scenarios from a published format",
		Long: `Reads personas and scenarios from a published format and writes one file for each,
named by its id; with scenarios, people on their own go to ` + personasIn + `/ below them. Of a
folder, the files that the format is read from are taken. Nothing is lost: what has
no field of ours is kept in the file, and 'vignette convert' writes it all back.

Formats:
` + formatList(),
		Example: "  vignette import profiles.json --from patient-psi -o personas\n" +
			"  vignette run cbt-intake --vary client.persona=personas\n" +
			"  vignette import sotopia --from sotopia -o scenes",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from == "" {
				return usagef("--from is missing; formats are %s", strings.Join(formatNames(), ", "))
			}
			format, err := imports.Find(from)
			switch {
			case err != nil:
				return usagef("--from: %w", err)
			case out == "":
				return usagef("-o is missing: name the directory to write to")
			}
			return importFiles(cmd, format, args, out, asJSON)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "format of the files")
	cmd.Flags().StringVarP(&out, "output", "o", "", "directory to write to; created when missing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object per file")
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(formatNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range imports.Formats() {
		if f.Title != "" {
			names = append(names, f.Name)
		}
	}
	return names
}

// membersInRow is how many formats of a family stand in a line of the help.
const membersInRow = 4

// formatList lists the formats for a help page; those of a family stand in its line.
func formatList() string {
	var b strings.Builder
	members := map[string][]string{}
	for _, f := range imports.Formats() {
		if family, member, is := strings.Cut(f.Name, "/"); is {
			members[family] = append(members[family], member)
		}
	}
	for _, f := range imports.Formats() {
		if f.Title == "" {
			continue
		}
		fmt.Fprintf(&b, "  %-18s  %s\n", f.Name, f.Title)
		if list := members[f.Name]; len(list) > 0 {
			fmt.Fprintf(&b, "  %-18s  (or %s/ and one of\n", "", f.Name)
			for row := range slices.Chunk(list, membersInRow) {
				fmt.Fprintf(&b, "  %-18s  %s\n", "", strings.Join(row, ", "))
			}
			fmt.Fprintf(&b, "  %-18s  )\n", "")
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

func importFiles(cmd *cobra.Command, format imports.Format, names []string, dir string, asJSON bool) error {
	files, err := readForeign(format, names)
	if err != nil {
		return err
	}
	batch, err := format.Import(files)
	if err != nil {
		return err
	}
	people := dir
	if len(batch.Scenarios) > 0 {
		people = filepath.Join(dir, personasIn)
	}
	var written []string
	if len(batch.Personas) > 0 {
		if written, err = scenarios.SavePersonas(people, batch.Personas); err != nil {
			return errors.Join(tellWritten(cmd, "persona", written, asJSON), err)
		}
	}
	if err := tellWritten(cmd, "persona", written, asJSON); err != nil {
		return err
	}
	if len(batch.Scenarios) == 0 {
		return nil
	}
	written, err = scenarios.SaveScenarios(dir, batch.Scenarios)
	return errors.Join(tellWritten(cmd, "scenario", written, asJSON), err)
}

// jsonWritten is a line of the JSON output: a file that was written.
type jsonWritten struct {
	Type string `json:"type"`
	File string `json:"file"`
}

func tellWritten(cmd *cobra.Command, kind string, files []string, asJSON bool) error {
	for _, file := range files {
		if asJSON {
			if err := writeJSON(cmd, jsonWritten{kind, file}); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), printable(file)); err != nil {
			return err
		}
	}
	return nil
}

// readForeign reads the files that were named, and of folders those that the format takes.
func readForeign(format imports.Format, names []string) ([]foreign.File, error) {
	var out []foreign.File
	for _, name := range names {
		paths, err := pathsOf(format, name)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			data, err := readBounded(path)
			if err != nil {
				return nil, err
			}
			out = append(out, foreign.File{Name: path, Data: data})
		}
	}
	return out, nil
}

func pathsOf(format imports.Format, name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", name, errors.Unwrap(err))
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", name, errors.Unwrap(err))
	}
	var out []string
	for _, e := range entries {
		if path := filepath.Join(name, e.Name()); !e.IsDir() && format.Takes(path) {
			out = append(out, path)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("import %s: no file in this folder is one that %s is read from; name the files themselves", name, format.Name)
	}
	return out, nil
}

// readBounded reads a file of a size that can be imported. A named pipe or a device is refused: it may have no end.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, errors.Unwrap(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("import %s: this is not a file", path)
	}
	data, err := io.ReadAll(io.LimitReader(file, foreign.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", path, err)
	}
	return data, nil
}
