// Package erasure deletes runs and episodes that somebody has asked to be deleted: what was said and felt, scores, notes, and what
// was asked of language models for it, prompts and answers included. What is left is a tombstone: that there was something,
// when it was deleted and why.
//
// It may touch the episode log and the records of calls, and is the only thing in the engine that takes anything out of them.
package erasure

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Calls forgets what was asked of models.
type Calls interface {
	// Forget deletes the calls of an episode and the answers they used, and returns how many answers those were.
	Forget(ctx context.Context, run, episode string, shred bool) (int, error)
	// ForgetRun does the same for a whole run.
	ForgetRun(ctx context.Context, run string, shred bool) (int, error)
}

// Eraser deletes. Nobody may be playing what it deletes; see [episodelog.Eraser].
type Eraser struct {
	// Log is where runs and episodes are.
	Log episodelog.Eraser
	// Calls is where answers of models are.
	Calls Calls
	// Clock is where time comes from.
	Clock conductor.Clock
	// NewID returns a new unique id.
	NewID func() string
	// Shred writes over what is deleted on the disk, tens of milliseconds for each entry.
	Shred bool
}

// Report is what was deleted.
type Report struct {
	// Entries of the log: manifest, events, notes.
	Entries int
	// Answers of language models. Another episode that used one of them keeps what was said, but the answer is no longer on
	// record for it.
	Answers int
}

// Run deletes a run, all its episodes, and what was asked for it. The reason is kept. When it is cut off it can be done again.
func (e *Eraser) Run(ctx context.Context, run, reason string) (Report, error) {
	// Calls first: while the run is there, somebody can see that something is left to delete.
	answers, err := e.Calls.ForgetRun(ctx, run, e.Shred)
	if err != nil {
		return Report{Answers: answers}, fmt.Errorf("delete run %s: %w", run, err)
	}
	entries, err := e.Log.EraseRun(ctx, run, e.tombstone(reason), e.Shred)
	if err != nil {
		return Report{entries, answers}, fmt.Errorf("delete run %s: %w", run, err)
	}
	return Report{entries, answers}, nil
}

// Episode deletes one episode of a run; the run's other episodes stay as they are. The run has no digest from then on.
func (e *Eraser) Episode(ctx context.Context, run, id, reason string) (Report, error) {
	answers, err := e.Calls.Forget(ctx, run, id, e.Shred)
	if err != nil {
		return Report{Answers: answers}, fmt.Errorf("delete episode %s: %w", id, err)
	}
	stone := e.tombstone(reason)
	entries, err := e.Log.EraseEpisode(ctx, run, id, &vignettev1.EpisodeEvent{
		SchemaVersion: episode.SchemaVersion, Id: e.NewID(), Time: stone.GetTime(), Epoch: 1,
		Event: &vignettev1.EpisodeEvent_Deleted{Deleted: stone},
	}, e.Shred)
	if err != nil {
		return Report{entries, answers}, fmt.Errorf("delete episode %s: %w", id, err)
	}
	return Report{entries, answers}, nil
}

func (e *Eraser) tombstone(reason string) *vignettev1.Tombstone {
	return &vignettev1.Tombstone{Time: timestamppb.New(e.Clock.Now()), Reason: reason}
}
