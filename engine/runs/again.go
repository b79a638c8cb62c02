package runs

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Sketch is all of Prepare but the writing: nothing of it is in the log. [Runner.PrepareLike] makes runs of it.
func (r *Runner) Sketch(ctx context.Context, design Design) (*planning.Planner, error) {
	return r.plan(ctx, design)
}

// PrepareLike writes the manifest of a run that is like a sketch but for its seed and what change makes of it, and asks nobody
// anything: whoever plays and scores is taken to be who they were when it was sketched. Change must leave the design alone.
func (r *Runner) PrepareLike(ctx context.Context, sketch *planning.Planner, seed uint64, change func(*vignettev1.Manifest)) (*planning.Planner, error) {
	manifest := proto.CloneOf(sketch.Manifest())
	manifest.Run, manifest.CreatedAt, manifest.Seed = r.newRunID(), timestamppb.New(r.Clock.Now()), seed
	change(manifest)
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, err
	}
	if err := r.commit(ctx, planner); err != nil {
		return nil, err
	}
	return planner, nil
}

// AttendNew is [Runner.Attend] for the only episode of a run that has just been prepared: the log is not read.
func (r *Runner) AttendNew(planner *planning.Planner) (*Attendance, error) {
	plan, err := planner.Plan(0)
	if err != nil {
		return nil, err
	}
	at, err := r.begin(context.Background(), plan)
	if err != nil {
		return nil, err
	}
	c := r.conductor(planner, conductor.Terms{})
	return &Attendance{Seat: c.Attend(at.state, at.last)}, nil
}
