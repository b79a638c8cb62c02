package projection

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"iter"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Figure takes out of an episode the numbers that tables are made of.
type Figure func(*episode.State) *vignettev1.EpisodeFigures

// Figured is an episode of which only the figures are at hand.
type Figured struct {
	Index   int
	Figures *vignettev1.EpisodeFigures
	// Unreadable says why the log beyond this cannot be read, or is nil.
	Unreadable error
}

// figuresOf are the figures of an episode, with what everybody wants to know of it.
func figuresOf(state *episode.State, c *clock, figure Figure) *vignettev1.EpisodeFigures {
	f := &vignettev1.EpisodeFigures{Phase: state.Phase(), Validity: state.Completed().GetValidity(), Turns: int32(len(state.Turns())), Failure: state.Failed().GetMessage()}
	if figure != nil {
		f = figure(state)
	}
	f.Times = &c.times
	if o := outcomeOf(state); o.digest != ([sha256.Size]byte{}) {
		f.Digest = o.digest[:]
	}
	return f
}

// Figures yields the figures of a run's episodes in the design's order; those never begun are planned. It is [Reader.Episodes] for
// whoever needs no more, and with an index a hundred times as fast. An index must have been made with the same figure.
func (r *Reader) Figures(ctx context.Context, planner *planning.Planner, figure Figure) iter.Seq2[Figured, error] {
	return func(yield func(Figured, error) bool) {
		if r.index != nil {
			if all, err := r.index.figures(ctx, planner); err == nil {
				yieldAll(planner.Len(), all, yield)
				return
			}
		}
		for item, err := range r.Episodes(ctx, planner) {
			if err != nil {
				yield(Figured{}, err)
				return
			}
			f := figuresOf(item.State, &clock{}, figure)
			f.Times = item.Times
			if !yield(Figured{item.Index, f, item.Unreadable}, nil) {
				return
			}
		}
	}
}

func yieldAll(total int, all []Figured, yield func(Figured, error) bool) {
	for place := range total {
		next := Figured{Index: place, Figures: &vignettev1.EpisodeFigures{Phase: vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED}}
		if len(all) > 0 && all[0].Index == place {
			next, all = all[0], all[1:]
		}
		if !yield(next, nil) {
			return
		}
	}
}

// figures returns the figures of all episodes of a run that have begun.
func (x *Index) figures(ctx context.Context, planner *planning.Planner) (all []Figured, err error) {
	run, served := planner.Manifest().GetRun(), false
	err = x.use(ctx, false, func(db *sql.DB) error {
		all = nil
		err := db.QueryRowContext(ctx, "SELECT served FROM runs WHERE run = ?", run).Scan(&served)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !served {
			served = false
			return nil
		}
		if err != nil {
			return err
		}
		return queryFigures(ctx, db, planner, &all, "SELECT place, sum, figures FROM figures WHERE run = ? ORDER BY place", run)
	})
	if err == nil && !served {
		err = errNotServed
	}
	return all, err
}

// rowName tells a row of figures from others. An episode's id would too, and takes ten times as long to make.
func rowName(run string, place int) string { return run + "#" + strconv.Itoa(place) }

func scanFigures(rows *sql.Rows, planner *planning.Planner) (Figured, error) {
	var place int
	var sum int64
	var data sql.RawBytes
	if err := rows.Scan(&place, &sum, &data); err != nil {
		return Figured{}, err
	}
	if place < 0 || place >= planner.Len() || sumOf(rowName(planner.Manifest().GetRun(), place), data) != sum {
		return Figured{}, errDamaged
	}
	f := &vignettev1.EpisodeFigures{}
	if err := proto.Unmarshal(data, f); err != nil {
		return Figured{}, errors.Join(errDamaged, err)
	}
	return Figured{Index: place, Figures: f}, nil
}

// Notable are a few episodes of a run that stand out.
type Notable struct {
	// Slowest took the longest, from their first event to their last; the slowest first.
	Slowest []Figured
	// Failed are those that failed last, the last first.
	Failed []Figured
}

// Notable returns at most n of each. Without an index it reads the whole run.
func (r *Reader) Notable(ctx context.Context, planner *planning.Planner, n int) (Notable, error) {
	if r.index != nil {
		if found, err := r.index.notable(ctx, planner, n); err == nil {
			return found, nil
		}
	}
	var found Notable
	for f, err := range r.Figures(ctx, planner, nil) {
		if err != nil {
			return found, err
		}
		if f.Figures.GetTimes().GetWall() > 0 {
			found.Slowest = append(found.Slowest, f)
		}
		if f.Figures.GetPhase() == vignettev1.EpisodePhase_EPISODE_PHASE_FAILED {
			found.Failed = append([]Figured{f}, found.Failed[:min(len(found.Failed), n-1)]...)
		}
		if len(found.Slowest) > 2*n {
			found.Slowest = slowest(found.Slowest, n)
		}
	}
	found.Slowest = slowest(found.Slowest, n)
	return found, nil
}

func slowest(all []Figured, n int) []Figured {
	slices.SortStableFunc(all, func(a, b Figured) int {
		return cmp.Compare(b.Figures.GetTimes().GetWall(), a.Figures.GetTimes().GetWall())
	})
	return all[:min(len(all), n)]
}

func (x *Index) notable(ctx context.Context, planner *planning.Planner, n int) (found Notable, err error) {
	run := planner.Manifest().GetRun()
	err = x.use(ctx, false, func(db *sql.DB) error {
		found = Notable{}
		for _, q := range []struct {
			into  *[]Figured
			query string
		}{
			{&found.Slowest, "SELECT place, sum, figures FROM figures JOIN runs USING (run) WHERE served AND run = ? AND wall > 0 ORDER BY wall DESC LIMIT ?"},
			{&found.Failed, "SELECT place, sum, figures FROM figures JOIN runs USING (run) WHERE served AND run = ? AND phase = 4 ORDER BY last DESC LIMIT ?"},
		} {
			if err := queryFigures(ctx, db, planner, q.into, q.query, run, n); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func queryFigures(ctx context.Context, db *sql.DB, planner *planning.Planner, into *[]Figured, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		next, err := scanFigures(rows, planner)
		if err != nil {
			return err
		}
		*into = append(*into, next)
	}
	return rows.Err()
}
