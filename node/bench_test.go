package node_test

import (
	"context"
	"testing"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/scenarios"
)

// BenchmarkRun plays the library over and over with the builtin minds: one operation is one episode, with everything that
// belongs to it. It reports turns per second beside the usual figures.
func BenchmarkRun(b *testing.B) {
	ctx := context.Background()
	n, err := node.Open(ctx, node.Config{Dir: b.TempDir(), Version: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := n.Close(ctx); err != nil {
			b.Error(err)
		}
	}()
	if err := n.HostBuiltin(ctx); err != nil {
		b.Fatal(err)
	}
	all, err := scenarios.Library()
	if err != nil {
		b.Fatal(err)
	}
	runner := n.Runner()
	planner, err := runner.Prepare(ctx, runs.Design{Scenarios: all, Repeats: b.N/len(all) + 1, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	turns := 0
	b.ReportAllocs()
	b.ResetTimer()
	if err := runner.Play(ctx, planner, runs.Options{Each: func(_ int, state *episode.State) { turns += len(state.Turns()) }}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(turns)/b.Elapsed().Seconds(), "turns/s")
}
