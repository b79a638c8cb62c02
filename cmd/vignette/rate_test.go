package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Twenty items with the keyboard alone: numbers, a slip, the codebook, a skip, something taken back; what was rated before leaving is
// there when the rater comes again.
func TestRate(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--repeats", "20")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Satisfaction\ncodebook: Judge the client.\noverlap: 1\ncalibration: 1\nscales:\n  - {id: satisfaction, question: How satisfied?, min: 1, max: 5}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rate := func(keys ...string) string {
		cmd := p.command("rate", "r.yaml", "--rater", "ann")
		cmd.Stdin = strings.NewReader(strings.Join(keys, "\n") + "\n")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	first := rate("?", "9", "4", "u", "w 99 x", "w 1 What brings you here?", "n short", "3", "s distressing", "q")
	for _, want := range []string{"Judge the client.", "give 1 to 5", "taken back", "there is no turn 99", "better words for turn 1", "noted", "calibration  on satisfaction: you are the first to rate this one", "It does not come to you again", "Everything so far is kept"} {
		if !strings.Contains(first, want) {
			t.Errorf("it does not say %q:\n%s", want, first)
		}
	}
	if strings.Contains(first, "policy") || strings.Contains(first, "builtin") {
		t.Errorf("the rater is told what is compared:\n%s", first)
	}
	rest := rate(strings.Fields(strings.Repeat("2 ", 18))...)
	if !strings.Contains(rest, "Nothing is left for you to rate") {
		t.Errorf("after 20 items there is more:\n%s", rest)
	}
	page := p.must("rate", strings.Fields(strings.SplitN(rest, ":", 2)[0])[1], "--agreement")
	if !strings.Contains(page, "19 of 20 items complete") {
		t.Errorf("agreement says:\n%s", page)
	}
}

// Words that show an extreme are found whatever their case, asked for again where they do not stand there, and one can go back; after the
// last item the last rating can still be taken back, and comes at once.
func TestRateEvidence(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--json")
	file := filepath.Join(p.dir, "r.yaml")
	text := "title: Met\noverlap: 1\nscales:\n  - {id: met, question: How far?, min: 1, max: 3, labels: [not, partly, fully], evidence_for_extremes: true}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := p.command("rate", "r.yaml", "--rater", "ann")
	cmd.Stdin = strings.NewReader(strings.Join([]string{"n tired", "3", "1 nowhere to be found", "b", "1", `1 "SO,"`, "u", "2", ""}, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"1 not · 2 partly · 3 fully", "do not stand in turn 1", "= 1 not", "taken back: met 1 not; remark: tired", "= 2 partly", "Nothing is left"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}
