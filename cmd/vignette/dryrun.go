package main

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
)

// rehearsed is how many episodes a dry run plays at most. Chosen: enough for a mean, and done in seconds.
const rehearsed = 60

// usualPower is how often the smallest difference is to be found that is promised where nobody says how often.
const usualPower = 0.8

// rehearsal is what a dry run came to.
type rehearsal struct {
	planner  *planning.Planner
	played   int
	turns    int
	spending *projection.Spending
}

// dryRun plays some of the episodes against a scripted endpoint, in a directory that is thrown away, and prints what all of
// them are to be expected to take and can show.
func dryRun(ctx context.Context, cmd *cobra.Command, wanted runs.Design, asJSON bool) (err error) {
	n, err := node.OpenRehearsal(ctx, nodeConfig(cmd), settingsFile(cmd))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(context.WithoutCancel(ctx)); closeErr != nil && err == nil {
			err = closeErr
		}
	}()
	r, err := rehearse(ctx, n, begun(wanted))
	if err != nil {
		return err
	}
	f, err := foresee(ctx, n, wanted, usualPower)
	if err != nil {
		return err
	}
	if asJSON {
		record := r.record()
		record.Pilot, record.Outlook = f.Pilot, f.Outlook
		return writeJSON(cmd, record)
	}
	p := newPage(cmd.OutOrStdout())
	p.rehearsal(r)
	if len(f.Outlook) > 0 {
		p.outlooks(f, usualPower)
	}
	return nil
}

func rehearse(ctx context.Context, n *node.Node, prepare preparation) (*rehearsal, error) {
	planner, run, err := prepare(ctx, n)
	if err != nil {
		return nil, err
	}
	r := &rehearsal{planner: planner}
	options := runs.Options{
		Workers: runs.DefaultWorkers,
		Stride:  (conversations(planner) + rehearsed - 1) / rehearsed,
		Each: func(_ int, state *episode.State) {
			r.played++
			r.turns += len(state.Turns())
		},
	}
	if err := run(ctx, planner, options); err != nil {
		return nil, err
	}
	r.spending, err = projection.ReadSpending(ctx, n.Calls(), planner.Manifest().GetRun(), "")
	if err != nil {
		return nil, err
	}
	r.scale()
	return r, nil
}

// conversations is how many are had; episodes are more where several judges score one.
func conversations(planner *planning.Planner) int {
	n := 0
	for range planner.Conversations(1) {
		n++
	}
	return n
}

// scale takes what some episodes took for what all will.
func (r *rehearsal) scale() {
	factor := float64(r.planner.Len()) / float64(max(1, r.played))
	for i := range r.spending.Parts {
		scaleSpent(&r.spending.Parts[i].Spent, factor)
	}
	scaleSpent(&r.spending.Total, factor)
}

func scaleSpent(s *projection.Spent, factor float64) {
	round := func(n int) int { return int(math.Round(float64(n) * factor)) }
	s.Calls, s.Recorded, s.Attempts, s.Unpriced = round(s.Calls), round(s.Recorded), round(s.Attempts), round(s.Unpriced)
	s.PromptTokens, s.CompletionTokens = int64(round(int(s.PromptTokens))), int64(round(int(s.CompletionTokens)))
	s.Cost *= factor
}

// rehearsal writes what a run is to be expected to take.
func (p *page) rehearsal(r *rehearsal) {
	manifest := r.planner.Manifest()
	p.printf("%s  %s of %s, %.1f turns each; nothing was asked of any model\n", p.bold("dry run"),
		plural(r.planner.Len(), "episode", "episodes"), plural(len(manifest.GetScenarios()), "scenario", "scenarios"), r.turnsEach())
	for i := 0; i < r.planner.Len() && i < cellsShown*int(manifest.GetRepeats()); i += int(manifest.GetRepeats()) {
		p.printf("  %s  x %d\n", cellName(r.planner.Cell(i)), manifest.GetRepeats())
	}
	if more := r.planner.Len()/int(manifest.GetRepeats()) - cellsShown; more > 0 {
		p.printf("  ... and %d more cells\n", more)
	}
	if r.spending.Total.Calls == 0 {
		p.printf("\nNo model is asked: all roles and judges go by rules.\n")
		return
	}
	p.spending(r.spending)
	p.paragraph("  ", "  ", fmt.Sprintf("An estimate, from %s of %d played against a scripted endpoint: prompts are the true ones, answers are as long as it makes them, tokens are characters / 4. What is on record already is not taken off.",
		plural(r.played, "episode", "episodes"), r.planner.Len()))
}

// cellsShown is how many cells of a design a dry run lists.
const cellsShown = 20

func (r *rehearsal) turnsEach() float64 { return float64(r.turns) / float64(max(1, r.played)) }

// rehearsalRecord is a rehearsal as it is written; what it can show is there where something is compared.
type rehearsalRecord struct {
	Type     string     `json:"type"`
	Episodes int        `json:"episodes"`
	Cells    int        `json:"cells"`
	Turns    float64    `json:"turns_each"`
	Played   int        `json:"rehearsed"`
	Models   *jsonSpent `json:"models,omitempty"`
	Pilot    int        `json:"pilot_episodes,omitempty"`
	Outlook  []outlook  `json:"outlook,omitempty"`
}

func (r *rehearsal) record() rehearsalRecord {
	return rehearsalRecord{
		Type: "dry_run", Episodes: r.planner.Len(), Cells: r.planner.Len() / int(r.planner.Manifest().GetRepeats()), Turns: r.turnsEach(), Played: r.played,
		Models: spendingRecord(r.spending),
	}
}
