package tom

import (
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Figures adds to an episode's figures what its roles said of other minds: of each answer what it held likeliest, how probable it said that was, and
// how far it was the case. A few numbers each: whoever reads many episodes keeps no words. What cannot be scored is counted and not added.
func Figures(f *vignettev1.EpisodeFigures, state *episode.State) {
	if f.GetValidity() != vignettev1.Validity_VALIDITY_OK {
		return
	}
	specs := map[string]*vignettev1.ProbeSpec{}
	for _, spec := range state.Plan().Scenario.GetProbes() {
		if outcome.Reads(spec) && outcome.Labels(spec.GetKind()) != nil {
			specs[spec.GetId()] = spec
		}
	}
	if len(specs) == 0 {
		return
	}
	turns := turnsOf(state)
	for _, said := range state.Probes() {
		spec := specs[said.GetProbe()]
		if spec == nil {
			continue
		}
		f.ReadingsAsked++
		a := answerOf(0, state, turns, spec, said)
		if !a.known() {
			continue
		}
		if s, err := outcome.Compare(a.kind, a.said, a.came); err == nil {
			f.Readings = append(f.Readings, &vignettev1.ReadingFigure{Ask: a.ask, Arm: a.arm, Confidence: s.Confidence, Right: s.Right})
		}
	}
}
