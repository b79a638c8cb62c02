// Package tom measures theory of mind: what one role took another to feel, against what that other did feel.
//
// Both are read from the mental states that were committed before the words, so neither could be fitted to the other
// afterwards. With rule-based minds the felt state is the truth of the simulation; with a language model it is that
// model's self-report, and the score says so. What was appraised beside a report is not what is compared with.
//
// Answers to probes in closed form (what the other feels most, what it believes, what it does next, what it takes one to feel) are
// scored by proper rules; what came of a probe is decided in the package outcome. Where one language model plays both, reading
// the other is reading itself, and the score says that too. Start reading at Evaluate; probes.go scores answers.
package tom

import (
	"context"
	"fmt"
	"math"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is the name the evaluator is hosted under.
const Name = "theory-of-mind"

// DistressError is how far the role's reading of another's distress was from what that other felt when it last spoke,
// 0 (right) to 100 SUDS points.
const DistressError = "tom.distress_error"

// Evaluator compares what roles believe of each other with what is so.
type Evaluator struct{}

// New returns the evaluator.
func New() Evaluator { return Evaluator{} }

// Describe says what it measures, and that it needs what is private to minds for it.
func (Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method:  "builtin",
		Version: "2",
		Needs:   []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES, vignettev1.Need_NEED_INTENDED_ACTS, vignettev1.Need_NEED_PROBES},
		Summary: "What a role took the others to feel, believe and do next, against what they felt, believed and did",
		Dimensions: append([]*vignettev1.DimensionSpec{{
			Id: DistressError, Title: "Error in reading distress", Min: 0, Max: 100, Turn: true, Episode: true,
			Definition: "Absolute difference, in SUDS points, between the distress the role took another to feel and the distress that other " +
				"felt when it last spoke, averaged over the others it has a reading of. The episode's is the mean over its turns. 0 is right. " +
				"Turns before the other has spoken do not apply.",
			Source: "Empathic accuracy as agreement between inferred and reported feeling: Ickes (1997), Empathic Accuracy; " +
				"distress in SUDS: Wolpe (1969), The Practice of Behavior Therapy",
		}}, probeDimensions()...),
	}
}

// Evaluate compares, turn by turn, the role's model of the others with their states, and for an episode its answers to probes with
// what came of them.
func (Evaluator) Evaluate(_ context.Context, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	states := map[int32]*vignettev1.MentalState{}
	for _, turn := range request.GetPrivateTurns() {
		states[turn.GetIndex()] = turn.GetMentalState()
	}
	alike := thinkAlike(request)
	felt := map[string]*vignettev1.MentalState{} // each role's state when it last spoke
	var scores []*vignettev1.Score
	var total, n float64
	for _, turn := range request.GetTurns() {
		state := states[turn.GetIndex()]
		if turn.GetRole() != request.GetRole() {
			felt[turn.GetRole()] = state
			continue
		}
		score := turnScore(turn.GetIndex(), state, felt)
		warn(score, alike)
		if score.GetValue() != nil {
			total, n = total+score.GetValue().GetNumber(), n+1
		}
		if request.TurnIndex == nil || request.GetTurnIndex() == turn.GetIndex() {
			scores = append(scores, score)
		}
	}
	if request.TurnIndex == nil {
		whole := episodeScore(total, n)
		warn(whole, alike)
		scores = append(append(scores, whole), probeScores(request, alike)...)
	}
	return scores, nil
}

// turnScore compares one state's readings of the others with what they felt.
func turnScore(index int32, state *vignettev1.MentalState, felt map[string]*vignettev1.MentalState) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: DistressError, TurnIndex: proto.Int32(index)}
	var total, n float64
	var readings []string
	for _, reading := range state.GetOthers() {
		actual := felt[reading.GetRole()]
		if reading.Distress == nil || actual == nil || actual.Distress == nil {
			continue
		}
		total, n = total+math.Abs(reading.GetDistress()-actual.GetDistress()), n+1
		readings = append(readings, fmt.Sprintf("Took %s to be at %.0f; it was at %.0f, %s.",
			reading.GetRole(), reading.GetDistress(), actual.GetDistress(), evaluators.SourceOf(actual)))
	}
	switch {
	case n > 0:
		score.Outcome = evaluators.Value(total / n)
		score.Rationale = strings.Join(readings, " ")
	case len(felt) == 0:
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "nobody else has spoken yet")
	default:
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"there is no reading of another's distress, or that other told none")
	}
	return score
}

func episodeScore(total, n float64) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: DistressError}
	if n == 0 {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "no turn has a reading that can be compared")
		return score
	}
	score.Outcome = evaluators.Value(total / n)
	score.Rationale = fmt.Sprintf("Off by %.0f SUDS points on average over %.0f turns.", total/n, n)
	return score
}
