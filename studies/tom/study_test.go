package tom_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/tom"
)

const (
	shame = vignettev1.Emotion_EMOTION_SHAME
	guilt = vignettev1.Emotion_EMOTION_GUILT
)

// talk is one episode of two exchanges in which the client feels something, and what the counselor answered after each of its turns.
type talk struct {
	level   string
	repeat  int32
	client  string
	felt    vignettev1.Emotion
	answers []*vignettev1.ProbeAnswer
	model   string
	valid   vignettev1.Validity
}

func says(p float64) *vignettev1.ProbeAnswer {
	return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Emotions{Emotions: &vignettev1.EmotionDistribution{
		Emotions: []*vignettev1.EmotionIntensity{{Emotion: shame, Intensity: &p}},
	}}}
}

func refuses() *vignettev1.ProbeAnswer {
	return &vignettev1.ProbeAnswer{Answer: &vignettev1.ProbeAnswer_Refusal{Refusal: "no"}}
}

func (k talk) state(t *testing.T) *episode.State {
	t.Helper()
	cell := &vignettev1.Cell{Scenario: "s", Repeat: k.repeat, Factors: []*vignettev1.FactorLevel{
		{Factor: "focal.policy.skill", Level: k.level}, {Factor: "client.persona", Level: k.client}}}
	plan := &episode.Plan{Run: "r", Episode: episode.ID("r", cell), Cell: cell, Scenario: &vignettev1.Scenario{
		Id: "s", Focal: "counselor", Stop: &vignettev1.StopRules{MaxTurns: 4}, TurnTaking: vignettev1.TurnTaking_TURN_TAKING_ALTERNATING,
		Roles: []*vignettev1.Role{
			{Id: "client", Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT, Persona: &vignettev1.Persona{Id: k.client}},
			{Id: "counselor", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR, Persona: &vignettev1.Persona{Id: "c"}},
		},
		Probes: []*vignettev1.ProbeSpec{{Id: "p", Role: "counselor", About: "client", Kind: vignettev1.ProbeKind_PROBE_KIND_EMOTION, Every: 1}},
	}}
	events := []*vignettev1.EpisodeEvent{{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: plan.Episode, Cell: cell}}}}
	for i := range 2 {
		events = append(events,
			k.turn(plan, int32(2*i), "client", &vignettev1.MentalState{Felt: []*vignettev1.EmotionIntensity{{Emotion: k.felt, Intensity: proto.Float64(0.7)}}}),
			k.turn(plan, int32(2*i+1), "counselor", nil))
		answer := proto.CloneOf(k.answers[i])
		answer.Probe, answer.Role, answer.AfterTurns = "p", "counselor", int32(2*i+2)
		events = append(events, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Probed{Probed: answer}})
	}
	valid := k.valid
	if valid == 0 {
		valid = vignettev1.Validity_VALIDITY_OK
	}
	events = append(events,
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}},
		&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: valid}}})
	state := episode.New(plan)
	for i, event := range events {
		event.SchemaVersion, event.Epoch, event.Id = 1, 1, fmt.Sprint(i)
		if err := state.Apply(event); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

func (k talk) turn(plan *episode.Plan, index int32, role string, state *vignettev1.MentalState) *vignettev1.EpisodeEvent {
	return &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{
		Id: episode.TurnID(plan.Episode, int(index)), Index: index, Role: role, MentalState: state, Provenance: &vignettev1.Provenance{Model: k.model},
		Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Well."},
	}}}
}

func reportOf(t *testing.T, talks ...talk) *tom.Report {
	t.Helper()
	var study tom.Study
	for i, k := range talks {
		study.Add(i, k.state(t))
	}
	report, err := study.Report(tom.Options{Seed: 1, Resamples: 200})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// By hand: answers of .6 for shame, once right and once wrong, and one refusal.
func TestReport(t *testing.T) {
	report := reportOf(t,
		talk{level: "1", client: "ann", felt: shame, answers: []*vignettev1.ProbeAnswer{says(0.6), refuses()}},
		talk{level: "1", client: "bob", felt: guilt, answers: []*vignettev1.ProbeAnswer{says(0.6), says(0.6)}},
		talk{level: "0", client: "bob", felt: guilt, answers: []*vignettev1.ProbeAnswer{says(0), says(0)}},
		talk{level: "0", repeat: 1, client: "bob", felt: guilt, answers: []*vignettev1.ProbeAnswer{says(0), says(0)}, valid: vignettev1.Validity_VALIDITY_REPEATED},
	)
	if report.Episodes != 3 || report.LeftOut["repeated"] != 1 || report.Minds != 2 {
		t.Errorf("%d episodes, left out %v, %d minds", report.Episodes, report.LeftOut, report.Minds)
	}
	one := result(t, report, "emotion", "skill=1")
	right, wrong := 0.4*0.4+0.4*0.4, 0.6*0.6+0.4*0.4+1
	if one.Asked != 4 || one.N != 3 || one.Missing["refused"] != 1 || !close(one.Brier.Value, (right+2*wrong)/3) || !close(one.Accuracy.Value, 1./3) {
		t.Errorf("skill 1: %+v, Brier %v, want %v", one, one.Brier, (right+2*wrong)/3)
	}
	for _, b := range one.Baselines {
		switch b.Name {
		case "first_reading": // bob's second answer is the first again
			if b.N != 1 || b.Difference.Brier.Value != 0 || b.Beaten != nil {
				t.Errorf("first reading: %+v", b)
			}
		case "persistence":
			if b.N != 1 || b.Brier.Value != 0 || !b.Privileged {
				t.Errorf("persistence: %+v", b)
			}
		case "base_rate": // ann: the other episodes have guilt four times; 19 answers are possible
			if b.N != 3 {
				t.Errorf("base rate: %+v", b)
			}
		}
	}
	if !close(one.Calibration.ECE, 0.6-1./3) || len(one.Calibration.Bins) != 1 || one.Calibration.Bins[0].N != 3 {
		t.Errorf("calibration %+v", one.Calibration)
	}
	if zero := result(t, report, "emotion", "skill=0"); zero.N != 2 || zero.Brier.CI95 != nil {
		t.Errorf("skill 0 has an interval over one episode: %+v", zero.Brier)
	}
}

func TestReportWarns(t *testing.T) {
	both := []*vignettev1.ProbeAnswer{says(0.6), says(0.6)}
	warned := func(report *tom.Report, part string) bool {
		return strings.Contains(strings.Join(report.Warnings, "\n"), part)
	}
	if r := reportOf(t, talk{client: "ann", felt: shame, answers: both, model: "m"}); !warned(r, "m played both") || !warned(r, "one persona only") {
		t.Errorf("one model, one persona: %q", r.Warnings)
	}
	if r := reportOf(t, talk{client: "ann", felt: shame, answers: both}, talk{repeat: 1, client: "bob", felt: guilt, answers: both}); len(r.Warnings) > 0 {
		t.Errorf("nothing to warn of: %q", r.Warnings)
	}
	if r := reportOf(t); r.Results == nil || r.Warnings == nil {
		t.Error("no episodes give null where programs expect a list")
	}
}

func close(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
