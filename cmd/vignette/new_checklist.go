package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/checklist"
)

// checklistOrder is what a checklist is written for and by whom.
type checklistOrder struct {
	questions int
	out       string
	force     bool
	models    modelFlags
}

func newChecklist() *cobra.Command {
	var order checklistOrder
	cmd := &cobra.Command{
		Use:   "checklist SCENARIO --model M",
		Short: "Have a model write yes-or-no questions for a scenario",
		Long: `Asks a language model for questions by which conversations of a scenario can be judged, each
to be answered with yes or no (TICK), and writes them as a rubric file: read it, mend it,
and keep it with the study. A scenario names the file under evaluators: ('- {rubric: FILE}');
the judge answers each question and the share of yes is ID.share.

The model is shown title, setting, who takes part and the focal role's objective, and
nobody's private goal or knowledge. What it answered is on record in the data directory.`,
		Example: `  vignette new checklist ask-for-leave --model gpt-4o-mini
  vignette new checklist my.yaml --model local/tiny --questions 6 -o checklists/my.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return order.run(cmd, args[0]) },
	}
	cmd.Flags().IntVar(&order.questions, "questions", checklist.Usual, fmt.Sprintf("how many questions, from %d to %d", checklist.Fewest, checklist.Most))
	cmd.Flags().StringVarP(&order.out, "output", "o", "", "file to write (default: named by the id)")
	cmd.Flags().BoolVar(&order.force, "force", false, "overwrite the file if it is there")
	cmd.Flags().StringVar(&order.models.model, "model", "", "model that writes: MODEL, or ENDPOINT/MODEL")
	order.models.addTerms(cmd)
	return cmd
}

func (o *checklistOrder) run(cmd *cobra.Command, from string) error {
	if o.models.model == "" {
		return usagef("--model is missing: name the model that writes, as in --model gpt-4o-mini")
	}
	if o.questions < checklist.Fewest || o.questions > checklist.Most {
		return usagef("--questions is %d; it goes from %d to %d", o.questions, checklist.Fewest, checklist.Most)
	}
	if err := o.models.check(); err != nil {
		return err
	}
	scenario, err := scenarios.Find(from)
	if err != nil {
		return err
	}
	written, err := o.write(cmd.Context(), cmd, scenario)
	if err != nil {
		return err
	}
	out := o.out
	if out == "" {
		out = scenarios.FileName(written.GetId())
	}
	a := &asker{cmd: cmd}
	if err := a.save(out, checklist.YAML(written), o.force, true); err != nil {
		return err
	}
	return a.next("rubric", out)
}

func (o *checklistOrder) write(ctx context.Context, cmd *cobra.Command, scenario *vignettev1.Scenario) (written *vignettev1.Rubric, err error) {
	err = withNode(ctx, cmd, func(n *node.Node) error {
		if err := n.HostModels(ctx, settingsFile(cmd)); err != nil {
			return err
		}
		runner := n.Runner()
		w := &checklist.Writer{Models: n.Directory().Models(), Clock: runner.Clock, Model: o.models.model, Run: runner.NewID(), Terms: o.models.terms(cmd)}
		written, err = w.Write(ctx, scenario, o.questions)
		return err
	})
	return written, err
}
