package runs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/internal/stage"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lottery is an agent whose words hang on its luck and its policy, and on nothing else.
type lottery struct {
	vignettev1.UnimplementedAgentServiceServer
	asked atomic.Int64
	fails func(o *vignettev1.Observation) error
}

func (*lottery) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{
		Mind: "builtin", Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_PERSONA},
	}}, nil
}

func (l *lottery) Respond(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	l.asked.Add(1)
	o := r.GetObservation()
	if l.fails != nil {
		if err := l.fails(o); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("I drew %d with skill %.1f.", o.GetChance().GetTurn(), o.GetSelf().GetPolicy().GetSkill())
	for _, frame := range []*vignettev1.RespondResponse{
		{Frame: &vignettev1.RespondResponse_State{State: &vignettev1.StateFrame{}}},
		{Frame: &vignettev1.RespondResponse_Final{Final: &vignettev1.FinalFrame{Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}}}},
	} {
		if err := stream.Send(frame); err != nil {
			return err
		}
	}
	return nil
}

type clock struct{}

func (clock) Now() time.Time                                   { return time.Unix(1_700_000_000, 0) }
func (clock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

type bench struct {
	*runs.Runner
	stage *stage.Stage
	agent *lottery
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s := stage.Open(t)
	agent := &lottery{}
	s.Serve("builtin-persona", func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, agent) })
	var ids atomic.Int64
	return &bench{stage: s, agent: agent, Runner: &runs.Runner{
		Queue: s.Queue(), Alone: func() bool { return true }, Log: s.Log, History: s.Log, Directory: s, Clock: clock{}, Worker: "w", Version: "test",
		NewID: func() string { return fmt.Sprintf("id%08d", ids.Add(1)) },
	}}
}

func twoRoles() *vignettev1.Scenario {
	scenario := &vignettev1.Scenario{
		Id: "talk", Focal: "a.1", Stop: &vignettev1.StopRules{MaxTurns: 6},
		Roles: []*vignettev1.Role{
			{Id: "a.1", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pa", Name: "Alex"}},
			{Id: "O'Malley-Zoë 李", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pb", Name: "Alex"}},
		},
	}
	scenarios.Normalize(scenario)
	return scenario
}

func skills(levels ...float64) *vignettev1.Factor {
	factor := &vignettev1.Factor{Role: "focal", Field: "policy.skill"}
	for _, level := range levels {
		factor.Levels = append(factor.Levels, &vignettev1.Level{Name: fmt.Sprint(level), Value: structpb.NewNumberValue(level)})
	}
	return factor
}

func design(repeats int) runs.Design {
	return runs.Design{Scenarios: []*vignettev1.Scenario{twoRoles()}, Factors: []*vignettev1.Factor{skills(0.2, 0.9)}, Repeats: repeats, Seed: 7}
}

// play plays a design and returns its status and its episodes as the log has them.
func (b *bench) play(t *testing.T, d runs.Design, options runs.Options) (*vignettev1.RunStatus, []*episode.State) {
	t.Helper()
	ctx := context.Background()
	planner, err := b.Prepare(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	count := projection.NewCount(planner)
	each := options.Each
	options.Each = func(index int, state *episode.State) {
		count.Add(index, state)
		if each != nil {
			each(index, state)
		}
	}
	if err := b.Play(ctx, planner, options); err != nil {
		t.Fatal(err)
	}
	recorded := projection.NewCount(planner)
	var states []*episode.State
	for item, err := range projection.NewReader(b.stage.Log).Episodes(ctx, planner) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Index != len(states) {
			t.Fatalf("episode %d comes at place %d", item.Index, len(states))
		}
		recorded.Add(item.Index, item.State)
		states = append(states, item.State)
	}
	if diff := cmp.Diff(count.Status(), recorded.Status(), protocmp.Transform()); diff != "" {
		t.Errorf("what was played is not what was recorded, -played +recorded:\n%s", diff)
	}
	return count.Status(), states
}

// The same design comes out the same, with one worker and with eight, and another seed comes out differently.
func TestDigestHangsOnTheDesignAlone(t *testing.T) {
	b := newBench(t)
	first, _ := b.play(t, design(5), runs.Options{Workers: 1})
	again, _ := b.play(t, design(5), runs.Options{Workers: 1})
	many, _ := b.play(t, design(5), runs.Options{Workers: 8})
	if first.GetDigest() == "" || first.GetDigest() != again.GetDigest() || first.GetDigest() != many.GetDigest() {
		t.Errorf("digests differ: %q, again %q, eight workers %q", first.GetDigest(), again.GetDigest(), many.GetDigest())
	}
	reseeded := design(5)
	reseeded.Seed = 8
	if other, _ := b.play(t, reseeded, runs.Options{}); other.GetDigest() == first.GetDigest() {
		t.Error("another seed, the same digest")
	}
}

// Two policies meet the same partner with the same luck: what is compared does not shift the draws.
func TestLuckIsPairedAcrossFactors(t *testing.T) {
	b := newBench(t)
	_, states := b.play(t, design(3), runs.Options{})
	for repeat := range 3 {
		novice, skilled := states[repeat], states[3+repeat]
		for i := range novice.Turns() {
			a, _, _ := strings.Cut(novice.Turns()[i].GetAction().GetText(), " with")
			c, _, _ := strings.Cut(skilled.Turns()[i].GetAction().GetText(), " with")
			if a != c {
				t.Errorf("repeat %d, turn %d: %q and %q", repeat, i, a, c)
			}
		}
	}
	if cmp.Equal(states[0].Turns()[0].GetAction(), states[1].Turns()[0].GetAction(), protocmp.Transform()) {
		t.Error("two repeats drew the same")
	}
}

func TestOneFailureCostsOneEpisode(t *testing.T) {
	b := newBench(t)
	var once sync.Once
	b.agent.fails = func(o *vignettev1.Observation) (err error) {
		if o.GetTurnIndex() == 3 {
			once.Do(func() { err = status.Error(codes.Internal, "tripped") })
		}
		return err
	}
	got, states := b.play(t, design(4), runs.Options{Workers: 1})
	if got.GetTotal() != 8 || got.GetOk() != 7 || got.GetFailed() != 1 || got.GetUnfinished() != 0 {
		t.Errorf("counts %v", got)
	}
	if message := states[0].Failed().GetMessage(); !strings.Contains(message, "tripped") || !strings.Contains(message, "a.1") && !strings.Contains(message, "李") {
		t.Errorf("the failure does not say what and who: %q", message)
	}
}

// After Drain what is in flight comes to its end, and nothing more is begun.
func TestDrain(t *testing.T) {
	b := newBench(t)
	drain := make(chan struct{})
	got, states := b.play(t, design(50), runs.Options{Workers: 2, Drain: drain, Each: func(index int, _ *episode.State) {
		if index == 2 {
			close(drain)
		}
	}})
	if got.GetUnfinished() == 0 || got.GetOk() == 0 || got.GetOk()+got.GetUnfinished() != 100 || got.GetDigest() != "" {
		t.Errorf("after a drain: %v", got)
	}
	for i, state := range states {
		if phase := state.Phase(); phase != vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED && phase != vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
			t.Errorf("episode %d was left %s", i, phase)
		}
	}
}

// A cut-off run keeps every turn it recorded, and says of each episode what it is.
func TestCutOff(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(context.Background())
	planner, err := b.Prepare(ctx, design(20))
	if err != nil {
		t.Fatal(err)
	}
	b.agent.fails = func(*vignettev1.Observation) error {
		if b.agent.asked.Load() >= 45 {
			cancel()
		}
		return nil
	}
	if err := b.Play(ctx, planner, runs.Options{Workers: 3}); err == nil {
		t.Error("a cut-off run returned no error")
	}
	turns, phases := 0, map[vignettev1.EpisodePhase]int{}
	for item, err := range projection.NewReader(b.stage.Log).Episodes(context.Background(), planner) {
		if err != nil {
			t.Fatal(err)
		}
		turns += len(item.State.Turns())
		phases[item.State.Phase()]++
	}
	// Up to three workers held an answer that was not yet in the log when the run was cut.
	if asked := int(b.agent.asked.Load()); turns < asked-3 || turns > asked {
		t.Errorf("%d turns asked for, %d recorded", asked, turns)
	}
	if phases[vignettev1.EpisodePhase_EPISODE_PHASE_UNFINISHED] == 0 || phases[vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED] == 0 {
		t.Errorf("phases %v, want some unfinished and some never begun", phases)
	}
}

// replayed gives a role a script.
func replayed(role *vignettev1.Role) {
	role.Agent = scenarios.ReplayAgent
	role.Script = &vignettev1.Script{Lines: []*vignettev1.ScriptLine{{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Hello."}}}
}

func TestPrepareRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*runs.Design)
		want   string
	}{
		{"an agent nobody serves", func(d *runs.Design) { d.Scenarios[0].Roles[0].Agent = "my agent" }, `agent "my agent" is not there`},
		{"a kind the agent does not play", func(d *runs.Design) {
			d.Scenarios[0].Roles[0].Kind = vignettev1.AgentKind_AGENT_KIND_CLIENT
			d.Scenarios[0].Roles[0].Agent = "builtin-persona"
		}, `role "a.1" is of kind client, which agent "builtin-persona" cannot play`},
		{"a kind that a factor brings", func(d *runs.Design) {
			d.Scenarios[0].Roles[0].Agent = "builtin-persona"
			d.Factors = append(d.Factors, &vignettev1.Factor{Role: "a.1", Field: "kind", Levels: []*vignettev1.Level{
				{Name: "persona", Value: structpb.NewStringValue("persona")}, {Name: "client", Value: structpb.NewStringValue("client")},
			}})
		}, `role "a.1" is of kind client, which agent "builtin-persona" cannot play`},
		{"an evaluator nobody serves", func(d *runs.Design) {
			d.Scenarios[0].Evaluators = []*vignettev1.EvaluatorUse{{Name: "judge", Role: "a.1"}}
		}, `evaluator "judge" is not there`},
		{"turn taking by no rule", func(d *runs.Design) { d.Scenarios[0].TurnTaking = 77 }, "turn_taking"},
		{"a model for a replayed role", func(d *runs.Design) {
			replayed(d.Scenarios[0].Roles[0])
			d.Models = map[string]string{"a.1": "m"}
		}, `a.1=m: role "a.1" is replayed from a script, which no model can play`},
		{"a model for a kind that is only replayed", func(d *runs.Design) {
			for _, role := range d.Scenarios[0].Roles {
				replayed(role)
			}
			d.Models = map[string]string{"persona": "m"}
		}, `persona=m: role "a.1" is replayed from a script`},
		{"a level with a model for a replayed role", func(d *runs.Design) {
			replayed(d.Scenarios[0].Roles[0])
			d.Factors = append(d.Factors, &vignettev1.Factor{Role: "a.1", Field: "policy.model", Levels: []*vignettev1.Level{{Name: "m", Value: structpb.NewStringValue("m")}}})
		}, "no model plays it"},
		{"nothing to play", func(d *runs.Design) { d.Scenarios = nil }, "no scenario"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, d := newBench(t), design(1)
			d.Scenarios = []*vignettev1.Scenario{proto.CloneOf(d.Scenarios[0])}
			tc.change(&d)
			_, err := b.Prepare(context.Background(), d)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want one with %q", err, tc.want)
			}
			for entry, err := range b.stage.Log.Runs(context.Background()) {
				t.Errorf("a refused run left a manifest: %v, %v", entry.Run, err)
			}
		})
	}
}

// sorter scores labels that have no order.
type sorter struct {
	vignettev1.UnimplementedEvaluatorServiceServer
}

func (sorter) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{Name: "sorter", Dimensions: []*vignettev1.DimensionSpec{
		{Id: "kind", Max: 1, Labels: []string{"red", "blue"}, Turn: true, Scale: vignettev1.Scale_SCALE_NOMINAL},
	}}}, nil
}

// A place in a list of labels is no more and no less than another, so nobody can be rewarded for it.
func TestPrepareRefusesToRewardWithoutOrder(t *testing.T) {
	b, d := newBench(t), design(1)
	b.stage.Serve("sorter", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, sorter{}) })
	scenario := proto.CloneOf(d.Scenarios[0])
	scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: "sorter", Role: "a.1"}}
	scenario.Roles[0].Reward = []*vignettev1.RewardTerm{{Evaluator: "sorter", Dimension: "kind", Weight: proto.Float64(1)}}
	d.Scenarios = []*vignettev1.Scenario{scenario}
	if _, err := b.Prepare(context.Background(), d); err == nil || !strings.Contains(err.Error(), "whose labels have no order") {
		t.Errorf("err = %v", err)
	}
}

// ruler scores one dimension.
type ruler struct {
	vignettev1.UnimplementedEvaluatorServiceServer
}

func (ruler) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{Name: "ruler", Dimensions: []*vignettev1.DimensionSpec{
		{Id: "length", Max: 1, Turn: true},
	}}}, nil
}

// A member of an ensemble that does not score the dimension would make every reward missing.
func TestPrepareRefusesStrangersInEnsembles(t *testing.T) {
	b, d := newBench(t), design(1)
	b.stage.Serve("sorter", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, sorter{}) })
	scenario := proto.CloneOf(d.Scenarios[0])
	b.stage.Serve("ruler", func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, ruler{}) })
	scenario.Evaluators = []*vignettev1.EvaluatorUse{{Name: "ruler", Role: "a.1"}, {Name: "sorter", Role: "a.1"}}
	scenario.Roles[0].Reward = []*vignettev1.RewardTerm{{Evaluator: "ruler", Dimension: "length", Weight: proto.Float64(1),
		Ensemble: &vignettev1.Ensemble{Members: []*vignettev1.EnsembleMember{{Evaluator: "sorter"}}}}}
	d.Scenarios = []*vignettev1.Scenario{scenario}
	want := `is rewarded for length, which evaluator "sorter" does not score; it scores kind`
	if _, err := b.Prepare(context.Background(), d); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("err = %v, want %q", err, want)
	}
}

func TestReaderFindsRunsAndEpisodes(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.play(t, design(1), runs.Options{})
	newest, states := b.play(t, design(2), runs.Options{})
	reader := projection.NewReader(b.stage.Log)
	for _, name := range []string{newest.GetRun(), projection.Latest} {
		planner, err := reader.Run(ctx, name)
		if err != nil || planner.Manifest().GetRun() != newest.GetRun() {
			t.Errorf("Run(%q) = %v, %v; want %s", name, planner, err, newest.GetRun())
		}
	}
	if _, err := reader.Run(ctx, newest.GetRun()[:8]); err == nil || !strings.Contains(err.Error(), "could be") {
		t.Errorf("an ambiguous beginning: err = %v", err)
	}
	state, _, err := reader.Episode(ctx, states[3].Plan().Episode)
	if err != nil || state.Digest() != states[3].Digest() {
		t.Errorf("Episode = %v, %v", state, err)
	}
	if state, _, err := reader.Episode(ctx, states[3].Plan().Episode[:9]); err != nil || state.Digest() != states[3].Digest() {
		t.Errorf("Episode by the beginning of its id = %v, %v", state, err)
	}
	if _, _, err := reader.Episode(ctx, "e"); !errors.Is(err, projection.ErrNotFound) {
		t.Errorf("Episode(\"e\"): err = %v, want not found", err)
	}
	var listed []string
	for status, err := range reader.Runs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, status.GetRun())
	}
	if len(listed) != 2 || listed[0] != newest.GetRun() {
		t.Errorf("runs %v, want two with %s first", listed, newest.GetRun())
	}
}
