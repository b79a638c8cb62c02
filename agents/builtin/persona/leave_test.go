package persona_test

import (
	"slices"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Whoever is threatened and insulted again and again gets up and leaves; one sharp word is borne.
func TestAbuseDrivesAPartnerAway(t *testing.T) {
	abuse := []string{
		"Give me the day off or you'll be sorry.", "You're an idiot, and you always were.", "This is your fault, you never listen.",
		"Shut up and say yes, you selfish liar.", "If you say no, I'll make your life hell.", "You're pathetic. You never do anything for anybody.",
		"You always do this. It's your fault that I'm like this.", "Say yes or I'll tell everybody about you.",
	}
	for name, tc := range map[string]struct {
		say    func(n int) string
		leaves bool
	}{
		"abuse": {func(n int) string { return abuse[n%len(abuse)] }, true},
		"a sharp word": {func(n int) string {
			return []string{"You never listen.", "I'd like to leave at two on Thursdays.", "My mother has dialysis at three."}[min(n, 2)]
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			left := 0
			const seeds = 10
			for seed := range uint64(seeds) {
				scenario := library(t, "ask-for-leave")
				n := -1
				st := play(t, scenario, seed, map[string]func(*stage) string{scenario.GetFocal(): func(*stage) string { n++; return tc.say(n) }})
				for _, turn := range st.turns {
					walks := slices.ContainsFunc(turn.GetActs(), func(a *vignettev1.IntendedAct) bool { return a.GetAct() == "partner.walk_out" })
					if !walks {
						continue
					}
					left++
					if turn.GetAction().GetKind() != vignettev1.ActionKind_ACTION_KIND_LEAVE || turn.GetAction().GetText() == "" {
						t.Errorf("seed %d: a walk-out is the action %v", seed, turn.GetAction())
					}
				}
			}
			if tc.leaves && left < seeds*8/10 || !tc.leaves && left > 0 {
				t.Errorf("%d of %d partners left, leaving is expected: %v", left, seeds, tc.leaves)
			}
		})
	}
}
