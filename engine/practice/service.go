package practice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// AgentName is the name under which PracticeService is found on the wire.
const AgentName = "practice"

// Notice is what every session says of itself.
const Notice = "Simulated, not care. You talk to a simulated person; nobody listens. Everything you write is recorded in the data directory."

// Config is what a service is made of.
type Config struct {
	// Runner prepares runs and takes seats in them. It must have a history.
	Runner *runs.Runner
	// Log is the log that the runner writes to.
	Log episodelog.Log
	// Help is what is shown to a trainee in danger; nil means [DefaultHelp].
	Help *vignettev1.LocalHelp
	// Author stands in the notes for this program.
	Author string
}

// Service is PracticeService. It is safe for concurrent use; the calls of one session are carried out one after the other. Close
// it.
type Service struct {
	vignettev1.UnimplementedPracticeServiceServer
	config Config
	asked  describer

	base context.Context // of all that goes on though its caller may have gone
	cut  context.CancelFunc
	wait sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	scanned  bool
	known    map[string][]family // runs of each session, oldest first
	sessions map[string]*session
}

// family is a run of a session and where its manifest is in the log.
type family struct {
	manifest *vignettev1.Manifest
	sequence uint64
}

// NewService returns the service.
func NewService(config Config) *Service {
	base, cut := context.WithCancel(context.Background())
	if config.Help == nil {
		config.Help = DefaultHelp()
	}
	config.Author = cmp.Or(config.Author, AgentName)
	return &Service{config: config, base: base, cut: cut, known: map[string][]family{}, sessions: map[string]*session{}}
}

// Close takes no more calls and waits until what is being answered is in the log; when the context ends first it is cut off, which
// loses nothing that was said.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
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
		return fmt.Errorf("practice: answers were cut off: %w", ctx.Err())
	}
}

// enter says that a call goes on, unless the service is closing.
func (s *Service) enter() (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, status.Error(codes.Unavailable, "practice is stopping; the session goes on when it is back")
	}
	s.wait.Add(1)
	return s.wait.Done, nil
}

// open finds a session and holds it: nobody else drives it until release.
func (s *Service) open(ctx context.Context, id string) (*session, func(), error) {
	leave, err := s.enter()
	if err != nil {
		return nil, nil, err
	}
	found, err := s.find(ctx, id)
	if err != nil {
		leave()
		return nil, nil, err
	}
	select {
	case found.held <- struct{}{}:
	case <-ctx.Done():
		leave()
		return nil, nil, status.FromContextError(ctx.Err()).Err()
	}
	release := func() { <-found.held; leave() }
	if !found.loaded {
		if err := found.load(ctx); err != nil {
			release()
			return nil, nil, err
		}
	}
	return found, release, nil
}

// find returns the session of an id, in memory or known from the log.
func (s *Service) find(ctx context.Context, id string) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.sessions[id]; found != nil {
		return found, nil
	}
	if s.known[id] == nil || !s.scanned {
		if err := s.scan(ctx); err != nil {
			return nil, runs.LogFailure(ctx, err)
		}
	}
	if s.known[id] == nil {
		return nil, status.Errorf(codes.NotFound, "there is no session %q; ListSessions lists them", id)
	}
	found := newSession(s, id)
	s.sessions[id] = found
	return found, nil
}

// scan reads which runs are sessions. The mutex is held.
func (s *Service) scan(ctx context.Context) error {
	known := map[string][]family{}
	for entry, err := range s.config.Log.Runs(ctx) {
		var corrupt *episodelog.CorruptError
		if err != nil && !errors.As(err, &corrupt) {
			return err
		}
		if practice := entry.Manifest.GetPractice(); practice != nil {
			id := sessionOf(entry.Manifest)
			known[id] = append(known[id], family{entry.Manifest, entry.Sequence})
		}
	}
	for id, members := range known {
		if members[0].manifest.GetRun() != id { // its first run was deleted
			delete(known, id)
		}
	}
	s.known, s.scanned = known, true
	return nil
}

// learn adds a run that this service has just made.
func (s *Service) learn(manifest *vignettev1.Manifest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := sessionOf(manifest)
	if !slices.ContainsFunc(s.known[id], func(f family) bool { return f.manifest.GetRun() == manifest.GetRun() }) {
		s.known[id] = append(s.known[id], family{manifest: manifest})
	}
}

// members are the runs of a session.
func (s *Service) members(ctx context.Context, id string) ([]family, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.scanned {
		if err := s.scan(ctx); err != nil {
			return nil, runs.LogFailure(ctx, err)
		}
	}
	if s.known[id] == nil {
		return nil, status.Errorf(codes.NotFound, "session %q is there no more", id)
	}
	return slices.Clone(s.known[id]), nil
}

// forget has the log asked again which runs are sessions.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scanned = false
}

// sessionOf is the session that a run of practice belongs to.
func sessionOf(manifest *vignettev1.Manifest) string {
	return cmp.Or(manifest.GetPractice().GetSession(), manifest.GetRun())
}

// note writes something that happened beside the turns, on a branch.
func (s *Service) note(ctx context.Context, b *branch, event *vignettev1.PracticeEvent) error {
	note := &vignettev1.Note{
		SchemaVersion: episode.SchemaVersion, Id: s.config.Runner.NewID(), Author: s.config.Author, Time: s.now(),
		Note: &vignettev1.Note_Practice{Practice: event},
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	sequence, err := s.config.Log.AppendNote(ctx, b.plan.Run, b.plan.Episode, note)
	if err != nil {
		b.session.drop()
		return status.Errorf(codes.Unavailable, "it could not be recorded, and may be there all the same; ask again: %v", err)
	}
	b.session.apply(b, noted{sequence, event})
	b.session.changed()
	return nil
}

func (s *Service) now() *timestamppb.Timestamp { return timestamppb.New(s.config.Runner.Clock.Now()) }

// planner makes the planner of a run of practice.
func planner(manifest *vignettev1.Manifest) (*planning.Planner, error) {
	p, err := planning.New(manifest)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "run %s has a design that this program does not know: %v", manifest.GetRun(), err)
	}
	return p, nil
}
