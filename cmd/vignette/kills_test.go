package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vignette-sim/vignette/broker/workqueue"
	"github.com/vignette-sim/vignette/internal/scripted"
)

// killsVariable says how often the tests of faults kill something, all together; without it they are skipped.
const killsVariable = "VIGNETTE_KILLS"

// battlefield is a run, the processes that play it, and what befalls them.
type battlefield struct {
	t        *testing.T
	p        *program
	endpoint interface{ Stats() scripted.Stats }
	chance   *rand.Rand
	run      *fighter // answers for the run
	workers  []*fighter
	begun    time.Time
	inFlight int // calls of models, at all faults together
	busy     int // faults that came while any was in flight
	done     map[string]int
}

// fighter is a process that may be killed.
type fighter struct {
	cmd   *exec.Cmd
	ended chan struct{}
	said  lockedText
}

type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// script is how slow the model is: enough that calls are in flight whenever something is killed.
var script = scripted.Config{Seed: 3, Latency: 250 * time.Millisecond}

// faulted is the run that is disturbed, of two episodes for each kill.
func faulted(kills int) []string {
	return []string{"run", "cbt-intake", "--model", "client=tiny", "--repeats", strconv.Itoa(max(10, kills*2)), "--json", "--workers", "4"}
}

func newBattlefield(t *testing.T, seed uint64) *battlefield {
	t.Helper()
	p, endpoint := withEndpoint(t, script)
	p.patience = longPatience
	return &battlefield{t: t, p: p, endpoint: endpoint, chance: rand.New(rand.NewPCG(7, seed)), done: map[string]int{}, begun: time.Now()}
}

// fight starts the run and two workers.
func (b *battlefield) fight(design []string) {
	b.t.Helper()
	b.run = b.play(design...)
	for b.endpoint.Stats().Requests == 0 && !b.run.isOver() {
		time.Sleep(10 * time.Millisecond) // for the run to be on record; nothing is measured by it
	}
	b.workers = []*fighter{b.play("worker", "--workers", "4"), b.play("worker", "--workers", "4")}
}

// play starts a process that gives up nothing of its own accord.
func (b *battlefield) play(args ...string) *fighter {
	b.t.Helper()
	return b.start(nil, append(args, "--tries", "1000")...)
}

func (b *battlefield) start(out *lockedText, args ...string) *fighter {
	b.t.Helper()
	f := &fighter{cmd: b.p.command(args...), ended: make(chan struct{})}
	f.cmd.Stderr = &f.said
	if out != nil {
		f.cmd.Stdout = out
	}
	f.cmd.Cancel = nil
	if err := f.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = f.cmd.Process.Kill(); <-f.ended })
	go func() { _ = f.cmd.Wait(); close(f.ended) }()
	return f
}

// present is how many calls of models are on their way.
func present(s scripted.Stats) int {
	n := s.Requests - s.Answered - s.Abandoned
	for _, count := range s.Rejected {
		n -= count
	}
	for _, count := range s.Faults {
		n -= count
	}
	return n
}

// fault does something and counts the calls that were in flight meanwhile: those that were there before, and those that came.
func (b *battlefield) fault(what string, do func()) {
	b.t.Helper()
	before := b.endpoint.Stats()
	do()
	n := present(before) + b.endpoint.Stats().Requests - before.Requests
	b.inFlight += n
	if n > 0 {
		b.busy++
	}
	b.done[what]++
	all := 0
	for _, n := range b.done {
		all += n
	}
	if all%25 == 0 {
		b.t.Logf("after %v: %d faults, %d calls in flight at them", time.Since(b.begun).Round(time.Second), all, b.inFlight)
	}
}

// kill ends a process with SIGKILL.
func (b *battlefield) kill(f *fighter, what string) {
	b.fault("kill -9 of "+what, func() {
		_ = f.cmd.Process.Kill()
		<-f.ended
	})
}

// killSomebody kills a worker, or the process that answers for the run, and puts another in its place.
func (b *battlefield) killSomebody() {
	if i := b.chance.IntN(3); i == 2 {
		b.kill(b.run, "the process that began the run")
		b.run = b.play("run", "--resume", "last", "--json", "--workers", "4")
	} else {
		b.kill(b.workers[i], "a worker")
		b.workers[i] = b.play("worker", "--workers", "4")
	}
}

// freeze stops a worker for longer than its silence is borne, and wakes it: what it held is somebody else's by then.
func (b *battlefield) freeze() {
	f := b.workers[b.chance.IntN(2)]
	before := b.endpoint.Stats()
	_ = f.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(workqueue.DefaultPatience + 2*time.Second) // the server's own clock runs it out
	_ = f.cmd.Process.Signal(syscall.SIGCONT)
	b.inFlight += present(before)
	b.done["SIGSTOP of a worker for 12 s, then SIGCONT"]++
}

// between waits a while before the next fault; by chance, and nothing is waited for.
func (b *battlefield) between() {
	time.Sleep(time.Duration(300+b.chance.IntN(900)) * time.Millisecond)
}

func (f *fighter) isOver() bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

// kills is how many faults are wanted of one test, half of what the variable says.
func kills(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(killsVariable), "0"))
	if err != nil || n < 0 {
		t.Fatalf("%s is %q; want a number", killsVariable, os.Getenv(killsVariable))
	}
	if n == 0 {
		t.Skipf("SKIPPED: nothing is killed; 'make faults' does, or %s=500 go test -run 'TestKills|TestClusterFaults' ./cmd/vignette", killsVariable)
	}
	return (n + 1) / 2
}

// undisturbed plays the same run with nothing in its way, on a model that is as quick as can be; once for all that ask.
func undisturbed(t *testing.T, design []string) record {
	t.Helper()
	quietly.mu.Lock()
	defer quietly.mu.Unlock()
	if quietly.done == nil {
		quiet, _ := withEndpoint(t, scripted.Config{Seed: script.Seed})
		quiet.patience = longPatience
		quietly.done = last(t, quiet.must(design...))
	}
	return quietly.done
}

var quietly struct {
	mu   sync.Mutex
	done record
}

// longPatience is for commands on a run of many episodes.
const longPatience = 20 * time.Minute

// late says that the test's time (-timeout) is so far gone that what is left is needed for the end.
func (b *battlefield) late() bool {
	deadline, ok := b.t.Deadline()
	if ok && time.Since(b.begun) > 3*time.Until(deadline) {
		b.t.Log("time runs out: nothing more is disturbed")
		return true
	}
	return false
}

// Whatever is killed on one data directory, in the end every episode is complete, no turn is there twice, the digest is that of the
// undisturbed run, and no more calls of models were repeated than were in flight at the kills.
func TestKills(t *testing.T) {
	n := kills(t)
	t.Parallel()
	design := faulted(n)
	want := undisturbed(t, design)
	b := newBattlefield(t, uint64(n))
	b.fight(design)
	rounds := max(1, n/50)
	for killed := range n {
		if b.late() {
			break
		}
		b.between()
		b.killSomebody()
		if killed%(n/rounds) == n/rounds/2 {
			b.freeze()
		}
	}
	b.verdict(want)
}

// finish lets the workers go and the run come to its end, if need be by the one command.
func (b *battlefield) finish() {
	for _, w := range b.workers {
		_ = w.cmd.Process.Signal(os.Interrupt)
		<-w.ended
	}
	<-b.run.ended
	b.p.run("run", "--resume", "last", "--json", "--tries", "1000")
}

// verdict looks at what is there afterwards, and prints the table.
func (b *battlefield) verdict(want record) {
	b.t.Helper()
	b.finish()
	listed := records(b.t, b.p.must("runs", "--json"))
	if len(listed) == 0 {
		b.t.Fatalf("there is no run; its process said %q", b.run.said.String())
	}
	got, doubled := listed[0], 0
	for _, e := range records(b.t, b.p.must("export", "last")) {
		for i, turn := range e["turns"].([]any) {
			if index, _ := turn.(map[string]any)["index"].(float64); int(index) != i {
				doubled++
			}
		}
		if e["phase"] != "completed" {
			b.t.Errorf("episode %v is %v", e["episode"], e["phase"])
		}
	}
	repeated, stats := 0, b.endpoint.Stats()
	for _, tally := range stats.Questions {
		repeated += tally.Asked - 1
	}
	counts := got["episodes"].(map[string]any)
	var table strings.Builder
	line := func(what string, n any) { fmt.Fprintf(&table, "| %s | %v |\n", what, n) }
	for _, what := range slices.Sorted(maps.Keys(b.done)) {
		line(what, b.done[what])
	}
	line("faults while calls were in flight", b.busy)
	line("episodes complete / parked", fmt.Sprintf("%v of %v / %v", counts["ok"], counts["total"], cmp.Or(got["parked"], any(0.0))))
	line("turns out of place", doubled)
	line("calls of models", stats.Requests)
	line("repeated / in flight at the faults", fmt.Sprintf("%d / %d", repeated, b.inFlight))
	line("digest as undisturbed", got["digest"] == want["digest"])
	line("seconds", int(time.Since(b.begun).Seconds()))
	b.t.Logf("\n%s", table.String())
	if doubled > 0 || got["digest"] != want["digest"] || want["digest"] == "" || repeated > b.inFlight || b.busy == 0 {
		b.t.Errorf("this must not be: digest %v, want %v; the run's process said %q", got["digest"], want["digest"], b.run.said.String())
	}
}
