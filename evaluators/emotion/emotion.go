// Package emotion measures emotions: those a role felt, read from the mental states it committed, and those it expressed, read
// from its words. The two are kept apart: what is felt need not be shown.
//
// Felt emotions say where they come from: with rule-based minds they are the truth of the simulation, with a language model its
// self-report. What was appraised beside a report is another thing, and is not scored here. Expressed emotions are read by rules
// from English words (package expressed) and brought into three vocabularies by one table (package taxonomy). Neither uses what
// the other knows.
package emotion

import (
	"context"

	"github.com/vignette-sim/vignette/evaluators"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Name is the name the evaluator is hosted under.
const Name = "emotion"

// Version of the rules. It changes whenever a verdict may.
const Version = "rules-2"

// Dimensions of this evaluator.
const (
	// FeltDistress is the distress a role felt in a turn of its own, SUDS 0-100.
	FeltDistress = "emotion.felt_distress"
	// DistressChange is the distress at the last turn in which a role told it less that at the first, -100 to 100: negative
	// is relief.
	DistressChange = "emotion.distress_change"
	// Expressed are the emotions of the clinical vocabulary that a turn expresses, as codes with intensities.
	Expressed = "emotion.expressed"
	// Ekman is the one of Ekman's six that a turn expresses most, or neutral.
	Ekman = "emotion.ekman"
	// GoEmotions are the emotions of GoEmotions that a turn expresses, as codes; neutral where there is none.
	GoEmotions = "emotion.goemotions"
	// Valence is how pleasant what a turn expresses is, -1 to 1.
	Valence = "emotion.valence"
	// Intensity is how strong the strongest emotion is that a turn expresses, 0-1.
	Intensity = "emotion.intensity"
	// Trajectory is by how much the expressed valence rises from one turn of the role to its next, -2 to 2, fitted to all.
	Trajectory = "emotion.trajectory"
)

// Evaluator reads emotions from mental states and from words. The zero value is ready; it is safe for concurrent use.
type Evaluator struct{}

// New returns the evaluator.
func New() Evaluator { return Evaluator{} }

// Describe says what it measures. Felt emotions need mental states; expressed ones do without, in English.
func (Evaluator) Describe() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{
		Method:     "builtin",
		Version:    Version,
		Needs:      []vignettev1.Need{vignettev1.Need_NEED_MENTAL_STATES},
		Summary:    "Emotions felt, from the mental states a role committed, and expressed, from its words by rules (English)",
		Dimensions: append(feltDimensions(), expressedDimensions()...),
	}
}

// Evaluate reads the felt distress of the role, and what its words express.
func (Evaluator) Evaluate(_ context.Context, request *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	return append(felt(request), express(request)...), nil
}

// turnsOf are the turns to be scored: the one asked for, or all of the role.
func turnsOf(request *vignettev1.EvaluateRequest) []*vignettev1.PerceivedTurn {
	var turns []*vignettev1.PerceivedTurn
	for _, turn := range request.GetTurns() {
		if turn.GetRole() == request.GetRole() && (request.TurnIndex == nil || turn.GetIndex() == request.GetTurnIndex()) {
			turns = append(turns, turn)
		}
	}
	return turns
}

// spoken are the words that were said in a turn, "" where none were. The text of a gesture or a deed describes it.
func spoken(action *vignettev1.Action) string {
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return action.GetText()
	}
	return ""
}

// speaks says whether the rules know the language.
func speaks(request *vignettev1.EvaluateRequest) bool {
	return evaluators.Speaks([]string{"en"}, request.GetLanguage())
}
