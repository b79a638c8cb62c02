package projection

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Source is the log as an index needs it.
type Source interface {
	episodelog.Reader
	episodelog.Feed
}

// Index is a copy of the log in a file, in the order in which it is read. It may be deleted at any time. It is safe for
// concurrent use, also by several processes. Close it.
type Index struct {
	path    string
	log     Source
	program string
	build   string // of the program, where its version does not change with it
	many    int    // episodes, from which on what is made of a run is kept
	figure  Figure
	logger  *slog.Logger

	mu  sync.Mutex // of all that follows, and of every use of the file
	db  *sql.DB    // nil before the first use
	off error      // why the file is not used any more
}

// NewIndex returns the index of a log in a file, which is opened, or made, at the first use. program is the version of
// the program: what another has folded is not taken over. The logger hears why an index had to be built anew or cannot be
// used; nil discards that.
//
// figure says which numbers of each episode are kept for [Reader.Figures]; nil keeps how far it is and nothing else. The same version
// of the program must always give the same.
func NewIndex(path string, log Source, program string, figure Figure, logger *slog.Logger) *Index {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Index{path: path, log: log, program: program, build: buildOf(), many: manyEpisodes, figure: figure, logger: logger}
}

// CatchUp brings the file to where the log is. Readers do that themselves; whoever writes much to the log calls it now and then, so
// that the next reader need not wait.
func (x *Index) CatchUp(ctx context.Context) error {
	return x.use(ctx, false, func(*sql.DB) error { return nil })
}

// Close closes the file.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.closeFile()
}

func (x *Index) closeFile() error {
	if x.db == nil {
		return nil
	}
	db := x.db
	x.db = nil
	return db.Close()
}

// Holding is how much an index holds.
type Holding struct {
	// Runs and Episodes that it can serve.
	Runs, Episodes int
	// Entries of the log that it was made of.
	Entries int64
	// Bytes is the size of the file.
	Bytes int64
}

// Rebuild throws away what the file has, builds it from the log, and says what it holds then.
func (x *Index) Rebuild(ctx context.Context) (Holding, error) {
	var h Holding
	x.mu.Lock()
	x.off = nil
	x.mu.Unlock()
	err := x.use(ctx, true, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM runs WHERE served),
			(SELECT count(*) FROM plays JOIN runs USING (run) WHERE served), (SELECT fed FROM source)`).Scan(&h.Runs, &h.Episodes, &h.Entries)
	})
	if err != nil {
		return h, fmt.Errorf("build %s from the log: %w", x.path, err)
	}
	if info, err := os.Stat(x.path); err == nil {
		h.Bytes = info.Size()
	}
	return h, nil
}

// use brings the file up to date and does something with it. A damaged file is made anew, once. After any other error
// the file is left alone as long as this process lives.
func (x *Index) use(ctx context.Context, anew bool, do func(*sql.DB) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.off != nil {
		return x.off
	}
	err := x.attempt(ctx, anew, do)
	if err != nil && isDamaged(err) {
		x.logger.Info("the index of the log is damaged and is built anew", "file", x.path, "error", err)
		if err = errors.Join(x.closeFile(), removeFile(x.path)); err == nil {
			err = x.attempt(ctx, true, do)
		}
	}
	if err != nil && ctx.Err() == nil {
		x.logger.Warn("the index of the log cannot be used; the log is read instead, which takes longer", "file", x.path, "error", err)
		x.off = err
	}
	return err
}

func (x *Index) attempt(ctx context.Context, anew bool, do func(*sql.DB) error) (err error) {
	if x.db == nil {
		if x.db, err = openFile(x.path); err != nil {
			return err
		}
	}
	if err := x.catchUp(ctx, anew); err != nil {
		return err
	}
	return do(x.db)
}

// removeFile deletes a file and the journal SQLite may have left beside it.
func removeFile(path string) error {
	for _, name := range []string{path, path + "-journal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// runs returns all runs, oldest first.
func (x *Index) runs(ctx context.Context) (rows []runRow, err error) {
	err = x.use(ctx, false, func(db *sql.DB) error {
		rows, err = queryRuns(ctx, db)
		return err
	})
	return rows, err
}

// status returns what is known of a run, nil when it is not served.
func (x *Index) status(ctx context.Context, run string) (status *vignettev1.RunStatus, err error) {
	err = x.use(ctx, false, func(db *sql.DB) error {
		row, err := scanRun(db.QueryRowContext(ctx, "SELECT "+runColumns+" FROM runs WHERE run = ? AND served", run))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		status = row.runStatus()
		return err
	})
	return status, err
}

// runColumns are what scanRun reads.
const runColumns = "run, sequence, served, created, scenarios, total, ok, invalid, failed, deleted, turns, digest"

func queryRuns(ctx context.Context, db *sql.DB) (all []runRow, err error) {
	rows, err := db.QueryContext(ctx, "SELECT "+runColumns+" FROM runs ORDER BY sequence")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// eachOutcome reads what became of the episodes of a run.
func eachOutcome(ctx context.Context, tx *sql.Tx, run string, take func(place int, o outcome) error) error {
	rows, err := tx.QueryContext(ctx, "SELECT place, phase, validity, turns, digest FROM figures WHERE run = ?", run)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var place int
		var o outcome
		var digest sql.RawBytes
		if err := rows.Scan(&place, &o.phase, &o.validity, &o.turns, &digest); err != nil {
			return err
		}
		if len(digest) != sha256.Size {
			return errDamaged
		}
		o.digest = [sha256.Size]byte(digest)
		if err := take(place, o); err != nil {
			return err
		}
	}
	return rows.Err()
}

// named returns the ids of the runs that a name can stand for: itself, or those that begin with it, oldest first.
func (x *Index) named(ctx context.Context, name string) (found []string, err error) {
	err = x.use(ctx, false, func(db *sql.DB) error {
		all, err := queryRuns(ctx, db)
		found = nil
		for _, row := range all {
			switch {
			case row.run == name:
				found = []string{name}
				return err
			case strings.HasPrefix(row.run, name):
				found = append(found, row.run)
			}
		}
		return err
	})
	return found, err
}

// whereIs returns the run and the place of an episode that has begun, by its whole id; "" when there is none.
func (x *Index) whereIs(ctx context.Context, id string) (run string, place int, err error) {
	err = x.use(ctx, false, func(db *sql.DB) error {
		err := db.QueryRowContext(ctx, "SELECT run, place FROM plays JOIN runs USING (run) WHERE episode = ? AND served", id).Scan(&run, &place)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return run, place, err
}

// errNotServed says that a run has to be read from the log.
var errNotServed = errors.New("the index does not serve this run")

// pageSize is how many plays are read at a time. Between two pages the file is free for others.
const pageSize = 64

// page returns the episodes of a run that have begun, from a place of the design on, at most pageSize of them.
func (x *Index) page(ctx context.Context, planner *planning.Planner, from int) (items []Item, err error) {
	err = x.useServed(ctx, planner, func(db *sql.DB) error {
		items = nil
		rows, err := db.QueryContext(ctx, "SELECT place, sum, events FROM plays WHERE run = ? AND place >= ? ORDER BY place LIMIT ?",
			planner.Manifest().GetRun(), from, pageSize)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			item, err := scanPlay(rows, planner)
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return rows.Err()
	})
	return items, err
}

// useServed is use for a run that is read from here; errNotServed otherwise.
func (x *Index) useServed(ctx context.Context, planner *planning.Planner, do func(*sql.DB) error) error {
	served := false
	err := x.use(ctx, false, func(db *sql.DB) error {
		err := db.QueryRowContext(ctx, "SELECT served FROM runs WHERE run = ?", planner.Manifest().GetRun()).Scan(&served)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !served {
			served = false
			return nil
		}
		if err != nil {
			return err
		}
		return do(db)
	})
	if err == nil && !served {
		err = errNotServed
	}
	return err
}

func scanPlay(rows *sql.Rows, planner *planning.Planner) (Item, error) {
	var place int
	var sum int64
	var events sql.RawBytes // read before the next row comes
	if err := rows.Scan(&place, &sum, &events); err != nil {
		return Item{}, err
	}
	if place < 0 || place >= planner.Len() {
		return Item{}, errDamaged
	}
	plan, err := planner.Plan(place)
	if err != nil {
		return Item{}, err
	}
	unpacked, err := unpack(plan.Episode, sum, events)
	if err != nil {
		return Item{}, err
	}
	state, c, err := fold(plan, unpacked)
	return Item{Index: place, State: state, Times: &c.times}, err
}
