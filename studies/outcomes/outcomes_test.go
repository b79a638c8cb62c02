package outcomes_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// said is what lies behind a turn of the other.
type said struct {
	distress, willing *float64
	acts              []string
}

// episodeOf is a finished episode of "focal" with "other", who has the turns given; a reward of NaN is a missing one.
func episodeOf(t *testing.T, scenario string, repeat int32, reward float64, validity vignettev1.Validity, turns ...said) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: scenario, Repeat: repeat}
	state := episode.New(&episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: &vignettev1.Scenario{
		Id: scenario, Focal: "focal", Stop: &vignettev1.StopRules{MaxTurns: int32(2 * len(turns))},
		Roles: []*vignettev1.Role{{Id: "focal"}, {Id: "other", Persona: &vignettev1.Persona{Id: "p"}}},
	}})
	speak := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Yes."}
	events := []*vignettev1.EpisodeEvent{{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: state.Plan().Episode, Cell: cell}}}}
	for i, each := range turns {
		turn := &vignettev1.Turn{Index: int32(2*i + 1), Role: "other", Action: speak}
		if each.distress != nil || each.willing != nil {
			turn.MentalState = &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: each.distress, Willingness: each.willing}
		}
		for _, act := range each.acts {
			turn.Acts = append(turn.Acts, &vignettev1.IntendedAct{Act: act})
		}
		events = append(events,
			&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: int32(2 * i), Role: "focal", Action: speak}}},
			&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: turn}})
	}
	gets := &vignettev1.Reward{Role: "focal", Outcome: &vignettev1.Reward_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}}}
	if !math.IsNaN(reward) {
		gets.Outcome = &vignettev1.Reward_Value{Value: reward}
	}
	events = append(events,
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}},
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: validity, Rewards: []*vignettev1.Reward{gets}}}})
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

const ok = vignettev1.Validity_VALIDITY_OK

func distress(v float64) said { return said{distress: &v} }

func TestOf(t *testing.T) {
	for _, tc := range []struct {
		name  string
		turns []said
		want  map[outcomes.Kind]string
	}{
		{"a client", []said{
			{distress: proto.Float64(70), acts: []string{"disclose.situation"}}, {acts: []string{"change_talk", "change_talk", "sustain_talk", "disclose.core_belief"}},
			{distress: proto.Float64(74.5), acts: []string{"disclose.feeling", "change_talk"}},
		}, map[outcomes.Kind]string{
			outcomes.DistressChange: "4.5 computed", outcomes.ChangeTalk: "0.75 intended_acts", outcomes.Disclosure: "5 intended_acts",
			outcomes.Willingness: "it told no willingness", outcomes.Agreement: "it is not known to be asked for anything",
		}},
		{"a client who tells nothing, which is known", []said{{acts: []string{"withhold"}}}, map[outcomes.Kind]string{
			outcomes.DistressChange: "it told no distress", outcomes.ChangeTalk: "it is known for neither change talk nor sustain talk",
			outcomes.Disclosure: "0 intended_acts", outcomes.Willingness: "it told no willingness", outcomes.Agreement: "it is not known to be asked for anything",
		}},
		{"a partner who agrees and tells once how willing", []said{
			{willing: proto.Float64(0)}, {distress: proto.Float64(0), acts: []string{"partner.agree"}}, {acts: []string{"partner.goodbye"}},
		}, map[outcomes.Kind]string{
			outcomes.DistressChange: "it told its distress once; a change needs two turns", outcomes.Willingness: "0 computed", outcomes.Agreement: "1 intended_acts",
			outcomes.ChangeTalk: "it is known for neither change talk nor sustain talk", outcomes.Disclosure: "what it meant to tell of itself is not known",
		}},
		{"a partner who does not", []said{{acts: []string{"partner.refuse"}}}, map[outcomes.Kind]string{
			outcomes.DistressChange: "it told no distress", outcomes.Willingness: "it told no willingness", outcomes.Agreement: "0 intended_acts",
			outcomes.ChangeTalk: "it is known for neither change talk nor sustain talk", outcomes.Disclosure: "what it meant to tell of itself is not known",
		}},
		{"somebody who tells nothing about itself", []said{{}}, map[outcomes.Kind]string{
			outcomes.DistressChange: "it told no distress", outcomes.Willingness: "it told no willingness", outcomes.Agreement: "it is not known to be asked for anything",
			outcomes.ChangeTalk: "it is known for neither change talk nor sustain talk", outcomes.Disclosure: "what it meant to tell of itself is not known",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := map[outcomes.Kind]string{}
			for _, outcome := range outcomes.Of(episodeOf(t, "s", 0, 0, ok, tc.turns...)) {
				if outcome.Role != "other" {
					t.Errorf("an outcome of %q, want those of others than the focal role", outcome.Role)
				}
				got[outcome.Kind] = outcome.Missing
				if outcome.Value != nil {
					got[outcome.Kind] = fmt.Sprint(*outcome.Value, " ", outcome.Source)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// relate gathers episodes in the order given and returns the relation with distress.
func relate(t *testing.T, episodes []*episode.State, order []int) outcomes.Relation {
	t.Helper()
	var m outcomes.Mismatch
	for _, i := range order {
		m.Add(i, episodes[i])
	}
	for _, r := range m.Relations() {
		if r.Kind == outcomes.DistressChange {
			return r
		}
	}
	t.Fatal("there is no relation with distress")
	return outcomes.Relation{}
}

func inOrder(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// planted are episodes whose distress falls by slope times the reward, with noise.
func planted(t *testing.T, n int, slope, noise float64, seed uint64) []*episode.State {
	luck := rand.New(rand.NewPCG(seed, 1))
	var out []*episode.State
	for i := range n {
		reward := luck.Float64()*2 - 1
		change := -slope*reward + noise*(luck.Float64()*2-1)
		out = append(out, episodeOf(t, "s", int32(i), reward, ok, distress(50), distress(50+change)))
	}
	return out
}

func TestMismatch(t *testing.T) {
	for _, tc := range []struct {
		name    string
		slope   float64
		meaning string
	}{
		{"reward goes with relief", 20, "more reward goes with relief"},
		{"reward goes with harm", -20, "more reward goes with rising distress: it pays for something else"},
		{"reward goes with nothing", 0, "no relation to be seen: it may be none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			episodes := planted(t, 60, tc.slope, 10, 3)
			r := relate(t, episodes, inOrder(60))
			if r.Meaning() != tc.meaning || r.N != 60 || r.Clients != 60 || r.Unpaired != 0 {
				t.Errorf("%+v means %q, want %q", r, r.Meaning(), tc.meaning)
			}
			if tc.slope != 0 && (*r.Pearson.Value*tc.slope >= 0 || math.Abs(*r.Pearson.Value) < 0.7) {
				t.Errorf("Pearson %v for a slope of %v", *r.Pearson.Value, tc.slope)
			}
			for _, c := range []outcomes.Correlation{r.Pearson, r.Spearman} {
				if c.CI95 == nil || c.CI95.Low > *c.Value || c.CI95.High < *c.Value {
					t.Errorf("interval %v around %v", c.CI95, *c.Value)
				}
			}
			backward := inOrder(60)
			slices.Reverse(backward)
			if diff := cmp.Diff(r, relate(t, episodes, backward)); diff != "" {
				t.Errorf("the order in which episodes end changes the relation:\n%s", diff)
			}
		})
	}
}

// A hard scenario with low rewards and an easy one with high ones make no correlation by themselves.
func TestScenariosMakeNoCorrelation(t *testing.T) {
	var episodes []*episode.State
	luck := rand.New(rand.NewPCG(5, 1))
	for i := range 40 {
		for _, s := range []struct {
			id           string
			reward, fall float64
		}{{"hard", -0.5, 0}, {"easy", 0.5, 40}} {
			episodes = append(episodes, episodeOf(t, s.id, int32(i), s.reward+0.1*luck.Float64(), ok, distress(60), distress(60-s.fall+luck.Float64())))
		}
	}
	r := relate(t, episodes, inOrder(len(episodes)))
	if math.Abs(*r.Pearson.Value) > 0.3 || math.Abs(*r.Spearman.Value) > 0.3 {
		t.Errorf("r %v, rho %v, want about 0", *r.Pearson.Value, *r.Spearman.Value)
	}
}

// Episodes with one client in one luck are one cluster: saying the same twice makes nothing surer.
func TestClientsAreClusters(t *testing.T) {
	once := planted(t, 20, 5, 10, 9)
	twice := slices.Clone(once)
	for i, state := range once {
		again := episodeOf(t, "s", int32(i), state.Completed().GetRewards()[0].GetValue(), ok,
			distress(50), distress(state.Turns()[3].GetMentalState().GetDistress()))
		twice = append(twice, again)
	}
	a, b := relate(t, once, inOrder(20)), relate(t, twice, inOrder(40))
	if b.N != 40 || b.Clients != 20 {
		t.Fatalf("%d episodes with %d clients, want 40 with 20", b.N, b.Clients)
	}
	width := func(r outcomes.Relation) float64 { return r.Pearson.CI95.High - r.Pearson.CI95.Low }
	if width(b) < 0.95*width(a) {
		t.Errorf("an interval of %v, from %v with half the episodes", width(b), width(a))
	}
}

func TestUndefined(t *testing.T) {
	missing := math.NaN()
	one := func(scenario string, repeat int32, reward, change float64, validity vignettev1.Validity) *episode.State {
		return episodeOf(t, scenario, repeat, reward, validity, distress(50), distress(50+change))
	}
	for _, tc := range []struct {
		name     string
		make     func(i int) *episode.State
		why      string
		unpaired int
	}{
		{"too few", func(i int) *episode.State {
			return one("s", int32(i), map[bool]float64{true: 0.1, false: missing}[i < 3], float64(i), ok)
		}, "3 episodes have both, it takes 5", 5},
		{"invalid ones do not count", func(i int) *episode.State {
			return one("s", int32(i), 0.1*float64(i), 1, map[bool]vignettev1.Validity{true: ok, false: vignettev1.Validity_VALIDITY_EMPTY}[i < 2])
		}, "2 episodes have both", 0},
		{"a constant reward", func(i int) *episode.State { return one("s", int32(i), 0.5, float64(i), ok) }, "the reward is constant within each scenario", 0},
		{"a constant outcome", func(i int) *episode.State { return one("s", int32(i), 0.1*float64(i), 3, ok) }, "the outcome is constant within each scenario", 0},
		{"nothing to compare", func(i int) *episode.State { return one(fmt.Sprint(i), 0, 0.1*float64(i), float64(i), ok) }, "no scenario has two episodes", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var episodes []*episode.State
			for i := range 8 {
				episodes = append(episodes, tc.make(i))
			}
			r := relate(t, episodes, inOrder(8))
			if r.Pearson.Value != nil || r.Spearman.Value != nil || !strings.Contains(r.Pearson.Undefined, tc.why) || r.Unpaired != tc.unpaired {
				t.Errorf("%+v, want it undefined because %q, with %d unpaired", r, tc.why, tc.unpaired)
			}
			if !strings.HasPrefix(r.Meaning(), "undefined: ") {
				t.Errorf("it means %q", r.Meaning())
			}
		})
	}
	var none outcomes.Mismatch
	if none.Add(0, episodeOf(t, "s", 0, 1, ok, said{})); none.Relations() != nil {
		t.Errorf("%v where nobody tells anything", none.Relations())
	}
}

// Few clients give an estimate and no interval, and the sentence does not make more of it.
func TestFewClients(t *testing.T) {
	var episodes []*episode.State
	for i := range 12 {
		episodes = append(episodes, episodeOf(t, "s", int32(i%3), 0.1*float64(i), ok, distress(50), distress(50-float64(i))))
	}
	r := relate(t, episodes, inOrder(12))
	if r.Pearson.Value == nil || r.Pearson.CI95 != nil || r.Clients != 3 || !strings.HasPrefix(r.Meaning(), "too few clients") {
		t.Errorf("%+v means %q", r, r.Meaning())
	}
}
