package runs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/workqueue"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Log is what the driver needs of the episode log beside what its conductor needs.
type Log interface {
	conductor.Log
	// WriteManifest writes the manifest of a new run.
	WriteManifest(ctx context.Context, manifest *vignettev1.Manifest) (uint64, error)
}

// Directory finds everybody on the wire by name.
type Directory interface {
	conductor.Directory
	// Models returns a client for the model gateway, whether or not it is there.
	Models() vignettev1.ModelServiceClient
}

// Runner plays runs. Its fields must not change while it does; it is safe for concurrent use.
type Runner struct {
	// Log takes manifests and events.
	Log Log
	// Room says why nothing more may be written now, "" while there is room: a run then stands still before a full disk stops
	// it in the middle of a write. May be nil.
	Room func() string
	// History reads what was played before, for runs that copy from others; nil where there are none such.
	History History
	// Queue hands out episodes, to the workers of this process and of others; nil where this process plays its runs alone. With
	// it, History must be there.
	Queue *workqueue.Queue
	// Alone says that no other process can hold an episode of the queue. May be nil, which is no.
	Alone func() bool
	// Directory finds who plays, who scores and who asks models.
	Directory Directory
	// Clock is where time comes from.
	Clock conductor.Clock
	// NewID returns a new unique id: letters and digits, in any case.
	NewID func() string
	// Worker names this process in claims.
	Worker string
	// Version of the program, for manifests.
	Version string
	// Observer is told what is asked while episodes are played, and what comes of it. May be nil.
	Observer conductor.Observer
	// Logger takes what becomes of runs and episodes, by their ids; nil discards it.
	Logger *slog.Logger
}

func (r *Runner) logger() *slog.Logger {
	if r.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Logger
}

// How many episodes are played at once unless said otherwise. Rule-based minds keep two cores busy with few; a model's
// answers are waited for, and how many are waited for at once the gateway adapts to the endpoint.
const (
	DefaultWorkers      = 8
	DefaultModelWorkers = 100
)

// modelCallTimeout bounds a call of an agent behind which a model is: the gateway has its own limits for attempts and for
// calls, and while it waits for an endpoint's limits nothing is wrong.
const modelCallTimeout = 90 * time.Minute

// Options say how to play.
type Options struct {
	// Workers is how many episodes are played at once; 0 means DefaultWorkers, or DefaultModelWorkers where models are asked.
	Workers int
	// Terms are on what terms models may be asked.
	Terms conductor.Terms
	// Stride plays every n-th place of the design only, beginning with the first; 0 and 1 play all.
	Stride int
	// Control lets others pause, resume and cancel the run. May be nil.
	Control *Control
	// Drain, when closed, lets the episodes in flight come to their end and begins no more. May be nil.
	Drain <-chan struct{}
	// Tries is how many workers in turn may take an episode over and record nothing before it is parked; 0 means DefaultTries. It
	// matters with a queue only.
	Tries int
	// Each is called with every episode that came to rest, one at a time, in the order they do. May be nil.
	Each func(index int, state *episode.State)
}

// Play plays the episodes of a run that has just been prepared. It returns when all have come to rest, or those in
// flight after Drain. When the context ends first, what was in flight stays unfinished in the log and the error is the
// context's. An error of the log stops the run; episodes that fail do not. When the run's budget is used up no more
// episodes are begun, those in flight stand still, and the error is a [*conductor.PausedError].
func (r *Runner) Play(ctx context.Context, planner *planning.Planner, options Options) error {
	if r.Queue != nil {
		return r.playQueued(ctx, planner, options, false)
	}
	return r.playAll(ctx, planner, options, r.begin)
}

// Resume plays what is missing of a run, whoever began it and however it was cut off: episodes never begun, and those
// unfinished or failed, each from where its log ends. Those completed are handed to Each as they are, and those parked stay so.
// Without a queue it must not be called for a run that somebody is playing: whoever takes an episode over, the other loses it. Else
// it is like Play.
func (r *Runner) Resume(ctx context.Context, planner *planning.Planner, log Plays, options Options) error {
	if r.Queue != nil {
		return r.playQueued(ctx, planner, options, true)
	}
	return r.playAll(ctx, planner, options, func(ctx context.Context, plan *episode.Plan) (stand, error) {
		return takeUp(ctx, log, plan)
	})
}

// Plays reads what has been played.
type Plays interface {
	// Play returns the events of one play in order; none when it has not begun.
	Play(ctx context.Context, run, episode string) ([]episodelog.Entry, error)
}

// History reads other runs.
type History interface {
	Plays
	// Manifest returns a run's manifest.
	Manifest(ctx context.Context, run string) (*vignettev1.Manifest, error)
}

// stand is where an episode stands.
type stand struct {
	state    *episode.State
	last     uint64                // sequence of its last event
	recorded int                   // events in its log that are neither claims nor failures
	scripted int                   // those of them that one is copied from another whose conversation it scores
	vain     []*vignettev1.Claimed // the takeovers at its end, after which nothing was recorded
}

// begin is where an episode that nobody has begun stands.
func (r *Runner) begin(_ context.Context, plan *episode.Plan) (stand, error) {
	return stand{state: episode.New(plan)}, nil
}

// takeUp is where an episode stands that may have been begun.
func takeUp(ctx context.Context, log Plays, plan *episode.Plan) (stand, error) {
	entries, err := log.Play(ctx, plan.Run, plan.Episode)
	if err != nil {
		return stand{}, err
	}
	at := stand{state: episode.New(plan)}
	for _, entry := range entries {
		if err := at.state.Apply(entry.Event); err != nil {
			return stand{}, fmt.Errorf("log entry %d: %w", entry.Sequence, err)
		}
		at.last = entry.Sequence
		if claimed := entry.Event.GetClaimed(); claimed != nil {
			at.vain = append(at.vain, claimed)
		} else {
			at.vain = nil
		}
		if entry.Event.GetClaimed() == nil && entry.Event.GetFailed() == nil {
			at.recorded++
		}
		if episode.IsScripted(entry.Event) {
			at.scripted++
		}
	}
	return at, nil
}

// start says where an episode stands.
type start func(context.Context, *episode.Plan) (stand, error)

func (r *Runner) playAll(ctx context.Context, planner *planning.Planner, options Options, from start) error {
	origin, err := r.originOf(ctx, planner.Manifest())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	pause := newPause()
	control := cmp.Or(options.Control, NewControl())
	go deal(ctx, planner.Conversations(options.Stride), next, options.Drain, control.cancelled, pause.begun)

	c := r.conductor(planner, options.Terms)
	c.Gate = r.gate(control, options.Drain)
	var wait sync.WaitGroup
	var each sync.Mutex
	rested := func(i int, state *episode.State) {
		if options.Each != nil {
			each.Lock()
			defer each.Unlock()
			options.Each(i, state)
		}
	}
	for range min(workers(planner, options), max(1, planner.Len())) {
		wait.Go(func() {
			for i := range next {
				err := r.conversation(ctx, c, planner, origin, i, from, rested)
				if paused := (*conductor.PausedError)(nil); errors.As(err, &paused) {
					pause.begin(paused)
					continue
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return cmp.Or(context.Cause(ctx), pause.reason())
}

// gate holds episodes while there is no room, or while somebody has paused their run.
func (r *Runner) gate(control *Control, drain <-chan struct{}) func(context.Context, string) error {
	return func(ctx context.Context, episode string) error {
		if r.Room != nil {
			if reason := r.Room(); reason != "" {
				return &conductor.PausedError{Episode: episode, Reason: reason}
			}
		}
		return control.gate(ctx, episode, drain)
	}
}

// conductor is who plays the episodes of one run.
func (r *Runner) conductor(planner *planning.Planner, terms conductor.Terms) *conductor.Conductor {
	c := &conductor.Conductor{Log: r.Log, Directory: r.Directory, Clock: r.Clock, NewID: r.NewID, Worker: r.Worker, Terms: terms, Observer: r.Observer}
	if planner.AsksModels() {
		c.CallTimeout = modelCallTimeout
	}
	return c
}

func workers(planner *planning.Planner, options Options) int {
	switch {
	case options.Workers > 0:
		return options.Workers
	case planner.AsksModels():
		return DefaultModelWorkers
	default:
		return DefaultWorkers
	}
}

// deal hands out places of the design in order, until it is drained, cancelled or paused.
func deal(ctx context.Context, places iter.Seq[int], next chan<- int, drain, cancelled, pause <-chan struct{}) {
	defer close(next)
	for i := range places {
		// Drained is drained: without this look, a closed drain and a free worker would be drawn lots for.
		select {
		case <-drain:
			return
		case <-cancelled:
			return
		case <-pause:
			return
		default:
		}
		select {
		case next <- i:
		case <-drain:
			return
		case <-cancelled:
			return
		case <-pause:
			return
		case <-ctx.Done():
			return
		}
	}
}

// conversation plays an episode, and has all judges score it where the run varies them.
func (r *Runner) conversation(ctx context.Context, c *conductor.Conductor, planner, origin *planning.Planner, i int, from start, rested func(int, *episode.State)) error {
	state, err := r.episode(ctx, c, planner, origin, i, from)
	if err != nil {
		return err
	}
	rested(i, state)
	if !isHeard(state) {
		return nil
	}
	for _, place := range planner.Judged(i) {
		at, err := r.judge(ctx, c, planner, origin, place, nil)
		if err != nil {
			return inEpisode(ctx, planner, place, err)
		}
		rested(place, at.state)
	}
	return nil
}

// inEpisode says which episode an error is about, unless it is why the context ended.
func inEpisode(ctx context.Context, planner *planning.Planner, i int, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return fmt.Errorf("episode %d of run %s: %w", i, planner.Manifest().GetRun(), err)
}

func (r *Runner) episode(ctx context.Context, c *conductor.Conductor, planner, origin *planning.Planner, i int, from start) (*episode.State, error) {
	plan, err := planner.Plan(i)
	if err != nil {
		return nil, err
	}
	at, err := from(ctx, plan)
	if err == nil && at.state.Completed() == nil {
		var opening []*vignettev1.EpisodeEvent
		if opening, err = r.opening(ctx, origin, plan, at.recorded); err == nil {
			err = c.Play(ctx, at.state, at.last, opening...)
		}
	}
	if err != nil {
		return nil, inEpisode(ctx, planner, i, err)
	}
	return at.state, nil
}

// newRunID is sortable by time and short enough to type.
func (r *Runner) newRunID() string {
	id := r.NewID()
	return r.Clock.Now().UTC().Format("20060102-150405-") + id[max(0, len(id)-4):]
}
