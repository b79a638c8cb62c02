package runs

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// PrepareExtension makes a run of the design of another with more repeats (0: as many) or other levels of factors, each in
// place of the factor of the same name, and writes its manifest. Playing it copies the cells that the other run has, from
// wherever they stand, and plays the new ones. The other run stays what it was; since luck hangs on neither, the new run
// comes to what it would have come to if it had been begun so.
//
// Errors: fewer repeats than the run has, a fork, and those of [Runner.Prepare].
func (r *Runner) PrepareExtension(ctx context.Context, origin *planning.Planner, repeats int, factors []*vignettev1.Factor) (*planning.Planner, error) {
	manifest := origin.Manifest()
	switch {
	case manifest.GetFork() != nil:
		return nil, fmt.Errorf("run %s is a fork; more branches are another fork of the same episode", manifest.GetRun())
	case repeats != 0 && repeats < int(manifest.GetRepeats()):
		return nil, fmt.Errorf("run %s has %d repeats; it can get more of them, not %d", manifest.GetRun(), manifest.GetRepeats(), repeats)
	case repeats == 0:
		repeats = int(manifest.GetRepeats())
	}
	design := Design{
		Repeats: repeats, Seed: manifest.GetSeed(), Models: manifest.GetModels(), Extends: manifest.GetRun(),
		Factors: slices.Clone(manifest.GetFactors()), Sources: manifest.GetSources(),
	}
	for _, scenario := range manifest.GetScenarios() {
		design.Scenarios = append(design.Scenarios, proto.CloneOf(scenario))
	}
	for _, factor := range factors {
		i := slices.IndexFunc(design.Factors, func(f *vignettev1.Factor) bool { return scenarios.Label(f) == scenarios.Label(factor) })
		if i < 0 {
			return nil, fmt.Errorf("run %s does not vary %s, so none of its episodes would be one of the new run: begin a new run", manifest.GetRun(), scenarios.Label(factor))
		}
		design.Factors[i] = factor
	}
	design.Study = studyOf(manifest.GetStudy(), design)
	return r.Prepare(ctx, design)
}

// studyOf is a study as a run of more repeats or levels has it; nil where there is none.
func studyOf(study *vignettev1.Study, design Design) *vignettev1.Study {
	if study == nil {
		return nil
	}
	out := proto.CloneOf(study)
	out.Repeats = int32(design.Repeats)
	for _, f := range out.Factors {
		for _, g := range design.Factors {
			if f.Role == g.Role && f.Field == g.Field {
				f.Levels = g.Levels
			}
		}
	}
	return out
}
