package debrief_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/debrief"
)

// What is known is on the page, what is not is said to be missing, and markup is text.
func TestWrite(t *testing.T) {
	point := func(turn int32, distress float64) *vignettev1.EmotionPoint {
		return &vignettev1.EmotionPoint{TurnIndex: turn, Role: "client", State: &vignettev1.MentalState{Distress: &distress}}
	}
	report := &vignettev1.PracticeReport{
		Session: &vignettev1.PracticeSession{
			Session: "s", Title: "<b>Title</b>", Practice: &vignettev1.Practice{}, Measures: []*vignettev1.Measures{{Moment: vignettev1.PracticeMoment_PRACTICE_MOMENT_AFTER, SelfEfficacy: proto.Float64(40)}},
			Turns: []*vignettev1.PracticeTurn{{Mine: true, Action: &vignettev1.Action{Text: "<script>alert(1)</script>\x1b[2J"}}},
		},
		Curve:   []*vignettev1.EmotionPoint{point(1, 20), point(3, 60), point(5, 40)},
		Profile: []*vignettev1.SkillProfile{{Title: "Assert", Value: 0.5, N: 1}},
		LeftOut: []string{"Something is left out."},
	}
	var page strings.Builder
	if err := debrief.Write(&page, report); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"&lt;b&gt;Title", "&lt;script&gt;", "not said", "<td class=\"n\">40</td>", "none</td>", "Something is left out.", "polyline", "at last 0.40"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	for _, not := range []string{"<script", "\x1b", "dashed"} {
		if strings.Contains(page.String(), not) {
			t.Errorf("%q is on the page", not)
		}
	}
	report.Curve = report.GetCurve()[:1]
	page.Reset()
	if err := debrief.Write(&page, report); err != nil || strings.Contains(page.String(), "<svg") {
		t.Errorf("one point makes a curve, or: %v", err)
	}
}
