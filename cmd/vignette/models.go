package main

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// modelFlags say which models are asked, and on what terms.
type modelFlags struct {
	model     string
	noCache   bool
	replay    bool
	dryRun    bool
	maxCost   float64
	maxTokens int64
}

func (f *modelFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.model, "model", "", "who is played and judged by which model: MODEL for all, or WHO=MODEL,...")
	f.addTerms(cmd)
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "play nothing; print cells, calls, tokens and cost as they are to be expected")
}

// addTerms adds what is said about the terms on which models are asked.
func (f *modelFlags) addTerms(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noCache, "no-cache", false, "ask models anew, also what is on record")
	cmd.Flags().BoolVar(&f.replay, "replay", false, "use recorded answers only and contact no endpoint")
	cmd.Flags().Float64Var(&f.maxCost, "max-cost", 0, "pause before it costs more, in the currency of the prices in vignette.yaml")
	cmd.Flags().Int64Var(&f.maxTokens, "max-tokens", 0, "pause before it uses more tokens, in and out")
}

func (f *modelFlags) check() error {
	switch {
	case f.noCache && f.replay:
		return usagef("--no-cache asks everything anew, --replay asks nothing: give one of them")
	case f.maxCost < 0:
		return usagef("--max-cost is %v; it must not be negative", f.maxCost)
	case f.maxTokens < 0:
		return usagef("--max-tokens is %d; it must not be negative", f.maxTokens)
	}
	return nil
}

// terms are on what terms models may be asked.
func (f *modelFlags) terms(cmd *cobra.Command) conductor.Terms {
	var terms conductor.Terms
	switch {
	case f.noCache:
		terms.Recorded = vignettev1.RecordedAnswers_RECORDED_ANSWERS_IGNORE
	case f.replay:
		terms.Recorded = vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY
	}
	if cmd.Flags().Changed("max-cost") {
		terms.MaxCost = &f.maxCost
	}
	if cmd.Flags().Changed("max-tokens") {
		terms.MaxTokens = &f.maxTokens
	}
	return terms
}

// settingsFile is the file that describes model endpoints; "" means vignette.yaml where it is.
func settingsFile(cmd *cobra.Command) string {
	if file, _ := cmd.Flags().GetString("config"); file != "" {
		return file
	}
	return os.Getenv("VIGNETTE_CONFIG")
}

// hostMinds hosts everybody who plays and judges, by rules and through models, and the gateway to models if any endpoint is
// configured.
func hostMinds(ctx context.Context, cmd *cobra.Command, n *node.Node) error {
	if err := n.HostBuiltin(ctx); err != nil {
		return err
	}
	return n.HostModels(ctx, settingsFile(cmd))
}

// meter follows what a run's calls to models come to.
type meter struct {
	ctx   context.Context
	calls node.Calls
	run   string
	end   func() error

	mu  sync.Mutex
	now projection.Spent
}

// readMeter begins to follow a run's calls; those that were made before, if it is resumed, are in it. It costs nothing where no
// model is asked.
func readMeter(ctx context.Context, n *node.Node, planner *planning.Planner) (*meter, error) {
	m := &meter{ctx: context.WithoutCancel(ctx), calls: n.Calls(), run: planner.Manifest().GetRun()}
	if !planner.AsksModels() {
		return m, nil
	}
	var err error
	m.end, err = m.calls.Watch(m.run, func(call *vignettev1.ModelCall) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.now.Add(call)
	})
	return m, err
}

func (m *meter) total() projection.Spent {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// spending is what the run's calls came to, from the books.
func (m *meter) spending() (*projection.Spending, error) {
	if m.end == nil {
		return &projection.Spending{}, nil
	}
	return projection.ReadSpending(m.ctx, m.calls, m.run, "")
}

func (m *meter) stop() {
	if m.end != nil {
		_ = m.end() // fails only when the connection is gone
	}
}

// tokens shows a number of tokens.
func tokens(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprint(n)
	case n < 10_000_000:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	default:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	}
}

// money shows a cost; what is not known is a dash, never a zero.
func money(spent projection.Spent) string {
	switch {
	case spent.Calls == spent.Recorded:
		return "0"
	case spent.Unpriced == 0:
		return fmt.Sprintf("%.4g", spent.Cost)
	case spent.Cost == 0:
		return "-"
	default:
		return fmt.Sprintf(">= %.4g", spent.Cost)
	}
}
