package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run becomes a page whose numbers are those of the JSON, and which says how to make it again: the same command comes to the same
// digest.
func TestReportOfARun(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	ran := records(t, p.must("run", "ask-for-leave", "cbt-intake", "--vary", "focal.policy.skill=0.2,0.9", "--repeats", "6", "--seed", "3", "--json"))
	file := filepath.Join(p.dir, "r.html")
	p.must("report", "last", "-o", file)
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	numbers := last(t, p.must("report", "last", "--json"))
	again, _ := numbers["command"].(string)
	for _, want := range []string{"<svg", "best: reward", "most surprising", again} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	args := strings.Fields(again)
	if len(args) < 2 || args[0] != "vignette" {
		t.Fatalf("it is made again by %q", again)
	}
	if second := last(t, p.must(append(args[1:], "--json")...)); second["digest"] != ran[len(ran)-1]["digest"] {
		t.Errorf("%q comes to %v, not %v", again, second["digest"], ran[len(ran)-1]["digest"])
	}
	if _, stderr, code := p.run("report", "nothing"); code != exitFailed || !strings.Contains(stderr, "there is no run") {
		t.Errorf("a run that is none ends with %d: %s", code, stderr)
	}
}
