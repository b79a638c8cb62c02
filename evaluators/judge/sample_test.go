package judge_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/judge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// drawing answers the n-th draw of a question with the n-th answer; of a question put again with an answer that is none, twice.
func drawing(answers ...string) *model {
	m := &model{}
	m.answer = func(question *vignettev1.CompleteRequest) (*vignettev1.Completion, error) {
		ask := question.GetAccount().GetSample().GetAsk() - 3 // the request's own
		if answer := answers[ask/2]; answer != "" {
			return answering(answer)(question)
		}
		return ending(vignettev1.Outcome_OUTCOME_REFUSED, "")(question)
	}
	return m
}

// labelled is an honest answer but for one skill.
func labelled(skill, label string) string {
	return spoilt(func(r ratings) {
		r.of(skill)["label"], r.of(skill)["confidence"] = label, 0.99
		r.of(skill)["reason"] = "It is " + label + "."
	})
}

func numbered(number float64) string {
	raw, err := json.Marshal(map[string]any{"scores": map[string]any{"warmth": map[string]any{"reason": "r", "quote": "", "number": number, "confidence": 0.5}}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestSampledConfidence(t *testing.T) {
	req := one()
	req.Samples = 5
	m := drawing(labelled("confident", "none"), labelled("confident", "weak"), labelled("confident", "weak"), "", labelled("confident", "not_applicable"))
	scores, err := evaluate(t, judge.DearMan(), m, req)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.asked) != 5 {
		t.Errorf("asked %d times", len(m.asked))
	}
	for _, question := range m.asked {
		if question.GetParameters().GetTemperature() != 1 {
			t.Errorf("drawn at temperature %v", question.GetParameters().GetTemperature())
		}
	}
	got := scores[6]
	if line(got) != "confident turn 2: 0.5 weak" || got.GetConfidence() != 0.4 || got.GetRationale() != "It is weak." {
		t.Errorf("two of five draws say weak: %v", got)
	}
	refused := "the model refused to judge"
	want := []*vignettev1.SampledOutcome{
		{Outcome: &vignettev1.SampledOutcome_Value{Value: &vignettev1.ScoreValue{Label: "none"}}, Count: 1},
		{Outcome: &vignettev1.SampledOutcome_Value{Value: &vignettev1.ScoreValue{Number: 0.5, Label: "weak"}}, Count: 2},
		{Outcome: &vignettev1.SampledOutcome_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED, Detail: refused}}, Count: 1},
		{Outcome: &vignettev1.SampledOutcome_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, Detail: "It is not_applicable."}}, Count: 1},
	}
	if diff := cmp.Diff(want, got.GetSamples(), protocmp.Transform()); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if scores[1].GetConfidence() != 0.8 {
		t.Errorf("four of five agree on express: %v", scores[1].GetConfidence())
	}
}

func TestAbstention(t *testing.T) {
	for _, test := range []struct {
		name  string
		below float64
		draws []string
		want  string // of "confident"
	}{
		{"sure enough", 0.6, []string{labelled("confident", "weak"), labelled("confident", "weak"), labelled("confident", "none")}, "confident turn 2: 0.5 weak"},
		{"too little agreement", 0.7, []string{labelled("confident", "weak"), labelled("confident", "weak"), labelled("confident", "none")},
			"confident turn 2: abstained: weak with confidence 0.67, below the 0.70 that is asked for"},
		{"not sure that it does not apply", 0.7, []string{labelled("confident", "not_applicable"), labelled("confident", "not_applicable"), labelled("confident", "none")},
			"confident turn 2: abstained: does not apply with confidence 0.67, below the 0.70 that is asked for"},
		{"a tie goes to the first", 0, []string{labelled("confident", "strong"), labelled("confident", "none")}, "confident turn 2: 1 strong"},
		{"most refuse", 0.9, []string{"", labelled("confident", "weak"), ""}, "confident turn 2: refused: the model refused to judge"},
		{"half refuse", 0, []string{labelled("confident", "weak"), ""}, "confident turn 2: refused: the model refused to judge"},
		{"asked once, by what it says", 0.995, []string{labelled("confident", "weak")}, "confident turn 2: abstained: weak with confidence 0.99, below the 0.99 that is asked for"},
	} {
		t.Run(test.name, func(t *testing.T) {
			req := one()
			req.Samples, req.AbstainBelow = int32(len(test.draws)), test.below
			scores, err := evaluate(t, judge.DearMan(), drawing(test.draws...), req)
			if err != nil {
				t.Fatal(err)
			}
			got := scores[6]
			if diff := cmp.Diff(test.want, line(got)); diff != "" {
				t.Error(diff)
			}
			if got.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_ABSTAINED && (got.Confidence == nil || len(got.GetSamples()) == 0 || len(got.GetSpans()) > 0) {
				t.Errorf("what was abstained from is not on record, or counts: %v", got)
			}
		})
	}
}

// What was abstained from in a turn enters no episode.
func TestAbstentionReachesTheEpisode(t *testing.T) {
	req := request()
	req.AbstainBelow = 0.9
	scores, err := evaluate(t, judge.Empathy(), &model{answer: answering(`{"scores": {` +
		`"emotional_reactions": {"reason": "r", "quote": "", "label": "none", "confidence": 0.95},` +
		`"interpretations": {"reason": "i", "quote": "", "label": "none", "confidence": 0.5},` +
		`"explorations": {"reason": "e", "quote": "", "label": "none", "confidence": 0.95}}}`)}, req)
	if err != nil {
		t.Fatal(err)
	}
	for _, score := range scores {
		unsure := score.GetDimension() == "empathy.interpretations"
		if score.TurnIndex == nil && (score.GetValue() == nil) != unsure {
			t.Errorf("%s: %v", score.GetDimension(), line(score))
		}
	}
}

// Whatever is drawn, the number is in the range and among or between those drawn, and confidence is 1 exactly where all agree.
func TestSampledNumbers(t *testing.T) {
	family := judge.Family{Description: &vignettev1.EvaluatorDescription{Dimensions: []*vignettev1.DimensionSpec{{Id: "d.warmth", Min: -5, Max: 5, Turn: true}}}}
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.Float64Range(-5, 5), 2, 6).Draw(t, "numbers")
		var answers []string
		low, high := math.Inf(1), math.Inf(-1)
		for _, number := range numbers {
			answers = append(answers, numbered(number))
			low, high = min(low, number), max(high, number)
		}
		req := one()
		req.Samples = int32(len(numbers))
		response, err := evaluators.NewService("d", "dev", judge.New(family, drawing(answers...))).Evaluate(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		scores := response.GetScores()
		got, sure := scores[0].GetValue().GetNumber(), scores[0].GetConfidence()
		wrong := high == low && sure < 1-1e-12 || high > low+1e-6 && sure == 1 // what lies between is rounding
		if got < low-1e-9 || got > high+1e-9 || sure < 0 || sure > 1 || wrong {
			t.Fatalf("%v of %v with confidence %v", got, numbers, sure)
		}
	})
	req := one()
	req.Samples = 2
	scores, err := evaluate(t, family, drawing(numbered(-5), numbered(5)), req)
	if err != nil || scores[0].GetValue().GetNumber() != 0 || scores[0].GetConfidence() != 0 {
		t.Errorf("half at either end: %v %v", scores, err)
	}
}
