package scenarios_test

import (
	"strings"
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestAftermath(t *testing.T) {
	act := func(role, act string) *vignettev1.AftermathCondition {
		return &vignettev1.AftermathCondition{Role: role, Condition: &vignettev1.AftermathCondition_Act{Act: act}}
	}
	after := func(id string) *vignettev1.AftermathCondition {
		return &vignettev1.AftermathCondition{Condition: &vignettev1.AftermathCondition_After{After: id}}
	}
	trust := func(least, most float64) *vignettev1.AftermathCondition {
		return &vignettev1.AftermathCondition{Role: "focal", Condition: &vignettev1.AftermathCondition_State{State: &vignettev1.StateRange{Part: "trust", Least: &least, Most: &most}}}
	}
	for name, c := range map[string]struct {
		edit func(a *vignettev1.Aftermath, partner string)
		want string
	}{
		"as it should be":      {func(*vignettev1.Aftermath, string) {}, ""},
		"somebody else":        {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].Role = "zoe" }, `aftermath.rules[0].role: "zoe" is not the id of a role`},
		"what focal meant":     {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].When[0] = act("focal", "speak") }, `aftermath.rules[0].when[0].role: what the focal role means to do`},
		"nobody's act":         {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].When[0] = act("", "speak") }, `aftermath.rules[0].when[0].role: "" is not the id of a role`},
		"what focal felt":      {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].When[0] = trust(0, 0.5) }, ""},
		"a range turned round": {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].When[0] = trust(0.5, 0) }, `give least, most or both, the least first`},
		"a rule below":         {func(a *vignettev1.Aftermath, _ string) { a.Rules[0].When[0] = after("second") }, `aftermath.rules[0].when[0].after: no rule before this one has the id "second"`},
		"no decision": {func(a *vignettev1.Aftermath, _ string) {
			a.Rules[0].When[0] = &vignettev1.AftermathCondition{Condition: &vignettev1.AftermathCondition_Chosen{Chosen: "none"}}
		}, `aftermath.rules[0].when[0].chosen: "none" is no option of the decision`},
		"the same twice":    {func(a *vignettev1.Aftermath, _ string) { a.Rules[1].Id = "first" }, `two rules have the same id`},
		"days turned round": {func(a *vignettev1.Aftermath, _ string) { a.Rules[1].FromDay, a.Rules[1].ToDay = 4, 2 }, `to_day is before from_day`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := scenarios.Find("share-the-dishes")
			if err != nil {
				t.Fatal(err)
			}
			partner := s.Roles[0].Id
			if partner == s.Focal {
				partner = s.Roles[1].Id
			}
			s.Aftermath = &vignettev1.Aftermath{Rules: []*vignettev1.AftermathRule{
				{Id: "first", Role: "focal", Text: "It happens.", Chance: 1, When: []*vignettev1.AftermathCondition{act(partner, "partner.agree")}},
				{Id: "second", Role: partner, Text: "And then this.", Chance: 0.5, When: []*vignettev1.AftermathCondition{after("first")}},
			}}
			c.edit(s.Aftermath, partner)
			scenarios.Normalize(s)
			got := ""
			if err := scenarios.Validate(s); err != nil {
				got = err.Error()
			}
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
