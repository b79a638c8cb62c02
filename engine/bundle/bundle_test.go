package bundle_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/bundle"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is a log and the records of calls, empty.
func place(t testing.TB) bundle.Target {
	t.Helper()
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	log, err := episodelog.Open(ctx, b.Conn(), episodelog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := calllog.Open(ctx, b.Conn(), calllog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Target{Log: log, Calls: calls}
}

func source(p bundle.Target) bundle.Source { return bundle.Source{Log: p.Log, Calls: p.Calls} }

var made = bundle.Made{At: time.Unix(1_700_000_000, 0), Version: "test"}

// fill writes two runs with two episodes each, notes, calls and answers, and a call and an answer of no run.
func fill(t testing.TB, p bundle.Target) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	call := func(id, run, episode, key string) {
		t.Helper()
		_, err := p.Calls.Keep(ctx, key, &vignettev1.ModelAnswer{SchemaVersion: 1, Endpoint: "e", Request: []byte("Zoë " + key)})
		must(err)
		must(p.Calls.Book(ctx, &vignettev1.ModelCall{SchemaVersion: 1, Id: id, Answer: key, Account: &vignettev1.ModelAccount{Run: run, Episode: episode}}))
	}
	for _, run := range []string{"r1", "r2"} {
		_, err := p.Log.WriteManifest(ctx, &vignettev1.Manifest{SchemaVersion: 1, Run: run, Seed: 7})
		must(err)
		last := map[string]uint64{}
		for i := range 6 {
			episode := fmt.Sprint("e", i%2)
			last[episode], err = p.Log.Append(ctx, run, episode, &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: fmt.Sprint(run, i), Epoch: 1}, last[episode])
			must(err)
		}
		_, err = p.Log.AppendNote(ctx, run, "e0", &vignettev1.Note{SchemaVersion: 1, Id: "n", Note: &vignettev1.Note_Remark{Remark: "李"}})
		must(err)
		call("of "+run, run, "e0", fmt.Sprintf("a%s", run[1:]))
	}
	call("outside", "", "", "ff")
}

func written(t testing.TB, p bundle.Target) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := bundle.WriteAll(t.Context(), &file, source(p), made); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// contents is all there is in a place, in the order of its log.
func contents(t testing.TB, p bundle.Target, run string) (out []any) {
	t.Helper()
	ctx := t.Context()
	for entry, err := range p.Log.Run(ctx, run) {
		if err != nil {
			t.Fatal(err)
		}
		if entry.Manifest == nil { // which comes first when a run is played, and last when it is restored
			out = append(out, entry.Episode, entry.Event, entry.Note)
		}
	}
	manifest, err := p.Log.Manifest(ctx, run)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, manifest)
	for call, err := range p.Calls.Calls(ctx, run, "") {
		if err != nil {
			t.Fatal(err)
		}
		answer, err := p.Calls.Answer(ctx, call.GetAnswer())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, call, answer)
	}
	return out
}

// What comes out of one place is in the other: all of it, in the same order, and nothing twice.
func TestRoundTrip(t *testing.T) {
	from, to := place(t), place(t)
	fill(t, from)
	file := written(t, from)
	report, err := bundle.Check(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	want := &bundle.Report{Runs: []bundle.Run{{ID: "r1", Events: 6, Notes: 1, Calls: 1}, {ID: "r2", Events: 6, Notes: 1, Calls: 1}}, Answers: 3}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("what it holds, -want +got:\n%s", diff)
	}
	restored, err := bundle.Restore(t.Context(), bytes.NewReader(file), to, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, restored); diff != "" {
		t.Errorf("what was restored, -want +got:\n%s", diff)
	}
	for _, run := range []string{"r1", "r2"} {
		if diff := cmp.Diff(contents(t, from, run), contents(t, to, run), protocmp.Transform()); diff != "" {
			t.Errorf("run %s, -was +is:\n%s", run, diff)
		}
	}
	outside := 0
	for _, err := range to.Calls.Calls(t.Context(), calllog.Outside, "") {
		if err != nil {
			t.Fatal(err)
		}
		outside++
	}
	if outside != 1 {
		t.Errorf("%d calls of no run, want 1", outside)
	}
	there, err := bundle.There(t.Context(), to, report)
	if diff := cmp.Diff([]string{"r1", "r2"}, there); diff != "" || err != nil {
		t.Errorf("there now: %v, %v", there, err)
	}
}

// One run alone takes the answers it used and no others.
func TestOneRun(t *testing.T) {
	from, to := place(t), place(t)
	fill(t, from)
	var file bytes.Buffer
	if _, err := bundle.Write(t.Context(), &file, source(from), made, []string{"r2"}); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Restore(t.Context(), &file, to, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(t, from, "r2"), contents(t, to, "r2"), protocmp.Transform()); diff != "" {
		t.Errorf("-was +is:\n%s", diff)
	}
	for key, want := range map[string]error{"a1": calllog.ErrNotFound, "a2": nil, "ff": calllog.ErrNotFound} {
		if _, err := to.Calls.Answer(t.Context(), key); !errors.Is(err, want) {
			t.Errorf("answer %s: %v, want %v", key, err, want)
		}
	}
	if _, err := bundle.Write(t.Context(), io.Discard, source(from), made, []string{"r3"}); !errors.Is(err, episodelog.ErrNotFound) {
		t.Errorf("a run that is not there: %v", err)
	}
}

// A run that is skipped stays as it is, and those that were deleted count as there.
func TestSkip(t *testing.T) {
	from, to := place(t), place(t)
	fill(t, from)
	file := written(t, from)
	if _, err := to.Log.WriteManifest(t.Context(), &vignettev1.Manifest{SchemaVersion: 1, Run: "r1", Seed: 99}); err != nil {
		t.Fatal(err)
	}
	if _, err := to.Log.EraseRun(t.Context(), "r1", &vignettev1.Tombstone{}, false); err != nil {
		t.Fatal(err)
	}
	report, err := bundle.Check(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	there, err := bundle.There(t.Context(), to, report)
	if !slices.Equal(there, []string{"r1"}) || err != nil {
		t.Fatalf("there: %v, %v", there, err)
	}
	restored, err := bundle.Restore(t.Context(), bytes.NewReader(file), to, there)
	if err != nil || len(restored.Runs) != 1 || restored.Runs[0].ID != "r2" {
		t.Fatalf("restored %+v, %v", restored, err)
	}
	if entries, err := to.Log.Play(t.Context(), "r1", "e0"); len(entries) != 0 || err != nil {
		t.Errorf("of the deleted run there is %v again, %v", entries, err)
	}
}

// failing fails a number of appends on, as a full disk or a killed process would.
type failing struct {
	episodelog.Log
	left int
}

var errFull = errors.New("no space left")

func (f *failing) Append(ctx context.Context, run, episode string, event *vignettev1.EpisodeEvent, last uint64) (uint64, error) {
	if f.left--; f.left < 0 {
		return 0, errFull
	}
	return f.Log.Append(ctx, run, episode, event, last)
}

// Wherever a restoration is cut off, the run is not there yet, and the next attempt goes on to the same end.
func TestCutOffRestoration(t *testing.T) {
	from := place(t)
	fill(t, from)
	var file bytes.Buffer
	if _, err := bundle.Write(t.Context(), &file, source(from), made, []string{"r1"}); err != nil {
		t.Fatal(err)
	}
	for after := range 6 {
		to := place(t)
		cut := to
		cut.Log = &failing{to.Log, after}
		if _, err := bundle.Restore(t.Context(), bytes.NewReader(file.Bytes()), cut, nil); !errors.Is(err, errFull) {
			t.Fatalf("after %d appends: %v", after, err)
		}
		if _, err := to.Log.Manifest(t.Context(), "r1"); !errors.Is(err, episodelog.ErrNotFound) {
			t.Errorf("after %d appends the run is there: %v", after, err)
		}
		if _, err := bundle.Restore(t.Context(), bytes.NewReader(file.Bytes()), to, nil); err != nil {
			t.Fatalf("after %d appends, again: %v", after, err)
		}
		if diff := cmp.Diff(contents(t, from, "r1"), contents(t, to, "r1"), protocmp.Transform()); diff != "" {
			t.Errorf("after %d appends, again, -was +is:\n%s", after, diff)
		}
	}
}

// A file that is not whole is refused, wherever it was cut or changed.
func TestDamage(t *testing.T) {
	from := place(t)
	fill(t, from)
	file := written(t, from)
	for n := range file {
		if _, err := bundle.Check(bytes.NewReader(file[:n])); err == nil {
			t.Errorf("cut off at byte %d of %d, it is taken for whole", n, len(file))
		}
	}
	if _, err := bundle.Check(bytes.NewReader(file[:len(file)-20])); !errors.Is(err, bundle.ErrCutOff) {
		t.Errorf("cut off: %v", err)
	}
	if _, err := bundle.Check(bytes.NewReader([]byte("run: no bundle"))); !errors.Is(err, bundle.ErrNotBundle) {
		t.Errorf("a text: %v", err)
	}
	// Repacked by somebody who changed one byte of what is in it.
	plain := unzipped(t, file)
	refused := 0
	for i := range plain {
		changed := slices.Clone(plain)
		changed[i] ^= 0x20
		if _, err := bundle.Check(bytes.NewReader(zipped(t, changed))); err == nil {
			t.Errorf("with byte %d of %d changed, it is taken for whole", i, len(plain))
		} else if errors.Is(err, bundle.ErrDamaged) {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no change was told from other faults")
	}
}

func unzipped(t testing.TB, file []byte) []byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func zipped(t testing.TB, plain []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	if _, err := zip.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

var update = flag.Bool("update", false, "write the bundle that the fuzzer begins from anew")

// seed is what a whole bundle holds before it is compressed: the fuzzer changes that, as gzip has a checksum of its own.
const seed = "testdata/whole-bundle.bin"

// The bundle that the fuzzer begins from is whole, so it gets behind the first check.
func TestSeed(t *testing.T) {
	if *update {
		from := place(t)
		fill(t, from)
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(seed, unzipped(t, written(t, from)), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := os.ReadFile(seed)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := bundle.Check(bytes.NewReader(zipped(t, plain))); err != nil || len(report.Runs) != 2 {
		t.Errorf("%+v, %v", report, err)
	}
}

// Whatever is in a file, checking it comes to an end without harm.
func FuzzCheck(f *testing.F) {
	plain, err := os.ReadFile(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(plain[:len(plain)/2])
	f.Add([]byte{})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, plain []byte) {
		report, err := bundle.Check(bytes.NewReader(zipped(t, plain)))
		if (report == nil) == (err == nil) {
			t.Errorf("report %v with error %v", report, err)
		}
	})
}
