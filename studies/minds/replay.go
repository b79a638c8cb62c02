package minds

import (
	"context"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// replay says given lines in their order, and nothing when there are no more. It is the laboratory's own; an agent that replays
// transcripts of any origin may take its place.
func replay(lines []labelled) utter {
	return func(_ context.Context, obs *vignettev1.Observation) (string, []byte, error) {
		if n := spoken(obs); n < len(lines) {
			return lines[n].text, nil, nil
		}
		return "", nil, nil
	}
}
