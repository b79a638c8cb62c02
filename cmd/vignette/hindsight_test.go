package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// Futures are told, judged and noted; the run stays what it was; the same seed gives the same.
func TestHindsight(t *testing.T) {
	p := newProgram(t)
	ran := records(t, p.must("run", "cbt-intake", "--repeats", "3", "--vary", "focal.policy.skill=0.1,0.9", "--json"))
	digest := ran[len(ran)-1]["digest"]
	page := p.must("hindsight", "last", "--observe", "full", "--author", "ann")
	for _, want := range []string{"6 episodes", "no forecast", "focal.policy.skill=0.1", "onlooker", "returned", "functioning"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	first := records(t, p.must("hindsight", "last", "--json", "--no-notes"))
	again := records(t, p.must("hindsight", "last", "--json", "--reward", "hindsight.goal=2"))
	if first[0]["futures"] == nil || again[0]["revision"] != 2.0 || again[0]["reward"] == nil {
		t.Errorf("first %v, again %v", first[0], again[0])
	}
	shown := records(t, p.must("show", "last", "--json"))
	if shown[len(shown)-1]["digest"] != digest {
		t.Error("notes changed the run")
	}
}

func TestHindsightUsage(t *testing.T) {
	for _, args := range [][]string{
		{"hindsight", "last", "--observe", "all"}, {"hindsight", "last", "--futures", "0"}, {"hindsight", "last", "--reward", "hindsight.luck=1"}, {"hindsight"},
	} {
		if code := execute(args); code != exitUsage {
			t.Errorf("%v ends with %d, want %d", args, code, exitUsage)
		}
	}
}

// A model tells the futures and judges; the same again asks nothing, and what it cost is in the books.
func TestHindsightByModel(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 4})
	p.must("run", "cbt-intake", "ask-for-leave", "--json")
	args := []string{"hindsight", "last", "--model", "tiny", "--futures", "2", "--days", "7", "--json", "--no-notes"}
	first := records(t, p.must(args...))
	if asked := endpoint.Stats().Requests; asked != 2*(2+4) {
		t.Errorf("asked %d times, not 12", asked)
	}
	for _, episode := range first[:2] {
		for key, score := range episode["scores"].(map[string]any) {
			if _, ok := score.(float64); !ok {
				t.Errorf("%s is %v", key, score)
			}
		}
	}
	before := endpoint.Stats().Requests
	again := records(t, p.must(args...))
	if diff := cmp.Diff(first, again); diff != "" || endpoint.Stats().Requests != before {
		t.Errorf("the same again asked %d times more and says (-first +again):\n%s", endpoint.Stats().Requests-before, diff)
	}
	if page := p.must("hindsight", "last", "--model", "tiny", "--futures", "2", "--days", "7"); !strings.Contains(page, "by the model tiny") || !strings.Contains(page, "itself-model") {
		t.Errorf("the page does not say whose it is:\n%s", page)
	}
	if _, stderr, code := p.run("hindsight", "last", "--max-cost", "1"); code != exitUsage || !strings.Contains(stderr, "--model") {
		t.Errorf("a budget for rules ends with %d: %s", code, stderr)
	}
	if _, stderr, code := p.run("hindsight", "last", "--model", "tiny", "--futures", "3", "--max-tokens", "1"); code != exitFailed || !strings.Contains(stderr, "max-tokens") {
		t.Errorf("a spent budget ends with %d: %s", code, stderr)
	}
}
