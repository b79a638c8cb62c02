package episode_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// speakers plays a scenario and returns who spoke, one letter a turn.
func speakers(t *testing.T, w *world, scenario *vignettev1.Scenario) (string, *episode.State) {
	t.Helper()
	state := episode.New(newPlan(scenario))
	w.play(t, state)
	var order strings.Builder
	for _, turn := range state.Turns() {
		order.WriteString(turn.GetRole())
	}
	return order.String(), state
}

func TestAddressed(t *testing.T) {
	type meant struct{ to, addressee string }
	for _, tc := range []struct {
		name  string
		meant map[int]meant
		leave int // the turn in which its role leaves; 0 means none
		want  string
	}{
		{"to nobody: whoever has waited longest", nil, 0, "abcdabcd"},
		{"to one: that one, then whoever has waited longest", map[int]meant{1: {addressee: "a"}, 2: {addressee: "b"}}, 0, "ababcdab"},
		{"a whisper to one means that one", map[int]meant{0: {to: "d"}}, 0, "adbcadbc"},
		{"a whisper to two is answered by one of them", map[int]meant{0: {to: "c d"}, 4: {to: "b c"}}, 0, "acbdacbd"},
		{"a whisper to two may be for one", map[int]meant{0: {to: "c d", addressee: "d"}}, 0, "adbcadbc"},
		{"one who has left is not asked again", map[int]meant{0: {addressee: "d"}}, 1, "adbcabca"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scenario := fourRoles()
			scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_ADDRESSED
			got, _ := speakers(t, &world{act: func(role string, index int) *vignettev1.Turn {
				turn := says("hello %d")(role, index)
				turn.Action.To, turn.Action.Addressee = strings.Fields(tc.meant[index].to), tc.meant[index].addressee
				if tc.leave > 0 && index == tc.leave {
					turn.Action.Kind = vignettev1.ActionKind_ACTION_KIND_LEAVE
				}
				return turn
			}}, scenario)
			if got != tc.want {
				t.Errorf("spoke %s, want %s", got, tc.want)
			}
		})
	}
}

func TestBids(t *testing.T) {
	for _, tc := range []struct {
		name   string
		bids   func(role string, index int) float64
		want   string
		reason vignettev1.EndReason
	}{
		{"ties go by order, the last speaker comes after the others", func(string, int) float64 { return 0.5 }, "abababab", vignettev1.EndReason_END_REASON_MAX_TURNS},
		{"the highest speaks", func(role string, i int) float64 {
			return map[bool]float64{true: 0.9, false: 0.1}[role == string("dcbadcba"[i%8])]
		}, "dcbadcba", vignettev1.EndReason_END_REASON_MAX_TURNS},
		{"one goes on if nobody else wants to", func(role string, i int) float64 {
			return map[bool]float64{true: 0.1}[role == "c" && i < 3]
		}, "ccc", vignettev1.EndReason_END_REASON_NO_BIDS},
		{"one must yield to whoever wants to a little", func(role string, i int) float64 {
			return map[string]float64{"c": 1, "d": 0.01}[role]
		}, "cdcdcdcd", vignettev1.EndReason_END_REASON_MAX_TURNS},
		{"nobody wants to begin", func(string, int) float64 { return 0 }, "", vignettev1.EndReason_END_REASON_NO_BIDS},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scenario := fourRoles()
			scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_BID
			got, state := speakers(t, &world{act: says("hello %d"), bid: tc.bids}, scenario)
			if got != tc.want || state.Ended().GetReason() != tc.reason {
				t.Errorf("spoke %q, ended by %s; want %q, %s", got, state.Ended().GetReason(), tc.want, tc.reason)
			}
		})
	}
}

// A conversation that nobody began is empty, however it came to that.
func TestNobodyBegins(t *testing.T) {
	scenario := fourRoles()
	scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_BID
	_, state := speakers(t, &world{bid: func(string, int) float64 { return 0 }}, scenario)
	if got := state.Completed().GetValidity(); got != vignettev1.Validity_VALIDITY_EMPTY {
		t.Errorf("validity %s, want empty", got)
	}
}

func TestBidsAreHeldToTheRules(t *testing.T) {
	event := func(index int32, bids ...*vignettev1.RoleBid) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "e", Epoch: 1, Event: &vignettev1.EpisodeEvent_Bids{
			Bids: &vignettev1.Bids{TurnIndex: index, Bids: bids},
		}}
	}
	a, b := &vignettev1.RoleBid{Role: "a", Bid: 0.5}, &vignettev1.RoleBid{Role: "b"}
	for _, tc := range []struct {
		name   string
		taking vignettev1.TurnTaking
		event  *vignettev1.EpisodeEvent
		want   string
	}{
		{"right", vignettev1.TurnTaking_TURN_TAKING_BID, event(0, a, b), ""},
		{"another turn", vignettev1.TurnTaking_TURN_TAKING_BID, event(1, a, b), "bids for turn 1 where turn 0 is due"},
		{"one is missing", vignettev1.TurnTaking_TURN_TAKING_BID, event(0, a), "present are"},
		{"another order", vignettev1.TurnTaking_TURN_TAKING_BID, event(0, b, a), "present are"},
		{"out of range", vignettev1.TurnTaking_TURN_TAKING_BID, event(0, a, &vignettev1.RoleBid{Role: "b", Bid: 1.5}), "the bid is 1.5"},
		{"not by bids", vignettev1.TurnTaking_TURN_TAKING_ALTERNATING, event(0, a, b), "turn taking is not by bids"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scenario := twoRoles()
			scenario.TurnTaking = tc.taking
			state := episode.New(newPlan(scenario))
			if err := state.Apply((&world{}).carryOut(state, state.Decide())); err != nil {
				t.Fatal(err)
			}
			err := state.Apply(tc.event)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("err = %v, want %q", err, tc.want)
			}
			if err == nil && state.Apply(proto.CloneOf(tc.event)) == nil {
				t.Error("the same bids came twice")
			}
		})
	}
}

// Bids are in the log, so whoever takes an episode over goes by them, and asks nobody again.
func TestTakeoverKeepsBids(t *testing.T) {
	scenario := fourRoles()
	scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_BID
	state := episode.New(newPlan(scenario))
	w := &world{act: says("hello %d"), bid: func(role string, _ int) float64 { return map[bool]float64{true: 1}[role == "c"] }}
	for range 2 { // begin, bids
		if err := state.Apply(w.carryOut(state, state.Decide())); err != nil {
			t.Fatal(err)
		}
	}
	claim := &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "c", Epoch: 2, Event: &vignettev1.EpisodeEvent_Claimed{Claimed: &vignettev1.Claimed{Epoch: 2, Worker: "b"}}}
	if err := state.Apply(claim); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(episode.Decision(episode.AskRole{Role: "c"}), state.Decide()); diff != "" {
		t.Errorf("after a takeover, -want +got:\n%s", diff)
	}
}
