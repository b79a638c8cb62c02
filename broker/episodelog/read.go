package episodelog

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Manifest implements Reader.
func (l *log) Manifest(ctx context.Context, run string) (*vignettev1.Manifest, error) {
	if err := checkToken("run", run); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	subject := l.subjects.manifest(run)
	msg, err := l.stream.Last(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", subject, err)
	}
	if msg == nil {
		return nil, fmt.Errorf("read manifest of run %s: %w", run, ErrNotFound)
	}
	m := &vignettev1.Manifest{}
	if err := proto.Unmarshal(msg.Data, m); err != nil {
		return nil, &CorruptError{Subject: subject, Sequence: msg.Sequence, Err: err}
	}
	if m.GetDeleted() != nil {
		return nil, fmt.Errorf("read manifest of run %s, which was deleted: %w", run, ErrNotFound)
	}
	return m, nil
}

// Runs implements Reader.
func (l *log) Runs(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for entry, err := range l.entries(ctx, l.subjects.manifest("*"), nil) {
			if entry.Manifest.GetDeleted() == nil && !yield(entry, err) {
				return
			}
		}
	}
}

// Run implements Reader.
func (l *log) Run(ctx context.Context, run string) iter.Seq2[Entry, error] {
	filter, err := l.subjects.run(run)
	return l.entries(ctx, filter, err)
}

// Play implements Reader.
func (l *log) Play(ctx context.Context, run, episode string) ([]Entry, error) {
	return l.collect(ctx, run, episode, KindPlay)
}

// Notes implements Reader.
func (l *log) Notes(ctx context.Context, run, episode string) ([]Entry, error) {
	return l.collect(ctx, run, episode, KindNotes)
}

func (l *log) collect(ctx context.Context, run, episode string, kind Kind) (entries []Entry, err error) {
	subject, err := l.subjects.episode(run, episode, kind)
	for entry, err := range l.entries(ctx, subject, err) {
		if err != nil {
			return entries, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// LastSequence implements Reader.
func (l *log) LastSequence(ctx context.Context, run, episode string) (uint64, error) {
	subject, err := l.subjects.episode(run, episode, KindPlay)
	if err != nil {
		return 0, fmt.Errorf("last sequence: %w", err)
	}
	msg, err := l.stream.Last(ctx, subject)
	if err != nil {
		return 0, fmt.Errorf("last sequence of %s: %w", subject, err)
	}
	if msg == nil {
		return 0, nil
	}
	return msg.Sequence, nil
}

// Extent implements Feed.
func (l *log) Extent(ctx context.Context) (Extent, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return Extent{}, fmt.Errorf("look how much is in the log: %w", err)
	}
	return Extent{Created: info.Created, Last: info.State.LastSeq, Messages: info.State.Msgs}, nil
}

// Since implements Feed.
func (l *log) Since(ctx context.Context, after, last uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		filter := l.subjects.prefix + ">"
		newest, err := l.stream.Last(ctx, filter)
		if err != nil {
			yield(Entry{}, fmt.Errorf("read the log: look for its end: %w", err))
			return
		}
		if newest == nil {
			return
		}
		// The message at last may be deleted: the scan must not wait for what never comes.
		for msg, err := range l.stream.ScanFrom(ctx, filter, after+1, min(last, newest.Sequence)) {
			if err != nil {
				yield(Entry{}, fmt.Errorf("read the log behind entry %d: %w", after, err))
				return
			}
			if !yield(l.entry(msg)) {
				return
			}
		}
	}
}

// entries yields what matches the filter, up to its present last message.
func (l *log) entries(ctx context.Context, filter string, invalid error) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if invalid != nil {
			yield(Entry{}, fmt.Errorf("read the log: %w", invalid))
			return
		}
		last, err := l.stream.Last(ctx, filter)
		if err != nil {
			yield(Entry{}, fmt.Errorf("read %s: look for its end: %w", filter, err))
			return
		}
		if last == nil {
			return
		}
		for msg, err := range l.stream.Scan(ctx, filter, last.Sequence) {
			if err != nil {
				yield(Entry{}, fmt.Errorf("read %s: %w", filter, err))
				return
			}
			if !yield(l.entry(msg)) {
				return
			}
		}
	}
}

// entry parses a message. Whatever is wrong with it, the entry says where it is.
func (l *log) entry(msg *stream.Message) (Entry, error) {
	e := Entry{Sequence: msg.Sequence, Time: msg.Time}
	err := l.subjects.parse(msg.Subject, &e)
	switch {
	case err != nil:
	case e.Kind == KindManifest:
		e.Manifest = &vignettev1.Manifest{}
		err = proto.Unmarshal(msg.Data, e.Manifest)
	case e.Kind == KindPlay:
		e.Event = &vignettev1.EpisodeEvent{}
		err = proto.Unmarshal(msg.Data, e.Event)
	case e.Kind == KindNotes:
		e.Note = &vignettev1.Note{}
		err = proto.Unmarshal(msg.Data, e.Note)
	}
	if err != nil {
		return Entry{Sequence: e.Sequence, Time: e.Time, Run: e.Run, Episode: e.Episode, Kind: e.Kind},
			&CorruptError{Subject: msg.Subject, Sequence: msg.Sequence, Err: err}
	}
	return e, nil
}
