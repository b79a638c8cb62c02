package conductor

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// readTurn reads the frames of an answer and holds them to the contract, whoever wrote the agent: the mental state
// first, then words, then a final frame that takes none of it back.
// Watch, which may be nil, is told of words as they come, and that those of a former attempt are taken back.
func readTurn(stream grpc.ServerStreamingClient[vignettev1.RespondResponse], watch func(words string, takenBack bool)) (*vignettev1.Turn, error) {
	if watch == nil {
		watch = func(string, bool) {}
	}
	watch("", true)
	var state *vignettev1.StateFrame
	var said strings.Builder
	spoke := false
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil, status.Error(codes.Internal, "the answer ended without a final frame")
		}
		if err != nil {
			return nil, err
		}
		switch frame := response.GetFrame().(type) {
		case *vignettev1.RespondResponse_State:
			if state != nil {
				return nil, status.Error(codes.Internal, "the answer committed a second mental state")
			}
			state = frame.State
		case *vignettev1.RespondResponse_Delta:
			if state == nil {
				return nil, status.Error(codes.Internal, "the answer had words before its mental state")
			}
			said.WriteString(frame.Delta.GetText())
			watch(frame.Delta.GetText(), false)
			spoke = true
		case *vignettev1.RespondResponse_Discard:
			said.Reset()
			spoke = false
			watch("", true)
		case *vignettev1.RespondResponse_Final:
			if spoke && said.String() != frame.Final.GetAction().GetText() {
				return nil, status.Error(codes.Internal, "the words streamed are not the words of the final frame")
			}
			switch _, err := stream.Recv(); {
			case err == nil:
				return nil, status.Error(codes.Internal, "the answer went on after its final frame")
			case !errors.Is(err, io.EOF):
				return nil, err
			}
			return joinFrames(state, frame.Final)
		default:
			return nil, status.Error(codes.Internal, "the answer has a frame of no known kind")
		}
	}
}

// joinFrames makes a turn of what was committed and what was done.
func joinFrames(state *vignettev1.StateFrame, final *vignettev1.FinalFrame) (*vignettev1.Turn, error) {
	switch {
	case state == nil:
		return nil, status.Error(codes.Internal, "the answer committed no mental state before its final frame")
	case final.GetMentalState() != nil && !proto.Equal(final.GetMentalState(), state.GetMentalState()):
		return nil, status.Error(codes.Internal, "the final frame changes the mental state that was committed")
	}
	acts := state.GetActs()
	if len(final.GetActs()) > 0 {
		if !slices.EqualFunc(acts, final.GetActs(), func(a, b *vignettev1.IntendedAct) bool { return a.GetAct() == b.GetAct() }) {
			return nil, status.Error(codes.Internal, "the final frame changes the acts that were committed")
		}
		acts = final.GetActs()
	}
	return &vignettev1.Turn{
		Action:      final.GetAction(),
		MentalState: state.GetMentalState(),
		Appraisal:   state.GetAppraisal(),
		Acts:        acts,
		AgentState:  final.GetAgentState(),
		Provenance:  final.GetProvenance(),
	}, nil
}

// checkTurn holds a turn to the rules of the contract and to who is present.
func checkTurn(state *episode.State, turn *vignettev1.Turn) error {
	if err := protovalidate.Validate(turn); err != nil {
		return status.Errorf(codes.Internal, "the answer breaks the contract: %v", err)
	}
	if err := state.CheckAction(turn.GetRole(), turn.GetAction()); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return nil
}

// checkProbe holds a probe's answer to the form that was asked for.
func checkProbe(spec *vignettev1.ProbeSpec, answer *vignettev1.ProbeAnswer) error {
	if err := protovalidate.Validate(answer); err != nil {
		return fmt.Errorf("the answer breaks the contract: %w", err)
	}
	fits := false
	switch answer.GetAnswer().(type) {
	case *vignettev1.ProbeAnswer_Refusal:
		fits = true
	case *vignettev1.ProbeAnswer_Emotions:
		fits = spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_EMOTION
	case *vignettev1.ProbeAnswer_Distress:
		fits = spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_DISTRESS
	case *vignettev1.ProbeAnswer_Probability:
		fits = spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_BELIEF
	case *vignettev1.ProbeAnswer_Acts:
		fits = spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_NEXT_ACT
	case *vignettev1.ProbeAnswer_Text:
		fits = spec.GetKind() == vignettev1.ProbeKind_PROBE_KIND_OPEN
	}
	if !fits {
		return fmt.Errorf("the answer is not of the form the probe asks for (%s)", spec.GetKind())
	}
	return nil
}
