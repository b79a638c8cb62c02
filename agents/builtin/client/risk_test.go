package client

import (
	"slices"
	"strings"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Somebody who would sometimes rather not live may put the question off once. Asked again they say so, asked on they say that there is
// no plan, and however often they are asked they say nothing of how.
func TestDangerIsToldToWhoeverAsksTwice(t *testing.T) {
	card := &vignettev1.RoleCard{
		Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT,
		Persona: &vignettev1.Persona{Id: "p", Name: "Walter", CognitiveModel: &vignettev1.CognitiveModel{
			Situations: []*vignettev1.DiagramSituation{{
				Situation: "My daughter was on the phone about me.", AutomaticThoughts: []string{"They'd all be better off without me."},
			}},
		}},
	}
	putOff := 0
	for seed := range uint64(60) {
		_, turns := session(t, card, seed, "Do you think of killing yourself?", "I ask once more, do you think of killing yourself?",
			"Do you mean to kill yourself?", "Are you safe tonight?")
		if slices.Contains(acts(turns[0]), "withhold") {
			putOff++
		}
		if !slices.Contains(acts(turns[1]), "disclose.risk") {
			t.Errorf("seed %d: asked twice, says %q", seed, turns[1].Action.GetText())
		}
		for i, turn := range turns {
			for _, how := range []string{"pill", "rope", "gun", "knife", "bridge", "jump", "train"} {
				if strings.Contains(strings.ToLower(turn.Action.GetText()), how) {
					t.Errorf("seed %d, turn %d speaks of means: %q", seed, i, turn.Action.GetText())
				}
			}
		}
	}
	if putOff == 0 || putOff == 60 {
		t.Errorf("%d of 60 put it off at first; some should, and some should not", putOff)
	}
}
