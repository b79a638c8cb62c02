package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openRated plays a run, opens a campaign on it and returns its id.
func openRated(t *testing.T, p *program, rubric string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, "r.yaml"), []byte(rubric), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := p.command("rate", "r.yaml", "--rater", "ann")
	cmd.Stdin = strings.NewReader("q\n")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSuffix(strings.Fields(string(out))[1], ":")
}

// From ratings to rewards: what annotators say is fitted, noted once under a name, used by that name in rewards and exports, and never
// passed off as what people said.
func TestRewardRatings(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--vary", "focal.policy.skill=0.2,0.9", "--repeats", "4", "--json")
	id := openRated(t, p, "title: Good\noverlap: 2\nscales:\n  - {id: good, question: How good?, min: 1, max: 5, evidence_for_extremes: true}\n")
	simulated := records(t, p.must("rate", "simulate", id, "--raters", "2", "--bias=-0.5,0.5", "--noise", "0.5", "--json"))[0]
	if simulated["rated"] != 16.0 || simulated["simulated"] != true {
		t.Errorf("simulated are %v", simulated)
	}
	if page := p.must("rate", id, "--agreement"); !strings.Contains(page, "simulated-1 (simulated, no person)") || !strings.Contains(page, "8 of 8 items complete") {
		t.Errorf("agreement says:\n%s", page)
	}
	if page := p.must("reward", "ratings", id); !strings.Contains(page, "16 made up by simulated annotators") || !strings.Contains(page, "no fit") {
		t.Errorf("people's ratings are:\n%s", page)
	}
	fit := records(t, p.must("reward", "ratings", id, "--simulated", "--json"))[0]
	if fit["simulated"] != true || len(fit["episodes"].([]any)) != 8 || len(fit["raters"].([]any)) != 2 || fit["freedom"] != 7.0 {
		t.Errorf("the fit is %v", fit)
	}
	low := fit["raters"].([]any)[0].(map[string]any)["bias"].(map[string]any)
	if low["value"].(float64) >= 0 || len(low["ci95"].([]any)) != 2 {
		t.Errorf("the annotator with a bias of -0.5 has %v", low)
	}
	for want, args := range map[string][]string{
		"no fit of ratings is noted":      {"reward", "last", "--weights", "rated.good=2"},
		"ratings cannot be the truth":     {"rate", "simulate", id, "--by", "ratings:good"},
		"give one, or one for each":       {"rate", "simulate", id, "--bias=1,2,3"},
		"has nothing to fit":              {"reward", "ratings", id, "--scale", "warmth"},
		"--stage is \"later\"":            {"reward", "ratings", id, "--stage", "later"},
		"add --record":                    {"reward", "ratings", id, "--name", "panel"},
		"which is an evaluator of the ru": {"reward", "ratings", id, "--record", "--name", "dear-man"},
		"without spaces":                  {"reward", "ratings", id, "--record", "--name", "a:b"},
	} {
		if _, stderr, code := p.run(args...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v ends with %d: %s", args, code, stderr)
		}
	}
	if _, stderr, code := p.run("reward", "ratings", "x.00000000"); code != exitFailed || !strings.Contains(stderr, "'vignette rate RUBRIC.yaml --run RUN' opens one") {
		t.Errorf("a campaign that is not there ends with %d: %s", code, stderr)
	}

	for _, want := range []float64{8, 0} { // The second time nothing is new.
		noted := records(t, p.must("reward", "ratings", id, "--simulated", "--record", "--name", "panel", "--json"))
		if last := noted[len(noted)-1]; last["noted"] != want || last["unchanged"] != 8-want {
			t.Errorf("noted %v; want %v", last, want)
		}
	}
	composed := records(t, p.must("reward", "last", "--weights", "panel:rated.good=2", "--json"))
	terms := composed[0]["composed"].(map[string]any)["terms"].([]any)
	term := terms[len(terms)-1].(map[string]any)
	if term["dimension"] != "rated.good" || term["value"] == nil || term["sources"].([]any)[0].(map[string]any)["method"] != "simulated" {
		t.Errorf("the term of ratings is %v", term)
	}
	for _, by := range []string{"panel:rated.good", "simulated:good"} {
		for _, format := range []string{"dpo", "kto", "reward"} {
			card := filepath.Join(p.dir, format+strings.ReplaceAll(by, ":", "-")+".md")
			stdout, stderr, code := p.run("export", "last", "--format", format, "--by", by, "--card", card)
			page, err := os.ReadFile(card)
			if code != 0 || err != nil || strings.Count(stdout, `"simulated_annotators":true`) != strings.Count(stdout, "\n") || !strings.Contains(stderr, "no people") || !strings.Contains(string(page), "no human feedback") {
				t.Errorf("%s by %s ends with %d, declared in %d of %d rows: %s\n%s", format, by, code, strings.Count(stdout, `"simulated_annotators":true`), strings.Count(stdout, "\n"), stderr, page)
			}
		}
	}
	if _, stderr, code := p.run("export", "last", "--format", "kto", "--by", "ratings:good"); code == 0 || !strings.Contains(stderr, "nobody rated it on good") {
		t.Errorf("people's ratings are exported with %d: %s", code, stderr)
	}
}

// Pairs give strengths, and preferences.
func TestRewardRatingsOfPairs(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--vary", "focal.policy.skill=0.1,0.9", "--repeats", "6", "--json")
	id := openRated(t, p, "title: Better\nunit: pair\noverlap: 2\nscales:\n  - {id: better, question: Which?, min: 1, max: 5}\n")
	p.must("rate", "simulate", id, "--sharpness", "2")
	page := p.must("reward", "ratings", id, "--simulated", "--record")
	for _, want := range []string{"log strength", "focal.policy.skill=0.9", "what stood first is preferred in", "noted as simulated-raters on 12 episodes"} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not say %q:\n%s", want, page)
		}
	}
	rows := p.must("export", "last", "--format", "dpo", "--pairs", "raters", "--by", "simulated:better")
	if strings.Count(rows, "\n") < 3 || strings.Count(rows, `"simulated_annotators":true`) != strings.Count(rows, "\n") {
		t.Errorf("pairs are\n%s", rows)
	}
}
