package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/rewards"
)

type rewardFlags struct {
	weights string
	role    string
	fit     string
	record  bool
	author  string
	// How rewards are calibrated against confidence.
	confidence, rate float64
	batch            int
	json             bool
}

func newReward() *cobra.Command {
	var flags rewardFlags
	cmd := &cobra.Command{
		Use:   "reward RUN|last",
		Short: "Compose a run's rewards anew, under other weights, from the scores on record",
		Long: `Composes rewards from the scores in the log: no model is asked and nothing is played.
Without --weights it composes them as the scenarios state; with it, terms get other
weights: DIMENSION=WEIGHT, or EVALUATOR:DIMENSION=WEIGHT where several score it. 0 takes
a term out, a dimension that is scored and not rewarded becomes a term, a negative
weight turns it round, and what is not named keeps its weight. What raters said weighs in
by the name its fit was noted under ('vignette reward ratings'): NAME:rated.SCALE=WEIGHT.

Below stands how strongly the terms, and the members of ensembles, prefer one episode to
another with the same client, by vote; what most of them contradict is probably wrong.

--fit OUTCOME fits weights to what came of it for the others (distress_change,
willingness, agreement, change_talk_share, disclosure_depth) by ridge regression,
scenario by scenario, and says whether they help with clients they were not fitted to:
beyond the weights as they are, and beyond the best single dimension alone. An outcome
is somebody's own account, with builtin minds one by our own rules; it is no gold
standard.

--confidence WEIGHT calibrates rewards against how sure their evaluators were, scenario by
scenario: r' = r + WEIGHT (r - baseline) (confidence - 1/2), where the baseline moves with
each batch of episodes: --rate times their mean, and the rest of what it was (PPO-C, Leng
et al. 2024). It is printed, never recorded.

What was rewarded stays on record. --record appends what was composed to the episodes'
notes, with your name (--author) and a revision of its own; without it, it is printed.`,
		Example: `  vignette reward last --weights dear_man.assert=2,dear_man.mindful=0
  vignette reward last --fit distress_change
  vignette reward last --confidence 0.5 --rate 0.1 --json | jq 'select(.type == "confident")'
  vignette reward last --weights dear_man.assert=2 --record --author ann
  vignette reward last --json | jq 'select(.type == "reward")'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runReward(cmd, args[0], flags) },
	}
	cmd.Flags().StringVar(&flags.weights, "weights", "", "other weights: DIMENSION=WEIGHT,... (0 takes a term out)")
	cmd.Flags().StringVar(&flags.role, "role", "", "id of the role that is rewarded (default the focal role)")
	cmd.Flags().StringVar(&flags.fit, "fit", "", "outcome to fit weights to: distress_change, willingness, agreement, change_talk_share, disclosure_depth")
	cmd.Flags().Float64Var(&flags.confidence, "confidence", 0, "weight of the evaluators' confidence, above 0 to 2; as published 0.5 (default rewards as they are)")
	cmd.Flags().Float64Var(&flags.rate, "rate", 0.1, "with --confidence: how fast the baseline moves, above 0 to 1")
	cmd.Flags().IntVar(&flags.batch, "batch", 32, "with --confidence: episodes after which the baseline moves, from 1")
	cmd.Flags().BoolVar(&flags.record, "record", false, "append what is composed to the episodes' notes")
	cmd.Flags().StringVar(&flags.author, "author", "", "who composes, for --record (default your user name)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a reward record per episode, a done record")
	cmd.AddCommand(newRewardRatings())
	return cmd
}

// recomposition is what was composed anew for a run.
type recomposition struct {
	planner *planning.Planner
	change  rewards.Change
	groups  []*rewardGroup
	votes   rewards.Votes
	fit     *rewards.Fit // nil: not asked for
	// confident is nil where it was not asked for, calibrated what came of it.
	confident  *rewards.Confident
	calibrated []rewards.Calibrated
	// recorded is how many episodes got a note.
	recorded int
}

func runReward(cmd *cobra.Command, name string, flags rewardFlags) error {
	change, fit, err := flags.parse()
	if err != nil {
		return err
	}
	confident, err := flags.confident(cmd)
	if err != nil {
		return err
	}
	return withExisting(cmd, func(n *node.Node) error {
		planner, err := n.Reader().Run(cmd.Context(), name)
		if errors.Is(err, projection.ErrNotFound) {
			return fmt.Errorf("there is no run %q; 'vignette runs' lists the runs", name)
		}
		if err != nil {
			return err
		}
		if err := change.Check(planner.Manifest()); err != nil {
			return &usageError{fmt.Errorf("--weights: %w", err)}
		}
		if change.Rated() {
			named, err := ratedNames(cmd.Context(), n, planner)
			if err != nil {
				return err
			}
			if change, err = change.Named(named); err != nil {
				return &usageError{fmt.Errorf("--weights: %w", err)}
			}
		}
		if err := flags.checkRole(planner.Manifest()); err != nil {
			return err
		}
		return recompose(cmd, n, &recomposition{planner: planner, change: change, fit: fit, confident: confident}, flags)
	})
}

func (f rewardFlags) parse() (change rewards.Change, fit *rewards.Fit, err error) {
	if f.weights != "" {
		if change, err = rewards.ParseChange(f.weights); err != nil {
			return nil, nil, &usageError{fmt.Errorf("--weights: %w", err)}
		}
	}
	if f.fit != "" {
		kind, err := rewards.ParseKind(f.fit)
		if err != nil {
			return nil, nil, &usageError{fmt.Errorf("--fit: %w", err)}
		}
		fit = rewards.NewFit(kind)
	}
	if f.author != "" && !f.record {
		return nil, nil, usagef("--author says who appends notes; add --record, or leave it away")
	}
	return change, fit, nil
}

// confident is how rewards are calibrated against confidence, nil where that is not asked for.
func (f rewardFlags) confident(cmd *cobra.Command) (*rewards.Confident, error) {
	changed := cmd.Flags().Changed
	switch {
	case !changed("confidence") && (changed("rate") || changed("batch")):
		return nil, usagef("--rate and --batch say how the baseline of --confidence moves; add --confidence, or leave them away")
	case !changed("confidence"):
		return nil, nil
	case !(f.confidence > 0 && f.confidence <= 2):
		return nil, usagef("--confidence is %v; it must be above 0 and at most 2", f.confidence)
	case !(f.rate > 0 && f.rate <= 1):
		return nil, usagef("--rate is %v; it must be above 0 and at most 1", f.rate)
	case f.batch < 1 || f.batch > 1_000_000:
		return nil, usagef("--batch is %d; it must be 1 to 1000000", f.batch)
	}
	return rewards.NewConfident(f.confidence, f.rate, f.batch)
}

// checkRole wants the role in one scenario of the run at least.
func (f rewardFlags) checkRole(manifest *vignettev1.Manifest) error {
	if f.role == "" {
		return nil
	}
	var ids []string
	for _, scenario := range manifest.GetScenarios() {
		for _, role := range scenario.GetRoles() {
			if role.GetId() == f.role {
				return nil
			}
			ids = append(ids, role.GetId())
		}
	}
	return usagef("--role: there is no role %q in this run; there is: %s", f.role, strings.Join(ids, ", "))
}

func recompose(cmd *cobra.Command, n *node.Node, r *recomposition, flags rewardFlags) error {
	var unreadable error
	for item, err := range n.Reader().Episodes(cmd.Context(), r.planner) {
		if err != nil {
			return err
		}
		if item.Unreadable != nil {
			unreadable = tellUnreadable(cmd, item)
		}
		if item.State.Completed() == nil {
			continue
		}
		var rated []*vignettev1.Score
		if r.change.Rated() {
			if rated, err = ratedScores(cmd.Context(), n, item.State); err != nil {
				return err
			}
		}
		composed := r.add(item.Index, item.State, flags.role, rated)
		revision := int32(0)
		if flags.record {
			if revision, err = note(cmd.Context(), n, item.State, composed, r.change, flags.author); err != nil {
				return err
			}
			r.recorded++
		}
		if flags.json {
			if err := writeJSON(cmd, rewardRecord(item.State, composed, revision)); err != nil {
				return err
			}
		}
	}
	if err := r.calibrate(cmd, flags.json); err != nil {
		return err
	}
	if flags.json {
		return errors.Join(writeJSON(cmd, recompositionRecord(r)), unreadable)
	}
	newPage(cmd.OutOrStdout()).recomposition(r)
	return unreadable
}

// calibrate holds all rewards against confidence, if that was asked for, and writes a record of each for programs.
func (r *recomposition) calibrate(cmd *cobra.Command, asJSON bool) (err error) {
	if r.confident == nil {
		return nil
	}
	if r.calibrated, err = r.confident.Calibrated(); err != nil || !asJSON {
		return err
	}
	for _, c := range r.calibrated {
		if err := writeJSON(cmd, confidentRecord(c)); err != nil {
			return err
		}
	}
	return nil
}

// add composes the reward of one episode.
func (r *recomposition) add(index int, state *episode.State, named string, rated []*vignettev1.Score) *vignettev1.Reward {
	role := rewards.Role(state.Plan(), named)
	composed := rewards.Compose(state, role, r.change, rated...)
	if state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK {
		r.group(state.Plan().Cell).add(rewards.Recorded(state, role), composed)
	}
	r.votes.Add(index, state, composed)
	if r.fit != nil {
		r.fit.Add(index, state, composed)
	}
	if r.confident != nil && state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK {
		r.confident.Add(index, state, composed)
	}
	return composed
}

// ratedScores are what fits of ratings noted on an episode.
func ratedScores(ctx context.Context, n *node.Node, state *episode.State) ([]*vignettev1.Score, error) {
	entries, err := n.Log().Notes(ctx, state.Plan().Run, state.Plan().Episode)
	if err != nil {
		return nil, fmt.Errorf("notes on episode %s: %w", state.Plan().Episode, err)
	}
	var notes []*vignettev1.Note
	for _, entry := range entries {
		notes = append(notes, entry.Note)
	}
	return rewards.RatedScores(notes), nil
}

// ratedNames are the names under which fits of ratings are noted in a run, by dimension.
func ratedNames(ctx context.Context, n *node.Node, planner *planning.Planner) (map[string][]string, error) {
	out := map[string][]string{}
	for item, err := range n.Reader().Episodes(ctx, planner) {
		if err != nil {
			return nil, err
		}
		if item.State.Completed() == nil {
			continue
		}
		scores, err := ratedScores(ctx, n, item.State)
		if err != nil {
			return nil, err
		}
		for _, score := range scores {
			if names := out[score.GetDimension()]; !slices.Contains(names, score.GetEvaluator()) {
				out[score.GetDimension()] = append(names, score.GetEvaluator())
			}
		}
	}
	return out, nil
}

// note appends a composed reward to an episode's notes and returns its revision.
func note(ctx context.Context, n *node.Node, state *episode.State, composed *vignettev1.Reward, change rewards.Change, author string) (int32, error) {
	run, id := state.Plan().Run, state.Plan().Episode
	noted, err := n.Log().Notes(ctx, run, id)
	if err != nil {
		return 0, fmt.Errorf("notes on episode %s: %w", id, err)
	}
	revision := int32(1)
	for _, entry := range noted {
		revision = max(revision, entry.Note.GetRewarded().GetRevision()+1)
	}
	author = cmp.Or(author, userName())
	_, err = n.Log().AppendNote(ctx, run, id, &vignettev1.Note{
		SchemaVersion: 1,
		Id:            noteID(id, fmt.Sprint(revision), author, change.String(), composed.GetRole()),
		Time:          timestamppb.New(time.Now()),
		Author:        author,
		Note: &vignettev1.Note_Rewarded{Rewarded: &vignettev1.Rewarded{
			Revision: revision, Rewards: []*vignettev1.Reward{composed}, Change: change.String(),
		}},
	})
	if err != nil {
		return 0, fmt.Errorf("note on episode %s: %w", id, err)
	}
	return revision, nil
}

// noteID is the same for the same note: one that is sent twice is kept once.
func noteID(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return parts[0] + "-n" + hex.EncodeToString(sum.Sum(nil)[:8])
}

// userName is who runs this, as the system knows them.
func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown"
}

// rewardGroup is the episodes of one cell, whatever the repeat.
type rewardGroup struct {
	cell               *vignettev1.Cell
	recorded, composed []float64
	n, missing         int
}

func (r *recomposition) group(cell *vignettev1.Cell) *rewardGroup {
	for _, g := range r.groups {
		if groupName(g.cell) == groupName(cell) {
			return g
		}
	}
	g := &rewardGroup{cell: cell}
	r.groups = append(r.groups, g)
	return g
}

func (g *rewardGroup) add(recorded, composed *vignettev1.Reward) {
	g.n++
	if value, ok := rewards.Value(recorded); ok {
		g.recorded = append(g.recorded, value)
	}
	if value, ok := rewards.Value(composed); ok {
		g.composed = append(g.composed, value)
	} else {
		g.missing++
	}
}

// groupName is a cell without its repeat.
func groupName(cell *vignettev1.Cell) string {
	parts := []string{line(cell.GetScenario())}
	for _, level := range cell.GetFactors() {
		parts = append(parts, line(level.GetFactor())+"="+line(level.GetLevel()))
	}
	return strings.Join(parts, ", ")
}

// fitted is what fitting came to, none where it was not asked for.
func (r *recomposition) fitted() []rewards.Fitted {
	if r.fit == nil {
		return nil
	}
	return r.fit.Fitted()
}
