package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

const unsureStudy = `id: unsure
title: Unsure
language: en
focal: mia
roles:
  - {id: mia, kind: persona, persona: {id: mia, name: Mia}, policy: {modality: assertive}, reward: [{evaluator: warm, dimension: warm.level}]}
  - {id: jo, kind: persona, persona: {id: jo, name: Jo}}
objective: {kind: ask, statement: Borrow the car, request: "Could I have the car on Friday?"}
stop: {max_turns: 6}
evaluators:
  - {name: warm, rubric: warm.yaml, model: local/tiny, samples: 4, abstain_below: 0.6}
`

const warmRubric = `kind: rubric
id: warm
dimensions:
  - {id: warm.level, definition: How warm., unit: turn, levels: [none, weak, strong]}
  - {id: warm.whole, definition: How warm in all., unit: episode, levels: [none, weak, strong]}
`

// A judge that says now this and now that of turns, and always the same of the whole, abstains from the turns: their scores are
// missing, are counted, and what was drawn is on record.
func TestAbstentionInRuns(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	drawn := map[string]int{}
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(request scripted.Request) *scripted.Reply {
		if request.SchemaName != "ratings" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		question := request.Messages[len(request.Messages)-1].Content
		drawn[question]++
		key, label := "whole", "none"
		if strings.Contains(request.Schema, `"level"`) {
			key, label = "level", []string{"none", "not_applicable"}[drawn[question]%2]
		}
		return &scripted.Reply{Content: fmt.Sprintf(`{"scores": {%q: {"reason": "r", "quote": "", "label": %q, "confidence": 1}}}`, key, label)}
	}})
	write(t, filepath.Join(p.dir, "unsure.yaml"), unsureStudy)
	write(t, filepath.Join(p.dir, "warm.yaml"), warmRubric)
	text := p.must("run", "unsure.yaml", "--repeats", "2", "--seed", "3")
	if !strings.Contains(text, "warm abstained from 6 of 8 scores") {
		t.Errorf("the run does not say that its judge abstained:\n%s", text)
	}
	if asked := endpoint.Stats().Requests; asked != 4*8 {
		t.Errorf("asked %d times for 8 scores of 4 draws", asked)
	}
	exported := p.must("export", "last", "--format", "jsonl")
	for _, want := range []string{`"reason":"abstained"`, `"confidence":0.5`, `"samples":[`, `"label":"none","count":2`} {
		if !strings.Contains(strings.ReplaceAll(exported, ": ", ":"), want) {
			t.Errorf("the export lacks %s", want)
		}
	}
	write(t, filepath.Join(p.dir, "other.yaml"), strings.NewReplacer("id: unsure", "id: other", "samples: 4", "samples: 2").Replace(unsureStudy))
	if _, stderr, code := p.run("run", "unsure.yaml", "other.yaml"); code != exitUsage && code != exitFailed || !strings.Contains(stderr, `evaluator "warm" has samples`) {
		t.Errorf("one evaluator asked in two ways: exit %d, %q", code, stderr)
	}
	write(t, filepath.Join(p.dir, "wrong.yaml"), strings.Replace(unsureStudy, "samples: 4", "samples: 26", 1))
	if _, stderr, code := p.run("validate", "wrong.yaml"); code == 0 {
		t.Errorf("26 samples are taken: %q", stderr)
	}
}
