package runs

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// queuedRun is a run that this process has put into the queue and answers for: it plays along and tells what comes of it.
type queuedRun struct {
	*Runner
	planner *planning.Planner
	options Options
	order   *vignettev1.WorkOrder

	mu   sync.Mutex
	told []bool // by place, whether it was handed to Each
}

// playQueued puts the episodes of a run into the queue, plays along with whoever else takes them, and returns when none is left, or
// when the run has to stand still. Resumed, it puts in what is missing.
func (r *Runner) playQueued(ctx context.Context, planner *planning.Planner, options Options, resumed bool) error {
	origin, err := r.originOf(ctx, planner.Manifest())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	control := cmp.Or(options.Control, NewControl())
	pause := newPause()
	q := &queuedRun{Runner: r, planner: planner, options: options, told: make([]bool, planner.Len()), order: orderOf(planner, options.Terms)}
	unwatch, err := r.Queue.Watch(q.order.GetRun(), func(place int) { q.look(ctx, place) })
	if err != nil {
		return err
	}
	defer func() { _ = unwatch() }() // fails only when the connection is gone
	if err := q.fill(ctx, resumed); err != nil {
		return err
	}
	changes := q.passOn(ctx, control)
	defer changes.end()

	c := r.conductor(planner, options.Terms)
	c.Gate = r.gate(control, options.Drain)
	j := &job{
		run: q.order.GetRun(), planner: planner, origin: origin, conductor: c, tries: cmp.Or(options.Tries, DefaultTries),
		halted: func() bool { return isClosed(options.Drain) || isClosed(control.cancelled) || isClosed(pause.begun) },
		rested: q.tell, paused: pause.begin,
	}
	floor := &floor{Runner: r, logger: r.logger(), jobs: []*job{j}}
	var wait sync.WaitGroup
	for range min(workers(planner, options), max(1, planner.Len())) {
		wait.Go(func() {
			if err := floor.work(ctx, idlePause, func(ctx context.Context) (bool, error) {
				if j.halted() {
					return true, nil
				}
				left, err := r.Queue.Left(ctx, j.run)
				return left == 0, err
			}); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	changes.end()
	return q.leave(ctx, cmp.Or(context.Cause(ctx), pause.reason()), j.halted())
}

func orderOf(planner *planning.Planner, terms conductor.Terms) *vignettev1.WorkOrder {
	return &vignettev1.WorkOrder{
		Run: planner.Manifest().GetRun(), Recorded: terms.Recorded, MaxCost: terms.MaxCost, MaxTokens: terms.MaxTokens,
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// fill puts in what is to be played. Others begin before it is done.
func (q *queuedRun) fill(ctx context.Context, resumed bool) error {
	run := q.order.GetRun()
	if resumed && q.Alone != nil && q.Alone() {
		// What is in somebody's hand was in that of a process that is gone; nobody has to wait until it is missed.
		if err := q.Queue.Recall(ctx, run); err != nil {
			return err
		}
	}
	parked := map[int]bool{}
	if resumed {
		all, err := q.Queue.Parked(ctx, run)
		if err != nil {
			return err
		}
		for _, p := range all {
			parked[int(p.GetPlace())] = true
		}
	}
	if err := q.Queue.SetOrder(ctx, q.order); err != nil {
		return err
	}
	var items []*vignettev1.WorkItem
	for place := range q.planner.Conversations(q.options.Stride) {
		if parked[place] {
			continue
		}
		if resumed {
			over, err := q.over(ctx, place)
			if err != nil {
				return err
			}
			if over {
				continue
			}
		}
		items = append(items, &vignettev1.WorkItem{Place: int32(place)})
	}
	if err := q.Queue.Add(ctx, run, items...); err != nil {
		return err
	}
	q.order.Filled = true
	return q.Queue.SetOrder(ctx, q.order)
}

// over says whether nothing is left to play of a conversation and of its judges, and tells of what is.
func (q *queuedRun) over(ctx context.Context, conversation int) (bool, error) {
	over := true
	for _, place := range append([]int{conversation}, q.planner.Judged(conversation)...) {
		at, err := q.stand(ctx, place)
		switch {
		case err != nil && !isLasting(err):
			return false, err
		case err == nil && (at.state.Completed() != nil || at.state.Deleted() != nil):
			q.tell(place, at.state)
		default:
			over = false
		}
	}
	return over, nil
}

// stand is where an episode stands in the log.
func (q *queuedRun) stand(ctx context.Context, place int) (stand, error) {
	plan, err := q.planner.Plan(place)
	if err != nil {
		return stand{}, err
	}
	at, err := takeUp(ctx, q.History, plan)
	if err != nil {
		return at, fmt.Errorf("episode %d of run %s: %w", place, plan.Run, err)
	}
	return at, nil
}

// tell hands an episode that came to rest to Each, once.
func (q *queuedRun) tell(place int, state *episode.State) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.told[place] {
		return
	}
	q.told[place] = true
	if q.options.Each != nil {
		q.options.Each(place, state)
	}
}

func (q *queuedRun) isTold(place int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.told[place]
}

// look tells of an episode that came to rest, wherever that was, and of those that score its conversation by other judges.
func (q *queuedRun) look(ctx context.Context, place int) {
	if place >= q.planner.Len() {
		return
	}
	for _, place := range append([]int{place}, q.planner.Judged(place)...) {
		if q.isTold(place) {
			continue
		}
		if at, err := q.stand(ctx, place); err == nil && isAtRest(at.state) {
			q.tell(place, at.state)
		}
	}
}

func isAtRest(state *episode.State) bool {
	return state.Completed() != nil || state.Deleted() != nil || state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_FAILED
}

// leave tells of what others have played, and says in the queue that the run is at rest, or why it stands still.
func (q *queuedRun) leave(ctx context.Context, ended error, halted bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	if ended == nil && halted {
		left, err := q.Queue.Left(ctx, q.order.GetRun())
		if err != nil {
			return err
		}
		halted = left > 0
	}
	if ended != nil || halted {
		q.order.Halted = "whoever played it was stopped"
		if ended != nil {
			q.order.Halted = ended.Error()
		}
		if err := q.Queue.SetOrder(ctx, q.order); ended == nil {
			return err
		}
		return ended
	}
	for place := range q.planner.Conversations(q.options.Stride) {
		if ended := ctx.Err(); ended != nil {
			return ended
		}
		q.look(ctx, place)
	}
	return q.Queue.Close(ctx, q.order.GetRun())
}

// passing passes on to other workers that a run is paused or goes on.
type passing struct {
	end func()
}

// passOn begins to.
func (q *queuedRun) passOn(ctx context.Context, control *Control) passing {
	ctx, cancel := context.WithCancel(ctx)
	news := make(chan struct{}, 1)
	control.follow(func(string) {
		select {
		case news <- struct{}{}:
		default: // Whoever reads the news looks how things are by then.
		}
	})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-news:
				q.order.Halted = control.Paused()
				_ = q.Queue.SetOrder(ctx, q.order) // here it holds all the same
			case <-ctx.Done():
				return
			}
		}
	})
	return passing{end: func() { control.follow(nil); cancel(); wait.Wait() }}
}
