package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/scenarios"
)

// The library is listed and searched; what is found is what there is.
func TestScenarios(t *testing.T) {
	p := newProgram(t)
	shipped, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	all := records(t, p.must("scenarios", "--json"))
	if len(all) != len(shipped) {
		t.Fatalf("%d scenarios are listed, %d ship", len(all), len(shipped))
	}
	for i, s := range shipped {
		if all[i]["id"] != s.GetId() || all[i]["focal"] != s.GetFocal() || all[i]["title"] != s.GetTitle() {
			t.Errorf("place %d is %v, want %s", i, all[i], s.GetId())
		}
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--tag", "money"}, "refuse-a-loan"},
		{[]string{"LOAN"}, "refuse-a-loan"},
		{[]string{"manager", "tuesday"}, "ask-for-leave"},
	} {
		found := records(t, p.must(append([]string{"scenarios", "--json"}, test.args...)...))
		if !slices.ContainsFunc(found, func(r record) bool { return r["id"] == test.want }) || len(found) == len(all) {
			t.Errorf("scenarios %v finds %v; want %s and not all", test.args, found, test.want)
		}
	}
	if out := p.must("scenarios", "xylophone"); !strings.Contains(out, "No scenario") {
		t.Errorf("finding nothing says %q", out)
	}
	out, stderr, code := p.run("scenarios", "xylophone", "boss")
	if code != exitDone || !strings.Contains(out, "ask-for-leave") || !strings.Contains(stderr, "these have some") {
		t.Errorf("where none has both words: %d, %q, %q", code, out, stderr)
	}
	launch := records(t, p.must("run", "--tag", "money", "--json"))[0]
	if ids := launch["scenarios"].([]any); !slices.Contains(ids, any("refuse-a-loan")) || len(ids) == len(all) {
		t.Errorf("run --tag money plays %v", ids)
	}
}

// A brief tells what the focal role may know, and not what the others keep to themselves; its file is a file that runs.
func TestBrief(t *testing.T) {
	p := newProgram(t)
	page := strings.Join(strings.Fields(p.must("brief", "ask-for-leave")), " ")
	scenario, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{scenario.GetTitle(), scenario.GetObjective().GetStatement(), "focal", "dear_man.assert", "16 turns"} {
		if !strings.Contains(page, strings.Join(strings.Fields(want), " ")) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, role := range scenario.GetRoles() {
		if role.GetId() == scenario.GetFocal() {
			continue
		}
		for _, secret := range append(role.GetStance().GetObjections(), role.GetGoal()) {
			if secret != "" && strings.Contains(page, secret) {
				t.Errorf("the page tells what %s keeps to themselves: %q", role.GetId(), secret)
			}
		}
	}
	if r := records(t, p.must("brief", "ask-for-leave", "--json")); len(r) != 1 || r[0]["objective"] != "ask" {
		t.Errorf("as JSON: %v", r)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "own.yaml"), []byte(p.must("brief", "ask-for-leave", "--file")), 0o600); err != nil {
		t.Fatal(err)
	}
	p.must("validate", "own.yaml")
}

// What a shell asks while somebody types.
func TestCompletion(t *testing.T) {
	p := newProgram(t)
	complete := func(args ...string) []string {
		var out []string
		for _, l := range strings.Split(strings.TrimSpace(p.must(append([]string{"__complete"}, args...)...)), "\n") {
			value, _, _ := strings.Cut(l, "\t")
			out = append(out, value)
		}
		return out
	}
	if got := complete("show", ""); !slices.Contains(got, "last") || exists(filepath.Join(p.dir, ".vignette")) {
		t.Errorf("without data: %v, and a data directory was made: %v", got, exists(filepath.Join(p.dir, ".vignette")))
	}
	done := ofType(records(t, p.must("run", "ask-for-leave", "--json")), "done")[0]
	episode := records(t, p.must("export", "last"))[0]["episode"].(string)
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"run", "ask"}, "ask-for-leave"},
		{[]string{"brief", "ask"}, "ask-for-leave"},
		{[]string{"run", "--tag", "wo"}, "work"},
		{[]string{"run", "--resume", ""}, done["run"].(string)},
		{[]string{"run", "--rep"}, "--repeats"},
		{[]string{"show", ""}, done["run"].(string)},
		{[]string{"show", episode[:3]}, episode},
		{[]string{"export", done["run"].(string)[:4]}, done["run"].(string)},
		{[]string{"export", "last", "--format", ""}, "jsonl"},
		{[]string{"ru"}, "run"},
	} {
		if got := complete(test.args...); !slices.Contains(got, test.want) {
			t.Errorf("%v completes to %v; want %q among them", test.args, got, test.want)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A page of an episode is a file of its own, and of an episode only.
func TestShowPage(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--json")
	e := records(t, p.must("export", "last"))[0]
	p.must("show", e["episode"].(string), "--html", "page.html")
	page, err := os.ReadFile(filepath.Join(p.dir, "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Content-Security-Policy", "Asking the manager", "a simulation, not people", e["episode"].(string)} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"show", "last", "--html", "x.html"}, exitUsage, "is a run"},
		{[]string{"show", "nothing", "--html", "x.html"}, exitFailed, "there is no episode"},
		{[]string{"show", "last", "--html", "x.html", "--json"}, exitUsage, "do not go together"},
		{[]string{"show", e["episode"].(string), "--html", "no/such/dir/x.html"}, exitFailed, "no/such/dir"},
	} {
		if _, stderr, code := p.run(test.args...); code != test.code || !strings.Contains(stderr, test.want) {
			t.Errorf("%v: exit %d, %s; want %d, %q", test.args, code, stderr, test.code, test.want)
		}
	}
}
