package persona_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/persona"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// frames collects what a service streams.
type frames struct {
	grpc.ServerStream
	sent []*vignettev1.RespondResponse
}

func (f *frames) Context() context.Context { return context.Background() }

func (f *frames) Send(frame *vignettev1.RespondResponse) error {
	f.sent = append(f.sent, frame)
	return nil
}

// TestServiceAcceptsTheMind plays every role through the service, which holds minds to the contract.
func TestServiceAcceptsTheMind(t *testing.T) {
	service := agents.NewService("builtin-persona", "test", persona.New())
	for _, id := range ours {
		st := play(t, library(t, id), 8, nil)
		all := st.turns
		st.states = map[string][]byte{}
		for i, turn := range all {
			st.turns = all[:i]
			for _, role := range st.scenario.GetRoles() {
				if role.GetId() != turn.GetRole() {
					continue
				}
				stream := &frames{}
				if err := service.Respond(&vignettev1.RespondRequest{Observation: st.observe(role)}, stream); err != nil {
					t.Fatalf("%s turn %d: %v", id, i, err)
				}
				if n := len(stream.sent); n != 2 || stream.sent[0].GetState().GetMentalState() == nil || stream.sent[1].GetFinal() == nil {
					t.Fatalf("%s turn %d: %d frames, want a state and a final", id, i, n)
				}
			}
			st.states[turn.GetRole()] = turn.GetAgentState()
		}
	}
}
