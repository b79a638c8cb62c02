package episodelog

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Log is everything one can do with the log. It is safe for concurrent use.
type Log interface {
	Writer
	Reader
	Feed
	Eraser
}

// Eraser takes out of the log what somebody has asked to be deleted. It is the one thing that takes anything out, and it leaves a
// tombstone. Shred writes over what was there on the disk as well, which takes tens of milliseconds for each message; without it
// the server drops what was there in its own time. Nobody may be playing what is deleted: a worker in the middle of an episode finds
// that somebody else has written to it, but one that is about to begin another would leave that behind; then erase again.
type Eraser interface {
	// EraseEpisode deletes an episode's play and notes and leaves an event that says so (deleted), with which the play must
	// end from now on. It returns how many messages were deleted.
	EraseEpisode(ctx context.Context, run, episode string, deleted *vignettev1.EpisodeEvent, shred bool) (int, error)

	// EraseRun deletes all of a run and leaves a manifest that says so. No run of that id can be written again. A run that was
	// deleted before keeps its tombstone, and what has come to it since is deleted. It returns how many messages were deleted.
	EraseRun(ctx context.Context, run string, deleted *vignettev1.Tombstone, shred bool) (int, error)

	// EraseNotes adds a note that names earlier ones on the episode (erases) and deletes those; it returns how many messages were
	// deleted. The note comes first, so that an erasure that is cut off can be done again.
	EraseNotes(ctx context.Context, run, episode string, note *vignettev1.Note, shred bool) (int, error)

	// Tombstone returns what is left of a run that was deleted, or ErrNotFound when there is none of that id.
	Tombstone(ctx context.Context, run string) (*vignettev1.Tombstone, error)
}

// Writer adds to the log. Ids of runs and episodes are 1 to 64 of A-Z a-z 0-9 _ -; others are refused.
//
// When a write returns nil it has been acknowledged. An error that is neither [ErrExists] nor [ErrConflict] leaves open
// whether it was written.
type Writer interface {
	// WriteManifest writes the manifest of manifest.Run. It returns ErrExists when the run has one.
	WriteManifest(ctx context.Context, manifest *vignettev1.Manifest) (seq uint64, err error)

	// Append adds an event to a play, whose last event so far has the sequence last (0: the play is empty), and returns the
	// event's own. It returns ErrConflict when the play's last event is another one. When the play's last event has the id
	// of this one, it is this one, written before: Append returns its sequence and no error. Lost acknowledgements and
	// short disconnections are retried on that ground.
	Append(ctx context.Context, run, episode string, event *vignettev1.EpisodeEvent, last uint64) (seq uint64, err error)

	// AppendNote adds a note. Notes of several writers may come in any order. A note repeated within seconds (by its id) is
	// kept once.
	AppendNote(ctx context.Context, run, episode string, note *vignettev1.Note) (seq uint64, err error)
}

// Reader reads the log.
//
// An iterator yields what was in the stream when it was called, in the order of the log, and holds a bounded part of it in
// memory. A message that cannot be parsed comes as a [*CorruptError] with the rest of its entry, and the next follows; any
// other error is the last thing yielded.
type Reader interface {
	// Manifest returns a run's manifest, or ErrNotFound; that too for a run that was deleted.
	Manifest(ctx context.Context, run string) (*vignettev1.Manifest, error)

	// Runs yields the manifests of all runs that were not deleted, oldest first.
	Runs(ctx context.Context) iter.Seq2[Entry, error]

	// Run yields everything about one run: its manifest, plays and notes, interleaved as they were written.
	Run(ctx context.Context, run string) iter.Seq2[Entry, error]

	// Play returns the events of one play in order; none when it has not begun. At a corrupt event it returns what came
	// before, with a CorruptError.
	Play(ctx context.Context, run, episode string) ([]Entry, error)

	// Notes returns the notes on one episode in order, like Play.
	Notes(ctx context.Context, run, episode string) ([]Entry, error)

	// LastSequence returns the sequence of the last event of a play, 0 when it has none.
	LastSequence(ctx context.Context, run, episode string) (uint64, error)
}

// Feed is the log as one sequence, for whoever keeps a copy of it and wants to know what is new.
type Feed interface {
	// Extent says how much is in the log now.
	Extent(ctx context.Context) (Extent, error)

	// Since yields the entries of all runs behind the sequence after, up to and including the sequence last, like the
	// iterators of a Reader.
	Since(ctx context.Context, after, last uint64) iter.Seq2[Entry, error]
}

// Extent is how much is in the log at one moment. A copy that holds all up to Last and does not count Messages has kept
// what was deleted, or is of another log.
type Extent struct {
	// Created is when the log was made.
	Created time.Time
	// Last is the sequence of the newest message that was ever written, 0 when there was none.
	Last uint64
	// Messages is how many there are, all runs together.
	Messages uint64
}

// Entry is one message of the log.
type Entry struct {
	// Sequence is the message's position in the stream, from 1. It grows within a play, but not by one.
	Sequence uint64
	// Time is when the server stored it.
	Time time.Time
	// Run is the run id.
	Run string
	// Episode is the episode id; "" for a manifest.
	Episode string
	// Kind says which of the following is set.
	Kind Kind

	Manifest *vignettev1.Manifest
	Event    *vignettev1.EpisodeEvent
	Note     *vignettev1.Note
}

// Kind is what a message of the log is, and the last token of its subject.
type Kind string

// The kinds.
const (
	KindManifest Kind = "manifest"
	KindPlay     Kind = "play"
	KindNotes    Kind = "notes"
)

// Config says where the log is.
type Config struct {
	// Namespace is the first token of its subjects; the stream is called <namespace>-log.
	Namespace string
	// Replicas is how many servers keep a copy when the stream is created, 1 to 5; 0 means 1. An existing stream stays as
	// it is.
	Replicas int
}

// duplicates is how long the stream remembers message ids, which only notes have. The server keeps them in memory and
// rebuilds them at each start, so it must be short.
const duplicates = 10 * time.Second

type log struct {
	stream   *stream.Stream
	subjects subjects
}

var _ Log = (*log)(nil)

// Open opens the log, creating its stream when there is none.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (Log, error) {
	if err := checkToken("namespace", cfg.Namespace); err != nil {
		return nil, fmt.Errorf("episode log: %w", err)
	}
	subjects := subjects{prefix: cfg.Namespace + ".log."}
	opened, err := stream.Open(ctx, nc, streamConfig(cfg, subjects))
	if err != nil {
		return nil, fmt.Errorf("episode log: %w", err)
	}
	return &log{stream: opened, subjects: subjects}, nil
}

func streamConfig(cfg Config, subjects subjects) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        cfg.Namespace + "-log",
		Description: "Runs and episodes: manifests, plays and notes",
		Subjects:    subjects.all(),
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew, // there are no limits; if somebody sets one, refuse rather than forget
		Duplicates:  duplicates,
		AllowDirect: true,
		Replicas:    max(cfg.Replicas, 1),
	}
}
