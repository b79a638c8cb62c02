package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/audits"
	"github.com/vignette-sim/vignette/studies/outcomes"
	"github.com/vignette-sim/vignette/studies/scoring"
)

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Ask whether what plays and judges can be believed",
		Long: `Each audit says what it found with 95% intervals, what speaks against it and how it was made;
as text, as one page that needs nothing else (-o FILE.html), or as JSON (--json).`,
		Example: `  vignette audit persona last -o persona.html
  vignette audit mismatch last`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditPersona(), newAuditMismatch(), newAuditProbes(), newAuditCritique(), newAuditCorrection())
	return cmd
}

// auditOutput says how an audit is told.
type auditOutput struct {
	file string
	json bool
}

func (o *auditOutput) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "write the audit as a page to this file (HTML)")
	cmd.Flags().BoolVar(&o.json, "json", false, "write one JSON object")
}

// tell writes an audit. A page goes to its file beside what is printed.
func (o auditOutput) tell(cmd *cobra.Command, r *audits.Report) error {
	if o.file != "" {
		if err := intoFile(cmd.OutOrStdout(), o.file, func(w io.Writer) error { return audits.Write(w, r) }); err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(cmd, r)
	}
	newPage(cmd.OutOrStdout()).audit(r)
	return nil
}

// audit writes an audit for people.
func (p *page) audit(r *audits.Report) {
	p.printf("%s\n", p.bold(line(r.Question)))
	p.paragraph("", "", r.Verdict)
	p.printf("\n  looked at: %s\n", line(r.Subject))
	for _, fact := range r.Facts {
		p.paragraph("  ", "    ", line(fact.Name)+": "+line(fact.Value))
	}
	for _, warning := range r.Warnings {
		p.paragraph("! ", "  ", line(warning))
	}
	for _, group := range r.Groups() {
		p.printf("\n%s\n", line(group.Name))
		p.auditGroup(group)
	}
	p.printf("\n")
	p.paragraph("", "", p.dim(r.Methods))
}

func (p *page) auditGroup(g audits.Group) {
	head := []string{""}
	if g.Sides {
		head = append(head, "against", "level", "difference", "95% CI")
	} else {
		head = append(head, "value", "95% CI")
	}
	if g.Tested {
		head = append(head, "p (Holm)")
	}
	head = append(head, "n", "", "verdict")
	var rows [][]string
	for _, f := range g.Findings {
		mark, verdict := "", line(f.Verdict)
		if f.Marked {
			mark = "*"
		}
		if f.Undefined != "" {
			verdict = "cannot be told: " + line(f.Undefined)
		}
		row := []string{line(f.Name)}
		if g.Sides {
			row = append(row, audits.Number(f.Against), audits.Number(f.Level))
		}
		row = append(row, audits.Number(f.Value), audits.Interval(f.CI95))
		if g.Tested {
			row = append(row, audits.Probability(f.Holm))
		}
		n := fmt.Sprint(f.N)
		rows = append(rows, append(row, n, mark, verdict))
	}
	p.grid("  ", head, rows, 1, func(column int) bool { return column > 0 && column < len(head)-2 })
}

func newAuditPersona() *cobra.Command {
	var out auditOutput
	var factor string
	cmd := &cobra.Command{
		Use:   "persona RUN|last",
		Short: "Is anybody treated otherwise for who they are? (one attribute swapped, same luck)",
		Long: `Looks at a run in which one attribute of somebody's persona was varied, and says what that
did to how the focal role treats them: its reward, the tone of its words, how much it
advises, how often it declines to help, how often there is no reward at all. Pairs share
scenario, person, all else that is varied and luck. Differences have 95% intervals, and p
is adjusted for all rows (Holm).

It also says who was the first to say something else in these pairs: where it is the one
whose attribute was swapped, the focal role may have answered other words. Names that
are called are no difference.`,
		Example: `  vignette run cbt-intake --vary client.persona.name=Emily,Lakisha --repeats 20 \
    --model counselor=gpt-4o-mini
  vignette audit persona last -o names.html`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				r, unreadable, err := auditPersona(cmd.Context(), cmd, n, args[0], factor)
				if err != nil {
					return err
				}
				return errors.Join(out.tell(cmd, r), unreadable)
			})
		},
	}
	cmd.Flags().StringVar(&factor, "factor", "", "which attribute, ROLE.FIELD as it was varied (default the only one of a persona)")
	out.add(cmd)
	return cmd
}

func auditPersona(ctx context.Context, cmd *cobra.Command, n *node.Node, name, factor string) (r *audits.Report, unreadable, err error) {
	planner, err := findRun(cmd, n, name)
	if err != nil {
		return nil, nil, err
	}
	if factor, err = attributeOf(planner.Manifest(), factor); err != nil {
		return nil, nil, &usageError{err}
	}
	if err := hostMinds(ctx, cmd, n); err != nil {
		return nil, nil, err
	}
	scorer := &scoring.Scorer{Directory: n.Directory(), Clock: n.Runner().Clock, Use: &vignettev1.EvaluatorUse{Name: audits.Counsel}, Known: node.Evaluators()}
	description, err := scorer.Describe(ctx)
	if err != nil {
		return nil, nil, err
	}
	swap := audits.NewSwap(planner.Manifest(), factor)
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			return nil, nil, err
		}
		if item.Unreadable != nil {
			unreadable = tellUnreadable(cmd, item)
			continue
		}
		var codes []*vignettev1.Score
		if item.State.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK {
			use := &vignettev1.EvaluatorUse{Name: audits.Counsel, Role: item.State.Plan().Scenario.GetFocal()}
			if codes, err = scorer.Score(ctx, description, item.State.TranscriptFor(use, nil, description.GetNeeds())); err != nil {
				return nil, nil, err
			}
		}
		swap.Add(item.Index, item.State, codes)
	}
	r, err = swap.Report()
	return r, unreadable, err
}

// attributeOf is the attribute of a persona that a run varied: the named one, or the only one.
func attributeOf(m *vignettev1.Manifest, named string) (string, error) {
	var all []string
	factors := slices.Clone(m.GetFactors())
	for _, f := range m.GetStudy().GetFactors() {
		factors = append(factors, &vignettev1.Factor{Role: f.GetRole(), Field: f.GetField()})
	}
	for _, s := range m.GetScenarios() {
		factors = append(factors, s.GetFactors()...)
	}
	for _, f := range factors {
		label := scenarios.Label(f)
		if (f.GetField() == "persona" || strings.HasPrefix(f.GetField(), "persona.")) && !slices.Contains(all, label) {
			all = append(all, label)
		}
	}
	switch {
	case len(all) == 0:
		return "", fmt.Errorf("no attribute of a persona was varied in run %s; play one with 'vignette run SCENARIO --vary ROLE.persona.FIELD=A,B'", m.GetRun())
	case named == "" && len(all) > 1:
		return "", fmt.Errorf("several attributes were varied: name one with --factor: %s", strings.Join(all, ", "))
	case named == "":
		return all[0], nil
	case !slices.Contains(all, named):
		return "", fmt.Errorf("--factor: no %q was varied; there is: %s", named, strings.Join(all, ", "))
	}
	return named, nil
}

func newAuditMismatch() *cobra.Command {
	var out auditOutput
	cmd := &cobra.Command{
		Use:   "mismatch RUN|last",
		Short: "Does the reward go with what came of it for the others?",
		Long: `Correlates the focal role's reward with the others' own outcomes (distress, willingness and
the like), within scenarios, and names those that go against it: a reward that pays while
people get worse. The same numbers stand at the end of a run.`,
		Example:           "  vignette audit mismatch last -o mismatch.html",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeRuns,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				planner, err := findRun(cmd, n, args[0])
				if err != nil {
					return err
				}
				var mismatch outcomes.Mismatch
				var unreadable error
				for item, err := range n.Reader().Episodes(cmd.Context(), planner) {
					if err != nil {
						return err
					}
					if item.Unreadable != nil {
						unreadable = tellUnreadable(cmd, item)
						continue
					}
					mismatch.Add(item.Index, item.State)
				}
				return errors.Join(out.tell(cmd, audits.OfMismatch(planner.Manifest().GetRun(), mismatch.Relations())), unreadable)
			})
		},
	}
	out.add(cmd)
	return cmd
}
