package main

import (
	"strings"
	"testing"
)

// Branches are played for real, twice the same, and each turn of the focal role has its credit.
func TestAttribution(t *testing.T) {
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
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"e0"}, exitFailed, "there is no episode"},
		{[]string{episode, "--branches", "1"}, exitUsage, "2 to 10000"},
		{[]string{episode, "--discount", "2"}, exitUsage, "0 to 1"},
	} {
		if _, stderr, code := p.run(append([]string{"attribution"}, test.args...)...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit %d, %q", test.args, code, stderr)
		}
	}
}
