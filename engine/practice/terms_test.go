package practice

import (
	"fmt"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	none    = vignettev1.HelpLevel_HELP_LEVEL_NONE
	after   = vignettev1.HelpLevel_HELP_LEVEL_AFTER
	request = vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST
	atOnce  = vignettev1.HelpLevel_HELP_LEVEL_LIVE
	drafts  = vignettev1.HelpLevel_HELP_LEVEL_CO_DRAFTING
)

// Help is what was asked for, less what exam, arm and mastery take away.
func TestGiven(t *testing.T) {
	simulation := vignettev1.StudyArm_STUDY_ARM_SIMULATION
	for _, c := range []struct {
		practice *vignettev1.Practice
		mastery  float64
		want     vignettev1.HelpLevel
	}{
		{&vignettev1.Practice{Help: drafts}, -1, drafts},
		{&vignettev1.Practice{Help: drafts}, 0.59, drafts},
		{&vignettev1.Practice{Help: drafts}, 0.6, atOnce},
		{&vignettev1.Practice{Help: drafts}, 0.8, request},
		{&vignettev1.Practice{Help: request}, 0.9, after},
		{&vignettev1.Practice{Help: after}, 0.9, after},
		{&vignettev1.Practice{Help: none}, 0.9, none},
		{&vignettev1.Practice{Help: atOnce, Exam: true}, -1, after},
		{&vignettev1.Practice{Help: none, Exam: true}, -1, none},
		{&vignettev1.Practice{Help: drafts, Arm: simulation}, -1, none},
	} {
		got, why := given(c.practice, c.mastery)
		if got != c.want || (why == "") != (got == c.practice.GetHelp()) {
			t.Errorf("%v with mastery %v: %s (%q), want %s", c.practice, c.mastery, got, why, c.want)
		}
	}
}

// Arms are drawn about half and half, and whoever comes again gets the same.
func TestDrawArm(t *testing.T) {
	feedback := 0
	const n = 2000
	for i := range n {
		name := fmt.Sprintf("trainee-%d", i)
		arm := drawArm(name, 7)
		if arm != drawArm(name, 7) {
			t.Fatalf("%s gets another arm the second time", name)
		}
		if arm == vignettev1.StudyArm_STUDY_ARM_FEEDBACK {
			feedback++
		}
	}
	if feedback < n*45/100 || feedback > n*55/100 { // 4.5 standard deviations
		t.Errorf("%d of %d get feedback", feedback, n)
	}
}
