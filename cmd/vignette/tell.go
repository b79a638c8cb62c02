package main

import (
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// runTeller tells about a run while it goes.
type runTeller interface {
	launch(*planning.Planner)
	episode(index int, state *episode.State, status *vignettev1.RunStatus, spent projection.Spent)
	done(runResult)
}

// runResult is what is known at the end of a run. Of the episodes it keeps numbers and one episode to show.
type runResult struct {
	planner *planning.Planner
	status  *vignettev1.RunStatus
	table   *studies.Table
	reports studies.Reports
	// mismatch is how rewards go with what came of episodes for the others.
	mismatch outcomes.Mismatch
	// spending is what calls to models came to; nil where nobody looked.
	spending *projection.Spending

	// usage is what the episodes' time went into; nothing where nobody looked.
	usage projection.Usage

	shown   *episode.State
	shownAt int
	// failures counts why episodes failed.
	failures map[string]int
}

func newRunResult(planner *planning.Planner) runResult {
	result := runResult{planner: planner, table: studies.NewTable(planner.Manifest())}
	result.table.Declare(planner.Manifest().GetEvaluators())
	return result
}

// commonest is why most of the episodes that failed did, and how many they are.
func (r *runResult) commonest() (why string, n int) {
	for _, message := range slices.Sorted(maps.Keys(r.failures)) {
		if r.failures[message] > n {
			why, n = message, r.failures[message]
		}
	}
	return why, n
}

// add takes in an episode, in whatever order they end.
func (r *runResult) add(index int, state *episode.State) {
	r.addFigures(index, figures.Of(state))
	if state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK && (r.shown == nil || r.better(index)) {
		r.shown, r.shownAt = state, index
	}
}

// addFigures is add for an episode that is not to be shown.
func (r *runResult) addFigures(index int, f *vignettev1.EpisodeFigures) {
	cell := r.planner.Cell(index)
	r.table.AddFigures(index, cell, f)
	r.reports.AddFigures(index, f)
	r.mismatch.AddFigures(index, cell.GetScenario(), f)
	if f.GetFailure() != "" {
		if r.failures == nil {
			r.failures = map[string]int{}
		}
		r.failures[spokenPlain(f.GetFailure())]++
	}
}

// better says whether an episode makes the better excerpt: the last group of the first scenario, its first repeat. The
// choice hangs on the design alone, never on what came out.
func (r *runResult) better(index int) bool {
	cell, shown := r.planner.Cell(index), r.planner.Cell(r.shownAt)
	first := r.planner.Cell(0).GetScenario()
	if (cell.GetScenario() == first) != (shown.GetScenario() == first) {
		return cell.GetScenario() == first
	}
	if cell.GetRepeat() != shown.GetRepeat() {
		return cell.GetRepeat() < shown.GetRepeat()
	}
	return index > r.shownAt
}
