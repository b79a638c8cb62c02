package rewards_test

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
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
	"github.com/vignette-sim/vignette/studies/rewards"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// described are two evaluators: "e" scores a, b and c, each 0-1, and the label "kind" without an order; "f" scores c too, 0-10.
func described() map[string]*vignettev1.EvaluatorDescription {
	spec := func(id string, high float64) *vignettev1.DimensionSpec {
		return &vignettev1.DimensionSpec{Id: id, Max: high, Turn: true, Episode: true}
	}
	kind := spec("kind", 1)
	kind.Scale = vignettev1.Scale_SCALE_NOMINAL
	return map[string]*vignettev1.EvaluatorDescription{
		"e": {Name: "e", Method: "builtin", Dimensions: []*vignettev1.DimensionSpec{spec("a", 1), spec("b", 1), spec("c", 1), kind}},
		"f": {Name: "f", Method: "builtin", Dimensions: []*vignettev1.DimensionSpec{spec("c", 10)}},
	}
}

func manifest() *vignettev1.Manifest {
	return &vignettev1.Manifest{Evaluators: []*vignettev1.EvaluatorDescription{described()["e"], described()["f"]}}
}

// scored is what evaluators said of an episode; NaN is a missing score.
type scored struct{ a, b, c, fc float64 }

// played is a finished episode whose focal role is rewarded for a and twice for b, as the engine composes it, and whose partner
// ends with the given willingness. Arms meet the same client when they share a repeat.
func played(t testing.TB, repeat int32, arm string, s scored, willing float64) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s", Repeat: repeat, Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: arm}}}
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Evaluators: described(), Luck: map[string]uint64{}, Scenario: &vignettev1.Scenario{
		Id: "s", Focal: "x", Stop: &vignettev1.StopRules{MaxTurns: 2},
		Roles: []*vignettev1.Role{{Id: "x", Reward: []*vignettev1.RewardTerm{{Evaluator: "e", Dimension: "a"}, {Evaluator: "e", Dimension: "b", Weight: proto.Float64(2)}}},
			{Id: "y", Persona: &vignettev1.Persona{Id: "p"}}},
		Evaluators: []*vignettev1.EvaluatorUse{{Name: "e", Role: "x"}, {Name: "f", Role: "x"}},
	}}
	state := episode.New(plan)
	apply := func(event *vignettev1.EpisodeEvent) {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(rand.Uint64())
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	speak := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Yes."}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Role: "x", Action: speak}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: 1, Role: "y", Action: speak,
		MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Willingness: &willing}}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}})
	score := func(evaluator, dimension string, x float64) *vignettev1.Score {
		out := &vignettev1.Score{Evaluator: evaluator, Dimension: dimension, Role: "x", Provenance: &vignettev1.Provenance{Agent: evaluator, Mind: "builtin"},
			Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}}}
		if !math.IsNaN(x) {
			out.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: x}}
		}
		return out
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "e", Role: "x",
		Scores: []*vignettev1.Score{score("e", "a", s.a), score("e", "b", s.b), score("e", "c", s.c)}}}})
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "f", Role: "x",
		Scores: []*vignettev1.Score{score("f", "c", s.fc)}}}})
	decision, ok := state.Decide().(episode.Complete)
	if !ok {
		t.Fatalf("the machine wants %T, not to complete", state.Decide())
	}
	apply(&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{
		Validity: vignettev1.Validity_VALIDITY_OK, Rewards: decision.Rewards}}})
	return state
}

func change(t testing.TB, text string) rewards.Change {
	t.Helper()
	c, err := rewards.ParseChange(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseChange(t *testing.T) {
	got := change(t, "dear_man.assert=2, e:c = -0.5,x=0")
	want := rewards.Change{{Dimension: "dear_man.assert", Value: 2}, {Evaluator: "e", Dimension: "c", Value: -0.5}, {Dimension: "x"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.String() != "dear_man.assert=2,e:c=-0.5,x=0" {
		t.Errorf("written %q", got)
	}
	for text, want := range map[string]string{
		"": "write DIMENSION=WEIGHT", "a": "write DIMENSION=WEIGHT", "=1": "write DIMENSION=WEIGHT", "a=": "is not a number", "a=high": `"high" is not a number`,
		"a=NaN": "is not a number", "a=1e999": "is not a number", "e:=1": "the dimension is missing", "a=1,a=2": "a has two weights",
	} {
		if _, err := rewards.ParseChange(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error that says %q", text, err, want)
		}
	}
}

func FuzzParseChange(f *testing.F) {
	for _, seed := range []string{"a=1", "e:a=-0.25,b=0", "a=1e300", "=,:=", "a:b:c=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := rewards.ParseChange(text)
		if err != nil {
			return
		}
		again, err := rewards.ParseChange(c.String())
		if diff := cmp.Diff(c, again); err != nil || diff != "" {
			t.Fatalf("%q is written %q and read as something else: %v\n%s", text, c, err, diff)
		}
	})
}

func TestCheck(t *testing.T) {
	for text, want := range map[string]string{
		"a=1": "", "e:c=2": "", "c=1": "several score c; write one of e:c, f:c", "d=1": "nobody scores d in this run; there is: a, b, c",
		"f:a=1": "f does not score a; e does", "kind=1": "nobody scores kind",
	} {
		err := change(t, text).Check(manifest())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestCompose(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct {
		name, change string
		scores       scored
		want         float64 // NaN for missing
		terms        int
	}{
		{"as it stands", "", scored{1, 0, 0, 0}, -1.0 / 3, 2},
		{"one weight", "a=4", scored{1, 0, 0, 0}, 1.0 / 3, 2},
		{"one taken out", "b=0", scored{1, 0, 0, 0}, 1, 1},
		{"one turned round", "b=-2", scored{1, 0, 0, 0}, 1, 2},
		{"one more", "f:c=3", scored{1, 0, 0, 10}, 1.0 / 3, 3},
		{"what was missing is taken out", "b=0", scored{1, nan, 0, 0}, 1, 1},
		{"what is missing is brought in", "e:c=1", scored{1, 1, nan, 0}, nan, 3},
		{"nothing is left", "a=0,b=0", scored{1, 1, 1, 1}, nan, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c rewards.Change
			if tc.change != "" {
				c = change(t, tc.change)
			}
			got := rewards.Compose(played(t, 0, "1", tc.scores, 0), "x", c)
			value, ok := rewards.Value(got)
			if ok == math.IsNaN(tc.want) || ok && math.Abs(value-tc.want) > 1e-12 || len(got.GetTerms()) != tc.terms {
				t.Errorf("%v of %d terms, want %v of %d", got, len(got.GetTerms()), tc.want, tc.terms)
			}
		})
	}
}

// Without a change, what is composed from the scores on record is what was rewarded.
func TestNoChangeIsTheRecord(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := rapid.Float64Range(0, 1)
		state := played(t, 0, "1", scored{x.Draw(rt, "a"), x.Draw(rt, "b"), 0, 0}, 0)
		if diff := cmp.Diff(rewards.Recorded(state, "x"), rewards.Compose(state, "x", nil), protocmp.Transform()); diff != "" {
			rt.Fatalf("(-record +composed):\n%s", diff)
		}
	})
}

// study are episodes of two arms with n clients: what they score is drawn, how willing the partner ends is what a function makes of
// it and of luck.
func study(t *testing.T, n int, seed uint64, willing func(s scored, luck float64) float64) []*episode.State {
	luck := rand.New(rand.NewPCG(seed, 3))
	var out []*episode.State
	for i := range n {
		for _, arm := range []string{"0", "1"} {
			s := scored{luck.Float64(), luck.Float64(), luck.Float64(), 10 * luck.Float64()}
			out = append(out, played(t, int32(i), arm, s, min(max(willing(s, luck.Float64()), 0), 1)))
		}
	}
	return out
}

func fit(episodes []*episode.State, c rewards.Change) rewards.Fitted {
	f := rewards.NewFit(outcomes.Willingness)
	for i, state := range episodes {
		f.Add(i, state, rewards.Compose(state, "x", c))
	}
	all := f.Fitted()
	if len(all) != 1 {
		return rewards.Fitted{Undefined: fmt.Sprintf("%d scenarios", len(all))}
	}
	return all[0]
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		name    string
		willing func(s scored, luck float64) float64
		check   func(f rewards.Fitted) bool
		meaning string
	}{
		{"two terms matter, one the other way", func(s scored, luck float64) float64 { return 0.5 + 0.4*s.a - 0.4*s.b + 0.1*(luck-0.5) },
			func(f rewards.Fitted) bool {
				return math.Abs(f.Weights[0].Value-0.5) < 0.05 && math.Abs(f.Weights[1].Value+0.5) < 0.05 && f.R2.Fitted > 0.8 && f.Gain.Sure()
			}, "fitting helps: it predicts more than the stated weights and than "},
		{"one term is all there is", func(s scored, luck float64) float64 { return 0.1 + 0.8*s.a + 0.1*(luck-0.5) },
			func(f rewards.Fitted) bool { return f.Alone == "a" && f.Weights[0].Value > 0.9 && f.R2.Alone > 0.8 },
			"fitting helps over the stated weights, and not surely over a alone"},
		{"the stated weights are right", func(s scored, luck float64) float64 { return 0.1 + 0.2*s.a + 0.4*s.b + 0.1*(luck-0.5) },
			func(f rewards.Fitted) bool { return f.R2.Stated > 0.8 && !f.Gain.Sure() }, "fitting does not surely help"},
		{"nothing matters", func(_ scored, luck float64) float64 { return luck },
			func(f rewards.Fitted) bool { return f.R2.Fitted < 0.05 && f.Penalty > 0 }, "fitting does not help"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := fit(study(t, 40, 11, tc.willing), nil)
			if f.Undefined != "" || f.N != 80 || f.Clients != 40 || !tc.check(f) || !strings.HasPrefix(f.Meaning(), tc.meaning) {
				t.Errorf("%+v\nmeans %q, want %q", f, f.Meaning(), tc.meaning)
			}
		})
	}
}

// An outcome of two values is fitted by logistic regression too, which finds the terms that matter, and says how likely better than a line does
// where they matter much.
func TestFitLogistic(t *testing.T) {
	f := fit(study(t, 60, 5, func(s scored, luck float64) float64 {
		if 1/(1+math.Exp(-12*(s.a-s.b))) > luck {
			return 1
		}
		return 0
	}), nil)
	l := f.Logistic
	if l == nil || l.Undefined != "" || math.Abs(l.Weights[0].Value-0.5) > 0.1 || math.Abs(l.Weights[1].Value+0.5) > 0.1 || l.R2 < 0.4 || !l.Gain.Sure() || l.GainLinear.Value < 0 {
		t.Errorf("%+v", l)
	}
	if other := fit(study(t, 40, 11, func(s scored, luck float64) float64 { return s.a + luck/9 }), nil); other.Logistic != nil || other.Human != nil {
		t.Errorf("an outcome of many values: %+v %+v", other.Logistic, other.Human)
	}
}

// What evaluators add to people's ratings alone is above zero where they see what people do not, and not surely where they do not.
func TestFitBesideHumans(t *testing.T) {
	for _, tc := range []struct {
		name string
		sees bool
	}{{"evaluators see more", true}, {"raters see all there is", false}} {
		t.Run(tc.name, func(t *testing.T) {
			lucky := func(s scored, luck float64) float64 {
				if tc.sees {
					return 0.4*s.a + 0.4*s.b + 0.1*luck
				}
				return 0.8*s.a + 0.1*luck
			}
			f := rewards.NewFit(outcomes.Willingness)
			for i, state := range study(t, 40, 11, lucky) {
				rated := &vignettev1.Score{Evaluator: "people", Dimension: "rated.warmth", Role: "x"}
				for _, score := range state.Scores() { // people hear what the first term is about
					if score.GetDimension() == "a" && score.TurnIndex == nil {
						rated.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: score.GetValue().GetNumber()}}
					}
				}
				f.Add(i, state, rewards.Compose(state, "x", change(t, "people:rated.warmth=1,e:a=0"), rated))
			}
			h := f.Fitted()[0].Human
			if h == nil || len(h.Terms) != 1 || h.Gain.Sure() != tc.sees || h.R2 < 0.1 {
				t.Errorf("%+v", h)
			}
		})
	}
}

// Weights that are fitted to noise are hardly ever said to help.
func TestFittingNoiseHelpsNobody(t *testing.T) {
	const seeds = 40
	alarms := 0
	for seed := range uint64(seeds) {
		f := fit(study(t, 20, 100+seed, func(_ scored, luck float64) float64 { return luck }), change(t, "e:c=1,f:c=1"))
		if strings.HasPrefix(f.Meaning(), "fitting helps") {
			alarms++
		}
	}
	t.Logf("fitting is said to help in %d of %d studies of noise", alarms, seeds)
	if alarms > 4 { // more than 4 of 40 have a chance of 3% when each has one of 2.5% or less to err
		t.Errorf("%d of %d", alarms, seeds)
	}
}

func TestFitUndefined(t *testing.T) {
	nan := math.NaN()
	rising := func(s scored, _ float64) float64 { return s.a }
	sparse := study(t, 12, 1, rising)
	for i := range sparse {
		if i%2 == 0 { // b is missing in half of the episodes, and with it the reward: only what lacks nothing counts
			sparse[i] = played(t, int32(i/2), "0", scored{0.5, nan, 0.5, 5}, 0.5)
		}
	}
	for _, tc := range []struct {
		name     string
		episodes []*episode.State
		want     string
	}{
		{"too few", study(t, 5, 1, rising), "10 episodes have everything, it takes 20"},
		{"rewards are missing", sparse, "12 episodes have everything, it takes 20"},
		{"the outcome is constant", study(t, 12, 1, func(scored, float64) float64 { return 0.5 }), "the outcome is the same in all episodes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := fit(tc.episodes, nil)
			if f.Undefined != tc.want || f.Weights != nil || f.Meaning() != "no weights: "+tc.want {
				t.Errorf("%+v, want it undefined because %q", f, tc.want)
			}
		})
	}
}

// The order in which episodes come changes nothing.
func TestFitDoesNotDependOnOrder(t *testing.T) {
	episodes := study(t, 15, 4, func(s scored, luck float64) float64 { return 0.5*s.a + 0.5*luck })
	var forward, backward = rewards.NewFit(outcomes.Willingness), rewards.NewFit(outcomes.Willingness)
	for i, state := range episodes {
		forward.Add(i, state, rewards.Recorded(state, "x"))
	}
	for i, state := range slices.Backward(episodes) {
		backward.Add(i, state, rewards.Recorded(state, "x"))
	}
	if diff := cmp.Diff(forward.Fitted(), backward.Fitted()); diff != "" {
		t.Errorf("(-forward +backward):\n%s", diff)
	}
}

func TestVotes(t *testing.T) {
	for _, tc := range []struct {
		name       string
		one, other scored // e:a, e:b weight 2; e:c and f:c weigh 0.1 each
		verdict    rewards.Verdict
		strength   float64
	}{
		{"all for it", scored{1, 1, 1, 10}, scored{0, 0, 0, 0}, rewards.Strong, 1},
		{"three to one", scored{1, 1, 1, 0}, scored{0, 0, 0, 10}, rewards.Strong, 0.5},
		{"two to two", scored{1, 1, 0, 0}, scored{0, 0, 1, 10}, rewards.Ambiguous, 0},
		{"one large term against three", scored{0.4, 1, 0, 0}, scored{0.5, 0, 1, 10}, rewards.ProbablyWrong, -0.5},
		{"who says the same of both does not vote", scored{0.5, 1, 0.5, 10}, scored{0.5, 0, 0.5, 0}, rewards.Strong, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := change(t, "e:c=0.1,f:c=0.1")
			var forward, backward rewards.Votes
			one, other := played(t, 3, "1", tc.one, 0), played(t, 3, "0", tc.other, 0)
			alone := played(t, 4, "0", tc.other, 0) // another client: not compared
			for i, state := range []*episode.State{one, other, alone} {
				forward.Add(i, state, rewards.Compose(state, "x", c))
			}
			for i, state := range slices.Backward([]*episode.State{one, other, alone}) {
				backward.Add(i, state, rewards.Compose(state, "x", c))
			}
			tally := forward.Tally()
			if diff := cmp.Diff(tally, backward.Tally()); diff != "" {
				t.Errorf("the order matters:\n%s", diff)
			}
			if len(tally.Preferences) != 1 {
				t.Fatalf("%+v, want one preference", tally)
			}
			p := tally.Preferences[0]
			if p.Better != one.Plan().Episode || p.Worse != other.Plan().Episode || p.Margin <= 0 || p.Strength != tc.strength || p.Verdict != tc.verdict || tally.Count(tc.verdict) != 1 {
				t.Errorf("%+v, want %s with %v", p, tc.verdict, tc.strength)
			}
		})
	}
}

func TestVotesThatSayNothing(t *testing.T) {
	var votes rewards.Votes
	add := func(index int, repeat int32, arm string, s scored) {
		state := played(t, repeat, arm, s, 0)
		votes.Add(index, state, rewards.Recorded(state, "x"))
	}
	add(0, 0, "0", scored{1, 0, 0, 0})
	add(1, 0, "1", scored{1, 0, 1, 1})          // a tie: c is not rewarded
	add(2, 1, "0", scored{1, 0.5, 0, 0})        // one voter only
	add(3, 1, "1", scored{1, 0.25, 0, 0})       //
	add(4, 2, "0", scored{math.NaN(), 1, 0, 0}) // no reward
	add(5, 2, "1", scored{1, 1, 0, 0})          //
	if got := votes.Tally(); got.Ties != 1 || got.Unvoted != 1 || len(got.Preferences) != 0 || got.MeanStrength != nil {
		t.Errorf("%+v, want a tie, one pair with one voter, and nothing else", got)
	}
}
