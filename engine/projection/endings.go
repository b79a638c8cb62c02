package projection

import (
	"context"
	"database/sql"
	"iter"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Ending is what became of an episode, in as little as a list needs.
type Ending struct {
	// Index is the episode's place in the design.
	Index    int
	Phase    vignettev1.EpisodePhase
	Validity vignettev1.Validity
	Turns    int
	// Reward is the focal role's, nil where it is missing.
	Reward *float64
	// Agreed is 1 where the others meant to agree or took the no, 0 where they did neither, between where some did; nil where it is not known.
	Agreed *float64
}

// EndingOf is what its figures say became of an episode.
func EndingOf(f Figured) Ending {
	return Ending{f.Index, f.Figures.GetPhase(), f.Figures.GetValidity(), int(f.Figures.GetTurns()), FocalReward(f.Figures), Agreed(f.Figures)}
}

// FocalReward is the reward of an episode's focal role, nil where it is missing.
func FocalReward(f *vignettev1.EpisodeFigures) *float64 {
	for _, reward := range f.GetRewards() {
		if reward.GetFocal() && reward.Value != nil {
			return reward.Value
		}
	}
	return nil
}

// agreement is the kind of outcome that says whether the others agreed; studies/outcomes says how it comes about.
const agreement = "agreement"

// Agreed is how far the others agreed, see [Ending].
func Agreed(f *vignettev1.EpisodeFigures) *float64 {
	for _, outcome := range f.GetOutcomes() {
		if outcome.GetKind() == agreement {
			value := outcome.GetValue()
			return &value
		}
	}
	return nil
}

// Endings yields what became of a run's episodes, in the design's order; those never begun are planned. It is [Reader.Figures] for whoever
// needs no more, and with an index a few times as fast.
func (r *Reader) Endings(ctx context.Context, planner *planning.Planner, figure Figure) iter.Seq2[Ending, error] {
	return func(yield func(Ending, error) bool) {
		if r.index != nil {
			if all, err := r.index.endings(ctx, planner); err == nil {
				for _, e := range all {
					if !yield(e, nil) {
						return
					}
				}
				return
			}
		}
		for f, err := range r.Figures(ctx, planner, figure) {
			if err != nil {
				yield(Ending{}, err)
				return
			}
			if !yield(EndingOf(f), nil) {
				return
			}
		}
	}
}

// endings returns what became of all episodes of a run, by place.
func (x *Index) endings(ctx context.Context, planner *planning.Planner) (all []Ending, err error) {
	err = x.useServed(ctx, planner, func(db *sql.DB) error {
		all = make([]Ending, planner.Len())
		for i := range all {
			all[i] = Ending{Index: i, Phase: vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED}
		}
		rows, err := db.QueryContext(ctx, "SELECT place, phase, validity, turns, reward, agreed FROM figures WHERE run = ?", planner.Manifest().GetRun())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e Ending
			var reward, agreed sql.NullFloat64
			if err := rows.Scan(&e.Index, &e.Phase, &e.Validity, &e.Turns, &reward, &agreed); err != nil {
				return err
			}
			if e.Index < 0 || e.Index >= len(all) {
				return errDamaged
			}
			if reward.Valid {
				e.Reward = &reward.Float64
			}
			if agreed.Valid {
				e.Agreed = &agreed.Float64
			}
			all[e.Index] = e
		}
		return rows.Err()
	})
	return all, err
}
