package runs

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// pausedByHand is the reason of runs that somebody paused.
const pausedByHand = "paused by hand"

// PauseRun implements RunServiceServer.
func (s *Service) PauseRun(_ context.Context, request *vignettev1.PauseRunRequest) (*vignettev1.PauseRunResponse, error) {
	run, err := s.playing(request, request.GetRun())
	if err != nil {
		return nil, err
	}
	run.control.Pause(pausedByHand)
	return &vignettev1.PauseRunResponse{Status: run.status()}, nil
}

// ResumeRun implements RunServiceServer.
func (s *Service) ResumeRun(_ context.Context, request *vignettev1.ResumeRunRequest) (*vignettev1.ResumeRunResponse, error) {
	run, err := s.playing(request, request.GetRun())
	if err != nil {
		return nil, err
	}
	run.control.Resume()
	return &vignettev1.ResumeRunResponse{Status: run.status()}, nil
}

// playing finds a run that this service plays now.
func (s *Service) playing(request proto.Message, id string) (*liveRun, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if run := s.live[id]; run != nil {
		return run, nil
	}
	return nil, status.Errorf(codes.FailedPrecondition, "run %s is not being played by this engine", id)
}

// ForkEpisode implements RunServiceServer.
func (s *Service) ForkEpisode(request *vignettev1.ForkEpisodeRequest, stream grpc.ServerStreamingServer[vignettev1.ForkEpisodeResponse]) error {
	if s.isClosed() {
		return errStopping
	}
	if err := check(request); err != nil {
		return err
	}
	ctx := stream.Context()
	state, origin, err := s.reader.Episode(ctx, request.GetEpisode())
	if errors.Is(err, projection.ErrNotFound) {
		return status.Errorf(codes.NotFound, "there is no episode %q", request.GetEpisode())
	}
	if err != nil {
		return logFailure(ctx, err)
	}
	index, _ := origin.Index(state.Plan().Episode)
	planner, err := s.runner.planFork(ctx, Fork{
		Origin: origin, Index: index, Turn: int(request.GetTurn()), Say: request.GetSay(),
		Branches: int(request.GetBranches()), Reseed: request.GetReseed(), Seed: request.GetSeed(),
	})
	if err != nil {
		return forkRefusal(ctx, err)
	}
	run, err := s.launch(ctx, planner, Options{Workers: int(request.GetWorkers()), Terms: conductor.Terms{
		Recorded: request.GetRecorded(), MaxCost: request.MaxCost, MaxTokens: request.MaxTokens,
	}})
	if err != nil {
		return err
	}
	launched := &vignettev1.ForkEpisodeResponse{Update: &vignettev1.ForkEpisodeResponse_Launched{Launched: planner.Manifest()}}
	if err := stream.Send(launched); err != nil {
		run.leave()
		return err
	}
	return run.follow(ctx, func(update *vignettev1.StartRunResponse) error { return stream.Send(asFork(update)) })
}

// forkRefusal is the status for an episode that cannot be forked as it was asked: nobody who plays it answers, or its turns
// are other ones.
func forkRefusal(ctx context.Context, err error) error {
	var answered interface{ GRPCStatus() *status.Status }
	if ctx.Err() != nil || errors.As(err, &answered) {
		return refusal(ctx, err)
	}
	return status.Error(codes.FailedPrecondition, err.Error())
}

// asFork is an update of a run in the words of ForkEpisode.
func asFork(update *vignettev1.StartRunResponse) *vignettev1.ForkEpisodeResponse {
	if done := update.GetDone(); done != nil {
		return &vignettev1.ForkEpisodeResponse{Update: &vignettev1.ForkEpisodeResponse_Done{Done: done}}
	}
	return &vignettev1.ForkEpisodeResponse{Update: &vignettev1.ForkEpisodeResponse_Episode{Episode: update.GetEpisode()}}
}
