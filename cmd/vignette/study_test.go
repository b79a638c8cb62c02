package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The scenario in the documentation is one that runs.
func TestDocumentedScenario(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "scenarios.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(doc)
	if block == nil {
		t.Fatal("docs/scenarios.md has no yaml block")
	}
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "borrow-the-car.yaml"), string(block[1]))
	write(t, filepath.Join(p.dir, "personas", "jonas.yaml"), "id: jonas\nname: Jonas\nintroduction: Her older brother.\n")
	p.must("validate", "borrow-the-car.yaml", "personas/jonas.yaml")
	all := records(t, p.must("run", "borrow-the-car.yaml", "--json",
		"--vary", "focal.policy.skill=0.2,0.5,0.8", "--vary", "jonas.stance.difficulty=0.2,0.8"))
	if counts := all[len(all)-1]["episodes"].(map[string]any); counts["ok"] != 6.0 {
		t.Errorf("counts %v, want 6 ok", counts)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The three published models of PATIENT-Psi in six styles, four times each: every episode is played, scored and exported,
// no line is empty, nobody says the same thing twice, and the styles differ.
func TestPublishedModels(t *testing.T) {
	t.Parallel()
	file := filepath.Join(testdata(t), "patient-psi", "profiles.json")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: set VIGNETTE_TESTDATA to the published data", file)
	}
	p := newProgram(t)
	if written := strings.Fields(p.must("import", "--from", "patient-psi", file, "-o", "personas")); len(written) != 3 {
		t.Fatalf("imported into %v, want three files", written)
	}
	styles := []string{"plain", "upset", "verbose", "reserved", "tangent", "pleasing"}
	all := records(t, p.must("run", "cbt-intake", "--json", "--repeats", "4",
		"--vary", "client.persona=personas", "--vary", "client.persona.style="+strings.Join(styles, ",")))
	done := all[len(all)-1]
	if counts := done["episodes"].(map[string]any); counts["ok"] != 72.0 || counts["total"] != 72.0 {
		t.Fatalf("counts %v, want 72 ok", counts)
	}
	for _, group := range done["groups"].([]any) {
		if reward := group.(map[string]any)["reward"].(map[string]any); reward["n"] != 4.0 {
			t.Errorf("group %v has rewards %v, want 4", group.(map[string]any)["factors"], reward)
		}
	}
	words := map[string]int{}
	for _, e := range records(t, p.must("export", "last")) {
		style := e["factors"].(map[string]any)["client.persona.style"].(string)
		words[style] += checkLines(t, e)
	}
	if !(words["verbose"] > words["plain"] && words["plain"] > words["reserved"] && words["pleasing"] > words["upset"]) {
		t.Errorf("words per style %v: the styles do not differ as they should", words)
	}
}

// checkLines looks for empty and repeated lines in an episode, and returns how many words the client said.
func checkLines(t *testing.T, e record) int {
	t.Helper()
	words := 0
	said := map[string]bool{}
	for _, item := range e["turns"].([]any) {
		turn := item.(map[string]any)
		text := turn["text"].(string)
		if turn["action"] == "speak" && strings.TrimSpace(text) == "" {
			t.Errorf("episode %v, turn %v is empty", e["episode"], turn["index"])
		}
		key := turn["role"].(string) + text
		if said[key] && len(strings.Fields(text)) > 3 {
			t.Errorf("episode %v, turn %v: said before: %s", e["episode"], turn["index"], text)
		}
		said[key] = true
		if turn["role"] == "client" {
			words += len(strings.Fields(text))
		}
	}
	return words
}

func testdata(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("VIGNETTE_TESTDATA"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "data"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
