package environment

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// AgentName is the name under which EnvironmentService is found on the wire.
const AgentName = "environment"

// What holds where a config says nothing.
const (
	DefaultMax     = 256
	DefaultIdle    = 10 * time.Minute
	DefaultTimeout = 50 * time.Second // less than the minute after which OpenEnv's clients give up
)

// Config is what a service is made of.
type Config struct {
	// Runner prepares runs and takes seats in them.
	Runner *runs.Runner
	// Max is how many environments may be open at once; 0 means [DefaultMax].
	Max int
	// Idle is after how long without a call an environment is closed; 0 means [DefaultIdle].
	Idle time.Duration
	// Policies asks policies at URLs; nil where no whole episodes are run.
	Policies vignettev1.PolicyServiceClient
}

// Service is EnvironmentService. It is safe for concurrent use; the calls of one environment must come one after the other. Close it.
type Service struct {
	config   Config
	sketches sketches

	base context.Context // of all that goes on though its caller may have gone
	cut  context.CancelFunc
	wait sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[string]*environment
	gone   map[string]string // why those are closed that were
	order  []string          // of gone, oldest first
}

// NewService returns the service.
func NewService(config Config) *Service {
	config.Max, config.Idle = cmp.Or(config.Max, DefaultMax), cmp.Or(config.Idle, DefaultIdle)
	base, cut := context.WithCancel(context.Background())
	s := &Service{
		config: config, base: base, cut: cut, sketches: sketches{made: map[[32]byte]*sketch{}},
		open: map[string]*environment{}, gone: map[string]string{},
	}
	go s.watch()
	return s
}

// Close takes no more calls and closes all environments, whose episodes are completed as truncated. When the context ends first they
// stay unfinished in the log.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	var all []*environment
	for _, e := range s.open {
		all = append(all, e)
	}
	s.mu.Unlock()
	defer s.cut()
	rested := make(chan struct{})
	go func() {
		defer close(rested)
		var closing sync.WaitGroup
		for _, e := range all {
			closing.Go(func() { s.retire(e, "the service stopped") })
		}
		closing.Wait()
		s.wait.Wait()
	}()
	select {
	case <-rested:
		return nil
	case <-ctx.Done():
		s.cut()
		<-rested
		return fmt.Errorf("environments were cut off: %w", ctx.Err())
	}
}

// enter says that a call goes on, unless the service is closing.
func (s *Service) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, status.Error(codes.Unavailable, "the environment service is stopping")
	}
	s.wait.Add(1)
	return s.wait.Done, nil
}

// maxItems is how many items a batch may have.
const maxItems = 1024

func checkBatch(n int) error {
	if n < 1 || n > maxItems {
		return status.Errorf(codes.InvalidArgument, "items: there are %d; a batch has 1 to %d", n, maxItems)
	}
	return nil
}

// each works on the items of a batch side by side.
func each[T any](items []T, work func(T) (*vignettev1.EnvironmentStep, error)) []*vignettev1.StepOutcome {
	outcomes := make([]*vignettev1.StepOutcome, len(items))
	var wait sync.WaitGroup
	for i, item := range items {
		wait.Go(func() { outcomes[i] = outcome(work(item)) })
	}
	wait.Wait()
	return outcomes
}

// Reset begins episodes; EnvironmentService says how.
func (s *Service) Reset(ctx context.Context, request *vignettev1.EnvironmentServiceResetRequest) (*vignettev1.EnvironmentServiceResetResponse, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := checkBatch(len(request.GetItems())); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, DefaultTimeout)
	defer cancel()
	return &vignettev1.EnvironmentServiceResetResponse{Outcomes: each(request.GetItems(), func(item *vignettev1.ResetItem) (*vignettev1.EnvironmentStep, error) {
		return s.reset(ctx, item)
	})}, nil
}

// Step takes turns; EnvironmentService says how.
func (s *Service) Step(ctx context.Context, request *vignettev1.EnvironmentServiceStepRequest) (*vignettev1.EnvironmentServiceStepResponse, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := checkBatch(len(request.GetItems())); err != nil {
		return nil, err
	}
	timeout := DefaultTimeout
	if request.GetTimeout() != nil {
		timeout = request.GetTimeout().AsDuration()
	}
	if timeout <= 0 || timeout > 10*time.Minute {
		return nil, status.Errorf(codes.InvalidArgument, "timeout: %v; it must be more than nothing and at most 10 minutes", timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return &vignettev1.EnvironmentServiceStepResponse{Outcomes: each(request.GetItems(), func(item *vignettev1.StepItem) (*vignettev1.EnvironmentStep, error) {
		return s.step(ctx, item)
	})}, nil
}

// CloseEnvironments closes environments by their ids; what is not open is passed over.
func (s *Service) CloseEnvironments(ids []string) (*vignettev1.EnvironmentServiceCloseResponse, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := checkBatch(len(ids)); err != nil {
		return nil, err
	}
	var closing sync.WaitGroup
	response := &vignettev1.EnvironmentServiceCloseResponse{}
	for _, id := range ids {
		s.mu.Lock()
		e := s.open[id]
		s.mu.Unlock()
		if e != nil && s.forget(e, "its caller closed it") {
			response.Closed++
			closing.Go(func() { e.end("the policy closed the environment") })
		}
	}
	closing.Wait()
	return response, nil
}

// Server is the service as it is registered on servers: what the contract calls Close is another thing than [Service.Close].
func (s *Service) Server() vignettev1.EnvironmentServiceServer { return &server{service: s} }

type server struct {
	vignettev1.UnimplementedEnvironmentServiceServer
	service *Service
}

// Reset implements EnvironmentServiceServer.
func (s *server) Reset(ctx context.Context, request *vignettev1.EnvironmentServiceResetRequest) (*vignettev1.EnvironmentServiceResetResponse, error) {
	return s.service.Reset(ctx, request)
}

// Step implements EnvironmentServiceServer.
func (s *server) Step(ctx context.Context, request *vignettev1.EnvironmentServiceStepRequest) (*vignettev1.EnvironmentServiceStepResponse, error) {
	return s.service.Step(ctx, request)
}

// Close implements EnvironmentServiceServer.
func (s *server) Close(_ context.Context, request *vignettev1.EnvironmentServiceCloseRequest) (*vignettev1.EnvironmentServiceCloseResponse, error) {
	return s.service.CloseEnvironments(request.GetEnvironments())
}

// RunEpisode implements EnvironmentServiceServer.
func (s *server) RunEpisode(ctx context.Context, request *vignettev1.RunEpisodeRequest) (*vignettev1.RunEpisodeResponse, error) {
	return s.service.RunEpisode(ctx, request)
}

// checkItem holds an item against the rules of its contract. A scenario is checked apart, where more is said about it.
func checkItem(item proto.Message) error {
	if reset, ok := item.(*vignettev1.ResetItem); ok && reset.GetScenario() != nil {
		bare := proto.CloneOf(reset)
		bare.Situation = nil
		item = bare
	}
	if err := protovalidate.Validate(item); err != nil {
		return refuse(codes.InvalidArgument, ReasonRequest, "%v", err)
	}
	return nil
}

// find returns an open environment.
func (s *Service) find(id string) (*environment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.open[id]; e != nil {
		return e, nil
	}
	if why := s.gone[id]; why != "" {
		return nil, refuse(codes.NotFound, ReasonEnvironment, "environment %s is closed: %s; open another with Reset", id, why)
	}
	return nil, refuse(codes.NotFound, ReasonEnvironment, "there is no environment %q; open one with Reset", id)
}

// add opens an environment, if there is room.
func (s *Service) add() (*environment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= s.config.Max {
		return nil, refuse(codes.ResourceExhausted, ReasonCapacity, "%d environments are open, as many as may be; close one, or wait until idle ones are closed", len(s.open))
	}
	e := newEnvironment(s, s.config.Runner.NewID())
	s.open[e.id] = e
	return e, nil
}

// remembered is how many closed environments are known by why they are.
const remembered = 10000

// forget takes an environment out of those that are open, and says whether it was one.
func (s *Service) forget(e *environment, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[e.id] != e {
		return false
	}
	delete(s.open, e.id)
	s.gone[e.id] = why
	if s.order = append(s.order, e.id); len(s.order) > remembered {
		delete(s.gone, s.order[0])
		s.order = s.order[1:]
	}
	return true
}

// retire closes an environment and completes its episode.
func (s *Service) retire(e *environment, why string) {
	if s.forget(e, why) {
		e.end(why)
	}
}

// watch closes environments that nobody uses, until the service is closed.
func (s *Service) watch() {
	for s.config.Runner.Clock.Sleep(s.base, max(s.config.Idle/4, time.Second)) == nil {
		s.sweep()
	}
}

// sweep closes the environments that nobody has used for too long.
func (s *Service) sweep() {
	leave, err := s.enter()
	if err != nil {
		return
	}
	defer leave()
	now := s.config.Runner.Clock.Now()
	s.mu.Lock()
	var idle []*environment
	for _, e := range s.open {
		if now.Sub(e.used) >= s.config.Idle && e.calls == 0 {
			idle = append(idle, e)
		}
	}
	s.mu.Unlock()
	for _, e := range idle {
		s.wait.Go(func() { s.retire(e, fmt.Sprintf("nobody used it for %v", s.config.Idle)) })
	}
}

// Open is how many environments are open.
func (s *Service) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}
