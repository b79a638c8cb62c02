package persona_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/agents/builtin/persona"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// respond takes one turn and holds the mind to the order of things: one commitment, its acts kept.
func respond(t testing.TB, obs *vignettev1.Observation) *vignettev1.Turn {
	t.Helper()
	reply := &keeper{}
	answer, err := persona.New().Respond(context.Background(), obs, reply)
	if err != nil {
		t.Fatal(err)
	}
	if reply.count != 1 || len(reply.acts) != len(answer.Acts) {
		t.Fatalf("%d commitments, %d acts committed, %d came", reply.count, len(reply.acts), len(answer.Acts))
	}
	for i := range reply.acts {
		if reply.acts[i].GetAct() != answer.Acts[i].GetAct() {
			t.Fatalf("act %d was committed as %s, came as %s", i, reply.acts[i].GetAct(), answer.Acts[i].GetAct())
		}
	}
	return &vignettev1.Turn{Action: answer.Action, Acts: answer.Acts, AgentState: answer.AgentState, MentalState: reply.state}
}

// midway is a conversation of some turns, and the observation of one role after them.
func midway(t testing.TB, id, role string) (*stage, *vignettev1.Observation) {
	t.Helper()
	st := play(t, library(t, id), 4, nil)
	st.turns = st.turns[:6]
	st.states = map[string][]byte{}
	for _, turn := range st.turns {
		st.states[turn.GetRole()] = turn.GetAgentState()
	}
	for _, r := range st.scenario.GetRoles() {
		if r.GetId() == role {
			return st, st.observe(r)
		}
	}
	t.Fatalf("no role %q", role)
	return nil, nil
}

func TestBrokenStateIsRefused(t *testing.T) {
	_, partner := midway(t, "ask-for-leave", "manager")
	_, speaker := midway(t, "ask-for-leave", "receptionist")
	good := string(partner.GetAgentState())
	for name, state := range map[string]string{
		"no JSON":         "not json",
		"cut off":         good[:len(good)/2],
		"more follows":    good + "{}",
		"other version":   strings.Replace(good, `"version":2`, `"version":1`, 1),
		"other part":      string(speaker.GetAgentState()),
		"unknown field":   strings.Replace(good, `"seen"`, `"unknown":1,"seen"`, 1),
		"unknown phase":   strings.Replace(good, `"phase":"`, `"phase":"x`, 1),
		"number too high": strings.Replace(good, `"trust":0`, `"trust":7`, 1),
		"part missing":    `{"version":1,"part":"partner","seen":2}`,
	} {
		t.Run(name, func(t *testing.T) {
			obs := proto.CloneOf(partner)
			obs.AgentState = []byte(state)
			if _, err := persona.New().Respond(context.Background(), obs, &keeper{}); status.Code(err) != codes.InvalidArgument {
				t.Errorf("Respond: %v, want InvalidArgument", err)
			}
			if _, err := persona.New().Bid(context.Background(), obs); status.Code(err) != codes.InvalidArgument {
				t.Errorf("Bid: %v, want InvalidArgument", err)
			}
		})
	}
}

func TestOtherKindsAreRefused(t *testing.T) {
	_, obs := midway(t, "ask-for-leave", "manager")
	obs.Self.Kind = vignettev1.AgentKind_AGENT_KIND_CLIENT
	if _, err := persona.New().Bid(context.Background(), obs); status.Code(err) != codes.InvalidArgument {
		t.Errorf("got %v, want InvalidArgument", err)
	}
}

func TestProbesAnswerFromTheStateAndChangeNothing(t *testing.T) {
	_, obs := midway(t, "ask-for-leave", "receptionist")
	_, manager := midway(t, "ask-for-leave", "manager")
	before := respond(t, manager)
	mind, ctx := persona.New(), context.Background()
	for _, probe := range []*vignettev1.ProbeSpec{
		{Id: "a", Role: "focal", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION},
		{Id: "b", Role: "focal", About: "manager", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION},
		{Id: "c", Role: "focal", Kind: vignettev1.ProbeKind_PROBE_KIND_DISTRESS},
		{Id: "d", Role: "focal", About: "manager", Kind: vignettev1.ProbeKind_PROBE_KIND_DISTRESS},
		{Id: "e", Role: "focal", Kind: vignettev1.ProbeKind_PROBE_KIND_OPEN},
		{Id: "f", Role: "focal", Kind: vignettev1.ProbeKind_PROBE_KIND_BELIEF, Statement: "My request will be granted."},
	} {
		answer, err := mind.Probe(ctx, obs, probe)
		if err != nil {
			t.Fatalf("%s: %v", probe.GetId(), err)
		}
		answer.Probe = probe.GetId()
		if err := protovalidate.Validate(answer); err != nil {
			t.Errorf("%s: %v", probe.GetId(), err)
		}
		if answer.GetRefusal() != "" {
			t.Errorf("%s: refused: %s", probe.GetId(), answer.GetRefusal())
		}
		sum := 0.0
		for _, e := range answer.GetEmotions().GetEmotions() {
			sum += e.GetIntensity()
		}
		if sum > 1+1e-9 {
			t.Errorf("%s: probabilities sum to %v", probe.GetId(), sum)
		}
	}
	for name, probe := range map[string]*vignettev1.ProbeSpec{
		"unknown statement": {Id: "x", Role: "focal", Kind: vignettev1.ProbeKind_PROBE_KIND_BELIEF, Statement: "Penguins can swim."},
		"somebody unheard":  {Id: "y", Role: "focal", About: "nobody", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION},
	} {
		if answer, err := mind.Probe(ctx, obs, probe); err != nil || answer.GetRefusal() == "" {
			t.Errorf("%s: %v, %v, want a reason", name, answer, err)
		}
	}
	if diff := cmp.Diff(before, respond(t, manager), protocmp.Transform()); diff != "" {
		t.Errorf("probing changed the next turn (-before +after):\n%s", diff)
	}
}

func TestBids(t *testing.T) {
	s := library(t, "ask-for-leave")
	st := play(t, s, 1, nil)
	st.turns, st.states = nil, map[string][]byte{}
	mind, ctx := persona.New(), context.Background()
	speaker, err := mind.Bid(ctx, st.observe(s.GetRoles()[0]))
	if err != nil {
		t.Fatal(err)
	}
	partner, err := mind.Bid(ctx, st.observe(s.GetRoles()[1]))
	if err != nil {
		t.Fatal(err)
	}
	if speaker <= partner {
		t.Errorf("before the first word the one who asks bids %.2f, the one who is asked %.2f", speaker, partner)
	}
	st.turns = append(st.turns, st.take(t, s.GetRoles()[0]))
	if heard, err := mind.Bid(ctx, st.observe(s.GetRoles()[1])); err != nil || heard <= partner {
		t.Errorf("after being spoken to the partner bids %.2f (%v), before %.2f", heard, err, partner)
	}
}

// TestBystander plays the father without a stance: somebody who is only there.
func TestBystander(t *testing.T) {
	s := library(t, "family-talk")
	father := s.GetRoles()[2]
	father.Stance = nil
	father.Persona.Memories = []*vignettev1.Memory{
		{Id: "m", Text: "I had a Saturday job at your age, and I never missed a class.", Importance: 0.5, Sensitivity: 0.1},
		{Id: "secret", Text: "I failed my exams because of a Saturday job.", Importance: 0.9, Sensitivity: 0.9},
	}
	st := play(t, s, 2, nil)
	holds(t, st)
	text := st.transcript()
	if !strings.Contains(text, "I never missed a class") {
		t.Errorf("the memory that bears on the matter was not told:\n%s", text)
	}
	if strings.Contains(text, "I failed my exams") {
		t.Errorf("what takes trust to tell was told:\n%s", text)
	}
}

// TestStateIsVersionedJSON holds the form in which roles are remembered.
func TestStateIsVersionedJSON(t *testing.T) {
	_, obs := midway(t, "ask-for-leave", "manager")
	var state struct {
		Version int    `json:"version"`
		Part    string `json:"part"`
	}
	if err := json.Unmarshal(obs.GetAgentState(), &state); err != nil || state.Version != 2 || state.Part != "partner" {
		t.Errorf("state %+v, %v", state, err)
	}
}
