package reward

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// sources are who gave the scores that a term rests on, for the episode and then turn by turn, each once. Scores without a
// value count too: who failed to score is a source of the reward being missing.
func (c *composer) sources(term *vignettev1.RewardTerm) []*vignettev1.Provenance {
	var out []*vignettev1.Provenance
	add := func(score *vignettev1.Score) {
		from := score.GetProvenance()
		if from == nil || slices.ContainsFunc(out, func(known *vignettev1.Provenance) bool { return same(known, from) }) {
			return
		}
		out = append(out, from)
	}
	for _, at := range addresses(term) {
		add(c.board.find(at, c.role, wholeEpisode))
		turns := c.board[at][c.role]
		for _, turn := range slices.Sorted(maps.Keys(turns)) {
			add(turns[turn])
		}
	}
	return out
}

// same tells whether two scores come from the same; they mostly share the message or its contents.
func same(a, b *vignettev1.Provenance) bool { return a == b || proto.Equal(a, b) }
