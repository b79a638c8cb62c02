package environment

import (
	"context"
	"hash/fnv"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// environment is where a policy plays one episode after the other. Whoever holds it (held) may read and change it; used and calls
// are the service's.
type environment struct {
	service *Service
	id      string
	held    chan struct{} // room for one

	used  time.Time // when a call last ended
	calls int       // that go on

	scenario *vignettev1.Scenario // as it was asked for
	role     string
	models   map[string]string
	timing   vignettev1.RewardTiming
	maxSteps int
	seed     uint64

	ctx    context.Context // of the episode
	cancel context.CancelFunc
	seat   *runs.Attendance
	steps  int
	moving chan error // what the drive that goes on comes to; nil when nobody drives
	owed   bool       // the last turn was taken, and what came of it was not told
}

func newEnvironment(s *Service, id string) *environment {
	h := fnv.New64a()
	h.Write([]byte(id))
	return &environment{
		service: s, id: id, held: make(chan struct{}, 1), used: s.config.Runner.Clock.Now(), seed: following(h.Sum64()),
		timing: vignettev1.RewardTiming_REWARD_TIMING_ON_OUTCOME,
	}
}

// following is the seed after a seed. It has 31 bits: every client can hold it, also one whose numbers are all floating.
func following(seed uint64) uint64 {
	z := seed + 0x9e3779b97f4a7c15 // splitmix64 (Steele, Lea and Flood 2014)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 33
}

// hold lets one call at a time have the environment; a second one is told so.
func (e *environment) hold() (release func(), err error) {
	select {
	case e.held <- struct{}{}:
	default:
		return nil, refuse(codes.Aborted, ReasonBusy, "another call drives environment %s; its calls must come one after the other", e.id)
	}
	s := e.service
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[e.id] != e {
		<-e.held
		return nil, refuse(codes.NotFound, ReasonEnvironment, "environment %s is closed; open another with Reset", e.id)
	}
	e.calls++
	return func() {
		s.mu.Lock()
		e.used, e.calls = s.config.Runner.Clock.Now(), e.calls-1
		s.mu.Unlock()
		<-e.held
	}, nil
}

// reset begins an episode.
func (s *Service) reset(ctx context.Context, item *vignettev1.ResetItem) (*vignettev1.EnvironmentStep, error) {
	if err := checkItem(item); err != nil {
		return nil, err
	}
	scenario, err := situation(item)
	if err != nil {
		return nil, err
	}
	if item.GetEnvironment() != "" {
		e, err := s.find(item.GetEnvironment())
		if err != nil {
			return nil, err
		}
		release, err := e.hold()
		if err != nil {
			return nil, err
		}
		defer release()
		return e.reset(ctx, item, scenario)
	}
	if scenario == nil {
		return nil, refuse(codes.InvalidArgument, ReasonRequest, "say what is played: library, the id of a scenario of the library, or scenario")
	}
	e, err := s.add()
	if err != nil {
		return nil, err
	}
	release, err := e.hold()
	if err != nil {
		return nil, err
	}
	step, err := e.reset(ctx, item, scenario)
	release()
	if err != nil { // Nobody learns its id: it would be in the way until it is idle.
		s.retire(e, "its first episode could not begin")
	}
	return step, err
}

// reset begins an episode in this environment, which is held. What is wrong with the item changes nothing.
func (e *environment) reset(ctx context.Context, item *vignettev1.ResetItem, scenario *vignettev1.Scenario) (*vignettev1.EnvironmentStep, error) {
	next := &environment{
		scenario: e.scenario, role: e.role, models: e.models, timing: e.timing, maxSteps: e.maxSteps, seed: following(e.seed),
	}
	if scenario != nil {
		next.scenario, next.role = scenario, ""
	}
	if item.GetRole() != "" {
		next.role = item.GetRole()
	}
	if len(item.GetModels()) > 0 {
		next.models = item.GetModels()
	}
	if item.GetTiming() != vignettev1.RewardTiming_REWARD_TIMING_UNSPECIFIED {
		next.timing = item.GetTiming()
	}
	if item.GetMaxSteps() > 0 {
		next.maxSteps = int(item.GetMaxSteps())
	}
	if item.Seed != nil {
		next.seed = item.GetSeed()
	}
	played, role, err := seated(next.scenario, next.role, next.timing)
	if err != nil {
		return nil, err
	}
	sketch, err := e.service.sketches.get(ctx, e.service.config.Runner, played, next.models)
	if err != nil {
		return nil, err
	}
	e.complete("the policy began another episode")
	planner, err := e.service.config.Runner.PrepareLike(ctx, sketch, next.seed, func(m *vignettev1.Manifest) {
		m.Environment = &vignettev1.EnvironmentEpisode{Environment: e.id, Role: role, Label: item.GetLabel()}
	})
	if err != nil {
		return nil, broken(err)
	}
	seat, err := e.service.config.Runner.AttendNew(planner)
	if err != nil {
		return nil, broken(err)
	}
	e.scenario, e.role, e.models, e.timing, e.maxSteps, e.seed = next.scenario, role, next.models, next.timing, next.maxSteps, next.seed
	e.seat, e.steps, e.owed = seat, 0, false
	e.ctx, e.cancel = context.WithCancel(e.service.base)
	return e.drive(ctx)
}

// step takes a turn.
func (s *Service) step(ctx context.Context, item *vignettev1.StepItem) (*vignettev1.EnvironmentStep, error) {
	if err := checkItem(item); err != nil {
		return nil, err
	}
	e, err := s.find(item.GetEnvironment())
	if err != nil {
		return nil, err
	}
	release, err := e.hold()
	if err != nil {
		return nil, err
	}
	defer release()
	if e.moving != nil {
		if err := e.await(ctx); err != nil {
			return nil, err
		}
	}
	if again, err := e.taken(item); err != nil || again {
		if err == nil {
			return e.drive(ctx)
		}
		return nil, err
	}
	if err := e.mayAct(); err != nil {
		return nil, err
	}
	if err := e.seat.State().CheckAction(e.role, item.GetAction()); err != nil {
		return nil, refuse(codes.InvalidArgument, ReasonRequest, "action: %v", err)
	}
	if err := e.seat.Take(e.ctx, e.role, item.GetAction()); err != nil {
		return nil, broken(err)
	}
	e.steps++
	return e.drive(ctx)
}

// taken says whether the turn of an item has been taken already, by an item like it. An error says that it is not due.
func (e *environment) taken(item *vignettev1.StepItem) (bool, error) {
	if e.seat == nil {
		return false, refuse(codes.FailedPrecondition, ReasonOver, "no episode has begun; begin one with Reset")
	}
	state := e.seat.State()
	own, turns := lastTurnOf(state, e.role), state.Turns()
	same := own >= 0 && proto.Equal(turns[own].GetAction(), item.GetAction())
	switch index := item.GetTurnIndex(); {
	case item.TurnIndex == nil && e.owed && same:
		return true, nil
	case item.TurnIndex == nil && e.owed && own >= 0:
		return false, refuse(codes.FailedPrecondition, ReasonOrder, "what came of turn %d has not been told yet; send the same step again, and then the next", own)
	case item.TurnIndex == nil:
		return false, nil
	case index == own && same:
		return true, nil
	case int(index) != len(turns):
		return false, refuse(codes.FailedPrecondition, ReasonOrder, "turn %d is not due: the next is turn %d (observation.turn_index)", index, len(turns))
	}
	return false, nil
}

// mayAct refuses a turn when it is not the policy's.
func (e *environment) mayAct() error {
	state := e.seat.State()
	switch {
	case state.Failed() != nil:
		return refuse(codes.Unavailable, ReasonPartner, "the episode has failed: %s could not answer; begin another with Reset", state.Failed().GetWho())
	case state.Ended() != nil:
		return refuse(codes.FailedPrecondition, ReasonOver, "the episode is over; begin another with Reset")
	case e.seat.Waiting() != e.role:
		return refuse(codes.Unavailable, ReasonPartner, "the episode stands still; begin another with Reset")
	}
	return nil
}

// drive lets the others play until it is the policy's turn, or the context ends first: then they play on, and whoever comes next
// waits for them.
func (e *environment) drive(ctx context.Context) (*vignettev1.EnvironmentStep, error) {
	moving := make(chan error, 1)
	e.moving = moving
	seat, last := e.seat, e.maxSteps > 0 && e.steps >= e.maxSteps
	e.service.wait.Go(func() { moving <- play(e.ctx, seat, last) })
	if err := e.await(ctx); err != nil {
		return nil, err
	}
	return e.told()
}

// play lets the others play; after the last step that is allowed the conversation is cut off.
func play(ctx context.Context, seat *runs.Attendance, last bool) error {
	if err := seat.Play(ctx, nil); err != nil || !last || seat.State().Ended() != nil || seat.State().Failed() != nil {
		return err
	}
	if err := seat.End(ctx, vignettev1.EndReason_END_REASON_TRUNCATED, "the policy's last step"); err != nil {
		return err
	}
	return seat.Play(ctx, nil)
}

// await waits for the drive that goes on.
func (e *environment) await(ctx context.Context) error {
	select {
	case err := <-e.moving:
		e.moving = nil
		if err != nil {
			return broken(err)
		}
		return nil
	case <-ctx.Done():
		e.owed = true
		return refuse(codes.DeadlineExceeded, ReasonSlow, "the others have not answered in time; send the same step again to wait on")
	}
}

// told is how the environment stands, once nobody drives it.
func (e *environment) told() (*vignettev1.EnvironmentStep, error) {
	if failed := e.seat.State().Failed(); failed != nil {
		e.owed = false
		return nil, refuse(codes.Unavailable, ReasonPartner, "%s could not answer, and the episode has failed; begin another with Reset", failed.GetWho())
	}
	e.owed = false
	return e.view(), nil
}

// complete brings an episode that is not over to its end, as truncated, with its scores. What the log does not take stays
// unfinished there.
func (e *environment) complete(why string) {
	if e.seat == nil {
		return
	}
	if e.moving != nil {
		e.cancel()
		<-e.moving
		e.moving = nil
	}
	defer e.cancel()
	state := e.seat.State()
	if state.Completed() != nil || state.Failed() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(e.service.base, completing)
	defer cancel()
	if state.Ended() == nil && e.seat.End(ctx, vignettev1.EndReason_END_REASON_TRUNCATED, why) != nil {
		return
	}
	_ = e.seat.Play(ctx, nil) // It says in the log how far it got, and nobody is left to be told.
}

// completing is how long scores may take of an episode that was cut off.
const completing = time.Minute

// end completes the episode of an environment that is open no more. It waits for the call that holds it.
func (e *environment) end(why string) {
	e.held <- struct{}{}
	defer func() { <-e.held }()
	e.complete(why)
}
