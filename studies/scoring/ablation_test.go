package scoring_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/scoring"
)

// of is a score of a turn, or of the episode (turn -1).
func of(dimension string, turn int32, value float64) *vignettev1.Score {
	score := &vignettev1.Score{Dimension: dimension, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: value}}}
	if turn >= 0 {
		score.TurnIndex = proto.Int32(turn)
	}
	return score
}

// What the role says alone keeps its order and shifts by one; what the others say is no matter of the whole.
func TestAblation(t *testing.T) {
	var a scoring.Ablation
	for i, whole := range []float64{1, 2, 3, 4} {
		id := string(rune('a' + i))
		a.Add(description(), id, scoring.Whole, []*vignettev1.Score{of("words", 0, whole), of("words", -1, whole)})
		a.Add(description(), id, scoring.Participant, []*vignettev1.Score{of("words", 0, whole+1), of("words", -1, whole)})
		a.Add(description(), id, scoring.Others, []*vignettev1.Score{{Dimension: "words", TurnIndex: proto.Int32(0),
			Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE}}}, of("words", -1, 5)})
	}
	rows := a.Rows()
	if len(rows) != 2 {
		t.Fatalf("%+v", rows)
	}
	turn, whole := rows[0], rows[1]
	if turn.Per != "turn" || *turn.Whole.Mean != 2.5 || *turn.Participant.Mean != 3.5 || *turn.ParticipantR < .999999 || *turn.ParticipantSame != 0 {
		t.Errorf("turns: %+v", turn)
	}
	if turn.Others.Mean != nil || turn.Others.N != 0 || turn.Others.Inapplicable != 4 || turn.OthersR != nil || turn.OthersSame != nil {
		t.Errorf("turns of others: %+v", turn)
	}
	if whole.Per != "episode" || *whole.ParticipantSame != 1 || whole.OthersR != nil || *whole.OthersSame != 0 || whole.Others.N != 4 {
		t.Errorf("episodes: %+v", whole)
	}
}

func TestViews(t *testing.T) {
	request := talk(t, "Ruth")
	said := func(shown scoring.Shown) (texts []string) {
		for _, turn := range shown.Of(request).GetTurns() {
			texts = append(texts, turn.GetAction().GetText())
		}
		return texts
	}
	if got := said(scoring.Whole); got[0] == "" || got[1] == "" {
		t.Errorf("whole: %q", got)
	}
	if got := said(scoring.Participant); got[0] != "" || got[1] == "" || got[2] != "" {
		t.Errorf("alone: %q", got)
	}
	if got := said(scoring.Others); got[0] == "" || got[1] != "" || got[2] == "" {
		t.Errorf("others: %q", got)
	}
}
