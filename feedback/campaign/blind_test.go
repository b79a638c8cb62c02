package campaign

import (
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestNamesAreMasked(t *testing.T) {
	role := func(id, name string, kind vignettev1.AgentKind) *vignettev1.Role {
		return &vignettev1.Role{Id: id, Kind: kind, Persona: &vignettev1.Persona{Name: name}}
	}
	scenario := &vignettev1.Scenario{Roles: []*vignettev1.Role{
		role("a", "Zoë O'Malley", vignettev1.AgentKind_AGENT_KIND_COUNSELOR), role("b", "Al", vignettev1.AgentKind_AGENT_KIND_CLIENT),
	}}
	hide := masker(scenario, labelsOf(scenario))
	for text, want := range map[string]string{
		"Hello, Zoë.":             "Hello, Counselor.",
		"Zoë O'Malley and Al":     "Counselor and Client",
		"Al Al also talks":        "Client Client also talks",
		"O'Malley's also, Al's":   "Counselor's also, Client's",
		"Nobody is called Alfred": "Nobody is called Alfred",
	} {
		if got := hide(text); got != want {
			t.Errorf("%q becomes %q; want %q", text, got, want)
		}
	}
	odd := &vignettev1.Scenario{Roles: []*vignettev1.Role{role("a", "Client", vignettev1.AgentKind_AGENT_KIND_COUNSELOR), role("b", "Person", vignettev1.AgentKind_AGENT_KIND_CLIENT)}}
	if got := masker(odd, labelsOf(odd))("Client met Person"); got != "Counselor met Client" {
		t.Errorf("labels that are names: %q", got)
	}
}
