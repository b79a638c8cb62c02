package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/attribution"
)

func newAttribution() *cobra.Command {
	var options attribution.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "attribution EPISODE",
		Short: "Measure which turns an episode's reward came of",
		Long: `Branches an episode before and after every turn of its focal role, plays the branches to
their end with new draws, and says what each turn was worth: the mean reward of branches
that keep it less that of branches in which it is drawn anew. Intervals hold for all turns
together (95%); a turn whose interval leaves zero out is marked.

Beside it stand what a discount would give the turn and what the turn alone was rewarded,
and how far they agree (Spearman's rho over turns). What it cost is told. The branches are
runs like others: 'vignette runs' lists them.`,
		Example: `  vignette attribution e3k7b2
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
			return runAttribution(cmd, args[0], options, asJSON)
		},
	}
	cmd.Flags().IntVar(&options.Branches, "branches", 20, "branches at each place, from 2")
	cmd.Flags().Float64Var(&options.Discount, "discount", 0.9, "discount to compare with, 0 to 1")
	cmd.Flags().Uint64Var(&options.Seed, "seed", 1, "seed of the new draws")
	cmd.Flags().IntVar(&options.Workers, "workers", 0, "episodes played at once, from 1 (default as for 'run')")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object")
	return cmd
}

func runAttribution(cmd *cobra.Command, name string, options attribution.Options, asJSON bool) error {
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
		if planner.AsksModels() {
			return errors.New("models play or judge in that episode: branches of theirs are not measured yet; 'vignette fork' makes them one by one")
		}
		options.Progress = newProgress(os.Stderr, "branches", "place", "places")
		report, err := attribution.Measure(ctx, n.Runner(), planner, state, options)
		if err != nil {
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
	var rows [][]string
	for _, c := range r.Turns {
		mark, text := "", []rune(line(c.Text))
		if c.Decisive() {
			mark = "*"
		}
		if len(text) > 40 {
			text = append(text[:39], '…')
		}
		rows = append(rows, []string{fmt.Sprint(c.Turn), within(c.Measured, c.CI), mark, figure(c.Discount), score(c.Step), string(text)})
	}
	p.grid("  ", []string{"turn", "measured", "", "discount", "step reward", "said"}, rows, 1, func(column int) bool { return column > 0 && column < 5 })
	p.printf("\nAgreement with what was measured (Spearman, over turns): discount %s, step reward %s\n", score(r.WithDiscount), score(r.WithStep))
	p.printf("Cost: %s, %s beyond those copied; %d without a reward\n", plural(r.Played, "branch", "branches"), plural(r.NewTurn, "turn", "turns"), r.Missing)
}
