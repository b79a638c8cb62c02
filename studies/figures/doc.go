// Package figures says which numbers of an episode are kept apart from its conversation, for the tables of a run: those of package
// studies, of package outcomes, and of package tom. It is pure.
//
// Start reading at [Of].
package figures

import (
	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
	"github.com/vignette-sim/vignette/studies/outcomes"
	"github.com/vignette-sim/vignette/studies/tom"
)

// Of returns the figures of an episode.
func Of(state *episode.State) *vignettev1.EpisodeFigures {
	f := studies.Figures(state)
	outcomes.Figures(f, state)
	tom.Figures(f, state)
	return f
}
