package counselor

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

// stage is how far a conversation has come.
type stage uint8

const (
	opening stage = iota
	exploring
	deepening
	closing
	ending
)

// Shares of a conversation. Chosen: half for getting to know, most of the rest for meaning and change.
const (
	exploringShare = 0.45
	unknownTurns   = 12
)

// stageOf says what stage a counselor's next turn is in, from how often it has spoken and how often it still will.
func stageOf(obs *vignettev1.Observation, spoken int) stage {
	present := 1
	for _, other := range obs.GetOthers() {
		if !other.GetLeft() {
			present++
		}
	}
	present = max(present, 2)
	left := int(obs.GetTurnsLeft())
	if left == 0 {
		left = unknownTurns * present
	}
	mine := (left + present - 1) / present
	done := float64(spoken) / float64(spoken+mine)
	switch {
	case mine <= 1 && spoken > 0:
		return ending
	case mine == 2 && spoken > 2:
		return closing
	case spoken == 0:
		return opening
	case done < exploringShare:
		return exploring
	}
	return deepening
}
