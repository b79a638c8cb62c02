package episode_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Whatever roles do, an episode comes to rest, its turns follow the rules, and everything asked is answered once.
func TestMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scenario := anyScenario(t)
		state := episode.New(newPlan(scenario))
		w := &world{act: anyTurn(t, scenario), bid: anyBid(t)}
		events := w.play(t, state)

		if state.Phase() != vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED {
			t.Fatalf("came to rest in %s", state.Phase())
		}
		checkTurns(t, scenario, state)
		checkScores(t, scenario, state)
		checkProbes(t, scenario, state)
		checkFold(t, state, events)
	})
}

func checkTurns(t *rapid.T, scenario *vignettev1.Scenario, state *episode.State) {
	if n := len(state.Turns()); n > int(scenario.GetStop().GetMaxTurns()) {
		t.Fatalf("%d turns, at most %d allowed", n, scenario.GetStop().GetMaxTurns())
	}
	gone := map[string]bool{}
	rounds := state.Bids()
	for i, turn := range state.Turns() {
		if int(turn.GetIndex()) != i {
			t.Fatalf("turn %d has index %d", i, turn.GetIndex())
		}
		if gone[turn.GetRole()] || gone[scenario.GetFocal()] {
			t.Fatalf("turn %d was taken after its role or the focal role had left", i)
		}
		var round *vignettev1.Bids
		if scenario.GetTurnTaking() == vignettev1.TurnTaking_TURN_TAKING_BID {
			round, rounds = rounds[0], rounds[1:]
		}
		if due := dueRole(scenario, state.Turns()[:i], gone, round); due != turn.GetRole() {
			t.Fatalf("turn %d was taken by %q, by the rule it is %q's", i, turn.GetRole(), due)
		}
		if turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE {
			gone[turn.GetRole()] = true
		}
	}
	ended := state.Ended().GetReason() == vignettev1.EndReason_END_REASON_NO_BIDS
	if len(rounds) > 1 || ended != (len(rounds) == 1) {
		t.Fatalf("%d rounds of bids without a turn, ended by nobody bidding: %v", len(rounds), ended)
	}
	for _, round := range rounds {
		for _, bid := range round.GetBids() {
			if bid.GetBid() != 0 {
				t.Fatalf("%q wanted to speak and the conversation ended for want of bids", bid.GetRole())
			}
		}
	}
}

// dueRole says whose turn it is, from the rules as the contract words them: a second reading of them.
func dueRole(scenario *vignettev1.Scenario, turns []*vignettev1.Turn, gone map[string]bool, bids *vignettev1.Bids) string {
	var ids []string
	for _, role := range scenario.GetRoles() {
		ids = append(ids, role.GetId())
	}
	here := func(id string) bool { return !gone[id] }
	var last *vignettev1.Turn
	if len(turns) > 0 {
		last = turns[len(turns)-1]
	}
	switch scenario.GetTurnTaking() {
	case vignettev1.TurnTaking_TURN_TAKING_BID:
		sorted := slices.Clone(bids.GetBids())
		slices.SortStableFunc(sorted, func(a, b *vignettev1.RoleBid) int {
			mine := func(r *vignettev1.RoleBid) bool {
				return last != nil && r.GetRole() == last.GetRole() && r.GetBid() > 0
			}
			if a.GetBid() > 0 && b.GetBid() > 0 && mine(a) != mine(b) {
				return map[bool]int{true: 1, false: -1}[mine(a)]
			}
			return cmp.Compare(b.GetBid(), a.GetBid())
		})
		return sorted[0].GetRole()
	case vignettev1.TurnTaking_TURN_TAKING_ADDRESSED:
		if to := last.GetAction().GetAddressee(); to != "" && here(to) {
			return to
		}
		if to := last.GetAction().GetTo(); len(to) == 1 && here(to[0]) {
			return to[0]
		}
		best, when := "", len(turns)
		for _, id := range ids {
			heard := len(last.GetAction().GetTo()) == 0 || slices.Contains(last.GetAction().GetTo(), id)
			at := -1
			for i, turn := range turns {
				if turn.GetRole() == id {
					at = i
				}
			}
			if here(id) && heard && id != last.GetRole() && at < when {
				best, when = id, at
			}
		}
		return best
	}
	for i := slices.Index(ids, last.GetRole()) + 1; ; i++ {
		if id := ids[i%len(ids)]; here(id) {
			return id
		}
	}
}

// checkScores holds every turn of the scored role, and the episode, to exactly one score.
func checkScores(t *rapid.T, scenario *vignettev1.Scenario, state *episode.State) {
	got := map[int32]int{}
	for _, score := range state.Scores() {
		at := int32(-1)
		if score.TurnIndex != nil {
			at = score.GetTurnIndex()
		}
		got[at]++
	}
	want := map[int32]int{-1: 1}
	for _, turn := range state.Turns() {
		if turn.GetRole() == scenario.GetFocal() {
			want[turn.GetIndex()] = 1
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("scores per turn (-1 is the episode), -want +got:\n%s", diff)
	}
}

func checkProbes(t *rapid.T, scenario *vignettev1.Scenario, state *episode.State) {
	got := map[string]int{}
	for _, answer := range state.Probes() {
		got[answer.GetProbe()]++
	}
	want := map[string]int{}
	for _, spec := range scenario.GetProbes() {
		if spec.GetEvery() == 0 {
			want[spec.GetId()] = 1
			continue
		}
		taken := 0
		for _, turn := range state.Turns() {
			if turn.GetRole() == spec.GetRole() {
				taken++
			}
		}
		if n := taken / int(spec.GetEvery()); n > 0 {
			want[spec.GetId()] = n
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("answers per probe, -want +got:\n%s", diff)
	}
}

// checkFold holds the state to being a fold: replayed from its events it is the same, at every step the same event is
// due, no event can come twice, and a digest sees no difference in what is volatile.
func checkFold(t *rapid.T, state *episode.State, events []*vignettev1.EpisodeEvent) {
	again := episode.New(state.Plan())
	digest, shifted := episode.NewDigest(), episode.NewDigest()
	for i, event := range events {
		if err := again.Apply(event); err != nil {
			t.Fatalf("replay event %d: %v", i, err)
		}
		before := again.Summary()
		if event.GetEvaluated() == nil || again.Completed() != nil {
			if err := again.Apply(event); err == nil {
				t.Fatalf("event %d (%T) was accepted twice", i, event.GetEvent())
			}
		}
		if diff := gocmp.Diff(before, again.Summary(), protocmp.Transform()); diff != "" {
			t.Fatalf("a refused event changed the state:\n%s", diff)
		}
		digest.Add(event)
		other := proto.CloneOf(event)
		other.Id, other.Epoch, other.Time = "x", 9, nil
		if turn := other.GetTurn(); turn != nil {
			turn.Id, turn.Attempts = "y", 3
		}
		shifted.Add(other)
	}
	if diff := gocmp.Diff(state.Summary(), again.Summary(), protocmp.Transform()); diff != "" {
		t.Fatalf("replayed, -played +replayed:\n%s", diff)
	}
	if digest.Sum() != shifted.Sum() {
		t.Fatalf("the digest sees ids, epochs, times or attempts")
	}
}

func TestDigestSeesWhatHappened(t *testing.T) {
	turn := func(text string) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text},
		}}}
	}
	sum := func(events ...*vignettev1.EpisodeEvent) [32]byte {
		d := episode.NewDigest()
		for _, event := range events {
			d.Add(event)
		}
		return d.Sum()
	}
	if sum(turn("a")) == sum(turn("b")) {
		t.Error("another word, the same digest")
	}
	if sum(turn("a"), turn("b")) == sum(turn("b"), turn("a")) {
		t.Error("another order, the same digest")
	}
	claimed := &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Claimed{Claimed: &vignettev1.Claimed{Epoch: 2}}}
	if sum(turn("a"), claimed) != sum(turn("a")) {
		t.Error("a claim changes the digest")
	}
}

// What is deleted is gone, whoever holds it and however far it was, and nothing can follow.
func TestDeleted(t *testing.T) {
	deleted := &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "d", Epoch: 1, Event: &vignettev1.EpisodeEvent_Deleted{Deleted: &vignettev1.Tombstone{Reason: "asked for"}}}
	for _, steps := range []int{0, 1, 4, 1000} {
		state, w := episode.New(newPlan(twoRoles())), &world{act: says("hello there")}
		for range steps {
			if _, done := state.Decide().(episode.Done); done {
				break
			}
			if err := state.Apply(w.carryOut(state, state.Decide())); err != nil {
				t.Fatal(err)
			}
		}
		if err := state.Apply(deleted); err != nil {
			t.Fatalf("after %d steps: %v", steps, err)
		}
		if state.Phase() != vignettev1.EpisodePhase_EPISODE_PHASE_DELETED || state.Deleted().GetReason() != "asked for" {
			t.Errorf("after %d steps it is %v, left is %v", steps, state.Phase(), state.Deleted())
		}
		if len(state.Turns()) > 0 || len(state.Scores()) > 0 || state.Completed() != nil {
			t.Errorf("after %d steps something of it is left", steps)
		}
		if decision := state.Decide(); decision != (episode.Done{}) {
			t.Errorf("after %d steps the next thing to do is %T", steps, decision)
		}
		for _, next := range []*vignettev1.EpisodeEvent{
			proto.CloneOf(deleted),
			{SchemaVersion: 1, Id: "c", Epoch: 2, Event: &vignettev1.EpisodeEvent_Claimed{Claimed: &vignettev1.Claimed{Epoch: 2}}},
			{SchemaVersion: 1, Id: "s", Epoch: 1, Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: state.Plan().Episode, Cell: state.Plan().Cell}}},
		} {
			if err := state.Apply(next); err == nil {
				t.Errorf("after %d steps and its deletion, %q was taken", steps, next.GetId())
			}
		}
	}
}

// A zombie that wakes up after somebody else has claimed the episode cannot go on.
func TestTakeover(t *testing.T) {
	scenario := twoRoles()
	state := episode.New(newPlan(scenario))
	w := &world{act: says("hello there")}
	for range 3 {
		if err := state.Apply(w.carryOut(state, state.Decide())); err != nil {
			t.Fatal(err)
		}
	}
	stale := w.carryOut(state, state.Decide())
	claim := &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "c", Epoch: 2, Event: &vignettev1.EpisodeEvent_Claimed{Claimed: &vignettev1.Claimed{Epoch: 2, Worker: "b"}}}
	if err := state.Apply(claim); err != nil {
		t.Fatal(err)
	}
	if err := state.Apply(stale); err == nil || !strings.Contains(err.Error(), "epoch") {
		t.Errorf("the zombie's turn: err = %v, want one about the epoch", err)
	}
	if err := state.Apply(proto.CloneOf(claim)); err == nil {
		t.Errorf("the same epoch was claimed twice")
	}
	w.play(t, state)
	if got := state.Completed().GetValidity(); got != vignettev1.Validity_VALIDITY_OK {
		t.Errorf("validity %s after a takeover", got)
	}
}

func TestValidity(t *testing.T) {
	speak := vignettev1.ActionKind_ACTION_KIND_SPEAK
	for _, tc := range []struct {
		name string
		act  func(string, int) *vignettev1.Turn
		want vignettev1.Validity
	}{
		{"both speak", says("I would like to talk about Thursday %d"), vignettev1.Validity_VALIDITY_OK},
		{"one is silent", func(role string, i int) *vignettev1.Turn {
			if role == "b" {
				return &vignettev1.Turn{Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}}
			}
			return &vignettev1.Turn{Action: &vignettev1.Action{Kind: speak, Text: strings.Repeat("word ", i+1)}}
		}, vignettev1.Validity_VALIDITY_EMPTY},
		{"only dots", func(role string, i int) *vignettev1.Turn {
			text := "..."
			if role == "a" {
				text = strings.Repeat("word ", i+1)
			}
			return &vignettev1.Turn{Action: &vignettev1.Action{Kind: speak, Text: text}}
		}, vignettev1.Validity_VALIDITY_EMPTY},
		{"a loop", says("I have said this before."), vignettev1.Validity_VALIDITY_REPEATED},
		{"short words may come again", says("Yes."), vignettev1.Validity_VALIDITY_OK},
		{"speaks as the other", func(role string, i int) *vignettev1.Turn {
			text := strings.Repeat("word ", i+1)
			if role == "a" && i == 2 {
				text = "Bo: I agree with you."
			}
			return &vignettev1.Turn{Action: &vignettev1.Action{Kind: speak, Text: text}}
		}, vignettev1.Validity_VALIDITY_ROLE_FLIPPED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			state := episode.New(newPlan(twoRoles()))
			(&world{act: tc.act}).play(t, state)
			if got := state.Completed(); got.GetValidity() != tc.want {
				t.Errorf("validity %s (%s), want %s", got.GetValidity(), got.GetDetail(), tc.want)
			}
		})
	}
}

func twoRoles() *vignettev1.Scenario {
	return &vignettev1.Scenario{
		Id: "s", Language: "en", Focal: "a",
		TurnTaking: vignettev1.TurnTaking_TURN_TAKING_ALTERNATING,
		Stop:       &vignettev1.StopRules{MaxTurns: 8},
		Roles: []*vignettev1.Role{
			{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pa", Name: "Ada"}},
			{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "pb", Name: "Bo"}},
		},
	}
}

// says makes roles say a text; a %d in it becomes the turn's index.
func says(text string) func(string, int) *vignettev1.Turn {
	return func(_ string, index int) *vignettev1.Turn {
		return &vignettev1.Turn{Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK,
			Text: strings.ReplaceAll(text, "%d", strings.Repeat("i", index+1)),
		}}
	}
}
