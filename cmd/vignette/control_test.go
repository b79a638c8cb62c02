package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vignette-sim/vignette/internal/scripted"
)

// interruptSignal is Ctrl-C.
var interruptSignal = os.Interrupt

// From a second terminal a run is made to stand still, in which nobody is asked anything, and goes on; what comes of it is what would
// have come of it anyway.
func TestPauseAndResumeFromASecondTerminal(t *testing.T) {
	t.Parallel()
	design := []string{"run", "cbt-intake", "--model", "client=tiny", "--repeats", "6", "--workers", "2", "--json"}
	quiet, _ := withEndpoint(t, scripted.Config{Seed: 3})
	want := last(t, quiet.must(design...))

	p, endpoint := withEndpoint(t, scripted.Config{Seed: 3, Latency: 100 * time.Millisecond})
	run := p.start(design...)
	id := run.launch["run"].(string)
	if first := run.next(); first["type"] != "episode" {
		t.Fatalf("the run tells %v", first)
	}
	if said := p.must("pause", "last"); !strings.Contains(said, "run "+id+" paused") {
		t.Errorf("pause says %q", said)
	}
	for present(endpoint.Stats()) > 0 { // what was asked is waited for
		time.Sleep(10 * time.Millisecond)
	}
	asked := endpoint.Stats().Requests
	if shown := p.must("show", id); !strings.Contains(shown, id) { // takes longer than a call does
		t.Errorf("a paused run shows as %q", shown)
	}
	if now := endpoint.Stats().Requests; now != asked {
		t.Errorf("%d calls were made while it stood still", now-asked)
	}
	if said := p.must("resume", id); !strings.Contains(said, "run "+id+" goes on") {
		t.Errorf("resume says %q", said)
	}
	var done record
	for r := run.next(); r != nil; r = run.next() {
		done = r
	}
	if code := run.wait(); code != exitDone || done["digest"] != want["digest"] {
		t.Errorf("exit %d, digest %v, want %v: %s", code, done["digest"], want["digest"], run.stderr.String())
	}
	for _, verb := range []string{"pause", "resume", "cancel"} {
		_, stderr, code := p.run(verb, "last")
		oneError(t, verb+" of a run that nobody plays", stderr, code, exitFailed, "nobody is playing", "--resume")
		_, stderr, code = p.run(verb, "nosuchrun")
		oneError(t, verb+" of no run", stderr, code, exitFailed, "there is no run", "vignette runs")
	}
}

// A cancelled run ends with what it had in flight, and one command plays the rest.
func TestCancelFromASecondTerminal(t *testing.T) {
	t.Parallel()
	p, _ := withEndpoint(t, scripted.Config{Seed: 3, Latency: 50 * time.Millisecond})
	run := p.start("run", "cbt-intake", "--model", "client=tiny", "--repeats", "8", "--workers", "1", "--json")
	run.next()
	if said := p.must("cancel", "last"); !strings.Contains(said, "begins no more episodes") {
		t.Errorf("cancel says %q", said)
	}
	if code := run.wait(); code != exitFailed || !strings.Contains(run.stderr.String(), "run --resume "+run.launch["run"].(string)) {
		t.Errorf("exit %d: %s", code, run.stderr.String())
	}
	allOK(t, last(t, p.must("run", "--resume", "last", "--json")))
}

// A fork keeps what was said before, goes on in other words when it is told to, and stands in the tree; other words in the same place
// leave the first as it was. It is made while another process has the directory open.
func TestForkFromASecondTerminal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	original := records(t, p.must("run", "ask-for-leave", "--json"))[1]["episode"].(string)
	owner := p.start("serve", "--grpc", "127.0.0.1:0", "--web", "none", "--json")
	words := func(e record) (all []string) {
		for _, turn := range e["turns"].([]any) {
			turn := turn.(map[string]any)
			text, _ := turn["text"].(string)
			all = append(all, turn["role"].(string)+": "+text)
		}
		return all
	}
	before := records(t, p.must("export", "last"))[0]
	const said = "I would like to take the second week of May off."
	allOK(t, last(t, p.must("fork", original, "--turn", "2", "--say", said, "--json")))
	branch := records(t, p.must("export", "last"))[0]
	was, is := words(before), words(branch)
	if len(is) < 4 || !slices.Equal(was[:2], is[:2]) || !strings.HasSuffix(is[2], ": "+said) || slices.Equal(was, is) {
		t.Errorf("the conversation was\n%s\nand its branch is\n%s", strings.Join(was, "\n"), strings.Join(is, "\n"))
	}
	again := p.must("fork", original, "--turn", "2", "--json")
	if same := words(records(t, p.must("export", "last"))[0]); !slices.Equal(was, same) {
		t.Errorf("with nothing changed it became\n%s\nafter %s", strings.Join(same, "\n"), again)
	}
	tree := p.must("show", original)
	if !strings.Contains(tree, "forks") || !strings.Contains(tree, "from turn 2, with ") || !strings.Contains(tree, "(this one)") {
		t.Errorf("no tree in\n%s", tree)
	}
	for wrong, args := range map[string][]string{
		"--turn is missing": {"fork", original}, "--turn is -1": {"fork", original, "--turn", "-1"}, "--say is empty": {"fork", original, "--turn", "1", "--say", " "},
	} {
		_, stderr, code := p.run(args...)
		oneError(t, strings.Join(args, " "), stderr, code, exitUsage, wrong)
	}
	_, stderr, code := p.run("fork", "nosuchepisode", "--turn", "1")
	oneError(t, "fork of nothing", stderr, code, exitFailed, "there is no episode")
	if code := owner.interrupt(); code != exitDone {
		t.Errorf("the owner ended with %d: %s", code, owner.stderr.String())
	}
}
