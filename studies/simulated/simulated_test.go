package simulated_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/stats"
	"github.com/vignette-sim/vignette/studies/simulated"
)

var mixed = stats.Components{Rows: .03, Columns: .03, Cells: .01, Repeats: .12}

var worlds = []simulated.World{
	{Name: "12 scenarios x 8 persons x 3", Scenarios: 12, Persons: 8, Repeats: 3, Truth: mixed, Lost: .05, LostLevel: .2},
	{Name: "24 x 12 x 2", Scenarios: 24, Persons: 12, Repeats: 2, Truth: mixed, Lost: .05, LostLevel: .2},
	{Name: "6 x 6 x 4", Scenarios: 6, Persons: 6, Repeats: 4, Truth: mixed, Lost: .05, LostLevel: .2},
	{Name: "12 scenarios x 5", Scenarios: 12, Persons: 1, Repeats: 5, Truth: stats.Components{Rows: .03, Repeats: .12}, Lost: .05, LostLevel: .2},
	{Name: "9 scenarios x 5", Scenarios: 9, Persons: 1, Repeats: 5, Truth: stats.Components{Rows: .03, Repeats: .05}, Lost: .05, LostLevel: .2},
	{Name: "1 scenario x 40", Scenarios: 1, Persons: 1, Repeats: 40, Truth: stats.Components{Repeats: .12}, Lost: .05, LostLevel: .2},
	{Name: "5 scenarios x 5, the fewest", Scenarios: 5, Persons: 1, Repeats: 5, Truth: stats.Components{Rows: .03, Repeats: .12}, Lost: .05, LostLevel: .2, Bent: true},
	{Name: "12 x 8 x 3, all alike", Scenarios: 12, Persons: 8, Repeats: 3, Truth: stats.Components{Repeats: .12}, Lost: .05, LostLevel: .2, Bent: true},
	{Name: "24 x 12 x 2, skewed", Scenarios: 24, Persons: 12, Repeats: 2, Truth: mixed, Lost: .05, LostLevel: .2, Skewed: true, Bent: true},
	{Name: "12 x 8 x 3, low values go missing", Scenarios: 12, Persons: 8, Repeats: 3, Truth: mixed, Lost: .05, LostLevel: .5, Worst: true, Bent: true},
}

// within is how far a share of so many studies may be from where it belongs by chance: three standard errors.
func within(share float64, studies int) float64 {
	return 3 * math.Sqrt(share*(1-share)/float64(studies))
}

// hold says where a result of a world that breaks nothing is not as promised: 4 to 6% of false alarms, 94 to 96% of coverage (crossed designs
// may be on the safe side by a point), power as forecast, each give or take the chance that so many studies leave.
func hold(t *testing.T, r simulated.Result) {
	t.Helper()
	between := func(what string, got, low, high float64) {
		t.Helper()
		if got < low-within(low, r.Studies) || got > high+within(high, r.Studies) {
			t.Errorf("%s: %s is %.3f, promised %.2f to %.2f", r.Name, what, got, low, high)
		}
	}
	between("type I error", r.TypeI, .04, .06)
	between("coverage", r.Coverage, .94, .96)
	between("power", r.Power, .77, .83)
	between("wrong equivalence", r.WronglyEquivalent, 0, .06)
	between("coverage of bounds", r.Bounded, .95, 1)
	between("what could not be said", r.Undefined, 0, .001)
}

// A small and seeded look at each world. The long one makes the table of docs/studies.md.
func TestWorlds(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates studies")
	}
	for i, w := range worlds {
		if w.Bent || i == 1 {
			continue
		}
		r, err := w.Look(100, 3)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, r)
	}
}

// Worlds that break what the statistics rest on: what the bounds promise holds all the same, and what is left over valid pairs does not.
func TestTheLowGoMissing(t *testing.T) {
	r, err := worlds[len(worlds)-1].Look(100, 3)
	if err != nil {
		t.Fatal(err)
	}
	if r.Bounded < .98 || r.TypeI < .08 {
		t.Errorf("bounds hold %.2f, false alarms %.2f: %+v", r.Bounded, r.TypeI, r)
	}
}

func TestLong(t *testing.T) {
	if os.Getenv("VIGNETTE_STUDIES") == "" {
		t.Skip("2,000 studies of each kind (or of some, by [NAME]): VIGNETTE_STUDIES=1 go test ./studies/simulated -run Long -v -timeout 60m")
	}
	t.Log("| study | false alarms, % | coverage, % | smallest effect | found, % | wrongly equivalent, % | held by bounds, % |")
	for _, w := range worlds {
		if wanted := os.Getenv("VIGNETTE_STUDIES"); wanted != "1" && !strings.Contains(wanted, "["+w.Name+"]") {
			continue
		}
		r, err := w.Look(2000, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !w.Bent {
			hold(t, r)
		}
		t.Logf("| %s | %.1f | %.1f | %.2f | %.1f | %.1f | %.1f |", r.Name, 100*r.TypeI, 100*r.Coverage, r.Effect, 100*r.Power, 100*r.WronglyEquivalent, 100*r.Bounded)
	}
}
