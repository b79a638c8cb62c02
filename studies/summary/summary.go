// Package summary is a run in the numbers that are told of it wherever it is shown: its table, its comparisons, what the self-check
// found, how reward goes with what came of it for the others. A [Builder] takes in the episodes of a run, while it is played or when
// it is read; what it comes to is small, hangs on nothing but the run's log, and comes through JSON unchanged, so that it can be kept
// (see [projection.Kept]).
//
// It is pure but for the reader it is given. Start reading at [Summary].
package summary

import (
	"context"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Summary is what a run's episodes come to.
type Summary struct {
	// Groups are the rows of the run's table, Comparisons what each level does; see [studies.Table].
	Groups      []studies.Group
	Comparisons []studies.Comparison
	// Gap is how far what models report about themselves is from what was computed for them.
	Gap studies.Gap
	// Relations are how the focal role's reward goes with what came of it for the others.
	Relations []outcomes.Relation
	// Warnings are the self-check, in sentences.
	Warnings []string
	// Failures counts why episodes failed, by the message.
	Failures map[string]int
	// Times is what the episodes' time went into, all together, in microseconds.
	Times Times
}

// Times are those of an episode, added up.
type Times struct{ Wall, Agents, Evaluators, Human, Waiting int64 }

// Proto is the sum as times are handed on.
func (t Times) Proto() *vignettev1.EpisodeTimes {
	return &vignettev1.EpisodeTimes{Wall: t.Wall, Agents: t.Agents, Evaluators: t.Evaluators, Human: t.Human, Waiting: t.Waiting}
}

func (t *Times) add(o *vignettev1.EpisodeTimes) {
	t.Wall += o.GetWall()
	t.Agents += o.GetAgents()
	t.Evaluators += o.GetEvaluators()
	t.Human += o.GetHuman()
	t.Waiting += o.GetWaiting()
}

// Begun is the number of episodes that were begun.
func (s Summary) Begun() int {
	n := 0
	for _, g := range s.Groups {
		n += g.Started
	}
	return n
}

// Builder takes in the episodes of a run, in any order. It keeps a few numbers of each.
type Builder struct {
	planner  *planning.Planner
	table    *studies.Table
	reports  studies.Reports
	mismatch outcomes.Mismatch
	failures map[string]int
	times    Times
}

// New returns a builder for a run.
func New(planner *planning.Planner) *Builder {
	b := &Builder{planner: planner, table: studies.NewTable(planner.Manifest())}
	b.table.Declare(planner.Manifest().GetEvaluators())
	return b
}

// Add takes in the episode at a place of the design.
func (b *Builder) Add(index int, state *episode.State) { b.AddFigures(index, figures.Of(state)) }

// AddFigures is Add for an episode of which only the figures are at hand.
func (b *Builder) AddFigures(index int, f *vignettev1.EpisodeFigures) {
	cell := b.planner.Cell(index)
	b.table.AddFigures(index, cell, f)
	b.reports.AddFigures(index, f)
	b.mismatch.AddFigures(index, cell.GetScenario(), f)
	b.times.add(f.GetTimes())
	if f.GetFailure() != "" {
		if b.failures == nil {
			b.failures = map[string]int{}
		}
		b.failures[f.GetFailure()]++
	}
}

// Summary is what the episodes taken in come to.
func (b *Builder) Summary() Summary {
	return Summary{
		Groups: b.table.Groups(), Comparisons: b.table.Comparisons(), Gap: b.reports.Gap(), Relations: b.mismatch.Relations(),
		Warnings: b.table.Warnings(b.planner.Manifest()), Failures: b.failures, Times: b.times,
	}
}

// Of returns the summary of a run as it stands in the log. That of a large run is kept until something is written about the run;
// each sees the episodes where they have to be read for it, all in the design's order, and otherwise none.
func Of(ctx context.Context, reader *projection.Reader, planner *planning.Planner, each func(projection.Figured)) (Summary, error) {
	return projection.Kept(ctx, reader, planner, "summary", func() (Summary, error) { return Read(ctx, reader, planner, each) })
}

// Read is Of for whoever wants to see each episode in any case.
func Read(ctx context.Context, reader *projection.Reader, planner *planning.Planner, each func(projection.Figured)) (Summary, error) {
	b := New(planner)
	for f, err := range reader.Figures(ctx, planner, figures.Of) {
		if err != nil {
			return Summary{}, err
		}
		b.AddFigures(f.Index, f.Figures)
		each(f)
	}
	return b.Summary(), nil
}
