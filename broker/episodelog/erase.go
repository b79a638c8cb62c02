package episodelog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// EraseEpisode implements Eraser. The tombstone comes first: from then on nobody can write to the play, and an erasure that is cut
// off can be done again.
func (l *log) EraseEpisode(ctx context.Context, run, episode string, deleted *vignettev1.EpisodeEvent, shred bool) (int, error) {
	if deleted.GetDeleted() == nil {
		return 0, errors.New("erase an episode: the event does not say that it was deleted")
	}
	at, err := l.bury(ctx, run, episode, deleted)
	if err != nil {
		return 0, fmt.Errorf("erase episode %s: %w", episode, err)
	}
	play, err := l.subjects.episode(run, episode, KindPlay)
	if err != nil {
		return 0, fmt.Errorf("erase episode %s: %w", episode, err)
	}
	notes, err := l.subjects.episode(run, episode, KindNotes)
	if err != nil {
		return 0, fmt.Errorf("erase episode %s: %w", episode, err)
	}
	return l.erase(ctx, stream.Erasure{Filter: play, Before: at, Shred: shred}, stream.Erasure{Filter: notes, Shred: shred})
}

func (l *log) erase(ctx context.Context, erasures ...stream.Erasure) (int, error) {
	total := 0
	for _, erasure := range erasures {
		n, err := l.stream.Erase(ctx, erasure)
		total += n
		if err != nil {
			return total, fmt.Errorf("erase %s: %w", erasure.Filter, err)
		}
	}
	return total, nil
}

// bury writes an episode's tombstone and returns where it is; one that is there already stays.
func (l *log) bury(ctx context.Context, run, episode string, deleted *vignettev1.EpisodeEvent) (uint64, error) {
	subject, err := l.subjects.episode(run, episode, KindPlay)
	if err != nil {
		return 0, err
	}
	msg, err := l.stream.Last(ctx, subject)
	if err != nil {
		return 0, err
	}
	last := uint64(0)
	if msg != nil {
		var there vignettev1.EpisodeEvent
		if proto.Unmarshal(msg.Data, &there) == nil && there.GetDeleted() != nil {
			return msg.Sequence, nil
		}
		last = msg.Sequence
	}
	return l.Append(ctx, run, episode, deleted, last)
}

// EraseRun implements Eraser.
func (l *log) EraseRun(ctx context.Context, run string, deleted *vignettev1.Tombstone, shred bool) (int, error) {
	if err := checkToken("run", run); err != nil {
		return 0, fmt.Errorf("erase a run: %w", err)
	}
	at, err := l.buryRun(ctx, run, deleted)
	if err != nil {
		return 0, fmt.Errorf("erase run %s: %w", run, err)
	}
	return l.erase(ctx,
		stream.Erasure{Filter: l.subjects.prefix + run + ".*." + string(KindPlay), Shred: shred},
		stream.Erasure{Filter: l.subjects.prefix + run + ".*." + string(KindNotes), Shred: shred},
		stream.Erasure{Filter: l.subjects.manifest(run), Before: at, Shred: shred})
}

func (l *log) buryRun(ctx context.Context, run string, deleted *vignettev1.Tombstone) (uint64, error) {
	subject := l.subjects.manifest(run)
	msg, err := l.stream.Last(ctx, subject)
	if err != nil {
		return 0, err
	}
	if msg == nil {
		return 0, ErrNotFound
	}
	there := &vignettev1.Manifest{}
	if err := proto.Unmarshal(msg.Data, there); err == nil && there.GetDeleted() != nil {
		return msg.Sequence, nil
	}
	// One that cannot be read can be deleted all the same.
	stone := &vignettev1.Manifest{SchemaVersion: 1, Run: run, CreatedAt: there.GetCreatedAt(), Deleted: deleted}
	seq, resent, err := l.publish(ctx, subject, stone, stream.After(msg.Sequence))
	if resent && stream.IsWrongLast(err) { // the first attempt may have been the one that wrote it
		if at, ok := l.lastIs(ctx, subject, &vignettev1.Manifest{}, func(m proto.Message) bool { return proto.Equal(m, stone) }); ok {
			return at, nil
		}
	}
	return seq, wrapWrite(subject, err)
}

// Tombstone implements Eraser.
func (l *log) Tombstone(ctx context.Context, run string) (*vignettev1.Tombstone, error) {
	if err := checkToken("run", run); err != nil {
		return nil, fmt.Errorf("look for a tombstone: %w: %w", ErrNotFound, err)
	}
	msg, err := l.stream.Last(ctx, l.subjects.manifest(run))
	if err != nil {
		return nil, fmt.Errorf("look for the tombstone of run %s: %w", run, err)
	}
	there := &vignettev1.Manifest{}
	if msg == nil || proto.Unmarshal(msg.Data, there) != nil || there.GetDeleted() == nil {
		return nil, fmt.Errorf("tombstone of run %s: %w", run, ErrNotFound)
	}
	return there.GetDeleted(), nil
}

// EraseNotes implements Eraser.
func (l *log) EraseNotes(ctx context.Context, run, episode string, note *vignettev1.Note, shred bool) (int, error) {
	if len(note.GetErases()) == 0 {
		return 0, errors.New("erase notes: the note does not say which")
	}
	at, err := l.AppendNote(ctx, run, episode, note)
	if err != nil {
		return 0, fmt.Errorf("erase notes: %w", err)
	}
	gone, err := l.erased(ctx, run, episode, note, at)
	if err != nil {
		return 0, fmt.Errorf("erase notes: %w", err)
	}
	for n, sequence := range gone {
		if err := l.stream.Delete(ctx, sequence, shred); err != nil {
			return n, fmt.Errorf("erase notes on episode %s: %w", episode, err)
		}
	}
	return len(gone), nil
}

// erased are the sequences of the notes before a sequence that a note erases and that are there yet.
func (l *log) erased(ctx context.Context, run, episode string, note *vignettev1.Note, before uint64) ([]uint64, error) {
	subject, err := l.subjects.episode(run, episode, KindNotes)
	var gone []uint64
	for entry, err := range l.entries(ctx, subject, err) {
		var corrupt *CorruptError
		if err != nil && !errors.As(err, &corrupt) {
			return nil, err
		}
		if entry.Sequence < before && Erases(note, entry.Note) {
			gone = append(gone, entry.Sequence)
		}
	}
	return gone, nil
}

// Erases says whether a note takes out another.
func Erases(note, other *vignettev1.Note) bool {
	return slices.Contains(note.GetErases(), other.GetId())
}
