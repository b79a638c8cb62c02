package studies

import (
	"math"
	"slices"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Reports holds what roles report about themselves against what has become of them by what they heard (their appraisals). A
// model that plays along keeps close to the appraisal, which it is told in words; scores rest on the report all the same.
// The zero value is ready to use.
type Reports struct {
	gaps        []gap
	unavailable int
}

// gap is the summed distance in the turns of one episode, at its place in the design: so that nothing depends on the order
// in which episodes end.
type gap struct {
	index, turns int
	distress     float64
}

// Add takes in the turns of the episode at a place of the design, in any order, whatever became of the episode.
func (r *Reports) Add(index int, state *episode.State) { r.AddFigures(index, Figures(state)) }

// AddFigures is Add for an episode of which only the figures are at hand.
func (r *Reports) AddFigures(index int, f *vignettev1.EpisodeFigures) {
	r.unavailable += int(f.GetReportedUnavailable())
	if f.GetReportedTurns() > 0 {
		r.gaps = append(r.gaps, gap{index: index, turns: int(f.GetReportedTurns()), distress: f.GetReportedDistance()})
	}
}

// report sets reports beside appraisals.
func report(f *vignettev1.EpisodeFigures, state *episode.State) {
	for _, turn := range state.Turns() {
		reported, appraised := turn.GetMentalState(), turn.GetAppraisal().GetState()
		switch {
		case turn.GetAppraisal() == nil:
		case appraised == nil || appraised.Distress == nil || reported == nil || reported.Distress == nil:
			f.ReportedUnavailable++
		case reported.GetSource() == vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED:
			f.ReportedTurns++
			f.ReportedDistance += math.Abs(reported.GetDistress() - appraised.GetDistress())
		}
	}
}

// Gap is how far reported distress is from appraised distress.
type Gap struct {
	// Distress is the mean absolute difference over turns, 0-100 SUDS points; nil when no turn has both.
	Distress *float64
	// Turns is the number of turns that have both.
	Turns int
	// Unavailable is the number of appraised turns in which one of the two is not known.
	Unavailable int
}

// Gap returns the distance over all turns taken in.
func (r *Reports) Gap() Gap {
	out, total := Gap{Unavailable: r.unavailable}, 0.0
	for _, g := range slices.SortedFunc(slices.Values(r.gaps), func(a, b gap) int { return a.index - b.index }) {
		out.Turns += g.turns
		total += g.distress
	}
	if out.Turns > 0 {
		mean := total / float64(out.Turns)
		out.Distress = &mean
	}
	return out
}
