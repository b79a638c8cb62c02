package utterance

import (
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Score is what a finding comes to as the score of a turn. Words is how many the turn has.
func (f *Finding) Score(dimension string, turn int32, words int) *vignettev1.Score {
	if f.Level == NotApplicable {
		score := Without(dimension, vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, f.Note)
		score.TurnIndex = proto.Int32(turn)
		return score
	}
	return &vignettev1.Score{
		Dimension:  dimension,
		TurnIndex:  proto.Int32(turn),
		Outcome:    &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: f.Level.Number(), Label: f.Level.Label()}},
		Spans:      f.spans(dimension, turn),
		Confidence: proto.Float64(f.Confidence(words)),
		Rationale:  f.Rationale(),
	}
}

func (f *Finding) spans(code string, turn int32) []*vignettev1.CodedSpan {
	spans := make([]*vignettev1.CodedSpan, len(f.Hits))
	for i, h := range f.Hits {
		spans[i] = &vignettev1.CodedSpan{
			TurnIndex: turn,
			Span:      &vignettev1.Span{Start: int32(h.Span.Start), End: int32(h.Span.End), Quote: h.Span.Quote},
			Code:      code,
			Label:     h.Level.Label(),
		}
	}
	return spans
}

// Without is a score of a dimension that has no value, and why.
func Without(dimension string, reason vignettev1.MissingReason, detail string) *vignettev1.Score {
	return &vignettev1.Score{
		Dimension: dimension,
		Outcome:   &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason, Detail: detail}},
	}
}

// Speaks says whether an action has words that were said. The text of a gesture or a deed describes it.
func Speaks(action *vignettev1.Action) bool {
	switch action.GetKind() {
	case vignettev1.ActionKind_ACTION_KIND_SPEAK, vignettev1.ActionKind_ACTION_KIND_LEAVE:
		return action.GetText() != ""
	}
	return false
}
