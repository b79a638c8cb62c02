package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSchemaCommand(t *testing.T) {
	p := newProgram(t)
	for _, args := range [][]string{{"schema"}, {"schema", "scenario"}, {"schema", "persona"}} {
		var schema map[string]any
		if err := json.Unmarshal([]byte(p.must(args...)), &schema); err != nil || schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%v: %v, %v", args, schema["$schema"], err)
		}
	}
	p.must("schema", "-o", "s.json")
	if out, errs, code := p.run("schema", "rubrik"); code != exitUsage || !strings.Contains(errs, "allowed: scenario, persona") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}

// A folder is checked with all below it, each file once; what is right, wrong and a fragment is told apart.
func TestValidate(t *testing.T) {
	p := newProgram(t)
	file := func(name, text string) { write(t, filepath.Join(p.dir, name), text) }
	file("all/people/a.yaml", "id: a\nname: A\n")
	file("all/parts/stop.yaml", "kind: fragment\nmax_turns: 3\n")
	file("all/.hidden/x.yaml", "nonsense")
	file("all/notes.txt", "nonsense")
	file("all/b.yaml", "id: b\nname: B\nstyle: upsett\nage: 3\n")
	got, errs, code := p.run("validate", "all", filepath.Join("all", "b.yaml"))
	want := `all/b.yaml:3:8: style: "upsett" is not one of the values it can have (did you mean "upset"? allowed: plain, upset, verbose, reserved, tangent, pleasing)
all/b.yaml:4:1: age: there is no field "age" here (fields here: id, name, introduction, language, identity, traits, memories, cognitive_model, style, source, extensions, change)
all/parts/stop.yaml: ok, a fragment; it is checked where it is included
all/people/a.yaml: ok
`
	if diff := cmp.Diff(want, strings.ReplaceAll(got, `\`, "/")); diff != "" || code != exitFailed {
		t.Errorf("exit %d (-want +got):\n%s", code, diff)
	}
	if want := "vignette: 1 of 3 files are wrong, with 2 things to mend\n"; errs != want {
		t.Errorf("said %q, want %q", errs, want)
	}
	p.must("validate", filepath.Join("all", "people"), filepath.Join("all", "parts"))

	all, _, code := p.run("validate", "--json", "all", "gone")
	var types []string
	for _, r := range records(t, all) {
		types = append(types, r["type"].(string))
	}
	if diff := cmp.Diff([]string{"problem", "problem", "ok", "ok", "problem", "done"}, types); diff != "" || code != exitFailed {
		t.Errorf("exit %d (-want +got):\n%s", code, diff)
	}
	if out, errs, code := p.run("validate"); code != exitUsage {
		t.Errorf("without a file: exit %d\n%s%s", code, out, errs)
	}
}
