package outcomes_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/outcomes"
)

// What came of a request is read from what the focal role said and heard, and only where there is something to read.
func TestWhatCame(t *testing.T) {
	const ask, support = vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, vignettev1.ObjectiveKind_OBJECTIVE_KIND_SUPPORT
	request, yes := "I'd like to borrow the van on Saturday.", "Okay, I'm fine with it."
	type line struct {
		role, text string
		to         []string
	}
	for _, c := range []struct {
		name     string
		kind     vignettev1.ObjectiveKind
		language string
		unended  bool
		lines    []line
		want     []string
	}{
		{name: "a yes", kind: ask, lines: []line{{"ann", request, nil}, {"ben", yes, nil}}, want: []string{"Ben said yes|Okay, I'm fine with it.|1"}},
		{name: "a yes that was for another", kind: ask, lines: []line{{"ann", request, nil}, {"ben", "I see.", nil}, {"cy", "So?", []string{"ben"}}, {"ann", "Thank you.", nil}, {"ben", yes, []string{"cy"}}}, want: []string{"Ben gave no answer to it||1"}},
		{name: "not asked", kind: ask, lines: []line{{"ann", "Hello.", nil}, {"ben", yes, nil}}, want: []string{"Ann did not ask Ben for it||0"}},
		{name: "an objective that nobody agrees to", kind: support, lines: []line{{"ann", request, nil}, {"ben", yes, nil}}},
		{name: "another language", kind: ask, language: "de", lines: []line{{"ann", request, nil}, {"ben", yes, nil}}},
		{name: "still going on", kind: ask, unended: true, lines: []line{{"ann", request, nil}, {"ben", yes, nil}}},
	} {
		cell := &vignettev1.Cell{Scenario: "s"}
		state := episode.New(&episode.Plan{Run: "r", Episode: "e", Cell: cell, Scenario: &vignettev1.Scenario{
			Id: "s", Focal: "ann", Language: c.language, Stop: &vignettev1.StopRules{MaxTurns: 9},
			Objective: &vignettev1.Objective{Kind: c.kind, Request: request},
			Roles:     []*vignettev1.Role{{Id: "ann", Persona: &vignettev1.Persona{Name: "Ann"}}, {Id: "ben", Persona: &vignettev1.Persona{Name: "Ben"}}, {Id: "cy"}},
		}})
		events := []*vignettev1.EpisodeEvent{{Event: &vignettev1.EpisodeEvent_Started{Started: &vignettev1.EpisodeStarted{Episode: "e", Cell: cell}}}}
		for i, l := range c.lines {
			events = append(events, &vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Turn{Turn: &vignettev1.Turn{Index: int32(i), Role: l.role,
				Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: l.text, To: l.to}}}})
		}
		if !c.unended {
			events = append(events,
				&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_ConversationEnded{ConversationEnded: &vignettev1.ConversationEnded{Reason: vignettev1.EndReason_END_REASON_MAX_TURNS}}},
				&vignettev1.EpisodeEvent{Event: &vignettev1.EpisodeEvent_Completed{Completed: &vignettev1.EpisodeCompleted{Validity: ok}}})
		}
		for i, event := range events {
			event.SchemaVersion, event.Epoch, event.Id = 1, 1, string(rune('a'+i))
			if err := state.Apply(event); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		var got []string
		for _, came := range outcomes.WhatCame(state) {
			got = append(got, came.Says+"|"+came.Quote+"|"+string(rune('0'+came.Turn)))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
