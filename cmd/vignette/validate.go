package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
)

func newValidate() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "validate FILE|DIRECTORY...",
		Short: "Check scenario, persona, rubric and study files",
		Long: `Checks scenario, persona, rubric and study files and lists everything that is wrong in them,
with line, field and what would be right. Of a directory it checks every .yaml, .yml and
.json file in it and below; hidden ones are passed over. Each level of a
study is tried on each of its scenarios. A file that says "kind: fragment" is checked
where it is included, here only for its YAML.

Exit code 0 when all files are right, 1 when one is wrong or cannot be read.`,
		Example: "  vignette validate my-scenario.yaml\n  vignette validate scenarios/\n  vignette validate personas/*.yaml --json",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return validate(cmd, args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write NDJSON: a record per right file and per problem, and a done record")
	return cmd
}

type jsonProblem struct {
	Type    string `json:"type"`
	File    string `json:"file"`
	Kind    string `json:"kind,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// validation is what a check came to.
type validation struct {
	Type     string `json:"type"`
	Files    int    `json:"files"`
	Wrong    int    `json:"wrong"`
	Problems int    `json:"problems"`
}

func validate(cmd *cobra.Command, names []string, asJSON bool) error {
	v := validation{Type: "done"}
	seen := map[string]bool{}
	for _, name := range names {
		files, err := scenarios.CheckFiles(name)
		if err != nil {
			if err := v.tell(cmd, name, "", err, asJSON); err != nil {
				return err
			}
		}
		for _, file := range files {
			if seen[file] {
				continue // A folder and a file in it were both named.
			}
			seen[file] = true
			kind, err := scenarios.CheckFile(file)
			if err := v.tell(cmd, file, kind, err, asJSON); err != nil {
				return err
			}
		}
	}
	if asJSON {
		if err := writeJSON(cmd, v); err != nil {
			return err
		}
	}
	if v.Wrong > 0 {
		return fmt.Errorf("%d of %s wrong, with %s to mend", v.Wrong, plural(v.Files, "file is", "files are"), plural(v.Problems, "thing", "things"))
	}
	return nil
}

// tell counts a file and writes what is wrong with it, or that nothing is.
func (v *validation) tell(cmd *cobra.Command, file, kind string, err error, asJSON bool) error {
	v.Files++
	if err == nil {
		return tellRight(cmd, file, kind, asJSON)
	}
	var problems scenarios.Problems
	if !errors.As(err, &problems) {
		problems = scenarios.Problems{{File: file, Message: err.Error()}}
	}
	v.Wrong++
	v.Problems += len(problems)
	for _, p := range problems {
		if asJSON {
			err = writeJSON(cmd, jsonProblem{Type: "problem", File: p.File, Line: p.Line, Column: p.Column, Field: p.Field, Message: p.Message, Hint: p.Hint})
		} else {
			_, err = fmt.Fprintln(cmd.OutOrStdout(), printable(p.String()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func tellRight(cmd *cobra.Command, file, kind string, asJSON bool) error {
	if asJSON {
		return writeJSON(cmd, jsonProblem{Type: "ok", File: file, Kind: kind})
	}
	verdict := "ok"
	if kind == "fragment" {
		verdict = "ok, a fragment; it is checked where it is included"
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", printable(file), verdict)
	return err
}
