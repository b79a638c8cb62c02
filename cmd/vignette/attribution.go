package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/attribution"
	"github.com/vignette-sim/vignette/studies/scoring"
)

func newAttribution() *cobra.Command {
	var options attribution.Options
	var others otherCredits
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "attribution EPISODE",
		Short: "Measure which turns an episode's reward came of",
		Long: `Branches an episode before and after every turn of its focal role, plays the branches to
their end with new draws, and says what each turn was worth: the mean reward of branches
that keep it less that of branches in which it is drawn anew. Intervals hold for all turns
together (95%); a turn whose interval leaves zero out is marked.

Beside it stand what a discount would give the turn and what the turn alone was rewarded,
and how far they agree (Spearman's rho over turns, 95% interval). What it cost is told. The
branches are runs like others: 'vignette runs' lists them. Where models play or judge they
are asked in the branches too; --max-cost and --max-tokens are for all branches together,
and the same command asks for nothing that is on record.

--judge MODEL has a model read the whole conversation and credit each turn, and say how much
more each turn is somebody's who does right than somebody's who does wrong (contrast).
--ablate silences one turn at a time and scores again, playing nothing: what the reward
loses, and what the rewards of single turns lose at the turn itself and elsewhere. A step
reward that is lost elsewhere is paid for what stands around a turn.`,
		Example: `  vignette attribution e3k7b2
  vignette attribution e3k7b2 --judge gpt-4o-mini --ablate
  vignette attribution e3k7b2 --branches 50 --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case options.Branches < 2 || options.Branches > 10000:
				return usagef("--branches is %d; it must be 2 to 10000", options.Branches)
			case !(options.Discount >= 0 && options.Discount <= 1):
				return usagef("--discount is %v; it must be 0 to 1", options.Discount)
			case cmd.Flags().Changed("workers") && options.Workers < 1:
				return usagef("--workers is %d; it must be at least 1", options.Workers)
			}
			if err := others.models.check(); err != nil {
				return err
			}
			return runAttribution(cmd, args[0], options, others, asJSON)
		},
	}
	cmd.Flags().IntVar(&options.Branches, "branches", 20, "branches at each place, from 2")
	cmd.Flags().Float64Var(&options.Discount, "discount", 0.9, "discount to compare with, 0 to 1")
	cmd.Flags().Uint64Var(&options.Seed, "seed", 1, "seed of the new draws")
	cmd.Flags().IntVar(&options.Workers, "workers", 0, "episodes played at once, from 1 (default as for 'run')")
	cmd.Flags().StringVar(&others.models.model, "judge", "", "model that is asked which turns it came of")
	cmd.Flags().BoolVar(&others.ablate, "ablate", false, "silence one turn at a time and score again")
	others.models.addTerms(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}

// otherCredits say what measured credit is set beside.
type otherCredits struct {
	models modelFlags // the judge
	ablate bool
}

// judge is whom to ask, nil for nobody; it is checked before anything is played.
func (o otherCredits) judge(ctx context.Context, cmd *cobra.Command, n *node.Node) (*attribution.Judge, error) {
	if o.models.model == "" {
		return nil, nil
	}
	runner := n.Runner()
	judge := &attribution.Judge{Models: n.Directory().Models(), Clock: runner.Clock, Model: o.models.model, Run: runner.NewID(), Terms: o.models.terms(cmd)}
	if err := judge.Check(ctx); err != nil {
		return nil, &usageError{fmt.Errorf("--judge: %w", err)}
	}
	return judge, nil
}

// fill adds what was asked for to a measured report.
func (o otherCredits) fill(ctx context.Context, cmd *cobra.Command, n *node.Node, judge *attribution.Judge, report *attribution.Report, state *episode.State) error {
	if judge != nil {
		if err := judge.Attribute(ctx, report, state); err != nil {
			return err
		}
	}
	if o.ablate {
		run := n.Runner().NewID()
		ask := func(ctx context.Context, use *vignettev1.EvaluatorUse, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			scorer := &scoring.Scorer{Directory: n.Directory(), Clock: n.Runner().Clock, Use: use, Run: run, Terms: o.models.terms(cmd), Known: node.Evaluators()}
			return scorer.Score(ctx, state.Plan().Evaluators[use.GetName()], request)
		}
		if err := attribution.Ablate(ctx, ask, report, state); err != nil {
			return err
		}
	}
	report.Agree()
	return nil
}

// terms are what is left of the limits after what the branches played so far have used.
func (o otherCredits) terms(ctx context.Context, cmd *cobra.Command, n *node.Node) func([]string) (conductor.Terms, error) {
	return func(runs []string) (conductor.Terms, error) {
		terms := o.models.terms(cmd)
		if terms.MaxCost == nil && terms.MaxTokens == nil {
			return terms, nil
		}
		spent, err := spentOn(ctx, n, runs)
		if err != nil {
			return terms, err
		}
		if terms.MaxCost != nil {
			left := max(0, *terms.MaxCost-spent.Cost)
			terms.MaxCost = &left
		}
		if terms.MaxTokens != nil {
			left := max(0, *terms.MaxTokens-spent.Tokens)
			terms.MaxTokens = &left
		}
		return terms, nil
	}
}

// spentOn is what some runs asked of models.
func spentOn(ctx context.Context, n *node.Node, runs []string) (*attribution.Spent, error) {
	out := &attribution.Spent{}
	for _, run := range runs {
		spending, err := projection.ReadSpending(ctx, n.Calls(), run, "")
		if err != nil {
			return nil, err
		}
		t := spending.Total
		out.Calls, out.Recorded, out.Unpriced = out.Calls+t.Calls, out.Recorded+t.Recorded, out.Unpriced+t.Unpriced
		out.Tokens, out.Cost = out.Tokens+t.PromptTokens+t.CompletionTokens, out.Cost+t.Cost
	}
	return out, nil
}

func runAttribution(cmd *cobra.Command, name string, options attribution.Options, others otherCredits, asJSON bool) error {
	ctx, drain, stop := interruptible(cmd.Context(), "stopping")
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // Half of the branches say nothing.
		select {
		case <-drain:
			cancel()
		case <-ctx.Done():
		}
	}()
	return withExisting(cmd, func(n *node.Node) error {
		if err := hostMinds(ctx, cmd, n); err != nil {
			return err
		}
		state, planner, err := n.Reader().Episode(ctx, name)
		if errors.Is(err, projection.ErrNotFound) {
			return fmt.Errorf("there is no episode %q; 'vignette show RUN' lists the episodes of a run", name)
		}
		if err != nil {
			return err
		}
		judge, err := others.judge(ctx, cmd, n)
		if err != nil {
			return err
		}
		options.Progress = newProgress(os.Stderr, "branches", "place", "places")
		options.Terms = others.terms(ctx, cmd, n)
		report, err := attribution.Measure(ctx, n.Runner(), planner, state, options)
		if paused := (*conductor.PausedError)(nil); errors.As(err, &paused) && paused.Budget {
			return fmt.Errorf("%w; what was answered is on record: the same command with a higher --max-cost or --max-tokens goes on", err)
		}
		if err != nil {
			return err
		}
		if planner.AsksModels() {
			if report.Spent, err = spentOn(ctx, n, report.Runs); err != nil {
				return err
			}
		}
		if err := others.fill(ctx, cmd, n, judge, report, state); err != nil {
			return err
		}
		if asJSON {
			return writeJSON(cmd, report)
		}
		newPage(cmd.OutOrStdout()).attribution(report)
		return nil
	})
}

// attribution writes what turns were worth for people.
func (p *page) attribution(r *attribution.Report) {
	p.printf("%s  %s, reward %s; %s at each place, seed %d\n", p.bold(line(r.Episode)), line(r.Role), score(r.Reward), plural(r.Branches, "branch", "branches"), r.Seed)
	p.printf("What each turn was worth; intervals hold together at 95%%, * leaves zero out\n\n")
	columns := []struct {
		head string
		of   func(attribution.Credit) *float64
	}{
		{"discount", func(c attribution.Credit) *float64 { return &c.Discount }},
		{"step reward", func(c attribution.Credit) *float64 { return c.Step }},
		{"judge", func(c attribution.Credit) *float64 { return c.Judge }},
		{"contrast", func(c attribution.Credit) *float64 { return c.Contrast }},
		{"ablated", func(c attribution.Credit) *float64 { return c.Ablated }},
		{"step own", func(c attribution.Credit) *float64 { return c.StepOwn }},
		{"elsewhere", func(c attribution.Credit) *float64 { return c.StepElsewhere }},
	}
	head := []string{"turn", "measured", ""}
	for i := 0; i < len(columns); i++ {
		if !slices.ContainsFunc(r.Turns, func(c attribution.Credit) bool { return columns[i].of(c) != nil }) {
			columns = slices.Delete(columns, i, i+1)
			i--
			continue
		}
		head = append(head, columns[i].head)
	}
	var rows [][]string
	for _, c := range r.Turns {
		mark, text := "", []rune(line(c.Text))
		if c.Decisive() {
			mark = "*"
		}
		if len(text) > 40 {
			text = append(text[:39], '…')
		}
		row := []string{fmt.Sprint(c.Turn), within(c.Measured, c.CI), mark}
		for _, column := range columns {
			row = append(row, score(column.of(c)))
		}
		rows = append(rows, append(row, string(text)))
	}
	p.grid("  ", append(head, "said"), rows, 1, func(column int) bool { return column > 0 && column < len(head) })
	p.attributionAgreements(r)
	for _, why := range r.Unanswered {
		p.paragraph("! ", "  ", "the judge did not answer all: "+line(why))
	}
	p.printf("Cost: %s, %s beyond those copied; %d without a reward\n", plural(r.Played, "branch", "branches"), plural(r.NewTurn, "turn", "turns"), r.Missing)
	if s := r.Spent; s != nil {
		p.printf("Models: %s, %d of them on record already, %s tokens, cost %.2f", plural(s.Calls, "call", "calls"), s.Recorded, tokens(s.Tokens), s.Cost)
		if s.Unpriced > 0 {
			p.printf(" (%d without a price)", s.Unpriced)
		}
		p.printf("\n")
	}
}

// attributionAgreements writes how far other credits agree with what was measured.
func (p *page) attributionAgreements(r *attribution.Report) {
	p.printf("\nAgreement with what was measured (Spearman's rho over turns with its 95%% CI, Pearson's r, whether the top turn is the same)\n")
	var rows [][]string
	for _, a := range r.Agreements {
		same := "-"
		if a.Top != nil {
			same = map[bool]string{true: "yes", false: "no"}[*a.Top]
		}
		rows = append(rows, []string{strings.ReplaceAll(a.With, "_", " "), within(a.Rho, a.CI), score(a.R), same, fmt.Sprint(a.N)})
	}
	p.grid("  ", []string{"", "rho", "r", "same top", "turns"}, rows, 1, func(column int) bool { return column > 0 })
}
