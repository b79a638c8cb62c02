package coach_test

import (
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/engine/practice/coach"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// scored is a level of a skill, with words quoted for it at levels of their own.
func scored(text, dimension string, number float64, quotes map[string]string) *vignettev1.Score {
	label := map[float64]string{0: "none", 0.5: "weak", 1: "strong"}[number]
	score := &vignettev1.Score{Dimension: dimension, Rationale: "why", Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number, Label: label}}}
	for quote, level := range quotes {
		from := strings.Index(text, quote)
		score.Spans = append(score.Spans, &vignettev1.CodedSpan{Label: level, Span: &vignettev1.Span{Start: int32(from), End: int32(from + len(quote)), Quote: quote}})
	}
	return score
}

// What is marked says what it is marked for: words that show a skill to the end of their clause, words that make it less apart from them, and
// judgements, which come first.
func TestMarks(t *testing.T) {
	labels := []string{"none", "weak", "strong"}
	specs := map[string]*vignettev1.DimensionSpec{}
	for _, id := range []string{"dear_man.describe", "dear_man.assert", "dear_man.reinforce", "dear_man.confident"} {
		specs[id] = &vignettev1.DimensionSpec{Id: id, Max: 1, Labels: labels}
	}
	text := "Sorry, you always forget. I'd like to leave at two, because it's his turn."
	f := coach.Feedback(coach.Moment{
		Skills: vignettev1.SkillSet_SKILL_SET_DEAR_MAN, Text: text, Specs: specs, Standing: vignettev1.Standing_STANDING_OBJECTED,
		Scores: []*vignettev1.Score{
			scored(text, "dear_man.describe", 0, map[string]string{"you always": "none"}),
			scored(text, "dear_man.assert", 1, map[string]string{"I'd like to": "strong"}),
			scored(text, "dear_man.reinforce", 0.5, map[string]string{"it's his": "weak", "I'd like": "none"}),
			scored(text, "dear_man.confident", 0.5, map[string]string{"Sorry": "none"}),
		},
	})
	want := map[string][3]string{ // against, shown by, lessened by
		"dear_man.describe":  {"against", "you always", ""},
		"dear_man.assert":    {"", "I'd like to leave at two", ""},
		"dear_man.reinforce": {"", "it's his turn", ""},
		"dear_man.confident": {"", "", "Sorry"},
	}
	for _, skill := range f.GetSkills() {
		got := [3]string{}
		if skill.GetAgainst() {
			got[0] = "against"
		}
		for i, spans := range [][]*vignettev1.Span{skill.GetSpans(), skill.GetLessening()} {
			for _, span := range spans {
				got[i+1] += span.GetQuote()
				if text[span.GetStart():span.GetEnd()] != span.GetQuote() {
					t.Errorf("%s: %v is not what it quotes", skill.GetSkill(), span)
				}
			}
		}
		if got != want[skill.GetSkill()] {
			t.Errorf("%s: %q, want %q", skill.GetSkill(), got, want[skill.GetSkill()])
		}
		delete(want, skill.GetSkill())
	}
	if len(want) > 0 {
		t.Errorf("not told of: %v", want)
	}
	if f.GetNext().GetSkill() != "dear_man.describe" {
		t.Errorf("next is %q, want what judges mended", f.GetNext().GetSkill())
	}
}
