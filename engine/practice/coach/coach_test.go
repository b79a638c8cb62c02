package coach_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/practice/coach"
	"github.com/vignette-sim/vignette/internal/language"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// coded is what an evaluator of codes says of some words.
func coded(text string, labels map[string]string) []*vignettev1.Score {
	score := &vignettev1.Score{Evaluator: "mi", Dimension: "mi.misc", Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(len(labels))}}}
	for quote, label := range labels {
		span, _ := language.Find(text, quote)
		score.Spans = append(score.Spans, &vignettev1.CodedSpan{Code: "mi.misc", Label: label, Span: &vignettev1.Span{Start: int32(span.Start), End: int32(span.End), Quote: span.Quote}})
	}
	return []*vignettev1.Score{score}
}

// A helper's words are reworded by what is wrong with them, in the helper's own sentences.
func TestHelpersAreReworded(t *testing.T) {
	const heard = "Well, I can't sleep since the school trip."
	for name, c := range map[string]struct {
		said   string
		labels map[string]string
		skill  string
		want   string
	}{
		"advice unasked": {
			"You should drink less coffee.", map[string]string{"You should drink less coffee": "ADW"}, "mi.advise_with_permission",
			"It sounds like you can't sleep since the school trip. Would it be all right if I shared a thought? Some people find that it helps to drink less coffee. What do you make of that?",
		},
		"confrontation": {
			"That's just an excuse. I want to help you.", map[string]string{"That's just an excuse": "CO"}, "mi.complex_reflection",
			"It sounds like you can't sleep since the school trip. I want to help you. How do you see it yourself?",
		},
		"several questions": {
			"Do you lie awake? What goes through your mind then?", nil, "mi.open_question", "What goes through your mind then?",
		},
		"nothing taken up": {
			"What else?", map[string]string{"What else?": "OQ"}, "mi.complex_reflection", "It sounds like you can't sleep since the school trip. What else?",
		},
		"a closed question after a reflection": {
			"You lie awake. Did you tell anybody?", map[string]string{"You lie awake": "CR", "Did you tell anybody?": "CQ"}, "mi.open_question",
			"You lie awake. What can you tell me about whether you told anybody?",
		},
		"a reflection that adds something": {"You lie awake, and nobody knows.", map[string]string{"You lie awake, and nobody knows": "CR"}, "mi.affirm", ""},
	} {
		f := coach.Feedback(coach.Moment{
			Skills: vignettev1.SkillSet_SKILL_SET_MI, Index: 3, Text: c.said, Partner: "Kim", Heard: heard, Scores: coded(c.said, c.labels),
			Specs: map[string]*vignettev1.DimensionSpec{},
		})
		if f.GetRewording() != c.want || f.GetNext().GetSkill() != c.skill {
			t.Errorf("%s: next %s, reworded as %q; want %s, %q", name, f.GetNext().GetSkill(), f.GetRewording(), c.skill, c.want)
		}
		if f.GetReason() == "" {
			t.Errorf("%s: no reason", name)
		}
	}
}

// For speakers the evaluator's own suggestion is taken, with its reason; the least sure of what is said is how sure it is.
func TestSpeakersTakeTheSuggestion(t *testing.T) {
	level := func(dimension string, number, sure float64, suggestion string) *vignettev1.Score {
		return &vignettev1.Score{
			Dimension: dimension, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number}}, Confidence: proto.Float64(sure),
			Rationale: "The speaker's own feeling is not named.", Suggestion: suggestion,
		}
	}
	f := coach.Feedback(coach.Moment{
		Skills: vignettev1.SkillSet_SKILL_SET_DEAR_MAN, Text: "I'd like to go.", Partner: "Gwen", Heard: "What is it?",
		Scores: []*vignettev1.Score{level("dear_man.assert", 1, 0.9, ""), level("dear_man.describe", 0, 0.7, ""), level("dear_man.express", 0, 0.6, "I feel torn. I'd like to go.")},
		Specs:  map[string]*vignettev1.DimensionSpec{"dear_man.express": {Title: "Express", Max: 1}, "dear_man.assert": {Title: "Assert", Max: 1}},
	})
	if f.GetRewording() != "I feel torn. I'd like to go." || f.GetNext().GetSkill() != "dear_man.express" || f.GetConfidence() != 0.6 {
		t.Errorf("feedback %v", f)
	}
	if want := "Gwen had said “What is it?” Express: Your own feeling is not named."; f.GetReason() != want {
		t.Errorf("reason %q, want %q", f.GetReason(), want)
	}
	if len(f.GetSkills()) != 1 || f.GetSkills()[0].GetTitle() != "Assert" {
		t.Errorf("skills %v; want the one that is there", f.GetSkills())
	}
}

// A helper who asks about suicide is credited, with the words.
func TestAskingAboutRiskIsCredited(t *testing.T) {
	const said = "That sounds heavy. Are you thinking about killing yourself?"
	f := coach.Feedback(coach.Moment{Skills: vignettev1.SkillSet_SKILL_SET_SUPPORT, Text: said, Partner: "Kim", Heard: "It makes no sense any more.", Specs: map[string]*vignettev1.DimensionSpec{}})
	if len(f.GetSkills()) != 1 || f.GetSkills()[0].GetSkill() != "risk.asked" || f.GetSkills()[0].GetSpans()[0].GetQuote() != "Are you thinking about killing yourself?" {
		t.Errorf("skills %v", f.GetSkills())
	}
}
