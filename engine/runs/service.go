package runs

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// EngineName is the agent name under which RunService is found on the wire.
const EngineName = "engine"

// UnreadableRuns is the trailer in which ListRuns names the runs it left out because their log cannot be read.
const UnreadableRuns = "vignette-unreadable-runs"

// possibleID is what the log takes for an id; nothing else can be in it.
var possibleID = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// Service is RunService: it plays runs for callers anywhere and reads those of all processes. Close it.
//
// A run it plays lives as long as the service, not as long as the call that started it.
type Service struct {
	vignettev1.UnimplementedRunServiceServer
	runner *Runner
	log    episodelog.Reader
	reader *projection.Reader

	base   context.Context // of all runs
	cut    context.CancelFunc
	wait   sync.WaitGroup
	mu     sync.Mutex
	closed bool
	live   map[string]*liveRun
	played map[string]bool // run ids, of those at rest too
}

// NewService returns the service of a runner and the log that it writes to.
func NewService(runner *Runner, log episodelog.Reader) *Service {
	base, cut := context.WithCancel(context.Background())
	return &Service{
		runner: runner, log: log, reader: projection.NewReader(log),
		base: base, cut: cut, live: map[string]*liveRun{}, played: map[string]bool{},
	}
}

// Close starts no more runs and no more episodes, and returns when the episodes in flight have come to their end. When
// the context ends first they are cut off, which leaves them unfinished in the log, and the error says so. It is safe to
// call more than once.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for _, run := range s.live {
		run.control.Cancel()
	}
	s.mu.Unlock()
	defer s.cut()
	rested := make(chan struct{})
	go func() {
		defer close(rested)
		s.wait.Wait()
	}()
	select {
	case <-rested:
		return nil
	case <-ctx.Done():
		s.cut()
		<-rested
		return fmt.Errorf("the runs being played were cut off: %w", ctx.Err())
	}
}

var errStopping = status.Error(codes.Unavailable, "the engine is stopping")

func (s *Service) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// StartRun implements RunServiceServer.
func (s *Service) StartRun(request *vignettev1.StartRunRequest, stream grpc.ServerStreamingServer[vignettev1.StartRunResponse]) error {
	if s.isClosed() {
		return errStopping
	}
	design, err := designOf(request)
	if err != nil {
		return err
	}
	ctx := stream.Context()
	planner, err := s.runner.plan(ctx, design)
	if err != nil {
		return refusal(ctx, err)
	}
	run, err := s.launch(ctx, planner, Options{Workers: int(request.GetWorkers()), Terms: conductor.Terms{
		Recorded: request.GetRecorded(), MaxCost: request.MaxCost, MaxTokens: request.MaxTokens,
	}})
	if err != nil {
		return err
	}
	launched := &vignettev1.StartRunResponse{Update: &vignettev1.StartRunResponse_Launched{Launched: planner.Manifest()}}
	if err := stream.Send(launched); err != nil {
		run.leave()
		return err
	}
	return run.follow(ctx, stream.Send)
}

// launch writes the manifest and plays the run, unless the service is closing.
func (s *Service) launch(ctx context.Context, planner *planning.Planner, options Options) (*liveRun, error) {
	run := newLiveRun(planner)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, errStopping
	}
	s.wait.Add(1)
	s.live[planner.Manifest().GetRun()], s.played[planner.Manifest().GetRun()] = run, true
	s.mu.Unlock()
	if err := s.runner.commit(ctx, planner); err != nil {
		run.end(err)
		s.rest(run)
		return nil, logFailure(ctx, err)
	}
	go func() {
		defer s.rest(run)
		options.Control, options.Each = run.control, run.add
		run.end(s.runner.Play(s.base, planner, options))
	}()
	return run, nil
}

// rest forgets a run that is played no more.
func (s *Service) rest(run *liveRun) {
	s.mu.Lock()
	delete(s.live, run.planner.Manifest().GetRun())
	s.mu.Unlock()
	s.wait.Done()
}

// ListRuns implements RunServiceServer. A run whose log cannot be read is left out and named in the [UnreadableRuns]
// trailer; one such run does not hide the others.
func (s *Service) ListRuns(ctx context.Context, request *vignettev1.ListRunsRequest) (*vignettev1.ListRunsResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	limit := int(request.GetLimit())
	if limit == 0 {
		limit = 100
	}
	response := &vignettev1.ListRunsResponse{}
	unreadable := metadata.MD{}
	for found, err := range s.reader.Runs(ctx) {
		switch {
		case err != nil && ctx.Err() != nil, err != nil && found.GetRun() == "":
			return nil, logFailure(ctx, err)
		case err != nil:
			unreadable.Append(UnreadableRuns, found.GetRun())
		default:
			response.Runs = append(response.Runs, found)
		}
		if len(response.GetRuns()) == limit {
			break
		}
	}
	if len(unreadable) > 0 {
		if err := grpc.SetTrailer(ctx, unreadable); err != nil {
			return nil, err
		}
	}
	return response, nil
}

// GetRun implements RunServiceServer.
func (s *Service) GetRun(ctx context.Context, request *vignettev1.GetRunRequest) (*vignettev1.GetRunResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	planner, err := s.planner(ctx, request.GetRun())
	if err != nil {
		return nil, err
	}
	found, err := s.reader.Status(ctx, planner)
	if err != nil {
		return nil, logFailure(ctx, err)
	}
	return &vignettev1.GetRunResponse{Manifest: planner.Manifest(), Status: found}, nil
}

// ListEpisodes implements RunServiceServer.
func (s *Service) ListEpisodes(request *vignettev1.ListEpisodesRequest, stream grpc.ServerStreamingServer[vignettev1.ListEpisodesResponse]) error {
	if err := check(request); err != nil {
		return err
	}
	ctx := stream.Context()
	planner, err := s.planner(ctx, request.GetRun())
	if err != nil {
		return err
	}
	for item, err := range s.reader.Episodes(ctx, planner) {
		if err != nil {
			return logFailure(ctx, err)
		}
		if err := stream.Send(&vignettev1.ListEpisodesResponse{Episode: item.State.Summary()}); err != nil {
			return err
		}
	}
	return nil
}

// GetEpisode implements RunServiceServer.
func (s *Service) GetEpisode(ctx context.Context, request *vignettev1.GetEpisodeRequest) (*vignettev1.GetEpisodeResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	record, err := s.reader.Record(ctx, request.GetEpisode())
	if errors.Is(err, projection.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "there is no episode %q", request.GetEpisode())
	}
	if err != nil {
		return nil, logFailure(ctx, err)
	}
	return &vignettev1.GetEpisodeResponse{Run: record.Run, Cell: record.Cell, Events: record.Events, Notes: record.Notes}, nil
}

// CancelRun implements RunServiceServer. It returns when the episodes in flight have come to their end. A run that is at
// rest is answered as it is. An unfinished run that this service never played is FAILED_PRECONDITION: it is somebody
// else's to cancel, or was cut off.
func (s *Service) CancelRun(ctx context.Context, request *vignettev1.CancelRunRequest) (*vignettev1.CancelRunResponse, error) {
	if err := check(request); err != nil {
		return nil, err
	}
	s.mu.Lock()
	run, ours := s.live[request.GetRun()], s.played[request.GetRun()]
	s.mu.Unlock()
	if run != nil {
		run.control.Cancel()
		select {
		case <-run.ended:
			return &vignettev1.CancelRunResponse{Status: run.status()}, nil
		case <-ctx.Done():
			return nil, status.FromContextError(ctx.Err()).Err()
		}
	}
	planner, err := s.planner(ctx, request.GetRun())
	if err != nil {
		return nil, err
	}
	found, err := s.reader.Status(ctx, planner)
	if err != nil {
		return nil, logFailure(ctx, err)
	}
	if found.GetUnfinished() > 0 && !ours {
		return nil, status.Errorf(codes.FailedPrecondition,
			"run %s is not played by this engine: cancel it where it is played; if it was cut off, there is nothing to cancel", request.GetRun())
	}
	return &vignettev1.CancelRunResponse{Status: found}, nil
}

// planner finds a run by its whole id.
func (s *Service) planner(ctx context.Context, run string) (*planning.Planner, error) {
	if !possibleID.MatchString(run) {
		return nil, status.Errorf(codes.NotFound, "there is no run %q", run)
	}
	manifest, err := s.log.Manifest(ctx, run)
	if errors.Is(err, episodelog.ErrNotFound) {
		return nil, status.Errorf(codes.NotFound, "there is no run %q", run)
	}
	if err != nil {
		return nil, logFailure(ctx, err)
	}
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "run %s has a design that this program does not know: %v", run, err)
	}
	return planner, nil
}
