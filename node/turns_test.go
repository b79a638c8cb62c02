package node_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc"
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
		scenario := group(t, id, vignettev1.TurnTaking_TURN_TAKING_BID, 80)
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
	const episodes = 60
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
