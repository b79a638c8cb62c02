package environment

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/vignette-sim/vignette/engine/internal/stage"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// partner answers when it is let.
type partner struct {
	vignettev1.UnimplementedAgentServiceServer
	let  chan struct{}
	asks atomic.Int32
}

func (*partner) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{
		Name: "partner", Mind: "builtin", Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA},
	}}, nil
}

func (p *partner) Respond(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	p.asks.Add(1)
	select {
	case <-p.let:
	case <-stream.Context().Done():
		return stream.Context().Err()
	}
	for _, frame := range []*vignettev1.RespondResponse{
		{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{}}},
		{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: fmt.Sprintf("Answer %d.", r.GetObservation().GetTurnIndex()),
		}}}},
	} {
		if err := stream.Send(frame); err != nil {
			return err
		}
	}
	return nil
}

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, _ time.Duration) error {
	<-ctx.Done()
	return ctx.Err()
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func open(t *testing.T) (*Service, *partner, *clock) {
	t.Helper()
	s := stage.Open(t)
	other := &partner{let: make(chan struct{}, 100)}
	s.Serve("partner", func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, other) })
	time := &clock{now: time.Unix(1_700_000_000, 0)}
	var ids atomic.Int32
	service := NewService(Config{Idle: 60e9, Runner: &runs.Runner{
		Log: s.Log, History: s.Log, Directory: s, Clock: time, Worker: "test", Version: "test",
		NewID: func() string { return fmt.Sprintf("id%04d", ids.Add(1)) },
	}})
	t.Cleanup(func() {
		if err := service.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return service, other, time
}

func talkative() *vignettev1.ResetItem {
	return &vignettev1.ResetItem{Situation: &vignettev1.ResetItem_Scenario{Scenario: &vignettev1.Scenario{
		Id: "talk", Title: "A talk", Language: "en", Setting: "A kitchen.", Focal: "me",
		Roles: []*vignettev1.Role{
			{Id: "me", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "me", Name: "Jo"}},
			{Id: "you", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Agent: "partner", Persona: &vignettev1.Persona{Id: "you", Name: "Sam"}},
		},
		Stop: &vignettev1.StopRules{MaxTurns: 10},
	}}}
}

func words(environment, text string) *vignettev1.StepItem {
	return &vignettev1.StepItem{Environment: environment, Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}
}

func reasonOf(err error) string { return outcome(nil, err).GetError().GetReason() }

// A partner that is slow costs the step its time and nothing else: the same step again waits on, and the turn is taken once.
func TestSlowPartner(t *testing.T) {
	service, other, _ := open(t)
	ctx := context.Background()
	begun, err := service.reset(ctx, talkative())
	if err != nil {
		t.Fatal(err)
	}
	late, cancel := context.WithCancel(ctx)
	cancel()
	_, err = service.step(late, words(begun.GetEnvironment(), "Hello."))
	if refused := outcome(nil, err).GetError(); codes.Code(refused.GetCode()) != codes.DeadlineExceeded || refused.GetReason() != ReasonSlow {
		t.Fatalf("err = %v, want it to be slow", refused)
	}
	other.let <- struct{}{}
	told, err := service.step(ctx, words(begun.GetEnvironment(), "Hello."))
	if err != nil {
		t.Fatal(err)
	}
	if told.GetSteps() != 1 || told.GetText() != "Answer 1." || len(told.GetObservation().GetTurns()) != 2 || other.asks.Load() != 1 {
		t.Errorf("told %v, after %d questions", told, other.asks.Load())
	}
	t.Run("another step does not take its place", func(t *testing.T) {
		if _, err := service.step(late, words(begun.GetEnvironment(), "And you?")); reasonOf(err) != ReasonSlow {
			t.Fatal(err)
		}
		other.let <- struct{}{}
		if _, err := service.step(ctx, words(begun.GetEnvironment(), "Something else.")); reasonOf(err) != ReasonOrder {
			t.Errorf("err = %v, want %s", err, ReasonOrder)
		}
		if told, err := service.step(ctx, words(begun.GetEnvironment(), "And you?")); err != nil || told.GetSteps() != 2 {
			t.Errorf("told %v, %v", told, err)
		}
	})
}

// An environment that nobody uses is closed, its episode is completed, and whoever comes too late is told why.
func TestIdle(t *testing.T) {
	service, other, clock := open(t)
	ctx := context.Background()
	begun, err := service.reset(ctx, talkative())
	if err != nil {
		t.Fatal(err)
	}
	clock.move(59 * time.Second)
	service.sweep()
	other.let <- struct{}{}
	if _, err := service.step(ctx, words(begun.GetEnvironment(), "Hello.")); err != nil {
		t.Fatalf("it was closed too soon: %v", err)
	}
	clock.move(60 * time.Second)
	service.sweep()
	service.wait.Wait()
	_, err = service.step(ctx, words(begun.GetEnvironment(), "Hello?"))
	if reasonOf(err) != ReasonEnvironment || !strings.Contains(err.Error(), "nobody used it for 1m0s") {
		t.Errorf("err = %v", err)
	}
	entries, err := service.config.Runner.History.Play(ctx, begun.GetRun(), begun.GetEpisode())
	if err != nil {
		t.Fatal(err)
	}
	if last := entries[len(entries)-1].Event.GetCompleted(); last.GetValidity() != vignettev1.Validity_VALIDITY_TRUNCATED {
		t.Errorf("its episode ended with %v", entries[len(entries)-1].Event)
	}
}
