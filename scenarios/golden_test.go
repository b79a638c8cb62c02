package scenarios_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before you commit it")

// slips are what people type wrong: in the base scenario, old is replaced by new.
var slips = []struct{ name, old, new string }{
	{"a misspelled field", "    relation: her mother", "    relatoin: her mother"},
	{"a field in the wrong place", "stop:\n  max_turns: 12", "stop: {max_turns: 12}\nmax_silences: 3"},
	{"a field of the scenario in a role", "    goal: Get the car", "    setting: A kitchen\n    goal: Get the car"},
	{"an unknown field", "focal: daughter", "focal: daughter\nmood: tense"},
	{"a kind that is a synonym", "    kind: persona\n    relation: her mother", "    kind: patient\n    relation: her mother"},
	{"an enum in capitals", "  kind: ask", "  kind: ASK"},
	{"an enum misspelled", "language: en", "turn_taking: round-robin"},
	{"an evaluator as a role", "    kind: persona\n    relation: her mother", "    kind: evaluator\n    relation: her mother"},
	{"a number in words", "  max_turns: 12", "  max_turns: twelve"},
	{"a number in quotes", "skill: 0.7", `skill: "0.7"`},
	{"a decimal comma", "          weight: 0.5", "          weight: 0,5"},
	{"a percentage", "          weight: 0.5", "          weight: 50%"},
	{"a number out of range", "skill: 0.7", "skill: 7"},
	{"not a whole number", "  max_turns: 12", "  max_turns: 12.5"},
	{"too many turns", "  max_turns: 12", "  max_turns: 5000"},
	{"no stop rules", "stop:\n  max_turns: 12\n", ""},
	{"stop rules without turns", "stop:\n  max_turns: 12\n", "stop:\n  max_silences: 2\n"},
	{"no focal role", "focal: daughter\n", ""},
	{"a focal role that is not there", "focal: daughter", "focal: daugther"},
	{"no id", "id: borrow-the-car\n", ""},
	{"an empty id", "id: borrow-the-car", `id: ""`},
	{"a role without a kind", "    kind: persona\n    relation: her mother", "    relation: her mother"},
	{"a role without a persona", "    persona: personas/mother.yaml\n", ""},
	{"a text where a list belongs", "          words: [where, call]", "          words: where, call"},
	{"a list where a text belongs", "setting: A kitchen, Saturday morning.", "setting:\n  - A kitchen\n  - Saturday morning"},
	{"a text where a group belongs", "stop:\n  max_turns: 12", "stop: after 12 turns"},
	{"a group where a text belongs", "title: Borrowing the car", "title: {en: Borrowing the car}"},
	{"the same field twice", "language: en", "language: en\nlanguage: de"},
	{"the same role twice", "  - id: mother", "  - id: daughter"},
	{"two personas with one id", "      id: nadia", "      id: samira"},
	{"a role called focal", "  - id: mother", "  - id: focal"},
	{"alternating with one role too many", "focal: daughter", "  - {id: uncle, kind: persona, persona: {id: u, name: Omar}}\nfocal: daughter\nturn_taking: alternating"},
	{"one role only", "  - id: mother\n    kind: persona\n    relation: her mother\n    persona: personas/mother.yaml\n    stance:\n      position: I don't like you driving at night.\n      interests:\n        - text: I want to know where you are.\n          words: [where, call]\n          weight: 0.5\n", ""},
	{"a reward without its evaluator", "{evaluator: dear-man, dimension", "{evaluator: dearman, dimension"},
	{"an ensemble with a stranger", "{evaluator: dear-man, dimension", "{evaluator: dear-man, ensemble: {rule: worst, members: [{evaluator: llm-dearman}]}, dimension"},
	{"an ensemble of one", "{evaluator: dear-man, dimension", "{evaluator: dear-man, ensemble: {rule: worst, members: [{evaluator: dear-man}]}, dimension"},
	{"a lambda without a blend", "{evaluator: dear-man, dimension", "{evaluator: dear-man, ensemble: {rule: worst, lambda: 0.5, members: [{evaluator: dear-man, dimension: dear_man.express}]}, dimension"},
	{"a lambda that is no share", "{evaluator: dear-man, dimension", "{evaluator: dear-man, ensemble: {rule: blend, lambda: 5, members: [{evaluator: dear-man, dimension: dear_man.express}]}, dimension"},
	{"an evaluator twice", "    when: each_turn", "    when: each_turn\n  - {name: dear-man, role: daughter}"},
	{"a probe of nobody", "    about: mother", "    about: father"},
	{"a belief probe without statement", "    kind: emotion", "    kind: belief"},
	{"a Myers-Briggs type that is none", "mbti: ENFP", "mbti: ENXP"},
	{"a factor of an unknown role", "  - role: focal\n    field", "  - role: son\n    field"},
	{"a factor of an unknown field", "    field: policy.skill", "    field: policy.skil"},
	{"a factor of the id", "    field: policy.skill", "    field: persona.id"},
	{"a level out of range", "    levels: [0.2, 0.8]", "    levels: [0.2, 8]"},
	{"a level that is no number", "    levels: [0.2, 0.8]", "    levels: [novice, expert]"},
	{"a level twice", "    levels: [0.2, 0.8]", "    levels: [0.2, 0.2]"},
	{"a factor without levels", "    levels: [0.2, 0.8]", "    levels: []"},
	{"a persona file that is not there", "personas/mother.yaml", "personas/mum.yaml"},
	{"a persona file outside the folder", "personas/mother.yaml", "../mother.yaml"},
	{"a persona file with mistakes", "personas/mother.yaml", "personas/broken.yaml"},
	{"a scenario as a persona", "personas/mother.yaml", "base.yaml"},
	{"a name where a persona belongs", "personas/mother.yaml", "Samira"},
	{"the wrong kind of file", "id: borrow-the-car", "kind: persona\nid: borrow-the-car"},
	{"an unknown kind of file", "id: borrow-the-car", "kind: senario\nid: borrow-the-car"},
	{"a tab", "  max_turns: 12", "\tmax_turns: 12"},
	{"a second colon", "title: Borrowing the car", "title: Saturday: the car"},
	{"an apostrophe in single quotes", "setting: A kitchen, Saturday morning.", "setting: 'It's Saturday morning.'"},
	{"quotation marks in double quotes", "title: Borrowing the car", `title: "Borrowing "the" car"`},
	{"a quote never closed", "title: Borrowing the car", `title: "Borrowing the car`},
	{"a bracket never closed", "words: [where, call]", "words: [where, call"},
	{"a dash in the wrong column", "  - id: mother", " - id: mother"},
	{"fields below a value", "language: en", "language: en\n  region: GB"},
	{"an at sign", "title: Borrowing the car", "title: @home"},
	{"a second document", "focal: daughter", "---\nfocal: daughter"},
	{"an alias of nothing", "title: Borrowing the car", "title: *car"},
	{"a tag", "title: Borrowing the car", "title: !!str 5"},
	{"several mistakes at once", "language: en\nsetting:", "langauge: en\ntags: work\nsetting:"},
	{"an empty line of a list", "          words: [where, call]", "          words:\n            -\n            - call"},
	{"a line break in an id", "  - id: mother", `  - id: "mo\nther"`},
	{"a weight that is no number", "weight: 2}", "weight: high}"},
	{"yes for true", "weight: 2}", "weight: 2, optional: yes}"},
	{"a hyphen for an underscore", "  max_turns: 12", "  max-turns: 12"},
	{"words joined by capitals", "  max_turns: 12", "  maxTurns: 12"},
	{"a field in capitals", "focal: daughter", "Focal: daughter"},
	{"no space behind the colon", "focal: daughter", "focal:daughter"},
	{"an equals sign", "focal: daughter", "focal = daughter"},
	{"another colon", "focal: daughter", "focal：daughter"},
	{"a line that is no field", "focal: daughter", "and so on\nfocal: daughter"},
	{"a text that goes on at the margin", "setting: A kitchen, Saturday morning.", "setting: >\n  A kitchen.\nSaturday morning."},
	{"no space behind the dash", "  - id: mother", "  -id: mother"},
	{"a bullet for a dash", "  - id: mother", "  • id: mother"},
	{"a long dash", "  - id: mother", "  – id: mother"},
	{"a space of a web page", "  max_turns: 12", "\u00a0\u00a0max_turns: 12"},
	{"quotes of a word processor", "  kind: ask", "  kind: ‘ask’"},
	{"a number in such quotes", "skill: 0.7", "skill: “0.7”"},
	{"a long minus", "weight: 2}", "weight: −2}"},
	{"a hash in a text", "title: Borrowing the car", "title: Room #4"},
	{"a hash as a text", "id: borrow-the-car", "id: #1"},
	{"braces in a text", "title: Borrowing the car", "title: {Borrowing the car}"},
	{"a percent sign", "title: Borrowing the car", "title: %d turns"},
	{"a Myers-Briggs type in small letters", "mbti: ENFP", "mbti: enfp"},
	{"a scale from 0 to 100", "sensitivity: 0.1", "sensitivity: 10"},
	{"a title that is too long", "title: Borrowing the car", "title: " + strings.Repeat("Borrowing the car again and ", 8)},
	{"nothing where something must be", "focal: daughter", "focal:"},
	{"a stage of change misspelled", "    goal: Get the car", "    change: {target: drive less, stage: contemplating}\n    goal: Get the car"},
	{"a change without a target", "    goal: Get the car", "    change: {stage: action}\n    goal: Get the car"},
	{"a word for a value", "        mbti: ENFP", "        mbti: ENFP\n      style: hostile"},
	{"a weight of nothing", "weight: 2}", "weight: 0}"},
	{"an empty entry in words", "          words: [where, call]", "          words: [where, \"\"]"},
	{"too many roles", "focal: daughter", strings.Repeat("  - {id: x, kind: persona, persona: {id: x, name: X}}\n", 7) + "focal: daughter"},
	{"replay without a script", "    goal: Get the car", "    agent: replay\n    goal: Get the car"},
	{"a script without replay", "    goal: Get the car", "    script: {lines: [Hello.]}\n    goal: Get the car"},
	{"a script that is not there", "    goal: Get the car", "    agent: replay\n    script: first.jsonl\n    goal: Get the car"},
	{"a line to nobody", "    goal: Get the car", "    agent: replay\n    script: {lines: [{text: Hello., to: [father]}]}\n    goal: Get the car"},
	{"an include of nothing", "stop:\n  max_turns: 12", "stop: {include: stop.yaml}"},
	{"an include of a near name", "stop:\n  max_turns: 12", "stop: {include: personas/mothr.yaml}"},
	{"an include of itself", "stop:\n  max_turns: 12", "include: my.yaml"},
	{"an include from elsewhere", "stop:\n  max_turns: 12", "stop: {include: /etc/stop.yaml}"},
	{"an include of a list", "stop:\n  max_turns: 12", "stop: {include: list.yaml}"},
	{"an include of another kind of thing", "stop:\n  max_turns: 12", "stop: {include: personas/mother.yaml}"},
	{"a merge of nothing", "  max_turns: 12", "  <<: *common\n  max_turns: 12"},
	{"a merge of a text", "  max_turns: 12", "  <<: common\n  max_turns: 12"},
	{"a level of nobody", "  - role: focal\n    field: policy.skill\n    levels: [0.2, 0.8]", "  - role: mother\n    field: persona\n    levels: [Samira, personas/mother.yaml]"},
	{"a factor that is a group", "    field: policy.skill", "    field: policy"},
	{"a whole and its part", "title: Borrowing the car", "title:\n  - Borrowing\n  the car"},
}

// wholeFiles are files that are no scenario at all, or not one that can be read.
var wholeFiles = []struct{ name, file, data string }{
	{"an empty file", "my.yaml", ""},
	{"notes only", "my.yaml", "# to do\n"},
	{"a letter", "my.yaml", "Dear colleague, here is the scenario."},
	{"a list", "my.yaml", "- one\n- two\n"},
	{"a picture", "my.yaml", "\x89PNG\r\n\x1a\n\x00\x00"},
	{"a word processor's file", "my.yaml", "PK\x03\x04\x14\x00\x06\x00"},
	{"saved as UTF-16", "my.yaml", "\xff\xfei\x00d\x00"},
	{"saved as Latin-1", "my.yaml", "id: x\ntitle: Caf\xe9\n"},
	{"a control character", "my.yaml", "id: x\x1b[31m\n"},
	{"far too large", "my.yaml", strings.Repeat("# x\n", 1<<18+1)},
	{"a line without end", "my.yaml", "id: x\ntitle: " + strings.Repeat("x", 100_000) + "\n"},
	{"aliases of aliases of aliases", "my.yaml", "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"},
	{"brackets without end", "my.yaml", strings.Repeat("[", 100)},
	{"JSON with a comma too many", "my.json", "{\n  \"id\": \"x\",\n}"},
	{"JSON with a comma too few", "my.json", "{\n  \"id\": \"x\"\n  \"title\": \"y\"\n}"},
	{"JSON that ends too early", "my.json", "{\"id\": \"x\", \"roles\": ["},
	{"JSON with a note", "my.json", "{\n  // the id\n  \"id\": \"x\"\n}"},
	{"JSON in a file of YAML with a tab", "my.yaml", "{\n\t\"id\": \"x\"\n}"},
}

// Each slip with what is printed about it, in one file that can be read aloud: would you know what to do?
func TestErrorTexts(t *testing.T) {
	base, mother, broken := read(t, "base.yaml"), read(t, "personas/mother.yaml"), read(t, "personas/broken.yaml")
	var got bytes.Buffer
	for _, s := range slips {
		if strings.Count(base, s.old) != 1 {
			t.Fatalf("%s: the base scenario has %q %d times, not once", s.name, s.old, strings.Count(base, s.old))
		}
		files := fstest.MapFS{}
		for name, text := range map[string]string{"my.yaml": strings.Replace(base, s.old, s.new, 1), "base.yaml": base, "personas/mother.yaml": mother, "personas/broken.yaml": broken, "list.yaml": "- 1\n- 2\n"} {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		_, err := scenarios.LoadFS(files, "my.yaml")
		if err == nil {
			t.Errorf("%s: no error", s.name)
			continue
		}
		if _, ok := err.(scenarios.Problems); !ok {
			t.Errorf("%s: the error is a %T, not Problems", s.name, err)
		}
		fmt.Fprintf(&got, "== %s\ntyped:\n%s\nprinted:\n%s\n\n", s.name, indent(s.new), indent(err.Error()))
	}
	for _, f := range wholeFiles {
		_, err := scenarios.Read(f.file, []byte(f.data))
		if err == nil {
			t.Errorf("%s: no error", f.name)
			continue
		}
		fmt.Fprintf(&got, "== %s\ntyped:\n%s\nprinted:\n%s\n\n", f.name, indent(shown(f.data)), indent(err.Error()))
	}
	golden(t, "testdata/errors.golden", got.Bytes())
}

func TestBaseScenarioIsRight(t *testing.T) {
	if _, err := scenarios.Load("testdata/base.yaml"); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// shown is the beginning of a file, as far as it can be shown.
func shown(s string) string {
	if len(s) > 150 {
		s = strings.TrimSpace(s[:40]) + " ..."
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		quoted := strconv.Quote(line)
		lines[i] = strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
	}
	return strings.Join(lines, "\n")
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ")
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the texts changed (-golden +now); run with -update if they should:\n%s", diff)
	}
}
