package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// warm are lines that open a client up, cold ones that close it.
var (
	warm = []string{
		"Hello Nora, I'm glad you came. What would be good to talk about today?",
		"It sounds like that rehearsal was a painful moment for you, standing there with everybody looking. What went through your mind?",
		"That makes sense to me. You felt ashamed, as if he could look right through you. What did you do then?",
		"It took courage to tell me that. You hid because being seen was too much. What lies behind it?",
		"I can hear how much that hurts. You have worked so hard, and nobody may notice a flaw. How did you learn that?",
		"You feel that you always have to hide what you can't do yet. What would it mean about you if they saw?",
	}
	cold = []string{
		"Why didn't you just go back? That is childish.", "You should stop hiding. You have to talk to him.", "Come on, it's not that bad.",
		"You're overreacting. Everybody gets looked at.", "You need to pull yourself together.", "You should take up sports.",
	}
)

// secrets are the texts of nora's model and memories, by what opens them.
var secrets = map[string]string{
	"core": "fraud through and through", "rule": "they will despise me", "history": "counted every mistake", "coping": "repaint finished walls",
	"memory": "burned the drawings", "thought": "he has noticed that i cannot paint",
}

// session plays a client through the service against a script of helper's lines, and hands out what the model was asked.
func session(t *testing.T, language string, lines []string, rounds int, luck uint64, watched bool, tell func(i int, obs *vignettev1.Observation) string) ([]*vignettev1.CompleteRequest, []*vignettev1.Observation) {
	t.Helper()
	models := &script{reader: reads("same", "same")}
	service := agents.NewService("llm-client", "test", New(counseled, models, nil))
	var turns []*vignettev1.PerceivedTurn
	var seen []*vignettev1.Observation
	var state []byte
	for i := range rounds {
		turns = append(turns, said(int32(len(turns)), "helper", lines[i%len(lines)]))
		obs := clientScene(language, 1, turns...)
		obs.TurnsLeft = int32(2*rounds) - obs.GetTurnIndex()
		obs.AgentState, obs.Chance = state, &vignettev1.Chance{Episode: luck, Turn: luck + uint64(i)}
		seen = append(seen, proto.CloneOf(obs))
		models.plays = []played{clientSays(tell(i, obs))}
		final, committed := respond(t, service, obs, watched)
		if committed.GetSource() != vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED {
			t.Fatalf("turn %d: state %v", i, committed)
		}
		if final.GetProvenance().GetModel() != "m-1" || final.GetProvenance().GetMind() != "llm" || len(final.GetProvenance().GetPromptHash()) != 64 {
			t.Fatalf("turn %d: provenance %v", i, final.GetProvenance())
		}
		state = final.GetAgentState()
		turns = append(turns, &vignettev1.PerceivedTurn{Index: int32(len(turns)), Role: "client", Action: final.GetAction()})
	}
	return models.requests, seen
}

type frames struct {
	grpc.ServerStream
	sent []*vignettev1.RespondResponse
}

func (f *frames) Context() context.Context { return context.Background() }

func (f *frames) Send(frame *vignettev1.RespondResponse) error {
	f.sent = append(f.sent, frame)
	return nil
}

func respond(t *testing.T, service vignettev1.AgentServiceServer, obs *vignettev1.Observation, watched bool) (*vignettev1.FinalFrame, *vignettev1.MentalState) {
	t.Helper()
	stream := &frames{}
	if err := service.Respond(&vignettev1.RespondRequest{Observation: obs, Watched: watched}, stream); err != nil {
		t.Fatalf("turn %d: %v", obs.GetTurnIndex(), err)
	}
	return stream.sent[len(stream.sent)-1].GetFinal(), stream.sent[0].GetState().GetMentalState()
}

// small is talk that tells nothing of the model.
func small(i int, _ *vignettev1.Observation) string {
	return []string{
		"Hm. Could be.", "You may be right there, I suppose.", "Well. It is hard to put.", "Sorry, where were we?", "Can I have some water, please?",
		"Mm. Yes.", "Let me see how to say it.", "Not really, no.", "Maybe some other time.", "That is a good question, actually.", "It is warm in here.", "I suppose so.",
	}[i%12]
}

func TestConversation(t *testing.T) {
	for _, watched := range []bool{false, true} {
		requests, _ := session(t, "en", warm, 12, 7, watched, small)
		if len(requests) != 12 {
			t.Fatalf("%d questions for 12 turns", len(requests))
		}
		for i, request := range requests[1:] {
			if request.GetMessages()[0].GetContent() != requests[0].GetMessages()[0].GetContent() {
				t.Errorf("turn %d: the system message changed", i+1)
			}
		}
	}
}

// What trust does not allow is in no request; what it allows is.
func TestLockedIsNotInThePrompt(t *testing.T) {
	everOpen := map[string]bool{}
	for luck := uint64(1); luck <= 30; luck++ {
		for _, lines := range [][]string{warm, cold} {
			requests, seen := session(t, "en", lines, 10, luck, false, small)
			for i, request := range requests {
				appraisal, err := client.Appraise(seen[i])
				if err != nil {
					t.Fatal(err)
				}
				open := strings.ToLower(fmt.Sprint(appraisal.Open()))
				asked := strings.ToLower(shown(request))
				for part, secret := range secrets {
					if inPrompt, allowed := strings.Contains(asked, secret), strings.Contains(open, secret); inPrompt != allowed {
						t.Fatalf("luck %d, turn %d, trust %.2f: %s in the prompt %v, allowed %v", luck, i, appraisal.Trust(), part, inPrompt, allowed)
					}
					everOpen[part] = everOpen[part] || strings.Contains(open, secret)
					if i == 0 && (part == "core" || part == "memory") && strings.Contains(asked, secret) {
						t.Fatalf("luck %d: %s is open to a stranger", luck, part)
					}
				}
				for _, number := range []string{fmt.Sprintf("%.2f", appraisal.Trust()), "trust 0", "SELF_REPORTED"} {
					if strings.Contains(asked, number) {
						t.Errorf("the prompt tells the number %q", number)
					}
				}
			}
		}
	}
	for part := range secrets {
		if part != "memory" && !everOpen[part] {
			t.Errorf("%s never opens, whatever is done", part)
		}
	}
}

// Nor is it in probes, in bids, in plain words, in questions put again.
func TestLockedIsNotAskedFor(t *testing.T) {
	// With this luck the client is a guarded one.
	obs := clientScene("en", 2, conversation("helper", "client", cold[0], "Fine. Whatever you say about it.", cold[1])...)
	models := &script{plays: []played{answered(`{"thought": "", "text": "x"}`), answered(`{"thought": "", "bid": 1}`), outcome(refused), outcome(malformed), inPlain(fine)}}
	mind := New(counseled, models, nil)
	if _, err := mind.Probe(t.Context(), obs, &vignettev1.ProbeSpec{Kind: vignettev1.ProbeKind_PROBE_KIND_OPEN}); err != nil {
		t.Fatal(err)
	}
	if _, err := mind.Bid(t.Context(), obs); err != nil {
		t.Fatal(err)
	}
	if _, err := mind.Respond(t.Context(), obs, &taken{}); err != nil {
		t.Fatal(err)
	}
	for _, request := range models.requests {
		for part, secret := range secrets {
			if part != "thought" && strings.Contains(strings.ToLower(shown(request)), secret) {
				t.Errorf("%s: %s is in the prompt", request.GetPurpose(), part)
			}
		}
	}
}

// Where no rules keep the gate and a reader finds no trust, core beliefs and what is most sensitive stay out.
func TestWithoutAGate(t *testing.T) {
	requests, _ := session(t, "de", warm, 6, 3, false, small)
	for i, request := range requests {
		for _, part := range []string{"core", "memory"} {
			if strings.Contains(strings.ToLower(shown(request)), secrets[part]) {
				t.Errorf("turn %d: %s is in the prompt", i, part)
			}
		}
		for _, part := range []string{"rule", "history", "coping", "thought"} {
			if !strings.Contains(strings.ToLower(request.GetMessages()[0].GetContent()), secrets[part]) {
				t.Errorf("turn %d: %s is not in the prompt", i, part)
			}
		}
	}
}

// What the words told counts as told, and stays open.
func TestToldIsRemembered(t *testing.T) {
	_, seen := session(t, "en", warm, 4, 7, false, func(i int, obs *vignettev1.Observation) string {
		if i == 1 {
			return "The director, he just stopped the whole rehearsal. And stared at it, at my backdrop. I was ashamed."
		}
		return small(i, obs)
	})
	told := func(obs *vignettev1.Observation) []string {
		appraisal, err := client.Appraise(obs)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, d := range appraisal.Open() {
			if d.Told {
				parts = append(parts, d.Part)
			}
		}
		return parts
	}
	if got := told(seen[1]); got != nil {
		t.Errorf("told before anything was said: %v", got)
	}
	want := []string{"situation", "feeling"}
	if diff := cmp.Diff(want, told(seen[2])); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, told(seen[3])); diff != "" {
		t.Errorf("told a turn later (-want +got):\n%s", diff)
	}
}

// Schemas are of the strict kind, and compile; answers of their form hold, others do not.
func TestForms(t *testing.T) {
	var names []string
	for number := range vignettev1.Emotion_name {
		if number != 0 {
			names = append(names, strings.ToLower(strings.TrimPrefix(vignettev1.Emotion(number).String(), "EMOTION_")))
		}
	}
	slices.Sort(names)
	var ahead []form
	for _, f := range probeForms {
		ahead = append(ahead, f.foreseeing(true, true))
	}
	for _, f := range slices.Concat(slices.Collect(maps.Values(turnForms)), slices.Collect(maps.Values(probeForms)), ahead, []form{bidForm}) {
		var raw any
		if err := json.Unmarshal([]byte(f.schema), &raw); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		checkStrict(t, f.name, raw, names)
	}
	for kind, f := range turnForms {
		schema := compile(t, f.of(opening()))
		for _, test := range []struct {
			answer string
			holds  bool
		}{
			{says(kind, fine), true}, {says(kind, fine, "distress", nil), true}, {says(kind, fine, "distress", 101), false}, {says(kind, fine, "action", "dance"), false},
			{says(kind, fine, "to", []any{"helper"}), true}, {says(kind, fine, "to", []any{"x"}), false}, {says(kind, fine, "say", nil), false},
			{says(kind, fine, "felt", []any{map[string]any{"emotion": "joy", "intensity": 2}}), false}, {`{"more": 1, ` + says(kind, fine)[1:], false}, {`{}`, false},
		} {
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(test.answer))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); (err == nil) != test.holds {
				t.Errorf("%v: %s: %v", kind, test.answer, err)
			}
		}
		vocabulary, _ := files.ReadFile("prompts/now.tmpl")
		for _, name := range names {
			if !strings.Contains(string(vocabulary), name) {
				t.Errorf("the prompt does not name %s", name)
			}
		}
	}
	lonely := opening()
	lonely.Others = nil
	compile(t, turnForms[counseled].of(lonely))
}

func compile(t *testing.T, f form) *jsonschema.Schema {
	t.Helper()
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(f.schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("form.json", raw); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("form.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// checkStrict walks a schema: every object lists all of its properties as required and allows no others; emotions are the
// vocabulary.
func checkStrict(t *testing.T, name string, value any, emotions []string) {
	t.Helper()
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			checkStrict(t, name, item, emotions)
		}
	case map[string]any:
		if properties, ok := v["properties"].(map[string]any); ok {
			var required []string
			for _, field := range v["required"].([]any) {
				required = append(required, field.(string))
			}
			slices.Sort(required)
			if !slices.Equal(required, slices.Sorted(maps.Keys(properties))) || v["additionalProperties"] != false {
				t.Errorf("%s: an object is not strict: %v", name, v)
			}
			if emotion, ok := properties["emotion"].(map[string]any); ok {
				var list []string
				for _, e := range emotion["enum"].([]any) {
					list = append(list, e.(string))
				}
				slices.Sort(list)
				if diff := cmp.Diff(emotions, list); diff != "" {
					t.Errorf("%s: emotions (-want +got):\n%s", name, diff)
				}
			}
		}
		for _, inner := range v {
			checkStrict(t, name, inner, emotions)
		}
	}
}

func TestDescribe(t *testing.T) {
	for _, kind := range []vignettev1.AgentKind{persona, counseled, counselor} {
		d := New(kind, nil, nil).Describe()
		if d.GetMind() != "llm" || len(d.GetLanguages()) != 0 || d.GetSummary() == "" || !slices.Equal(d.GetKinds(), []vignettev1.AgentKind{kind}) {
			t.Errorf("%v describes itself as %v", kind, d)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an evaluator can be made to play")
		}
	}()
	New(vignettev1.AgentKind_AGENT_KIND_EVALUATOR, nil, nil)
}

// Whatever an observation holds, a turn is asked for in messages the gateway takes, asks at most three times, changes nothing
// in the observation, and what is quoted stays quoted.
func TestAnyObservation(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab ⟦⟧\n:*{}\"é你")), 1, 30, -1)
	rapid.Check(t, func(t *rapid.T) {
		obs := rapid.SampledFrom([]func() *vignettev1.Observation{
			opening, func() *vignettev1.Observation { return table() }, func() *vignettev1.Observation { return partnerScene(0.5, 0.5) },
			func() *vignettev1.Observation { return counselorScene(2, much) }, func() *vignettev1.Observation { return speakerScene(0, nil) },
		}).Draw(t, "scene")()
		roles := []string{obs.GetSelf().GetId(), "stranger"}
		for _, o := range obs.GetOthers() {
			roles = append(roles, o.GetId())
		}
		obs.Turns = nil
		for i, n := 0, rapid.IntRange(0, 12).Draw(t, "turns"); i < n; i++ {
			kind := rapid.SampledFrom(allActions).Draw(t, "kind")
			action := &vignettev1.Action{Kind: kind}
			if kind != silent {
				action.Text = text.Draw(t, "text")
			}
			obs.Turns = append(obs.Turns, &vignettev1.PerceivedTurn{Index: int32(i), Role: rapid.SampledFrom(roles).Draw(t, "role"), Action: action})
		}
		obs.TurnIndex = int32(len(obs.GetTurns()))
		obs.Setting, obs.Self.Goal = text.Draw(t, "setting"), text.Draw(t, "goal")
		obs.Self.Persona.Introduction = text.Draw(t, "introduction")
		kind := obs.GetSelf().GetKind()
		models := &script{next: func(*vignettev1.CompleteRequest) played {
			return rapid.SampledFrom([]played{answered(says(kind, text.Draw(t, "say"))), outcome(refused), outcome(malformed), outcome(emptied), inPlain(text.Draw(t, "words"))}).Draw(t, "play")
		}}
		before, reply := proto.CloneOf(obs), &taken{watched: rapid.Bool().Draw(t, "watched")}
		answer, err := New(kind, models, nil).Respond(context.Background(), obs, reply)
		if err == nil && (answer.Action.GetKind() != silent) != (answer.Action.GetText() != "") && answer.Action.GetKind() != leave {
			t.Fatalf("action %v", answer.Action)
		}
		if len(models.requests) > mostCalls {
			t.Fatalf("asked %d times", len(models.requests))
		}
		if !proto.Equal(before, obs) {
			t.Fatalf("the observation was changed:\n%s", cmp.Diff(before, obs, protocmp.Transform()))
		}
		for _, request := range models.requests {
			for i, m := range request.GetMessages() {
				if m.GetContent() == "" || i > 0 && m.GetRole() == request.GetMessages()[i-1].GetRole() {
					t.Fatalf("message %d is %v", i, m)
				}
				if m.GetRole() != vignettev1.ChatRole_CHAT_ROLE_ASSISTANT && !balanced(m.GetContent()) {
					t.Fatalf("a fence is broken:\n%s", m.GetContent())
				}
			}
		}
	})
}

// balanced says whether quotations open and close in turn. The rule about them, which has the bare marks, is one too.
func balanced(text string) bool {
	open := false
	for _, r := range text {
		if r == '⟦' && open || r == '⟧' && !open {
			return false
		}
		switch r {
		case '⟦':
			open = true
		case '⟧':
			open = false
		}
	}
	return !open
}
