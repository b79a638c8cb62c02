package design_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/design"
)

// One thing at a time: all first levels, each other level with the others at their first, and blocks crossed with all of it; each cell is
// found again by its number.
func TestOneThingAtATime(t *testing.T) {
	s := talk(t, "s", "coach", "client", "")
	factors := []*vignettev1.Factor{vary(t, "focal.policy.skill=0,1", s), vary(t, "client.goal=A,B,C", s), vary(t, "setting=Here,There", s)}
	study := &vignettev1.Study{Design: vignettev1.StudyDesign_STUDY_DESIGN_PAIRED}
	for i, f := range factors {
		study.Factors = append(study.Factors, &vignettev1.StudyFactor{Role: f.Role, Field: f.Field, Levels: f.Levels, Block: i == 2})
	}
	m := &vignettev1.Manifest{Repeats: 2, Scenarios: []*vignettev1.Scenario{s}, Factors: factors, Study: study}
	d := plan(t, m)
	var got []string
	for i, c := range d.Cells() {
		if _, err := design.Resolve(m, d.Cell(i)); err != nil {
			t.Fatal(err)
		}
		if c.Repeat == 0 {
			got = append(got, coordinates(c))
		}
	}
	var want []string
	for _, levels := range []string{"skill=0 client.goal=A", "skill=0 client.goal=B", "skill=0 client.goal=C", "skill=1 client.goal=A"} {
		for _, place := range []string{"Here", "There"} {
			want = append(want, "s focal.policy."+levels+" setting="+place+" 0")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || d.Len() != 16 {
		t.Errorf("%d episodes; cells (-want +got):\n%s", d.Len(), diff)
	}
	study.Design = vignettev1.StudyDesign_STUDY_DESIGN_FULL_FACTORIAL
	if full := plan(t, m); full.Len() != 24 {
		t.Errorf("all combinations are %d episodes, want 24", full.Len())
	}
}
