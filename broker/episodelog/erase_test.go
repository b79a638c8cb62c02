package episodelog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func deletion(id string) *vignettev1.EpisodeEvent {
	e := event(id)
	e.Event = &vignettev1.EpisodeEvent_Deleted{Deleted: &vignettev1.Tombstone{Reason: "asked for"}}
	return e
}

func TestEraseEpisode(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	if _, err := l.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	last := uint64(0)
	for i := range 3 {
		last = appended(t, l, "r", "e1", fmt.Sprint("a", i), last)
		appended(t, l, "r", fmt.Sprint("other", i), "b", 0)
	}
	if _, err := l.AppendNote(ctx, "r", "e1", note("n")); err != nil {
		t.Fatal(err)
	}
	for attempt, want := range []int{4, 0} { // the second time there is nothing left
		if n, err := l.EraseEpisode(ctx, "r", "e1", deletion(fmt.Sprint("d", attempt)), attempt > 0); n != want || err != nil {
			t.Fatalf("attempt %d: %d messages, %v; want %d", attempt, n, err, want)
		}
	}
	if diff := cmp.Diff([]string{"d0"}, ids(t, l, "r", "e1")); diff != "" {
		t.Errorf("left of the play, -want +got:\n%s", diff)
	}
	if notes, err := l.Notes(ctx, "r", "e1"); len(notes) != 0 || err != nil {
		t.Errorf("left of the notes: %v, %v", notes, err)
	}
	if _, err := l.Append(ctx, "r", "e1", event("zombie"), last); !errors.Is(err, episodelog.ErrConflict) {
		t.Errorf("whoever was playing it can go on: %v", err)
	}
	if _, err := l.Append(ctx, "r", "e1", event("anew"), 0); !errors.Is(err, episodelog.ErrConflict) {
		t.Errorf("it can be begun anew: %v", err)
	}
	if got := ids(t, l, "r", "other2"); len(got) != 1 {
		t.Errorf("another episode has %v left", got)
	}
	if _, err := l.EraseEpisode(ctx, "r", "e1", event("no deletion"), false); err == nil {
		t.Error("an event that does not say so is a tombstone")
	}
}

func TestEraseRun(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	for _, run := range []string{"r", "rr"} {
		if _, err := l.WriteManifest(ctx, manifest(run)); err != nil {
			t.Fatal(err)
		}
		appended(t, l, run, "e", "a", 0)
		if _, err := l.AppendNote(ctx, run, "e", note("n")); err != nil {
			t.Fatal(err)
		}
	}
	stone := &vignettev1.Tombstone{Reason: "asked for"}
	if n, err := l.EraseRun(ctx, "r", stone, false); n != 3 || err != nil {
		t.Fatalf("%d messages, %v; want 3", n, err)
	}
	if _, err := l.Manifest(ctx, "r"); !errors.Is(err, episodelog.ErrNotFound) {
		t.Errorf("its manifest: %v", err)
	}
	if _, err := l.WriteManifest(ctx, manifest("r")); !errors.Is(err, episodelog.ErrExists) {
		t.Errorf("it can be written again: %v", err)
	}
	if got, err := l.Tombstone(ctx, "r"); got.GetReason() != "asked for" || err != nil {
		t.Errorf("its tombstone: %v, %v", got, err)
	}
	for _, run := range []string{"rr", "never", "no.token"} {
		if _, err := l.Tombstone(ctx, run); !errors.Is(err, episodelog.ErrNotFound) {
			t.Errorf("tombstone of %s: %v", run, err)
		}
	}
	var runs []string
	for entry, err := range l.Runs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, entry.Run)
	}
	if diff := cmp.Diff([]string{"rr"}, runs); diff != "" {
		t.Errorf("runs left, -want +got:\n%s", diff)
	}
	// Somebody who was playing it begins another episode, which a second erasure deletes; the first tombstone stays.
	appended(t, l, "r", "late", "a", 0)
	if n, err := l.EraseRun(ctx, "r", &vignettev1.Tombstone{Reason: "again"}, false); n != 1 || err != nil {
		t.Errorf("what came late: %d messages, %v; want 1", n, err)
	}
	if got, _ := l.Tombstone(ctx, "r"); got.GetReason() != "asked for" {
		t.Errorf("its tombstone was replaced: %v", got)
	}
	if got := ids(t, l, "rr", "e"); len(got) != 1 {
		t.Errorf("another run has %v left", got)
	}
	if _, err := l.EraseRun(ctx, "never", stone, false); !errors.Is(err, episodelog.ErrNotFound) {
		t.Errorf("a run that never was: %v", err)
	}
}

// What is shredded is not left in the files; that this test sees the files shows before.
func TestShred(t *testing.T) {
	dir := t.TempDir()
	b, l := open(t, dir)
	ctx := testContext(t)
	const canary = "canary-of-a-participant"
	if _, err := l.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	appended(t, l, "r", "e", canary, 0)
	appended(t, l, "r", "other", "b", 0)
	if !holds(t, dir, canary) {
		t.Fatal("the files do not hold what was written")
	}
	if _, err := l.EraseEpisode(ctx, "r", "e", deletion("d"), true); err != nil {
		t.Fatal(err)
	}
	closeBroker(t, b)
	if holds(t, dir, canary) {
		t.Error("the files still hold what was shredded")
	}
	_, l = open(t, dir)
	if diff := cmp.Diff([]string{"d"}, ids(t, l, "r", "e")); diff != "" {
		t.Errorf("after a restart, -want +got:\n%s", diff)
	}
}

// A deleted run gives its space back, but for the file that is being written.
func TestErasedSpace(t *testing.T) {
	dir := t.TempDir()
	_, l := open(t, dir)
	ctx := testContext(t)
	const file, message = 8 << 20, 1 << 20
	if _, err := l.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	long := note("n")
	long.Note = &vignettev1.Note_Remark{Remark: strings.Repeat("x", message)}
	for i := range 4 * file / message {
		long.Id = fmt.Sprint(i)
		if _, err := l.AppendNote(ctx, "r", "e", long); err != nil {
			t.Fatal(err)
		}
	}
	before := size(t, dir)
	if _, err := l.EraseRun(ctx, "r", &vignettev1.Tombstone{}, false); err != nil {
		t.Fatal(err)
	}
	if after := size(t, dir); before < 4*file || after > file+file/2 {
		t.Errorf("%d bytes before, %d after", before, after)
	}
}

func size(t *testing.T, dir string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server removes files as it likes
		}
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func holds(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
