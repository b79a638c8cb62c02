package projection

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Branch is an episode with what branches off it.
type Branch struct {
	// Run and Episode say which it is.
	Run, Episode string
	// Fork is how it branched off; nil at the root.
	Fork *vignettev1.Fork
	// Reseeded says that it draws anew.
	Reseeded bool
	// Branches are the forks of it, oldest first.
	Branches []*Branch
}

// Forks returns the tree of forks that an episode is in, from the episode that all of them go back to. Runs that cannot be
// read are not in it.
func (r *Reader) Forks(ctx context.Context, plan *episode.Plan) (*Branch, error) {
	known := map[string]*Branch{}
	at := func(run, id string) *Branch {
		if known[id] == nil {
			known[id] = &Branch{Run: run, Episode: id}
		}
		return known[id]
	}
	parents := map[string]string{}
	for entry, err := range r.log.Runs(ctx) {
		if err != nil && !isCorrupt(err) {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		fork := entry.Manifest.GetFork()
		if fork == nil {
			continue
		}
		planner, err := planning.New(entry.Manifest)
		if err != nil {
			continue
		}
		parent := at(fork.GetRun(), fork.GetEpisode())
		for i := range planner.Len() {
			id := episode.ID(entry.Run, planner.Cell(i))
			branch := at(entry.Run, id)
			branch.Fork, branch.Reseeded = fork, i < len(fork.GetBranchSeeds()) && fork.GetBranchSeeds()[i] != 0
			parent.Branches = append(parent.Branches, branch)
			parents[id] = parent.Episode
		}
	}
	root := plan.Episode
	for parents[root] != "" {
		root = parents[root]
	}
	return at(plan.Run, root), nil
}
