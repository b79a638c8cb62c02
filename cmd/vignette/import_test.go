package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is imported is written back as it was; what was changed is changed there.
func TestImportAndConvert(t *testing.T) {
	p := newProgram(t)
	fixtures, err := filepath.Abs(filepath.Join("..", "..", "scenarios"))
	if err != nil {
		t.Fatal(err)
	}
	p.must("import", filepath.Join(fixtures, "sotopia", "testdata"), "--from", "sotopia", "-o", "scenes")
	p.must("import", filepath.Join(fixtures, "imports", "testdata", "patienthub"), "--from", "patienthub", "-o", "people")
	p.must("import", filepath.Join(fixtures, "imports", "testdata", "patienthub", "cars.json"), "--from", "PatientHub/Cars", "-o", "people", "--json")
	p.must("validate", filepath.Join("scenes", "C1.yaml"), filepath.Join("scenes", "personas", "A1.yaml"))

	nele := filepath.Join(p.dir, "scenes", "personas", "A1.yaml")
	text, err := os.ReadFile(nele)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "text: Has failed the last eye test", "text: Cannot swim", 1)
	if changed == string(text) {
		t.Fatalf("there is no secret in\n%s", text)
	}
	write(t, nele, changed)
	out := p.must("convert", "scenes", "people", "-o", "back")
	if got := strings.Count(out, "\n"); got != 4+9 {
		t.Errorf("%d files were written:\n%s", got, out)
	}
	for _, name := range []string{"environment_profiles.jsonl", "relationship_profiles.jsonl", "env_agent_combo_storages.jsonl", "agent_profiles.jsonl"} {
		want := linesOf(t, filepath.Join(fixtures, "sotopia", "testdata", name))
		if name == "agent_profiles.jsonl" {
			want[0].(map[string]any)["secret"] = "Cannot swim"
		}
		byText := func(all []any) map[string]bool {
			set := map[string]bool{}
			for _, v := range all {
				text, _ := json.Marshal(v)
				set[string(text)] = true
			}
			return set
		}
		if diff := cmp.Diff(byText(want), byText(linesOf(t, filepath.Join(p.dir, "back", name)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func linesOf(t *testing.T, file string) []any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	for line := range strings.Lines(string(data)) {
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestImportRefuses(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "some.json"), `[{"idx": 1, "initial_stage": "Soon"}]`)
	write(t, filepath.Join(p.dir, "empty", "x.txt"), "")
	write(t, filepath.Join(p.dir, "mine.yaml"), "kind: persona\nid: a\nname: Ada\n")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"import", "some.json", "-o", "d"}, exitUsage, "--from is missing; formats are characterchat, dailydilemmas,"},
		{[]string{"import", "some.json", "--from", "sotopa", "-o", "d"}, exitUsage, `"sotopa" is no format; did you mean "sotopia"? allowed: characterchat,`},
		{[]string{"import", "some.json", "--from", "sotopia"}, exitUsage, "-o is missing"},
		{[]string{"import", "some.json", "--from", "patienthub", "-o", "d"}, exitFailed, "the name of this file says none of PatientHub's formats"},
		{[]string{"import", "some.json", "--from", "patienthub/consistentMI", "-o", "d"}, exitFailed, `some.json: profile 1 (id 1): initial_stage: "Soon" is no stage of change; stages are`},
		{[]string{"import", "gone.json", "--from", "rlhs", "-o", "d"}, exitFailed, "import gone.json: no such file"},
		{[]string{"import", "empty", "--from", "rlhs", "-o", "d"}, exitFailed, "no file in this folder is one that rlhs is read from"},
		{[]string{"convert", "mine.yaml"}, exitUsage, "-o is missing"},
		{[]string{"convert", "empty", "-o", "d"}, exitFailed, "there is no .yaml file in this folder"},
		{[]string{"convert", "mine.yaml", "-o", "d"}, exitFailed, "nothing there came from a published format"},
	} {
		_, stderr, code := p.run(c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, want %d\nstderr %s\nwant   %s", c.args, code, c.code, stderr, c.want)
		}
	}
}
