package studies_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

// played is an episode of a cell that got the given reward; NaN is a missing one, validity as given.
func played(t *testing.T, level string, repeat int32, reward float64, validity vignettev1.Validity) *episode.State {
	t.Helper()
	return playedCell(t, &vignettev1.Cell{Scenario: "s", Repeat: repeat, Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: level}}}, reward, validity)
}

// playedCell is an episode of a cell that came to a reward, NaN for none.
func playedCell(t *testing.T, cell *vignettev1.Cell, reward float64, validity vignettev1.Validity) *episode.State {
	t.Helper()
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: &vignettev1.Scenario{
		Id: cell.GetScenario(), Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 1}, Roles: []*vignettev1.Role{{Id: "a"}, {Id: "b"}},
	}}
	state := episode.New(plan)
	score := &vignettev1.Score{Evaluator: "e", Dimension: "d", Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE}}}
	gets := &vignettev1.Reward{Role: "a", Outcome: &vignettev1.Reward_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED}}}
	if !math.IsNaN(reward) {
		gets.Outcome = &vignettev1.Reward_Value{Value: reward}
		score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: reward}}
	}
	for i, event := range []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}},
		{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{}}},
		{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "a", Scores: []*vignettev1.Score{score}}}},
		{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: validity, Rewards: []*vignettev1.Reward{gets}}}},
	} {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

const (
	ok      = vignettev1.Validity_VALIDITY_OK
	invalid = vignettev1.Validity_VALIDITY_EMPTY
)

// Invalid episodes are counted and left out of the means, missing rewards are counted and not zero, and the order in
// which episodes end changes nothing.
func TestTable(t *testing.T) {
	missing := math.NaN()
	episodes := []*episode.State{
		played(t, "0.2", 0, -0.5, ok), played(t, "0.2", 1, -0.1, ok), played(t, "0.2", 2, 1, invalid),
		played(t, "0.9", 0, 0.5, ok), played(t, "0.9", 1, missing, ok), played(t, "0.9", 2, 0.9, ok),
	}
	var forward, backward studies.Table
	for i, state := range episodes {
		forward.Add(i, state)
		backward.Add(len(episodes)-1-i, episodes[len(episodes)-1-i])
	}
	if diff := cmp.Diff(forward.Groups(), backward.Groups()); diff != "" {
		t.Errorf("the order in which episodes end changes the table:\n%s", diff)
	}
	type row struct {
		Level               string
		Started, Valid      int
		Mean                float64
		N, Missing, DimensN int
		Interval            bool
	}
	var got []row
	for _, g := range forward.Groups() {
		got = append(got, row{g.Factors[1].Level, g.Started, g.Valid, math.Round(*g.Reward.Mean*1e9) / 1e9, g.Reward.N, g.Reward.Missing, g.Dimensions[0].N, g.Reward.CI95 != nil})
	}
	want := []row{{"0.2", 3, 2, -0.3, 2, 0, 2, false}, {"0.9", 3, 3, 0.7, 2, 1, 2, false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table, -want +got:\n%s", diff)
	}
}

// A dimension scored for two roles has two columns, and what an evaluator says twice counts once.
func TestColumnsKeepRolesApart(t *testing.T) {
	cell := &vignettev1.Cell{Scenario: "s"}
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell,
		Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 1}, Roles: []*vignettev1.Role{{Id: "a"}, {Id: "b"}},
			Evaluators: []*vignettev1.EvaluatorUse{{Name: "e", Role: "b"}, {Name: "e", Role: "a"}},
		},
		Evaluators: map[string]*vignettev1.EvaluatorDescription{"e": {Name: "e", Dimensions: []*vignettev1.DimensionSpec{{Id: "d"}}}},
	}
	score := func(role string, number float64) *vignettev1.Score {
		return &vignettev1.Score{Evaluator: "e", Dimension: "d", Role: role, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number}}}
	}
	surplus := score("a", 0)
	surplus.Outcome = &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER}}
	state := episode.New(plan)
	for i, event := range []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}},
		{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{}}},
		{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "b", Scores: []*vignettev1.Score{score("b", 0.1)}}}},
		{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "a", Scores: []*vignettev1.Score{score("a", 0.9), surplus}}}},
		{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: ok}}},
	} {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	var table studies.Table
	table.Add(0, state)
	group := table.Groups()[0]
	for column, want := range map[string]float64{"d": 0.9, "d of b by e": 0.1} {
		if got := group.Dimension(column); got.Mean == nil || *got.Mean != want {
			t.Errorf("column %q: %v, want %v", column, got.Mean, want)
		}
	}
}

// An interval needs some episodes and some spread.
func TestInterval(t *testing.T) {
	for _, tc := range []struct {
		rewards []float64
		want    bool
	}{
		{[]float64{0.1, 0.2, 0.3, 0.4}, false},
		{[]float64{0.1, 0.2, 0.3, 0.4, 0.5}, true},
		{[]float64{0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, false},
	} {
		var table studies.Table
		for i, reward := range tc.rewards {
			table.Add(i, played(t, "0.2", int32(i), reward, ok))
		}
		if got := table.Groups()[0].Reward.CI95; (got != nil) != tc.want {
			t.Errorf("rewards %v: interval %v, want one: %v", tc.rewards, got, tc.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	var table studies.Table
	table.Add(0, played(t, "0.2", 0, 0.5, ok))
	table.Add(1, played(t, "0.2", 1, 0.5, ok))
	table.Add(2, played(t, "0.2", 2, 0.5, invalid))
	manifest := &vignettev1.Manifest{
		Repeats: 3,
		Scenarios: []*vignettev1.Scenario{{Id: "s", Roles: []*vignettev1.Role{
			{Id: "c", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "mute"}},
			{Id: "d", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "tells", Memories: []*vignettev1.Memory{{Id: "m"}}}},
		}}},
		Factors: []*vignettev1.Factor{{Role: "focal", Field: "policy.skill", Levels: []*vignettev1.Level{{Name: "0.2"}}}},
		Agents:  []*vignettev1.AgentDescription{{Name: "client", Model: "m"}},
		Evaluators: []*vignettev1.EvaluatorDescription{
			{Name: "judge", Model: "m"}, {Name: "rules"},
		},
	}
	want := []string{
		"1 of 3 episodes of s focal.policy.skill=0.2: empty; left out of its means",
		"the reward is 0.5 in all 2 episodes: it tells nothing apart",
		"d is 0.5 in all 2 episodes: it has no variance",
		"focal.policy.skill has one level (0.2): it is declared a factor and never varied",
		"there are groups of fewer than 5 valid episodes: no interval is shown for them; add --repeats",
		"s: client \"mute\" has neither memories nor a cognitive_model, so there is nothing to tell or to read",
		"evaluator judge and agent client are the same model (m): it judges itself",
	}
	if diff := cmp.Diff(want, table.Warnings(manifest)); diff != "" {
		t.Errorf("warnings, -want +got:\n%s", diff)
	}
}

// Labels without an order and sets of codes have no mean, so they have no column.
func TestTableLeavesOutWhatHasNoMean(t *testing.T) {
	for scale, columns := range map[vignettev1.Scale]int{
		vignettev1.Scale_SCALE_UNSPECIFIED: 1, vignettev1.Scale_SCALE_ORDINAL: 1, vignettev1.Scale_SCALE_NUMBER: 1,
		vignettev1.Scale_SCALE_NOMINAL: 0, vignettev1.Scale_SCALE_CODES: 0,
	} {
		state := played(t, "0.2", 0, 0.5, ok)
		state.Plan().Evaluators = map[string]*vignettev1.EvaluatorDescription{
			"e": {Dimensions: []*vignettev1.DimensionSpec{{Id: "d", Max: 1, Turn: true, Scale: scale}}},
		}
		var table studies.Table
		table.Add(0, state)
		if got := len(table.Groups()[0].Dimensions); got != columns {
			t.Errorf("%v has %d columns, want %d", scale, got, columns)
		}
	}
}
