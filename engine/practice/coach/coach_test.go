package coach_test

import (
	"strings"
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

// A hint follows what was said last: nothing is asked for again after a yes, and nothing offered before somebody has said no.
func TestHintsFollowTheTalk(t *testing.T) {
	objective := &vignettev1.Objective{
		Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Request: "I'd like to borrow the van on Saturday.",
		Facts: []string{"My desk is still at my mother's.", "It takes an hour to drive there and back."}, Feelings: []string{"I feel awkward about asking twice."},
		Benefits: []string{"You'd have your hall free of my boxes."}, Compromises: []string{"I could fill up the tank.", "I could go on Sunday, when you need no van."},
	}
	const request = "I'd like to borrow the van on Saturday."
	for _, c := range []struct {
		name     string
		mine     []string
		asked    bool
		heard    string
		standing vignettev1.Standing
		skill    string
		starter  string
	}{
		{"nobody has spoken", nil, false, "", 0, "dear_man.describe", "My desk is still at my mother's. I'd like to borrow the van on Saturday."},
		{"asked what it is about", []string{"My desk is still at my mother's."}, false, "So what do you want?", vignettev1.Standing_STANDING_QUESTIONED, "dear_man.assert", request},
		{"a question", []string{request}, true, "How long will the drive take?", vignettev1.Standing_STANDING_QUESTIONED, "dear_man.describe", "It takes an hour to drive there and back."},
		{"a worry that an offer meets", []string{request}, true, "The tank is never full when it comes back.", vignettev1.Standing_STANDING_OBJECTED, "dear_man.negotiate", "I could fill up the tank."},
		{"a worry that a gain meets", []string{request}, true, "I have no room in my hall with all those boxes.", vignettev1.Standing_STANDING_OBJECTED, "dear_man.reinforce", "You'd have your hall free of my boxes."},
		{"a no", []string{request}, true, "No, I need it.", vignettev1.Standing_STANDING_REFUSED, "dear_man.negotiate", "I could go on Sunday, when you need no van."},
		{"a no to all of it", []string{request, "I could fill up the tank.", "I could go on Sunday, when you need no van.", "You'd have your hall free of my boxes."}, true, "No.", vignettev1.Standing_STANDING_REFUSED, "dear_man.mindful", request},
		{"an offer", []string{request}, true, "I could drive you on Sunday.", vignettev1.Standing_STANDING_OFFERED, "dear_man.negotiate", "I could fill up the tank."},
		{"listens", []string{request}, true, "I see.", vignettev1.Standing_STANDING_ASKED, "dear_man.describe", "My desk is still at my mother's."},
		{"listens, facts are told", []string{request, "My desk is still at my mother's."}, true, "I see.", vignettev1.Standing_STANDING_ASKED, "dear_man.express", "I feel awkward about asking twice."},
		{"a yes", []string{request}, true, "All right, let's do it.", vignettev1.Standing_STANDING_AGREED, "dear_man.reinforce",
			"Thank you, that means a lot to me. So that we both have it the same way, shall we say once more what we have agreed?"},
	} {
		hint := coach.HintSpeaker(coach.Request{Objective: objective, Mine: c.mine, Asked: c.asked, Partner: "Ann", Heard: c.heard, Standing: c.standing})
		if hint.GetNext().GetSkill() != c.skill || hint.GetStarter() != c.starter || hint.GetNext().GetTitle() == "" || hint.GetNext().GetWhy() == "" {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, hint.GetNext(), hint.GetStarter(), c.skill, c.starter)
		}
	}
}

// After a yes feedback asks for nothing more, and before a no it does not miss an offer.
func TestFeedbackFollowsTheTalk(t *testing.T) {
	scores := []*vignettev1.Score{
		{Evaluator: "dear-man", Dimension: "dear_man.negotiate", Suggestion: "I could fill up the tank.", Rationale: "Nothing is offered.", Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 0}}},
		{Evaluator: "dear-man", Dimension: "dear_man.express", Rationale: "No feeling is named.", Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 0}}},
	}
	for standing, want := range map[vignettev1.Standing]string{
		vignettev1.Standing_STANDING_QUESTIONED: "dear_man.express", vignettev1.Standing_STANDING_UNASKED: "dear_man.express",
		vignettev1.Standing_STANDING_REFUSED: "dear_man.negotiate", vignettev1.Standing_STANDING_UNSPECIFIED: "dear_man.negotiate", vignettev1.Standing_STANDING_AGREED: "dear_man.reinforce",
	} {
		f := coach.Feedback(coach.Moment{Skills: vignettev1.SkillSet_SKILL_SET_DEAR_MAN, Text: "And then?", Partner: "Ann", Heard: "Well.", Standing: standing, Scores: scores, Specs: map[string]*vignettev1.DimensionSpec{}})
		if f.GetNext().GetSkill() != want {
			t.Errorf("%s: next is %s, want %s", standing, f.GetNext().GetSkill(), want)
		}
	}
	agreed := coach.Feedback(coach.Moment{Skills: vignettev1.SkillSet_SKILL_SET_DEAR_MAN, Text: "Thank you, that helps me a lot.", Partner: "Ann", Heard: "Fine.", Standing: vignettev1.Standing_STANDING_AGREED, Scores: scores, Specs: map[string]*vignettev1.DimensionSpec{}})
	if agreed.GetNext() != nil || !strings.Contains(agreed.GetReason(), "You thanked them") {
		t.Errorf("after thanks for a yes: %q, next %v", agreed.GetReason(), agreed.GetNext())
	}
}
