package scenarios_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/scenarios"
)

// folder is a file system of texts.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// Parts of the base scenario, moved into files of their own in many ways: it stays the same scenario.
func TestInclude(t *testing.T) {
	base, mother := read(t, "base.yaml"), read(t, "personas/mother.yaml")
	want := load(t, "testdata/base.yaml")
	const terms = "      - {evaluator: dear-man, dimension: dear_man.assert, weight: 2}"
	const stance = "      position: I don't like you driving at night.\n      interests:\n        - text: I want to know where you are.\n          words: [where, call]\n          weight: 0.5"
	for name, c := range map[string]struct {
		old, new string
		files    map[string]string
	}{
		"a group": {"stop:\n  max_turns: 12", "stop: {include: parts/stop.yaml}", map[string]string{"parts/stop.yaml": "max_turns: 12\n"}},
		"a group, said to be a fragment": {"stop:\n  max_turns: 12", "stop: {include: parts/stop.yaml}",
			map[string]string{"parts/stop.yaml": "kind: fragment\nmax_turns: 12\n"}},
		"what is written wins": {"stop:\n  max_turns: 12", "stop:\n  include: parts/stop.yaml\n  max_turns: 12", map[string]string{"parts/stop.yaml": "max_turns: 99\n"}},
		"the first wins": {"stop:\n  max_turns: 12", "stop:\n  include: [a.yaml, b.yaml]",
			map[string]string{"a.yaml": "max_turns: 12\n", "b.yaml": "max_turns: 99\n"}},
		"fields of the scenario": {"stop:\n  max_turns: 12", "include: parts/common.yaml", map[string]string{"parts/common.yaml": "stop:\n  max_turns: 12\nlanguage: xx\n"}},
		"an entry of a list":     {terms, "      - include: parts/term.yaml", map[string]string{"parts/term.yaml": "{evaluator: dear-man, dimension: dear_man.assert, weight: 2}"}},
		"entries of a list":      {terms, "      - include: parts/terms.yaml", map[string]string{"parts/terms.yaml": "- {evaluator: dear-man, dimension: dear_man.assert, weight: 2}\n"}},
		"a whole list":           {"    reward:\n" + terms, "    reward: {include: parts/terms.yaml}", map[string]string{"parts/terms.yaml": "- {evaluator: dear-man, dimension: dear_man.assert, weight: 2}\n"}},
		"an empty list beside":   {terms, terms + "\n      - include: parts/none.yaml", map[string]string{"parts/none.yaml": "[]"}},
		"a list of texts":        {"words: [where, call]", "words: [where, {include: parts/words.yaml}]", map[string]string{"parts/words.yaml": "[call]"}},
		"from an included file": {stance, "      include: parts/stance.yaml", map[string]string{
			"parts/stance.yaml":    strings.ReplaceAll(strings.ReplaceAll(stance, "\n      ", "\n"), "      position", "position") + "\ninclude: more/rest.yaml\n",
			"parts/more/rest.yaml": "position: Something else.\n"}},
		"a file twice": {"language: en", "language: en\ninclude: [a.yaml, a.yaml]", map[string]string{"a.yaml": "title: X\n"}},
		"a persona":    {"    persona: personas/mother.yaml", "    persona: {include: personas/mother.yaml}", nil},
		"a role with its persona beside it": {"    persona: personas/mother.yaml", "    include: people/role.yaml",
			map[string]string{"people/role.yaml": "persona: mum.yaml\n", "people/mum.yaml": mother}},
		"a field called kind": {"    kind: persona\n    relation: her mother", "    include: r.yaml", map[string]string{"r.yaml": "kind: persona\nrelation: her mother\n"}},
		"JSON":                {"stop:\n  max_turns: 12", "stop: {include: parts/stop.json}", map[string]string{"parts/stop.json": `{"max_turns": 12}`}},
		"within a persona's file": {"personas/mother.yaml", "people/mum.yaml",
			map[string]string{"people/mum.yaml": "kind: persona\ninclude: ../personas/mother.yaml\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(base, c.old) != 1 {
				t.Fatalf("the base scenario has %q %d times", c.old, strings.Count(base, c.old))
			}
			files := map[string]string{"my.yaml": strings.Replace(base, c.old, c.new, 1), "personas/mother.yaml": mother}
			for name, text := range c.files {
				files[name] = text
			}
			got, err := scenarios.LoadFS(folder(files), "my.yaml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Includes that go wrong, or mean harm.
func TestIncludeErrors(t *testing.T) {
	many := ""
	for i := range 101 {
		many += fmt.Sprintf("  - include: e%d.yaml\n", i%2)
	}
	doubling := map[string]string{}
	for i := range 20 {
		doubling[fmt.Sprintf("d%d.yaml", i)] = fmt.Sprintf("- include: d%d.yaml\n- include: d%d.yaml\n", i+1, i+1)
	}
	for name, c := range map[string]struct {
		text  string
		files map[string]string
		want  string
	}{
		"itself":     {"id: x\ninclude: my.yaml\n", nil, "my.yaml:2:10: include: these files include each other: my.yaml -> my.yaml (take one of the includes out)"},
		"each other": {"id: x\ninclude: a.yaml\n", map[string]string{"a.yaml": "include: b/b.yaml\n", "b/b.yaml": "stop:\n  max_turns: 3\ninclude: ../a.yaml\n"}, "b/b.yaml:3:10: include: these files include each other: my.yaml -> a.yaml -> b/b.yaml -> a.yaml"},
		"deep inside": {"id: x\nroles:\n  - include: r.yaml\n", map[string]string{"r.yaml": "id: a\nreward:\n  - include: r.yaml\n"},
			"r.yaml:3:14: roles[0].reward[0].include: these files include each other: my.yaml -> r.yaml -> r.yaml"},
		"through a persona": {"id: x\nroles:\n  - {id: a, kind: client, persona: p.yaml}\n", map[string]string{"p.yaml": "kind: persona\nid: p\ninclude: p.yaml\n"},
			"p.yaml:3:10: roles[0].persona.include: these files include each other: my.yaml -> p.yaml -> p.yaml"},
		"a file that is not there": {"id: x\nstop: {include: parts/stp.yaml}\n", map[string]string{"parts/stop.yaml": "max_turns: 1"}, "my.yaml:2:17: stop.include: the file parts/stp.yaml cannot be included: there is no such file (did you mean parts/stop.yaml?)"},
		"outside":                  {"id: x\ninclude: ../x.yaml\n", nil, `"../x.yaml" does not lie in the folder of the scenario`},
		"no document":              {"id: x\ninclude: notes.txt\n", nil, `"notes.txt" is not the name of a file that can be included`},
		"nothing":                  {"id: x\ninclude:\n", nil, "my.yaml:2:1: include: nothing stands where the name of a file is expected (write `include: fragments/stop.yaml`)"},
		"a group":                  {"id: x\ninclude: {a: b}\n", nil, "include: a group of fields stands where the name of a file is expected"},
		"twice":                    {"id: x\ninclude: a.yaml\ninclude: a.yaml\n", map[string]string{"a.yaml": "title: x"}, "my.yaml:3:1: include: this is given twice (include several files as a list: `include: [a.yaml, b.yaml]`)"},
		"a list for a group":       {"id: x\nstop: {include: a.yaml}\n", map[string]string{"a.yaml": "- x\n"}, "stop.include: a.yaml holds a list, and a group of fields is expected here"},
		"a mistake in it":          {"id: x\nstop:\n  include: a.yaml\n", map[string]string{"a.yaml": "# how it ends\nmax_turn: 3\n"}, `a.yaml:2:1: stop.max_turn: there is no field "max_turn" here (did you mean "max_turns"?)`},
		"a broken rule in it":      {"id: x\nstop:\n  include: a.yaml\n", map[string]string{"a.yaml": "max_turns: 3000\n"}, `a.yaml:1:12: stop.max_turns: 3000 is out of range`},
		"no YAML in it":            {"id: x\nstop:\n  include: a.yaml\n", map[string]string{"a.yaml": "max_turns: [3\n"}, "a.yaml:"},
		"too many":                 {"id: x\nroles:\n" + many, map[string]string{"e0.yaml": "[]", "e1.yaml": "[]"}, "more than 100 files are included"},
		"doubling":                 {"id: x\nroles:\n  - include: d0.yaml\n", doubling, "more than 100 files are included"},
		"too much":                 {"id: x\ntags:\n" + strings.Repeat("  - include: big.yaml\n", 5), map[string]string{"big.yaml": strings.Repeat("- x\n", 30_000)}, "hold more than 100000 values together"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"my.yaml": c.text}
			for name, text := range c.files {
				files[name] = text
			}
			_, err := scenarios.LoadFS(folder(files), "my.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %.2000v\nwant %s", err, c.want)
			}
			if err != nil && strings.Count(err.Error(), "include each other") > 1 {
				t.Errorf("it is said more than once:\n%v", err)
			}
		})
	}
	if _, err := scenarios.Read("x.yaml", []byte("id: x\ninclude: /etc/passwd.yaml\n")); err == nil || !strings.Contains(err.Error(), "another file cannot be included here") {
		t.Errorf("from bytes: %v", err)
	}
}
