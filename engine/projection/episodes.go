package projection

import (
	"context"
	"fmt"
	"iter"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
)

// Item is an episode and its place in the design.
type Item struct {
	Index int
	State *episode.State
}

// Episodes yields the episodes of a run in the design's order: those played, those cut off, and at their places those
// never begun. It reads the log once. Episodes that came to an end out of order are held until their turn, about as many
// as were played at once.
func (r *Reader) Episodes(ctx context.Context, planner *planning.Planner) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		f := folding{planner: planner, states: map[int]*episode.State{}}
		for entry, err := range r.log.Run(ctx, planner.Manifest().GetRun()) {
			if err != nil {
				yield(Item{}, fmt.Errorf("run %s: %w", planner.Manifest().GetRun(), err))
				return
			}
			if entry.Event == nil {
				continue
			}
			state, err := f.state(entry.Episode)
			if err == nil {
				err = state.Apply(entry.Event)
			}
			if err != nil {
				yield(Item{}, fmt.Errorf("run %s, episode %s, log entry %d: %w", entry.Run, entry.Episode, entry.Sequence, err))
				return
			}
			for state := f.complete(); state != nil; state = f.complete() {
				if !yield(Item{f.next - 1, state}, nil) {
					return
				}
			}
		}
		f.rest(yield)
	}
}

// folding is a run being read.
type folding struct {
	planner *planning.Planner
	states  map[int]*episode.State
	next    int // the place of the episode to yield next
}

func (f *folding) state(id string) (*episode.State, error) {
	index, ok := f.planner.Index(id)
	if !ok {
		return nil, fmt.Errorf("the run's design has no such episode")
	}
	if state, ok := f.states[index]; ok {
		return state, nil
	}
	plan, err := f.planner.Plan(index)
	if err != nil {
		return nil, err
	}
	f.states[index] = episode.New(plan)
	return f.states[index], nil
}

// complete takes out the next episode if nothing more can come for it.
func (f *folding) complete() *episode.State {
	state := f.states[f.next]
	if state == nil || state.Completed() == nil {
		return nil
	}
	delete(f.states, f.next)
	f.next++
	return state
}

// rest yields what is left at the end of the log: ended out of order, failed, cut off, never begun.
func (f *folding) rest(yield func(Item, error) bool) {
	for ; f.next < f.planner.Len(); f.next++ {
		state := f.states[f.next]
		delete(f.states, f.next)
		if state == nil {
			plan, err := f.planner.Plan(f.next)
			if err != nil {
				yield(Item{}, err)
				return
			}
			state = episode.New(plan)
		}
		if !yield(Item{f.next, state}, nil) {
			return
		}
	}
}
