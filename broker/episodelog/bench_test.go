package episodelog_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// BenchmarkAppend appends events of 1 KB: acknowledged, each with the expected last sequence of its play.
func BenchmarkAppend(b *testing.B) {
	_, l := open(b, b.TempDir())
	ctx := context.Background()
	turn := event("e")
	turn.Event = &vignettev1.EpisodeEvent_Failed{Failed: &vignettev1.EpisodeFailed{Message: strings.Repeat("x", 1000)}}
	b.Run("callers=1", func(b *testing.B) {
		b.ReportAllocs()
		var last uint64
		var err error
		episode := fmt.Sprintf("one-%d", b.N)
		for b.Loop() {
			if last, err = l.Append(ctx, "r", episode, turn, last); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("callers=64", func(b *testing.B) {
		b.SetParallelism(32)
		b.ReportAllocs()
		var mu sync.Mutex
		n := 0
		b.RunParallel(func(p *testing.PB) {
			mu.Lock()
			n++
			episode := fmt.Sprintf("many-%d-%d", b.N, n)
			mu.Unlock()
			var last uint64
			var err error
			for p.Next() {
				if last, err = l.Append(ctx, "r", episode, turn, last); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

// BenchmarkRun reads a run of 10,000 events; one operation is the whole run.
func BenchmarkRun(b *testing.B) {
	_, l := open(b, b.TempDir())
	ctx := context.Background()
	last := make([]uint64, 100)
	for i := range 10_000 {
		last[i%100] = appended(b, l, "r", fmt.Sprintf("ep%d", i%100), fmt.Sprint(i), last[i%100])
	}
	for b.Loop() {
		n := 0
		for _, err := range l.Run(ctx, "r") {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 10_000 {
			b.Fatalf("%d entries", n)
		}
	}
}
