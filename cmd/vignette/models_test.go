package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
)

// withEndpoint is a program whose vignette.yaml names a scripted endpoint.
func withEndpoint(t *testing.T, script scripted.Config) (*program, *scriptedtest.Server) {
	t.Helper()
	p, endpoint := newProgram(t), scriptedtest.Start(t, script)
	text := fmt.Sprintf("endpoints:\n  local:\n    base_url: %s\n    capabilities: {seed: true}\n    models:\n      tiny: {input_price: 1, output_price: 2, context_tokens: 32000}\n", endpoint.URL())
	if err := os.WriteFile(filepath.Join(p.dir, "vignette.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p, endpoint
}

func last(t *testing.T, ndjson string) record {
	t.Helper()
	all := records(t, ndjson)
	return all[len(all)-1]
}

// The same command again asks nothing; a replay needs no endpoint; calls can be looked at.
func TestModelRun(t *testing.T) {
	t.Parallel()
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2})
	args := []string{"run", "cbt-intake", "--model", "tiny", "--repeats", "2", "--json"}
	first := last(t, p.must(args...))
	asked := endpoint.Stats().Requests
	if asked == 0 || first["digest"] == "" {
		t.Fatalf("asked %d times: %v", asked, first)
	}
	spent := first["models"].(map[string]any)
	if spent["calls"].(float64) != float64(asked) || spent["cost"].(float64) <= 0 {
		t.Errorf("models %v", spent)
	}
	again := last(t, p.must(args...))
	if again["digest"] != first["digest"] || endpoint.Stats().Requests != asked {
		t.Errorf("again: digest %v, %d requests", again["digest"], endpoint.Stats().Requests-asked)
	}
	endpoint.Close()
	if replay := last(t, p.must(append(args, "--replay")...)); replay["digest"] != first["digest"] {
		t.Errorf("replay: digest %v", replay["digest"])
	}
	if stdout, _, code := p.run(append(args, "--replay", "--seed", "9")...); code != exitFailed || !strings.Contains(stdout, "no answer is on record") {
		t.Errorf("a replay of what was never asked: exit %d\n%s", code, stdout)
	}
	episode := records(t, p.must("show", first["run"].(string), "--json"))[0]["episode"].(string)
	calls := records(t, p.must("show", episode, "--calls", "--json"))
	if len(calls) == 0 || calls[0]["request"].(map[string]any)["model"] != "tiny" || calls[0]["answer"] == "" {
		t.Errorf("calls %v", calls)
	}
	if page := p.must("show", episode, "--calls"); !strings.Contains(page, "You play one person") || !strings.Contains(page, "tokens in") {
		t.Errorf("page of calls:\n%s", page)
	}
	if page := p.must("show", first["run"].(string)); !strings.Contains(page, "tokens in") || !strings.Contains(page, "local/tiny") {
		t.Errorf("page of the run:\n%s", page)
	}
}

// A budget that is used up pauses the run and says how to go on; that asks no question again.
func TestModelBudget(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2})
	stdout, stderr, code := p.run("run", "cbt-intake", "--model", "tiny", "--repeats", "3", "--json", "--max-tokens", "40000", "--workers", "2")
	done := last(t, stdout)
	run := done["run"].(string)
	if code != exitFailed || !strings.Contains(stderr, "paused") || !strings.Contains(stderr, "--resume "+run) || done["episodes"].(map[string]any)["failed"].(float64) != 0 {
		t.Fatalf("exit %d: %s\n%v", code, stderr, done)
	}
	resumed := last(t, p.must("run", "--resume", run, "--json", "--max-tokens", "4000000"))
	if resumed["episodes"].(map[string]any)["ok"].(float64) != 3 {
		t.Errorf("resumed to %v", resumed)
	}
	elsewhere, _ := withEndpoint(t, scripted.Config{Seed: 2})
	whole := last(t, elsewhere.must("run", "cbt-intake", "--model", "tiny", "--repeats", "3", "--json"))
	if whole["digest"] != resumed["digest"] {
		t.Errorf("digest %v with a pause, %v without", resumed["digest"], whole["digest"])
	}
	if spent := whole["models"].(map[string]any); int(spent["attempts"].(float64)) != endpoint.Stats().Requests {
		t.Errorf("%d requests with a pause, %v without", endpoint.Stats().Requests, spent["attempts"])
	}
}

// A process that is killed in the middle of a run on models loses nothing that was answered.
func TestModelRunKilled(t *testing.T) {
	const answered, episodes = 12, 3 // few enough that no episode has ended by itself
	held, waiting := make(chan struct{}), make(chan struct{})
	var asked atomic.Int64
	var killed atomic.Bool
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(scripted.Request) *scripted.Reply {
		n := asked.Add(1)
		if n <= answered || killed.Load() {
			return nil
		}
		if n == answered+episodes { // every episode waits for an answer now
			close(waiting)
		}
		return &scripted.Reply{Until: held}
	}})
	cmd := p.command("run", "cbt-intake", "--model", "tiny", "--repeats", fmt.Sprint(episodes), "--json")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-waiting:
	case <-time.After(time.Minute):
		t.Fatalf("only %d questions were asked", asked.Load())
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	killed.Store(true)
	close(held)
	resumed := last(t, p.must("run", "--resume", "last", "--json"))
	if resumed["episodes"].(map[string]any)["ok"].(float64) != episodes || resumed["digest"] == "" {
		t.Errorf("resumed to %v", resumed)
	}
	// Besides what it had answered when it was killed, only the three questions under way may be put again.
	total := endpoint.Stats().Requests
	calls := int(resumed["models"].(map[string]any)["calls"].(float64)) - int(resumed["models"].(map[string]any)["recorded"].(float64))
	if total > calls+episodes {
		t.Errorf("%d requests for %d calls", total, calls)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	p, endpoint := withEndpoint(t, scripted.Config{})
	page := p.must("run", "cbt-intake", "--model", "tiny", "--repeats", "20", "--dry-run")
	for _, text := range []string{"dry run", "20 episodes", "local/tiny", "An estimate"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is missing:\n%s", text, page)
		}
	}
	estimate := last(t, p.must("run", "cbt-intake", "--model", "tiny", "--repeats", "20", "--dry-run", "--json"))
	if spent := estimate["models"].(map[string]any); estimate["episodes"].(float64) != 20 || spent["cost"].(float64) <= 0 || spent["calls"].(float64) < 200 {
		t.Errorf("%v", estimate)
	}
	if endpoint.Stats().Requests != 0 {
		t.Error("a dry run asked the endpoint")
	}
	if _, err := os.Stat(filepath.Join(p.dir, ".vignette")); !os.IsNotExist(err) {
		t.Errorf("a dry run left a data directory: %v", err)
	}
}

func TestModelMistakes(t *testing.T) {
	p, _ := withEndpoint(t, scripted.Config{})
	bare := newProgram(t)
	for _, test := range []struct {
		p    *program
		args []string
		code int
		says string
	}{
		{bare, []string{"run", "cbt-intake", "--model", "gpt-4o-mini"}, exitFailed, "nobody serves models here"},
		{p, []string{"run", "cbt-intake", "--model", "cleint=tiny"}, exitUsage, "no kind, role or evaluator here"},
		{p, []string{"run", "cbt-intake", "--model", "emotion=tiny"}, exitFailed, `evaluator "emotion"`},
		{p, []string{"run", "--resume", "last", "--seed", "2"}, exitUsage, "leave --seed away"},
		{p, []string{"run", "--resume", "nothing"}, exitFailed, "there is no run"},
		{p, []string{"run", "--no-cache", "--replay"}, exitUsage, "give one of them"},
		{p, []string{"run", "--max-cost", "-1"}, exitUsage, "must not be negative"},
		{p, []string{"run", "--config", "absent.yaml"}, exitFailed, "there is no such file"},
		{p, []string{"doctor", "lokal"}, exitUsage, `did you mean "local"`},
	} {
		stdout, stderr, code := test.p.run(test.args...)
		if code != test.code || !strings.Contains(stderr, test.says) {
			t.Errorf("%v: exit %d\n%s%s", test.args, code, stdout, stderr)
		}
	}
}

func TestDoctor(t *testing.T) {
	p, _ := withEndpoint(t, scripted.Config{Models: []string{"tiny"}})
	page := p.must("doctor")
	for _, text := range []string{"endpoint local", "holds answers to a JSON schema", "Nothing is wrong"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is missing:\n%s", text, page)
		}
	}
	if done := last(t, p.must("doctor", "--json")); done["type"] != "done" || done["problems"].(float64) != 0 || done["calls"].(float64) < 5 {
		t.Errorf("%v", done)
	}
	if page := newProgram(t).must("doctor"); !strings.Contains(page, "No model endpoint is configured") {
		t.Errorf("without an endpoint:\n%s", page)
	}
	ill, _ := withEndpoint(t, scripted.Config{Faults: scripted.Faults{ServerError: 1}})
	if stdout, _, code := ill.run("doctor", "--model", "local/tiny"); code != exitFailed || !strings.Contains(stdout, "PROBLEM") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
}
