package conductor_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/internal/stage"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scriptedAgent answers with the frames its script gives for a turn.
type scriptedAgent struct {
	vignettev1.UnimplementedAgentServiceServer
	mu     sync.Mutex
	calls  int
	script func(call int, o *vignettev1.Observation) ([]*vignettev1.RespondResponse, error)
	probe  func() (*vignettev1.ProbeAnswer, error)
	bid    func(o *vignettev1.Observation) (float64, error)
}

func (a *scriptedAgent) Bid(_ context.Context, r *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
	bid, err := a.bid(r.GetObservation())
	return &vignettev1.BidResponse{Bid: bid}, err
}

func (a *scriptedAgent) Respond(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	a.mu.Lock()
	a.calls++
	call := a.calls
	a.mu.Unlock()
	frames, err := a.script(call, r.GetObservation())
	for _, frame := range frames {
		if err := stream.Send(frame); err != nil {
			return err
		}
	}
	return err
}

func (a *scriptedAgent) Probe(context.Context, *vignettev1.ProbeRequest) (*vignettev1.ProbeResponse, error) {
	answer, err := a.probe()
	return &vignettev1.ProbeResponse{Answer: answer}, err
}

type scriptedEvaluator struct {
	vignettev1.UnimplementedEvaluatorServiceServer
	evaluate func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error)
}

func (e *scriptedEvaluator) Evaluate(_ context.Context, r *vignettev1.EvaluateRequest) (*vignettev1.EvaluateResponse, error) {
	scores, err := e.evaluate(r)
	return &vignettev1.EvaluateResponse{Scores: scores}, err
}

// memory is a log with the one promise that matters here: an append on an old end is refused.
type memory struct {
	mu     sync.Mutex
	events []*vignettev1.EpisodeEvent
	stop   func(n int)
}

var errConflict = errors.New("somebody else wrote")

func (m *memory) Append(_ context.Context, _, _ string, event *vignettev1.EpisodeEvent, expectedLast uint64) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if expectedLast != uint64(len(m.events)) {
		return 0, errConflict
	}
	m.events = append(m.events, proto.CloneOf(event))
	if m.stop != nil {
		m.stop(len(m.events))
	}
	return uint64(len(m.events)), nil
}

// clock stands still and remembers how long it was asked to wait.
type clock struct {
	mu    sync.Mutex
	slept []time.Duration
}

func (c *clock) Now() time.Time { return time.Unix(1_700_000_000, 0) }

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slept = append(c.slept, d)
	return ctx.Err()
}

// theatre is a stage with an agent and an evaluator on it, and a conductor over a log in memory.
type theatre struct {
	*conductor.Conductor
	log   *memory
	clock *clock
	agent *scriptedAgent
	judge *scriptedEvaluator
}

func newTheatre(t *testing.T) *theatre {
	t.Helper()
	s := stage.Open(t)
	th := &theatre{log: &memory{}, clock: &clock{}, agent: &scriptedAgent{script: speaks}, judge: &scriptedEvaluator{evaluate: praises}}
	s.Serve("actor", func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, th.agent) })
	s.Serve("judge", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, th.judge) })
	ids := 0
	th.Conductor = &conductor.Conductor{
		Log: th.log, Clock: th.clock, Worker: "test", Directory: s,
		NewID: func() string { ids++; return fmt.Sprintf("event-%d", ids) },
	}
	return th
}

func newState(change ...func(*vignettev1.Scenario)) *episode.State {
	scenario := &vignettev1.Scenario{
		Id: "s", Language: "en", Focal: "a",
		TurnTaking: vignettev1.TurnTaking_TURN_TAKING_ALTERNATING,
		Stop:       &vignettev1.StopRules{MaxTurns: 4},
		Roles: []*vignettev1.Role{
			{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Agent: "actor", Persona: &vignettev1.Persona{Id: "pa", Name: "Ada"}},
			{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Agent: "actor", Persona: &vignettev1.Persona{Id: "pb", Name: "Bo"}},
		},
		Evaluators: []*vignettev1.EvaluatorUse{{Name: "judge", Role: "a"}},
	}
	for _, c := range change {
		c(scenario)
	}
	cell := &vignettev1.Cell{Scenario: "s"}
	return episode.New(&episode.Plan{
		Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: scenario,
		Luck: map[string]uint64{"a": 1, "b": 2},
		Evaluators: map[string]*vignettev1.EvaluatorDescription{"judge": {
			Name: "judge", Method: "builtin", Dimensions: []*vignettev1.DimensionSpec{{Id: "d", Max: 1, Episode: true}},
		}},
	})
}

func stateFrame(distress float64) *vignettev1.RespondResponse {
	return &vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{
		MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: &distress},
	}}}
}

func deltaFrame(text string) *vignettev1.RespondResponse {
	return &vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Delta{Delta: &vignettev1.DeltaFrame{Text: text}}}
}

func finalFrame(text string, change ...func(*vignettev1.FinalFrame)) *vignettev1.RespondResponse {
	final := &vignettev1.FinalFrame{Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}
	for _, c := range change {
		c(final)
	}
	return &vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: final}}
}

func speaks(_ int, o *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
	text := fmt.Sprintf("This is turn %d of role %s.", o.GetTurnIndex(), o.GetSelf().GetId())
	return []*vignettev1.RespondResponse{stateFrame(30), deltaFrame(text[:5]), deltaFrame(text[5:]), finalFrame(text)}, nil
}

func praises(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	return []*vignettev1.Score{{Dimension: "d", Evaluator: "judge", Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 1}}}}, nil
}

func TestPlay(t *testing.T) {
	s, state := newTheatre(t), newState()
	if err := s.Play(context.Background(), state, 0); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, event := range s.log.events {
		kinds = append(kinds, strings.TrimPrefix(fmt.Sprintf("%T", event.GetEvent()), "*vignettev1.EpisodeEvent_"))
	}
	want := []string{"Started", "Turn", "Turn", "Turn", "Turn", "ConversationEnded", "Evaluated", "Completed"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("events, -want +got:\n%s", diff)
	}
	if got := state.Completed().GetValidity(); got != vignettev1.Validity_VALIDITY_OK {
		t.Errorf("validity %s", got)
	}
}

// An LLM mind with a guard takes its words back and ends with others; that is no breach.
func TestDiscardTakesBackAllWords(t *testing.T) {
	s, state := newTheatre(t), newState()
	s.agent.script = func(_ int, o *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
		discard := &vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Discard{Discard: &vignettev1.DiscardFrame{Reason: "echo"}}}
		return []*vignettev1.RespondResponse{stateFrame(30), deltaFrame("no"), discard, finalFrame(fmt.Sprintf("Turn %d it is.", o.GetTurnIndex()))}, nil
	}
	if err := s.Play(context.Background(), state, 0); err != nil {
		t.Fatal(err)
	}
	if state.Completed() == nil {
		t.Errorf("failed: %v", state.Failed())
	}
}

// A complete episode is left as it is: a claim after the end would make its log unreadable.
// appraised is a state frame with an appraisal beside the state.
func appraised(source vignettev1.StateSource) *vignettev1.RespondResponse {
	frame, distress := stateFrame(30), 61.0
	frame.GetState().Appraisal = &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: &vignettev1.MentalState{Source: source, Distress: &distress}}}
	return frame
}

// What was appraised is recorded in the turn, beside the state and apart from it.
func TestAppraisalIsRecorded(t *testing.T) {
	s := newTheatre(t)
	s.agent.script = func(_ int, o *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
		return []*vignettev1.RespondResponse{appraised(vignettev1.StateSource_STATE_SOURCE_COMPUTED), finalFrame(fmt.Sprintf("This is turn %d.", o.GetTurnIndex()))}, nil
	}
	state := newState()
	if err := s.Play(context.Background(), state, 0); err != nil {
		t.Fatal(err)
	}
	for _, turn := range state.Turns() {
		if turn.GetMentalState().GetDistress() != 30 || turn.GetAppraisal().GetState().GetDistress() != 61 {
			t.Errorf("turn %d: state %v, appraisal %v", turn.GetIndex(), turn.GetMentalState(), turn.GetAppraisal())
		}
	}
	if len(state.Turns()) != 4 {
		t.Errorf("%d turns", len(state.Turns()))
	}
}

func TestCompleteEpisodesAreLeftAlone(t *testing.T) {
	s, state := newTheatre(t), newState()
	for range 2 {
		if err := s.Play(context.Background(), state, uint64(len(s.log.events))); err != nil {
			t.Fatal(err)
		}
	}
	again := newState()
	for _, event := range s.log.events {
		if err := again.Apply(event); err != nil {
			t.Fatalf("the log cannot be folded any more: %v", err)
		}
	}
}

func TestOverloadIsWaitedOut(t *testing.T) {
	s, state := newTheatre(t), newState()
	s.agent.script = func(call int, o *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
		if call <= 2 {
			busy, err := status.New(codes.Unavailable, "busy").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(700 * time.Millisecond)})
			if err != nil {
				t.Error(err)
			}
			return []*vignettev1.RespondResponse{stateFrame(30)}, busy.Err()
		}
		return speaks(call, o)
	}
	if err := s.Play(context.Background(), state, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{700 * time.Millisecond, 700 * time.Millisecond}, s.clock.slept); diff != "" {
		t.Errorf("waits, -want +got:\n%s", diff)
	}
	if got := state.Turns()[0].GetAttempts(); got != 3 {
		t.Errorf("turn 0 says %d attempts, want 3", got)
	}
}

// What an agent does wrong is recorded as the episode's failure, with who and why.
func TestBrokenAgents(t *testing.T) {
	frames := func(f ...*vignettev1.RespondResponse) func(int, *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
		return func(int, *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) { return f, nil }
	}
	for _, tc := range []struct {
		name   string
		agent  string
		script func(int, *vignettev1.Observation) ([]*vignettev1.RespondResponse, error)
		code   codes.Code
		want   string
	}{
		{"no final frame", "actor", frames(stateFrame(1)), codes.Internal, "ended without a final frame"},
		{"no state", "actor", frames(finalFrame("hi")), codes.Internal, "committed no mental state"},
		{"words before state", "actor", frames(deltaFrame("hi")), codes.Internal, "words before its mental state"},
		{"two states", "actor", frames(stateFrame(1), stateFrame(2)), codes.Internal, "second mental state"},
		{"changes its mind", "actor", frames(stateFrame(1), finalFrame("hi", func(f *vignettev1.FinalFrame) {
			f.MentalState = stateFrame(2).GetState().GetMentalState()
		})), codes.Internal, "changes the mental state"},
		{"other words", "actor", frames(stateFrame(1), deltaFrame("hello"), finalFrame("hi")), codes.Internal, "not the words of the final frame"},
		{"goes on", "actor", frames(stateFrame(1), finalFrame("hi"), deltaFrame("there")), codes.Internal, "went on after its final frame"},
		{"other acts", "actor", frames(stateFrame(1), finalFrame("hi", func(f *vignettev1.FinalFrame) {
			f.Acts = []*vignettev1.IntendedAct{{Act: "x"}}
		})), codes.Internal, "changes the acts"},
		{"distress 500", "actor", frames(stateFrame(500), finalFrame("hi")), codes.Internal, "distress"},
		{"a report for an appraisal", "actor", frames(appraised(vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED), finalFrame("hi")), codes.Internal, "never reported"},
		{"speaks to nobody", "actor", frames(stateFrame(1), finalFrame("hi", func(f *vignettev1.FinalFrame) { f.Action.To = []string{"zz"} })), codes.Internal, `whispered to "zz", who does not take part`},
		{"empty words", "actor", frames(stateFrame(1), finalFrame("")), codes.Internal, "need text"},
		{"its own error", "actor", func(int, *vignettev1.Observation) ([]*vignettev1.RespondResponse, error) {
			return nil, status.Error(codes.InvalidArgument, "cannot play this")
		}, codes.InvalidArgument, "cannot play this"},
		{"nobody there", "nobody", nil, codes.Unavailable, `agent "nobody"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTheatre(t)
			s.agent.script = tc.script
			state := newState(func(scenario *vignettev1.Scenario) { scenario.Roles[0].Agent = tc.agent })
			if err := s.Play(context.Background(), state, 0); err != nil {
				t.Fatal(err)
			}
			failed := state.Failed()
			if failed == nil {
				t.Fatal("the episode did not fail")
			}
			if codes.Code(failed.GetCode()) != tc.code || !strings.Contains(failed.GetMessage(), tc.want) || failed.GetWho() != "a" {
				t.Errorf("failed with %s of %q: %s\nwant %s: ...%s...", codes.Code(failed.GetCode()), failed.GetWho(), failed.GetMessage(), tc.code, tc.want)
			}
		})
	}
}

// A judge that fails or lies costs the scores, not the episode, and each score says why.
func TestBrokenEvaluators(t *testing.T) {
	for _, tc := range []struct {
		name     string
		evaluate func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error)
		want     vignettev1.MissingReason
	}{
		{"fails", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			return nil, status.Error(codes.Internal, "out of order")
		}, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED},
		{"says nothing", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) { return nil, nil },
			vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED},
		{"fails at length", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			return nil, status.Error(codes.Internal, strings.Repeat("<p>out of order</p>", 2000))
		}, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED},
		{"is surer than sure", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			scores, _ := praises(nil)
			scores[0].Confidence = proto.Float64(math.NaN())
			return scores, nil
		}, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
		{"quotes what nobody said", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			scores, _ := praises(nil)
			scores[0].Spans = []*vignettev1.CodedSpan{{TurnIndex: 77, Code: "d", Span: &vignettev1.Span{Quote: "never", End: 5}}}
			return scores, nil
		}, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
		{"says 1727 of 1", func(*vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
			scores, _ := praises(nil)
			scores[0].GetValue().Number = 1727
			return scores, nil
		}, vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, state := newTheatre(t), newState()
			s.judge.evaluate = tc.evaluate
			if err := s.Play(context.Background(), state, 0); err != nil {
				t.Fatal(err)
			}
			if detail := state.Scores()[0].GetMissing().GetDetail(); len(detail) > 1000 {
				t.Errorf("a reason of %d bytes", len(detail))
			}
			if state.Completed() == nil || len(state.Scores()) != 1 || state.Scores()[0].GetMissing().GetReason() != tc.want {
				t.Errorf("completed %v with scores %v, want one missing for %s", state.Completed(), state.Scores(), tc.want)
			}
		})
	}
}

func TestProbesNeverCostTheEpisode(t *testing.T) {
	for _, tc := range []struct {
		name  string
		probe func() (*vignettev1.ProbeAnswer, error)
		want  string
	}{
		{"answers", func() (*vignettev1.ProbeAnswer, error) {
			return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Distress{Distress: 40}}, nil
		}, ""},
		{"answers another question", func() (*vignettev1.ProbeAnswer, error) {
			return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Text{Text: "well"}}, nil
		}, "not of the form"},
		{"fails", func() (*vignettev1.ProbeAnswer, error) { return nil, status.Error(codes.Internal, "lost for words") }, "lost for words"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTheatre(t)
			s.agent.probe = tc.probe
			state := newState(func(scenario *vignettev1.Scenario) {
				scenario.Probes = []*vignettev1.ProbeSpec{{Id: "p", Role: "b", Kind: vignettev1.ProbeKind_PROBE_KIND_DISTRESS}}
			})
			if err := s.Play(context.Background(), state, 0); err != nil {
				t.Fatal(err)
			}
			if len(state.Probes()) != 1 || state.Completed() == nil {
				t.Fatalf("%d answers, completed %v", len(state.Probes()), state.Completed())
			}
			if got := state.Probes()[0].GetRefusal(); (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("refusal %q, want %q", got, tc.want)
			}
		})
	}
}

// An episode that was cut off anywhere is taken over from the log, and what comes of it is what would have come.
func TestTakeOver(t *testing.T) {
	whole := newTheatre(t)
	undisturbed := newState()
	if err := whole.Play(context.Background(), undisturbed, 0); err != nil {
		t.Fatal(err)
	}
	for cut := 1; cut < len(whole.log.events); cut++ {
		t.Run(fmt.Sprintf("after %d events", cut), func(t *testing.T) {
			s := newTheatre(t)
			ctx, cancel := context.WithCancel(context.Background())
			s.log.stop = func(n int) {
				if n == cut {
					cancel()
				}
			}
			if err := s.Play(ctx, newState(), 0); !errors.Is(err, context.Canceled) {
				t.Fatalf("err = %v, want the context's", err)
			}
			s.log.stop = nil
			zombieEnd := uint64(len(s.log.events))

			state := newState()
			for _, event := range s.log.events {
				if err := state.Apply(event); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Play(context.Background(), state, zombieEnd); err != nil {
				t.Fatal(err)
			}
			if digestOf(s.log.events) != digestOf(whole.log.events) {
				t.Error("taken over, the episode came out differently")
			}
			if err := s.Play(context.Background(), newState(), zombieEnd); !errors.Is(err, errConflict) {
				t.Errorf("a second worker on the old end: err = %v, want a conflict", err)
			}
		})
	}
}

func digestOf(events []*vignettev1.EpisodeEvent) [32]byte {
	digest := episode.NewDigest()
	for _, event := range events {
		digest.Add(event)
	}
	return digest.Sum()
}
