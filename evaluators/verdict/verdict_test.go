package verdict_test

import (
	"fmt"
	"math"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

var description = &vignettev1.EvaluatorDescription{
	Name: "judge", Method: "llm", Model: "m", Version: "2",
	Dimensions: []*vignettev1.DimensionSpec{
		{Id: "both", Min: 0, Max: 1, Labels: []string{"none", "strong"}, Turn: true, Episode: true},
		{Id: "turn", Min: -1, Max: 1, Turn: true},
		{Id: "whole", Min: 0, Max: 10, Episode: true},
	},
}

func valued(dimension string, turn *int32, number float64, label string) *vignettev1.Score {
	return &vignettev1.Score{Dimension: dimension, TurnIndex: turn, Outcome: &vignettev1.Score_Value{
		Value: &vignettev1.ScoreValue{Number: number, Label: label},
	}}
}

// Whatever a judge answers, everything asked for has exactly one verdict, and no number outside a range gets in.
func TestSettleLosesNothingAndLetsNothingIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var answer []*vignettev1.Score
		for i := range rapid.IntRange(0, 20).Draw(t, "scores") {
			dimension := rapid.SampledFrom([]string{"both", "turn", "whole", "invented"}).Draw(t, "dimension")
			var turn *int32
			if rapid.Bool().Draw(t, "of a turn") {
				turn = proto.Int32(int32(rapid.IntRange(0, 6).Draw(t, "turn")))
			}
			number := rapid.OneOf(rapid.Float64Range(-2, 12), rapid.Just(math.NaN()), rapid.Just(1727.0)).Draw(t, "number")
			score := valued(dimension, turn, number, rapid.SampledFrom([]string{"", "none", "excellent"}).Draw(t, "label"))
			if i%5 == 4 {
				score.Outcome = nil
			}
			answer = append(answer, score)
		}
		question := verdict.Question{Episode: "e", Role: "r", Turns: []int32{1, 3, 5}, Whole: rapid.Bool().Draw(t, "whole")}
		got := verdict.Settle(description, question, answer)

		ids := map[string]bool{}
		targets := map[string]int{}
		values := 0
		for _, score := range got {
			if ids[score.GetId()] {
				t.Fatalf("two scores have the id %q", score.GetId())
			}
			ids[score.GetId()] = true
			targets[fmt.Sprint(score.GetDimension(), score.TurnIndex != nil, score.GetTurnIndex())]++
			if score.GetValue() != nil {
				values++
				checkAllowed(t, score)
			} else if score.GetMissing().GetReason() == 0 {
				t.Fatalf("%s has neither a value nor a reason", score.GetId())
			}
		}
		for _, want := range wanted(question) {
			if targets[want] == 0 {
				t.Fatalf("%s has no verdict", want)
			}
		}
		if values > len(answer) {
			t.Fatalf("%d values of %d answers", values, len(answer))
		}
	})
}

func checkAllowed(t *rapid.T, score *vignettev1.Score) {
	for _, spec := range description.GetDimensions() {
		if spec.GetId() == score.GetDimension() {
			if wrong := verdict.Wrong(spec, score.GetValue()); wrong != "" {
				t.Fatalf("%s got in: %s", score.GetId(), wrong)
			}
			return
		}
	}
	t.Fatalf("a value of the undeclared dimension %q got in", score.GetDimension())
}

func wanted(question verdict.Question) []string {
	var out []string
	for _, turn := range question.Turns {
		out = append(out, fmt.Sprint("both", true, turn), fmt.Sprint("turn", true, turn))
	}
	if question.Whole {
		out = append(out, fmt.Sprint("both", false, 0), fmt.Sprint("whole", false, 0))
	}
	return out
}

func TestSettleNamesWhatIsWrong(t *testing.T) {
	question := verdict.Question{Episode: "e", Role: "r", Whole: true}
	for _, tc := range []struct {
		name   string
		answer []*vignettev1.Score
		want   vignettev1.MissingReason
		detail string
	}{
		{"nothing", nil, vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED, "the evaluator left it out"},
		{"1727 on 0 to 10", []*vignettev1.Score{valued("whole", nil, 1727, "")},
			vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "1727 is outside the declared range 0 to 10"},
		{"no outcome", []*vignettev1.Score{{Dimension: "whole"}},
			vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "neither a value nor a reason"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, score := range verdict.Settle(description, question, tc.answer) {
				if score.GetDimension() != "whole" {
					continue
				}
				if got := score.GetMissing(); got.GetReason() != tc.want || got.GetDetail() != tc.detail {
					t.Errorf("got %v, want %s: %s", score.GetOutcome(), tc.want, tc.detail)
				}
				if score.GetEvaluator() != "judge" || score.GetProvenance().GetModel() != "m" {
					t.Errorf("the score does not say who made it: %v", score)
				}
			}
		})
	}
}

// A judge that is told which model to ask says which it was; nobody else's word on who scored counts.
func TestSettleSaysWhichModelJudged(t *testing.T) {
	score := valued("whole", nil, 3, "")
	score.Provenance = &vignettev1.Provenance{Agent: "x", Mind: "x", Model: "asked/for", Version: "x", PromptHash: "abc"}
	for _, got := range verdict.Settle(description, verdict.Question{Episode: "e", Role: "r", Whole: true}, []*vignettev1.Score{score}) {
		want := &vignettev1.Provenance{Agent: "judge", Mind: "llm", Model: "m", Version: "2"}
		if got.GetDimension() == "whole" {
			want.Model, want.PromptHash = "asked/for", "abc"
		}
		if !proto.Equal(got.GetProvenance(), want) {
			t.Errorf("%s is signed %v, want %v", got.GetDimension(), got.GetProvenance(), want)
		}
	}
}
