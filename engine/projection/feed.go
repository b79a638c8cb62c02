package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// batch is how many entries of the log go into the file at once. It bounds the memory a feed takes, and what is lost
// when it is cut off.
const batch = 20_000

// errChanging says that entries are being deleted from the log while it is read; the next use finds out.
var errChanging = errors.New("the log was changed while it was read")

// catchUp brings the file to where the log is. anew makes it forget all it has first.
func (x *Index) catchUp(ctx context.Context, anew bool) error {
	for range 2 {
		whole, err := x.feedAll(ctx, anew)
		if whole || err != nil {
			return err
		}
		anew = true // It holds something that has been deleted from the log.
	}
	return errChanging
}

// feedAll feeds in batches, and says whether the file then holds as many entries as the log.
func (x *Index) feedAll(ctx context.Context, anew bool) (whole bool, err error) {
	f := &feeding{log: x.log, planners: map[string]*planning.Planner{}}
	for ; ; anew = false {
		at, extent, err := x.feed(ctx, f, anew)
		if err != nil || at.last == extent.Last {
			return at.fed == extent.Messages, err
		}
	}
}

// feed adds one batch in one transaction, and says how far the file and the log are. The log is asked within the
// transaction: no other process can have carried the file beyond that.
func (x *Index) feed(ctx context.Context, f *feeding, anew bool) (at source, extent episodelog.Extent, err error) {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return at, extent, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if extent, err = x.log.Extent(ctx); err != nil {
		return at, extent, err
	}
	if at, err = readSource(ctx, tx); err != nil {
		return at, extent, err
	}
	ours := source{created: extent.Created.UTC().Format(time.RFC3339Nano), program: x.program}
	if anew || at.created != ours.created || at.program != ours.program || at.last > extent.Last || at.fed > extent.Messages {
		if err := reset(ctx, tx); err != nil {
			return at, extent, err
		}
		at = ours
	}
	if at.last < extent.Last {
		if err := f.take(ctx, tx, &at, extent.Last); err != nil {
			return at, extent, err
		}
	}
	return at, extent, tx.Commit()
}

// feeding carries entries of the log into the file.
type feeding struct {
	log      Source
	planners map[string]*planning.Planner // of runs met; nil for those that are not served
	plays    map[playKey]*play            // what the batch adds to
}

type playKey struct {
	run   string
	place int
}

// play is an episode with what the file and the batch have of it.
type play struct {
	episode string
	events  []byte
	state   *episode.State
}

// take reads a batch and writes what it came to.
func (f *feeding) take(ctx context.Context, tx *sql.Tx, at *source, last uint64) error {
	f.plays = map[playKey]*play{}
	count := 0
	for entry, err := range f.log.Since(ctx, at.last, last) {
		if err != nil && !isCorrupt(err) {
			return err
		}
		if err := f.entry(ctx, tx, entry, err); err != nil {
			return err
		}
		at.fed++
		at.last = entry.Sequence
		if count++; count == batch {
			break
		}
	}
	if count < batch {
		at.last = last // What lies between is deleted.
	}
	for key, p := range f.plays {
		if err := p.write(ctx, tx, key); err != nil {
			return err
		}
	}
	return writeSource(ctx, tx, *at)
}

func (f *feeding) entry(ctx context.Context, tx *sql.Tx, entry episodelog.Entry, corrupt error) error {
	switch entry.Kind {
	case episodelog.KindManifest:
		return f.manifest(ctx, tx, entry)
	case episodelog.KindPlay:
		return f.event(ctx, tx, entry, corrupt)
	}
	return nil // Notes are read from the log.
}

// manifest adds a run. One that was deleted has only its tombstone left, which nobody lists. One whose events came first, as those of
// a run that was restored do, is left to the log.
func (f *feeding) manifest(ctx context.Context, tx *sql.Tx, entry episodelog.Entry) error {
	if entry.Manifest.GetDeleted() != nil {
		f.planners[entry.Run] = nil
		return nil
	}
	ahead, err := cameAhead(ctx, tx, entry.Run)
	if err != nil {
		return err
	}
	row := runRow{
		run: entry.Run, sequence: entry.Sequence,
		created: entry.Manifest.GetCreatedAt(), scenarios: scenarioIDs(entry.Manifest),
	}
	if entry.Manifest != nil && !ahead {
		if planner, err := planning.New(entry.Manifest); err == nil {
			f.planners[entry.Run], row.served, row.total = planner, true, planner.Len()
		}
	}
	return row.insert(ctx, tx)
}

// event adds to a play. Whatever is strange about it is left to the log: its run is not served from here.
func (f *feeding) event(ctx context.Context, tx *sql.Tx, entry episodelog.Entry, corrupt error) error {
	planner, err := f.planner(ctx, tx, entry.Run)
	if planner == nil || err != nil {
		return err
	}
	place, known := planner.Index(entry.Episode)
	if corrupt != nil || !known {
		return f.leave(ctx, tx, entry.Run)
	}
	key := playKey{entry.Run, place}
	p := f.plays[key]
	if p == nil {
		if p, err = readPlay(ctx, tx, planner, key); err != nil {
			return err
		}
		f.plays[key] = p
	}
	if err := p.state.Apply(entry.Event); err != nil {
		return f.leave(ctx, tx, entry.Run)
	}
	p.events, err = appendEvent(p.events, entry.Sequence, entry.Event)
	return err
}

// planner returns the planner of a run that is served, else nil.
func (f *feeding) planner(ctx context.Context, tx *sql.Tx, run string) (*planning.Planner, error) {
	if planner, met := f.planners[run]; met {
		return planner, nil
	}
	f.planners[run] = nil
	var served bool
	err := tx.QueryRowContext(ctx, "SELECT served FROM runs WHERE run = ?", run).Scan(&served)
	if errors.Is(err, sql.ErrNoRows) {
		_, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO ahead VALUES (?)", run)
		return nil, err
	}
	if err == nil && !served {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	manifest, err := f.log.Manifest(ctx, run)
	if err != nil {
		return nil, err
	}
	f.planners[run], err = planning.New(manifest)
	return f.planners[run], err
}

// cameAhead says whether events of a run came before its manifest.
func cameAhead(ctx context.Context, tx *sql.Tx, run string) (ahead bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM ahead WHERE run = ?)", run).Scan(&ahead)
	return ahead, err
}

// leave makes readers go to the log for a run.
func (f *feeding) leave(ctx context.Context, tx *sql.Tx, run string) error {
	f.planners[run] = nil
	_, err := tx.ExecContext(ctx, "UPDATE runs SET served = FALSE WHERE run = ?", run)
	return err
}

// readPlay returns what the file has of a play, which may be nothing.
func readPlay(ctx context.Context, tx *sql.Tx, planner *planning.Planner, key playKey) (*play, error) {
	plan, err := planner.Plan(key.place)
	if err != nil {
		return nil, err
	}
	p := &play{episode: plan.Episode}
	var sum int64
	err = tx.QueryRowContext(ctx, "SELECT sum, events FROM plays WHERE run = ? AND place = ?", key.run, key.place).Scan(&sum, &p.events)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		p.state = episode.New(plan)
		return p, nil
	case err != nil:
		return nil, err
	}
	p.state, err = fold(plan, sum, p.events)
	return p, err
}

// fold makes the state of a play out of its bytes.
func fold(plan *episode.Plan, sum int64, events []byte) (*episode.State, error) {
	if sumOf(plan.Episode, events) != sum {
		return nil, fmt.Errorf("%w: episode %s", errDamaged, plan.Episode)
	}
	state := episode.New(plan)
	err := eachEvent(events, func(sequence uint64, event *vignettev1.EpisodeEvent) error {
		if err := state.Apply(event); err != nil {
			return fmt.Errorf("%w: episode %s, log entry %d: %w", errDamaged, plan.Episode, sequence, err)
		}
		return nil
	})
	return state, err
}

func (p *play) write(ctx context.Context, tx *sql.Tx, key playKey) error {
	o := outcomeOf(p.state)
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO plays VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		key.run, key.place, p.episode, int32(o.phase), int32(o.validity), o.turns, o.digest[:], sumOf(p.episode, p.events), p.events)
	return err
}
