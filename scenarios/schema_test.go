package scenarios_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// casesDir is where the cases of these tests are written to, when it is set: tools/editorschema tries them in the validator
// that editors use.
const casesDir = "VIGNETTE_SCHEMA_CASES"

func compiled(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	data, err := scenarios.Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asEditor is a file as a validator sees it; false for what is no YAML.
func asEditor(t *testing.T, text string) (any, bool) {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return nil, false
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc, true
}

// keep writes a case for the editor's validator.
func keep(t *testing.T, verdict, name, text string) {
	t.Helper()
	if dir := os.Getenv(casesDir); dir != "" {
		write(t, filepath.Join(dir, verdict, strings.NewReplacer(" ", "-", ",", "", "/", "-").Replace(name)+".yaml"), text)
	}
}

// What the loader takes the schema takes: all that ships, and every short form.
func TestSchemaAccepts(t *testing.T) {
	files, err := filepath.Glob("library/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	cases := map[string]string{"base": read(t, "base.yaml")}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases[filepath.Base(file)] = string(data)
	}
	base := read(t, "base.yaml")
	for name, c := range map[string][2]string{
		"kind said":               {"id: borrow-the-car", "kind: scenario\nid: borrow-the-car"},
		"levels with names":       {"levels: [0.2, 0.8]", "levels: [{name: novice, value: 0.2}, {value: 0.8}]"},
		"personas as levels":      {"    field: policy.skill\n    levels: [0.2, 0.8]", "    field: persona\n    levels: [personas/mother.yaml]"},
		"a number as a text":      {"title: Borrowing the car", "title: 2024"},
		"nothing written":         {"title: Borrowing the car", "title:\ntags:\ndescription:"},
		"an included group":       {"stop:\n  max_turns: 12", "stop: {include: stop.yaml}"},
		"an included scenario":    {"stop:\n  max_turns: 12", "include: [a.yaml, b.json]"},
		"an included entry":       {"{evaluator: dear-man, dimension: dear_man.assert, weight: 2}", "include: terms.yaml"},
		"a persona and more":      {"persona: personas/mother.yaml", "persona: {include: personas/mother.yaml, style: upset}"},
		"a script":                {"    persona: personas/mother.yaml", "    persona: personas/mother.yaml\n    agent: replay\n    script: first.jsonl"},
		"a script in place":       {"    persona: personas/mother.yaml", "    persona: personas/mother.yaml\n    agent: replay\n    script: {lines: [Well., {text: Go on., to: [daughter]}]}"},
		"an id in another script": {"  - id: mother", "  - id: 母"},
	} {
		if strings.Count(base, c[0]) != 1 {
			t.Fatalf("%s: the base scenario has %q %d times", name, c[0], strings.Count(base, c[0]))
		}
		cases[name] = strings.Replace(base, c[0], c[1], 1)
	}
	schema := compiled(t, "scenario")
	for name, text := range cases {
		doc, ok := asEditor(t, text)
		if !ok {
			t.Errorf("%s is no YAML", name)
		} else if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		keep(t, "right", name, text)
	}
	doc, _ := asEditor(t, read(t, "personas/mother.yaml"))
	if err := compiled(t, "persona").Validate(doc); err != nil {
		t.Error(err)
	}
}

// onlyLoader are mistakes of the error table that no schema can see: they are between fields, in other files, or in how the
// file is written.
var onlyLoader = []string{
	"a focal role that is not there", "the same role twice", "two personas with one id", "a role called focal",
	"alternating with one role too many", "a reward without its evaluator", "an evaluator twice", "a probe of nobody",
	"a belief probe without statement", "a factor of an unknown role", "a factor of an unknown field", "a factor of the id",
	"a level out of range", "a level that is no number", "a level twice", "a persona file that is not there",
	"a persona file outside the folder", "a persona file with mistakes", "a scenario as a persona", "a tag",
	"a hash in a text", "replay without a script", "a script without replay", "a script that is not there", "a line to nobody",
	"an include of nothing", "an include of a near name", "an include of itself", "an include from elsewhere", "an include of a list",
	"an include of another kind of thing", "a level of nobody", "a factor that is a group",
	"an ensemble with a stranger", "an ensemble of one", "a lambda without a blend",
}

// What the loader refuses for one field the schema refuses too.
func TestSchemaRefuses(t *testing.T) {
	schema, base := compiled(t, "scenario"), read(t, "base.yaml")
	refused := 0
	for _, s := range slips {
		text := strings.Replace(base, s.old, s.new, 1)
		doc, ok := asEditor(t, text)
		if !ok {
			continue
		}
		err := schema.Validate(doc)
		if passes := slices.Contains(onlyLoader, s.name); passes != (err == nil) {
			t.Errorf("%s: %v", s.name, err)
		}
		if err != nil {
			refused++
			keep(t, "wrong", s.name, text)
		}
	}
	if refused < 30 {
		t.Errorf("only %d mistakes were refused", refused)
	}
}

// Everything in a schema is explained: its text comes from the contracts. When this fails, run `make proto`.
func TestSchemaIsExplained(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	var walk func(protoreflect.MessageDescriptor)
	walk = func(md protoreflect.MessageDescriptor) {
		if seen[md.FullName()] || md.ParentFile().Package() != "vignette.v1" || md.IsMapEntry() {
			return
		}
		seen[md.FullName()] = true
		names := []protoreflect.FullName{md.FullName()}
		for i := range md.Fields().Len() {
			fd := md.Fields().Get(i)
			names = append(names, fd.FullName())
			if e := fd.Enum(); e != nil {
				for j := range e.Values().Len() {
					names = append(names, e.Values().Get(j).FullName())
				}
			}
			if fd.Message() != nil {
				walk(fd.Message())
			}
			if fd.Name() == "include" {
				t.Errorf("%s: no field may be called include", fd.FullName())
			}
		}
		for _, name := range names {
			if vignettev1.Comment(name) == "" {
				t.Errorf("%s has no comment", name)
			}
		}
	}
	for _, m := range []proto.Message{&vignettev1.Scenario{}, &vignettev1.Persona{}} {
		walk(m.ProtoReflect().Descriptor())
	}
	if len(seen) < 15 {
		t.Errorf("only %d messages were looked at", len(seen))
	}
}

func TestSchemaOfNothing(t *testing.T) {
	_, err := scenarios.Schema("senario")
	if want := `there is no schema of "senario"; did you mean "scenario"? allowed: scenario, persona, rubric, study`; fmt.Sprint(err) != want {
		t.Errorf("%v", err)
	}
}
