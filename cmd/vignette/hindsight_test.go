package main

import (
	"strings"
	"testing"
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
