package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Source is where runs are taken from.
type Source struct {
	Log   episodelog.Reader
	Calls calllog.Log
}

// Made says who makes a bundle, and when.
type Made struct {
	At      time.Time
	Version string
}

// Report is what a bundle holds, or what was restored from one.
type Report struct {
	// Runs, in the order of the bundle.
	Runs []Run
	// Answers of language models.
	Answers int64
	// Unreadable are entries of the log that could not be read and are not in the bundle.
	Unreadable []error
}

// Run is what a bundle holds of one run.
type Run struct {
	// ID is the run's id.
	ID string
	// Digest is the run's digest, "" where it has none.
	Digest string
	// Events, Notes and Calls are how many there are.
	Events, Notes, Calls int64
}

// Write writes some runs, each with the answers of models that its calls used.
func Write(ctx context.Context, w io.Writer, from Source, made Made, runs []string) (*Report, error) {
	b, err := begin(w, from, made)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		manifest, err := from.Log.Manifest(ctx, run)
		if err != nil {
			return nil, fmt.Errorf("bundle run %s: %w", run, err)
		}
		if err := b.run(ctx, manifest); err != nil {
			return nil, fmt.Errorf("bundle run %s: %w", run, err)
		}
	}
	if err := b.answersUsed(ctx); err != nil {
		return nil, err
	}
	return b.end()
}

// WriteAll writes everything there is: all runs, calls on no run's account, and all answers of models on record.
func WriteAll(ctx context.Context, w io.Writer, from Source, made Made) (*Report, error) {
	b, err := begin(w, from, made)
	if err != nil {
		return nil, err
	}
	for entry, err := range from.Log.Runs(ctx) {
		switch {
		case entry.Manifest != nil:
			err = b.run(ctx, entry.Manifest)
		case err != nil && isCorrupt(err):
			b.report.Unreadable = append(b.report.Unreadable, err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("back up run %s: %w", entry.Run, err)
		}
	}
	if _, err := b.calls(ctx, calllog.Outside); err != nil {
		return nil, fmt.Errorf("back up calls of no run: %w", err)
	}
	for recorded, err := range from.Calls.Answers(ctx) {
		if err == nil {
			err = b.answer(recorded.Key, recorded.Answer)
		}
		if err != nil {
			return nil, fmt.Errorf("back up answers: %w", err)
		}
	}
	return b.end()
}

// bundling is a bundle being written.
type bundling struct {
	from   Source
	out    *writer
	report Report
	used   []string // keys of answers, in the order of the calls
	seen   map[string]bool
}

func begin(w io.Writer, from Source, made Made) (*bundling, error) {
	b := &bundling{from: from, out: newWriter(w), seen: map[string]bool{}}
	return b, b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Head{Head: &vignettev1.BundleHead{
		SchemaVersion: SchemaVersion, CreatedAt: timestamppb.New(made.At), ProgramVersion: made.Version,
	}}})
}

func (b *bundling) run(ctx context.Context, manifest *vignettev1.Manifest) error {
	run := Run{ID: manifest.GetRun()}
	var err error
	// Before the events: what has a digest does not change any more.
	if run.Digest, err = digestOf(ctx, b.from.Log, manifest); err != nil {
		return err
	}
	if err := b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Manifest{Manifest: manifest}}); err != nil {
		return err
	}
	if err := b.entries(ctx, &run); err != nil {
		return err
	}
	if run.Calls, err = b.calls(ctx, run.ID); err != nil {
		return err
	}
	b.report.Runs = append(b.report.Runs, run)
	return b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_RunEnd{RunEnd: &vignettev1.BundleRunEnd{
		Run: run.ID, Digest: run.Digest, Events: run.Events, Notes: run.Notes, Calls: run.Calls,
	}}})
}

// digestOf is a run's digest; "" where it has none, or is of a design that this program does not know.
func digestOf(ctx context.Context, log episodelog.Reader, manifest *vignettev1.Manifest) (string, error) {
	planner, err := planning.New(manifest)
	if err != nil {
		return "", nil
	}
	status, err := projection.NewReader(log).Status(ctx, planner)
	return status.GetDigest(), err
}

func (b *bundling) entries(ctx context.Context, run *Run) error {
	for entry, err := range b.from.Log.Run(ctx, run.ID) {
		if err != nil && isCorrupt(err) {
			b.report.Unreadable = append(b.report.Unreadable, err)
			continue
		}
		if err != nil {
			return err
		}
		switch entry.Kind {
		case episodelog.KindPlay:
			run.Events++
			err = b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Event{Event: &vignettev1.BundleEvent{Episode: entry.Episode, Event: entry.Event}}})
		case episodelog.KindNotes:
			run.Notes++
			err = b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Note{Note: &vignettev1.BundleNote{Episode: entry.Episode, Note: entry.Note}}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// calls writes the calls on a run's account, each once.
func (b *bundling) calls(ctx context.Context, run string) (int64, error) {
	n, booked := int64(0), map[string]bool{}
	for call, err := range b.from.Calls.Calls(ctx, run, "") {
		if err != nil {
			return n, err
		}
		if booked[call.GetId()] {
			continue // entered twice because an acknowledgement was lost
		}
		booked[call.GetId()] = true
		if key := call.GetAnswer(); key != "" && !b.seen[key] {
			b.seen[key], b.used = true, append(b.used, key)
		}
		n++
		if err := b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Call{Call: call}}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// answersUsed writes the answers that the calls used. One that is no longer on record is left out: somebody had it deleted.
func (b *bundling) answersUsed(ctx context.Context) error {
	for _, key := range b.used {
		answer, err := b.from.Calls.Answer(ctx, key)
		if errors.Is(err, calllog.ErrNotFound) {
			continue
		}
		if err == nil {
			err = b.answer(key, answer)
		}
		if err != nil {
			return fmt.Errorf("bundle answer %s: %w", key, err)
		}
	}
	return nil
}

func (b *bundling) answer(key string, answer *vignettev1.ModelAnswer) error {
	b.report.Answers++
	return b.out.write(&vignettev1.BundleRecord{Record: &vignettev1.BundleRecord_Answer{Answer: &vignettev1.BundleAnswer{Key: key, Answer: answer}}})
}

func (b *bundling) end() (*Report, error) {
	err := b.out.end(&vignettev1.BundleEnd{Runs: int32(len(b.report.Runs)), Answers: b.report.Answers})
	if err != nil {
		return nil, fmt.Errorf("end the bundle: %w", err)
	}
	return &b.report, nil
}

func isCorrupt(err error) bool {
	var corrupt *episodelog.CorruptError
	return errors.As(err, &corrupt)
}
