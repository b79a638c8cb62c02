package projection_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// called is a call that took from one second of the episode to another.
func called(id, kind string, from, to, waited float64, cost *float64) *vignettev1.ModelCall {
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return &vignettev1.ModelCall{
		Id: id, Account: &vignettev1.ModelAccount{Episode: "e", Kind: kind}, Time: timestamppb.New(noon.Add(seconds(to))), Attempts: 1,
		Latency: durationpb.New(seconds(to - from)), Waiting: durationpb.New(seconds(waited)), Cost: cost,
	}
}

// Time and cost of an episode are told apart by who asked; bids asked for at once count once, a call entered twice once.
func TestUsage(t *testing.T) {
	var calls projection.CallTimes
	for _, call := range []*vignettev1.ModelCall{
		called("1", "client", 0, 10, 2, proto.Float64(0.5)), called("1", "client", 0, 10, 2, proto.Float64(0.5)),
		called("2", "counselor", 5, 10, 0, nil), // beside the first
		called("3", "evaluator", 12, 16, 1, proto.Float64(0.25)),
	} {
		calls.Add(call)
	}
	times := &vignettev1.EpisodeTimes{Wall: 100e6, Agents: 12e6, Evaluators: 5e6, Human: 60e6, Waiting: 7e6}
	got := calls.Of("e", times)
	covering := 10 * time.Second
	waited := time.Duration(float64(covering) * (2.0 / 15)) // 2 of the 15 seconds of both calls, over the 10 they cover
	waitedJudging := time.Second
	want := projection.Usage{
		Wall: 100 * time.Second, Model: 10*time.Second - waited, Judge: 5*time.Second - waitedJudging, Human: time.Minute,
		Waiting: 7*time.Second + waited + waitedJudging, Platform: 100*time.Second - 10*time.Second - 5*time.Second - time.Minute - 7*time.Second,
		ModelCost: 0.5, JudgeCost: 0.25, Calls: 3, Unpriced: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if other := calls.Of("another", times); other.Model != 0 || other.Calls != 0 {
		t.Errorf("another episode has calls: %+v", other)
	}
}

// Whatever the books say, no part is less than nothing and the parts are the whole.
func TestUsageAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.Int64Range(0, 1e9)
		times := &vignettev1.EpisodeTimes{Agents: part.Draw(t, "agents"), Evaluators: part.Draw(t, "evaluators"), Human: part.Draw(t, "human"), Waiting: part.Draw(t, "waiting")}
		times.Wall = times.GetAgents() + times.GetEvaluators() + times.GetHuman() + times.GetWaiting() + part.Draw(t, "own")
		var calls projection.CallTimes
		for range rapid.IntRange(0, 6).Draw(t, "calls") {
			from, took := rapid.Float64Range(0, 900).Draw(t, "from"), rapid.Float64Range(0, 900).Draw(t, "took")
			kind := rapid.SampledFrom([]string{"client", "evaluator"}).Draw(t, "kind")
			calls.Add(called(rapid.StringN(8, 8, -1).Draw(t, "id"), kind, from, from+took, rapid.Float64Range(0, 2000).Draw(t, "waited"), nil))
		}
		u := calls.Of("e", times)
		if sum := u.Model + u.Judge + u.Human + u.Waiting + u.Platform; sum != u.Wall {
			t.Fatalf("parts come to %v, the whole is %v", sum, u.Wall)
		}
		if least := min(u.Model, u.Judge, u.Human, u.Waiting, u.Platform); least < 0 {
			t.Fatalf("a part is %v: %+v", least, u)
		}
	})
}
