package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/interview"
)

func newNew() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Write a commented file: a scenario, a persona, a rubric, a study, or your own situation",
		Long: `Asks a few questions and writes a commented file that is right and can be played at
once. Every question has a flag, so that nothing needs to be asked; --yes takes the
defaults for the rest. Answers may come through a pipe, one a line, in the order of
the questions; an empty line takes the default, or ends a list.`,
		Example: `  vignette new situation
  vignette new scenario --kind change --yes
  vignette new persona --name "Ruth Adler" --style reserved --yes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	situation := newForm(interview.Situation(), "Turn a conversation before you into a scenario", `Asks about a conversation that is before you: with whom, what you want, what they will
say, what matters to them, what is so, what you feel, what you could give. Makes a
partner, your objective and three difficulties of it. It works offline, by rules, and
adds nothing to your answers but the frame.`,
		"  vignette new situation\n"+
			"  vignette new situation --who 'Gwen, my manager' --want \"I'd like to leave at two on Tuesdays.\" \\\n"+
			"    --say 'I need two people on the desk.' --say \"Who answers the phone?\" --yes")
	scenario := newForm(interview.Scenario(), "Write a scenario to begin from", `Asks for the parts of a scenario; each question has a default, so that you may fill in
the rest in your editor. --from copies a scenario of the library with its notes; with
--title the copy gets an id of its own, and is another scenario.`,
		"  vignette new scenario\n  vignette new scenario --kind understand --yes -o intake.yaml\n  vignette new scenario --from ask-for-leave --title 'Asking for Fridays'")
	addFrom(scenario)
	persona := newForm(interview.Persona(), "Write a persona", "Asks who somebody is, what they remember and how they talk.",
		"  vignette new persona\n  vignette new persona --name 'Ruth Adler' --remembers 'I have moved house five times.' --yes -o personas/ruth.yaml")
	rubric := newForm(interview.Rubric(), "Write a rubric: an evaluator without code", `Asks what is rated and writes a rubric with one dimension, levels and examples, to go on
from in your editor. A scenario names the file under evaluators: ('- {rubric: FILE}'), and
'vignette score --evaluator FILE' rates recorded conversations by it. A language model
reads it; without one its scores say why they are missing.`,
		"  vignette new rubric\n  vignette new rubric --title Warmth --yes -o rubrics/warmth.yaml\n  vignette new rubric --title Pauses --unit span --yes")
	study := newForm(interview.Study(), "Write a study: what is compared, in which situations, how often", `Asks for the question, the situations and what is varied, and writes a study file in which one
factor is in use and the others stand by as notes. By rules it runs at once; what models alone
read needs --model.`,
		"  vignette new study\n  vignette new study --vary strategy --question 'Does it help to think first?' --yes -o think-first.yaml\n  vignette new study --yes -o skill.yaml && vignette plan skill.yaml")
	cmd.AddCommand(situation, scenario, persona, rubric, study, newChecklist())
	return cmd
}

// newForm is the command that asks a form.
func newForm(form *interview.Form, short, long, example string) *cobra.Command {
	order := newOrder{form: form}
	cmd := &cobra.Command{
		Use: form.Name, Short: short, Long: long, Example: example,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return order.run(cmd) },
	}
	for _, q := range form.Questions {
		if q.Many {
			cmd.Flags().StringArray(q.ID, nil, q.Short+" (again for more)")
		} else {
			cmd.Flags().String(q.ID, "", q.Short)
		}
	}
	cmd.Flags().BoolVarP(&order.yes, "yes", "y", false, "ask nothing; take defaults for what no flag answers")
	cmd.Flags().StringVarP(&order.out, "output", "o", "", "file to write (default: named by the id)")
	cmd.Flags().BoolVar(&order.force, "force", false, "overwrite the file if it is there")
	return cmd
}

func addFrom(cmd *cobra.Command) {
	var from string
	cmd.Flags().StringVar(&from, "from", "", "copy this scenario of the library, notes and all")
	ask := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if from == "" {
			return ask(cmd, args)
		}
		out, _ := cmd.Flags().GetString("output")
		force, _ := cmd.Flags().GetBool("force")
		title, _ := cmd.Flags().GetString("title")
		return copyFromLibrary(cmd, from, title, out, force)
	}
}

// copyFromLibrary writes a scenario of the library where somebody can change it; with a title of its own it gets an id of its
// own, and keeps its notes.
func copyFromLibrary(cmd *cobra.Command, id, title, out string, force bool) error {
	data, err := scenarios.LibraryFile(id)
	if errors.Is(err, fs.ErrNotExist) {
		_, err := scenarios.Find(id)
		if err == nil {
			err = fmt.Errorf("%s is no scenario of the library", id)
		}
		return &usageError{err}
	}
	if err != nil {
		return err
	}
	if title != "" {
		s, err := scenarios.Find(id)
		if err != nil {
			return err
		}
		s.Title, s.Id = title, interview.ID(title)
		id = s.Id
		if data, err = scenarios.Rewrite(scenarios.FileName(id), data, s); err != nil {
			return err
		}
	}
	a := newAsker(cmd)
	if out == "" {
		out = scenarios.FileName(id)
	}
	return a.save(out, data, force, false)
}

// newOrder is a form to be asked.
type newOrder struct {
	form       *interview.Form
	yes, force bool
	out        string
}

func (o *newOrder) run(cmd *cobra.Command) error {
	given, err := o.flags(cmd)
	if err != nil {
		return err
	}
	a := newAsker(cmd)
	if !o.yes {
		if err := a.askAll(o.form, given); err != nil {
			return err
		}
	}
	answers, err := o.form.Complete(given)
	var missing *interview.MissingError
	if errors.As(err, &missing) {
		return usagef("--%s is missing: %s", missing.Question.ID, missing.Ask)
	}
	if err != nil {
		return &usageError{fmt.Errorf("--%w", err)}
	}
	data, id, err := o.form.Write(answers)
	if err != nil {
		return err
	}
	out := o.out
	if out == "" {
		out = scenarios.FileName(id)
	}
	if err := a.save(out, data, o.force, o.yes); err != nil {
		return err
	}
	return a.next(o.form.Name, out)
}

// flags are the answers that came with the command.
func (o *newOrder) flags(cmd *cobra.Command) (interview.Answers, error) {
	given := interview.Answers{}
	for _, q := range o.form.Questions {
		if !cmd.Flags().Changed(q.ID) {
			continue
		}
		var answers []string
		if q.Many {
			answers, _ = cmd.Flags().GetStringArray(q.ID)
		} else {
			answer, _ := cmd.Flags().GetString(q.ID)
			answers = []string{answer}
		}
		for _, answer := range answers {
			if err := q.Check(answer); err != nil {
				return nil, usagef("--%s: %w", q.ID, err)
			}
		}
		given[q.ID] = answers
	}
	return given, nil
}

// save writes the file, unless there is one already that nobody gave up.
func (a *asker) save(path string, data []byte, force, quiet bool) error {
	if _, err := os.Stat(path); err == nil && !force {
		if quiet || !a.terminal {
			return fmt.Errorf("%s is there already; name another with -o, or overwrite it with --force", path)
		}
		yes, err := a.confirm(fmt.Sprintf("%s is there already. Overwrite it?", path))
		if err != nil {
			return err
		}
		if !yes {
			return fmt.Errorf("%s was left as it is; name another file with -o", path)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Unwrap(err))
	}
	_, err := fmt.Fprintln(a.cmd.OutOrStdout(), printable(path))
	return err
}

// next says what can be done with what was written.
func (a *asker) next(kind, path string) error {
	quoted := path
	if strings.ContainsAny(path, " '\"") {
		quoted = fmt.Sprintf("%q", path)
	}
	text := "Play it with: vignette run " + quoted
	switch kind {
	case "rubric":
		text = "Use it in a scenario with `evaluators: [{rubric: " + quoted + "}]`, and a model: --model evaluator=MODEL"
	case "study":
		text = "See what it takes with: vignette plan " + quoted + "; play it with: vignette run " + quoted
	case "persona":
		text = "Try it with: vignette run cbt-intake --vary client.persona=" + quoted
	}
	_, err := fmt.Fprintln(a.cmd.ErrOrStderr(), printable(text))
	return err
}
