package emotion

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const suds = "Subjective Units of Distress, Wolpe (1969), The Practice of Behavior Therapy"

// feltDimensions are those that are read from mental states.
func feltDimensions() []*vignettev1.DimensionSpec {
	return []*vignettev1.DimensionSpec{
		{
			Id: FeltDistress, Title: "Felt distress", Min: 0, Max: 100, Turn: true, Source: suds,
			Definition: "Distress the role felt when it took the turn, 0 (none) to 100 (the worst imaginable), as its mental state has it.",
		},
		{
			Id: DistressChange, Title: "Distress change", Min: -100, Max: 100, Episode: true, Source: suds,
			Definition: "Felt distress at the last turn in which the role told it, less that at the first. Negative is relief. " +
				"Distress may rise while pain is disclosed, so a rise alone is no failure.",
		},
	}
}

// felt reads the distress of the role from its mental states.
func felt(request *vignettev1.EvaluateRequest) []*vignettev1.Score {
	var scores, known []*vignettev1.Score
	for _, turn := range turnsOf(request) {
		score := feltDistress(turn.GetIndex(), stateAt(request, turn.GetIndex()))
		scores = append(scores, score)
		if score.GetValue() != nil {
			known = append(known, score)
		}
	}
	if request.TurnIndex == nil {
		scores = append(scores, distressChange(known))
	}
	return scores
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
func distressChange(known []*vignettev1.Score) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: DistressChange}
	if len(known) < 2 {
		score.Outcome = evaluators.Without(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA,
			fmt.Sprintf("distress is known for %d turns; a change needs two", len(known)))
		return score
	}
	first, last := known[0].GetValue().GetNumber(), known[len(known)-1].GetValue().GetNumber()
	score.Outcome = evaluators.Value(last - first)
	score.Rationale = fmt.Sprintf("From %.1f to %.1f, %s.", first, last, known[len(known)-1].GetRationale())
	return score
}

func stateAt(request *vignettev1.EvaluateRequest, index int32) *vignettev1.MentalState {
	i := slices.IndexFunc(request.GetPrivateTurns(), func(t *vignettev1.PrivateTurn) bool { return t.GetIndex() == index })
	if i < 0 {
		return nil
	}
	return request.GetPrivateTurns()[i].GetMentalState()
}
