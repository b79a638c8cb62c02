package projection

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"os"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"modernc.org/sqlite" // the driver, in Go alone
	sqlite3 "modernc.org/sqlite/lib"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// schema is what the file holds. One play is one row: who reads a run reads it in the order of its design, and who adds
// to an episode seldom comes twice. sum is over the events, so that a damaged page is not taken for a conversation. What lists and
// tables need lies apart from the events, and what a list needs of a run lies with the run, so that neither takes longer for long
// conversations. kept is what was made of whole runs; what any entry of a run is about to change is thrown away when it is fed, and
// changed says which batch of entries last touched the run.
const schema = `
CREATE TABLE source (created TEXT NOT NULL, program TEXT NOT NULL, last INTEGER NOT NULL, fed INTEGER NOT NULL, pending INTEGER NOT NULL);
CREATE TABLE runs (
	run TEXT PRIMARY KEY, sequence INTEGER NOT NULL, served INTEGER NOT NULL,
	created INTEGER NOT NULL, scenarios TEXT NOT NULL, total INTEGER NOT NULL,
	ok INTEGER NOT NULL DEFAULT 0, invalid INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
	deleted INTEGER NOT NULL DEFAULT 0, turns INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT '',
	changed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE plays (
	run TEXT NOT NULL, place INTEGER NOT NULL, episode TEXT NOT NULL, entries INTEGER NOT NULL,
	sum INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (run, place)
);
CREATE TABLE figures (
	run TEXT NOT NULL, place INTEGER NOT NULL, phase INTEGER NOT NULL, validity INTEGER NOT NULL, turns INTEGER NOT NULL,
	digest BLOB NOT NULL, wall INTEGER NOT NULL, last INTEGER NOT NULL, reward REAL, agreed REAL,
	sum INTEGER NOT NULL, figures BLOB NOT NULL, PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE INDEX figures_by_wall ON figures (run, wall);
CREATE INDEX figures_failed ON figures (run, last) WHERE phase = 4;
CREATE TABLE extents (run TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE noted (run TEXT NOT NULL, episode TEXT NOT NULL, entries INTEGER NOT NULL, PRIMARY KEY (run, episode)) WITHOUT ROWID;
CREATE TABLE kept (run TEXT NOT NULL, what TEXT NOT NULL, build TEXT NOT NULL, sum INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, what)) WITHOUT ROWID;
CREATE TABLE ahead (run TEXT PRIMARY KEY);
CREATE INDEX plays_by_episode ON plays (episode);
`

// form is the version of the schema and of how plays are kept in it. A file of any other form is built anew.
const form = 7

// errDamaged says that the file does not hold what was put into it.
var errDamaged = errors.New("the file is damaged")

// busy is how long one process waits while another writes.
const busy = 10 * time.Second

// openFile opens the file, which only its owner may read: mental states are in it. It is made when it is not there.
func openFile(path string) (*sql.DB, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"auto_vacuum(incremental)", // a file gives back what a deleted run took; it must be said before anything is in it
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()), "synchronous(NORMAL)",
		"secure_delete(ON)", // what is deleted from the log must not be left in free pages
	}}
	location := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: options.Encode()}
	db, err := sql.Open("sqlite", location.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // one reader or writer per process; another would only wait for the first
	return db, nil
}

// isDamaged tells errors that a new file would mend.
func isDamaged(err error) bool {
	var failed *sqlite.Error
	if errors.As(err, &failed) {
		switch failed.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH:
			return true
		}
	}
	return errors.Is(err, errDamaged)
}

// source is the log a file was fed from, and how far.
type source struct {
	created string // when the log was made
	program string // the version of the program that folded it
	last    uint64 // sequence of the last entry
	fed     uint64 // number of entries
	pending uint64 // entries that a tombstone told are deleted, and that the log may still be deleting
}

// whole says whether the file holds what the log does, so many messages.
func (s source) whole(messages uint64) bool {
	return s.fed == messages || s.fed < messages && messages <= s.fed+s.pending
}

// readSource returns the zero source for a file that has to be built.
func readSource(ctx context.Context, tx *sql.Tx) (source, error) {
	var s source
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version != form {
		return s, err
	}
	err := tx.QueryRowContext(ctx, "SELECT created, program, last, fed, pending FROM source").Scan(&s.created, &s.program, &s.last, &s.fed, &s.pending)
	if errors.Is(err, sql.ErrNoRows) {
		err = errDamaged
	}
	return s, err
}

func writeSource(ctx context.Context, tx *sql.Tx, s source) error {
	_, err := tx.ExecContext(ctx, "UPDATE source SET created = ?, program = ?, last = ?, fed = ?, pending = ?", s.created, s.program, s.last, s.fed, s.pending)
	return err
}

// reset makes the file an empty one of today's form.
func reset(ctx context.Context, tx *sql.Tx) error {
	tables, err := tx.QueryContext(ctx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		return err
	}
	var drop string
	for tables.Next() {
		var name string
		if err := tables.Scan(&name); err != nil {
			return errors.Join(err, tables.Close())
		}
		drop += fmt.Sprintf("DROP TABLE %q;", name)
	}
	if err := tables.Err(); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, drop+schema+fmt.Sprintf("PRAGMA user_version = %d; INSERT INTO source VALUES ('', '', 0, 0, 0);", form))
	return err
}

// runRow is a run in the file. A run that is not served has something in its log that only the log can tell about.
type runRow struct {
	run       string
	sequence  uint64
	served    bool
	created   *timestamppb.Timestamp
	scenarios []string
	total     int
	status    tally
	digest    string
}

// tally is what became of the episodes of a run, of those that have begun.
type tally struct{ ok, invalid, failed, deleted, turns int64 }

// add takes in what became of an episode, or with -1 takes it out.
func (t *tally) add(o outcome, n int64) {
	t.turns += n * o.turns
	switch {
	case o.phase == vignettev1.EpisodePhase_EPISODE_PHASE_DELETED:
		t.deleted += n
	case o.phase == vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		t.failed += n
	case o.phase != vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED:
	case o.validity == vignettev1.Validity_VALIDITY_OK:
		t.ok += n
	default:
		t.invalid += n
	}
}

// runStatus is what is known of a run without its episodes.
func (r runRow) runStatus() *vignettev1.RunStatus {
	t := r.status
	return &vignettev1.RunStatus{
		Run: r.run, CreatedAt: r.created, Scenarios: r.scenarios, Total: int32(r.total), Ok: int32(t.ok), Invalid: int32(t.invalid),
		Failed: int32(t.failed), Deleted: int32(t.deleted), Unfinished: int32(int64(r.total) - t.ok - t.invalid - t.failed - t.deleted),
		Turns: t.turns, Digest: r.digest,
	}
}

func (r runRow) insert(ctx context.Context, tx *sql.Tx) error {
	scenarios, err := json.Marshal(r.scenarios)
	if err != nil {
		return err
	}
	created := int64(0)
	if r.created != nil {
		created = r.created.AsTime().UnixNano()
	}
	_, err = tx.ExecContext(ctx, "INSERT OR REPLACE INTO runs (run, sequence, served, created, scenarios, total) VALUES (?, ?, ?, ?, ?, ?)", r.run, r.sequence, r.served, created, string(scenarios), r.total)
	return err
}

func scanRun(rows interface{ Scan(...any) error }) (runRow, error) {
	var r runRow
	var created int64
	var scenarios string
	t := &r.status
	if err := rows.Scan(&r.run, &r.sequence, &r.served, &created, &scenarios, &r.total, &t.ok, &t.invalid, &t.failed, &t.deleted, &t.turns, &r.digest); err != nil {
		return r, err
	}
	if created != 0 {
		r.created = timestamppb.New(time.Unix(0, created))
	}
	if err := json.Unmarshal([]byte(scenarios), &r.scenarios); err != nil {
		return r, fmt.Errorf("%w: scenarios of run %s: %w", errDamaged, r.run, err)
	}
	return r, nil
}

// appendEvent adds an event to the bytes of a play: its sequence, its length, itself.
func appendEvent(events []byte, sequence uint64, event *vignettev1.EpisodeEvent) ([]byte, error) {
	events = binary.AppendUvarint(events, sequence)
	events = binary.AppendUvarint(events, uint64(proto.Size(event)))
	return proto.MarshalOptions{UseCachedSize: true}.MarshalAppend(events, event)
}

// eachEvent reads the bytes of a play.
func eachEvent(events []byte, take func(sequence uint64, event *vignettev1.EpisodeEvent) error) error {
	for len(events) > 0 {
		sequence, n := binary.Uvarint(events)
		size, m := binary.Uvarint(events[max(n, 0):])
		if n <= 0 || m <= 0 || size > uint64(len(events)-n-m) {
			return errDamaged
		}
		end := n + m + int(size)
		event := &vignettev1.EpisodeEvent{}
		if err := proto.Unmarshal(events[n+m:end], event); err != nil {
			return fmt.Errorf("%w: log entry %d: %w", errDamaged, sequence, err)
		}
		if err := take(sequence, event); err != nil {
			return err
		}
		events = events[end:]
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumOf guards the bytes of a play, and that they are of this episode.
func sumOf(episode string, events []byte) int64 {
	return int64(crc32.Update(crc32.Checksum([]byte(episode), castagnoli), castagnoli, events))
}
