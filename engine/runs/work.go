package runs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/workqueue"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// DefaultTries is how many workers in turn may take an episode over and record nothing before it is parked. Chosen: bad luck hardly
// strikes the same call so often.
const DefaultTries = 5

const (
	// idlePause is how long nobody looks for work after there was none, and lookPause how long a worker that serves all runs waits.
	idlePause = 20 * time.Millisecond
	lookPause = 200 * time.Millisecond
	// troublePause is how long an episode rests that could not be played, or the queue that could not be asked.
	troublePause = time.Second
	// troublePatience is how long the queue may not answer before a run is given up.
	troublePatience = time.Minute
	// layDownTimeout bounds what is said to the queue after an episode has come to rest.
	layDownTimeout = 5 * time.Second
	// leaveTimeout bounds what is told at the end of a run that others have played along.
	leaveTimeout = 5 * time.Minute
)

// job is a run that the workers of this process take episodes of.
type job struct {
	run       string
	planner   *planning.Planner
	origin    *planning.Planner
	conductor *conductor.Conductor
	tries     int
	halted    func() bool                           // no episode is to be taken now
	rested    func(place int, state *episode.State) // an episode came to rest here
	paused    func(*conductor.PausedError)          // the run has to stand still

	mu     sync.Mutex
	failed map[int]int // how often an episode could not be played though nobody died
}

// fail counts that an episode could not be played.
func (j *job) fail(place int) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed == nil {
		j.failed = map[int]int{}
	}
	j.failed[place]++
	return j.failed[place]
}

// floor is where the workers of a process stand: they take turns between its jobs.
type floor struct {
	*Runner
	logger *slog.Logger

	mu   sync.Mutex
	jobs []*job
	turn int
}

// take returns an episode of the job whose turn it is, or nils when no job has any.
func (f *floor) take(ctx context.Context) (*job, *workqueue.Item, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var trouble error
	for range f.jobs {
		j := f.jobs[f.turn%len(f.jobs)]
		f.turn++
		if j.halted() {
			continue
		}
		item, err := f.Queue.Take(ctx, j.run)
		if item != nil {
			return j, item, nil
		}
		trouble = cmp.Or(trouble, err)
	}
	return nil, nil, trouble
}

// work takes episodes and plays them until there is nothing more to wait for, which over says when no episode is to be had.
func (f *floor) work(ctx context.Context, pause time.Duration, over func(context.Context) (bool, error)) error {
	var since time.Time // when the queue began not to answer
	for ctx.Err() == nil {
		j, item, err := f.take(ctx)
		if item != nil {
			if since = (time.Time{}); ctx.Err() != nil {
				return errors.Join(ctx.Err(), item.Return(0))
			}
			if err := f.play(ctx, j, item); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			var done bool
			if done, err = over(ctx); done {
				return nil
			}
		}
		wait := pause
		if err != nil && ctx.Err() == nil {
			wait = troublePause
			if now := f.Clock.Now(); since.IsZero() {
				since = now
			} else if now.Sub(since) > troublePatience {
				return fmt.Errorf("the work queue does not answer any more: %w", err)
			}
		} else {
			since = time.Time{}
		}
		_ = f.Clock.Sleep(ctx, wait)
	}
	return ctx.Err()
}

// play plays an episode that was taken. Its error stops this worker; what is wrong with the episode alone does not.
func (f *floor) play(ctx context.Context, j *job, item *workqueue.Item) error {
	logger := f.logger.With("run", item.Run, "place", item.Place, "delivery", item.Deliveries)
	holding, letGo := context.WithCancel(ctx)
	var hold sync.WaitGroup
	hold.Go(func() { item.Hold(holding) })
	err := f.tryAll(ctx, j, item)
	letGo()
	hold.Wait()

	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), layDownTimeout)
	defer cancel()
	var paused *conductor.PausedError
	var vain *vainError
	switch {
	case err == nil:
		if err := item.Done(after); err != nil {
			logger.Warn("the queue did not hear that an episode is at rest; it will be handed out once more", "error", err)
		}
		return nil
	case errors.As(err, &vain):
		logger.Warn("episode parked", "reason", vain.reason)
		if err := item.Park(after, vain.record(j, item, f.Runner)); err != nil {
			logger.Warn("an episode could not be parked; it will be handed out once more", "error", err)
		}
		return nil
	case errors.Is(err, episodelog.ErrConflict):
		logger.Info("somebody else has taken the episode over") // and has the item
		return nil
	case errors.As(err, &paused):
		_ = item.Return(0) // if the queue does not hear it, it misses us soon
		j.paused(paused)
		return nil
	case ctx.Err() != nil:
		_ = item.Return(0)
		return cmp.Or(context.Cause(ctx), ctx.Err())
	case errors.Is(err, episodelog.ErrFull):
		_ = item.Return(troublePause)
		return err
	}
	logger.Warn("an episode could not be played", "error", err)
	_ = item.Return(troublePause)
	return nil
}

// tryAll plays an episode from where its log ends, and has all judges score it where the run varies them.
func (f *floor) tryAll(ctx context.Context, j *job, item *workqueue.Item) error {
	at, err := f.try(ctx, j, item)
	if err != nil {
		return err
	}
	j.rested(item.Place, at.state)
	if !isHeard(at.state) {
		return nil
	}
	for _, place := range j.planner.Judged(item.Place) {
		judged, err := f.judge(ctx, j.conductor, j.planner, j.origin, place, func(plan *episode.Plan, at stand) error { return j.vain(plan, at, item) })
		switch {
		case isLasting(err):
			return f.broken(j, item, at.state.Epoch(), err)
		case err != nil:
			return err
		}
		j.rested(place, judged.state)
	}
	return nil
}

// try plays an episode from where its log ends.
func (f *floor) try(ctx context.Context, j *job, item *workqueue.Item) (stand, error) {
	plan, err := j.planner.Plan(item.Place)
	if err != nil {
		return stand{}, f.broken(j, item, item.Forgiven, err)
	}
	at, err := takeUp(ctx, f.History, plan)
	if isLasting(err) {
		return at, f.broken(j, item, item.Forgiven, err)
	}
	if err != nil {
		return at, err
	}
	if at.state.Completed() != nil || at.state.Deleted() != nil {
		return at, nil
	}
	if err := j.vain(plan, at, item); err != nil {
		return at, err
	}
	opening, err := f.opening(ctx, j.origin, plan, at.recorded)
	if err == nil {
		err = j.conductor.Play(ctx, at.state, at.last, opening...)
	}
	if isLasting(err) {
		return at, f.broken(j, item, at.state.Epoch(), err)
	}
	return at, err
}

// vain says why an episode is tried no more, nil while it is.
func (j *job) vain(plan *episode.Plan, at stand, item *workqueue.Item) error {
	vain := inVain(at.vain, item.Forgiven)
	if len(vain) < j.tries {
		return nil
	}
	last := vain[len(vain)-1]
	return &vainError{episode: plan.Episode, tries: len(vain), epoch: last.GetEpoch(), reason: fmt.Sprintf(
		"%d workers in turn took it over and recorded nothing: each died, or was stopped, in the middle of the same call; the last was %s",
		len(vain), last.GetWorker())}
}

// inVain are the takeovers that nobody has forgiven.
func inVain(claims []*vignettev1.Claimed, forgiven int64) []*vignettev1.Claimed {
	for len(claims) > 0 && claims[0].GetEpoch() <= forgiven {
		claims = claims[1:]
	}
	return claims
}

// isLasting says whether an error would come again: what is recorded cannot be read, or what was answered must not be recorded.
func isLasting(err error) bool {
	var corrupt *episodelog.CorruptError
	return errors.As(err, &corrupt) || errors.Is(err, conductor.ErrInadmissible)
}

// broken says that an episode cannot be played, for good when that has been found often enough.
func (f *floor) broken(j *job, item *workqueue.Item, epoch int64, why error) error {
	tries := j.fail(item.Place)
	if tries < j.tries {
		return why
	}
	id := ""
	if plan, err := j.planner.Plan(item.Place); err == nil {
		id = plan.Episode
	}
	return &vainError{episode: cmp.Or(id, fmt.Sprint(item.Place)), tries: tries, epoch: epoch, reason: why.Error()}
}

// vainError says that an episode is tried no more.
type vainError struct {
	episode string
	tries   int
	epoch   int64
	reason  string
}

// Error implements error.
func (e *vainError) Error() string {
	return fmt.Sprintf("episode %s is tried no more: %s", e.episode, e.reason)
}

func (e *vainError) record(j *job, item *workqueue.Item, r *Runner) *vignettev1.ParkedEpisode {
	return &vignettev1.ParkedEpisode{
		Place: int32(item.Place), Episode: e.episode, Tries: int32(e.tries), Reason: e.reason, Epoch: e.epoch,
		Time: timestamppb.New(r.Clock.Now()), Worker: r.Worker,
	}
}
