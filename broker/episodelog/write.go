package episodelog

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// WriteManifest implements Writer.
func (l *log) WriteManifest(ctx context.Context, manifest *vignettev1.Manifest) (uint64, error) {
	if err := checkToken("run", manifest.GetRun()); err != nil {
		return 0, fmt.Errorf("write manifest: %w", err)
	}
	subject := l.subjects.manifest(manifest.GetRun())
	seq, resent, err := l.publish(ctx, subject, manifest, stream.After(0))
	if !stream.IsWrongLast(err) {
		return seq, wrapWrite(subject, err)
	}
	if resent { // the first attempt may have been the one that wrote it
		if at, ok := l.lastIs(ctx, subject, &vignettev1.Manifest{}, func(m proto.Message) bool { return proto.Equal(m, manifest) }); ok {
			return at, nil
		}
	}
	return 0, fmt.Errorf("write manifest of run %s: %w", manifest.GetRun(), ErrExists)
}

// Append implements Writer.
func (l *log) Append(ctx context.Context, run, episode string, event *vignettev1.EpisodeEvent, last uint64) (uint64, error) {
	subject, err := l.subjects.episode(run, episode, KindPlay)
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	if event.GetId() == "" {
		return 0, fmt.Errorf("append to %s: the event has no id", subject)
	}
	for try := 1; ; try++ {
		seq, _, err := l.publish(ctx, subject, event, stream.After(last))
		if !stream.IsWrongLast(err) {
			return seq, wrapWrite(subject, err)
		}
		seq, err = l.resolveConflict(ctx, subject, event.GetId(), last)
		var conflict *ConflictError
		if errors.As(err, &conflict) && conflict.Actual == last && try < appendTries {
			continue // what it was refused for came to nothing
		}
		return seq, err
	}
}

// appendTries is how often an event is appended when it was refused for another that came to nothing.
const appendTries = 3

// resolveConflict tells an event that is there already from one that came too late.
func (l *log) resolveConflict(ctx context.Context, subject, id string, expected uint64) (uint64, error) {
	msg, err := l.stream.LastAfter(ctx, subject, expected)
	if err != nil {
		return 0, fmt.Errorf("append to %s: look at its end after a conflict: %w", subject, err)
	}
	if msg == nil {
		return 0, &ConflictError{Subject: subject, Expected: expected}
	}
	var there vignettev1.EpisodeEvent
	if err := proto.Unmarshal(msg.Data, &there); err == nil && there.GetId() == id {
		return msg.Sequence, nil
	}
	return 0, &ConflictError{Subject: subject, Expected: expected, Actual: msg.Sequence}
}

// AppendNote implements Writer.
func (l *log) AppendNote(ctx context.Context, run, episode string, note *vignettev1.Note) (uint64, error) {
	subject, err := l.subjects.episode(run, episode, KindNotes)
	if err != nil {
		return 0, fmt.Errorf("append note: %w", err)
	}
	if note.GetId() == "" {
		return 0, fmt.Errorf("append to %s: the note has no id", subject)
	}
	seq, _, err := l.publish(ctx, subject, note, stream.Once(subject+" "+note.GetId()))
	return seq, wrapWrite(subject, err)
}

func wrapWrite(subject string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("append to %s: %w", subject, err)
}

// publish sends a message; see [stream.Stream.Publish].
func (l *log) publish(ctx context.Context, subject string, m proto.Message, condition stream.Condition) (seq uint64, resent bool, err error) {
	data, err := proto.Marshal(m)
	if err != nil {
		return 0, false, fmt.Errorf("encode: %w", err)
	}
	return l.stream.Publish(ctx, subject, data, condition)
}

// lastIs says whether the last message of a subject satisfies a condition, and where it is.
func (l *log) lastIs(ctx context.Context, subject string, into proto.Message, condition func(proto.Message) bool) (uint64, bool) {
	msg, err := l.stream.LastAfter(ctx, subject, 0)
	if err != nil || msg == nil || proto.Unmarshal(msg.Data, into) != nil {
		return 0, false
	}
	return msg.Sequence, condition(into)
}
