package export_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/export"
)

var update = flag.Bool("update", false, "write golden files")

func plan() *episode.Plan {
	cell := &vignettev1.Cell{Scenario: "s", Repeat: 1, Factors: []*vignettev1.FactorLevel{{Factor: "focal.policy.skill", Level: "0.9"}}}
	return &episode.Plan{
		Run: "r", Episode: "e1", Cell: cell,
		Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "a", Stop: &vignettev1.StopRules{MaxTurns: 6},
			Probes:     []*vignettev1.ProbeSpec{{Id: "p", Role: "b"}},
			Evaluators: []*vignettev1.EvaluatorUse{{Name: "judge", Role: "a"}},
			Roles: []*vignettev1.Role{
				{Id: "a", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Agent: "helper", Persona: &vignettev1.Persona{Id: "pa", Name: "Zoë <b>"}},
				{Id: "b", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Agent: "builtin-client", Persona: &vignettev1.Persona{Id: "pb", Name: "Bo"}},
			},
		},
		Evaluators: map[string]*vignettev1.EvaluatorDescription{"judge": {Name: "judge"}},
	}
}

// full is an episode that has everything an export can hold.
func full() []*vignettev1.EpisodeEvent {
	speak := func(text string) *vignettev1.Action {
		return &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: text}
	}
	return []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: "e1", Cell: plan().Cell}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t0", Role: "a", Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "How are you?", To: []string{"b"},
		}, Acts: []*vignettev1.IntendedAct{{Act: "mi.question_open", Span: &vignettev1.Span{Start: 0, End: 12, Quote: "How are you?"}}}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t1", Index: 1, Role: "b", Action: speak("Not great & tired."), MentalState: &vignettev1.MentalState{
			Source:   vignettev1.StateSource_STATE_SOURCE_COMPUTED,
			Felt:     []*vignettev1.EmotionIntensity{{Emotion: vignettev1.Emotion_EMOTION_SADNESS, Intensity: proto.Float64(0.5), Words: "low"}},
			Distress: proto.Float64(0), Trust: proto.Float64(0.25), InnerThought: "Here we go.",
			Others: []*vignettev1.ModelOfOther{{Role: "a", Distress: proto.Float64(5)}},
		}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t2", Index: 2, Role: "a", Action: speak("I see.")}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t3", Index: 3, Role: "b", Action: speak("Tired, mostly."),
			MentalState: &vignettev1.MentalState{Source: vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED, Distress: proto.Float64(20)},
			Appraisal: &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: &vignettev1.MentalState{
				Source: vignettev1.StateSource_STATE_SOURCE_COMPUTED, Distress: proto.Float64(61.5), Trust: proto.Float64(0),
			}}}}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t4", Index: 4, Role: "a", Action: speak("Go on.")}}},
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Id: "e1-t5", Index: 5, Role: "b", Action: speak("Müde halt."),
			Appraisal: &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_Unavailable{Unavailable: "the rules read English only"}}}}},
		{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}},
		{Event: &vignettev1.EpisodeEvent_Probed{Probed: &vignettev1.ProbeAnswer{Probe: "p", Role: "b", AfterTurns: 6, Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: "will not say"}}}},
		{Event: &vignettev1.EpisodeEvent_Evaluated{Evaluated: &vignettev1.Evaluated{Evaluator: "judge", Role: "a", Scores: []*vignettev1.Score{
			{Id: "1", Evaluator: "judge", Dimension: "d.turn", Role: "a", TurnIndex: proto.Int32(0), Confidence: proto.Float64(0.5), Rationale: "asks",
				Provenance: &vignettev1.Provenance{Agent: "judge", Mind: "llm", Model: "m", Version: "dev+prompt-1", PromptHash: "1a"},
				Outcome:    &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: 0, Label: "none"}},
				Spans:      []*vignettev1.CodedSpan{{Span: &vignettev1.Span{End: 3, Quote: "How"}, Code: "d.turn"}}},
			{Id: "2", Evaluator: "judge", Dimension: "d.whole", Role: "a",
				Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED, Detail: "the judge refused"}}},
		}}}},
		{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: vignettev1.Validity_VALIDITY_OK, Rewards: []*vignettev1.Reward{{
			Role:        "a",
			Outcome:     &vignettev1.Reward_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, Detail: "d.whole"}},
			Composition: "reward-2",
			Terms: []*vignettev1.RewardTermValue{{Evaluator: "judge", Dimension: "d.whole", Weight: 1, PaysOutcome: true,
				Outcome: &vignettev1.RewardTermValue_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}},
				Sources: []*vignettev1.Provenance{{Agent: "judge", Mind: "llm", Model: "m", Version: "dev+prompt-1", PromptHash: "1a"}, {Agent: "rita", Mind: "human"}},
				Members: []*vignettev1.EnsembleValue{
					{Evaluator: "judge", Dimension: "d.whole", Outcome: &vignettev1.EnsembleValue_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_REFUSED}}},
					{Evaluator: "other", Dimension: "d.whole", Outcome: &vignettev1.EnsembleValue_Value{Value: 0}},
				}, Disagreement: proto.Float64(0)}},
			PerTurn: []*vignettev1.TurnReward{{TurnIndex: 0, Outcome: &vignettev1.TurnReward_Value{Value: -1}, Disagreement: proto.Float64(0.5)}},
		}}}}},
	}
}

func fold(t testing.TB, events []*vignettev1.EpisodeEvent) *episode.State {
	t.Helper()
	state := episode.New(plan())
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

var manifest = &vignettev1.Manifest{Agents: []*vignettev1.AgentDescription{
	{Name: "builtin-client", Mind: "builtin"}, {Name: "helper", Mind: "llm", Model: "some-model"},
}}

// The shape is a promise: a change here is a change for everybody who reads exports.
func TestJSONL(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []*vignettev1.EpisodeEvent
	}{{"full", full()}, {"cut-off", full()[:2]}, {"planned", nil}} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := export.NewJSONL(&out, manifest).Write(fold(t, tc.events)); err != nil {
				t.Fatal(err)
			}
			if bytes.Count(out.Bytes(), []byte("\n")) != 1 {
				t.Error("an episode is not one line")
			}
			var indented bytes.Buffer
			if err := json.Indent(&indented, out.Bytes(), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tc.name+".json")
			if *update {
				if err := os.WriteFile(golden, indented.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), indented.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Bids are exported as they were given, by role, those for a turn that nobody took too; and so is whom a turn was for.
func TestBids(t *testing.T) {
	p := plan()
	p.Scenario.TurnTaking = vignettev1.TurnTaking_TURN_TAKING_BID
	p.Luck = map[string]uint64{"a": 1, "b": 2}
	state := episode.New(p)
	bids := func(index int32, a, b float64) *vignettev1.EpisodeEvent {
		return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Bids{Bids: &vignettev1.Bids{
			TurnIndex: index, Bids: []*vignettev1.RoleBid{{Role: "a", Bid: a}, {Role: "b", Bid: b}},
		}}}
	}
	for i, event := range []*vignettev1.EpisodeEvent{
		{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: "e1", Cell: p.Cell}}},
		bids(0, 0.25, 0.75),
		{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Role: "b", Action: &vignettev1.Action{
			Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Well.", Addressee: "a",
		}}}},
		bids(1, 0, 0),
	} {
		event.SchemaVersion, event.Id, event.Epoch = 1, fmt.Sprint(i), 1
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := export.NewJSONL(&out, manifest).Write(state); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Bids  []map[string]any `json:"bids"`
		Turns []struct {
			Addressee string `json:"addressee"`
		} `json:"turns"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"turn_index": 0.0, "bids": map[string]any{"a": 0.25, "b": 0.75}},
		{"turn_index": 1.0, "bids": map[string]any{"a": 0.0, "b": 0.0}},
	}
	if diff := cmp.Diff(want, got.Bids); diff != "" || got.Turns[0].Addressee != "a" {
		t.Errorf("addressee %q; bids, -want +got:\n%s", got.Turns[0].Addressee, diff)
	}
}
