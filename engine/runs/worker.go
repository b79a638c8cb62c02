package runs

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Work says how a worker serves the runs of others.
type Work struct {
	// Workers is how many episodes are played at once, of all runs together; 0 means DefaultWorkers.
	Workers int
	// Tries is how many workers in turn may take an episode over and record nothing before it is parked; 0 means DefaultTries.
	Tries int
	// Drain, when closed, lets the episodes in flight come to their end and takes no more. May be nil.
	Drain <-chan struct{}
	// Logger takes what goes wrong; nil discards it.
	Logger *slog.Logger
	// Rested is called with every episode that came to rest here; it must be safe for concurrent use. May be nil.
	Rested func(run string, state *episode.State)
}

// Work plays episodes of all runs that are to be played, taking turns between them, until it is drained or the context ends. It is
// what the workers inside [Runner.Play] do, for runs that others answer for; Queue and History must be there.
func (r *Runner) Work(ctx context.Context, work Work) error {
	if work.Logger == nil {
		work.Logger = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := &worker{floor: &floor{Runner: r, logger: work.Logger}, work: work, served: map[string]*served{}}
	// What follows the orders ends after the last episode, so that a run that is paused meanwhile is.
	following, end := context.WithCancel(context.WithoutCancel(ctx))
	var follow sync.WaitGroup
	follow.Go(func() {
		err := r.Queue.Follow(following, func(run string, order *vignettev1.WorkOrder) { w.order(following, run, order) })
		if following.Err() == nil {
			cancel(err)
		}
	})
	var wait sync.WaitGroup
	for range cmp.Or(work.Workers, DefaultWorkers) {
		wait.Go(func() {
			err := w.floor.work(ctx, lookPause, func(ctx context.Context) (bool, error) {
				return isClosed(work.Drain), w.closeFinished(ctx)
			})
			if err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	end()
	follow.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// worker serves the runs of others.
type worker struct {
	*floor
	work Work

	// served are its jobs by run; the mutex is the floor's.
	served map[string]*served
}

// served is a run of somebody else.
type served struct {
	job   *job
	order atomic.Pointer[vignettev1.WorkOrder]
	still atomic.Bool // it had to stand still here, until it is ordered anew
}

// order takes up a run, changes how it is served, or leaves it.
func (w *worker) order(ctx context.Context, run string, order *vignettev1.WorkOrder) {
	w.mu.Lock()
	s := w.served[run]
	w.mu.Unlock()
	switch {
	case order == nil:
		w.leave(run)
		return
	case s != nil && sameTerms(s.order.Load(), order):
		s.order.Store(order)
		s.still.Store(false)
		return
	}
	s, err := w.serve(ctx, run, order)
	if err != nil {
		w.logger.Warn("a run cannot be played here", "run", run, "error", err)
		return
	}
	w.leave(run)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.served[run] = s
	w.jobs = append(w.jobs, s.job)
}

func sameTerms(a, b *vignettev1.WorkOrder) bool {
	return a.GetRecorded() == b.GetRecorded() && same(a.MaxCost, b.MaxCost) && same(a.MaxTokens, b.MaxTokens)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func (w *worker) leave(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.served, run)
	var rest []*job
	for _, j := range w.jobs {
		if j.run != run {
			rest = append(rest, j)
		}
	}
	w.jobs = rest
}

// serve makes the job of a run.
func (w *worker) serve(ctx context.Context, run string, order *vignettev1.WorkOrder) (*served, error) {
	manifest, err := w.History.Manifest(ctx, run)
	if err != nil {
		return nil, err
	}
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, err
	}
	origin, err := w.originOf(ctx, manifest)
	if err != nil {
		return nil, err
	}
	s := &served{}
	s.order.Store(order)
	c := w.conductor(planner, conductor.Terms{Recorded: order.GetRecorded(), MaxCost: order.MaxCost, MaxTokens: order.MaxTokens})
	room := w.gate(NewControl(), w.work.Drain)
	c.Gate = func(ctx context.Context, id string) error {
		if halted := s.order.Load().GetHalted(); halted != "" {
			return &conductor.PausedError{Episode: id, Reason: halted}
		}
		return room(ctx, id)
	}
	s.job = &job{
		run: run, planner: planner, origin: origin, conductor: c, tries: cmp.Or(w.work.Tries, DefaultTries),
		halted: func() bool {
			return isClosed(w.work.Drain) || s.still.Load() || s.order.Load().GetHalted() != ""
		},
		rested: func(_ int, state *episode.State) {
			if w.work.Rested != nil {
				w.work.Rested(run, state)
			}
		},
		paused: func(why *conductor.PausedError) {
			s.still.Store(true)
			w.logger.Info("a run stands still", "run", run, "reason", why.Reason)
		},
	}
	return s, nil
}

// closeFinished takes away the orders of runs that are at rest, for whoever gave them may be gone.
func (w *worker) closeFinished(ctx context.Context) error {
	w.mu.Lock()
	var open []*served
	for _, s := range w.served {
		if order := s.order.Load(); order.GetFilled() && order.GetHalted() == "" && !s.still.Load() {
			open = append(open, s)
		}
	}
	w.mu.Unlock()
	for _, s := range open {
		left, err := w.Queue.Left(ctx, s.job.run)
		if err != nil {
			return err
		}
		if left == 0 {
			w.leave(s.job.run)
			if err := w.Queue.Close(ctx, s.job.run); err != nil {
				return err
			}
		}
	}
	return nil
}
