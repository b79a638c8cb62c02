package projection

import (
	"context"
	"fmt"
	"slices"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Latest is the name that stands for the newest run. Sessions of practice, and turns tried again in them, are runs too, and not what
// somebody means who asks for the last run: they are it only where there is no other.
const Latest = "last"

// latest is the run that the name stands for.
func (r *Reader) latest(ctx context.Context) (*planning.Planner, error) {
	if r.index != nil {
		if planner := r.indexedLatest(ctx); planner != nil {
			return planner, nil
		}
	}
	var run, practice *vignettev1.Manifest
	for entry, err := range r.log.Runs(ctx) {
		if err != nil && !isCorrupt(err) {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		switch { // The last to come, whatever clocks say.
		case entry.Manifest == nil:
		case entry.Manifest.GetPractice() == nil:
			run = entry.Manifest
		default:
			practice = entry.Manifest
		}
	}
	if run == nil {
		run = practice
	}
	if run == nil {
		return nil, fmt.Errorf("run %q: %w", Latest, ErrNotFound)
	}
	return planning.New(run)
}

// indexedLatest finds it through the index, or nothing: then the log says what there is.
func (r *Reader) indexedLatest(ctx context.Context) *planning.Planner {
	ids, err := r.index.named(ctx, "") // All begin with nothing; oldest first.
	if err != nil {
		return nil
	}
	var newest *planning.Planner
	for _, id := range slices.Backward(ids) {
		planner := r.planner(ctx, id)
		switch {
		case planner == nil:
		case planner.Manifest().GetPractice() == nil:
			return planner
		case newest == nil:
			newest = planner
		}
	}
	return newest
}
