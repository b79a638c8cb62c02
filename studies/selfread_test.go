package studies_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

// Whoever is asked what another feels and is played by the same model reads itself, whether the run, the role or a level says so.
func TestReadsItself(t *testing.T) {
	warning := []string{"s: helper reads the mind of client, and both are the same model (m): it reads itself"}
	for _, test := range []struct {
		name   string
		models map[string]string
		change func(*vignettev1.Scenario)
		want   []string
	}{
		{"rules", nil, nil, nil},
		{"one model for all", map[string]string{"client": "m", "counselor": "m"}, nil, warning},
		{"two models", map[string]string{"client": "m", "counselor": "n"}, nil, nil},
		{"one is played by rules", map[string]string{"client": "builtin", "counselor": "m"}, nil, nil},
		{"by the role", map[string]string{"client": "m"}, func(s *vignettev1.Scenario) { s.Roles[0].Policy = &vignettev1.Policy{Model: "m"} }, warning},
		{"by a level", map[string]string{"client": "m"}, func(s *vignettev1.Scenario) {
			s.Factors = []*vignettev1.Factor{{Role: "focal", Field: "policy.model", Levels: []*vignettev1.Level{
				{Name: "n", Value: structpb.NewStringValue("n")}, {Name: "m", Value: structpb.NewStringValue("m")}}}}
		}, warning},
		{"nobody is asked", map[string]string{"client": "m", "counselor": "m"}, func(s *vignettev1.Scenario) { s.Probes = nil }, nil},
		{"asked about oneself", map[string]string{"client": "m", "counselor": "m"}, func(s *vignettev1.Scenario) { s.Probes[0].About = "" }, nil},
		{"scored without being asked", map[string]string{"client": "m", "counselor": "m"}, func(s *vignettev1.Scenario) {
			s.Probes, s.Evaluators = nil, []*vignettev1.EvaluatorUse{{Name: "reads"}}
		}, warning},
	} {
		t.Run(test.name, func(t *testing.T) {
			persona := &vignettev1.Persona{Id: "p", Memories: []*vignettev1.Memory{{Id: "m"}}}
			s := &vignettev1.Scenario{
				Id: "s", Focal: "helper", Probes: []*vignettev1.ProbeSpec{{Id: "p", Role: "helper", About: "client"}},
				Roles: []*vignettev1.Role{
					{Id: "helper", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Persona: persona}, {Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: persona},
				},
			}
			if test.change != nil {
				test.change(s)
			}
			manifest := &vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Models: test.models, Evaluators: []*vignettev1.EvaluatorDescription{
				{Name: "reads", Dimensions: []*vignettev1.DimensionSpec{{Id: "tom.distress_error"}}}, {Name: "counts", Dimensions: []*vignettev1.DimensionSpec{{Id: "length"}}},
			}}
			if diff := cmp.Diff(test.want, new(studies.Table).Warnings(manifest)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A dimension that a scenario does not ask for is no column of dashes; one line names all of them.
func TestWhatAppliesNowhereIsNoColumn(t *testing.T) {
	state := played(t, "0.2", 0, 0.5, ok)
	for _, score := range state.Scores() {
		score.TurnIndex = nil
		score.Outcome = &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE}}
	}
	var table studies.Table
	table.Add(0, state)
	if got := table.Groups()[0].Dimensions; len(got) != 0 {
		t.Errorf("columns %v", got)
	}
	var found bool
	for _, warning := range table.Warnings(&vignettev1.Manifest{}) {
		found = found || warning == "applies to no valid episode: d"
	}
	if !found {
		t.Errorf("warnings %q do not name it", table.Warnings(&vignettev1.Manifest{}))
	}
}
