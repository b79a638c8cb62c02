package main

import (
	"context"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/studies/report"
	"github.com/vignette-sim/vignette/studies/summary"
)

// gathering is how the numbers of a run that is being played are had. Of a small run they are gathered as it goes; those of a large one,
// which would take room for each episode, are read at its end, and kept for whoever looks at the run next.
type gathering struct {
	reader   *projection.Reader
	planner  *planning.Planner
	gathered *summary.Builder // nil for a large run
}

func newGathering(n *node.Node, planner *planning.Planner) gathering {
	g := gathering{reader: n.Reader(), planner: planner}
	if !g.reader.Keeps(planner) {
		g.gathered = summary.New(planner)
	}
	return g
}

// add takes in an episode, in whatever order they end.
func (g gathering) add(index int, state *episode.State) {
	if g.gathered != nil {
		g.gathered.Add(index, state)
	}
}

// summary is what the episodes came to.
func (g gathering) summary(ctx context.Context) (summary.Summary, error) {
	if g.gathered != nil {
		return g.gathered.Summary(), nil
	}
	if _, err := report.Of(ctx, g.reader, g.planner, func(projection.Figured) {}); err != nil { // for the pages of the run
		return summary.Summary{}, err
	}
	return summary.Of(ctx, g.reader, g.planner, func(projection.Figured) {})
}
