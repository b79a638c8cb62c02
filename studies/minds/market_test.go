package minds_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/vignette-sim/vignette/studies/minds"
)

// The planted check: foresight follows warmth, hindsight and utility follow honesty, and the more is shown the closer judgements
// are to what a choice was worth.
func TestMarket(t *testing.T) {
	t.Run("own shops", func(t *testing.T) {
		report, err := stage(t).Market(t.Context(), minds.Options{Episodes: 240, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		planted(t, report)
	})
	t.Run("RLHS", func(t *testing.T) {
		dir := os.Getenv("VIGNETTE_TESTDATA")
		if dir == "" {
			dir = filepath.Join("..", "..", "..", "shared", "data")
		}
		name, data, err := minds.ReadMarket(filepath.Join(dir, "rlhs", "rlhs_environments.json"))
		if err != nil {
			t.Skipf("published environments are not here: %v", err)
		}
		report, err := stage(t).MarketOf(t.Context(), name, data, minds.Options{Episodes: 240, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		planted(t, report)
	})
}

func planted(t *testing.T, report *minds.Report) {
	t.Helper()
	effects, arms := table(t, report, "market.effects"), table(t, report, "market.arms")
	above := func(row, column string) {
		if c := cell(t, effects, row, column); c.CI95 == nil || c.CI95.Low <= 0 {
			t.Errorf("%s of %s is %+v; want its interval above zero", column, row, c)
		}
	}
	above("warm less cool", "foresight")
	above("honest less false", "hindsight")
	above("honest less false", "utility")
	value := func(row, column string) float64 { return *cell(t, effects, row, column).Value }
	if value("honest less false", "foresight") > 0 || value("warm less cool", "utility") > 0 || value("warm less cool", "hindsight") >= value("honest less false", "hindsight") {
		t.Error("foresight follows honesty, or utility or hindsight follow warmth")
	}
	last := -1.0
	for _, row := range []string{"none shown", "partial", "full"} {
		c := cell(t, arms, row, "correlation")
		if c.Value == nil || *c.Value <= last {
			t.Fatalf("with %s judgements follow utility by %+v; want more than %v", row, c, last)
		}
		last = *c.Value
	}
}
