package node_test

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/summary"
)

// BenchmarkEpisodes says what an episode of four turns costs in runs of a hundred, a thousand and ten thousand: CPU time, disk (the log and
// its index), the most memory that the Go runtime held while they were played, and what a table of the run takes when it is read for the
// first time and when it is at hand.
func BenchmarkEpisodes(b *testing.B) {
	for _, episodes := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint("episodes=", episodes), func(b *testing.B) {
			for b.Loop() {
				playFour(b, episodes)
			}
		})
	}
}

func playFour(b *testing.B, episodes int) {
	ctx, dir := context.Background(), b.TempDir()
	scenario, err := scenarios.Load("../examples/scale/four-turns.yaml")
	if err != nil {
		b.Fatal(err)
	}
	n, err := node.Open(ctx, node.Config{Dir: dir, Version: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	if err := n.HostBuiltin(ctx); err != nil {
		b.Fatal(err)
	}
	runner := n.Runner()
	planner, err := runner.Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: episodes, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	before, most, played := cpuTime(b), uint64(0), 0
	look := func(int, *episode.State) {
		if played++; played%max(1, episodes/50) == 0 {
			most = max(most, held())
		}
	}
	if err := runner.Play(ctx, planner, runs.Options{Each: look}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(1000*(cpuTime(b)-before).Seconds()/float64(episodes), "cpu-ms/episode")
	b.ReportMetric(float64(most)/(1<<20), "MiB-held")
	if _, err := n.Reader().Status(ctx, planner); err != nil { // brings the index to the end of the log
		b.Fatal(err)
	}
	for _, name := range []string{"cpu-ms/table-read", "cpu-ms/table-again"} {
		before := cpuTime(b)
		if _, err := summary.Of(ctx, n.Reader(), planner, func(projection.Figured) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(1000*(cpuTime(b)-before).Seconds(), name)
	}
	if err := n.Close(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(sizeOf(b, dir))/1000/float64(episodes), "KB/episode")
}

// held is what the runtime has from the system and has not given back.
func held() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}

func sizeOf(b *testing.B, dir string) (bytes int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return bytes
}
