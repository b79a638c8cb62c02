package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// Branches are played for real, twice the same, and each turn of the focal role has its credit.
func TestAttribution(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var episode string
	for _, r := range records(t, p.must("run", "ask-for-leave", "--repeats", "1", "--json")) {
		if r["type"] == "episode" {
			episode = r["episode"].(string)
		}
	}
	first := last(t, p.must("attribution", episode, "--branches", "3", "--json"))
	turns := first["turns"].([]any)
	if len(turns) < 2 || first["branches_played"].(float64) < float64(3*len(turns)) || first["turns_played"].(float64) == 0 {
		t.Errorf("attribution %v", first)
	}
	for _, each := range turns {
		turn := each.(map[string]any)
		if turn["measured"] == nil || turn["ci"] == nil || turn["text"] == "" {
			t.Errorf("turn %v", turn)
		}
	}
	again := last(t, p.must("attribution", episode, "--branches", "3", "--json"))
	for i, each := range again["turns"].([]any) {
		if a, b := each.(map[string]any)["measured"], turns[i].(map[string]any)["measured"]; a != b {
			t.Errorf("turn %d: %v, then %v", i, b, a)
		}
	}
	if first["agreements"].([]any)[0].(map[string]any)["with"] != "discount" {
		t.Errorf("agreements %v", first["agreements"])
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"e0"}, exitFailed, "there is no episode"},
		{[]string{episode, "--branches", "1"}, exitUsage, "2 to 10000"},
		{[]string{episode, "--discount", "2"}, exitUsage, "0 to 1"},
		{[]string{episode, "--judge", "tiny"}, exitUsage, "no endpoint is described"},
	} {
		if _, stderr, code := p.run(append([]string{"attribution"}, test.args...)...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit %d, %q", test.args, code, stderr)
		}
	}
}

// A judge is asked three times about the whole conversation, turns are silenced, and both are set beside what was measured.
func TestAttributionByOthers(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(request scripted.Request) *scripted.Reply {
		field := "credit"
		if strings.Contains(request.Schema, "probability") {
			field = "probability"
		}
		var turns []string
		for i := 0; i < 40; i += 2 {
			turns = append(turns, fmt.Sprintf(`{"turn": %d, "why": "w", %q: %v}`, i, field, float64(i)/40))
		}
		return &scripted.Reply{Content: `{"turns": [` + strings.Join(turns, ", ") + `]}`}
	}})
	var episode string
	for _, r := range records(t, p.must("run", "ask-for-leave", "--repeats", "1", "--json")) {
		if r["type"] == "episode" {
			episode = r["episode"].(string)
		}
	}
	report := last(t, p.must("attribution", episode, "--branches", "2", "--judge", "tiny", "--ablate", "--json"))
	with := map[string]bool{}
	for _, each := range report["agreements"].([]any) {
		with[each.(map[string]any)["with"].(string)] = true
	}
	if asked := endpoint.Stats().Requests; asked != 3 || !with["judge"] || !with["ablated"] || report["unanswered"] != nil {
		t.Errorf("asked %d times: %v %v", asked, with, report["unanswered"])
	}
	steps := 0
	for _, each := range report["turns"].([]any) {
		turn := each.(map[string]any)
		if turn["judge"] == nil || turn["contrast"] != 0.0 || turn["ablated"] == nil {
			t.Errorf("turn %v", turn)
		}
		if turn["step_reward"] != nil && turn["step_own"] == turn["step_reward"] {
			steps++
		}
	}
	if steps == 0 {
		t.Error("no step reward was lost with its turn")
	}
	if text := p.must("attribution", episode, "--branches", "2", "--judge", "tiny"); !strings.Contains(text, "same top") || !strings.Contains(text, "contrast") {
		t.Errorf("text:\n%s", text)
	}
}
