// Package starter is the study that a newcomer runs first: a fixed, named list of scenarios from the library, each played by a
// novice and by a skilled focal role, five times, with the same clients and the same luck.
//
// The list is fixed so that the study stays as long as it is, and means the same, however the library grows. It may touch the
// library and the shape of a run, and plays nothing itself.
package starter

import (
	"fmt"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
)

// What is compared, and how often each side of it is played.
const (
	// Vary is the factor of the study, in the grammar of --vary: a novice and a skilled focal role.
	Vary = "focal.policy.skill=0.2,0.9"
	// Repeats of each scenario and skill.
	Repeats = 5
)

// Scenarios are the ids of what is played, in order: asking and refusing over work, home, family, friends and services, with
// partners from easy to hard and groups of three and four, and three kinds of session with a client.
var Scenarios = []string{
	"ask-for-leave",
	"share-the-dishes",
	"repair-the-heating",
	"refuse-a-loan",
	"family-talk",
	"house-meeting",
	"cbt-intake",
	"one-glass-fewer",
	"until-friday",
}

// Design is the study as a run.
func Design(seed uint64) (runs.Design, error) {
	study := runs.Design{Seed: seed, Repeats: Repeats}
	var err error
	if study.Scenarios, err = List(); err != nil {
		return study, err
	}
	factor, err := design.ParseVary(Vary, study.Scenarios)
	if err != nil {
		return study, fmt.Errorf("starter study: %w", err)
	}
	study.Factors = []*vignettev1.Factor{factor}
	return study, nil
}

// List are the study's scenarios. The error names one that the library does not have.
func List() ([]*vignettev1.Scenario, error) {
	shipped, err := scenarios.Library()
	if err != nil {
		return nil, fmt.Errorf("starter study: %w", err)
	}
	byID := map[string]*vignettev1.Scenario{}
	for _, scenario := range shipped {
		byID[scenario.GetId()] = scenario
	}
	out := make([]*vignettev1.Scenario, 0, len(Scenarios))
	for _, id := range Scenarios {
		if byID[id] == nil {
			return nil, fmt.Errorf("starter study: the library has no scenario %q", id)
		}
		out = append(out, byID[id])
	}
	return out, nil
}
