package client

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestPerceive(t *testing.T) {
	for words, want := range map[string]string{
		"You lost your job, and now you stay in bed. What was that like for you?": "question.open reflection",
		"You should get up earlier. Did you sleep?":                               "question.closed advice",
		"It's your own fault.": "confrontation",
		"":                     "",
	} {
		got := strings.Join(Perceive(words, "I lost my job in June. I stay in bed."), " ")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", words, diff)
		}
	}
}

// What a deaf client hears depends on its luck and not on what is said; but it knows a goodbye.
func TestDeaf(t *testing.T) {
	obs := hearing("I lost my job in June.", "You lost your job, and you feel ashamed.")
	other := hearing("I lost my job in June.", "It's your own fault.")
	seen := map[bool]int{}
	for luck := range uint64(400) {
		for _, o := range []*vignettev1.Observation{obs, other} {
			o.Chance = &vignettev1.Chance{Turn: luck}
		}
		a := mishear(listen(obs, 1, ground{}), obs)
		b := mishear(listen(other, 1, ground{}), other)
		if diff := cmp.Diff(a, b, cmp.AllowUnexported(heard{})); diff != "" {
			t.Fatalf("two things said, one luck (-first +second):\n%s", diff)
		}
		seen[a.reflected]++
	}
	if share := float64(seen[true]) / 400; share < oftenReflected-0.08 || share > oftenReflected+0.08 {
		t.Errorf("reflections are heard in %.2f of turns, want about %.2f", share, oftenReflected)
	}
	bye := hearing("I lost my job in June.", "Our time is almost up. See you next time.")
	if h := mishear(listen(bye, 1, ground{}), bye); !h.farewell || !h.closing {
		t.Error("a deaf client misses the goodbye")
	}
}
