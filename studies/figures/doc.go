// Package figures says which numbers of an episode are kept apart from its conversation, for the tables of a run: those of package
// studies, and those of package outcomes. It is pure.
//
// Start reading at [Of].
package figures

import (
	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// Of returns the figures of an episode.
func Of(state *episode.State) *vignettev1.EpisodeFigures {
	f := studies.Figures(state)
	outcomes.Figures(f, state)
	return f
}
