package planning_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func intake() *vignettev1.Scenario {
	s := &vignettev1.Scenario{
		Id: "intake", Focal: "helper", Stop: &vignettev1.StopRules{MaxTurns: 4},
		Roles: []*vignettev1.Role{
			{Id: "helper", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Persona: &vignettev1.Persona{Id: "pa", Name: "Ada"}},
			{Id: "ruth", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "pb", Name: "Ruth"}},
		},
		Evaluators: []*vignettev1.EvaluatorUse{{Name: "emotion", Role: "ruth"}},
	}
	scenarios.Normalize(s)
	return s
}

func TestParseModels(t *testing.T) {
	all := func(model string) map[string]string {
		return map[string]string{"persona": model, "client": model, "counselor": model, "evaluator": model}
	}
	for _, test := range []struct {
		spec string
		want map[string]string
		err  string
	}{
		{"", nil, ""},
		{"builtin", all("builtin"), ""},
		{"gpt-4o-mini", all("gpt-4o-mini"), ""},
		{"local/org/model-7b", all("local/org/model-7b"), ""},
		{"client=a, counselor=b/c", map[string]string{"client": "a", "counselor": "b/c"}, ""},
		{"ruth=a,client=b,emotion=c", map[string]string{"ruth": "a", "client": "b", "emotion": "c"}, ""},
		{"client=", nil, "the model is missing"},
		{"client=a,client=b", nil, "has two models"},
		{"a,client=b", nil, "says not for whom"},
		{"cleint=a", nil, "no kind, role or evaluator here; there is: persona, client, counselor, evaluator, emotion, helper, ruth"},
	} {
		got, err := planning.ParseModels(test.spec, []*vignettev1.Scenario{intake()})
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: err = %v, want %q", test.spec, err, test.err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" && err == nil {
			t.Errorf("%q, -want +got:\n%s", test.spec, diff)
		}
	}
}

func TestCast(t *testing.T) {
	type played struct{ Agent, Model string }
	for _, test := range []struct {
		name         string
		models       map[string]string
		change       func(helper, ruth *vignettev1.Role)
		helper, ruth played
	}{
		{"by rules", nil, nil, played{"builtin-counselor", ""}, played{"builtin-client", ""}},
		{"by kind", map[string]string{"client": "m"}, nil, played{"builtin-counselor", ""}, played{"llm-client", "m"}},
		{"a role beats its kind", map[string]string{"client": "m", "ruth": "n"}, nil, played{"builtin-counselor", ""}, played{"llm-client", "n"}},
		{"builtin is no model", map[string]string{"client": "m", "ruth": "builtin"}, nil, played{"builtin-counselor", ""}, played{"builtin-client", ""}},
		{"the scenario beats the run", map[string]string{"client": "m"}, func(_, ruth *vignettev1.Role) {
			ruth.Policy = &vignettev1.Policy{Model: "builtin"}
		}, played{"builtin-counselor", ""}, played{"builtin-client", "builtin"}},
		{"somebody else's agent", map[string]string{"client": "m"}, func(_, ruth *vignettev1.Role) { ruth.Agent = "mine" },
			played{"builtin-counselor", ""}, played{"mine", "m"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario := intake()
			if test.change != nil {
				test.change(scenario.GetRoles()[0], scenario.GetRoles()[1])
			}
			got := resolve(t, &vignettev1.Manifest{Run: "r", Repeats: 1, Models: test.models, Scenarios: []*vignettev1.Scenario{scenario}}, 0)
			for i, want := range []played{test.helper, test.ruth} {
				role := got.GetRoles()[i]
				if diff := cmp.Diff(want, played{role.GetAgent(), role.GetPolicy().GetModel()}); diff != "" {
					t.Errorf("role %s, -want +got:\n%s", role.GetId(), diff)
				}
			}
		})
	}
}

// A factor can put a model behind a role, and rules in another level.
func TestCastFactor(t *testing.T) {
	m := &vignettev1.Manifest{Run: "r", Repeats: 1, Scenarios: []*vignettev1.Scenario{intake()}, Factors: []*vignettev1.Factor{{
		Role: "helper", Field: "policy.model",
		Levels: []*vignettev1.Level{{Name: "builtin", Value: structpb.NewStringValue("builtin")}, {Name: "m", Value: structpb.NewStringValue("m")}},
	}}}
	for i, want := range []string{"builtin-counselor", "llm-counselor"} {
		if got := resolve(t, m, i).GetRoles()[0].GetAgent(); got != want {
			t.Errorf("level %d is played by %s, want %s", i, got, want)
		}
	}
	if got := planning.Models(resolve(t, m, 1)); !cmp.Equal(got, []string{"m"}) {
		t.Errorf("models %v", got)
	}
}

func resolve(t *testing.T, m *vignettev1.Manifest, i int) *vignettev1.Scenario {
	t.Helper()
	planner, err := planning.New(m)
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := planner.Scenario(i)
	if err != nil {
		t.Fatal(err)
	}
	return scenario
}

func TestEvaluatorAgent(t *testing.T) {
	for _, test := range []struct{ name, model, want string }{
		{"dear-man", "", "dear-man"}, {"dear-man", "builtin", "dear-man"}, {"dear-man", "m", "llm-dear-man"}, {"llm-dear-man", "m", "llm-dear-man"},
	} {
		if got := planning.EvaluatorAgent(&vignettev1.EvaluatorUse{Name: test.name, Model: test.model}); got != test.want {
			t.Errorf("%s with %q is asked at %s, want %s", test.name, test.model, got, test.want)
		}
	}
}
