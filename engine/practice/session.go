package practice

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// session is what is known of a session. Whoever holds it (held) may read and change it.
type session struct {
	service *Service
	id      string
	held    chan struct{} // room for one
	loaded  bool

	branches []*branch // oldest first
	current  *branch
	switched uint64 // sequence of what made it the current one

	measures []*vignettev1.Measures
	paused   vignettev1.PauseReason
	risk     *vignettev1.RiskNotice
	left     bool
	finished *vignettev1.Finished
	reviewed []*vignettev1.SupervisorReview // in the order of the log
	last     uint64                         // the highest sequence known

	mu   sync.Mutex
	wake chan struct{} // closed when something has happened
}

// branch is one way a session went.
type branch struct {
	session *session
	planner *planning.Planner
	plan    *episode.Plan
	made    uint64 // sequence of its manifest, 0 when this process made it
	seat    *runs.Attendance
	notes   []noted
}

// noted is a note and where it is in the log.
type noted struct {
	sequence uint64
	event    *vignettev1.PracticeEvent
}

func newSession(s *Service, id string) *session {
	return &session{service: s, id: id, held: make(chan struct{}, 1), wake: make(chan struct{})}
}

// load reads a session from the log. Nothing is written, and nobody is asked.
func (s *session) load(ctx context.Context) error {
	members, err := s.service.members(ctx, s.id)
	if err != nil {
		return err
	}
	s.branches, s.current, s.switched, s.last = nil, nil, 0, 0
	s.measures, s.paused, s.risk, s.left, s.finished, s.reviewed = nil, 0, nil, false, nil, nil
	var all []noted
	at := map[uint64]*branch{}
	for _, member := range members {
		b, err := s.branch(ctx, member)
		if err != nil {
			return err
		}
		notes, err := s.service.config.Log.Notes(ctx, b.plan.Run, b.plan.Episode)
		if err != nil {
			return runs.LogFailure(ctx, err)
		}
		s.join(b)
		for _, entry := range notes {
			if event := entry.Note.GetPractice(); event != nil {
				all, at[entry.Sequence] = append(all, noted{entry.Sequence, event}), b
			}
		}
	}
	slices.SortFunc(all, func(a, b noted) int { return cmp.Compare(a.sequence, b.sequence) })
	for _, n := range all {
		s.apply(at[n.sequence], n)
	}
	s.loaded = true
	return nil
}

// branch takes a seat in a run of the session.
func (s *session) branch(ctx context.Context, member family) (*branch, error) {
	p, err := planner(member.manifest)
	if err != nil {
		return nil, err
	}
	plan, err := p.Plan(0)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	seat, err := s.service.config.Runner.Attend(ctx, p, s.service.config.Log, 0, conductor.Terms{})
	if err != nil {
		return nil, runs.LogFailure(ctx, err)
	}
	return &branch{session: s, planner: p, plan: plan, made: member.sequence, seat: seat}, nil
}

// join adds a branch, which becomes the one that goes on.
func (s *session) join(b *branch) {
	s.branches = append(s.branches, b)
	s.current, s.switched = b, max(b.made, s.switched)
	s.last = max(s.last, b.made, b.seat.Last())
}

// apply folds a note in.
func (s *session) apply(b *branch, n noted) {
	b.notes = append(b.notes, n)
	s.last = max(s.last, n.sequence)
	switch event := n.event.GetEvent().(type) {
	case *vignettev1.PracticeEvent_Measured:
		s.measures = append(s.measures, event.Measured)
	case *vignettev1.PracticeEvent_Paused:
		s.paused = event.Paused.GetReason()
	case *vignettev1.PracticeEvent_Resumed:
		s.paused, s.risk = vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED, nil
	case *vignettev1.PracticeEvent_Risk:
		s.paused, s.risk = vignettev1.PauseReason_PAUSE_REASON_RISK, event.Risk
	case *vignettev1.PracticeEvent_Left:
		s.left = true
	case *vignettev1.PracticeEvent_Finished:
		s.finished = event.Finished
	case *vignettev1.PracticeEvent_Reviewed:
		s.reviewed = append(s.reviewed, event.Reviewed)
	case *vignettev1.PracticeEvent_Switched:
		if n.sequence > s.switched {
			s.current, s.switched = b, n.sequence
		}
	}
}

// drop has the next call read the log again: whether a write was made is open, or somebody else has taken the session up.
func (s *session) drop() {
	s.loaded = false
	s.service.forget()
	s.changed()
}

// changed wakes whoever watches.
func (s *session) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.wake)
	s.wake = make(chan struct{})
}

// news is closed when something happens after this call.
func (s *session) news() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wake
}

// practice is what is fixed about the session.
func (s *session) practice() *vignettev1.Practice {
	return s.branches[0].planner.Manifest().GetPractice()
}

// find returns a branch by its run id; "" is the one that goes on.
func (s *session) find(run string) (*branch, error) {
	if run == "" {
		return s.current, nil
	}
	for _, b := range s.branches {
		if b.plan.Run == run {
			return b, nil
		}
	}
	return nil, status.Errorf(codes.NotFound, "session %s has no branch %q", s.id, run)
}

// over says whether nobody speaks any more in this session.
func (s *session) over() bool { return s.left || s.finished != nil }

// mayTalk refuses what needs a session that goes on.
func (s *session) mayTalk() error {
	switch {
	case s.left:
		return status.Errorf(codes.FailedPrecondition, "session %s was left; its report can be read, and a new one started", s.id)
	case s.finished != nil:
		return status.Errorf(codes.FailedPrecondition, "session %s is finished; its report can be read, and a new one started", s.id)
	case s.paused == vignettev1.PauseReason_PAUSE_REASON_RISK:
		return status.Errorf(codes.FailedPrecondition, "session %s stands still: please read the notice; ResumeSession with notice_read lets it go on", s.id)
	case s.paused != vignettev1.PauseReason_PAUSE_REASON_UNSPECIFIED:
		return status.Errorf(codes.FailedPrecondition, "session %s is paused; ResumeSession lets it go on", s.id)
	}
	return nil
}

// mine says whether a role is the trainee's.
func (b *branch) mine(role string) bool { return role == b.session.practice().GetRole() }

// state is what has happened in the branch.
func (b *branch) state() *episode.State { return b.seat.State() }

// play lets the others speak until it is the trainee's turn. It goes on though the caller leaves.
func (b *branch) play(watch conductor.Watch) error {
	return b.driven(b.seat.Play(b.session.service.base, watch))
}

// driven makes a status of what driving came to.
func (b *branch) driven(err error) error {
	s := b.session
	s.last = max(s.last, b.seat.Last())
	s.changed()
	var paused *conductor.PausedError
	switch {
	case err == nil:
		if failed := b.state().Failed(); failed != nil {
			return status.Errorf(codes.Unavailable, "%s could not answer: %s; ResumeSession asks again", failed.GetWho(), failed.GetMessage())
		}
		return nil
	case errors.As(err, &paused):
		return status.Errorf(codes.ResourceExhausted, "%v", err)
	case errors.Is(err, episodelog.ErrConflict):
		s.drop()
		return status.Errorf(codes.Aborted, "session %s was taken up elsewhere meanwhile; ask again", s.id)
	}
	s.drop()
	return runs.LogFailure(s.service.base, err)
}
