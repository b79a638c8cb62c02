package projection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/vignette-sim/vignette/engine/planning"
)

// manyEpisodes is from how many episodes on it takes longer to make something of all of them than to write down what it came to.
const manyEpisodes = 1000

// Kept returns what is made of the episodes of a large run: as it was made before, if nothing has been written about the run since,
// and else made now and kept beside them in the index. What a caller makes is called by the same name always, hangs on nothing but
// the run's log, and comes through JSON unchanged; what does not is made each time. Without an index nothing is kept.
//
// Every entry of the log that is about the run, a note as well, makes it be made anew; so does another version or build of the
// program, and of course a new index.
func Kept[T any](ctx context.Context, r *Reader, planner *planning.Planner, what string, make func() (T, error)) (T, error) {
	if !r.Keeps(planner) {
		return make()
	}
	var out T
	data, changed, err := r.index.kept(ctx, planner, what)
	if err != nil {
		return make() // The log is read.
	}
	if data != nil && json.Unmarshal(data, &out) == nil {
		return out, nil
	}
	if out, err = make(); err != nil {
		return out, err
	}
	if data, err := json.Marshal(out); err == nil { // Not a number, say, is told and not kept.
		_ = r.index.keep(ctx, planner, what, changed, data) // It has said why; the next reader makes it again.
	}
	return out, nil
}

// Keeps says whether what is made of a run's episodes is kept, and so whether it is worth making by reading them.
func (r *Reader) Keeps(planner *planning.Planner) bool {
	return r.index != nil && planner.Len() >= r.index.many
}

// kept returns what was kept of a run, nil for nothing, and which batch of entries last touched the run.
func (x *Index) kept(ctx context.Context, planner *planning.Planner, what string) (data []byte, changed int64, err error) {
	run := planner.Manifest().GetRun()
	err = x.useServed(ctx, planner, func(db *sql.DB) error {
		data = nil
		if err := db.QueryRowContext(ctx, "SELECT changed FROM runs WHERE run = ?", run).Scan(&changed); err != nil {
			return err
		}
		var sum int64
		var packed []byte
		err := db.QueryRowContext(ctx, "SELECT sum, data FROM kept WHERE run = ? AND what = ? AND build = ?", run, what, x.build).Scan(&sum, &packed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err = unpack(keptName(run, what), sum, packed)
		return err
	})
	return data, changed, err
}

// keep keeps something of a run, unless an entry has touched the run since.
func (x *Index) keep(ctx context.Context, planner *planning.Planner, what string, changed int64, data []byte) error {
	run, packed := planner.Manifest().GetRun(), pack(data)
	return x.useServed(ctx, planner, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "INSERT OR REPLACE INTO kept SELECT run, ?, ?, ?, ? FROM runs WHERE run = ? AND changed = ?",
			what, x.build, sumOf(keptName(run, what), packed), packed, run, changed)
		return err
	})
}

// keptName tells what is kept under one name from all else.
func keptName(run, what string) string { return run + "#" + what }

// forget throws away what was kept of a run that the batch of entries up to last is about.
func forget(ctx context.Context, tx *sql.Tx, run string, last uint64) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM kept WHERE run = ?", run); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE runs SET changed = ? WHERE run = ?", int64(last), run)
	return err
}

// buildOf tells a program that was built again from the one before: whoever works on it does so under one version.
func buildOf() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
}
