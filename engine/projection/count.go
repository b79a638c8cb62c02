package projection

import (
	"crypto/sha256"
	"encoding/hex"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Count counts a run's episodes, in whatever order they come, and makes its digest. It keeps 32 bytes per episode.
type Count struct {
	status  vignettev1.RunStatus
	digests [][sha256.Size]byte
	ended   int
}

// NewCount returns the count of a run of which nothing is known yet: all episodes are unfinished.
func NewCount(planner *planning.Planner) *Count {
	manifest := planner.Manifest()
	return newCount(manifest.GetRun(), manifest.GetCreatedAt(), scenarioIDs(manifest), planner.Len())
}

func newCount(run string, created *timestamppb.Timestamp, scenarios []string, total int) *Count {
	return &Count{
		status:  vignettev1.RunStatus{Run: run, CreatedAt: created, Total: int32(total), Unfinished: int32(total), Scenarios: scenarios},
		digests: make([][sha256.Size]byte, total),
	}
}

// Add takes in the episode at a place of the design. Each may come once.
func (c *Count) Add(index int, state *episode.State) { c.add(index, outcomeOf(state)) }

// AddFigures is Add for an episode of which only the figures are at hand.
func (c *Count) AddFigures(index int, f *vignettev1.EpisodeFigures) {
	o := outcome{phase: f.GetPhase(), validity: f.GetValidity(), turns: int64(f.GetTurns())}
	copy(o.digest[:], f.GetDigest())
	c.add(index, o)
}

// outcome is what a count needs to know of an episode.
type outcome struct {
	phase    vignettev1.EpisodePhase
	validity vignettev1.Validity
	turns    int64
	digest   [sha256.Size]byte // of an episode that has ended
}

func outcomeOf(state *episode.State) outcome {
	o := outcome{phase: state.Phase(), validity: state.Completed().GetValidity(), turns: int64(len(state.Turns()))}
	switch o.phase {
	case vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED, vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		o.digest = state.Digest()
	}
	return o
}

func (c *Count) add(index int, o outcome) {
	c.status.Turns += o.turns
	switch o.phase {
	case vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED:
		c.status.Unfinished--
		if o.validity == vignettev1.Validity_VALIDITY_OK {
			c.status.Ok++
		} else {
			c.status.Invalid++
		}
	case vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		c.status.Unfinished--
		c.status.Failed++
	case vignettev1.EpisodePhase_EPISODE_PHASE_DELETED:
		c.status.Unfinished--
		c.status.Deleted++
		return // What it was nobody can tell, so the run has no digest any more.
	default:
		return
	}
	c.digests[index] = o.digest
	c.ended++
}

// Status returns the count. The digest is a sha256 over the episodes' digests in the design's order; there is none while
// an episode is unfinished, and none when one was deleted.
func (c *Count) Status() *vignettev1.RunStatus {
	status := &vignettev1.RunStatus{
		Run: c.status.Run, CreatedAt: c.status.CreatedAt, Scenarios: c.status.Scenarios, Total: c.status.Total, Ok: c.status.Ok,
		Invalid: c.status.Invalid, Failed: c.status.Failed, Unfinished: c.status.Unfinished, Deleted: c.status.Deleted, Turns: c.status.Turns,
	}
	if c.ended == len(c.digests) {
		all := sha256.New()
		for _, digest := range c.digests {
			all.Write(digest[:])
		}
		status.Digest = hex.EncodeToString(all.Sum(nil))
	}
	return status
}

func scenarioIDs(manifest *vignettev1.Manifest) []string {
	var ids []string
	for _, scenario := range manifest.GetScenarios() {
		ids = append(ids, scenario.GetId())
	}
	return ids
}
