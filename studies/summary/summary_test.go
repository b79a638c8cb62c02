package summary_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/report"
	"github.com/vignette-sim/vignette/studies/summary"
)

// design is a run of two scenarios at two levels.
func design(t *testing.T, repeats int32) *planning.Planner {
	t.Helper()
	m := &vignettev1.Manifest{Run: "r1", Seed: 4, Repeats: repeats, ProgramVersion: "test",
		Factors: []*vignettev1.Factor{{Role: "focal", Field: "policy.skill", Levels: []*vignettev1.Level{
			{Name: "low", Value: structpb.NewNumberValue(0.2)}, {Name: "high", Value: structpb.NewNumberValue(0.9)}}}}}
	for _, id := range []string{"one", "two"} {
		s := &vignettev1.Scenario{Id: id, Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 4}, Roles: []*vignettev1.Role{
			{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pa", Name: "Alex"}},
			{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pb", Name: "Alex"}},
		}}
		scenarios.Normalize(s)
		m.Scenarios = append(m.Scenarios, s)
	}
	planner, err := planning.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return planner
}

// figured draws what may have become of an episode: anything may be missing, and numbers are often alike.
func figured(t *rapid.T, planner *planning.Planner, place int) *vignettev1.EpisodeFigures {
	number := func(name string) *float64 {
		if rapid.IntRange(0, 4).Draw(t, name+" is missing") == 0 {
			return nil
		}
		value := float64(rapid.IntRange(-3, 3).Draw(t, name)) / 3
		return &value
	}
	f := &vignettev1.EpisodeFigures{
		Phase: rapid.SampledFrom([]vignettev1.EpisodePhase{vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED, vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED,
			vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED, vignettev1.EpisodePhase_EPISODE_PHASE_FAILED, vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED}).Draw(t, "phase"),
		Turns: 4, Times: &vignettev1.EpisodeTimes{Wall: 7, Agents: 3},
	}
	switch f.GetPhase() {
	case vignettev1.EpisodePhase_EPISODE_PHASE_FAILED:
		f.Failure = "gone"
	case vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED:
		f.Validity = vignettev1.Validity_VALIDITY_OK
		f.Client = fmt.Sprint(planner.Cell(place).GetScenario(), planner.Cell(place).GetRepeat())
		f.Rewards = []*vignettev1.RewardFigure{{Role: "a", Focal: true, Value: number("reward")}}
		f.Columns = []*vignettev1.ColumnFigure{{Column: "x.y", Value: number("x.y")}, {Column: "x.z", Inapplicable: true}}
		if fell := number("distress change"); fell != nil {
			f.Outcomes = []*vignettev1.OutcomeFigure{{Kind: "distress_change", Value: *fell, Source: "computed"}}
			f.Distress, f.DistressTold = []float64{60, 60 + *fell}, []int32{1, 1}
		}
		f.ReportedTurns, f.ReportedDistance = 2, 5
	}
	return f
}

// through sends something through JSON.
func through[T any](t *rapid.T, in T) (out T) {
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// What is kept of a run is what it came to, to the last digit and the last thing that is missing, in whatever order episodes ended.
func TestSummariesAndReportsCanBeKept(t *testing.T) {
	planner := design(t, 6)
	rapid.Check(t, func(t *rapid.T) {
		numbers, page, shuffled := summary.New(planner), report.New(planner.Manifest()), summary.New(planner)
		all := make([]*vignettev1.EpisodeFigures, planner.Len())
		for i := range all {
			all[i] = figured(t, planner, i)
			numbers.AddFigures(i, all[i])
			page.AddFigures(i, planner.Cell(i), all[i])
		}
		for _, i := range rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order"))).Perm(len(all)) {
			shuffled.AddFigures(i, all[i])
		}
		want := numbers.Summary()
		if diff := cmp.Diff(want, through(t, want)); diff != "" {
			t.Errorf("a summary that was kept is another (-made +kept):\n%s", diff)
		}
		if diff := cmp.Diff(want, shuffled.Summary()); diff != "" {
			t.Errorf("a summary hangs on the order in which episodes end:\n%s", diff)
		}
		r := page.Report()
		if diff := cmp.Diff(r, through(t, r)); diff != "" {
			t.Errorf("a report that was kept is another (-made +kept):\n%s", diff)
		}
	})
}
