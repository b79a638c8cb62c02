package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A planted effect is found, and where nothing can differ nothing does, from the study file to the report: skill changes what is said; a stimulus is
// read by models and not by rules.
func TestPlantedInAStudy(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	text := `kind: study
id: planted
question: Is skill told from what nobody reads?
scenarios: [ask-for-leave, share-the-dishes, repair-the-heating, refuse-a-loan, cbt-intake, until-friday]
design: paired
repeats: 2
factors:
  - {role: focal, field: policy.skill, levels: [0.1, 0.9]}
  - {role: focal, field: policy.stimulus, levels: [{name: without, clear: true}, {name: with, value: "It matters to me that this goes well."}]}
`
	file := filepath.Join(p.dir, "planted.yaml")
	write(t, file, text)
	p.must("validate", file)
	first := last(t, p.must("run", file, "--json"))
	if n := first["episodes"].(map[string]any)["ok"]; n != 36.0 {
		t.Fatalf("%v episodes of 6 scenarios, 3 arms and 2 repeats", n)
	}
	verdicts := map[string]string{}
	for _, c := range last(t, p.must("compare", "last", "--json"))["comparisons"].([]any) {
		c := c.(map[string]any)
		verdicts[c["factor"].(string)] = c["reward"].(map[string]any)["verdict"].(string)
	}
	if verdicts["focal.policy.skill"] != "differs" || verdicts["focal.policy.stimulus"] != "identical in every pair" {
		t.Errorf("verdicts %v", verdicts)
	}
	report := filepath.Join(p.dir, "r.html")
	p.must("report", "last", "-o", report)
	page, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Is skill told from what nobody reads?", "one thing at a time", "identical in every pair"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	// More repeats in the file: the run that goes beyond plays the new cells alone, and comes to what it would have come to at once.
	write(t, file, strings.Replace(text, "repeats: 2", "repeats: 3", 1))
	beyond := last(t, p.must("run", file, "--resume", "last", "--json"))
	whole := last(t, p.must("run", file, "--json"))
	if beyond["digest"] != whole["digest"] || beyond["digest"] == first["digest"] {
		t.Errorf("digests: beyond %v, at once %v, first %v", beyond["digest"], whole["digest"], first["digest"])
	}
	if _, stderr, code := p.run("run", file, "--vary", "focal.policy.skill=1"); code != exitUsage || !strings.Contains(stderr, "a study says itself") {
		t.Errorf("a study with --vary ends with %d: %s", code, stderr)
	}
}
