package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
)

func newConvert() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "convert FILE|DIR... -o DIR",
		Short: "Write imported personas and scenarios back in the format they came from",
		Long: `Reads persona and scenario files that 'vignette import' has written, and writes them
as files of the formats they came from. What was not changed is as it was there; what
was changed in a field that the format has a place for is changed there. Of a folder,
its files are taken and those of ` + personasIn + `/ in it.`,
		Example: "  vignette import sotopia --from sotopia -o scenes\n  vignette convert scenes -o sotopia-changed",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usagef("-o is missing: name the directory to write to")
			}
			return convert(cmd, args, out, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "directory to write to; created when missing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object per file")
	return cmd
}

func convert(cmd *cobra.Command, names []string, dir string, asJSON bool) error {
	batch := &foreign.Batch{}
	for _, name := range names {
		if err := gather(batch, name); err != nil {
			return err
		}
	}
	files, left, err := imports.Export(batch)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "vignette: %s from no format and not written: %s\n", plural(len(left), "is", "are"), printable(strings.Join(left[:min(len(left), 5)], ", ")))
	}
	if len(files) == 0 {
		return fmt.Errorf("nothing there came from a published format; name files that 'vignette import' has written")
	}
	var written []string
	for _, f := range files {
		path := filepath.Join(dir, f.Name)
		if err := scenarios.SaveNew(path, f.Data); err != nil {
			return errors.Join(tellWritten(cmd, "file", written, asJSON), err)
		}
		written = append(written, path)
	}
	return tellWritten(cmd, "file", written, asJSON)
}

// gather adds what a file or a folder holds.
func gather(batch *foreign.Batch, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("convert %s: %w", name, errors.Unwrap(err))
	}
	if !info.IsDir() {
		return gatherFile(batch, name)
	}
	found := 0
	for _, dir := range []string{name, filepath.Join(name, personasIn)} {
		entries, err := os.ReadDir(dir)
		if err != nil && dir == name {
			return fmt.Errorf("convert %s: %w", name, errors.Unwrap(err))
		}
		for _, e := range entries {
			if e.IsDir() || filepath.Ext(e.Name()) != ".yaml" || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			found++
			if err := gatherFile(batch, filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if found == 0 {
		return fmt.Errorf("convert %s: there is no .yaml file in this folder", name)
	}
	return nil
}

func gatherFile(batch *foreign.Batch, file string) error {
	m, err := scenarios.LoadFile(file)
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *vignettev1.Persona:
		batch.Personas = append(batch.Personas, m)
	case *vignettev1.Scenario:
		batch.Scenarios = append(batch.Scenarios, m)
	}
	return nil
}
