package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

const borrowing = `id: borrow
title: Borrowing the car
setting: A kitchen on Friday evening.
roles:
  - id: ana
    kind: persona
    persona:
      id: ana
      name: Ana
      introduction: attribute-canary
      identity:
        social: [{key: occupation, value: social-canary}]
        personal: [{value: personal-canary}]
        life_context: [context-canary]
    goal: Borrow the car on Saturday.
    reward: [{evaluator: dear-man, dimension: dear_man.assert}]
  - id: jonas
    kind: persona
    persona: {id: jonas, name: Jonas, introduction: Her brother.}
    stance: {position: "I need the car myself.", objections: ["You brought it back empty."], difficulty: 0.3}
focal: ana
objective: {kind: ask, statement: Get the car for Saturday, request: lend me the car on Saturday, facts: ["I move house on Saturday."]}
stop: {max_turns: 4}
evaluators: [{name: dear-man}]
`

// factorsPlayed is every factor that a study can have, with what shows that it reached whom it is for: words that are in what a model was asked
// (or, where none is, in what was said) at its first level and not at its second, and the other way round. Where there are no words, the two
// differ in what was said. In both, "judge" differs in who scored and in nothing that was said.
var factorsPlayed = []struct {
	name, factor  string
	study         int // in which it is played: by rules (0), or with ana by a model, where policy goes alone: what is in it is varied in the other
	first, second string
}{
	{"policy", "{role: focal, field: policy, levels: [{name: own, keep: true}, {name: kind, value: {stimulus: policy-canary}}]}", 2, "", "policy-canary"},
	{"model", "{role: focal, field: policy.model, levels: [tiny, small]}", 1, `"model":"tiny"`, `"model":"small"`},
	{"model or rules", "{role: jonas, field: policy.model, levels: [builtin, tiny]}", 1, "", `"who":"jonas"`},
	{"persona", "{role: focal, field: persona, levels: [{name: ana, keep: true}, {name: zoe, persona: zoe.yaml}]}", 1, "social-canary", "Zoë O'Malley"},
	{"attribute", "{role: focal, field: persona.introduction, levels: [{name: own, keep: true}, {name: other, value: another-word}]}", 1, "attribute-canary", "another-word"},
	{"S", "{role: focal, field: persona.identity.social, levels: [{name: with, keep: true}, {name: without, clear: true}]}", 1, "social-canary", ""},
	{"P", "{role: focal, field: persona.identity.personal, levels: [{name: with, keep: true}, {name: without, clear: true}]}", 1, "personal-canary", ""},
	{"C", "{role: focal, field: persona.identity.life_context, levels: [{name: with, keep: true}, {name: without, clear: true}]}", 1, "context-canary", ""},
	{"stimulus", "{role: focal, field: policy.stimulus, levels: [{name: none, clear: true}, {name: grim, value: Nobody expects this to go well.}]}", 1, "", "Nobody expects this to go well."},
	{"strategy", "{role: focal, field: policy.strategy, levels: [plain, perspective_taking]}", 1, "", "perspective_taking: "},
	{"temperature", "{role: focal, field: policy.temperature, levels: [0.1, 1.7]}", 1, `"temperature":0.1`, `"temperature":1.7`},
	{"judge", "{field: judge, levels: [{name: rules, value: builtin}, {name: tiny, value: tiny}, {name: small, value: {dear-man: small}}]}", 1, "", `"who":"dear-man"`},
	{"modality", "{role: focal, field: policy.modality, levels: [assertive, passive]}", 0, "", ""},
	{"skill", "{role: focal, field: policy.skill, levels: [0.9, 0.1]}", 0, "", ""},
	{"difficulty", "{role: manager, field: stance.difficulty, levels: [0.05, 0.95]}", 0, "", ""},
	{"setting", "{field: setting, levels: [{name: kitchen, keep: true}, {name: car, value: setting-canary}]}", 1, "kitchen on Friday", "setting-canary"},
}

// Every factor works in a study file: what it varies reaches whom it is for, and nobody else is played otherwise for it.
func TestFactorsPlayed(t *testing.T) {
	t.Parallel()
	p, _ := withEndpoint(t, scripted.Config{Seed: 4})
	write(t, filepath.Join(p.dir, "borrow.yaml"), borrowing)
	write(t, filepath.Join(p.dir, "zoe.yaml"), "id: zoe\nname: Zoë O'Malley\nintroduction: A cousin.\n")
	for number, model := range []string{"", "ana=tiny", "ana=tiny"} {
		scenario := "borrow.yaml"
		if number == 0 {
			scenario = "ask-for-leave" // in which somebody can be won over
		}
		study := fmt.Sprintf("kind: study\nid: all\nquestion: Does every factor work?\nscenarios: [%s]\ndesign: paired\nrepeats: 1\nfactors:\n", scenario)
		for _, row := range factorsPlayed {
			if row.study == number {
				study += "  - " + row.factor + "\n"
			}
		}
		file := fmt.Sprintf("study-%d.yaml", number)
		write(t, filepath.Join(p.dir, file), study)
		p.must("validate", file)
		done := last(t, p.must("run", file, "--json", "--model", cmp.Or(model, "builtin")))
		played := records(t, p.must("export", done["run"].(string)))
		if ok := done["episodes"].(map[string]any)["ok"]; ok != float64(len(played)) {
			t.Fatalf("episodes %v", done["episodes"])
		}
		calls := func(e record) string { return p.must("show", e["episode"].(string), "--calls", "--json") }
		base := ""
		if model != "" {
			base = calls(played[0])
		}
		for _, row := range factorsPlayed {
			if row.study == number {
				t.Run(row.name, func(t *testing.T) { checkFactor(t, row.factor, row.first, row.second, played, base, calls) })
			}
		}
	}
}

// checkFactor looks for what a factor changed, in the episode where all is at its first level and in those where this factor is not.
func checkFactor(t *testing.T, factor, first, second string, played []record, base string, calls func(record) string) {
	label := strings.TrimPrefix(wordAfter(factor, "role: ", ",")+"."+wordAfter(factor, "field: ", ","), ".")
	at := played[0]["factors"].(map[string]any)
	others := 0
	for _, e := range played[1:] {
		if e["factors"].(map[string]any)[label] == at[label] {
			continue
		}
		others++
		was, is := saidIn(played[0]), saidIn(e)
		if first != "" || second != "" {
			was, is = base, calls(e)
		}
		if was == is {
			t.Errorf("%s: nothing differs", label)
		}
		for _, at := range []struct{ word, in, out string }{{first, was, is}, {second, is, was}} {
			if at.word != "" && (!strings.Contains(at.in, at.word) || strings.Contains(at.out, at.word)) {
				t.Errorf("%s: %q is not where it belongs", label, at.word)
			}
		}
		if label == "judge" {
			checkJudged(t, played[0], e, is)
		}
	}
	if others == 0 {
		t.Errorf("%s: no episode has another level than %v", label, at[label])
	}
}

// checkJudged looks whether a conversation was judged by somebody else and not had twice.
func checkJudged(t *testing.T, heard, judged record, calls string) {
	if saidIn(heard) != saidIn(judged) {
		t.Error("the conversation is another one for another judge")
	}
	if strings.Contains(calls, `"who":"ana"`) {
		t.Error("who speaks was asked again for another judge")
	}
	model := judged["factors"].(map[string]any)["judge"].(string)
	if !strings.Contains(calls, fmt.Sprintf(`"model":%q`, model)) {
		t.Errorf("the judge is not %s", model)
	}
}

func saidIn(e record) string {
	var said []string
	for _, turn := range e["turns"].([]any) {
		said = append(said, fmt.Sprint(turn.(map[string]any)["role"], ": ", turn.(map[string]any)["text"]))
	}
	return strings.Join(said, "\n")
}

func wordAfter(text, before, after string) string {
	_, text, found := strings.Cut(text, before)
	if !found {
		return ""
	}
	text, _, _ = strings.Cut(text, after)
	return text
}
