package studies_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies"
)

var rated = []string{"a", "b", "c", "d"}

// judgedEpisode is an episode of six turns whose focal role is judged by a method: a place of 0-1 for each dimension and turn, below
// 0 for a missing value. Ranges differ between dimensions.
func judgedEpisode(t *testing.T, repeat int32, method string, place func(turn, dimension int) float64) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s", Repeat: repeat}
	description := &vignettev1.EvaluatorDescription{Name: "j", Method: method, Model: "m"}
	for i, id := range rated {
		description.Dimensions = append(description.Dimensions, &vignettev1.DimensionSpec{Id: id, Min: -float64(i), Max: float64(1 + i), Turn: true})
	}
	state := episode.New(&episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: &vignettev1.Scenario{
		Id: "s", Focal: "x", Stop: &vignettev1.StopRules{MaxTurns: 6}, Roles: []*vignettev1.Role{{Id: "x"}, {Id: "y"}},
		Evaluators: []*vignettev1.EvaluatorUse{{Name: "j", Role: "x"}},
	}, Evaluators: map[string]*vignettev1.EvaluatorDescription{"j": description}})
	events := []*vignettev1.EpisodeEvent{{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: state.Plan().Episode, Cell: cell}}}}
	var scores []*vignettev1.Score
	for turn := range 6 {
		role := "x"
		if turn%2 == 1 {
			role = "y"
		}
		events = append(events, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: int32(turn), Role: role,
			Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Yes."}}}})
		for i, spec := range description.Dimensions {
			if role == "y" {
				continue
			}
			score := &vignettev1.Score{Evaluator: "j", Dimension: spec.GetId(), Role: "x", TurnIndex: proto.Int32(int32(turn)),
				Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}}}
			if p := place(turn, i); p >= 0 {
				score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: spec.GetMin() + p*(spec.GetMax()-spec.GetMin())}}
			}
			scores = append(scores, score)
		}
	}
	events = append(events,
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{}}},
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "j", Role: "x", Scores: scores}}},
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: ok}}})
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// Judges that tell nothing apart are named, by how they do it; honest ones are not, and rules never.
func TestJudgesThatTellNothingApart(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 1))
	level := func() float64 { return float64(luck.IntN(3)) / 2 }
	colluding := func(share float64) func(int, int) float64 {
		var now float64
		var odd bool
		return func(_, dimension int) float64 {
			if dimension == 0 {
				now, odd = level(), luck.Float64() >= share
			}
			if odd && dimension == 3 {
				return 1 - now/2
			}
			return now
		}
	}
	for _, tc := range []struct {
		name, method string
		episodes     int
		place        func(turn, dimension int) float64
		want         string // what the warning about the judge says; empty for none
	}{
		{"all tens", "llm", 5, func(int, int) float64 { return 1 }, "judge j (m) put all 60 of its scores at the top of their ranges"},
		{"all noughts", "llm", 5, func(int, int) float64 { return 0 }, "at the bottom of their ranges"},
		{"all in the middle", "external", 5, func(int, int) float64 { return 0.5 }, "at one place of their ranges (0.5 of the way up)"},
		{"all tens, as far as it answers", "llm", 5, func(_, d int) float64 { return float64(1 - 2*(d%2)) }, "judge j (m) put all 30 of its scores at the top"},
		{"the same in all dimensions", "llm", 5, colluding(1), "judge j (m) gave all dimensions the same place on their ranges in 15 of 15 turns"},
		{"the same in almost all", "llm", 100, colluding(0.95), "gave all dimensions the same place"},
		{"the same in four of five", "llm", 100, colluding(0.8), ""},
		{"honest", "llm", 20, func(int, int) float64 { return level() }, ""},
		{"too few to say", "llm", 1, func(int, int) float64 { return 1 }, ""},
		{"by rules", "builtin", 5, func(int, int) float64 { return 0 }, ""},
		{"refusals", "llm", 5, func(int, int) float64 { return -1 }, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var table studies.Table
			for i := range tc.episodes {
				table.Add(i, judgedEpisode(t, int32(i), tc.method, tc.place))
			}
			var about []string
			for _, warning := range table.Warnings(&vignettev1.Manifest{}) {
				if strings.HasPrefix(warning, "judge ") {
					about = append(about, warning)
				}
			}
			if tc.want == "" && about != nil || tc.want != "" && (len(about) != 1 || !strings.Contains(about[0], tc.want)) {
				t.Errorf("warnings (-want +got):\n%s", cmp.Diff([]string{tc.want}, about))
			}
		})
	}
}

// An honest judge with three labels raises no alarm, whatever its luck.
func TestHonestJudgesRaiseNoAlarm(t *testing.T) {
	alarms := 0
	for seed := range uint64(200) {
		luck := rand.New(rand.NewPCG(seed, 7))
		var table studies.Table
		for i := range 10 {
			table.Add(i, judgedEpisode(t, int32(i), "llm", func(int, int) float64 { return float64(luck.IntN(3)) / 2 }))
		}
		for _, warning := range table.Warnings(&vignettev1.Manifest{}) {
			if strings.HasPrefix(warning, "judge ") {
				alarms++
			}
		}
	}
	t.Logf("%d of 200 honest judges are named", alarms)
	if alarms > 0 {
		t.Errorf("%d false alarms", alarms)
	}
}
