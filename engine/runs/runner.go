package runs

import (
	"context"
	"errors"
	"fmt"
	"sync"

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

// Runner plays runs. Its fields must not change while it does; it is safe for concurrent use.
type Runner struct {
	// Log takes manifests and events.
	Log Log
	// Directory finds who plays and who scores.
	Directory conductor.Directory
	// Clock is where time comes from.
	Clock conductor.Clock
	// NewID returns a new unique id: letters and digits, in any case.
	NewID func() string
	// Worker names this process in claims.
	Worker string
	// Version of the program, for manifests.
	Version string
}

// DefaultWorkers is how many episodes are played at once unless said otherwise. Rule-based minds keep two cores busy
// with fewer; a model's answers are waited for, so more would not hurt there.
const DefaultWorkers = 8

// Options say how to play.
type Options struct {
	// Workers is how many episodes are played at once; 0 means DefaultWorkers.
	Workers int
	// Drain, when closed, lets the episodes in flight come to their end and begins no more. May be nil.
	Drain <-chan struct{}
	// Each is called with every episode that came to rest, one at a time, in the order they do. May be nil.
	Each func(index int, state *episode.State)
}

// Play plays the episodes of a run that has just been prepared. It returns when all have come to rest, or those in
// flight after Drain. When the context ends first, what was in flight stays unfinished in the log and the error is the
// context's. An error of the log stops the run; episodes that fail do not.
func (r *Runner) Play(ctx context.Context, planner *planning.Planner, options Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	go deal(ctx, planner.Len(), options.Drain, next)

	var wait sync.WaitGroup
	var each sync.Mutex
	workers := options.Workers
	if workers <= 0 {
		workers = DefaultWorkers
	}
	for range min(workers, max(1, planner.Len())) {
		wait.Go(func() {
			for i := range next {
				state, err := r.episode(ctx, planner, i)
				if err != nil {
					cancel(err)
					return
				}
				if options.Each != nil {
					each.Lock()
					options.Each(i, state)
					each.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}

// deal hands out the places of the design in order.
func deal(ctx context.Context, n int, drain <-chan struct{}, next chan<- int) {
	defer close(next)
	for i := range n {
		// Drained is drained: without this look, a closed drain and a free worker would be drawn lots for.
		select {
		case <-drain:
			return
		default:
		}
		select {
		case next <- i:
		case <-drain:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (r *Runner) episode(ctx context.Context, planner *planning.Planner, i int) (*episode.State, error) {
	plan, err := planner.Plan(i)
	if err != nil {
		return nil, err
	}
	state := episode.New(plan)
	c := conductor.Conductor{Log: r.Log, Directory: r.Directory, Clock: r.Clock, NewID: r.NewID, Worker: r.Worker}
	if err := c.Play(ctx, state, 0); err != nil {
		if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
			return nil, cause
		}
		return nil, fmt.Errorf("episode %d of run %s: %w", i, plan.Run, err)
	}
	return state, nil
}

// newRunID is sortable by time and short enough to type.
func (r *Runner) newRunID() string {
	id := r.NewID()
	return r.Clock.Now().UTC().Format("20060102-150405-") + id[max(0, len(id)-4):]
}
