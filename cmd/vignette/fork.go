package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
)

func newFork() *cobra.Command {
	var flags runFlags
	var fork runs.Fork
	cmd := &cobra.Command{
		Use:   "fork EPISODE --turn K",
		Short: "Branch a conversation at a turn",
		Long: `Makes a new episode that begins with the first K turns of another and plays it to
its end. Turns count from 0: --turn 0 keeps none, --turn 4 keeps four. --say puts
words into the mouth of whoever's turn K is; without it they are asked.

Everybody goes on in the state in which they were, with the luck they would have had:
the same words get the same answer. --reseed draws anew from turn K on, and so does
each of several --branches; --seed says with which draws. Answers of models on record
are taken for the same branch only.

A fork is a run: 'vignette runs' lists it, 'vignette show' shows what branches off
what, 'vignette run --resume' finishes it.`,
		Example: `  vignette fork e3k7b2 --turn 4 --say "I hear how tired you are."
  vignette fork e3k7b2 --turn 4 --branches 5`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fork.Seed = flags.seed
			if err := checkFork(cmd, fork, flags); err != nil {
				return err
			}
			ctx, drain, stop := interruptible(cmd.Context(), "finishing the episodes in flight")
			defer stop()
			return withExisting(cmd, func(n *node.Node) error {
				if err := hostMinds(ctx, cmd, n); err != nil {
					return err
				}
				planner, err := forked(ctx, n, args[0], fork)
				if err != nil {
					return err
				}
				return play(ctx, cmd, n, planner, n.Runner().Play, flags, drain)
			})
		},
	}
	cmd.Flags().IntVar(&fork.Turn, "turn", 0, "turn to branch at, from 0: the first that is not copied")
	cmd.Flags().StringVar(&fork.Say, "say", "", "words for that turn")
	cmd.Flags().IntVar(&fork.Branches, "branches", 1, "how many branches, from 1; with several each draws anew")
	cmd.Flags().BoolVar(&fork.Reseed, "reseed", false, "draw anew with one branch too")
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of the new draws")
	cmd.Flags().IntVar(&flags.workers, "workers", 0, "episodes played at once, from 1 (default as for 'run')")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON as 'run' does")
	return cmd
}

func checkFork(cmd *cobra.Command, fork runs.Fork, flags runFlags) error {
	changed := cmd.Flags().Changed
	switch {
	case !changed("turn"):
		return usagef("--turn is missing: the turn to branch at, from 0")
	case fork.Turn < 0:
		return usagef("--turn is %d; turns count from 0", fork.Turn)
	case changed("say") && strings.TrimSpace(fork.Say) == "":
		return usagef("--say is empty; leave it away to ask whoever's turn it is")
	case fork.Branches < 1 || fork.Branches > 10000:
		return usagef("--branches is %d; it must be 1 to 10000", fork.Branches)
	case changed("workers") && flags.workers < 1:
		return usagef("--workers is %d; it must be at least 1", flags.workers)
	case changed("seed") && fork.Branches == 1 && !fork.Reseed:
		return usagef("--seed is for new draws: give --reseed or several --branches with it")
	}
	return nil
}

// forked makes the run of an episode's branches.
func forked(ctx context.Context, n *node.Node, name string, fork runs.Fork) (*planning.Planner, error) {
	state, planner, err := n.Reader().Episode(ctx, name)
	if errors.Is(err, projection.ErrNotFound) {
		return nil, fmt.Errorf("there is no episode %q; 'vignette show RUN' lists the episodes of a run", name)
	}
	if err != nil {
		return nil, err
	}
	fork.Origin = planner
	fork.Index, _ = planner.Index(state.Plan().Episode)
	return n.Runner().PrepareFork(ctx, fork)
}

// forks writes what an episode branched off and what branches off it, as a tree with this one marked. Nothing is written
// where there are no forks.
func (p *page) forks(tree *projection.Branch, shown string) {
	if tree == nil || len(tree.Branches) == 0 {
		return
	}
	p.printf("\n%s\n", p.bold("forks"))
	p.branch(tree, "  ", shown)
}

func (p *page) branch(b *projection.Branch, indent, shown string) {
	text := b.Episode
	if b.Fork != nil {
		text += fmt.Sprintf("  from turn %d", b.Fork.GetTurns())
		if b.Reseeded {
			text += ", drawn anew"
		}
		if said := b.Fork.GetSay().GetText(); said != "" {
			text += fmt.Sprintf(", with %q", line(said))
		}
	}
	if b.Episode == shown {
		text += "  (this one)"
	}
	p.paragraph(indent, indent+"    ", text)
	for _, child := range b.Branches {
		p.branch(child, indent+"  ", shown)
	}
}

// originNote says in a line what a run was copied from, or "".
func originNote(planner *planning.Planner) string {
	manifest := planner.Manifest()
	if fork := manifest.GetFork(); fork != nil {
		return fmt.Sprintf("fork of episode %s of run %s at turn %d", fork.GetEpisode(), fork.GetRun(), fork.GetTurns())
	}
	if manifest.GetExtends() != "" {
		return "goes beyond run " + manifest.GetExtends() + ", whose episodes are copied"
	}
	return ""
}

// showForks writes the tree that an episode is in.
func showForks(ctx context.Context, p *page, reader *projection.Reader, state *episode.State) error {
	tree, err := reader.Forks(ctx, state.Plan())
	if err != nil {
		return err
	}
	p.forks(tree, state.Plan().Episode)
	return nil
}
