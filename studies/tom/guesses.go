package tom

import (
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/tom/outcome"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Guess is an answer to a probe about another's mind by what it holds likeliest: how probable it said that was, and how far it came about.
type Guess struct {
	// Ask is what was asked for, and Arm how the asked role was played, as in [Result].
	Ask, Arm string
	// Confidence and Right are 0-1.
	Confidence, Right float64
}

// Guesses are the answers of one episode that can be held against what was the case, and how many there were in all. A few numbers each: whoever
// reads many episodes keeps no words.
func Guesses(state *episode.State) (guesses []Guess, asked int, err error) {
	specs := map[string]*vignettev1.ProbeSpec{}
	for _, spec := range state.Plan().Scenario.GetProbes() {
		if outcome.Reads(spec) && outcome.Labels(spec.GetKind()) != nil {
			specs[spec.GetId()] = spec
		}
	}
	if len(specs) == 0 {
		return nil, 0, nil
	}
	turns := turnsOf(state)
	for _, said := range state.Probes() {
		spec := specs[said.GetProbe()]
		if spec == nil {
			continue
		}
		asked++
		a := answerOf(0, state, turns, spec, said)
		if !a.known() {
			continue
		}
		s, err := outcome.Compare(a.kind, a.said, a.came)
		if err != nil {
			return nil, asked, fmt.Errorf("episode %s, probe %s: %w", a.episode, spec.GetId(), err)
		}
		guesses = append(guesses, Guess{Ask: a.ask, Arm: a.arm, Confidence: s.Confidence, Right: s.Right})
	}
	return guesses, asked, nil
}
