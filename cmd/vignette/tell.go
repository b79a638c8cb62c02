package main

import (
	"maps"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/summary"
)

// runTeller tells about a run while it goes.
type runTeller interface {
	launch(*planning.Planner)
	episode(index int, state *episode.State, status *vignettev1.RunStatus, spent projection.Spent)
	done(runResult)
}

// runResult is what is known at the end of a run. Of the episodes it keeps one to show.
type runResult struct {
	planner *planning.Planner
	status  *vignettev1.RunStatus
	summary summary.Summary
	// spending is what calls to models came to; nil where nobody looked.
	spending *projection.Spending

	// usage is what the episodes' time went into; nothing where nobody looked.
	usage projection.Usage

	shown   *episode.State
	shownAt int
}

// failures counts why episodes failed, in words for people.
func (r *runResult) failures() map[string]int {
	out := map[string]int{}
	for message, n := range r.summary.Failures {
		out[spokenPlain(message)] += n
	}
	return out
}

// commonest is why most of the episodes that failed did, and how many they are.
func (r *runResult) commonest() (why string, n int) {
	failures := r.failures()
	for _, message := range slices.Sorted(maps.Keys(failures)) {
		if failures[message] > n {
			why, n = message, failures[message]
		}
	}
	return why, n
}

// consider takes an episode for the one to show if it is better than the one before, in whatever order they end.
func (r *runResult) consider(index int, state *episode.State) {
	if state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK && (r.shown == nil || r.better(index)) {
		r.shown, r.shownAt = state, index
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
