package runs

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Fork says where to branch off an episode, and how.
type Fork struct {
	// Origin is the run of the episode and Index its place in that run's design.
	Origin *planning.Planner
	Index  int
	// Turn is the index of the first turn that is not copied, from 0 to the number of turns.
	Turn int
	// Say are words for that turn, in place of what the role would say; "" asks the role.
	Say string
	// Branches is how many there are; 0 means 1. With more than one, each draws anew.
	Branches int
	// Reseed draws anew with one branch too.
	Reseed bool
	// Seed of the new draws.
	Seed uint64
}

// maxSay is the most that can be said in a turn, in bytes.
const maxSay = 20000

// PrepareFork makes a run of the branches of an episode, writes its manifest and returns the planner; [Runner.Play] plays it.
// Nothing has been copied or played when it returns.
//
// Errors: what is wrong with the turn or the words; those of [Runner.Prepare].
func (r *Runner) PrepareFork(ctx context.Context, fork Fork) (*planning.Planner, error) {
	planner, err := r.planFork(ctx, fork)
	if err != nil {
		return nil, err
	}
	return planner, r.commit(ctx, planner)
}

// planFork is all of PrepareFork but the writing.
func (r *Runner) planFork(ctx context.Context, fork Fork) (*planning.Planner, error) {
	if fork.Turn < 0 || len(fork.Say) > maxSay {
		return nil, fmt.Errorf("turn %d, %d bytes to say: turns count from 0, and at most %d bytes can be said", fork.Turn, len(fork.Say), maxSay)
	}
	origin, err := fork.Origin.Plan(fork.Index)
	if err != nil {
		return nil, err
	}
	manifest := r.forked(fork, origin)
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, err
	}
	needed, err := survey(planner)
	if err != nil {
		return nil, err
	}
	if err := r.introduce(ctx, manifest, needed); err != nil {
		return nil, err
	}
	if planner, err = planning.New(manifest); err != nil { // now that it is known who judges what
		return nil, err
	}
	plan, err := planner.Plan(0)
	if err != nil {
		return nil, err
	}
	played, err := r.played(ctx, origin)
	if err != nil {
		return nil, err
	}
	_, err = plan.Opening(origin, played)
	return planner, err
}

// forked is the manifest of a fork: that of its origin, brought down to the one cell, with a repeat for each branch.
func (r *Runner) forked(fork Fork, origin *episode.Plan) *vignettev1.Manifest {
	manifest := proto.CloneOf(fork.Origin.Manifest())
	branches := max(1, fork.Branches)
	manifest.SchemaVersion, manifest.Run, manifest.CreatedAt = episode.SchemaVersion, r.newRunID(), timestamppb.New(r.Clock.Now())
	manifest.ProgramVersion, manifest.Repeats, manifest.Extends = r.Version, int32(branches), ""
	manifest.Agents, manifest.Evaluators = nil, nil
	manifest.Scenarios = slices.DeleteFunc(manifest.GetScenarios(), func(s *vignettev1.Scenario) bool { return s.GetId() != origin.Cell.GetScenario() })
	manifest.Sources = slices.DeleteFunc(manifest.GetSources(), func(s *vignettev1.ScenarioSource) bool { return s.GetScenario() != origin.Cell.GetScenario() })
	if practice := manifest.GetPractice(); practice != nil && practice.GetSession() == "" {
		practice.Session = origin.Run // a session keeps the name of its first run
	}
	settle(manifest.GetFactors(), origin.Cell)
	for _, scenario := range manifest.GetScenarios() {
		settle(scenario.GetFactors(), origin.Cell)
	}
	seeds := make([]uint64, branches)
	for i := range seeds {
		seeds[i] = origin.BranchSeed()
	}
	if branches > 1 || fork.Reseed {
		seeds = episode.BranchSeeds(fork.Seed, origin.BranchSeed(), fork.Turn, branches)
	}
	repeat := origin.Cell.GetRepeat()
	if origin.Fork != nil {
		repeat = origin.Fork.GetRepeat() // A branch has the luck of what it branched off.
	}
	manifest.Fork = &vignettev1.Fork{
		Run: origin.Run, Episode: origin.Episode, Repeat: repeat, Turns: int32(fork.Turn), BranchSeeds: seeds,
	}
	if fork.Say != "" {
		manifest.Fork.Say = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: fork.Say}
	}
	return manifest
}

// settle leaves each factor the level that it has in a cell.
func settle(factors []*vignettev1.Factor, cell *vignettev1.Cell) {
	for _, factor := range factors {
		for _, at := range cell.GetFactors() {
			i := slices.IndexFunc(factor.GetLevels(), func(l *vignettev1.Level) bool { return l.GetName() == at.GetLevel() })
			if at.GetFactor() == scenarios.Label(factor) && i >= 0 {
				factor.Levels = factor.Levels[i : i+1]
			}
		}
	}
}

// played are the events of an episode of another run.
func (r *Runner) played(ctx context.Context, plan *episode.Plan) ([]*vignettev1.EpisodeEvent, error) {
	if r.History == nil {
		return nil, fmt.Errorf("episode %s cannot be copied from: this runner has no history", plan.Episode)
	}
	entries, err := r.History.Play(ctx, plan.Run, plan.Episode)
	if err != nil {
		return nil, fmt.Errorf("episode %s, which is to be copied from: %w", plan.Episode, err)
	}
	events := make([]*vignettev1.EpisodeEvent, 0, len(entries))
	for _, entry := range entries {
		events = append(events, entry.Event)
	}
	return events, nil
}

// originOf returns the planner of the run that a run copies from, nil when it copies from none.
func (r *Runner) originOf(ctx context.Context, manifest *vignettev1.Manifest) (*planning.Planner, error) {
	run := manifest.GetFork().GetRun()
	if run == "" {
		run = manifest.GetExtends()
	}
	if run == "" {
		return nil, nil
	}
	if r.History == nil {
		return nil, fmt.Errorf("run %s copies from run %s: this runner has no history", manifest.GetRun(), run)
	}
	origin, err := r.History.Manifest(ctx, run)
	if err != nil {
		return nil, fmt.Errorf("run %s copies from run %s, which cannot be read: %w", manifest.GetRun(), run, err)
	}
	return planning.New(origin)
}

// opening is what of an episode's beginning is still to be copied from the run of origin, when recorded events are in its log.
func (r *Runner) opening(ctx context.Context, origin *planning.Planner, plan *episode.Plan, recorded int) ([]*vignettev1.EpisodeEvent, error) {
	if origin == nil {
		return nil, nil
	}
	id := plan.Fork.GetEpisode()
	if plan.Fork == nil {
		id = episode.ID(origin.Manifest().GetRun(), plan.Cell)
	}
	index, there := origin.Index(id)
	if !there {
		return nil, nil // a new cell
	}
	from, err := origin.Plan(index)
	if err != nil {
		return nil, err
	}
	if plan.Fork == nil && !proto.Equal(from.Scenario, plan.Scenario) {
		return nil, nil // It goes by the same name and is another.
	}
	played, err := r.played(ctx, from)
	if err != nil || len(played) == 0 {
		return nil, err
	}
	opening, err := plan.Opening(from, played)
	if err != nil {
		return nil, err
	}
	return opening[min(recorded, len(opening)):], nil
}
