package runs_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/internal/stage"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// marker scores all turns of whom it scores, and the whole, by how long its model's name is.
type marker struct {
	vignettev1.UnimplementedEvaluatorServiceServer
	method string
	asked  atomic.Int64
	at     func(asked int64)
}

func (m *marker) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{
		Method: m.method, Dimensions: []*vignettev1.DimensionSpec{{Id: "mark", Turn: true, Episode: true, Min: 0, Max: 10, Scale: vignettev1.Scale_SCALE_NUMBER}},
	}}, nil
}

func (m *marker) Evaluate(_ context.Context, r *vignettev1.EvaluateRequest) (*vignettev1.EvaluateResponse, error) {
	if n := m.asked.Add(1); m.at != nil {
		m.at(n)
	}
	score := &vignettev1.Score{Dimension: "mark", Role: r.GetRole(), TurnIndex: r.TurnIndex, Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: float64(len(r.GetModel()))}}}
	return &vignettev1.EvaluateResponse{Scores: []*vignettev1.Score{score}}, nil
}

// models knows every model.
type models struct {
	vignettev1.UnimplementedModelServiceServer
}

func (models) Resolve(context.Context, *vignettev1.ResolveRequest) (*vignettev1.ResolveResponse, error) {
	return &vignettev1.ResolveResponse{}, nil
}

func judges(paired bool) runs.Design {
	d := design(3)
	scenario := d.Scenarios[0]
	scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: "marks", When: vignettev1.EvaluationTime_EVALUATION_TIME_EACH_TURN}, {Name: "rules-alone"}}
	scenario.Roles[0].Reward = []*vignettev1.RewardTerm{{Evaluator: "marks", Dimension: "mark"}}
	scenarios.Normalize(scenario)
	factor := &vignettev1.Factor{Field: scenarios.JudgeField}
	for _, model := range []string{"builtin", "abc", "abcdefg"} {
		factor.Levels = append(factor.Levels, &vignettev1.Level{Name: model, Value: structpb.NewStringValue(model)})
	}
	d.Factors = []*vignettev1.Factor{factor, d.Factors[0]}
	if paired {
		d.Study = &vignettev1.Study{Id: "s", Question: "?", Design: vignettev1.StudyDesign_STUDY_DESIGN_PAIRED, Factors: []*vignettev1.StudyFactor{
			{Field: scenarios.JudgeField}, {Role: "focal", Field: "policy.skill"},
		}}
	}
	return d
}

func judgedBench(t *testing.T) (*bench, *marker) {
	b, llm := newBench(t), &marker{method: "llm"}
	b.stage.Serve("marks", func(r grpc.ServiceRegistrar) {
		vignettev1.RegisterEvaluatorServiceServer(r, &marker{method: "builtin"})
	})
	b.stage.Serve("rules-alone", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, sorter{}) })
	b.stage.Serve("llm-marks", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, llm) })
	b.stage.Serve(stage.ModelsName, func(r grpc.ServiceRegistrar) { vignettev1.RegisterModelServiceServer(r, models{}) })
	return b, llm
}

// Conversations are had once and judged by each, turn by turn, in a factorial and in a paired design, with the queue and without.
func TestJudgesVaried(t *testing.T) {
	for _, tc := range []struct {
		name                    string
		paired, alone           bool
		episodes, conversations int
	}{
		{"factorial", false, false, 18, 6}, {"paired", true, false, 12, 6}, {"without a queue", false, true, 18, 6},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, _ := judgedBench(t)
			if tc.alone {
				b.Queue = nil
			}
			all, states := b.play(t, judges(tc.paired), runs.Options{})
			if len(states) != tc.episodes || all.GetUnfinished() != 0 || all.GetFailed() != 0 {
				t.Fatalf("%d episodes, %v", len(states), all)
			}
			if asked := b.agent.asked.Load(); asked != int64(6*tc.conversations) {
				t.Errorf("asked for %d turns, want those of %d conversations", asked, tc.conversations)
			}
			checkJudged(t, states)
		})
	}
}

func checkJudged(t *testing.T, states []*episode.State) {
	said := map[string]string{}
	for _, state := range states {
		factors := state.Plan().Cell.GetFactors()
		model := factors[0].GetLevel()
		want := float64(len(model))
		text, turns := "", 0
		for _, turn := range state.Turns() {
			text += turn.GetAction().GetText() + "\n"
		}
		for _, score := range state.Scores() {
			if score.GetEvaluator() == "rules-alone" {
				continue
			}
			if score.GetValue().GetNumber() != want {
				t.Errorf("judged by %s: %v", model, score)
			}
			if score.TurnIndex != nil {
				turns++
			}
		}
		if turns != 3 || math.Abs(state.Completed().GetRewards()[0].GetValue()-(want/5-1)) > 1e-9 {
			t.Errorf("judged by %s: %d turns scored, rewards %v", model, turns, state.Completed().GetRewards())
		}
		key := fmt.Sprint(factors[1], state.Plan().Cell.GetRepeat())
		if before, known := said[key]; known && before != text {
			t.Errorf("judged by %s: another conversation", model)
		}
		said[key] = text
		if description := state.Plan().Evaluators["marks"]; (description.GetMethod() == "llm") != (model != "builtin") {
			t.Errorf("judged by %s: described as %v", model, description)
		}
	}
}

// A run that is stopped between judges goes on with those that have not judged yet, and a judge that comes later has what was said before.
func TestJudgesResumed(t *testing.T) {
	b, llm := judgedBench(t)
	d := judges(false)
	whole := proto.CloneOf(d.Factors[0])
	d.Factors[0].Levels = d.Factors[0].Levels[:2]
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	llm.at = func(asked int64) {
		if asked == 6 {
			cancel()
		}
	}
	planner, err := b.Prepare(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Play(ctx, planner, runs.Options{Workers: 1}); err == nil {
		t.Fatal("not stopped")
	}
	llm.at = nil
	ctx = context.Background()
	if err := b.Resume(ctx, planner, b.stage.Log, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	if asked := b.agent.asked.Load(); asked != 36 {
		t.Errorf("asked for %d turns, want 36", asked)
	}
	extended, err := b.PrepareExtension(ctx, planner, 0, []*vignettev1.Factor{whole})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Play(ctx, extended, runs.Options{}); err != nil {
		t.Fatal(err)
	}
	if asked := b.agent.asked.Load(); asked != 36 {
		t.Errorf("a third judge had %d turns asked for again", asked-36)
	}
	var states []*episode.State
	for item, err := range projection.NewReader(b.stage.Log).Episodes(ctx, extended) {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, item.State)
	}
	if len(states) != 18 {
		t.Errorf("%d episodes", len(states))
	}
	checkJudged(t, states)
}

// What could not be had cannot be judged, and says so by each judge's name; what nobody can judge is refused before it begins.
func TestJudgesWithoutConversation(t *testing.T) {
	b, _ := judgedBench(t)
	d := judges(false)
	d.Factors[0].Levels[1] = &vignettev1.Level{Name: "abc", Value: structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"makrs": structpb.NewStringValue("abc")}})}
	if _, err := b.Prepare(context.Background(), d); err == nil || !strings.Contains(err.Error(), `did you mean "marks"`) {
		t.Errorf("a misspelled evaluator: %v", err)
	}
	d = judges(false)
	b.agent.fails = func(*vignettev1.Observation) error { return status.Error(codes.Internal, "no words") }
	all, states := b.play(t, d, runs.Options{})
	if all.GetFailed() != 18 || len(states) != 18 {
		t.Errorf("%v", all)
	}
}
