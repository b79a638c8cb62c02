package scenarios_test

import (
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestObjectiveOf(t *testing.T) {
	for statement, want := range map[string]vignettev1.ObjectiveKind{
		"Turn down the trip":                                            vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE,
		"The speaker wants to refuse lending the car.":                  vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE,
		"Leo does not want to lend his car to Danny.":                   vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE,
		"The speaker wants the neighbour to turn down the music.":       vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK,
		"Kim wants her brother, who does not want to come, to call.":    vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK,
		"Refusenik wants to be given the flat that others turned down.": vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK,
	} {
		got := scenarios.ObjectiveOf(" " + statement)
		if got.GetKind() != want || got.GetStatement() != statement {
			t.Errorf("%q is %v, want it of kind %v", statement, got, want)
		}
	}
}
