package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/report"
)

func newReport() *cobra.Command {
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "report RUN|last",
		Short: "Make a page of a run: question, warnings, pictures, episodes to look at, methods",
		Long: `Writes one HTML file that one can mail or print: no scripts, nothing fetched. First what
was asked, how it was set up and what speaks against it; then what became of all episodes
that were begun; then differences with intervals, distress turn by turn, reward against
what became of the others, all numbers, the best, the worst and the most surprising
episode, and a paragraph on how it was made with the command that makes it again.

--json writes the same numbers.`,
		Example:           "  vignette report last -o report.html\n  vignette report last --json | jq .effects",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				r, examples, unreadable, err := reportOf(cmd, n, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					err = writeJSON(cmd, r)
				} else {
					err = intoFile(cmd.OutOrStdout(), out, func(w io.Writer) error { return report.Write(w, r, examples) })
				}
				if err != nil {
					return err
				}
				return unreadable
			})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write (default standard output)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the numbers as one JSON object")
	return cmd
}

// reportOf looks at every episode of a run, and again at those to be shown.
func reportOf(cmd *cobra.Command, n *node.Node, name string) (r *report.Report, examples []report.Example, unreadable, err error) {
	planner, err := findRun(cmd, n, name)
	if err != nil {
		return nil, nil, nil, err
	}
	each := func(f projection.Figured) {
		if f.Unreadable != nil {
			unreadable = tellCutShort(cmd, episode.ID(planner.Manifest().GetRun(), planner.Cell(f.Index)), int(f.Figures.GetTurns()), f.Unreadable)
		}
	}
	if !planner.AsksModels() {
		r, err = report.Of(cmd.Context(), n.Reader(), planner, each)
	} else {
		r, err = reportWithSpending(cmd, n, planner, each)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	r.Command = report.Again(planner.Manifest())
	for _, look := range r.LookAt {
		state, _, err := n.Reader().Episode(cmd.Context(), look.Episode)
		if err != nil {
			return nil, nil, nil, err
		}
		examples = append(examples, report.Example{Look: look, State: state})
	}
	return r, examples, unreadable, nil
}

// reportWithSpending is the report of a run that asks models, with what they were asked.
func reportWithSpending(cmd *cobra.Command, n *node.Node, planner *planning.Planner, each func(projection.Figured)) (*report.Report, error) {
	builder, err := report.Read(cmd.Context(), n.Reader(), planner, each)
	if err != nil {
		return nil, err
	}
	r := builder.Report()
	r.Spending, err = builder.Spending(cmd.Context(), n.Calls(), planner)
	return r, err
}
