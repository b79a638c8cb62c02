package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// annotated is what Label Studio exports of tasks, once two users have answered all of them; change may alter an annotation.
func annotated(t *testing.T, p *program, dir string, change func(task, user int, annotation map[string]any)) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, dir, "tasks.json"))
	if err != nil {
		t.Fatal(err)
	}
	var tasks []map[string]any
	if err := json.Unmarshal(text, &tasks); err != nil {
		t.Fatal(err)
	}
	for i, task := range tasks {
		var annotations []any
		for user := range 2 {
			annotation := map[string]any{
				"id": 100*i + user, "completed_by": map[string]any{"id": user + 1, "email": "u@example.org"}, "was_cancelled": false, "lead_time": 12.5, "updated_at": "2026-01-09T22:16:08.7Z",
				"result": []any{map[string]any{"id": "x", "from_name": "s1_good", "to_name": "conversation", "type": "choices", "value": map[string]any{"choices": []string{fmt.Sprint(2 + (i+user)%3)}}}},
			}
			if change != nil {
				change(i, user, annotation)
			}
			annotations = append(annotations, annotation)
		}
		task["id"], task["annotations"], task["predictions"] = i+1, annotations, []any{}
	}
	out, err := json.MarshalIndent(tasks, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(p.dir, "project.json")
	if err := os.WriteFile(file, out, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A campaign goes to Label Studio blind and comes back once: brought in again it changes nothing, what was changed there is an edit, what was
// taken back here stays so, and where anything is wrong nothing is recorded.
func TestRateLabelStudio(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	ran := records(t, p.must("run", "ask-for-leave", "--vary", "focal.policy.skill=0.2,0.9", "--repeats", "3", "--json"))
	id := openRated(t, p, "title: Good\noverlap: 1\nscales:\n  - {id: good, question: How good?, min: 1, max: 5}\ngold:\n  - {episode: "+ran[1]["episode"].(string)+", scale: good, value: 4, reason: KNOWN}\n")
	p.must("rate", "export", id, "-o", "ls")
	for _, name := range []string{"tasks.json", "config.xml"} {
		text, err := os.ReadFile(filepath.Join(p.dir, "ls", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"policy", "builtin", "0.9", "KNOWN", "dear_man", "Ines", "Gwen", ran[1]["episode"].(string)} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
	if _, stderr, code := p.run("rate", "export", id, "-o", "ls"); code != exitFailed || !strings.Contains(stderr, "name a new directory") {
		t.Errorf("over files that are there it ends with %d: %s", code, stderr)
	}

	bring := func(file string, recorded, edited, unchanged float64) {
		t.Helper()
		got := records(t, p.must("rate", "import", id, file, "--raters", "2=ben", "--json"))[0]
		if got["recorded"] != recorded || got["edited"] != edited || got["unchanged"] != unchanged || got["tasks"] != 6.0 {
			t.Errorf("brought in %v; want %v, %v, %v", got, recorded, edited, unchanged)
		}
	}
	wrong := annotated(t, p, "ls", func(task, user int, a map[string]any) {
		if task == 4 && user == 1 {
			a["result"].([]any)[0].(map[string]any)["value"] = map[string]any{"choices": []string{"9"}}
		}
	})
	if _, stderr, code := p.run("rate", "import", id, wrong); code != exitFailed || !strings.Contains(stderr, `task 5, annotation 401: result 1 (s1_good): value.choices: "9" is not 1 to 5`) || !strings.Contains(stderr, "project.json:") {
		t.Errorf("something wrong ends with %d: %s", code, stderr)
	}
	bring(annotated(t, p, "ls", nil), 12, 0, 0)
	bring(annotated(t, p, "ls", nil), 0, 0, 12)
	cmd := p.command("rate", id, "--rater", "ben") // Ben takes his last one back, here.
	cmd.Stdin = strings.NewReader("u\nq\n")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "taken back: good ") {
		t.Errorf("ben sits down: %v\n%s", err, out)
	}
	bring(annotated(t, p, "ls", func(task, user int, a map[string]any) {
		if task == 0 && user == 0 {
			a["updated_at"] = "2026-01-10T00:00:00Z"
			a["result"].([]any)[0].(map[string]any)["value"] = map[string]any{"choices": []string{"5"}}
		}
	}), 0, 1, 11)
	bring(annotated(t, p, "ls", nil), 0, 0, 12) // An older export.
	page := p.must("rate", id, "--agreement")
	for _, want := range []string{"6 of 6 items complete", "label-studio-1", "ben"} {
		if !strings.Contains(page, want) {
			t.Errorf("agreement does not say %q:\n%s", want, page)
		}
	}
	if fit := records(t, p.must("reward", "ratings", id, "--json"))[0]; fit["ratings"] != 11.0 || fit["simulated"] != false {
		t.Errorf("the fit is %v", fit)
	}
}
