package runs

import (
	"context"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Attendance is an episode of a prepared run in which somebody outside plays, as it stands in the log.
type Attendance struct {
	*conductor.Seat
	opening []*vignettev1.EpisodeEvent // what is still to be copied from the episode it branches off
}

// Play is [conductor.Seat.Play]; what a branch has in common with its origin is copied first.
func (a *Attendance) Play(ctx context.Context, watch conductor.Watch) error {
	if err := a.Copy(ctx); err != nil {
		return err
	}
	return a.Seat.Play(ctx, watch)
}

// Copy brings a branch to where it parts from its origin, and asks nobody.
func (a *Attendance) Copy(ctx context.Context) error {
	opening := a.opening
	a.opening = nil
	if len(opening) == 0 {
		return nil
	}
	return a.Seat.Copy(ctx, opening)
}

// Attend takes a place for somebody outside in an episode of a run, whoever began it and however it was cut off. Nothing is
// written before the attendance is driven; from then on whoever held the episode before loses it.
func (r *Runner) Attend(ctx context.Context, planner *planning.Planner, log Plays, index int, terms conductor.Terms) (*Attendance, error) {
	plan, err := planner.Plan(index)
	if err != nil {
		return nil, err
	}
	at, err := takeUp(ctx, log, plan)
	if err != nil {
		return nil, err
	}
	attendance := &Attendance{Seat: r.conductor(planner, terms).Attend(at.state, at.last)}
	if at.state.Completed() != nil {
		return attendance, nil
	}
	origin, err := r.originOf(ctx, planner.Manifest())
	if err != nil {
		return nil, err
	}
	attendance.opening, err = r.opening(ctx, origin, plan, at.recorded)
	return attendance, err
}
