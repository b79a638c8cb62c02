package compare_test

import (
	"math"
	"testing"

	"github.com/vignette-sim/vignette/studies/compare"
)

// A forecast made of a pilot is what the study of that size then finds; a wider study finds less; without a pilot it is in standard deviations.
func TestForesee(t *testing.T) {
	pilot := study(10, 6, 2, 0, .3)
	small, err := compare.Foresee(pilot, compare.Planned{Scenarios: 10, Persons: 6, Others: 1, Repeats: 2}, .05, .8)
	if err != nil || small.Over != compare.ScenariosAndPersons || small.Standard {
		t.Fatalf("%+v: %v", small, err)
	}
	if got := compare.Judge(pilot, reward).Difference.SE; math.Abs(small.SE-got) > .3*got {
		t.Errorf("standard error %v, found %v", small.SE, got)
	}
	large, err := compare.Foresee(pilot, compare.Planned{Scenarios: 20, Persons: 12, Others: 1, Repeats: 8}, .05, .8)
	if err != nil || large.Smallest >= small.Smallest {
		t.Errorf("%v of a larger study, %v of a smaller (%v)", large.Smallest, small.Smallest, err)
	}
	// By hand: 40 independent pairs, t with 39 degrees of freedom, power .8: d = .4545 (Cohen 1988 has .45).
	blind, err := compare.Foresee(study(1, 1, 3, 0, 0), compare.Planned{Scenarios: 1, Persons: 1, Others: 1, Repeats: 40}, .05, .8)
	if err != nil || !blind.Standard || math.Abs(blind.Smallest-.4545) > .003 {
		t.Errorf("%+v (%v)", blind, err)
	}
	if _, err := compare.Foresee(pilot, compare.Planned{Scenarios: 1, Persons: 1, Others: 1, Repeats: 3}, .05, .8); err == nil {
		t.Error("three pairs show something")
	}
}
