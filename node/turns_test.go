package node_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/agents/builtin/counselor"
	"github.com/vignette-sim/vignette/agents/builtin/persona"
	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// company plays scenarios with rule-based minds through the state machine, without a wire.
type company map[vignettev1.AgentKind]vignettev1.AgentServiceServer

func newCompany() company {
	return company{
		vignettev1.AgentKind_AGENT_KIND_PERSONA:   agents.NewService("p", "test", persona.New()),
		vignettev1.AgentKind_AGENT_KIND_CLIENT:    agents.NewService("c", "test", client.New()),
		vignettev1.AgentKind_AGENT_KIND_COUNSELOR: agents.NewService("h", "test", counselor.New()),
	}
}

// frames collects what a service streams.
type frames struct {
	grpc.ServerStream
	sent []*vignettev1.RespondResponse
}

func (f *frames) Context() context.Context { return context.Background() }

func (f *frames) Send(frame *vignettev1.RespondResponse) error {
	f.sent = append(f.sent, frame)
	return nil
}

// play plays an episode to its end.
func (c company) play(t rapid.TB, scenario *vignettev1.Scenario, seed uint64) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: scenario.GetId()}
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: scenario, Luck: map[string]uint64{}}
	for _, role := range scenario.GetRoles() {
		plan.Luck[role.GetId()] = episode.RoleLuck(seed, scenario.GetId(), role.GetPersona().GetId(), 0, role.GetId())
	}
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	state := episode.New(plan)
	for n := 0; ; n++ {
		decision := state.Decide()
		if _, done := decision.(episode.Done); done {
			return state
		}
		event := c.carryOut(t, state, decision)
		event.SchemaVersion, event.Id, event.Epoch = episode.SchemaVersion, fmt.Sprint(n), 1
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
}

func (c company) carryOut(t rapid.TB, state *episode.State, decision episode.Decision) *vignettev1.EpisodeEvent {
	t.Helper()
	plan := state.Plan()
	switch d := decision.(type) {
	case episode.Begin:
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: plan.Cell}}}
	case episode.AskBids:
		bids := &vignettev1.Bids{TurnIndex: int32(len(state.Turns()))}
		for _, role := range d.Roles {
			observation := state.Observe(role)
			answer, err := c[observation.GetSelf().GetKind()].Bid(context.Background(), &vignettev1.BidRequest{Observation: observation})
			if err != nil {
				t.Fatal(err)
			}
			bids.Bids = append(bids.Bids, &vignettev1.RoleBid{Role: role, Bid: answer.GetBid()})
		}
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Bids{Bids: bids}}
	case episode.AskRole:
		observation := state.Observe(d.Role)
		stream := &frames{}
		if err := c[observation.GetSelf().GetKind()].Respond(&vignettev1.RespondRequest{Observation: observation}, stream); err != nil {
			t.Fatalf("turn %d of %s: %v", len(state.Turns()), d.Role, err)
		}
		final := stream.sent[len(stream.sent)-1].GetFinal()
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
			Id: "t", Index: int32(len(state.Turns())), Role: d.Role, Action: final.GetAction(), AgentState: final.GetAgentState(),
		}}}
	case episode.End:
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: d.Reason, Detail: d.Detail}}}
	case episode.Complete:
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: d.Validity, Detail: d.Detail}}}
	}
	t.Fatalf("decision %T", decision)
	return nil
}

// group is a library scenario with another turn taking, nothing to probe or score, and time enough.
func group(t rapid.TB, id string, taking vignettev1.TurnTaking, maxTurns int32) *vignettev1.Scenario {
	t.Helper()
	scenario, err := scenarios.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	scenario.TurnTaking, scenario.Probes, scenario.Evaluators = taking, nil, nil
	for _, role := range scenario.GetRoles() {
		role.Reward = nil
	}
	scenario.Stop.MaxTurns = maxTurns
	return scenario
}

// With rule-based minds nobody talks all the time, everybody who is there long enough speaks, and the conversation ends by
// itself or where it must.
func TestNobodyHasTheFloorForGood(t *testing.T) {
	company := newCompany()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]string{"ask-for-leave", "cbt-intake", "family-talk", "house-meeting", "refuse-a-loan"}).Draw(t, "scenario")
		scenario := group(t, id, vignettev1.TurnTaking_TURN_TAKING_BID, 60)
		state := company.play(t, scenario, rapid.Uint64().Draw(t, "seed"))
		waited := map[string]int{}
		gone := map[string]bool{}
		for i, turn := range state.Turns() {
			if i > 0 && turn.GetRole() == state.Turns()[i-1].GetRole() {
				t.Fatalf("turn %d: %s went on though others were there", i, turn.GetRole())
			}
			gone[turn.GetRole()] = turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE
			for _, bid := range state.Bids()[i].GetBids() {
				if waited[bid.GetRole()]++; bid.GetRole() == turn.GetRole() || bid.GetBid() == 0 {
					waited[bid.GetRole()] = 0
				}
				if waited[bid.GetRole()] > 15 {
					t.Fatalf("turn %d: %s has wanted to speak for %d turns", i, bid.GetRole(), waited[bid.GetRole()])
				}
			}
		}
		if len(state.Turns()) < 4 {
			t.Fatalf("over after %d turns (%s)", len(state.Turns()), state.Ended().GetDetail())
		}
		if state.Ended().GetReason() == vignettev1.EndReason_END_REASON_UNSPECIFIED {
			t.Fatal("it did not end")
		}
	})
}

// In the scenario that ships everybody speaks in most episodes, somebody whispers in some, and somebody walks out of some.
func TestHouseMeeting(t *testing.T) {
	company := newCompany()
	const episodes = 40
	everybody, whispers, walkouts := 0, 0, 0
	for seed := range uint64(episodes) {
		scenario := group(t, "house-meeting", vignettev1.TurnTaking_TURN_TAKING_BID, 30)
		if seed%2 == 1 {
			scenario.Roles[0].Policy.Modality = vignettev1.Modality_MODALITY_AGGRESSIVE
		}
		spoke := map[string]bool{}
		for _, turn := range company.play(t, scenario, seed).Turns() {
			action := turn.GetAction()
			spoke[turn.GetRole()] = spoke[turn.GetRole()] || action.GetKind() == vignettev1.ActionKind_ACTION_KIND_SPEAK
			if len(action.GetTo()) > 0 {
				whispers++
			}
			if action.GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE && turn.GetRole() != "lena" {
				walkouts++
			}
		}
		if len(spoke) == 4 {
			everybody++
		}
	}
	if everybody < episodes/2 || whispers == 0 || walkouts == 0 {
		t.Errorf("of %d episodes: everybody speaks in %d, %d whispers, %d walk-outs", episodes, everybody, whispers, walkouts)
	}
}

// Addressed turn taking plays too, and nobody is left out while the one who asks has somebody to answer.
func TestAddressedTurnTaking(t *testing.T) {
	company := newCompany()
	for seed := range uint64(20) {
		spoke := map[string]bool{}
		state := company.play(t, group(t, "family-talk", vignettev1.TurnTaking_TURN_TAKING_ADDRESSED, 30), seed)
		for _, turn := range state.Turns() {
			spoke[turn.GetRole()] = true
		}
		if len(spoke) < 3 {
			t.Errorf("seed %d: only %v had a turn in %d", seed, spoke, len(state.Turns()))
		}
	}
}

// Where somebody whispered, indexes have gaps. What a mind does hangs on what it perceived, not on how it is numbered.
func TestGapsInTurns(t *testing.T) {
	company := newCompany()
	for _, tc := range []struct {
		kind vignettev1.AgentKind
		card *vignettev1.RoleCard
	}{
		{vignettev1.AgentKind_AGENT_KIND_CLIENT, &vignettev1.RoleCard{}},
		{vignettev1.AgentKind_AGENT_KIND_COUNSELOR, &vignettev1.RoleCard{}},
		{vignettev1.AgentKind_AGENT_KIND_PERSONA, &vignettev1.RoleCard{}},
		{vignettev1.AgentKind_AGENT_KIND_PERSONA, &vignettev1.RoleCard{Stance: &vignettev1.Stance{Position: "I need the car myself.", Objections: []string{"You never fill it up."}}}},
		{vignettev1.AgentKind_AGENT_KIND_PERSONA, &vignettev1.RoleCard{Objective: &vignettev1.Objective{
			Statement: "Borrow the car", Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Request: "I'd like to borrow the car.", Facts: []string{"The bus does not run on Sundays."},
		}}},
	} {
		tc.card.Id, tc.card.Name, tc.card.Kind, tc.card.Persona = "me", "Mia", tc.kind, &vignettev1.Persona{Id: "p", Name: "Mia"}
		// The same four turns, numbered without gaps and as they are when others whispered in between.
		var told [2][]string
		for way, indexes := range [2][]int32{{0, 1, 2, 3}, {0, 2, 5, 9}} {
			var turns []*vignettev1.PerceivedTurn
			var memory []byte
			for n, index := range indexes {
				if n%2 == 0 {
					turns = append(turns, &vignettev1.PerceivedTurn{Index: index, Role: "x", Action: &vignettev1.Action{
						Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: []string{"How are you feeling about the car today?", "What would you need from us, then?"}[n/2],
					}})
					continue
				}
				observation := &vignettev1.Observation{
					TurnIndex: index, Self: tc.card, Turns: turns, AgentState: memory, TurnsLeft: 10,
					Others: []*vignettev1.Participant{{Id: "x", Name: "Xenia"}, {Id: "y", Name: "Yusuf"}},
					Chance: &vignettev1.Chance{Episode: 1, Turn: uint64(n)},
				}
				stream := &frames{}
				if err := company[tc.kind].Respond(&vignettev1.RespondRequest{Observation: observation}, stream); err != nil {
					t.Fatalf("%s, turn %d: %v", tc.kind, index, err)
				}
				final := stream.sent[len(stream.sent)-1].GetFinal()
				memory = final.GetAgentState()
				turns = append(turns, &vignettev1.PerceivedTurn{Index: index, Role: "me", Action: final.GetAction()})
				told[way] = append(told[way], final.GetAction().String())
			}
		}
		if diff := cmp.Diff(told[0], told[1]); diff != "" {
			t.Errorf("%s answers otherwise where there are gaps:\n%s", tc.kind, diff)
		}
	}
}

// When one of several clients leaves, the session goes on: neither the other client nor the counselor takes it for a goodbye.
// When nobody is left to talk to, they do.
func TestOneOfSeveralLeaves(t *testing.T) {
	company := newCompany()
	leave := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_LEAVE, Text: "I have to get home."}
	for _, tc := range []struct {
		kind   vignettev1.AgentKind
		others []*vignettev1.Participant
		parts  bool
	}{
		{vignettev1.AgentKind_AGENT_KIND_CLIENT, []*vignettev1.Participant{{Id: "x", Name: "Xenia", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Left: true}, {Id: "h", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR}}, false},
		{vignettev1.AgentKind_AGENT_KIND_CLIENT, []*vignettev1.Participant{{Id: "x", Name: "Xenia", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Left: true}, {Id: "y", Name: "Yusuf", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}}, true},
		{vignettev1.AgentKind_AGENT_KIND_COUNSELOR, []*vignettev1.Participant{{Id: "x", Name: "Xenia", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Left: true}, {Id: "y", Name: "Yusuf", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT}}, false},
		{vignettev1.AgentKind_AGENT_KIND_COUNSELOR, []*vignettev1.Participant{{Id: "x", Name: "Xenia", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Left: true}, {Id: "y", Name: "Yusuf", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA}}, true},
	} {
		speak := func(text string) *vignettev1.Action {
			return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
		}
		observation := &vignettev1.Observation{
			Self:   &vignettev1.RoleCard{Id: "me", Kind: tc.kind, Persona: &vignettev1.Persona{Id: "p", Name: "Mia"}, Policy: &vignettev1.Policy{Skill: proto.Float64(1)}},
			Others: tc.others, TurnsLeft: 20, Chance: &vignettev1.Chance{Episode: 3, Turn: 4},
		}
		said := ""
		for _, heard := range []*vignettev1.Action{speak("I've been tired all week."), speak("It is worst on Sundays."), leave} {
			observation.Turns = append(observation.Turns, &vignettev1.PerceivedTurn{Index: observation.GetTurnIndex(), Role: "x", Action: heard})
			observation.TurnIndex++
			stream := &frames{}
			if err := company[tc.kind].Respond(&vignettev1.RespondRequest{Observation: observation}, stream); err != nil {
				t.Fatal(err)
			}
			final := stream.sent[len(stream.sent)-1].GetFinal()
			said = final.GetAction().GetText()
			observation.AgentState = final.GetAgentState()
			observation.Turns = append(observation.Turns, &vignettev1.PerceivedTurn{Index: observation.GetTurnIndex(), Role: "me", Action: final.GetAction()})
			observation.TurnIndex++
		}
		observation.Turns = append(observation.Turns, &vignettev1.PerceivedTurn{Index: observation.GetTurnIndex(), Role: tc.others[1].GetId(), Action: speak("What do you think about that?")})
		observation.TurnIndex++
		bid, err := company[tc.kind].Bid(context.Background(), &vignettev1.BidRequest{Observation: observation})
		if err != nil {
			t.Fatal(err)
		}
		if parted := bid.GetBid() == 0; parted != tc.parts {
			t.Errorf("%s with %v: said %q and bids %v; takes it for the end: %v, want %v", tc.kind, tc.others, said, bid.GetBid(), parted, tc.parts)
		}
	}
}
