package runs_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// another is a runner of another process on the same broker.
func (b *bench) another(name string) *runs.Runner {
	r := &runs.Runner{
		Queue: b.stage.Queue(), Log: b.stage.Log, History: b.stage.Log, Directory: b.stage, Clock: clock{}, Worker: name, Version: "test",
		NewID: func() string { return name + b.NewID() },
	}
	return r
}

// helping runs a worker until the returned function is called, which says how many episodes came to rest in it.
func helping(t *testing.T, r *runs.Runner) (end func() int) {
	t.Helper()
	var played atomic.Int64
	drain := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		err := r.Work(context.Background(), runs.Work{Workers: 3, Drain: drain, Rested: func(string, *episode.State) { played.Add(1) }})
		if err != nil {
			t.Error(err)
		}
	})
	return func() int {
		close(drain)
		wait.Wait()
		return int(played.Load())
	}
}

// With any number of workers elsewhere each episode is told once, and the digest is that of one process.
func TestWorkersElsewhere(t *testing.T) {
	d := design(20)
	alone := newBench(t)
	alone.Queue = nil
	planned, _ := alone.play(t, d, runs.Options{Workers: 4})
	b := newBench(t)
	first, second := helping(t, b.another("x")), helping(t, b.another("y"))
	told := map[int]int{}
	got, _ := b.play(t, d, runs.Options{Workers: 1, Each: func(i int, _ *episode.State) { told[i]++ }})
	elsewhere := first() + second()
	if got.GetDigest() != planned.GetDigest() || got.GetDigest() == "" {
		t.Errorf("digest %s with workers elsewhere, %s without a queue", got.GetDigest(), planned.GetDigest())
	}
	if elsewhere == 0 {
		t.Error("the workers elsewhere have played nothing")
	}
	for place, n := range told {
		if n != 1 {
			t.Errorf("place %d was told %d times", place, n)
		}
	}
	if len(told) != int(got.GetTotal()) {
		t.Errorf("%d of %d were told", len(told), got.GetTotal())
	}
}

// cutInCall begins a run of one worker and cuts it off in the middle of a call, n times.
func (b *bench) cutInCall(t *testing.T, n int) *planning.Planner {
	t.Helper()
	planner, err := b.Prepare(context.Background(), design(1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		ctx, cancel := context.WithCancel(context.Background())
		b.agent.fails = func(*vignettev1.Observation) error { cancel(); <-ctx.Done(); return ctx.Err() }
		if i == 0 {
			err = b.Play(ctx, planner, runs.Options{Workers: 1, Tries: 100})
		} else {
			err = b.Resume(ctx, planner, b.stage.Log, runs.Options{Workers: 1, Tries: 100})
		}
		cancel()
		if err == nil {
			t.Fatal("a run that was cut off returned no error")
		}
	}
	b.agent.fails = nil
	return planner
}

// An episode that worker after worker dies of is parked with the reason, the others are played, and it is tried again on request.
func TestParked(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	planner := b.cutInCall(t, 4) // begun once, then taken over three times in vain
	run := planner.Manifest().GetRun()
	got, err := b.resumed(t, planner, runs.Options{Workers: 1, Tries: 3})
	if err != nil || got.GetOk() != 1 || got.GetUnfinished() != 1 {
		t.Fatalf("%v, %v; want one played and one left", got, err)
	}
	parked, err := b.Queue.Parked(ctx, run)
	if err != nil || len(parked) != 1 || parked[0].GetTries() != 3 || !strings.Contains(parked[0].GetReason(), "recorded nothing") {
		t.Fatalf("parked: %v, %v", parked, err)
	}
	if counts, err := b.Queue.ParkedCounts(ctx); err != nil || counts[run] != 1 {
		t.Errorf("counted: %v, %v", counts, err)
	}
	if again, err := b.resumed(t, planner, runs.Options{Tries: 3}); err != nil || again.GetUnfinished() != 1 {
		t.Errorf("resumed without being asked for it: %v, %v", again, err)
	}
	if n, err := b.Queue.Unpark(ctx, run); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if done, err := b.resumed(t, planner, runs.Options{Tries: 3}); err != nil || done.GetOk() != 2 || done.GetDigest() != undisturbed(t, design(1)) {
		t.Errorf("resumed on request: %v, %v", done, err)
	}
}

// A run whose owner is gone is finished by workers, on the terms that it was begun on.
func TestWorkersFinishWhatIsLeft(t *testing.T) {
	d := design(5)
	b := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	planner, err := b.Prepare(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	run := planner.Manifest().GetRun()
	order := &vignettev1.WorkOrder{Run: run, MaxTokens: proto.Int64(5), Recorded: vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY}
	if err := b.Queue.SetOrder(ctx, order); err != nil {
		t.Fatal(err)
	}
	cancel()
	asked := make(chan *vignettev1.ModelAccount, 1)
	b.agent.fails = func(o *vignettev1.Observation) error {
		select {
		case asked <- o.GetAccount():
		default:
		}
		return nil
	}
	ctx = context.Background()
	end := helping(t, b.another("x"))
	for place := range planner.Len() {
		if err := b.Queue.Add(ctx, run, &vignettev1.WorkItem{Place: int32(place)}); err != nil {
			t.Fatal(err)
		}
	}
	order.Filled = true
	if err := b.Queue.SetOrder(ctx, order); err != nil {
		t.Fatal(err)
	}
	for { // until the worker says that the run is at rest
		left, err := b.Queue.Order(ctx, run)
		if err != nil {
			t.Fatal(err)
		}
		if left == nil {
			break
		}
	}
	if n := end(); n != planner.Len() {
		t.Errorf("%d of %d came to rest", n, planner.Len())
	}
	if account := <-asked; account.GetMaxTokens() != 5 || account.GetRecorded() != order.GetRecorded() {
		t.Errorf("asked on the terms %v", account)
	}
	got, err := projection.NewReader(b.stage.Log).Status(ctx, planner)
	if err != nil || got.GetDigest() != undisturbed(t, d) {
		t.Errorf("%v, %v", got, err)
	}
}

// A paused run is paused for workers elsewhere too: what they hold goes back.
func TestPauseReachesWorkersElsewhere(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	planner, err := b.Prepare(ctx, design(10))
	if err != nil {
		t.Fatal(err)
	}
	control := runs.NewControl()
	var once sync.Once
	var atPause atomic.Int64
	b.agent.fails = func(*vignettev1.Observation) error {
		once.Do(func() {
			control.Pause("by hand")
			for { // the answer to this question waits until everybody has been told
				order, err := b.Queue.Order(ctx, planner.Manifest().GetRun())
				if err != nil || order.GetHalted() == "by hand" {
					break
				}
			}
			atPause.Store(b.agent.asked.Load())
			go control.Cancel()
		})
		return nil
	}
	end := helping(t, b.another("x"))
	var paused *conductor.PausedError
	if err := b.Play(ctx, planner, runs.Options{Workers: 1, Control: control}); err != nil && !asPaused(err, &paused) {
		t.Fatal(err)
	}
	end()
	got, err := projection.NewReader(b.stage.Log).Status(ctx, planner)
	if err != nil || got.GetUnfinished() == 0 || b.agent.asked.Load() > atPause.Load()+8 {
		t.Errorf("%v, %v; asked %d times, %d by the pause", got, err, b.agent.asked.Load(), atPause.Load())
	}
}

func asPaused(err error, paused **conductor.PausedError) bool { return errors.As(err, paused) }
