package llm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// remembered is a scene whose client remembers a state.
func remembered(trust, resistance, distress, ambivalence float64) *vignettev1.Observation {
	obs := clientScene("en", 1, conversation("helper", "client", "Hello.", "Hello. Well, here I am.")...)
	obs.AgentState = fmt.Appendf(nil, `{"v":1,"heard":2,"turns":1,"trust":%g,"resistance":%g,"distress":%g,"ambivalence":%g}`, trust, resistance, distress, ambivalence)
	return obs
}

// toldState renders what a client is told of its state.
func toldState(t interface{ Fatal(...any) }, obs *vignettev1.Observation) string {
	g, err := gateOf(obs)
	if err != nil {
		t.Fatal(err)
	}
	text, err := wordsPrompt.Render(task{view: viewOf(obs), Gate: g, Speak: true})
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ = strings.Cut(text, "\n\n")
	text, _, _ = strings.Cut(text, "\n\nAnswer with")
	return text
}

// Every word there is for a state, to be read.
func TestStatesInWords(t *testing.T) {
	var out strings.Builder
	for _, s := range []struct{ trust, resistance, distress, ambivalence float64 }{
		{0.05, 0.8, 85, 0.2}, {0.3, 0.3, 60, 0.5}, {0.5, 0.1, 30, 0.8}, {0.8, 0.1, 10, 0.3},
	} {
		text := toldState(t, remembered(s.trust, s.resistance, s.distress, s.ambivalence))
		fmt.Fprintf(&out, "trust %g, resistance %g, distress %g, ambivalence %g\n%s\n\n", s.trust, s.resistance, s.distress, s.ambivalence, text)
	}
	golden(t, "other/states", out.String())
}

// Whatever the state is, it is told in words and without a number, and a feeling that may not be told is not named.
func TestStateIsToldInWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := func(name string) float64 { return rapid.Float64Range(0, 1).Draw(t, name) }
		obs := remembered(share("trust"), share("resistance"), 100*share("distress"), share("ambivalence"))
		text := toldState(t, obs)
		if strings.ContainsFunc(text, unicode.IsDigit) {
			t.Fatalf("a number is told:\n%s", text)
		}
		appraisal, err := client.Appraise(obs)
		if err != nil {
			t.Fatal(err)
		}
		for _, felt := range appraisal.Felt() {
			if name := enumname.Of(felt.Emotion); strings.Contains(text, name+" (") == felt.Kept {
				t.Fatalf("%s is kept back: %v, and the prompt says\n%s", name, felt.Kept, text)
			}
		}
	})
}

// What is recorded beside the report is what the rules computed, with its own source; the report stays what the model said.
func TestAppraisalStandsBesideTheReport(t *testing.T) {
	obs := remembered(0.5, 0.2, 61, 0.4)
	computed, err := client.Appraise(obs)
	if err != nil {
		t.Fatal(err)
	}
	for _, watched := range []bool{false, true} {
		reply := &taken{watched: watched}
		if _, err := New(counseled, &script{plays: []played{clientSays(fine, "distress", 3, "trust", 0.9)}}, nil).Respond(t.Context(), obs, reply); err != nil {
			t.Fatal(err)
		}
		want := &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: computed.State()}}
		if diff := cmp.Diff(want, reply.appraisal, protocmp.Transform()); diff != "" {
			t.Errorf("appraisal (-want +got):\n%s", diff)
		}
		if got := reply.appraisal.GetState(); got.GetSource() != vignettev1.StateSource_STATE_SOURCE_COMPUTED || got.GetDistress() == 3 || len(got.GetFelt()) == 0 {
			t.Errorf("appraised %v", got)
		}
		if reply.state.GetSource() != vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED || reply.state.GetDistress() != 3 || reply.state.GetTrust() != 0.9 {
			t.Errorf("reported %v", reply.state)
		}
	}
}

// A model that reports nothing, in plain words, is appraised all the same.
func TestAppraisalWithoutAReport(t *testing.T) {
	reply := &taken{}
	if _, err := New(counseled, &script{plays: []played{outcome(malformed), inPlain(fine)}}, nil).Respond(t.Context(), opening(), reply); err != nil {
		t.Fatal(err)
	}
	if reply.state != nil || reply.appraisal.GetState() == nil {
		t.Errorf("reported %v, appraised %v", reply.state, reply.appraisal)
	}
}

// Only clients are appraised; a reason is no state.
func TestNobodyElseIsAppraised(t *testing.T) {
	for name, test := range map[string]struct {
		obs  *vignettev1.Observation
		want *vignettev1.Appraisal
	}{
		"a German client who begins": {clientScene("de", 1), &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_Unavailable{Unavailable: nothingHeard}}},
		"a counselor":                {counselorScene(vignettev1.Modality_MODALITY_MI, much), nil},
		"a partner":                  {partnerScene(0.5, 0.5), nil},
	} {
		kind, reply := test.obs.GetSelf().GetKind(), &taken{}
		if _, err := New(kind, &script{plays: []played{answered(says(kind, fine))}}, nil).Respond(t.Context(), test.obs, reply); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, reply.appraisal, protocmp.Transform()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever a model reports about itself, the agent state, what is appraised and all that is asked in the next turn are the
// same.
func TestSelfReportMovesNothing(t *testing.T) {
	names := []string{"anxiety", "shame", "anger", "joy", "hope", "relief"}
	rapid.Check(t, func(t *rapid.T) {
		maybe := func(name string, most float64) any {
			if rapid.IntRange(0, 4).Draw(t, name+" is told") == 0 {
				return nil
			}
			return rapid.Float64Range(0, most).Draw(t, name)
		}
		feelings := func(name string) []any {
			list := []any{}
			for _, emotion := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(t, name) {
				list = append(list, map[string]any{"emotion": emotion, "intensity": rapid.Float64Range(0, 1).Draw(t, name+" of "+emotion)})
			}
			return list
		}
		report := func(which string) []any {
			text := func(name string) string { return "canary " + rapid.String().Draw(t, which+name) }
			return []any{
				"thought", text("thought"), "felt", feelings(which + "felt"), "distress", maybe(which+"distress", 100), "expressed", feelings(which + "expressed"),
				"expressed_distress", maybe(which+"expressed distress", 100), "trust", maybe(which+"trust", 1), "resistance", maybe(which+"resistance", 1),
				"willingness", maybe(which+"willingness", 1), "ambivalence", maybe(which+"ambivalence", 1), "intent", text("intent"),
			}
		}
		language := rapid.SampledFrom([]string{"en", "de"}).Draw(t, "language")
		lines := []string{rapid.SampledFrom(warm).Draw(t, "first line"), small(0, nil), rapid.SampledFrom(append(cold, warm...)).Draw(t, "second line")}
		play := func(report []any) (states []string, appraised []*vignettev1.Appraisal, next string) {
			var state []byte
			for i, heard := range [][]string{lines[:1], lines} {
				obs := clientScene(language, 1, conversation("helper", "client", heard...)...)
				obs.AgentState = state
				models, reply := &script{plays: []played{clientSays(small(i, nil), report...)}, reader: reads("much_more", "less")}, &taken{}
				answer, err := New(counseled, models, nil).Respond(t.Context(), obs, reply)
				if err != nil {
					t.Fatal(err)
				}
				state = answer.AgentState
				states, appraised, next = append(states, string(state)), append(appraised, reply.appraisal), shown(models.requests[0])
				for _, reading := range models.readings {
					next += shown(reading)
				}
			}
			return states, appraised, next
		}
		states, appraised, next := play(report("one "))
		otherStates, otherAppraised, otherNext := play(report("other "))
		if diff := cmp.Diff(states, otherStates) + cmp.Diff(appraised, otherAppraised, protocmp.Transform()) + cmp.Diff(next, otherNext); diff != "" {
			t.Fatalf("a report moved something (-one +other):\n%s", diff)
		}
		if strings.Contains(strings.Join(states, "")+next, "canary") {
			t.Fatal("a report came back")
		}
	})
}

// The agent state is what the rules remember.
func TestAgentStateIsTheRulesMemory(t *testing.T) {
	answer, err := New(counseled, &script{plays: []played{clientSays(fine)}}, nil).Respond(t.Context(), opening(), &taken{})
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Version int     `json:"v"`
		Trust   float64 `json:"trust"`
	}
	if err := json.Unmarshal(answer.AgentState, &read); err != nil || read.Version != 1 || read.Trust == 0 {
		t.Errorf("state %s (%v)", answer.AgentState, err)
	}
}

// The appraisal goes out in the frame that commits the state, before any word.
func TestAppraisalIsCommitted(t *testing.T) {
	stream := &frames{}
	service := agents.NewService("llm-client", "test", New(counseled, &script{plays: []played{clientSays(fine)}}, nil))
	if err := service.Respond(&vignettev1.RespondRequest{Observation: proto.CloneOf(opening()), Watched: true}, stream); err != nil {
		t.Fatal(err)
	}
	if stream.sent[0].GetState().GetAppraisal().GetState().GetSource() != vignettev1.StateSource_STATE_SOURCE_COMPUTED || len(stream.sent) < 3 {
		t.Errorf("frames %v", stream.sent)
	}
}
