package node_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// BenchmarkPractice has 200 trainees talk at once, each in a session of their own with feedback after each turn: one operation is one
// turn, its answer and its feedback. It reports how long the slowest in a hundred waited, and the memory of a session.
func BenchmarkPractice(b *testing.B) {
	const trainees = 200
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
	if _, err := n.HostPractice(ctx, nil); err != nil {
		b.Fatal(err)
	}
	client := n.Directory().Practice()
	before := heapInUse()
	ids, next := make([]string, trainees), make([]int32, trainees)
	start := func(i int) {
		started, err := client.StartSession(ctx, &vignettev1.StartSessionRequest{Library: "ask-for-leave", Seed: uint64(i), Help: vignettev1.HelpLevel_HELP_LEVEL_LIVE})
		if err != nil {
			b.Error(err)
			return
		}
		ids[i], next[i] = started.GetSession().GetSession(), 0
	}
	for i := range trainees {
		start(i)
	}
	var mu sync.Mutex
	var waited []time.Duration
	b.ResetTimer()
	var wait sync.WaitGroup
	for i := range trainees {
		wait.Go(func() {
			for range (b.N - i + trainees - 1) / trainees {
				begun := time.Now()
				stream, err := client.Say(ctx, &vignettev1.SayRequest{Session: ids[i], TurnIndex: next[i], Text: betterWords})
				ended := false
				for err == nil {
					var response *vignettev1.SayResponse
					if response, err = stream.Recv(); err == nil {
						ended = ended || response.GetUpdate().GetSession().GetEnded() != ""
					}
				}
				if !errors.Is(err, io.EOF) {
					b.Error(err)
					return
				}
				took := time.Since(begun)
				mu.Lock()
				waited = append(waited, took)
				mu.Unlock()
				if next[i] += 2; ended {
					start(i)
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	slices.Sort(waited)
	b.ReportMetric(float64(waited[len(waited)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(waited[len(waited)*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(heapInUse()-before)/(1<<20), "MiB/200sessions")
}

func heapInUse() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
