package episodelog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// open opens a broker on dir, and the log in it.
func open(t testing.TB, dir string) (*broker.Broker, episodelog.Log) {
	t.Helper()
	ctx := testContext(t)
	b, err := broker.Open(ctx, broker.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBroker(t, b) })
	l, err := episodelog.Open(ctx, b.Conn(), episodelog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	return b, l
}

func closeBroker(t testing.TB, b *broker.Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Error(err)
	}
}

func manifest(run string) *vignettev1.Manifest {
	return &vignettev1.Manifest{SchemaVersion: 1, Run: run, Seed: 7}
}

func event(id string) *vignettev1.EpisodeEvent {
	return &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: id, Epoch: 1}
}

func note(id string) *vignettev1.Note {
	return &vignettev1.Note{SchemaVersion: 1, Id: id, Note: &vignettev1.Note_Remark{Remark: "ü"}}
}

// appended appends and returns the new sequence.
func appended(t testing.TB, l episodelog.Log, run, episode, id string, last uint64) uint64 {
	t.Helper()
	seq, err := l.Append(testContext(t), run, episode, event(id), last)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

// ids returns the event ids of a play.
func ids(t testing.TB, l episodelog.Log, run, episode string) (ids []string) {
	t.Helper()
	entries, err := l.Play(testContext(t), run, episode)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		ids = append(ids, e.Event.GetId())
	}
	return ids
}

func TestManifestIsWrittenOnce(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	if _, err := l.Manifest(ctx, "r1"); !errors.Is(err, episodelog.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	if _, err := l.WriteManifest(ctx, manifest("r1")); err != nil {
		t.Fatal(err)
	}
	second := manifest("r1")
	second.Seed = 8
	for _, m := range []*vignettev1.Manifest{second, manifest("r1")} {
		if _, err := l.WriteManifest(ctx, m); !errors.Is(err, episodelog.ErrExists) {
			t.Errorf("second: %v", err)
		}
	}
	got, err := l.Manifest(ctx, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(manifest("r1"), got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestAppendKeepsOrder(t *testing.T) {
	_, l := open(t, t.TempDir())
	var last uint64
	var want []string
	for i := range 5 {
		id := fmt.Sprintf("e%d", i)
		want = append(want, id)
		last = appended(t, l, "r", "ep", id, last)
	}
	if diff := cmp.Diff(want, ids(t, l, "r", "ep")); diff != "" {
		t.Error(diff)
	}
	if got, err := l.LastSequence(testContext(t), "r", "ep"); err != nil || got != last {
		t.Errorf("LastSequence = %d, %v; want %d", got, err, last)
	}
	if got, err := l.LastSequence(testContext(t), "r", "other"); err != nil || got != 0 {
		t.Errorf("LastSequence of an empty play = %d, %v", got, err)
	}
	if got := ids(t, l, "r", "other"); got != nil {
		t.Errorf("an empty play has %q", got)
	}
}

// A worker that slept through a takeover can no longer write, however it tries.
func TestZombieCannotWrite(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	seen := appended(t, l, "r", "ep", "started", 0)
	claim := appended(t, l, "r", "ep", "claimed-by-2", seen)

	_, err := l.Append(ctx, "r", "ep", event("zombie"), seen)
	if !errors.Is(err, episodelog.ErrConflict) {
		t.Fatalf("the zombie's append: %v", err)
	}
	want := &episodelog.ConflictError{Subject: "vignette.log.r.ep.play", Expected: seen, Actual: claim}
	var conflict *episodelog.ConflictError
	if !errors.As(err, &conflict) || !cmp.Equal(want, conflict) {
		t.Errorf("got %+v, want %+v", conflict, want)
	}
	for _, last := range []uint64{0, claim + 1} {
		if _, err := l.Append(ctx, "r", "ep", event("zombie"), last); !errors.Is(err, episodelog.ErrConflict) {
			t.Errorf("append after %d: %v", last, err)
		}
	}
	if _, err := l.Append(ctx, "r", "empty", event("zombie"), claim); !errors.Is(err, episodelog.ErrConflict) {
		t.Errorf("append to an empty play after %d: %v", claim, err)
	}
	if diff := cmp.Diff([]string{"started", "claimed-by-2"}, ids(t, l, "r", "ep")); diff != "" {
		t.Error(diff)
	}
}

// A writer whose acknowledgement was lost repeats the append as it was, and learns that it had succeeded; but not when
// somebody else has taken over since.
func TestLostAckIsFoundAgain(t *testing.T) {
	_, l := open(t, t.TempDir())
	first := appended(t, l, "r", "ep", "e1", 0)
	if again := appended(t, l, "r", "ep", "e1", 0); again != first {
		t.Errorf("repeated append: %d, want %d", again, first)
	}
	second := appended(t, l, "r", "ep", "e2", first)
	if again := appended(t, l, "r", "ep", "e2", first); again != second {
		t.Errorf("repeated append: %d, want %d", again, second)
	}
	if _, err := l.Append(testContext(t), "r", "ep", event("e1"), 0); !errors.Is(err, episodelog.ErrConflict) {
		t.Errorf("an event that is no longer the last: %v", err)
	}
	if diff := cmp.Diff([]string{"e1", "e2"}, ids(t, l, "r", "ep")); diff != "" {
		t.Error(diff)
	}
}

func TestNotesAreFree(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	for _, id := range []string{"n1", "n2", "n1"} { // a note sent twice is kept once
		if _, err := l.AppendNote(ctx, "r", "ep", note(id)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.AppendNote(ctx, "r", "other", note("n1")); err != nil {
		t.Fatal(err)
	}
	entries, err := l.Notes(ctx, "r", "ep")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Note.GetId())
	}
	if diff := cmp.Diff([]string{"n1", "n2"}, got); diff != "" {
		t.Error(diff)
	}
}

// What is acknowledged is there after a restart of the server on the same directory.
func TestRestartKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	b, l := open(t, dir)
	ctx := testContext(t)
	if _, err := l.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	last := appended(t, l, "r", "ep", "e1", 0)
	if _, err := l.AppendNote(ctx, "r", "ep", note("n1")); err != nil {
		t.Fatal(err)
	}
	closeBroker(t, b)

	_, l = open(t, dir)
	if m, err := l.Manifest(ctx, "r"); err != nil || m.GetSeed() != 7 {
		t.Errorf("manifest %v, %v", m, err)
	}
	appended(t, l, "r", "ep", "e2", last)
	if diff := cmp.Diff([]string{"e1", "e2"}, ids(t, l, "r", "ep")); diff != "" {
		t.Error(diff)
	}
	if notes, err := l.Notes(ctx, "r", "ep"); err != nil || len(notes) != 1 {
		t.Errorf("notes %v, %v", notes, err)
	}
}

// Many episodes written at once come back whole, play by play and in one pass over the run, which spans several pages.
func TestManyEpisodesInterleaved(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	const episodes, events = 60, 30
	if _, err := l.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(ctx, "r2", "ep0", event("of another run"), 0); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for i := range episodes {
		writers.Go(func() {
			var last uint64
			var err error
			for j := range events {
				if last, err = l.Append(ctx, "r", fmt.Sprintf("ep%d", i), event(fmt.Sprintf("%d-%d", i, j)), last); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()

	plays := map[string][]string{}
	var before uint64
	manifests := 0
	for e, err := range l.Run(ctx, "r") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Sequence <= before || e.Run != "r" || e.Time.IsZero() {
			t.Fatalf("after %d came %+v", before, e)
		}
		before = e.Sequence
		if e.Kind == episodelog.KindManifest {
			manifests++
			continue
		}
		plays[e.Episode] = append(plays[e.Episode], e.Event.GetId())
	}
	if manifests != 1 || len(plays) != episodes {
		t.Errorf("%d manifests, %d plays", manifests, len(plays))
	}
	for i := range episodes {
		var want []string
		for j := range events {
			want = append(want, fmt.Sprintf("%d-%d", i, j))
		}
		episode := fmt.Sprintf("ep%d", i)
		if diff := cmp.Diff(want, plays[episode]); diff != "" {
			t.Fatal("in the run", diff)
		}
		if diff := cmp.Diff(want, ids(t, l, "r", episode)); diff != "" {
			t.Fatal("alone", diff)
		}
	}
}

// An iterator ends where the stream ended when it was asked, and may be left at any time.
func TestRunEndsAtItsBeginning(t *testing.T) {
	_, l := open(t, t.TempDir())
	last := appended(t, l, "r", "ep", "e1", 0)
	count := 0
	for _, err := range l.Run(testContext(t), "r") {
		if err != nil {
			t.Fatal(err)
		}
		last = appended(t, l, "r", "ep", fmt.Sprintf("later-%d", count), last)
		count++
	}
	if count != 1 {
		t.Errorf("yielded %d entries, want 1", count)
	}
	for range l.Run(testContext(t), "r") {
		break
	}
}

func TestRunsListsManifests(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	want := []string{"b", "a", "c"}
	for _, run := range want {
		if _, err := l.WriteManifest(ctx, manifest(run)); err != nil {
			t.Fatal(err)
		}
		appended(t, l, run, "manifest", "e1", 0) // an episode may be called anything
	}
	var got []string
	for e, err := range l.Runs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Manifest.GetRun() != e.Run {
			t.Errorf("%q under %q", e.Manifest.GetRun(), e.Run)
		}
		got = append(got, e.Run)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A message that cannot be read is named and does not hide the others.
func TestCorruptEntry(t *testing.T) {
	b, l := open(t, t.TempDir())
	ctx := testContext(t)
	garbage := []byte{0xff, 0xff}
	put := func(subject string) {
		t.Helper()
		if _, err := b.Conn().RequestWithContext(ctx, subject, garbage); err != nil {
			t.Fatal(err)
		}
	}
	appended(t, l, "r", "ep", "e1", 0)
	put("vignette.log.r.ep.play")
	put("vignette.log.broken.manifest")
	appended(t, l, "r", "ep2", "e1", 0)
	if _, err := l.WriteManifest(ctx, manifest("whole")); err != nil {
		t.Fatal(err)
	}

	var corrupt *episodelog.CorruptError
	good, bad := 0, 0
	for e, err := range l.Run(ctx, "r") {
		if errors.As(err, &corrupt) {
			bad++
			if e.Episode != "ep" || e.Kind != episodelog.KindPlay || corrupt.Sequence != 2 || corrupt.Subject != "vignette.log.r.ep.play" {
				t.Errorf("%+v, %v", e, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		good++
	}
	if good != 2 || bad != 1 {
		t.Errorf("%d good, %d bad", good, bad)
	}
	if entries, err := l.Play(ctx, "r", "ep"); !errors.As(err, &corrupt) || len(entries) != 1 {
		t.Errorf("Play: %v, %v", entries, err)
	}
	if _, err := l.Append(ctx, "r", "ep", event("e2"), 1); !errors.Is(err, episodelog.ErrConflict) {
		t.Errorf("append behind a corrupt event: %v", err)
	}
	if _, err := l.Manifest(ctx, "broken"); !errors.As(err, &corrupt) {
		t.Errorf("Manifest: %v", err)
	}
	var runs []string
	for e, err := range l.Runs(ctx) {
		runs = append(runs, fmt.Sprintf("%s %t", e.Run, err == nil))
	}
	if diff := cmp.Diff([]string{"broken false", "whole true"}, runs); diff != "" {
		t.Error(diff)
	}
}

func TestIdsAreChecked(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	for _, bad := range []string{"", "a.b", "a b", "*", ">", "é", "a\n", strings.Repeat("x", 65)} {
		calls := map[string]func() error{
			"manifest": func() error { _, err := l.WriteManifest(ctx, manifest(bad)); return err },
			"run":      func() error { _, err := l.Append(ctx, bad, "ep", event("e"), 0); return err },
			"episode":  func() error { _, err := l.Append(ctx, "r", bad, event("e"), 0); return err },
			"note":     func() error { _, err := l.AppendNote(ctx, "r", bad, note("n")); return err },
			"read":     func() error { _, err := l.Manifest(ctx, bad); return err },
			"play":     func() error { _, err := l.Play(ctx, "r", bad); return err },
			"last":     func() error { _, err := l.LastSequence(ctx, "r", bad); return err },
			"iterate": func() (err error) {
				for _, err = range l.Run(ctx, bad) {
				}
				return err
			},
		}
		for name, call := range calls {
			if call() == nil {
				t.Errorf("%s: id %q was accepted", name, bad)
			}
		}
	}
	if _, err := l.Append(ctx, "r", "ep", event(""), 0); err == nil {
		t.Error("an event without id was accepted")
	}
	if _, err := l.AppendNote(ctx, "r", "ep", note("")); err == nil {
		t.Error("a note without id was accepted")
	}
}

func TestContextEndsCalls(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(ctx, "r", "ep", event("e"), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v", err)
	}
	if _, err := l.Play(ctx, "r", "ep"); !errors.Is(err, context.Canceled) {
		t.Errorf("Play: %v", err)
	}
}

// A run is found behind any amount of later ones: the store then has it in files of its own.
func TestOldRunIsFound(t *testing.T) {
	_, l := open(t, t.TempDir())
	ctx := testContext(t)
	var last uint64
	for i := range 3 {
		last = appended(t, l, "old", "ep", fmt.Sprint(i), last)
	}
	big := event("big")
	big.Event = &vignettev1.EpisodeEvent_Failed{Failed: &vignettev1.EpisodeFailed{Message: strings.Repeat("x", 2<<20)}}
	for i := range 10 {
		if _, err := l.Append(ctx, "new", fmt.Sprint(i), big, 0); err != nil {
			t.Fatal(err)
		}
	}
	for run, want := range map[string]int{"old": 3, "new": 10, "none": 0} {
		count := 0
		for _, err := range l.Run(ctx, run) {
			if err != nil {
				t.Fatal(err)
			}
			count++
		}
		if count != want {
			t.Errorf("run %s has %d entries, want %d", run, count, want)
		}
	}
	if diff := cmp.Diff([]string{"0", "1", "2"}, ids(t, l, "old", "ep")); diff != "" {
		t.Error(diff)
	}
}
