package judge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators/judge"
	"github.com/vignette-sim/vignette/evaluators/rubric"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func warmth() *vignettev1.Rubric {
	return &vignettev1.Rubric{Id: "warmth", Title: "Warmth", Guidance: "GUIDANCE is read.", Dimensions: []*vignettev1.RubricDimension{
		{Id: "warmth.level", Definition: "How warm a turn is.", Levels: []*vignettev1.RubricLevel{
			{Label: "none"}, {Label: "some"}, {Label: "much", Description: "Plainly so.", Examples: []string{"I hear you."}}}},
		{Id: "warmth.codes", Definition: "What is done.", Unit: vignettev1.RubricUnit_RUBRIC_UNIT_SPAN,
			Levels: []*vignettev1.RubricLevel{{Label: "feeling"}, {Label: "request"}}},
	}}
}

// verdict answers as a judge would; change spoils it.
func verdict(change func(codes []any) []any) string {
	marks := []any{
		map[string]any{"label": "feeling", "quote": "feel worn out"},
		map[string]any{"label": "request", "quote": "Could you have it repaired by Friday?"},
	}
	raw, err := json.Marshal(map[string]any{"scores": map[string]any{
		"level": map[string]any{"reason": "Says what it is like.", "quote": "feel worn out", "label": "much", "confidence": 0.5},
		"codes": map[string]any{"reason": "A feeling, then a request.", "codes": change(marks), "confidence": 0.5},
	}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func asWritten(marks []any) []any { return marks }

func TestRubricIsRatedByAModel(t *testing.T) {
	m := &model{answer: answering(verdict(asWritten))}
	req := one()
	req.Rubric = warmth()
	response, err := rubric.NewService("dev", judge.ByRubric(m)).Evaluate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	level, coded := response.GetScores()[0], response.GetScores()[1]
	if level.GetValue().GetNumber() != 2 || level.GetValue().GetLabel() != "much" || level.GetEvaluator() != "warmth" {
		t.Errorf("the level is %v", level)
	}
	if coded.GetValue().GetNumber() != 2 || len(coded.GetSpans()) != 2 || coded.GetSpans()[1].GetLabel() != "request" {
		t.Errorf("the codes are %v", coded)
	}
	system := m.asked[0].GetMessages()[0].GetContent()
	for _, want := range []string{"GUIDANCE is read.", "How warm a turn is.", `much: Plainly so. "I hear you."`, "codes: feeling, request"} {
		if !strings.Contains(system, want) {
			t.Errorf("the judge does not read %q:\n%s", want, system)
		}
	}
}

func TestCodesThatDoNotHold(t *testing.T) {
	for name, change := range map[string]func([]any) []any{
		"words nobody said":   func([]any) []any { return []any{map[string]any{"label": "feeling", "quote": "I am happy"}} },
		"a code that is none": func([]any) []any { return []any{map[string]any{"label": "joke", "quote": "feel worn out"}} },
		"null for a list":     func([]any) []any { return nil },
		"a member too many":   func(m []any) []any { m[0].(map[string]any)["sure"] = 1; return m },
	} {
		t.Run(name, func(t *testing.T) {
			req := one()
			req.Rubric = warmth()
			response, err := rubric.NewService("dev", judge.ByRubric(&model{answer: answering(verdict(change))})).Evaluate(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if got := response.GetScores()[1].GetMissing().GetReason(); got != vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER {
				t.Errorf("got %v", response.GetScores()[1])
			}
			if response.GetScores()[0].GetValue() == nil {
				t.Error("the other dimension lost its value")
			}
		})
	}
}

func TestRubricWithoutAModelSaysSo(t *testing.T) {
	service := rubric.NewService("dev", rubric.Unread)
	req := request()
	req.Rubric = warmth()
	response, err := service.Evaluate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(response.GetScores()); n != 6 {
		t.Errorf("%d scores for two dimensions of three turns", n)
	}
	for _, score := range response.GetScores() {
		if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING {
			t.Errorf("%v", score)
		}
	}
	if _, err := service.Evaluate(t.Context(), request()); status.Code(err) != codes.InvalidArgument {
		t.Errorf("a request without a rubric: %v", err)
	}
	if a, b := rubric.Hash(warmth()), rubric.Hash(&vignettev1.Rubric{Id: "warmth"}); a == b || a != rubric.Hash(proto.CloneOf(warmth())) {
		t.Error("the hash does not stand for the rubric")
	}
}

// A checklist's share is counted, and not asked for: yes among what has an answer; what does not apply drops out, what is missing
// leaves no share.
func TestChecklistShare(t *testing.T) {
	levels := []*vignettev1.RubricLevel{{Label: "no"}, {Label: "yes"}}
	list := &vignettev1.Rubric{Id: "list", Checklist: true}
	for _, id := range []string{"list.a", "list.b", "list.c"} {
		list.Dimensions = append(list.Dimensions, &vignettev1.RubricDimension{Id: id, Definition: "Is it?", Unit: vignettev1.RubricUnit_RUBRIC_UNIT_EPISODE, Levels: levels})
	}
	for name, tc := range map[string]struct {
		labels  [3]string
		want    float64
		missing vignettev1.MissingReason
	}{
		"two of three":      {labels: [3]string{"yes", "no", "yes"}, want: 2.0 / 3},
		"one of two":        {labels: [3]string{"yes", "not_applicable", "no"}, want: .5},
		"none":              {labels: [3]string{"no", "no", "no"}},
		"an invented level": {labels: [3]string{"yes", "perhaps", "no"}, missing: vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING},
		"nothing applies":   {labels: [3]string{"not_applicable", "not_applicable", "not_applicable"}, missing: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE},
	} {
		t.Run(name, func(t *testing.T) {
			scores := map[string]any{}
			for i, key := range []string{"a", "b", "c"} {
				scores[key] = map[string]any{"reason": "As said for " + key + ".", "quote": "feel worn out", "label": tc.labels[i], "confidence": 0.5}
			}
			raw, err := json.Marshal(map[string]any{"scores": scores})
			if err != nil {
				t.Fatal(err)
			}
			m := &model{answer: answering(string(raw))}
			req := one()
			req.TurnIndex, req.Rubric = nil, list
			response, err := rubric.NewService("dev", judge.ByRubric(m)).Evaluate(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			last := response.GetScores()[len(response.GetScores())-1]
			if last.GetDimension() != "list.share" || last.GetMissing().GetReason() != tc.missing || tc.missing == 0 && last.GetValue().GetNumber() != tc.want {
				t.Errorf("%v", last)
			}
			if len(m.asked) > 0 && strings.Contains(m.asked[0].GetMessages()[0].GetContent(), "Share of the checklist") {
				t.Error("the model was asked for the share")
			}
		})
	}
}
