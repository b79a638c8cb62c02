package starter_test

import (
	"slices"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/starter"
)

// The study is about a hundred episodes of scenarios that the library has, each once; it shows what the library is about.
func TestDesign(t *testing.T) {
	study, err := starter.Design(7)
	if err != nil {
		t.Fatal(err)
	}
	levels := len(study.Factors[0].GetLevels())
	if episodes := len(study.Scenarios) * levels * study.Repeats; episodes < 80 || episodes > 120 || levels != 2 || study.Seed != 7 {
		t.Errorf("%d episodes at %d levels with seed %d; want about 100 at 2 with seed 7", episodes, levels, study.Seed)
	}
	sorted := slices.Clone(starter.Scenarios)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(starter.Scenarios) {
		t.Errorf("a scenario is named twice: %v", starter.Scenarios)
	}
	kinds, groups := map[vignettev1.ObjectiveKind]bool{}, 0
	for i, scenario := range study.Scenarios {
		if scenario.GetId() != starter.Scenarios[i] {
			t.Errorf("place %d has %s, the list %s", i, scenario.GetId(), starter.Scenarios[i])
		}
		kinds[scenario.GetObjective().GetKind()] = true
		if len(scenario.GetRoles()) > 2 {
			groups++
		}
	}
	for _, kind := range []vignettev1.ObjectiveKind{
		vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE, vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNDERSTAND,
	} {
		if !kinds[kind] {
			t.Errorf("no scenario has an objective of the kind %v", kind)
		}
	}
	if groups == 0 {
		t.Error("no scenario has more than two people")
	}
}
