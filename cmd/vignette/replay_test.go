package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vignette-sim/vignette/scenarios"
)

// replayedIntake is the library's intake with its counselor replayed from a file.
func replayedIntake(t *testing.T, script string) string {
	t.Helper()
	text, err := scenarios.LibraryFile("cbt-intake")
	if err != nil {
		t.Fatal(err)
	}
	const role = "  - id: counselor\n"
	if strings.Count(string(text), role) != 1 {
		t.Fatal("cbt-intake has no role counselor where it used to")
	}
	return strings.Replace(string(text), role, role+"    agent: replay\n    script: "+script+"\n", 1)
}

// said are the words and mental states of an exported episode.
func said(t *testing.T, episodes []record) []string {
	t.Helper()
	var out []string
	for _, e := range episodes {
		for _, turn := range e["turns"].([]any) {
			turn := turn.(map[string]any)
			state := turn["mental_state"]
			if turn["role"] == "counselor" {
				state = nil // A replay has none.
			}
			out = append(out, fmt.Sprint(turn["role"], " ", turn["action"], ": ", turn["text"], " ", state))
		}
	}
	return out
}

// What a counselor has said, said again to the same client with the same luck, gets the same answers, word for word.
func TestReplay(t *testing.T) {
	p := newProgram(t)
	p.must("run", "cbt-intake", "--seed", "11")
	p.must("export", "last", "-o", filepath.Join(p.dir, "first.jsonl"))
	first := records(t, p.must("export", "last"))

	write(t, filepath.Join(p.dir, "again.yaml"), replayedIntake(t, "{file: first.jsonl, role: counselor}"))
	p.must("validate", "again.yaml")
	done := records(t, p.must("run", "again.yaml", "--seed", "11", "--json"))
	if counts := done[len(done)-1]["episodes"].(map[string]any); counts["ok"] != 1.0 {
		t.Fatalf("counts %v, want 1 ok", counts)
	}
	again := records(t, p.must("export", "last"))
	if diff := cmp.Diff(said(t, first), said(t, again)); diff != "" {
		t.Errorf("the client answers otherwise, -first +again:\n%s", diff)
	}
	roles := again[0]["roles"].([]any)
	if counselor := roles[0].(map[string]any); counselor["agent"] != "replay" || counselor["model"] != "replay" {
		t.Errorf("the counselor is said to be %v", counselor)
	}
	for _, turn := range again[0]["turns"].([]any) {
		if turn := turn.(map[string]any); turn["role"] == "counselor" && turn["mental_state"] != nil {
			t.Errorf("a replayed turn has the mental state %v", turn["mental_state"])
		}
	}

	// Recorded and simulated counselors side by side; and a model is not silently left unused.
	varied := records(t, p.must("run", "again.yaml", "--json", "--vary", "counselor.agent=replay,builtin-counselor"))
	if counts := varied[len(varied)-1]["episodes"].(map[string]any); counts["ok"] != 2.0 {
		t.Errorf("counts %v, want 2 ok", counts)
	}
	if _, stderr, code := p.run("run", "again.yaml", "--model", "counselor=gpt-4o-mini"); code != 1 || !strings.Contains(stderr, `role "counselor" is replayed from a script`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// Real counselors meet simulated clients.
func TestReplayAnnoMI(t *testing.T) {
	file := filepath.Join(testdata(t), "annomi-dev", "annomi-dev.csv")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: set VIGNETTE_TESTDATA to the published data", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "annomi.csv"), string(data))
	write(t, filepath.Join(p.dir, "real.yaml"), replayedIntake(t, "{file: annomi.csv, episode: 1}"))
	p.must("run", "real.yaml")
	episodes := records(t, p.must("export", "last"))
	if lines := checkLines(t, episodes[0]); lines == 0 {
		t.Error("nobody said anything")
	}
}
