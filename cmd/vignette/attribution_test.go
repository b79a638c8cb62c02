package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// Branches are played for real, twice the same, and each turn of the focal role has its credit.
func TestAttribution(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	var episode string
	for _, r := range records(t, p.must("run", "ask-for-leave", "--repeats", "1", "--json")) {
		if r["type"] == "episode" {
			episode = r["episode"].(string)
		}
	}
	first := last(t, p.must("attribution", episode, "--branches", "3", "--json"))
	turns := first["turns"].([]any)
	if len(turns) < 2 || first["branches_played"].(float64) < float64(3*len(turns)) || first["turns_played"].(float64) == 0 {
		t.Errorf("attribution %v", first)
	}
	for _, each := range turns {
		turn := each.(map[string]any)
		if turn["measured"] == nil || turn["ci"] == nil || turn["text"] == "" {
			t.Errorf("turn %v", turn)
		}
	}
	again := last(t, p.must("attribution", episode, "--branches", "3", "--json"))
	for i, each := range again["turns"].([]any) {
		if a, b := each.(map[string]any)["measured"], turns[i].(map[string]any)["measured"]; a != b {
			t.Errorf("turn %d: %v, then %v", i, b, a)
		}
	}
	if first["agreements"].([]any)[0].(map[string]any)["with"] != "discount" {
		t.Errorf("agreements %v", first["agreements"])
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"e0"}, exitFailed, "there is no episode"},
		{[]string{episode, "--branches", "1"}, exitUsage, "2 to 10000"},
		{[]string{episode, "--discount", "2"}, exitUsage, "0 to 1"},
		{[]string{episode, "--judge", "tiny"}, exitUsage, "no endpoint is described"},
	} {
		if _, stderr, code := p.run(append([]string{"attribution"}, test.args...)...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit %d, %q", test.args, code, stderr)
		}
	}
}

// A judge is asked three times about the whole conversation, turns are silenced, and both are set beside what was measured.
func TestAttributionByOthers(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(request scripted.Request) *scripted.Reply {
		field := "credit"
		if strings.Contains(request.Schema, "probability") {
			field = "probability"
		}
		var turns []string
		for i := 0; i < 40; i += 2 {
			turns = append(turns, fmt.Sprintf(`{"turn": %d, "why": "w", %q: %v}`, i, field, float64(i)/40))
		}
		return &scripted.Reply{Content: `{"turns": [` + strings.Join(turns, ", ") + `]}`}
	}})
	var episode string
	for _, r := range records(t, p.must("run", "ask-for-leave", "--repeats", "1", "--json")) {
		if r["type"] == "episode" {
			episode = r["episode"].(string)
		}
	}
	report := last(t, p.must("attribution", episode, "--branches", "2", "--judge", "tiny", "--ablate", "--json"))
	with := map[string]bool{}
	for _, each := range report["agreements"].([]any) {
		with[each.(map[string]any)["with"].(string)] = true
	}
	if asked := endpoint.Stats().Requests; asked != 3 || !with["judge"] || !with["ablated"] || report["unanswered"] != nil {
		t.Errorf("asked %d times: %v %v", asked, with, report["unanswered"])
	}
	steps := 0
	for _, each := range report["turns"].([]any) {
		turn := each.(map[string]any)
		if turn["judge"] == nil || turn["contrast"] != 0.0 || turn["ablated"] == nil {
			t.Errorf("turn %v", turn)
		}
		if turn["step_reward"] != nil && turn["step_own"] == turn["step_reward"] {
			steps++
		}
	}
	if steps == 0 {
		t.Error("no step reward was lost with its turn")
	}
	if text := p.must("attribution", episode, "--branches", "2", "--judge", "tiny"); !strings.Contains(text, "same top") || !strings.Contains(text, "contrast") {
		t.Errorf("text:\n%s", text)
	}
}

const keyStudy = `id: door
title: Door
language: en
focal: mia
turn_taking: alternating
roles:
  - {id: mia, kind: persona, persona: {id: mia, name: Mia}, reward: [{evaluator: opened, dimension: opened.far}]}
  - {id: jo, kind: persona, persona: {id: jo, name: Jo}}
objective: {kind: ask, statement: Get in, request: "Could you open the door?"}
stop: {max_turns: 6}
evaluators:
  - {name: opened, rubric: opened.yaml, model: local/critic}
`

const openedRubric = `kind: rubric
id: opened
dimensions:
  - {id: opened.far, definition: How far the door is open., unit: episode, min: 0, max: 1}
`

var lineNumber = regexp.MustCompile(`Line (\d+)\.`)

// keyed plays a policy that says, as its second turn, where the key is or that it is not there, half of the time each, a critic that finds the
// door far more open where it was said, and one who is asked which turn that came of.
func keyed(request scripted.Request) *scripted.Reply {
	all := ""
	for _, message := range request.Messages {
		all += message.Content + "\n"
	}
	luck := drawn(string(request.Body))
	switch {
	case request.SchemaName == "ratings":
		far := 0.1 + 0.05*luck
		if strings.Contains(all, "The key is here") {
			far += 0.8
		}
		return &scripted.Reply{Content: fmt.Sprintf(`{"scores": {"far": {"reason": "r", "quote": "", "number": %v, "confidence": 0.9}}}`, far)}
	case strings.Contains(request.Schema, `"say"`):
		own := 1
		for _, m := range lineNumber.FindAllStringSubmatch(all, -1) {
			var n int
			fmt.Sscan(m[1], &n)
			own = max(own, n+1)
		}
		say := fmt.Sprintf("Line %d. I was at the %s %d.", own, []string{"lake", "fair", "mill", "park"}[int(luck*4)], int(luck*1e6))
		if own == 2 && luck < 0.5 {
			say += " The key is here."
		} else if own == 2 {
			say += " No idea where it went."
		}
		return &scripted.Reply{Content: fmt.Sprintf(`{"thought": "t", "felt": [], "distress": null, "expressed": [], "expressed_distress": null, "trust": null, "resistance": null, "willingness": null, "others": [], "intent": "i", "action": "speak", "to": [], "addressee": "", "say": %q}`, say)}
	case strings.Contains(request.Schema, `"credit"`):
		return &scripted.Reply{Content: `{"turns": [{"turn": 0, "why": "w", "credit": 0.02}, {"turn": 2, "why": "the key", "credit": 0.9}, {"turn": 4, "why": "w", "credit": 0.01}]}`}
	}
	return nil
}

// Where a model plays the policy and a model judges, the turn that decides is found with what it is worth, and no other; a judge that sees it
// agrees. The same command asks for nothing again, and a budget ends it.
func TestAttributionOfModels(t *testing.T) {
	t.Parallel()
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: keyed})
	write(t, filepath.Join(p.dir, "door.yaml"), keyStudy)
	write(t, filepath.Join(p.dir, "opened.yaml"), openedRubric)
	episode := ""
	p.must("run", "door.yaml", "--model", "mia=local/tiny", "--repeats", "6")
	for _, r := range records(t, p.must("export", "last", "--format", "jsonl")) {
		if text := fmt.Sprint(r["turns"]); episode == "" && strings.Contains(text, "The key is here") {
			episode = fmt.Sprint(r["episode"])
		}
	}
	if episode == "" {
		t.Fatal("in none of six was the key found")
	}
	args := []string{"attribution", episode, "--branches", "24", "--judge", "local/seer", "--json"}
	report := last(t, p.must(args...))
	for _, each := range report["turns"].([]any) {
		turn := each.(map[string]any)
		ci := turn["ci"].([]any)
		low, high := ci[0].(float64), ci[1].(float64)
		t.Logf("turn %v: %.2f [%.2f, %.2f] %.60v", turn["turn"], turn["measured"], low, high, turn["text"])
		if decisive := low > 0 || high < 0; decisive != (turn["turn"] == 2.0) {
			t.Errorf("turn %v is worth %v [%v, %v]", turn["turn"], turn["measured"], low, high)
		}
		if turn["turn"] == 2.0 && (low > 0.8 || high < 0.8) { // 1.6 of the reward, drawn half of the time
			t.Errorf("turn 2 is worth %v [%v, %v], planted .8", turn["measured"], low, high)
		}
	}
	for _, each := range report["agreements"].([]any) {
		if a := each.(map[string]any); a["with"] == "judge" && (a["same_top"] != true || a["r"].(float64) < 0.9) {
			t.Errorf("agreement with the judge: %v", a)
		}
	}
	spent := report["models"].(map[string]any)
	if spent["calls"].(float64) == 0 || spent["cost"].(float64) <= 0 {
		t.Errorf("models %v", spent)
	}
	asked := endpoint.Stats().Requests
	again := last(t, p.must(args...))
	if now := endpoint.Stats().Requests; now != asked || fmt.Sprint(again["turns"]) != fmt.Sprint(report["turns"]) {
		t.Errorf("the same command asked %d times more", now-asked)
	}
	if _, stderr, code := p.run("attribution", episode, "--branches", "24", "--no-cache", "--max-tokens", "5000"); code != exitFailed || !strings.Contains(stderr, "higher --max-cost or --max-tokens") {
		t.Errorf("a budget: exit %d, %q", code, stderr)
	}
}
