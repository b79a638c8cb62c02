package web

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What somebody felt is said in words with the numbers beside them; what is not known is not said.
func TestFelt(t *testing.T) {
	calm, hope := vignettev1.Emotion_EMOTION_CALM, vignettev1.Emotion_EMOTION_HOPE
	for _, c := range []struct {
		state *vignettev1.MentalState
		want  string
	}{
		{nil, ""},
		{&vignettev1.MentalState{}, ""},
		{&vignettev1.MentalState{
			Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(23), Trust: proto.Float64(0.5), Willingness: proto.Float64(0.7),
			Felt: []*vignettev1.EmotionIntensity{{Emotion: calm, Intensity: proto.Float64(0.5)}, {Emotion: hope, Intensity: proto.Float64(0.1)}},
		}, "Felt some calm (0.5 of 1); a little distressed (23 of 100); trusts you halfway (0.50 of 1); quite willing (0.70 of 1). Computed by the simulation."},
		{&vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED, Felt: []*vignettev1.EmotionIntensity{{Emotion: hope}}}, "Felt hope. By the model's own account."},
		{&vignettev1.MentalState{Distress: proto.Float64(100)}, "Extremely distressed (100 of 100). "},
	} {
		if got := felt(c.state); got != c.want {
			t.Errorf("felt %q, want %q", got, c.want)
		}
	}
}

// What moved in a partner is said in words; what did not move is said to have stayed.
func TestChanged(t *testing.T) {
	got := changed(&vignettev1.PartnerChange{Distress: proto.Float64(-5), Trust: proto.Float64(0.02), Willingness: proto.Float64(0.001)})
	if want := "became less distressed (-5 of 100), trusted you more (+0.02), was as willing"; got != want {
		t.Errorf("changed: %q, want %q", got, want)
	}
}

// A quote whose words are marked beside it is cut at the end of a word, a short one never.
func TestExcerpt(t *testing.T) {
	for quote, want := range map[string]string{
		"":            "",
		"I feel torn": "I feel torn",
		"Bilal could come in early on Tuesdays, and I could make up the hours": "Bilal could come in early on Tuesdays, and …",
		strings.Repeat("ä", 60): strings.Repeat("ä", longestExcerpt) + " …",
	} {
		if got := excerpt(quote); got != want {
			t.Errorf("%q is cut to %q, want %q", quote, got, want)
		}
	}
}
