package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

var (
	poorLines = []string{"You never think of anybody.", "That is just like you.", "It is always the same here.", "You people do what you want.", "Whatever, it is your fault.", "Nobody listens, as usual.", "This is typical of you."}
	goodLines = []string{
		"My mother has dialysis every Thursday at three. I feel worried about it, and I'd like to leave at two on Thursdays.",
		"I understand that Thursdays are busy. I'd like to leave at two, and if you agree I can open the shop on Saturdays.",
		"I feel torn, because I care about the team. Could I leave at two on Thursdays? I would make up the hours on Monday.",
		"I hear that you need cover. I'd like Thursday afternoons off; would it help if Sam took the late shift and I took his Tuesday?",
	}
)

// strategist is a model that speaks poorly, and well where its strategy has brought it there; one plain answer in five is good by luck.
func strategist(r scripted.Request) *scripted.Reply {
	last := r.Messages[len(r.Messages)-1].Content
	good := slices.ContainsFunc(goodLines, func(l string) bool { return strings.Contains(last, l) })
	if _, draft, ok := strings.Cut(last, "is about to answer"); ok {
		good = slices.ContainsFunc(goodLines, func(l string) bool { return strings.Contains(draft, l) })
	}
	reply := func(format string, args ...any) *scripted.Reply {
		return &scripted.Reply{Content: fmt.Sprintf(format, args...)}
	}
	switch r.SchemaName {
	case "notes":
		return reply(`{"notes": "hidden-canary"}`)
	case "checklist":
		return reply(`{"items": ["Is it asked for?"]}`)
	case "marks":
		return reply(`{"marks": [{"why": "hidden-canary", "met": %v}]}`, good)
	case "advice":
		return reply(`{"advice": ["push", "hidden-canary", "beg"]}`)
	case "audience":
		return reply(`{"audience": [{"who": "the other", "weight": 1}]}`)
	case "reactions":
		return reply(`{"reactions": [{"reaction": "hidden-canary", "favour": %d}]}`, map[bool]int{false: 2, true: 8}[good])
	case "critique":
		return reply(`{"critique": "hidden-canary", "stands": %v}`, good)
	case "choice":
		choice := 1
		for i := 1; i <= 5; i++ {
			_, draft, _ := strings.Cut(last, fmt.Sprintf("\n%d. ⟦", i))
			draft, _, _ = strings.Cut(draft, "⟧")
			if slices.Contains(goodLines, draft) {
				choice = i
			}
		}
		return reply(`{"thought": "hidden-canary", "choice": %d}`, choice)
	case "persona":
		sum := fnv.New32a()
		sum.Write(r.Body)
		lines := poorLines
		if strings.Contains(last, "hidden-canary") || strings.Contains(last, "this is missing") || sum.Sum32()%5 == 0 {
			lines = goodLines
		}
		say, _ := json.Marshal(lines[len(r.Messages)/2%len(lines)])
		return reply(`{"thought": "", "felt": [], "distress": null, "expressed": [], "expressed_distress": null, "trust": null, "resistance": null, "willingness": null, "others": [], "intent": "", "action": "speak", "to": [], "addressee": "", "say": %s}`, say)
	}
	return nil
}

// A gain that is planted in a model is found by comparing its strategies, and what it thought on the way is in no transcript.
func TestStrategiesCompared(t *testing.T) {
	t.Parallel()
	p, _ := withEndpoint(t, scripted.Config{Seed: 4, Answer: strategist})
	names := []string{"chain_of_thought", "far", "perspective_taking", "self_refine", "self_consistency", "best_of_4:dear-man", "explore_generate_simulate", "critic"}
	done := last(t, p.must("run", "ask-for-leave", "--repeats", "5", "--json", "--model", "receptionist=tiny", "--strategy", "focal=plain,"+strings.Join(names, ",")))
	if ok := done["episodes"].(map[string]any)["ok"]; ok != 45.0 {
		t.Fatalf("episodes %v", done["episodes"])
	}
	run := done["run"].(string)
	found := 0
	compared := last(t, p.must("compare", run, "--json"))
	spending, calls := compared["spending"].([]any), map[string]float64{}
	for _, s := range spending {
		s := s.(map[string]any)
		calls[s["level"].(string)] = s["calls"].(float64)
		if s["episodes"] != 5.0 || s["prompt_tokens"].(float64) <= 0 || s["cost"] == nil || s["recorded"] != 0.0 {
			t.Errorf("spending %v", s)
		}
	}
	if len(spending) != 9 || calls["chain_of_thought"] <= calls["plain"] || calls["explore_generate_simulate"] <= calls["best_of_4:dear-man"] {
		t.Errorf("calls %v", calls)
	}
	if page := p.must("compare", run); !strings.Contains(page, "gain and cost") {
		t.Error("gain and cost are not side by side")
	}
	if page := p.must("report", run); !strings.Contains(page, "Gain and cost") {
		t.Error("the report has no gain and cost")
	}
	for _, c := range compared["comparisons"].([]any) {
		c := c.(map[string]any)
		t.Log(c["level"], c["reward"].(map[string]any)["difference"])
		if c["reward"].(map[string]any)["verdict"] == "differs" {
			found++
		}
	}
	if found != len(names) {
		t.Errorf("the gain of %d of %d strategies is found", found, len(names))
	}
	if all := p.must("export", run); strings.Contains(all, "hidden-canary") {
		t.Error("a hidden thought is in what is exported")
	}
	for _, e := range records(t, p.must("show", run, "--json")) {
		if id, ok := e["episode"].(string); ok && strings.Contains(fmt.Sprint(e["factors"]), "critic") {
			shown := p.must("show", id, "--calls")
			if !strings.Contains(shown, "critic: read") || !strings.Contains(shown, "hidden-canary") {
				t.Error("the critic's step is not among the calls")
			}
			if !strings.Contains(shown, "critic: draft 1") || !strings.Contains(shown, "critic: draft 2") || strings.Contains(shown, "draft 2, asked again") {
				t.Errorf("drafts are not named by what they are:\n%s", shown)
			}
			return
		}
	}
	t.Error("no episode with a critic is shown")
}
