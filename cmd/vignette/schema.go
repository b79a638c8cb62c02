package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
)

func newSchema() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "schema [scenario|persona|rubric|study]",
		Short: "Print the JSON Schema of scenario, persona, rubric or study files, for editors",
		Long: `Prints a JSON Schema (draft 2020-12). With it an editor completes the names of
fields, shows what each is for, and marks mistakes while you type. Without an
argument it is the schema of scenarios.

Many editors take it from the first line of a file:

  # yaml-language-server: $schema=vignette.schema.json

What the schema cannot know (does the focal role exist? is the persona's file there?)
'vignette validate' tells. docs/scenarios.md says how editors are set up.`,
		Example:   "  vignette schema -o vignette.schema.json\n  vignette schema persona -o persona.schema.json",
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1)),
		ValidArgs: scenarios.SchemaKinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := "scenario"
			if len(args) > 0 {
				kind = strings.ToLower(args[0])
			}
			schema, err := scenarios.Schema(kind)
			if err != nil {
				return &usageError{err}
			}
			return intoFile(cmd.OutOrStdout(), out, func(w io.Writer) error {
				_, err := w.Write(schema)
				return err
			})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write (default standard output)")
	return cmd
}
