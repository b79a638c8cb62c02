package runs_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// undisturbed is the digest of a design that nothing gets in the way of.
func undisturbed(t *testing.T, d runs.Design) string {
	t.Helper()
	status, _ := newBench(t).play(t, d, runs.Options{Workers: 4})
	return status.GetDigest()
}

// resumed resumes a run and returns its status as the episodes handed out make it.
func (b *bench) resumed(t *testing.T, planner *planning.Planner, options runs.Options) (*vignettev1.RunStatus, error) {
	t.Helper()
	count := projection.NewCount(planner)
	options.Each = func(i int, state *episode.State) { count.Add(i, state) }
	err := b.Resume(context.Background(), planner, b.stage.Log, options)
	return count.Status(), err
}

// A run that was cut off anywhere is finished by Resume, asks for no recorded turn again, and comes to the same digest.
func TestResume(t *testing.T) {
	d := design(10)
	want := undisturbed(t, d)
	for _, cut := range []int64{1, 7, 45, 119} {
		t.Run(fmt.Sprint("cut at turn ", cut), func(t *testing.T) {
			b := newBench(t)
			ctx, cancel := context.WithCancel(context.Background())
			planner, err := b.Prepare(ctx, d)
			if err != nil {
				t.Fatal(err)
			}
			// An answer that nobody waits for any more may still be on its way after the cut, so this is switched off, not taken
			// away.
			var cutting atomic.Bool
			cutting.Store(true)
			b.agent.fails = func(*vignettev1.Observation) error {
				if cutting.Load() && b.agent.asked.Load() >= cut {
					cancel()
				}
				return nil
			}
			if err := b.Play(ctx, planner, runs.Options{Workers: 3}); err == nil {
				t.Fatal("a cut-off run returned no error")
			}
			cutting.Store(false)
			before := b.agent.asked.Load()
			got, err := b.resumed(t, planner, runs.Options{Workers: 3})
			if err != nil || got.GetOk() != got.GetTotal() || got.GetDigest() != want {
				t.Errorf("resumed to %v, %v; want digest %s", got, err, want)
			}
			// Up to three answers were under way when it was cut; everything recorded is asked for once.
			if total := int64(got.GetTurns()); b.agent.asked.Load() > total+3 || b.agent.asked.Load()-before >= total && cut > 3 {
				t.Errorf("%d turns, asked %d times, %d of them before", total, b.agent.asked.Load(), before)
			}
			asked := b.agent.asked.Load()
			if again, err := b.resumed(t, planner, runs.Options{}); err != nil || again.GetDigest() != want || b.agent.asked.Load() != asked {
				t.Errorf("resumed when nothing was missing: %v, %v, asked %d times more", again, err, b.agent.asked.Load()-asked)
			}
		})
	}
}

// An episode that failed is taken up again where it failed.
func TestResumeTakesUpFailures(t *testing.T) {
	b, d := newBench(t), design(2)
	planner, err := b.Prepare(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	b.agent.fails = func(o *vignettev1.Observation) error {
		if o.GetTurnIndex() == 3 {
			return status.Error(codes.Aborted, "no answer")
		}
		return nil
	}
	if err := b.Play(context.Background(), planner, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	b.agent.fails = nil
	if got, err := b.resumed(t, planner, runs.Options{}); err != nil || got.GetFailed() != 0 || got.GetDigest() != undisturbed(t, d) {
		t.Errorf("resumed to %v, %v", got, err)
	}
}

func overBudget() error {
	s, err := status.New(codes.ResourceExhausted, "run r may use 10 tokens and has used 10").
		WithDetails(&errdetails.ErrorInfo{Domain: "models", Reason: "BUDGET"})
	if err != nil {
		panic(err)
	}
	return s.Err()
}

// A run whose budget is used up stands still, fails nothing, and goes on with a higher one.
func TestBudgetPauses(t *testing.T) {
	b, d := newBench(t), design(10)
	planner, err := b.Prepare(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	var told atomic.Int64
	b.agent.fails = func(o *vignettev1.Observation) error {
		if o.GetAccount().MaxTokens == nil {
			return nil
		}
		if told.Add(1) > o.GetAccount().GetMaxTokens() {
			return overBudget()
		}
		return nil
	}
	err = b.Play(context.Background(), planner, runs.Options{Workers: 4, Terms: conductor.Terms{MaxTokens: proto.Int64(33)}})
	if paused := (*conductor.PausedError)(nil); !errors.As(err, &paused) || paused.Reason != "run r may use 10 tokens and has used 10" {
		t.Fatalf("err = %v, want a pause that says why", err)
	}
	status, err := projection.NewReader(b.stage.Log).Status(context.Background(), planner)
	if err != nil || status.GetFailed() != 0 || status.GetUnfinished() == 0 || status.GetTurns() != 33 {
		t.Errorf("paused at %v, %v; want 33 turns and nothing failed", status, err)
	}
	if got, err := b.resumed(t, planner, runs.Options{}); err != nil || got.GetOk() != got.GetTotal() || got.GetDigest() != undisturbed(t, d) {
		t.Errorf("resumed to %v, %v", got, err)
	}
}

// Everybody who is asked is told on whose account, and which draw is meant: the same for both policies that are compared.
func TestAccount(t *testing.T) {
	b, d := newBench(t), design(2)
	terms := conductor.Terms{Recorded: vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY, MaxCost: proto.Float64(1.5)}
	planner, err := b.Prepare(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	b.agent.fails = func(o *vignettev1.Observation) error {
		a := o.GetAccount()
		switch {
		case a.GetRun() != planner.Manifest().GetRun(), a.GetEpisode() != o.GetEpisode(), a.GetWho() != o.GetSelf().GetId(), a.GetKind() != "persona",
			a.GetTask() != "respond", a.TurnIndex == nil, a.GetTurnIndex() != o.GetTurnIndex(), a.GetRecorded() != terms.Recorded, a.GetMaxCost() != 1.5, a.MaxTokens != nil,
			a.GetSample().GetSeed() != d.Seed, a.GetSample().GetRepeat() > 1:
			return status.Errorf(codes.Internal, "account %v", a)
		}
		return nil
	}
	if err := b.Play(context.Background(), planner, runs.Options{Terms: terms}); err != nil {
		t.Fatal(err)
	}
	if got, err := projection.NewReader(b.stage.Log).Status(context.Background(), planner); err != nil || got.GetFailed() > 0 {
		t.Errorf("%v, %v", got, err)
	}
}

// A run that has no room to write stands still before it writes, and goes on when there is room.
func TestNoRoomPauses(t *testing.T) {
	b, d := newBench(t), design(4)
	planner, err := b.Prepare(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	var looked atomic.Int64
	b.Room = func() string {
		if looked.Add(1) > 20 {
			return "the disk is full"
		}
		return ""
	}
	err = b.Play(context.Background(), planner, runs.Options{Workers: 2})
	if paused := (*conductor.PausedError)(nil); !errors.As(err, &paused) || paused.Reason != "the disk is full" || paused.Budget {
		t.Fatalf("err = %v, want a pause that says why", err)
	}
	status, err := projection.NewReader(b.stage.Log).Status(context.Background(), planner)
	if err != nil || status.GetFailed() != 0 || status.GetUnfinished() == 0 || status.GetTurns() > 20 {
		t.Errorf("paused at %v, %v", status, err)
	}
	b.Room = nil
	if got, err := b.resumed(t, planner, runs.Options{}); err != nil || got.GetDigest() != undisturbed(t, d) {
		t.Errorf("resumed to %v, %v", got, err)
	}
}
