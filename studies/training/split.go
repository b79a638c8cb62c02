package training

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
)

// Split keeps part of the data apart. It goes by scenario or by persona and never by turn or episode: what was learned on a client's first
// session would be tried on the second.
type Split struct {
	// By is "scenario" or "persona" (those of everybody but the focal role); "" splits nothing.
	By string
	// Test and Validation are the shares that are kept apart, 0-1 together. Whole scenarios or personas are drawn, so that of few the
	// shares are rough.
	Test, Validation float64
	// Seed of the draw.
	Seed uint64
}

func (s Split) check() error {
	switch {
	case s.By != "" && s.By != "scenario" && s.By != "persona":
		return fmt.Errorf("a split goes by scenario or persona, not by %q: turns and episodes of one client would be on both sides", s.By)
	case s.Test < 0 || s.Validation < 0 || s.Test+s.Validation >= 1:
		return fmt.Errorf("the shares kept apart are %g and %g; together they must be at least 0 and below 1", s.Test, s.Validation)
	}
	return nil
}

// of is the split an episode belongs to: "train", "test" or "validation"; "" where nothing is split.
func (s Split) of(state *episode.State) string {
	if s.By == "" {
		return ""
	}
	of := state.Plan().Cell.GetScenario()
	if s.By == "persona" {
		of = personas(state)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%s", s.Seed, of))
	switch draw := float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53); {
	case draw < s.Test:
		return "test"
	case draw < s.Test+s.Validation:
		return "validation"
	}
	return "train"
}
