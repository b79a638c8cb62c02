package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compare, report and the end of the run tell the same numbers of the same run; all that were begun come before what is valid.
func TestCompareARun(t *testing.T) {
	p := newProgram(t)
	ran := last(t, p.must("run", "ask-for-leave", "cbt-intake", "--vary", "focal.policy.skill=0.1,0.5,0.9", "--repeats", "5", "--seed", "3", "--json"))
	compared := last(t, p.must("compare", "last", "--json"))
	reported := last(t, p.must("report", "last", "--json"))
	for _, other := range []record{ran, reported} {
		if diff := cmp.Diff(compared["comparisons"], other["comparisons"]); diff != "" {
			t.Errorf("two commands tell different numbers:\n%s", diff)
		}
	}
	if diff := cmp.Diff(compared["rankings"], reported["rankings"]); diff != "" {
		t.Errorf("rankings differ:\n%s", diff)
	}
	if n := len(compared["comparisons"].([]any)); n != 2 || compared["begun"] != 30.0 {
		t.Errorf("%d comparisons of %v episodes", n, compared["begun"])
	}
	text := p.must("compare", "last")
	begun, valid := strings.Index(text, "Of 10 pairs begun"), strings.Index(text, "Over pairs with a value on both sides")
	if begun < 0 || valid < begun {
		t.Errorf("what was begun does not come first:\n%s", text)
	}
	if !strings.Contains(text, "all levels, by who has the higher reward") {
		t.Errorf("no ranking of three levels:\n%s", text)
	}
}

// Two runs are paired by scenario, levels and repeat; what else differs between them is said; a run beside itself, or one that shares nothing
// with the other, is refused with what to do.
func TestCompareTwoRuns(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	novice := last(t, p.must("run", "ask-for-leave", "--repeats", "6", "--vary", "focal.policy.modality=assertive", "--json"))["run"].(string)
	again := last(t, p.must("run", "ask-for-leave", "--repeats", "6", "--vary", "focal.policy.modality=assertive", "--seed", "2", "--json"))["run"].(string)
	r := last(t, p.must("compare", novice, again, "--json"))
	c := r["comparisons"].([]any)[0].(map[string]any)
	if c["factor"] != "run" || c["level"] != again || c["against"] != novice || c["planned"] != 6.0 {
		t.Errorf("compared %v", c)
	}
	if apart := r["apart"].([]any); len(apart) != 1 || !strings.Contains(apart[0].(string), "seeds differ (1 and 2)") {
		t.Errorf("told apart by %v", apart)
	}
	other := last(t, p.must("run", "share-the-dishes", "--json"))["run"].(string)
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"compare", novice, novice}, exitUsage, "the same run"},
		{[]string{"compare", novice, other}, exitFailed, "nothing to pair"},
		{[]string{"compare", other}, exitFailed, "varies nothing"},
		{[]string{"compare", novice, "--margin", "reward=-1"}, exitUsage, "above 0"},
		{[]string{"compare", novice, "--role", "client"}, exitUsage, "--human"},
		{[]string{"compare", "nothing"}, exitFailed, "there is no run"},
	} {
		if _, stderr, code := p.run(tc.args...); code != tc.code || !strings.Contains(stderr, tc.want) {
			t.Errorf("%v ends with %d: %s", tc.args, code, stderr)
		}
	}
}
