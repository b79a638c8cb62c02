package generations

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// By hand: "a b c" has the pairs ab, bc; "b c d" has bc, cd. They share one of three.
func TestMeasures(t *testing.T) {
	one, two := pairsOf([]string{"A b c."}), pairsOf([]string{"b, c d"})
	for _, tc := range []struct {
		name      string
		got, want float64
	}{
		{"distance", distance(one, two), 2.0 / 3},
		{"distance to itself", distance(one, one), 0},
		{"nothing said", distance(nil, nil), 0},
		{"something and nothing", distance(one, nil), 1},
		{"distinct-2", first(distinct2([]pairs{one, two})), 0.75},
		{"distinct-2, said twice", first(distinct2([]pairs{pairsOf([]string{"go on go on go on"})})), 2.0 / 5},
		{"apart", first(apart([]pairs{one, two, one})), (2.0/3 + 0 + 2.0/3) / 3},
		// B-STaR with n* = 8: of 10 selected 4 right and unique, min(4/8, 1) x 4/10; of 16 selected 12, 1 x 12/16.
		{"balance, few", balance(10, 4, 8), 0.2},
		{"balance, enough", balance(16, 12, 8), 0.75},
		{"balance, none", balance(0, 0, 8), 0},
	} {
		if math.Abs(tc.got-tc.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", tc.name, tc.got, tc.want)
		}
	}
	if _, ok := apart([]pairs{one}); ok {
		t.Error("one text has a distance")
	}
}

func first(x float64, ok bool) float64 {
	if !ok {
		return math.NaN()
	}
	return x
}

// All measures lie from 0 to 1, a distance has no direction, and balance grows with what is distinct and right.
func TestMeasuresHold(t *testing.T) {
	text := rapid.SliceOfN(rapid.StringMatching(`[abc ]{0,12}`), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := pairsOf(text.Draw(t, "a")), pairsOf(text.Draw(t, "b"))
		if d := distance(a, b); d < 0 || d > 1 || d != distance(b, a) {
			t.Fatalf("distance %v and %v", d, distance(b, a))
		}
		n := rapid.IntRange(1, 50).Draw(t, "n")
		right, wanted := rapid.IntRange(0, n).Draw(t, "right"), rapid.IntRange(1, 20).Draw(t, "wanted")
		x := balance(n, right, wanted)
		if x < 0 || x > 1 || right > 0 && balance(n, right-1, wanted) >= x {
			t.Fatalf("balance of %d, %d, %d: %v", n, right, wanted, x)
		}
	})
}

// talk is a finished conversation in which the focal role says one line.
func talk(t *testing.T, cell *vignettev1.Cell, line string, reward *float64) *episode.State {
	t.Helper()
	plan := &episode.Plan{Episode: "e", Cell: cell, Scenario: &vignettev1.Scenario{
		Id: cell.Scenario, Focal: "me", Stop: &vignettev1.StopRules{MaxTurns: 1}, TurnTaking: vignettev1.TurnTaking_TURN_TAKING_ALTERNATING,
		Roles: []*vignettev1.Role{{Id: "me"}, {Id: "you"}},
	}}
	state := episode.New(plan)
	r := &vignettev1.Reward{Role: "me"}
	if reward != nil {
		r.Outcome = &vignettev1.Reward_Value{Value: *reward}
	} else {
		r.Outcome = &vignettev1.Reward_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED}}
	}
	for i, event := range []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: "e", Cell: cell}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "t", Role: "me", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: line}}}},
		{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}},
		{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Rewards: []*vignettev1.Reward{r}}}},
	} {
		event.SchemaVersion, event.Epoch, event.Id = episode.SchemaVersion, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

// A loop that earns more by saying the same everywhere is found out, and what has no reward is neither accepted nor zero.
func TestCollapse(t *testing.T) {
	table := &Table{Terms: Terms{Accept: 0.3}}
	for s := range 6 {
		for repeat := range int32(4) {
			cell := &vignettev1.Cell{Scenario: fmt.Sprint("s", s), Repeat: repeat}
			low, high := 0.3+0.05*float64(s), 0.6+0.05*float64(s)
			table.Add("one", cell, talk(t, cell, fmt.Sprintf("here %d comes %d something %d new %d", s, repeat, repeat*7, int(repeat)*s), &low))
			reward := &high
			if s == 0 && repeat == 0 {
				reward = nil
			}
			table.Add("two", cell, talk(t, cell, strings.Repeat("I hear that this is hard. ", 1+s%2*int(repeat%2)), reward))
		}
	}
	r, err := table.Report()
	if err != nil {
		t.Fatal(err)
	}
	one, two := r.Generations[0], r.Generations[1]
	if one.Accepted != 24 || two.Accepted != 23 || two.NoReward != 1 || two.Begun != 24 || *two.Acceptance.Mean != 23.0/24 {
		t.Errorf("accepted %d and %d of %d, %d without a reward", one.Accepted, two.Accepted, two.Begun, two.NoReward)
	}
	if two.Reward.N != 23 || math.Abs(*two.Reward.Change-0.3) > 1e-9 || two.Reward.Over != "scenarios" {
		t.Errorf("reward %+v", two.Reward)
	}
	if *one.Diversity.Mean < 0.8 || *two.Diversity.Mean > 0.2 || !fell(two.Diversity) || *two.Balance.Mean >= *one.Balance.Mean {
		t.Errorf("diversity %v then %v, balance %v then %v", *one.Diversity.Mean, *two.Diversity.Mean, *one.Balance.Mean, *two.Balance.Mean)
	}
	for _, want := range []string{"may be learning one way", "repeat the words", "have no reward"} {
		if !strings.Contains(strings.Join(r.Warnings, "\n"), want) {
			t.Errorf("no warning that says %q: %v", want, r.Warnings)
		}
	}
	if _, err := (&Table{}).Report(); err == nil {
		t.Error("nothing is reported")
	}
}
