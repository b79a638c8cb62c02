package projection

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ErrNotFound says that there is no run or episode of that id.
var ErrNotFound = errors.New("not found")

// Reader reads runs and episodes from the log. It is safe for concurrent use.
type Reader struct {
	log   episodelog.Reader
	index *Index // may be nil
}

// NewReader returns a reader of a log.
func NewReader(log episodelog.Reader) *Reader { return &Reader{log: log} }

// NewIndexedReader returns a reader of the log that an index copies. It answers the same as one without, sooner. The
// index stays the caller's to close.
func NewIndexedReader(index *Index) *Reader { return &Reader{log: index.log, index: index} }

// Run finds a run by its id, by the beginning of its id where that is enough, or the newest by the name "last"; see [Latest].
func (r *Reader) Run(ctx context.Context, name string) (*planning.Planner, error) {
	if name == Latest {
		return r.latest(ctx)
	}
	if r.index != nil {
		if planner := r.indexedRun(ctx, name); planner != nil {
			return planner, nil
		}
	}
	var found []*vignettev1.Manifest
	for entry, err := range r.log.Runs(ctx) {
		if err != nil && !isCorrupt(err) {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		if entry.Manifest == nil {
			continue
		}
		switch {
		case entry.Run == name:
			return planning.New(entry.Manifest)
		case strings.HasPrefix(entry.Run, name):
			found = append(found, entry.Manifest)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("run %q: %w", name, ErrNotFound)
	case 1:
		return planning.New(found[0])
	}
	return nil, fmt.Errorf("run %q could be %s and %d others: write more of the id", name, found[0].GetRun(), len(found)-1)
}

// indexedRun finds a run through the index, or nothing: then the log says what there is.
func (r *Reader) indexedRun(ctx context.Context, name string) *planning.Planner {
	found, err := r.index.named(ctx, name)
	if err != nil || len(found) != 1 {
		return nil
	}
	return r.planner(ctx, found[0])
}

// planner returns the planner of a run by its id, nil when it cannot be had.
func (r *Reader) planner(ctx context.Context, run string) *planning.Planner {
	manifest, err := r.log.Manifest(ctx, run)
	if err != nil {
		return nil
	}
	planner, err := planning.New(manifest)
	if err != nil {
		return nil
	}
	return planner
}

// Runs yields the status of every run, newest first. A run whose log cannot be read comes with an error, and the next
// follows.
func (r *Reader) Runs(ctx context.Context) iter.Seq2[*vignettev1.RunStatus, error] {
	return func(yield func(*vignettev1.RunStatus, error) bool) {
		if r.index != nil {
			if rows, err := r.index.runs(ctx); err == nil {
				r.indexedRuns(ctx, rows, yield)
				return
			}
		}
		var manifests []*vignettev1.Manifest
		for entry, err := range r.log.Runs(ctx) {
			if err != nil && !yield(&vignettev1.RunStatus{Run: entry.Run}, err) {
				return
			}
			if entry.Manifest != nil {
				manifests = append(manifests, entry.Manifest)
			}
		}
		slices.SortStableFunc(manifests, func(a, b *vignettev1.Manifest) int {
			return a.GetCreatedAt().AsTime().Compare(b.GetCreatedAt().AsTime())
		})
		for _, manifest := range slices.Backward(manifests) {
			status, err := r.status(ctx, manifest)
			if status == nil {
				status = &vignettev1.RunStatus{Run: manifest.GetRun(), CreatedAt: manifest.GetCreatedAt()}
			}
			if !yield(status, err) {
				return
			}
		}
	}
}

// indexedRuns yields what the index knows, and asks the log about the runs that it does not serve.
func (r *Reader) indexedRuns(ctx context.Context, rows []runRow, yield func(*vignettev1.RunStatus, error) bool) {
	for _, row := range slices.Backward(rows) {
		var status *vignettev1.RunStatus
		var err error
		if row.served {
			status = row.runStatus()
		} else if manifest, failed := r.log.Manifest(ctx, row.run); failed != nil {
			err = failed
		} else {
			status, err = r.status(ctx, manifest)
		}
		if status == nil {
			status = &vignettev1.RunStatus{Run: row.run, CreatedAt: row.created}
		}
		if !yield(status, err) {
			return
		}
	}
}

func (r *Reader) status(ctx context.Context, manifest *vignettev1.Manifest) (*vignettev1.RunStatus, error) {
	planner, err := planning.New(manifest)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", manifest.GetRun(), err)
	}
	return r.Status(ctx, planner)
}

// Status returns how far a run is.
func (r *Reader) Status(ctx context.Context, planner *planning.Planner) (*vignettev1.RunStatus, error) {
	if r.index != nil {
		if status, err := r.index.status(ctx, planner.Manifest().GetRun()); err == nil && status != nil {
			return status, nil
		}
	}
	count := NewCount(planner)
	for item, err := range r.Episodes(ctx, planner) {
		if err != nil {
			return nil, err
		}
		count.Add(item.Index, item.State)
	}
	return count.Status(), nil
}

// minBeginning is how much of an episode's id must be given: less would soon stop being enough.
const minBeginning = 5

// Episode finds an episode by its id, in whichever run it is, or by the beginning of its id where that is enough.
func (r *Reader) Episode(ctx context.Context, id string) (*episode.State, *planning.Planner, error) {
	planner, i, err := r.find(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	state, err := r.fold(ctx, planner, i)
	return state, planner, err
}

// Record is an episode as it stands in the log.
type Record struct {
	// Run the episode belongs to.
	Run string
	// Episode is its id.
	Episode string
	// Cell is its place in the design.
	Cell *vignettev1.Cell
	// Events of its play, oldest first.
	Events []*vignettev1.EpisodeEvent
	// Notes on it, oldest first.
	Notes []*vignettev1.Note
}

// Record finds an episode by its id and reads all that was written about it.
func (r *Reader) Record(ctx context.Context, id string) (*Record, error) {
	planner, i, err := r.find(ctx, id)
	if err != nil {
		return nil, err
	}
	record := &Record{Run: planner.Manifest().GetRun(), Cell: planner.Cell(i)}
	id = episode.ID(record.Run, record.Cell)
	record.Episode = id
	played, err := r.log.Play(ctx, record.Run, id)
	if err != nil {
		return nil, fmt.Errorf("episode %s: %w", id, err)
	}
	for _, entry := range played {
		record.Events = append(record.Events, entry.Event)
	}
	noted, err := r.log.Notes(ctx, record.Run, id)
	if err != nil {
		return nil, fmt.Errorf("notes on episode %s: %w", id, err)
	}
	for _, entry := range noted {
		record.Notes = append(record.Notes, entry.Note)
	}
	return record, nil
}

// find returns the run that an episode is in, and its place there.
func (r *Reader) find(ctx context.Context, id string) (*planning.Planner, int, error) {
	if r.index != nil {
		if run, place, err := r.index.whereIs(ctx, id); err == nil && run != "" {
			if planner := r.planner(ctx, run); planner != nil && place < planner.Len() && episode.ID(run, planner.Cell(place)) == id {
				return planner, place, nil
			}
		}
	}
	var planner *planning.Planner
	index, found := 0, 0
	for entry, err := range r.log.Runs(ctx) {
		if err != nil && !isCorrupt(err) {
			return nil, 0, fmt.Errorf("list runs: %w", err)
		}
		if entry.Manifest == nil {
			continue
		}
		candidate, err := planning.New(entry.Manifest)
		if err != nil || len(id) < minBeginning {
			continue // A run of a design this program does not know cannot be where the episode is found.
		}
		for _, i := range candidate.Find(id, 2) {
			planner, index, found = candidate, i, found+1
		}
	}
	switch found {
	case 0:
		return nil, 0, fmt.Errorf("episode %q: %w", id, ErrNotFound)
	case 1:
		return planner, index, nil
	}
	return nil, 0, fmt.Errorf("episode %q could be several: write more of the id", id)
}

// fold reads one episode.
func (r *Reader) fold(ctx context.Context, planner *planning.Planner, index int) (*episode.State, error) {
	plan, err := planner.Plan(index)
	if err != nil {
		return nil, err
	}
	entries, err := r.log.Play(ctx, plan.Run, plan.Episode)
	if err != nil {
		return nil, fmt.Errorf("episode %s: %w", plan.Episode, err)
	}
	state := episode.New(plan)
	for _, entry := range entries {
		if err := state.Apply(entry.Event); err != nil {
			return nil, fmt.Errorf("episode %s, log entry %d: %w", plan.Episode, entry.Sequence, err)
		}
	}
	return state, nil
}

func isCorrupt(err error) bool {
	var corrupt *episodelog.CorruptError
	return errors.As(err, &corrupt)
}
