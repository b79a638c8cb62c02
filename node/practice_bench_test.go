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

// BenchmarkPractice has 200 trainees with sessions open, with feedback after each turn: one operation is one turn, its answer and its
// feedback. All wait for an answer at the same time, none of them thinking, or ten do, which is what 200 come to who think for twenty
// seconds and wait for one. It reports how long the slowest in a hundred waited, and the memory of all sessions.
func BenchmarkPractice(b *testing.B) {
	b.Run("waiting=200", func(b *testing.B) { benchmarkPractice(b, 200) })
	b.Run("waiting=10", func(b *testing.B) { benchmarkPractice(b, 10) })
}

func benchmarkPractice(b *testing.B, waiting int) {
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
	room := make(chan struct{}, waiting)
	for i := range trainees {
		wait.Go(func() {
			for range (b.N - i + trainees - 1) / trainees {
				room <- struct{}{}
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
				<-room
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
