package persona_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/persona"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// stage plays a scenario by calling minds directly, as the engine would through the broker.
type stage struct {
	scenario *vignettev1.Scenario
	mind     agents.Mind
	seed     uint64
	// instead replaces what a role says, by role id; nil lets the mind speak.
	instead map[string]func(*stage) string
	turns   []*vignettev1.Turn
	states  map[string][]byte
	left    map[string]bool
}

func library(t testing.TB, id string) *vignettev1.Scenario {
	t.Helper()
	s, err := scenarios.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// play plays a scenario to its end.
func play(t testing.TB, s *vignettev1.Scenario, seed uint64, instead map[string]func(*stage) string) *stage {
	t.Helper()
	st := &stage{scenario: s, mind: persona.New(), seed: seed, instead: instead, states: map[string][]byte{}, left: map[string]bool{}}
	silences := 0
	for i := 0; len(st.turns) < int(s.GetStop().GetMaxTurns()) && i < 1000; i++ {
		role := s.GetRoles()[i%len(s.GetRoles())]
		if st.left[role.GetId()] {
			continue
		}
		turn := st.take(t, role)
		st.turns = append(st.turns, turn)
		if turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_SILENT {
			silences++
		} else {
			silences = 0
		}
		if turn.GetAction().GetKind() == vignettev1.ActionKind_ACTION_KIND_LEAVE {
			st.left[role.GetId()] = true
		}
		if silences >= len(s.GetRoles())-len(st.left) || st.left[s.GetFocal()] || len(s.GetRoles())-len(st.left) < 2 {
			break
		}
	}
	return st
}

func (st *stage) take(t testing.TB, role *vignettev1.Role) *vignettev1.Turn {
	t.Helper()
	index := int32(len(st.turns))
	turn := &vignettev1.Turn{Index: index, Role: role.GetId()}
	if say := st.instead[role.GetId()]; say != nil {
		turn.Action = &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: say(st)}
		return turn
	}
	reply := &keeper{}
	answer, err := st.mind.Respond(context.Background(), st.observe(role), reply)
	if err != nil {
		t.Fatalf("turn %d of %s: %v", index, role.GetId(), err)
	}
	turn.Action, turn.Acts, turn.AgentState, turn.MentalState = answer.Action, answer.Acts, answer.AgentState, reply.state
	st.states[role.GetId()] = answer.AgentState
	return turn
}

func (st *stage) observe(role *vignettev1.Role) *vignettev1.Observation {
	s := st.scenario
	index := len(st.turns)
	obs := &vignettev1.Observation{
		Episode: "e", TurnIndex: int32(index), Language: "en", Setting: s.GetSetting(), AgentState: st.states[role.GetId()],
		Chance:    &vignettev1.Chance{Episode: mix(st.seed, role.GetId(), -1), Turn: mix(st.seed, role.GetId(), index)},
		TurnsLeft: s.GetStop().GetMaxTurns() - int32(index),
		Self: &vignettev1.RoleCard{
			Id: role.GetId(), Name: nameOf(role), Kind: role.GetKind(), Relation: role.GetRelation(), Persona: role.GetPersona(),
			Policy: role.GetPolicy(), Goal: role.GetGoal(), Knowledge: role.GetKnowledge(), Stance: role.GetStance(),
		},
	}
	if role.GetId() == s.GetFocal() {
		obs.Self.Objective = s.GetObjective()
	}
	for _, other := range s.GetRoles() {
		if other.GetId() != role.GetId() {
			obs.Others = append(obs.Others, &vignettev1.Participant{
				Id: other.GetId(), Name: nameOf(other), Kind: other.GetKind(), Relation: other.GetRelation(),
				Introduction: other.GetPersona().GetIntroduction(), Left: st.left[other.GetId()],
			})
		}
	}
	for _, turn := range st.turns {
		if to := turn.GetAction().GetTo(); len(to) > 0 && turn.GetRole() != role.GetId() && !slices.Contains(to, role.GetId()) {
			continue
		}
		obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: turn.GetIndex(), Role: turn.GetRole(), Action: turn.GetAction()})
	}
	return obs
}

func nameOf(role *vignettev1.Role) string {
	if role.GetName() != "" {
		return role.GetName()
	}
	return role.GetPersona().GetName()
}

func mix(seed uint64, role string, turn int) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d|%s|%d", seed, role, turn)
	return h.Sum64()
}

// keeper is a reply that keeps what was committed.
type keeper struct {
	state *vignettev1.MentalState
	acts  []*vignettev1.IntendedAct
	count int
}

func (k *keeper) Commit(state *vignettev1.MentalState, acts []*vignettev1.IntendedAct) error {
	k.state, k.acts = state, acts
	k.count++
	return nil
}
func (*keeper) Appraise(*vignettev1.Appraisal) error {
	panic("a computed state needs no appraisal beside it")
}
func (k *keeper) Say(string) error     { return nil }
func (k *keeper) Discard(string) error { return nil }
func (k *keeper) Watched() bool        { return false }

// transcript is what one reads.
func (st *stage) transcript() string {
	var b strings.Builder
	names := map[string]string{}
	for _, role := range st.scenario.GetRoles() {
		names[role.GetId()] = strings.Fields(nameOf(role))[0]
	}
	for _, turn := range st.turns {
		text := turn.GetAction().GetText()
		switch turn.GetAction().GetKind() {
		case vignettev1.ActionKind_ACTION_KIND_NONVERBAL:
			text = "*" + text + "*"
		case vignettev1.ActionKind_ACTION_KIND_SILENT:
			text = "(silent)"
		case vignettev1.ActionKind_ACTION_KIND_LEAVE:
			text += " (leaves)"
		}
		if to := turn.GetAction().GetTo(); len(to) > 0 {
			text = "(to " + names[to[0]] + ") " + text
		}
		fmt.Fprintf(&b, "%s: %s\n", names[turn.GetRole()], text)
		var acts []string
		for _, act := range turn.GetActs() {
			acts = append(acts, act.GetAct())
		}
		if m := turn.GetMentalState(); m.GetWillingness() > 0 || m.Willingness != nil {
			fmt.Fprintf(&b, "    [%s; willing %.2f, distress %.0f]\n", strings.Join(acts, " "), m.GetWillingness(), m.GetDistress())
		} else {
			fmt.Fprintf(&b, "    [%s; distress %.0f]\n", strings.Join(acts, " "), m.GetDistress())
		}
	}
	return b.String()
}

// willingness is the last willingness of a role.
func (st *stage) willingness(role string) float64 {
	for i := len(st.turns) - 1; i >= 0; i-- {
		if turn := st.turns[i]; turn.GetRole() == role && turn.GetMentalState() != nil {
			return turn.GetMentalState().GetWillingness()
		}
	}
	return 0
}

// with returns a copy of a scenario with the focal role's policy set.
func with(s *vignettev1.Scenario, modality vignettev1.Modality, skill float64) *vignettev1.Scenario {
	s = proto.CloneOf(s)
	for _, role := range s.GetRoles() {
		if role.GetId() == s.GetFocal() {
			role.Policy = &vignettev1.Policy{Modality: modality, Skill: proto.Float64(skill)}
		}
	}
	return s
}
