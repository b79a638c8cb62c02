package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// batch is how many entries of the log go into the file at once. It bounds the memory a feed takes, what is lost when it is cut
// off, and how long others wait for the file.
const batch = 4_000

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
	f := &feeding{log: x.log, planners: map[string]*planning.Planner{}, figure: x.figure}
	for ; ; anew = false {
		at, extent, err := x.feed(ctx, f, anew)
		if err != nil || at.last == extent.Last {
			return at.whole(extent.Messages), err
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
	if anew || at.created != ours.created || at.program != ours.program || at.last > extent.Last {
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
	if at.pending > 0 && at.last == extent.Last && at.fed == extent.Messages {
		at.pending = 0 // The log has done with deleting.
		if err := writeSource(ctx, tx, at); err != nil {
			return at, extent, err
		}
	}
	if err := tx.Commit(); err != nil || !f.shrunk {
		return at, extent, err
	}
	f.shrunk = false
	_, err = x.db.ExecContext(ctx, "PRAGMA incremental_vacuum")
	return at, extent, err
}

// feeding carries entries of the log into the file.
type feeding struct {
	log      Source
	figure   Figure
	planners map[string]*planning.Planner // of runs met; nil for those that are not served
	plays    map[playKey]*play            // what the batch adds to
	extents  map[string]int64             // entries of the batch by run
	noted    map[[2]string]int64          // notes of the batch by run and episode
	shrunk   bool                         // something was deleted, whose place can be given back
}

type playKey struct {
	run   string
	place int
}

// play is an episode with what the file and the batch have of it.
type play struct {
	episode string
	entries int64
	last    uint64 // sequence of its last event
	events  []byte
	state   *episode.State
	clock   *clock
	was     outcome // as the file has it
	there   bool    // in the file
}

// take reads a batch and writes what it came to.
func (f *feeding) take(ctx context.Context, tx *sql.Tx, at *source, last uint64) error {
	f.plays, f.extents, f.noted = map[playKey]*play{}, map[string]int64{}, map[[2]string]int64{}
	count := 0
	for entry, err := range f.log.Since(ctx, at.last, last) {
		if err != nil && !isCorrupt(err) {
			return err
		}
		gone, err := f.entry(ctx, tx, entry, err)
		if err != nil {
			return err
		}
		at.fed, at.pending = at.fed+1-min(at.fed, gone), at.pending+gone
		at.last = entry.Sequence
		if count++; count == batch {
			break
		}
	}
	if count < batch {
		at.last = last // What lies between is deleted.
	}
	if err := f.write(ctx, tx, at.last); err != nil {
		return err
	}
	return writeSource(ctx, tx, *at)
}

// write writes what the batch, which ends with the entry last, came to.
func (f *feeding) write(ctx context.Context, tx *sql.Tx, last uint64) error {
	changes := map[string]*tally{}
	for key, p := range f.plays {
		if changes[key.run] == nil {
			changes[key.run] = &tally{}
		}
		if err := p.write(ctx, tx, key, f.figure, changes[key.run]); err != nil {
			return err
		}
	}
	for run, change := range changes {
		if err := f.recount(ctx, tx, run, change); err != nil {
			return err
		}
	}
	for run, n := range f.extents {
		if err := forget(ctx, tx, run, last); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO extents VALUES (?, ?) ON CONFLICT DO UPDATE SET entries = entries + excluded.entries", run, n); err != nil {
			return err
		}
	}
	for key, n := range f.noted {
		_, err := tx.ExecContext(ctx, "INSERT INTO noted VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET entries = entries + excluded.entries", key[0], key[1], n)
		if err != nil {
			return err
		}
	}
	return nil
}

// recount brings what is known of a run up to date.
func (f *feeding) recount(ctx context.Context, tx *sql.Tx, run string, change *tally) error {
	_, err := tx.ExecContext(ctx, `UPDATE runs SET ok = ok + ?, invalid = invalid + ?, failed = failed + ?, deleted = deleted + ?, turns = turns + ?, digest = ''
		WHERE run = ?`, change.ok, change.invalid, change.failed, change.deleted, change.turns, run)
	if err != nil {
		return err
	}
	row, err := scanRun(tx.QueryRowContext(ctx, "SELECT "+runColumns+" FROM runs WHERE run = ?", run))
	if t := row.status; err != nil || t.ok+t.invalid+t.failed < int64(row.total) {
		return err
	}
	count := newCount(run, row.created, row.scenarios, row.total)
	err = eachOutcome(ctx, tx, run, func(place int, o outcome) error {
		if place >= row.total {
			return errDamaged
		}
		count.add(place, o)
		return nil
	})
	if err == nil {
		_, err = tx.ExecContext(ctx, "UPDATE runs SET digest = ? WHERE run = ?", count.Status().GetDigest(), run)
	}
	return err
}

// entry takes in one entry and returns how many earlier ones it says are gone.
func (f *feeding) entry(ctx context.Context, tx *sql.Tx, entry episodelog.Entry, corrupt error) (gone uint64, err error) {
	switch entry.Kind {
	case episodelog.KindManifest:
		gone, err = f.manifest(ctx, tx, entry)
	case episodelog.KindPlay:
		gone, err = f.event(ctx, tx, entry, corrupt)
	case episodelog.KindNotes: // They are read from the log.
		if gone, err = f.struck(ctx, tx, entry); err == nil {
			f.noted[[2]string{entry.Run, entry.Episode}] += 1 - int64(gone)
		}
	}
	f.extents[entry.Run] += 1 - int64(gone)
	return gone, err
}

// struck is how many of the notes met so far a note erases: all that were met, but for those before it that the log keeps. Whether they are
// gone from the log yet makes no difference.
func (f *feeding) struck(ctx context.Context, tx *sql.Tx, entry episodelog.Entry) (gone uint64, err error) {
	if len(entry.Note.GetErases()) == 0 {
		return 0, nil
	}
	var met int64
	err = tx.QueryRowContext(ctx, "SELECT entries FROM noted WHERE run = ? AND episode = ?", entry.Run, entry.Episode).Scan(&met)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	met += f.noted[[2]string{entry.Run, entry.Episode}]
	notes, err := f.log.Notes(ctx, entry.Run, entry.Episode)
	var corrupt *episodelog.CorruptError
	if err != nil && !errors.As(err, &corrupt) {
		return 0, err
	}
	for _, kept := range notes {
		if kept.Sequence < entry.Sequence && !episodelog.Erases(entry.Note, kept.Note) {
			met--
		}
	}
	return uint64(max(0, met)), nil
}

// erased forgets a run of which the tombstone is left.
func (f *feeding) erased(ctx context.Context, tx *sql.Tx, run string) (gone uint64, err error) {
	f.planners[run] = nil
	maps.DeleteFunc(f.plays, func(key playKey, _ *play) bool { return key.run == run })
	maps.DeleteFunc(f.noted, func(key [2]string, _ int64) bool { return key[0] == run })
	known := f.extents[run]
	var there int64
	err = tx.QueryRowContext(ctx, "SELECT entries FROM extents WHERE run = ?", run).Scan(&there)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	for _, table := range []string{"runs", "plays", "figures", "noted", "kept"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE run = ?", run); err != nil {
			return 0, err
		}
	}
	f.shrunk = true
	return uint64(max(0, known+there)), nil
}

// buried forgets what an episode was of which the tombstone is left.
func (f *feeding) buried(ctx context.Context, tx *sql.Tx, run string, p *play, plan *episode.Plan) (gone uint64, err error) {
	key := [2]string{run, p.episode}
	var notes int64
	err = tx.QueryRowContext(ctx, "SELECT entries FROM noted WHERE run = ? AND episode = ?", run, p.episode).Scan(&notes)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM noted WHERE run = ? AND episode = ?", run, p.episode); err != nil {
		return 0, err
	}
	gone = uint64(p.entries + notes + f.noted[key])
	delete(f.noted, key)
	p.entries, p.events, p.state, p.clock = 0, nil, episode.New(plan), &clock{}
	f.shrunk = true
	return gone, nil
}

// manifest adds a run. One that was deleted has only its tombstone left, which nobody lists. One whose events came first, as those of
// a run that was restored do, is left to the log.
func (f *feeding) manifest(ctx context.Context, tx *sql.Tx, entry episodelog.Entry) (gone uint64, err error) {
	if entry.Manifest.GetDeleted() != nil {
		return f.erased(ctx, tx, entry.Run)
	}
	ahead, err := cameAhead(ctx, tx, entry.Run)
	if err != nil {
		return 0, err
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
	return 0, row.insert(ctx, tx)
}

// event adds to a play. Whatever is strange about it is left to the log: its run is not served from here.
func (f *feeding) event(ctx context.Context, tx *sql.Tx, entry episodelog.Entry, corrupt error) (gone uint64, err error) {
	planner, err := f.planner(ctx, tx, entry.Run)
	if planner == nil || err != nil {
		return 0, err
	}
	place, known := planner.Index(entry.Episode)
	if corrupt != nil || !known {
		return 0, f.leave(ctx, tx, entry.Run)
	}
	key := playKey{entry.Run, place}
	p := f.plays[key]
	if p == nil {
		if p, err = readPlay(ctx, tx, planner, key); err != nil {
			return 0, err
		}
		f.plays[key] = p
	}
	if entry.Event.GetDeleted() != nil {
		if gone, err = f.buried(ctx, tx, entry.Run, p, p.state.Plan()); err != nil {
			return 0, err
		}
	}
	if err := p.state.Apply(entry.Event); err != nil {
		return gone, f.leave(ctx, tx, entry.Run)
	}
	p.entries, p.last = p.entries+1, entry.Sequence
	p.clock.add(p.state.Plan(), entry.Event)
	p.events, err = appendEvent(p.events, entry.Sequence, entry.Event)
	return gone, err
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
	var packed []byte
	err = tx.QueryRowContext(ctx, "SELECT entries, sum, events FROM plays WHERE run = ? AND place = ?", key.run, key.place).Scan(&p.entries, &sum, &packed)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		p.state, p.clock = episode.New(plan), &clock{}
		return p, nil
	case err != nil:
		return nil, err
	}
	p.there = true
	if p.events, err = unpack(p.episode, sum, packed); err != nil {
		return nil, err
	}
	p.state, p.clock, err = fold(plan, p.events)
	if err == nil {
		p.was = outcomeOf(p.state)
	}
	return p, err
}

// fold makes the state of a play out of its events.
func fold(plan *episode.Plan, events []byte) (*episode.State, *clock, error) {
	state, c := episode.New(plan), &clock{}
	err := eachEvent(events, func(sequence uint64, event *vignettev1.EpisodeEvent) error {
		if err := state.Apply(event); err != nil {
			return fmt.Errorf("%w: episode %s, log entry %d: %w", errDamaged, plan.Episode, sequence, err)
		}
		c.add(plan, event)
		return nil
	})
	return state, c, err
}

// write writes a play, and says how it changes what became of its run's episodes.
func (p *play) write(ctx context.Context, tx *sql.Tx, key playKey, figure Figure, change *tally) error {
	o := outcomeOf(p.state)
	if p.there {
		change.add(p.was, -1)
	}
	change.add(o, 1)
	packed := pack(p.events)
	_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO plays VALUES (?, ?, ?, ?, ?, ?)", key.run, key.place, p.episode, p.entries, sumOf(p.episode, packed), packed)
	if err != nil {
		return err
	}
	f := figuresOf(p.state, p.clock, figure)
	figures, err := proto.Marshal(f)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		key.run, key.place, int32(o.phase), int32(o.validity), o.turns, o.digest[:], p.clock.times.Wall, int64(p.last), FocalReward(f), Agreed(f), sumOf(rowName(key.run, key.place), figures), figures)
	return err
}
