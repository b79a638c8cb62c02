// Package emotion measures what a role felt, read from the mental states it committed, and says where those come from:
// with rule-based minds the numbers are the truth of the simulation, with a language model they are its self-report. What was
// appraised beside a report is another thing, and is not scored here.
package emotion

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is the name the evaluator is hosted under.
const Name = "emotion"

// Dimensions of this evaluator.
const (
	// FeltDistress is the distress a role felt in a turn of its own, SUDS 0-100.
	FeltDistress = "emotion.felt_distress"
	// DistressChange is the distress at the last turn in which a role told it less that at the first, -100 to 100: negative
	// is relief.
	DistressChange = "emotion.distress_change"
)

const suds = "Subjective Units of Distress, Wolpe (1969), The Practice of Behavior Therapy"

// Evaluator reads emotions from mental states.
type Evaluator struct{}

// New returns the evaluator.
func New() Evaluator { return Evaluator{} }

// Describe says what it measures: private states are all it needs.
func (Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method:  "builtin",
		Version: "1",
		Needs:   []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES},
		Summary: "What a role felt, from the mental states it committed",
		Dimensions: []*vignettev1.DimensionSpec{
			{
				Id: FeltDistress, Title: "Felt distress", Min: 0, Max: 100, Turn: true, Source: suds,
				Definition: "Distress the role felt when it took the turn, 0 (none) to 100 (the worst imaginable), as its mental state has it.",
			},
			{
				Id: DistressChange, Title: "Distress change", Min: -100, Max: 100, Episode: true, Source: suds,
				Definition: "Felt distress at the last turn in which the role told it, less that at the first. Negative is relief. " +
					"Distress may rise while pain is disclosed, so a rise alone is no failure.",
			},
		},
	}
}

// Evaluate reads the felt distress of the role.
func (Evaluator) Evaluate(_ context.Context, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	var scores, felt []*vignettev1.Score
	for _, turn := range request.GetTurns() {
		if turn.GetRole() != request.GetRole() || (request.TurnIndex != nil && turn.GetIndex() != request.GetTurnIndex()) {
			continue
		}
		score := feltDistress(turn.GetIndex(), stateAt(request, turn.GetIndex()))
		scores = append(scores, score)
		if score.GetValue() != nil {
			felt = append(felt, score)
		}
	}
	if request.TurnIndex == nil {
		scores = append(scores, distressChange(felt))
	}
	return scores, nil
}

func feltDistress(index int32, state *vignettev1.MentalState) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: FeltDistress, TurnIndex: proto.Int32(index)}
	if state == nil || state.Distress == nil {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "the role told no distress in this turn")
		return score
	}
	score.Outcome = evaluators.Value(state.GetDistress())
	score.Rationale = evaluators.SourceOf(state)
	return score
}

// distressChange needs two moments to compare.
func distressChange(felt []*vignettev1.Score) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: DistressChange}
	if len(felt) < 2 {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA,
			fmt.Sprintf("distress is known for %d turns; a change needs two", len(felt)))
		return score
	}
	first, last := felt[0].GetValue().GetNumber(), felt[len(felt)-1].GetValue().GetNumber()
	score.Outcome = evaluators.Value(last - first)
	score.Rationale = fmt.Sprintf("From %.1f to %.1f, %s.", first, last, felt[len(felt)-1].GetRationale())
	return score
}

func stateAt(request *vignettev1.EvaluateRequest, index int32) *vignettev1.MentalState {
	i := slices.IndexFunc(request.GetPrivateTurns(), func(t *vignettev1.PrivateTurn) bool { return t.GetIndex() == index })
	if i < 0 {
		return nil
	}
	return request.GetPrivateTurns()[i].GetMentalState()
}
