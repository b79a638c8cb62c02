package projection_test

import (
	"testing"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What an episode asks after it has failed and been taken up again is another draw, and not asked again.
func TestAskedAgain(t *testing.T) {
	const failure = episode.AsksPerFailure
	for ask, want := range map[int32]int{0: 0, 1: 1, 2: 1, failure: 0, failure + 1: 1, 2 * failure: 0, 2*failure + 3: 1} {
		var spent projection.Spent
		spent.Add(&vignettev1.ModelCall{Account: &vignettev1.ModelAccount{Sample: &vignettev1.ModelSample{Ask: ask}}})
		if spent.Again != want {
			t.Errorf("question number %d counts as asked again %d times, want %d", ask, spent.Again, want)
		}
	}
}
