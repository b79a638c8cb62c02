package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// One file out, one in: the run is the same elsewhere, with its digest; nothing that is there is overwritten.
func TestBundleAndRestore(t *testing.T) {
	t.Parallel()
	p, elsewhere := newProgram(t), newProgram(t)
	p.must("run", "ask-for-leave", "share-the-dishes", "--repeats", "2", "--json")
	p.must("run", "ask-for-leave", "--seed", "2", "--json")
	file := filepath.Join(p.dir, "runs.vignette")
	packed := records(t, p.must("backup", file, "--json"))
	if done := packed[len(packed)-1]; done["type"] != "done" || done["runs"] != 2.0 {
		t.Fatalf("backed up %v", packed)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode: %v, %v; want 0600", info.Mode(), err)
	}
	if checked := records(t, elsewhere.must("restore", file, "--check", "--json")); len(checked) != 3 || exists(filepath.Join(elsewhere.dir, ".vignette")) {
		t.Errorf("--check says %v and made a directory: %v", checked, exists(filepath.Join(elsewhere.dir, ".vignette")))
	}
	elsewhere.must("restore", file)
	mine, theirs := p.must("runs", "--json"), elsewhere.must("runs", "--json")
	if mine != theirs || strings.Contains(mine, `"digest":""`) {
		t.Errorf("runs here:\n%sand there:\n%s", mine, theirs)
	}
	if p.must("export", "last") != elsewhere.must("export", "last") {
		t.Error("exports differ")
	}
	_, stderr, code := elsewhere.run("restore", file)
	if code != exitFailed || !strings.Contains(stderr, "--skip-existing") {
		t.Errorf("again: exit %d, %s", code, stderr)
	}
	if done := records(t, elsewhere.must("restore", file, "--skip-existing", "--json")); done[0]["runs"] != 0.0 {
		t.Errorf("again without those that are there: %v", done)
	}

	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(p.dir, "broken.vignette")
	if err := os.WriteFile(broken, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	third := newProgram(t)
	_, stderr, code = third.run("restore", broken)
	if code != exitFailed || !strings.Contains(stderr, "cut off") || exists(filepath.Join(third.dir, ".vignette")) {
		t.Errorf("half a file: exit %d, made a directory: %v, %s", code, exists(filepath.Join(third.dir, ".vignette")), stderr)
	}
}

// What is deleted is gone from every page, leaves a tombstone, and cannot come back by the way.
func TestRm(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	first := ofType(records(t, p.must("run", "ask-for-leave", "--repeats", "3", "--json")), "done")[0]["run"].(string)
	p.must("run", "share-the-dishes", "--json")
	episode := records(t, p.must("export", first))[0]["episode"].(string)
	p.must("backup", "all.vignette")

	_, stderr, code := p.run("rm", episode)
	if code != exitUsage || !strings.Contains(stderr, "--yes") {
		t.Fatalf("unasked: exit %d, %s", code, stderr)
	}
	deleted := records(t, p.must("rm", episode, "--yes", "--shred", "--reason", "asked for", "--json"))
	if deleted[0]["episode"] != episode || deleted[0]["entries"].(float64) < 5 {
		t.Errorf("deleted %v", deleted)
	}
	if page := p.must("show", episode); !strings.Contains(page, "deleted on ") || !strings.Contains(page, "asked for") {
		t.Errorf("its page:\n%s", page)
	}
	shown := records(t, p.must("show", first, "--json"))
	counts := shown[len(shown)-1]["episodes"].(map[string]any)
	if counts["deleted"] != 1.0 || counts["ok"] != 2.0 || shown[len(shown)-1]["digest"] != "" {
		t.Errorf("the run's counts %v, digest %v", counts, shown[len(shown)-1]["digest"])
	}
	resumed := records(t, p.must("run", "--resume", first, "--json"))
	if counts := resumed[len(resumed)-1]["episodes"].(map[string]any); counts["deleted"] != 1.0 {
		t.Errorf("resuming brought it back: %v", counts)
	}
	if _, stderr, code := p.run("rm", episode, "--yes"); code != exitFailed || !strings.Contains(stderr, "was deleted on") {
		t.Errorf("again: exit %d, %s", code, stderr)
	}

	p.must("rm", first, "--yes")
	if listed := records(t, p.must("runs", "--json")); len(listed) != 1 {
		t.Errorf("runs left: %v", listed)
	}
	for _, args := range [][]string{{"show", first}, {"export", first}, {"run", "--resume", first}, {"rm", first, "--yes"}, {"bundle", first, "-o", "x"}} {
		if _, stderr, code := p.run(args...); code != exitFailed || !strings.Contains(stderr, "was deleted on") {
			t.Errorf("%v: exit %d, %s", args, code, stderr)
		}
	}
	if _, stderr, code := p.run("restore", "all.vignette"); code != exitFailed || !strings.Contains(stderr, first) {
		t.Errorf("restoring it: exit %d, %s", code, stderr)
	}
}

// What models were asked for a run goes with it, and comes along in a bundle.
func TestBundleAndRmWithModels(t *testing.T) {
	p, _ := withEndpoint(t, scripted.Config{Seed: 2})
	elsewhere := newProgram(t)
	p.must("run", "cbt-intake", "--model", "client=local/tiny", "--json")
	run := records(t, p.must("runs", "--json"))[0]
	packed := records(t, p.must("bundle", "last", "-o", "run.vignette", "--json"))
	if packed[0]["calls"].(float64) == 0 || packed[1]["answers"].(float64) == 0 {
		t.Fatalf("bundled %v; want calls and answers", packed)
	}
	elsewhere.must("restore", filepath.Join(p.dir, "run.vignette"))
	if there := records(t, elsewhere.must("runs", "--json"))[0]; there["digest"] != run["digest"] || run["digest"] == "" {
		t.Errorf("digest %v there, %v here", there["digest"], run["digest"])
	}
	episode := records(t, p.must("export", "last"))[0]["episode"].(string)
	if calls := p.must("show", episode, "--calls"); calls != elsewhere.must("show", episode, "--calls") {
		t.Errorf("calls differ there; here:\n%.300s", calls)
	}
	deleted := records(t, p.must("rm", "last", "--yes", "--json"))
	if deleted[0]["answers"].(float64) == 0 {
		t.Errorf("deleted %v; want answers too", deleted)
	}
	packed = records(t, p.must("backup", "after.vignette", "--json"))
	if packed[0]["answers"].(float64) != 0 || packed[0]["runs"].(float64) != 0 {
		t.Errorf("after the deletion there is %v left", packed)
	}
}

// The answer of whoever is asked is taken as it is meant: anything but yes leaves all as it is.
func TestRmAsks(t *testing.T) {
	p := newProgram(t)
	p.must("run", "ask-for-leave", "--json")
	var errs bytes.Buffer
	cmd := p.command("rm", "last")
	cmd.Stdin, cmd.Stderr = strings.NewReader("y\n"), &errs // a pipe is nobody
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitUsage {
		t.Errorf("a pipe was asked: %v, %s", err, errs.String())
	}
	if listed := records(t, p.must("runs", "--json")); len(listed) != 1 {
		t.Errorf("runs left: %v", listed)
	}
}
