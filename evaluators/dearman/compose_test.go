package dearman_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/dearman"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// lines of a tenant and of a landlord, of all kinds.
var (
	tenantLines = []string{
		"", "Hi!", "The heating has been off since Monday.", "I feel worn out by the cold.", "Could you have it repaired by Friday?",
		"The heating has been off since Monday, I feel worn out, could you repair it by Friday? You'd have no more calls from me, and I could let them in on Thursday.",
		"You never do anything.", "Never mind, forget it.", "Sorry, maybe it could perhaps be looked at, if that's okay?",
	}
	landlordLines = []string{"Hello.", "No, that's not possible, I have no time.", "Sure, that works."}
)

func conversation(t *rapid.T) *vignettev1.EvaluateRequest {
	req := &vignettev1.EvaluateRequest{
		Role: "tenant",
		Objective: &vignettev1.Objective{
			Kind:        rapid.SampledFrom([]vignettev1.ObjectiveKind{1, 1, 1, 2, 3}).Draw(t, "kind"),
			Statement:   "Get the heating repaired this week",
			Request:     "I'd like the heating repaired by Friday.",
			Facts:       []string{"The heating has been off since Monday."},
			Benefits:    []string{"You would have no more calls from me."},
			Compromises: []string{"I could let somebody in on Thursday."},
		},
	}
	for i := range int32(rapid.IntRange(0, 8).Draw(t, "turns")) {
		role, lines := "tenant", tenantLines
		if i%2 == 1 {
			role, lines = "landlord", landlordLines
		}
		text := rapid.SampledFrom(lines).Draw(t, role)
		kind := vignettev1.ActionKind_ACTION_KIND_SPEAK
		if text == "" {
			kind = vignettev1.ActionKind_ACTION_KIND_SILENT
		}
		req.Turns = append(req.Turns, &vignettev1.PerceivedTurn{Index: i, Role: role, Action: &vignettev1.Action{Kind: kind, Text: text}})
	}
	return req
}

// judged are the scores of turns and those of the episode.
func judged(t *rapid.T, req *vignettev1.EvaluateRequest) (turns, episode []*vignettev1.Score) {
	scores, err := dearman.New().Evaluate(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, score := range scores {
		if score.TurnIndex != nil {
			turns = append(turns, score)
		} else {
			episode = append(episode, score)
		}
	}
	return turns, episode
}

func TestComposeIsTheEvaluatorsOwnRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		req := conversation(t)
		turns, want := judged(t, req)
		if diff := cmp.Diff(want, dearman.Compose(req, turns), protocmp.Transform()); diff != "" {
			t.Fatalf("episode (-own +composed):\n%s", diff)
		}
	})
}

// With verdicts missing, the episode's number is the one that it would have been with them, or there is none.
func TestComposeDoesNotGuess(t *testing.T) {
	stood := 0
	rapid.Check(t, func(t *rapid.T) {
		req := conversation(t)
		turns, want := judged(t, req)
		lost := 0
		for i := range turns {
			if rapid.IntRange(0, 4).Draw(t, "lost") == 0 {
				turns[i] = proto.CloneOf(turns[i])
				turns[i].Outcome = &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER}}
				lost++
			}
		}
		for i, got := range dearman.Compose(req, turns) {
			switch {
			case got.GetMissing().GetReason() == vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING && lost > 0:
			case !proto.Equal(got.GetValue(), want[i].GetValue()) || got.GetMissing().GetReason() != want[i].GetMissing().GetReason():
				t.Fatalf("%s: %v, want %v or none", got.GetDimension(), got.GetOutcome(), want[i].GetOutcome())
			case lost > 0 && got.GetValue() != nil:
				stood++
			}
		}
	})
	if stood == 0 {
		t.Error("no number ever stood although the missing verdict could not change it")
	}
}

func TestInapplicable(t *testing.T) {
	ask := &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK}
	speak := &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Could you?"}
	for _, tc := range []struct {
		name      string
		objective *vignettev1.Objective
		action    *vignettev1.Action
		want      string
	}{
		{"words for an objective", ask, speak, ""},
		{"a gesture", ask, &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_NONVERBAL, Text: "nods"}, "Nothing was said"},
		{"silence", ask, &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SILENT}, "Nothing was said"},
		{"listening", &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNDERSTAND}, speak,
			"DEAR MAN is for asking and refusing; this objective is neither"},
	} {
		if got := dearman.Inapplicable(tc.objective, tc.action); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// A lost verdict matters to the other strategies too where it decides whether their turn was crowded.
func TestComposeKnowsWhenACrowdIsInDoubt(t *testing.T) {
	req := &vignettev1.EvaluateRequest{
		Role:      "tenant",
		Objective: &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK},
		Turns:     []*vignettev1.PerceivedTurn{{Role: "tenant", Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "..."}}},
	}
	rate := func(skill string, outcome vignettev1.MissingReason, label string) *vignettev1.Score {
		score := &vignettev1.Score{Dimension: "dear_man." + skill, TurnIndex: new(int32)}
		score.Outcome = &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Label: label}}
		if label == "" {
			score.Outcome = &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: outcome}}
		}
		return score
	}
	for name, tc := range map[string]struct {
		reinforce string
		want      vignettev1.MissingReason
	}{
		"two others":   {"none", vignettev1.MissingReason_MISSING_REASON_UNSPECIFIED},
		"three others": {"weak", vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING},
	} {
		episode := dearman.Compose(req, []*vignettev1.Score{
			rate("describe", 0, "strong"), rate("express", 0, "strong"), rate("reinforce", 0, tc.reinforce),
			rate("assert", vignettev1.MissingReason_MISSING_REASON_REFUSED, ""),
			rate("negotiate", vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, ""),
			rate("mindful", 0, "strong"), rate("confident", 0, "strong"),
		})
		if got := episode[0].GetMissing().GetReason(); got != tc.want {
			t.Errorf("%s: describe is %v, want %s", name, episode[0].GetOutcome(), tc.want)
		}
	}
}
