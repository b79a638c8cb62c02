package scenarios_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/scenarios"
)

const warmth = `kind: rubric
id: warmth
guidance: Words that are there.
dimensions:
  - id: warmth.level
    definition: How far the other's side is taken up.
    levels: [none, {label: strong, examples: ["No wonder you are worn out."]}]
`

func TestRubricReadsBackTheSame(t *testing.T) {
	read, err := scenarios.ReadRubric("warmth.yaml", []byte(warmth))
	if err != nil {
		t.Fatal(err)
	}
	data, err := scenarios.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	again, err := scenarios.ReadRubric("again.yaml", data)
	if diff := cmp.Diff(read, again, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("%v, -before +after:\n%s", err, diff)
	}
	if got := read.GetDimensions()[0].GetLevels()[0].GetLabel(); got != "none" {
		t.Errorf("the level written as its label alone is %q", got)
	}
}

func TestScenarioNamesItsRubric(t *testing.T) {
	const talk = `id: talk
roles:
  - {id: a, kind: persona, persona: {id: pa, name: Ann}}
  - {id: b, kind: persona, persona: {id: pb, name: Ben}}
focal: a
stop: {max_turns: 4}
evaluators:
  - rubric: rubrics/warmth.yaml
`
	files := fstest.MapFS{"talk.yaml": {Data: []byte(talk)}, "rubrics/warmth.yaml": {Data: []byte(warmth)}}
	s, err := scenarios.LoadFS(files, "talk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	use := s.GetEvaluators()[0]
	if use.GetName() != "warmth" || len(use.GetRubric().GetDimensions()) != 1 || use.GetRole() != "a" {
		t.Errorf("the evaluator is %v", use)
	}
	files["rubrics/warmth.yaml"].Data = []byte(strings.Replace(warmth, "definition", "defintion", 1))
	if _, err := scenarios.LoadFS(files, "talk.yaml"); err == nil || !strings.Contains(err.Error(), "rubrics/warmth.yaml:6") {
		t.Errorf("a mistake in the rubric is told as %v", err)
	}
}

func TestRubricProblems(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"neither levels nor range": {`    levels: [none, {label: strong, examples: ["No wonder you are worn out."]}]`, "    min: 0", "highest is not said"},
		"one level":                {`[none, {label: strong, examples: ["No wonder you are worn out."]}]`, "[none]", "one level is no scale"},
		"a level twice":            {"label: strong", "label: none", "another level"},
		"a reserved level":         {"label: strong", "label: not_applicable", "every judge may say"},
		"a range upside down":      {"    levels:", "    min: 3\n    max: 1\n    levels:", "not above the lowest"},
		"a range of spans":         {"    levels:", "    unit: span\n    max: 9\n    levels:", "has no other range"},
		"order of spans":           {"    levels:", "    unit: span\n    unordered: true\n    levels:", "leave unordered: out"},
		"a unit that is none":      {"    levels:", "    unit: session\n    levels:", "session"},
		"a dimension twice":        {"dimensions:", "dimensions:\n  - {id: warmth.level, definition: d, max: 2}", "another dimension has the id"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(warmth, c.old) {
				t.Fatalf("%q is not in the file", c.old)
			}
			_, err := scenarios.ReadRubric("warmth.yaml", []byte(strings.Replace(warmth, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q, got: %v", c.want, err)
			}
		})
	}
}
