package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/studies/summary"
)

// runLook is a run being looked at, for its page or as JSON.
type runLook struct {
	cmd     *cobra.Command
	planner *planning.Planner
	out     *json.Encoder // takes a record of each episode; nil for a page
	calls   projection.CallTimes

	result     runResult
	count      *projection.Count
	seen       bool       // an episode was
	rows       [][]string // of the first episodes
	unreadable error
	failed     error // why records could not be written
}

// at looks at the run: at each episode where it has to, and else at what is kept of it.
func (l *runLook) at(n *node.Node) (err error) {
	ctx, run := l.cmd.Context(), l.planner.Manifest().GetRun()
	books := projection.Tap{Books: n.Calls(), Each: l.calls.Add}
	if l.result.spending, err = projection.ReadSpending(ctx, books, run, ""); err != nil {
		return err
	}
	read := summary.Of
	if l.out != nil || !l.calls.Empty() {
		read = summary.Read
	}
	if l.result.summary, err = read(ctx, n.Reader(), l.planner, l.episode); err != nil {
		return err
	}
	if l.seen {
		l.result.status = l.count.Status()
		return l.failed
	}
	l.result.usage = l.calls.Of("", l.result.summary.Times.Proto())
	if l.result.status, err = n.Reader().Status(ctx, l.planner); err != nil {
		return err
	}
	for f, err := range n.Reader().Figures(ctx, l.planner, figures.Of) {
		if err != nil {
			return err
		}
		if l.row(f); len(l.rows) == episodesShown {
			break
		}
	}
	return nil
}

// episode takes in the next episode.
func (l *runLook) episode(f projection.Figured) {
	l.seen = true
	l.count.AddFigures(f.Index, f.Figures)
	run, id := l.planner.Manifest().GetRun(), ""
	if !l.calls.Empty() { // an id takes a while to make
		id = episode.ID(run, l.planner.Cell(f.Index))
	}
	usage := l.calls.Of(id, f.Figures.GetTimes())
	l.result.usage.Add(usage)
	if f.Unreadable != nil {
		l.unreadable = tellCutShort(l.cmd, episode.ID(run, l.planner.Cell(f.Index)), int(f.Figures.GetTurns()), f.Unreadable)
	}
	if l.out == nil {
		l.row(f)
		return
	}
	record := figuresRecord(f.Index, run, l.planner.Cell(f.Index), f.Figures)
	record.Usage = usageRecord(usage)
	if err := l.out.Encode(record); err != nil && l.failed == nil {
		l.failed = err
	}
}

// row lists an episode, if it has begun and is one of the first.
func (l *runLook) row(f projection.Figured) {
	if f.Figures.GetPhase() != vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED && len(l.rows) < episodesShown {
		l.rows = append(l.rows, figuresRow(l.planner.Manifest().GetRun(), l.planner.Cell(f.Index), f.Figures))
	}
}
