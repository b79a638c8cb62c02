package emotion_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// talk is a conversation in which the client says some lines, each after a counselor's.
func talk(lines ...string) *vignettev1.EvaluateRequest {
	r := &vignettev1.EvaluateRequest{
		Episode: "e", Role: "client", Participants: []*vignettev1.Participant{{Id: "client"}, {Id: "counselor"}},
	}
	for i, text := range lines {
		r.Turns = append(r.Turns, &vignettev1.PerceivedTurn{Index: int32(2 * i), Role: "counselor", Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "That must be awful, you must be furious."}})
		action := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
		if text == "" {
			action.Kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
		r.Turns = append(r.Turns, &vignettev1.PerceivedTurn{Index: int32(2*i + 1), Role: "client", Action: action})
	}
	return r
}

// evaluate asks through the service, which holds scores to what was declared.
func evaluate(t *testing.T, r *vignettev1.EvaluateRequest) []*vignettev1.Score {
	t.Helper()
	response, err := evaluators.NewService(emotion.Name, "test", emotion.New()).Evaluate(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return response.GetScores()
}

func scored(t *testing.T, scores []*vignettev1.Score, dimension string, turn int) *vignettev1.Score {
	t.Helper()
	for _, s := range scores {
		if s.GetDimension() == dimension && (s.TurnIndex == nil && turn < 0 || s.TurnIndex != nil && int(s.GetTurnIndex()) == turn) {
			return s
		}
	}
	t.Fatalf("no score of %s at %d", dimension, turn)
	return nil
}

func labelsOf(s *vignettev1.Score) string {
	var out []string
	for _, span := range s.GetSpans() {
		out = append(out, fmt.Sprintf("%s=%s@%.2f", span.GetLabel(), span.GetSpan().GetQuote(), span.GetIntensity()))
	}
	return strings.Join(out, " ")
}

// What the words of the role express, with the evidence; the other's words are not the role's.
func TestExpressed(t *testing.T) {
	scores := evaluate(t, talk("I'm worried and so lonely.", "The bus was late."))
	clinical := scored(t, scores, emotion.Expressed, 1)
	if got := labelsOf(clinical); clinical.GetValue().GetNumber() != 2 || got != "loneliness=lonely@0.94 anxiety=worried@0.60" {
		t.Errorf("expressed %v: %s", clinical.GetValue(), got)
	}
	ekman := scored(t, scores, emotion.Ekman, 1)
	if ekman.GetValue().GetLabel() != "sadness" || ekman.GetValue().GetNumber() != 4 || ekman.GetConfidence() <= 0 || labelsOf(ekman) != "sadness=lonely@0.94" {
		t.Errorf("ekman %v", ekman)
	}
	if fine := scored(t, scores, emotion.GoEmotions, 1); labelsOf(fine) != "sadness=lonely@0.94" || fine.GetValue().GetNumber() != 1 {
		t.Errorf("goemotions %v", fine)
	}
	if v, i := scored(t, scores, emotion.Valence, 1).GetValue().GetNumber(), scored(t, scores, emotion.Intensity, 1).GetValue().GetNumber(); v > -0.5 || i < 0.9 {
		t.Errorf("valence %v, intensity %v", v, i)
	}
	if why := clinical.GetRationale(); !strings.Contains(why, "loneliness 0.94 (“lonely”)") {
		t.Errorf("rationale %q", why)
	}
	plain := scored(t, scores, emotion.Ekman, 3)
	if fine := scored(t, scores, emotion.GoEmotions, 3); plain.GetValue().GetLabel() != "neutral" || fine.GetSpans()[0].GetLabel() != "neutral" || scored(t, scores, emotion.Expressed, 3).GetValue() == nil {
		t.Errorf("neutral %v, %v", plain, fine)
	}
}

// Words are read without any mental state, and nothing felt is made of them.
func TestFeltIsApart(t *testing.T) {
	scores := evaluate(t, talk("I'm terrified.", "I'm terrified."))
	if felt := scored(t, scores, emotion.FeltDistress, 1); felt.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING {
		t.Errorf("felt distress of words alone: %v", felt)
	}
	if label := scored(t, scores, emotion.Ekman, 1).GetValue().GetLabel(); label != "fear" {
		t.Errorf("ekman %q", label)
	}
}

func TestTrajectory(t *testing.T) {
	for _, test := range []struct {
		name   string
		lines  []string
		reason vignettev1.MissingReason
		sign   int
	}{
		{"up", []string{"I'm miserable.", "It was at nine.", "I'm so happy!"}, 0, 1},
		{"down", []string{"I'm happy.", "", "I'm so depressed."}, 0, -1},
		{"flat", []string{"It is Monday.", "It is Tuesday."}, 0, 0},
		{"one turn with words", []string{"I'm happy.", ""}, vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			score := scored(t, evaluate(t, talk(test.lines...)), emotion.Trajectory, -1)
			n := score.GetValue().GetNumber()
			sign := map[bool]int{true: 1}[n > 0.1] - map[bool]int{true: 1}[n < -0.1]
			if score.GetMissing().GetReason() != test.reason || sign != test.sign || (test.reason == 0) != (score.GetValue() != nil) {
				t.Errorf("%v", score)
			}
		})
	}
}

// What cannot be read is missing for a reason: other languages, turns without words. Felt distress knows no language.
func TestUnread(t *testing.T) {
	german := talk("Ich bin traurig.", "Ich bin froh.")
	german.Language = "de"
	german.PrivateTurns = []*vignettev1.PrivateTurn{{Index: 1, MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: new(float64)}}}
	scores := evaluate(t, german)
	for _, dimension := range []string{emotion.Expressed, emotion.Ekman, emotion.GoEmotions, emotion.Valence, emotion.Intensity} {
		if got := scored(t, scores, dimension, 1).GetMissing().GetReason(); got != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
			t.Errorf("%s in German: %v", dimension, got)
		}
	}
	if got := scored(t, scores, emotion.Trajectory, -1).GetMissing().GetReason(); got != vignettev1.MissingReason_MISSING_REASON_LANGUAGE_NOT_SUPPORTED {
		t.Errorf("trajectory in German: %v", got)
	}
	if felt := scored(t, scores, emotion.FeltDistress, 1); felt.GetValue() == nil {
		t.Errorf("felt distress in German: %v", felt)
	}
	if got := scored(t, evaluate(t, talk("")), emotion.Valence, 1).GetMissing().GetReason(); got != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
		t.Errorf("a silence: %v", got)
	}
}
