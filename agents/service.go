package agents

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// NewService makes an AgentService of a mind, under the name it is addressed by on the wire. Version is the version of
// the program.
func NewService(name, version string, mind Mind) vignettev1.AgentServiceServer {
	description := proto.CloneOf(mind.Describe())
	description.Name, description.Version = name, version
	return &service{mind: mind, description: description}
}

type service struct {
	vignettev1.UnimplementedAgentServiceServer
	mind        Mind
	description *vignettev1.AgentDescription
}

func (s *service) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: s.description}, nil
}

func (s *service) Bid(ctx context.Context, req *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
	if err := s.check(req, req.GetObservation()); err != nil {
		return nil, err
	}
	bid, err := s.mind.Bid(ctx, req.GetObservation())
	if err != nil {
		return nil, err
	}
	return checked(&vignettev1.BidResponse{Bid: bid})
}

func (s *service) Probe(ctx context.Context, req *vignettev1.ProbeRequest) (*vignettev1.ProbeResponse, error) {
	if err := s.check(req, req.GetObservation()); err != nil {
		return nil, err
	}
	answer, err := s.mind.Probe(ctx, req.GetObservation(), req.GetProbe())
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return nil, status.Errorf(codes.Internal, "agent %q answered nothing to probe %q", s.description.GetName(), req.GetProbe().GetId())
	}
	answer.Probe, answer.Role = req.GetProbe().GetId(), req.GetObservation().GetSelf().GetId()
	answer.AfterTurns = req.GetObservation().GetTurnIndex()
	return checked(&vignettev1.ProbeResponse{Answer: answer})
}

func (s *service) Respond(req *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	if err := s.check(req, req.GetObservation()); err != nil {
		return err
	}
	reply := &reply{stream: stream, watched: req.GetWatched()}
	answer, err := s.mind.Respond(stream.Context(), req.GetObservation(), reply)
	if err != nil {
		return err
	}
	if err := reply.fits(answer); err != nil {
		return status.Errorf(codes.Internal, "agent %q broke the contract: %v", s.description.GetName(), err)
	}
	frame, err := checked(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{
		Action:     answer.Action,
		Acts:       answer.Acts,
		AgentState: answer.AgentState,
		Provenance: &vignettev1.Provenance{
			Agent:      s.description.GetName(),
			Mind:       s.description.GetMind(),
			Model:      cmp.Or(answer.Model, s.description.GetModel()),
			Version:    s.description.GetVersion(),
			PromptHash: answer.PromptHash,
		},
	}}})
	if err != nil {
		return err
	}
	return stream.Send(frame)
}

// check refuses requests that break a rule of the contract, and roles this agent cannot play.
func (s *service) check(req proto.Message, obs *vignettev1.Observation) error {
	if err := protovalidate.Validate(req); err != nil {
		return status.Errorf(codes.InvalidArgument, "request to agent %q: %v", s.description.GetName(), err)
	}
	for _, kind := range s.description.GetKinds() {
		if kind == obs.GetSelf().GetKind() {
			return nil
		}
	}
	return status.Errorf(codes.InvalidArgument, "agent %q cannot play a role of kind %s (it plays %v): set the role's agent to one that can",
		s.description.GetName(), enumname.Of(obs.GetSelf().GetKind()), kindNames(s.description.GetKinds()))
}

func kindNames(kinds []vignettev1.AgentKind) []string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = enumname.Of(kind)
	}
	return names
}

// checked holds what a mind answers to the rules of the contract.
func checked[M proto.Message](message M) (M, error) {
	if err := protovalidate.Validate(message); err != nil {
		var none M
		return none, status.Errorf(codes.Internal, "the answer breaks the contract: %v", err)
	}
	return message, nil
}

// reply streams frames and remembers what they promised.
type reply struct {
	stream    grpc.ServerStreamingServer[vignettev1.RespondResponse]
	watched   bool
	committed bool
	appraisal *vignettev1.Appraisal
	acts      []*vignettev1.IntendedAct
	said      strings.Builder
	spoke     bool
}

func (r *reply) Appraise(appraisal *vignettev1.Appraisal) error {
	switch {
	case r.committed:
		return status.Error(codes.Internal, "the mind handed over an appraisal after it committed its mental state")
	case r.appraisal != nil:
		return status.Error(codes.Internal, "the mind handed over a second appraisal in one turn")
	}
	r.appraisal = appraisal
	return nil
}

func (r *reply) Commit(state *vignettev1.MentalState, acts []*vignettev1.IntendedAct) error {
	if r.committed {
		return status.Error(codes.Internal, "the mind committed a second mental state in one turn")
	}
	r.committed, r.acts = true, acts
	frame, err := checked(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_State{
		State: &vignettev1.StateFrame{MentalState: state, Acts: acts, Appraisal: r.appraisal},
	}})
	if err != nil {
		return err
	}
	return r.stream.Send(frame)
}

func (r *reply) Say(words string) error {
	if !r.committed {
		return status.Error(codes.Internal, "the mind spoke before it committed its mental state")
	}
	r.spoke = true
	r.said.WriteString(words)
	return r.stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Delta{
		Delta: &vignettev1.DeltaFrame{Text: words},
	}})
}

func (r *reply) Discard(reason string) error {
	r.said.Reset()
	r.spoke = false
	return r.stream.Send(&vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Discard{
		Discard: &vignettev1.DiscardFrame{Reason: reason},
	}})
}

func (r *reply) Watched() bool { return r.watched }

// fits says whether an answer keeps what the frames before it promised.
func (r *reply) fits(answer *Answer) error {
	switch {
	case answer == nil || answer.Action == nil:
		return fmt.Errorf("no action")
	case !r.committed:
		return fmt.Errorf("no mental state was committed before the answer")
	case r.spoke && r.said.String() != answer.Action.GetText():
		return fmt.Errorf("the words streamed are not the words of the turn")
	}
	if answer.Acts == nil {
		return nil
	}
	if len(answer.Acts) != len(r.acts) {
		return fmt.Errorf("%d acts were committed, %d came", len(r.acts), len(answer.Acts))
	}
	for i, act := range answer.Acts {
		if act.GetAct() != r.acts[i].GetAct() {
			return fmt.Errorf("act %d was committed as %q and came as %q", i, r.acts[i].GetAct(), act.GetAct())
		}
	}
	return nil
}
