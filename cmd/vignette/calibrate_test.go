package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reversed are labels by a rater who calls change what the rules hear as talk of going on, and the other way round, in ten groups.
func reversed() string {
	var b strings.Builder
	for group := range 10 {
		for i, each := range []struct{ text, label string }{
			{"I really want to stop drinking.", "sustain"}, {"I will definitely stop smoking.", "sustain"}, {"It was on Tuesday.", "neutral"}, {"My sister lives here.", "neutral"},
		} {
			fmt.Fprintf(&b, `{"id": "%d-%d", "role": "client", "text": %q, "labels": {"mi.client": %q}, "group": "g%d"}`+"\n", group, i, each.text, each.label, group)
		}
	}
	return b.String()
}

// What was calibrated is an evaluator by its name from then on, in another process.
func TestCalibratedByName(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "labels.jsonl"), reversed())
	page := p.must("calibrate", "labels.jsonl", "--evaluator", "mi", "--dimension", "client", "--name", "my-talk")
	for _, want := range []string{"my-talk  calibrates mi.client of mi", "fitted to 40 labels in 10 groups", "cross-validated", ".vignette/calibrations/my-talk.json"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	accuracy := func(evaluator string) any {
		report := last(t, p.must("agreement", "labels.jsonl", "--evaluator", evaluator, "--dimension", "client", "--data", ".vignette", "--json"))
		return report["dimensions"].(map[string]any)["mi.client"].(map[string]any)["accuracy"]
	}
	if before, after := accuracy("mi"), accuracy("my-talk"); before == 1.0 || after != 1.0 {
		t.Errorf("accuracy %v before, %v after", before, after)
	}

	// A file that was spoilt is told, not passed over.
	file := filepath.Join(p.dir, ".vignette", "calibrations", "my-talk.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, strings.Replace(string(text), `"format": 1`, `"format": 9`, 1))
	if _, stderr, code := p.run("agreement", "labels.jsonl", "--evaluator", "mi", "--dimension", "client", "--data", ".vignette"); code != exitFailed || !strings.Contains(stderr, "format is 9") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

func TestCalibrateMistakes(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "labels.jsonl"), reversed())
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--evaluator", "mi", "--name", "x"}, exitUsage, "are needed"},
		{[]string{"--evaluator", "mi", "--dimension", "client", "--name", "X/y"}, exitUsage, "a name is made of"},
		{[]string{"--evaluator", "mi", "--dimension", "client", "--name", "dear-man"}, exitUsage, "is taken"},
		{[]string{"--evaluator", "mi", "--dimension", "misc", "--name", "x"}, exitUsage, "can be calibrated"},
		{[]string{"--evaluator", "mi", "--dimension", "client", "--name", "x", "--labels", "3"}, exitUsage, "at least 20"},
	} {
		_, stderr, code := p.run(append([]string{"calibrate", "labels.jsonl"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit %d, %q; want %d, %q", test.args, code, stderr, test.code, test.want)
		}
	}
}
