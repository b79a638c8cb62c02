package main

import (
	"strings"
	"testing"
)

// Generations are followed over runs and over the levels of one run, which tell the same; what cannot be followed is refused with a reason.
func TestGenerations(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	run := func(skill string) string {
		args := []string{"run", "ask-for-leave", "share-the-dishes", "--repeats", "3", "--json", "--vary", "focal.policy.skill=" + skill}
		return last(t, p.must(args...))["run"].(string)
	}
	both := run("0.2,0.9")
	report := last(t, p.must("generations", both, "--factor", "focal.policy.skill", "--accept", "0.75", "--json"))
	all := report["generations"].([]any)
	one, two := all[0].(map[string]any), all[1].(map[string]any)
	if one["begun"] != 6.0 || two["begun"] != 6.0 || two["accepted"].(float64) <= one["accepted"].(float64) {
		t.Errorf("generations %v", all)
	}
	reward := two["reward"].(map[string]any)
	if reward["change"].(float64) <= 0 || reward["n"] != 6.0 || reward["over"] != "conversations" || one["reward"].(map[string]any)["change"] != nil {
		t.Errorf("reward %v", reward)
	}
	if page := p.must("generations", both, "--factor", "focal.policy.skill"); !strings.Contains(page, "distinct-2") || !strings.Contains(page, "balance") {
		t.Errorf("page:\n%s", page)
	}
	first, second := run("0.9"), run("0.9")
	runs := last(t, p.must("generations", first, second, "--json"))["generations"].([]any)
	if change := runs[1].(map[string]any)["reward"].(map[string]any)["change"]; change != 0.0 {
		t.Errorf("the same run twice differs by %v", change)
	}
	for want, args := range map[string][]string{
		"one run is one generation":  {"generations", both},
		"a second time":              {"generations", both, both},
		`no "focal.goal" was varied`: {"generations", both, "--factor", "focal.goal"},
		"nobody scores made.up":      {"generations", first, second, "--right", "made.up=1"},
		"it must be at least 1":      {"generations", first, second, "--wanted", "0"},
	} {
		if _, stderr, code := p.run(args...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, %q; want %q", args, code, stderr, want)
		}
	}
}
