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
		next := 0
		if r.index != nil && r.index.eachFigures(ctx, planner, &next, yield) {
			return
		}
		for item, err := range r.Episodes(ctx, planner) {
			if err != nil {
				yield(Figured{}, err)
				return
			}
			if item.Index < next {
				continue // The index had it, before it failed.
			}
			f := figuresOf(item.State, &clock{}, figure)
			f.Times = item.Times
			if !yield(Figured{item.Index, f, item.Unreadable}, nil) {
				return
			}
		}
	}
}

// figuresPage is how many figures are read at a time, which bounds what is held of a run.
const figuresPage = 1024

// eachFigures yields figures from next on as long as the index has them, and says whether nothing is left to be done.
func (x *Index) eachFigures(ctx context.Context, planner *planning.Planner, next *int, yield func(Figured, error) bool) (done bool) {
	for *next < planner.Len() {
		page, err := x.figures(ctx, planner, *next)
		if err != nil {
			return false
		}
		end := planner.Len()
		if len(page) == figuresPage {
			end = page[figuresPage-1].Index + 1
		}
		for ; *next < end; *next++ {
			f := Figured{Index: *next}
			if len(page) > 0 && page[0].Index == *next {
				f, page = page[0], page[1:]
			} else {
				f.Figures = &vignettev1.EpisodeFigures{Phase: vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED}
			}
			if !yield(f, nil) {
				return true
			}
		}
	}
	return true
}

// figures returns the figures of the episodes of a run that have begun, from a place of the design on, at most figuresPage of them.
func (x *Index) figures(ctx context.Context, planner *planning.Planner, from int) (page []Figured, err error) {
	err = x.useServed(ctx, planner, func(db *sql.DB) error {
		page = make([]Figured, 0, figuresPage)
		return queryFigures(ctx, db, planner, &page, "SELECT place, sum, figures FROM figures WHERE run = ? AND place >= ? ORDER BY place LIMIT ?",
			planner.Manifest().GetRun(), from, figuresPage)
	})
	return page, err
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
