package evaluators

import (
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Value is the outcome of a score that has a number, on the dimension's declared range.
func Value(number float64) *vignettev1.Score_Value {
	return &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number}}
}

// Without is the outcome of a score that has none, and why.
func Without(reason vignettev1.MissingReason, detail string) *vignettev1.Score_Missing {
	return &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason, Detail: detail}}
}

// SourceOf says in words where a mental state comes from. Every score that rests on one says it.
func SourceOf(state *vignettev1.MentalState) string {
	switch state.GetSource() {
	case vignettev1.StateSource_STATE_SOURCE_COMPUTED:
		return "computed by the simulation"
	case vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED:
		return "as a language model reported about itself"
	case vignettev1.StateSource_STATE_SOURCE_READ:
		return "as a language model read it from the conversation"
	case vignettev1.StateSource_STATE_SOURCE_HUMAN_REPORTED:
		return "as a person reported"
	default:
		return "of unknown source"
	}
}

// Everywhere is a score without a value for everything that is asked of a dimension: turns of the role, and the episode.
func Everywhere(req *vignettev1.EvaluateRequest, spec *vignettev1.DimensionSpec, why *vignettev1.Score_Missing) []*vignettev1.Score {
	var out []*vignettev1.Score
	if spec.GetTurn() {
		for _, index := range Asked(req) {
			out = append(out, &vignettev1.Score{Dimension: spec.GetId(), TurnIndex: proto.Int32(index), Outcome: why})
		}
	}
	if spec.GetEpisode() && req.TurnIndex == nil {
		out = append(out, &vignettev1.Score{Dimension: spec.GetId(), Outcome: why})
	}
	return out
}

// Asked are the indexes of the turns that a request wants scored: the one it names, or all of the role.
func Asked(req *vignettev1.EvaluateRequest) []int32 {
	if req.TurnIndex != nil {
		return []int32{req.GetTurnIndex()}
	}
	return turnsOf(req, req.GetRole())
}
