package hindsight

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// session is an episode of a counselor under some policy and a client who ends in some state.
func session(t *testing.T, policy string, end *vignettev1.MentalState, scores ...*vignettev1.Score) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s", Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.modality", Level: policy}}}
	plan := &episode.Plan{
		Run: "r", Episode: episode.ID("r", cell), Cell: cell, Luck: map[string]uint64{"counselor": 1, "client": 2},
		Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "counselor", Stop: &vignettev1.StopRules{MaxTurns: 2},
			Roles: []*vignettev1.Role{
				{Id: "counselor", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Persona: &vignettev1.Persona{Id: "a", Name: "Ann"}, Policy: &vignettev1.Policy{Strategy: policy}},
				{Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: "b", Name: "Ben"}},
			},
		},
	}
	state := episode.New(plan)
	n := 0
	apply := func(e *vignettev1.EpisodeEvent) {
		n++
		e.SchemaVersion, e.Id, e.Epoch, e.Time = 1, fmt.Sprint(n), 1, timestamppb.New(timestamppb.Now().AsTime())
		if err := state.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	turn := func(i int32, role string, m *vignettev1.MentalState) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Id: episode.TurnID(plan.Episode, int(i)), Index: i, Role: role, MentalState: m, Attempts: 1,
			Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Thank you."},
		}}}
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}})
	apply(turn(0, "counselor", nil))
	apply(turn(1, "client", end))
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}})
	return state
}

func feels(willing, trust, distress float64) *vignettev1.MentalState {
	return &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Willingness: &willing, Trust: &trust, Distress: &distress}
}

func study(t *testing.T, state *episode.State, options Options) *Study {
	t.Helper()
	s, err := Of(state, options)
	if err != nil || s == nil {
		t.Fatalf("study is %v: %v", s, err)
	}
	return s
}

// What makes futures is not told what is compared: another policy with the same client gives the same futures, and its name is
// nowhere in what they are made of.
func TestGeneratorIsBlind(t *testing.T) {
	const canary = "canary-policy"
	one, other := session(t, canary, feels(0.6, 0.5, 40)), session(t, "plain", feels(0.6, 0.5, 40))
	world, _ := WorldOf(one)
	if text := fmt.Sprintf("%+v", world); strings.Contains(text, "canary") || strings.Contains(text, "Ann") {
		t.Errorf("the world tells of the policy or the counselor: %s", text)
	}
	a, b := study(t, one, Options{Seed: 3}), study(t, other, Options{Seed: 3})
	if diff := cmp.Diff(a.Consequences, b.Consequences, protocmp.Transform()); diff != "" {
		t.Errorf("futures hang on the policy's name (-one +other):\n%s", diff)
	}
	if c := study(t, other, Options{Seed: 4}); proto.Equal(b.Consequences, c.Consequences) {
		t.Error("another seed gives the same futures")
	}
}

func TestClientFutures(t *testing.T) {
	mean := func(dimension string, end *vignettev1.MentalState) float64 {
		value, ok := study(t, session(t, "p", end), Options{Futures: 100, Days: 30, Seed: 1}).Value(Outcomes, dimension)
		if !ok {
			t.Fatalf("no %s", dimension)
		}
		return value
	}
	for _, test := range []struct {
		dimension   string
		more, less  *vignettev1.MentalState
		lowest, top float64
	}{
		{Followed, feels(0.9, 0.5, 40), feels(0.1, 0.5, 40), 0, 1},
		{Goal, feels(0.9, 0.5, 40), feels(0.1, 0.5, 40), 0, 1},
		{Return, feels(0.5, 1, 40), feels(0.5, 0, 40), 0, 1},
		{DistressAfter, feels(0.1, 0.5, 80), feels(0.9, 0.5, 80), 0, 100},
		{Functioning, feels(0.5, 0.5, 20), feels(0.5, 0.5, 80), 0, 1},
	} {
		more, less := mean(test.dimension, test.more), mean(test.dimension, test.less)
		if more <= less || less < test.lowest || more > test.top {
			t.Errorf("%s is %v and %v; want the first above the second, within %v and %v", test.dimension, more, less, test.lowest, test.top)
		}
	}
}

// What a client does not tell makes missing what hangs on it, and is never taken for zero.
func TestSilentClient(t *testing.T) {
	s := study(t, session(t, "p", nil), Options{})
	for _, score := range s.Scores {
		if score.GetEvaluator() != string(Onlooker) && score.GetMissing() == nil {
			t.Errorf("%s of %s has the value %v; nothing is known", score.GetDimension(), score.GetEvaluator(), score.GetValue())
		}
	}
}

func TestObserve(t *testing.T) {
	d := lamp(at("A", 40, "dims"), at("B", 20, "dims"))
	c, err := Simulate(World{Role: "customer", Decision: d, Chosen: "A"}, Options{Futures: 3})
	if err != nil {
		t.Fatal(err)
	}
	for shown, want := range map[vignettev1.ConsequencesShown]struct {
		futures  int
		forgone  bool
		outcomes int
	}{
		vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_NONE:    {0, false, 0},
		vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL: {1, false, 0},
		vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_FULL:    {3, true, 3},
	} {
		seen := Observe(c, shown)
		told, numbers := false, 0
		for _, f := range seen {
			told = told || strings.Contains(strings.Join(Lines(f), "\n"), "option B")
			numbers += len(f.GetOutcomes())
		}
		if len(seen) != want.futures || told != want.forgone || numbers != want.outcomes {
			t.Errorf("%v: %d futures, forgone told: %v, %d numbers; want %+v", shown, len(seen), told, numbers, want)
		}
	}
}

func TestTable(t *testing.T) {
	var table Table
	for _, trust := range []float64{0.9, 0.5, 0.1} {
		table.Add(study(t, session(t, fmt.Sprint(trust), feels(0.5, trust, 40)), Options{}))
	}
	table.Add(study(t, session(t, "silent", nil), Options{}))
	rows := table.Rows(ByPolicy, Itself)
	if len(rows) != 4 || rows[3].Missing != 1 || rows[3].N != 0 {
		t.Fatalf("rows are %+v", rows)
	}
	if rows[0].Foresight.Value >= rows[2].Foresight.Value {
		t.Errorf("foresight with little trust is %v, with much %v", rows[0].Foresight.Value, rows[2].Foresight.Value)
	}
	for _, row := range rows[:3] {
		if gap := row.Foresight.Value - row.Hindsight.Value; row.N != 1 || gap != row.Gap.Value || row.Gap.CI95 != nil {
			t.Errorf("row %+v: one client has no interval, and its gap is %v", row, gap)
		}
	}
}

// Terms of hindsight are part of the reward, by the range they are declared on.
func TestReward(t *testing.T) {
	s := study(t, session(t, "p", feels(0.9, 0.9, 10)), Options{})
	value, _ := s.Value(Outcomes, Goal)
	got := s.Reward([]*vignettev1.RewardTerm{{Evaluator: Outcomes, Dimension: Goal}})
	if want := 2*value - 1; got.GetMissing() != nil || got.GetValue() != want {
		t.Errorf("reward is %v; want %v", got, want)
	}
	if got := s.Reward([]*vignettev1.RewardTerm{{Evaluator: Outcomes, Dimension: Utility}}); got.GetMissing() == nil {
		t.Errorf("a utility that there is none of gives %v", got)
	}
}
