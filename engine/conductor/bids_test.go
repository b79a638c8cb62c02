package conductor_test

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func byBids(s *vignettev1.Scenario) { s.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_BID }

// Everybody is asked at once: each bid waits here until the other has been asked too.
func TestBidsAreAskedAtOnce(t *testing.T) {
	s := newTheatre(t)
	var all sync.WaitGroup
	all.Add(2)
	s.agent.bid = func(o *vignettev1.Observation) (float64, error) {
		if o.GetTurnIndex() == 0 {
			all.Done()
			all.Wait()
		}
		if o.GetAccount().GetTask() != "bid" || o.GetAccount().GetWho() != o.GetSelf().GetId() {
			return 0, status.Errorf(codes.InvalidArgument, "on the account of %v", o.GetAccount())
		}
		return map[string]float64{"a": 0.2, "b": 0.8}[o.GetSelf().GetId()], nil
	}
	state := newState(byBids)
	if err := s.Play(context.Background(), state, 0); err != nil {
		t.Fatal(err)
	}
	if state.Failed() != nil {
		t.Fatal(state.Failed())
	}
	var order []string
	for _, turn := range state.Turns() {
		order = append(order, turn.GetRole())
	}
	if diff := cmp.Diff([]string{"b", "a", "b", "a"}, order); diff != "" {
		t.Errorf("who spoke, -want +got:\n%s", diff)
	}
	if got := len(state.Bids()); got != 4 {
		t.Errorf("%d rounds of bids, want one for each of 4 turns", got)
	}
}

// A bid that cannot be had is a fault of the agent; only an agent that sheds load is asked again.
func TestBrokenBids(t *testing.T) {
	for _, tc := range []struct {
		name  string
		bid   func(call int) (float64, error)
		code  codes.Code // OK: the episode goes on
		want  string
		calls int
	}{
		{"busy twice", func(call int) (float64, error) {
			if call <= 2 {
				return 0, status.Error(codes.Unavailable, "busy")
			}
			return 0.5, nil
		}, codes.OK, "", 3},
		{"its own error", func(int) (float64, error) { return 0, status.Error(codes.Internal, "no idea") }, codes.Internal, `agent "actor", role "b", bid for turn 0: `, 1},
		{"more than must", func(int) (float64, error) { return 1.5, nil }, codes.Internal, "the bid is 1.5; it must be 0 (not at all) to 1 (must)", 1},
		{"not a number", func(int) (float64, error) { return math.NaN(), nil }, codes.Internal, "the bid is NaN", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newTheatre(t)
			var mu sync.Mutex
			calls := 0
			s.agent.bid = func(o *vignettev1.Observation) (float64, error) {
				if o.GetSelf().GetId() != "b" || o.GetTurnIndex() > 0 {
					return 0.5, nil
				}
				mu.Lock()
				defer mu.Unlock()
				calls++
				return tc.bid(calls)
			}
			state := newState(byBids)
			if err := s.Play(context.Background(), state, 0); err != nil {
				t.Fatal(err)
			}
			if calls != tc.calls {
				t.Errorf("asked %d times, want %d", calls, tc.calls)
			}
			failed := state.Failed()
			if tc.code == codes.OK {
				if failed != nil {
					t.Errorf("failed: %v", failed)
				}
				return
			}
			if codes.Code(failed.GetCode()) != tc.code || !strings.Contains(failed.GetMessage(), tc.want) || failed.GetWho() != "b" || failed.GetDuring() != "bid" {
				t.Errorf("failed with %v; want %s: ...%s...", failed, tc.code, tc.want)
			}
		})
	}
}

// Whoever takes an episode over does not ask again for bids that are in the log.
func TestResumeAsksNoBidTwice(t *testing.T) {
	s := newTheatre(t)
	asked := map[int32]int{}
	var mu sync.Mutex
	s.agent.bid = func(o *vignettev1.Observation) (float64, error) {
		mu.Lock()
		defer mu.Unlock()
		asked[o.GetTurnIndex()]++
		return 0.5, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.log.stop = func(n int) {
		if n == 4 { // begun, bids, turn, bids
			cancel()
		}
	}
	if err := s.Play(ctx, newState(byBids), 0); err == nil {
		t.Fatal("it was not stopped")
	}
	state := newState(byBids)
	for _, event := range s.log.events {
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Play(context.Background(), state, uint64(len(s.log.events))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int32]int{0: 2, 1: 2, 2: 2, 3: 2}, asked); diff != "" {
		t.Errorf("bids asked by turn, -want +got:\n%s", diff)
	}
}
