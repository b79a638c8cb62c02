package hindsight

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// gateway is one that answers as it is told to.
type gateway struct {
	vignettev1.ModelServiceClient
	answer func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error)

	mu       sync.Mutex
	requests []*vignettev1.CompleteRequest
}

func (g *gateway) Complete(_ context.Context, request *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	g.mu.Lock()
	g.requests = append(g.requests, request)
	g.mu.Unlock()
	completion, err := g.answer(request)
	return &vignettev1.CompleteResponse{Completion: completion}, err
}

type noClock struct{}

func (noClock) Now() time.Time                             { return time.Time{} }
func (noClock) Sleep(context.Context, time.Duration) error { return nil }

func answered(text string) (*vignettev1.Completion, error) {
	return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: text}, nil
}

// wellBehaved tells futures in which nothing is kept, and is pleased by whatever it has not seen the end of.
func wellBehaved(request *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
	switch {
	case request.GetForm().GetName() == "future":
		return answered(`{"events": [{"day": 3, "who": "P2", "what": "Ben stayed in bed."}, {"day": 1, "who": "P1", "what": "Ann wrote."}],
			"outcomes": {"goal": 0.25, "distress": 60, "functioning": 0.5, "followed": 0.1, "returned": 0}}`)
	case strings.Contains(request.GetMessages()[0].GetContent(), "What came of it"):
		return answered(`{"reason": "nothing came of it", "satisfaction": 2}`)
	}
	return answered(`{"reason": "it sounded good", "satisfaction": 5}`)
}

func TestForeteller(t *testing.T) {
	g := &gateway{answer: wellBehaved}
	teller := &Foreteller{Models: g, Clock: noClock{}, Model: "m"}
	s, err := teller.Of(t.Context(), session(t, "canary-policy", feels(0.123456, 0.654321, 43.21)), Options{Futures: 3, Days: 20, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by, dimension string
		want          float64
	}{{Outcomes, Goal, 0.25}, {Outcomes, DistressAfter, 60}, {Outcomes, Return, 0}, {string(ItselfByModel), Foresight, 5}, {string(OnlookerByModel), Hindsight, 2}} {
		if got, ok := s.Value(c.by, c.dimension); !ok || got != c.want {
			t.Errorf("%s by %s is %v (%v), not %v", c.dimension, c.by, got, ok, c.want)
		}
	}
	if events := s.Consequences.GetFutures()[0].GetEvents(); len(events) != 2 || events[0].GetDay() != 1 || events[0].GetRole() != "counselor" || events[1].GetRole() != "client" {
		t.Errorf("events are %v", events)
	}
	if by := s.Scores[0].GetProvenance(); by.GetModel() != "m" || by.GetPromptHash() == "" {
		t.Errorf("provenance is %v", by)
	}
	draws := map[string]bool{}
	for _, request := range g.requests {
		text := request.GetMessages()[0].GetContent()
		for _, secret := range []string{"canary", "0.123", "0.654", "43.2"} { // Policies and committed states.
			if strings.Contains(text, secret) {
				t.Errorf("%s is told %q:\n%s", request.GetForm().GetName(), secret, text)
			}
		}
		draws[fmt.Sprint(request.GetAccount().GetWho(), request.GetAccount().GetSample())] = true
	}
	if len(g.requests) != 7 || len(draws) != 7 {
		t.Errorf("%d questions, %d of them apart; want 3 futures and 4 judgements", len(g.requests), len(draws))
	}
}

// What a model does not answer is missing and says why; nothing is taken for a number.
func TestForetellerIsNotBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error)
		want   string
	}{
		"refuses": {func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
			return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_REFUSED, Detail: "no"}, nil
		}, "refused no"},
		"is cut": {func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
			return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_TRUNCATED}, nil
		}, "truncated"},
		"cannot be asked": {func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
			return nil, status.Error(codes.Internal, "broken")
		}, "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := (&Foreteller{Models: &gateway{answer: c.answer}, Clock: noClock{}, Model: "m"}).Of(t.Context(), session(t, "p", feels(0.5, 0.5, 50)), Options{Futures: 2})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Scores) != 5+4 {
				t.Errorf("%d scores", len(s.Scores))
			}
			for _, score := range s.Scores {
				if score.GetMissing() == nil || !strings.Contains(score.GetMissing().GetDetail(), c.want) {
					t.Errorf("%s by %s: %v", score.GetDimension(), score.GetEvaluator(), score)
				}
			}
		})
	}
}

// What would befall all episodes ends the study.
func TestForetellerStops(t *testing.T) {
	gone := status.Error(codes.NotFound, "no such model")
	g := &gateway{answer: func(*vignettev1.CompleteRequest) (*vignettev1.Completion, error) { return nil, gone }}
	if _, err := (&Foreteller{Models: g, Clock: noClock{}, Model: "m"}).Of(t.Context(), session(t, "p", feels(0.5, 0.5, 50)), Options{}); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}
