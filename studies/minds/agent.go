package minds

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// utter is what an agent of the laboratory says in a turn. It keeps nothing: state is given back with the next observation.
type utter func(ctx context.Context, obs *vignettev1.Observation) (text string, state []byte, err error)

// agent is an agent of the laboratory: it says something and has no mental state to tell.
type agent struct {
	vignettev1.UnimplementedAgentServiceServer
	description *vignettev1.AgentDescription
	utter       utter
}

// changing is an agent whose lines an experiment may put in place of others, between runs.
type changing struct{ utter atomic.Pointer[utter] }

// serve puts a way of speaking on the wire and returns the name it is found under. The same arm is served once; a later one takes
// its place. It must not be called while a run is played.
func (s *Stage) serve(ctx context.Context, arm, summary string, utter utter) (string, error) {
	s.names.Lock()
	defer s.names.Unlock()
	if name, ok := s.serving[arm]; ok {
		s.players[arm].utter.Store(&utter)
		return name, nil
	}
	player := &changing{}
	player.utter.Store(&utter)
	name := "minds-" + arm + "-" + s.Runner.NewID() // another laboratory may be on the same wire, with lines of its own
	a := &agent{
		description: &vignettev1.AgentDescription{
			Name: name, Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_COUNSELOR, vignettev1.AgentKind_AGENT_KIND_PERSONA},
			Mind: "builtin", Languages: []string{"en"}, Summary: summary,
		},
		utter: func(ctx context.Context, obs *vignettev1.Observation) (string, []byte, error) {
			return (*player.utter.Load())(ctx, obs)
		},
	}
	err := s.Host(ctx, name, summary, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, a) })
	if err != nil {
		return "", err
	}
	if s.serving == nil {
		s.serving, s.players = map[string]string{}, map[string]*changing{}
	}
	s.serving[arm], s.players[arm] = name, player
	return name, nil
}

// Describe says who this is.
func (a *agent) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: proto.CloneOf(a.description)}, nil
}

// Respond says a line; without words it is silent.
func (a *agent) Respond(request *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	text, state, err := a.utter(stream.Context(), request.GetObservation())
	if err != nil {
		return fmt.Errorf("%s: %w", a.description.GetName(), err)
	}
	action := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
	if text == "" {
		action.Kind = vignettev1.ActionKind_ACTION_KIND_SILENT
	}
	if err := stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{}}}); err != nil {
		return err
	}
	return stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{
		Action: action, AgentState: state,
		Provenance: &vignettev1.Provenance{Agent: a.description.GetName(), Mind: a.description.GetMind()},
	}}})
}

// spoken counts the turns a role has taken.
func spoken(obs *vignettev1.Observation) int {
	n := 0
	for _, turn := range obs.GetTurns() {
		if turn.GetRole() == obs.GetSelf().GetId() {
			n++
		}
	}
	return n
}

// lastHeard is what others said since this role spoke, the last of it; "" when that is nothing.
func lastHeard(obs *vignettev1.Observation) string {
	for i := len(obs.GetTurns()) - 1; i >= 0; i-- {
		turn := obs.GetTurns()[i]
		if turn.GetRole() == obs.GetSelf().GetId() {
			return ""
		}
		if turn.GetAction().GetText() != "" {
			return turn.GetAction().GetText()
		}
	}
	return ""
}

// luckOf is a role's luck in a turn, apart from that of any mind.
func luckOf(obs *vignettev1.Observation) *rand.Rand {
	return rand.New(rand.NewPCG(obs.GetChance().GetTurn(), 0x6c61626f7261746f))
}
