package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// story is one of ours in the columns of bigtom.
const story = "Ines leaves the kettle on the stove. Her brother carries it to the shed.;Ines sees him carry it.;Ines is in the bath and sees nothing.;Ines goes to the shed.;Ines goes to the stove.;" +
	"Does Ines believe that the kettle is in the shed or on the stove?;unused;Where will Ines go?;Ines believes that it is in the shed.;unused;Ines will go to the shed.;" +
	"Ines believes that it is on the stove.;unused;Ines will go to the stove.;noise;noise;noise;auto;0\n"

// A run that was probed has answers scored beside forecasts that read nothing, for people and for programs.
func TestTomOfRun(t *testing.T) {
	p := newProgram(t)
	run := last(t, p.must("run", "cbt-intake", "one-glass-fewer", "--repeats", "3", "--vary", "focal.policy.skill=0,1", "--json"))["run"].(string)
	var report record
	if err := json.Unmarshal([]byte(p.must("tom", run, "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if report["run"] != run || report["episodes"] != 12.0 || report["minds"] != 2.0 {
		t.Errorf("run %v, episodes %v, minds %v", report["run"], report["episodes"], report["minds"])
	}
	asked := map[string]map[string]any{}
	for _, r := range report["results"].([]any) {
		result := r.(map[string]any)
		asked[fmt.Sprint(result["ask"], ", ", result["arm"])] = result
	}
	emotion := asked["emotion, skill=1"]
	if emotion == nil {
		t.Fatalf("no emotion at skill 1 in %v", asked)
	}
	names := map[string]bool{}
	for _, b := range emotion["baselines"].([]any) {
		names[b.(map[string]any)["name"].(string)] = true
	}
	for _, want := range []string{"base_rate", "first_reading", "another_client", "last_utterance", "persistence"} {
		if !names[want] {
			t.Errorf("no baseline %s in %v", want, names)
		}
	}
	if emotion["n"] == 0.0 || emotion["brier"].(map[string]any)["ci95"] == nil || emotion["calibration"].(map[string]any)["ece"] == nil {
		t.Errorf("emotion: %v", emotion)
	}
	page := p.must("tom", "last")
	for _, want := range []string{"run " + run, "emotion, skill=0", "base rate", "Calibration error", "which was private (*)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestTomMistakes(t *testing.T) {
	p := newProgram(t)
	p.must("run", "until-friday", "--repeats", "1")
	write(t, filepath.Join(p.dir, "stories.csv"), story)
	write(t, filepath.Join(p.dir, "broken.csv"), "a;b\n")
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, "name a run"},
		{[]string{"last", "--items", "stories.csv"}, exitUsage, "two studies"},
		{[]string{"--items", "stories.csv"}, exitUsage, "--model is missing"},
		{[]string{"last", "--strategy", "far"}, exitUsage, "are for --items"},
		{[]string{"--items", "stories.csv", "--model", "m", "--format", "xml"}, exitUsage, "there is: bigtom, tomi, t4d"},
		{[]string{"--items", "stories.csv", "--model", "m", "--strategy", "clever"}, exitUsage, "there is: plain, far"},
		{[]string{"--items", "stories.csv", "--model", "m", "--workers", "0"}, exitUsage, "--workers is 0"},
		{[]string{"--items", "stories.csv", "--model", "m"}, exitUsage, "no endpoint is described"},
		{[]string{"--items", "nowhere.csv", "--model", "m"}, exitFailed, "nowhere.csv"},
		{[]string{"--items", "broken.csv", "--model", "m"}, exitFailed, "broken.csv:1: 2 columns"},
		{[]string{"nothing"}, exitFailed, `there is no run "nothing"`},
	} {
		stdout, stderr, code := p.run(append([]string{"tom"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
			t.Errorf("%v: exit %d, %q\n%s\nwant %d, %q", test.args, code, stdout, stderr, test.code, test.want)
		}
	}
	if page := p.must("tom", "last"); !strings.Contains(page, "no probe asked a role about another") {
		t.Errorf("a run without probes:\n%s", page)
	}
}

// choosing answers every story from where things are, and refuses those about actions.
func choosing(request scripted.Request) *scripted.Reply {
	text := request.Messages[len(request.Messages)-1].Content
	if strings.Contains(text, "Where will") {
		return &scripted.Reply{Refusal: "I would rather not."}
	}
	for _, line := range strings.Split(text, "\n") {
		if letter, choice, ok := strings.Cut(line, ") "); ok && len(letter) == 1 && strings.Contains(choice, "shed") {
			before := `"thought": "t"`
			if strings.Contains(text, "Look ahead") {
				before = `"foresight": [{"who": "Ines", "next": "n", "challenges": [{"challenge": "c", "help": "h"}]}], "reflection": "r"`
			}
			return &scripted.Reply{Content: fmt.Sprintf(`{%s, "answer": %q}`, before, letter)}
		}
	}
	return nil
}

// A model that answers from where things are looks half right; the difference tells it. What it refuses is counted apart, and a
// second time nothing is asked.
func TestTomOfModel(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: choosing})
	write(t, filepath.Join(p.dir, "stories.csv"), story+strings.ReplaceAll(story, "Ines", "Olga"))
	for _, strategy := range []string{"plain", "far"} {
		args := []string{"tom", "--items", "stories.csv", "--model", "tiny", "--strategy", strategy, "--json"}
		report := last(t, p.must(args...))
		conditions := map[string]map[string]any{}
		for _, c := range report["conditions"].([]any) {
			conditions[c.(map[string]any)["condition"].(string)] = c.(map[string]any)
		}
		belief, action := conditions["forward_belief"], conditions["forward_action"]
		if f, tr := belief["false_belief"].(map[string]any), belief["true_belief"].(map[string]any); f["accuracy"] != 0.0 || tr["accuracy"] != 1.0 || tr["accuracy_ci95"] == nil {
			t.Errorf("%s: false %v, true %v", strategy, f, tr)
		}
		if d := belief["difference"].(map[string]any); d["value"] != -1.0 || d["pairs"] != 2.0 {
			t.Errorf("%s: difference %v", strategy, d)
		}
		if f := action["false_belief"].(map[string]any); f["accuracy"] != nil || f["missing"].(map[string]any)["refused"] != 2.0 || action["difference"] != nil {
			t.Errorf("%s: refused %v, difference %v", strategy, f, action["difference"])
		}
		asked := endpoint.Stats().Requests
		p.must(args...)
		if again := endpoint.Stats().Requests; again != asked {
			t.Errorf("%s: %d requests more for the same items", strategy, again-asked)
		}
	}
	page := p.must("tom", "--items", "stories.csv", "--model", "tiny")
	for _, want := range []string{"false less true (pairs)", "forward_belief", "-1.00 (2)", "missing: refused", "guessing would get 0.50"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}
