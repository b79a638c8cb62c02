package projection

import (
	"context"
	"fmt"
	"iter"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Item is an episode and its place in the design.
type Item struct {
	Index int
	State *episode.State
	// Times says what its time went into.
	Times *vignettev1.EpisodeTimes
	// Unreadable says why the log beyond this state cannot be read, or is nil.
	Unreadable error
}

// Episodes yields the episodes of a run in the design's order: those played, those cut off, and at their places those
// never begun. Without an index it reads the log once, and episodes that ended out of order are held until their turn: about
// as many as were played at once, and all that follow one that failed or was cut off.
func (r *Reader) Episodes(ctx context.Context, planner *planning.Planner) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		next := 0
		if r.index != nil {
			if r.indexed(ctx, planner, &next, yield) {
				return
			}
		}
		for item, err := range r.logged(ctx, planner) {
			if err == nil && item.Index < next {
				continue // The index had it, before it failed.
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// indexed yields the episodes from next on as long as the index has them, and says whether nothing is left to be done.
func (r *Reader) indexed(ctx context.Context, planner *planning.Planner, next *int, yield func(Item, error) bool) (done bool) {
	for {
		items, err := r.index.page(ctx, planner, *next)
		if err != nil {
			return false
		}
		end := planner.Len()
		if len(items) == pageSize {
			end = items[pageSize-1].Index + 1
		}
		for ; *next < end; *next++ {
			item, err := begun(&items, planner, *next)
			if !yield(item, err) || err != nil {
				return true
			}
		}
		if *next == planner.Len() {
			return true
		}
	}
}

// begun takes the episode at a place off the list, or makes it when it was never begun.
func begun(items *[]Item, planner *planning.Planner, place int) (Item, error) {
	if len(*items) > 0 && (*items)[0].Index == place {
		item := (*items)[0]
		*items = (*items)[1:]
		return item, nil
	}
	plan, err := planner.Plan(place)
	if err != nil {
		return Item{}, err
	}
	return Item{Index: place, State: episode.New(plan), Times: &vignettev1.EpisodeTimes{}}, nil
}

// logged reads the episodes from the log.
func (r *Reader) logged(ctx context.Context, planner *planning.Planner) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		f := folding{planner: planner, states: map[int]*episode.State{}, clocks: map[int]*clock{}, unreadable: map[int]error{}}
		for entry, err := range r.log.Run(ctx, planner.Manifest().GetRun()) {
			if err != nil && !isCorrupt(err) {
				yield(Item{}, fmt.Errorf("run %s: %w", planner.Manifest().GetRun(), err))
				return
			}
			if entry.Kind != episodelog.KindPlay {
				continue
			}
			if err := f.take(entry, err); err != nil {
				yield(Item{}, fmt.Errorf("run %s, episode %s, log entry %d: %w", entry.Run, entry.Episode, entry.Sequence, err))
				return
			}
			for state, times := f.complete(); state != nil; state, times = f.complete() {
				if !yield(Item{Index: f.next - 1, State: state, Times: times}, nil) {
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
	clocks  map[int]*clock
	// unreadable are the episodes whose log went wrong at some point; one bad entry costs its episode, not the run.
	unreadable map[int]error
	next       int // the place of the episode to yield next
}

// take folds an entry of a play in; corrupt says why it could not be parsed. What is wrong with one episode is kept with it.
func (f *folding) take(entry episodelog.Entry, corrupt error) error {
	index, ok := f.planner.Index(entry.Episode)
	if !ok {
		return fmt.Errorf("the run's design has no such episode")
	}
	if f.unreadable[index] != nil {
		return nil
	}
	if f.states[index] == nil && index >= f.next {
		plan, err := f.planner.Plan(index)
		if err != nil {
			return err
		}
		f.states[index], f.clocks[index] = episode.New(plan), &clock{}
	}
	switch {
	case corrupt != nil:
		f.unreadable[index] = corrupt
	case f.states[index] == nil && entry.Event.GetDeleted() != nil:
		// It was complete when it was read, and is being deleted this moment.
	case f.states[index] == nil:
		return fmt.Errorf("comes after the episode was complete")
	default:
		if err := f.states[index].Apply(entry.Event); err != nil {
			f.unreadable[index] = fmt.Errorf("log entry %d: %w", entry.Sequence, err)
			return nil
		}
		f.clocks[index].add(f.states[index].Plan(), entry.Event)
	}
	return nil
}

// complete takes out the next episode if nothing more can come for it.
func (f *folding) complete() (*episode.State, *vignettev1.EpisodeTimes) {
	state := f.states[f.next]
	if state == nil || state.Completed() == nil || f.unreadable[f.next] != nil {
		return nil, nil
	}
	times := &f.clocks[f.next].times
	delete(f.states, f.next)
	delete(f.clocks, f.next)
	f.next++
	return state, times
}

// rest yields what is left at the end of the log: ended out of order, failed, cut off, never begun.
func (f *folding) rest(yield func(Item, error) bool) {
	for ; f.next < f.planner.Len(); f.next++ {
		state, c := f.states[f.next], f.clocks[f.next]
		delete(f.states, f.next)
		delete(f.clocks, f.next)
		if state == nil {
			plan, err := f.planner.Plan(f.next)
			if err != nil {
				yield(Item{}, err)
				return
			}
			state, c = episode.New(plan), &clock{}
		}
		if !yield(Item{f.next, state, &c.times, f.unreadable[f.next]}, nil) {
			return
		}
	}
}
