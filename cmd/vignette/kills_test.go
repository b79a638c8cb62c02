package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vignette-sim/vignette/broker/workqueue"
	"github.com/vignette-sim/vignette/internal/scripted"
)

// killsVariable says how often TestKills kills something; without it the test is skipped.
const killsVariable = "VIGNETTE_KILLS"

// battlefield is a run, the processes that play it, and what befalls them.
type battlefield struct {
	t        *testing.T
	p        *program
	endpoint interface{ Stats() scripted.Stats }
	chance   *rand.Rand
	run      *fighter // answers for the run
	workers  []*fighter
	inFlight int
	done     map[string]int // what was done, how often
}

// fighter is a process that may be killed.
type fighter struct {
	cmd   *exec.Cmd
	ended chan struct{}
	said  bytes.Buffer
}

func (b *battlefield) start(args ...string) *fighter {
	b.t.Helper()
	f := &fighter{cmd: b.p.command(append(args, "--tries", "1000")...), ended: make(chan struct{})}
	f.cmd.Stderr = &f.said
	f.cmd.Cancel = nil
	if err := f.cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = f.cmd.Process.Kill(); <-f.ended })
	go func() { _ = f.cmd.Wait(); close(f.ended) }()
	return f
}

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

// kill ends a process with SIGKILL and counts the calls that were in flight meanwhile.
func (b *battlefield) kill(f *fighter, what string) {
	before := b.endpoint.Stats()
	_ = f.cmd.Process.Kill()
	<-f.ended
	b.inFlight += present(before) + b.endpoint.Stats().Requests - before.Requests
	b.done["kill -9 of "+what]++
}

// freeze stops a worker for longer than its silence is borne, and wakes it: what it held is somebody else's by then.
func (b *battlefield) freeze(f *fighter) {
	before := b.endpoint.Stats()
	_ = f.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(workqueue.DefaultPatience + 2*time.Second) // the server's own clock runs it out
	_ = f.cmd.Process.Signal(syscall.SIGCONT)
	b.inFlight += present(before)
	b.done["SIGSTOP of a worker, then SIGCONT"]++
}

func (f *fighter) isOver() bool {
	select {
	case <-f.ended:
		return true
	default:
		return false
	}
}

// Whatever is killed, in the end every episode is complete, no turn is there twice, the digest is that of the undisturbed run, and no
// more calls of models were repeated than were in flight at the kills.
func TestKills(t *testing.T) {
	kills, err := strconv.Atoi(cmp.Or(os.Getenv(killsVariable), "0"))
	if err != nil || kills < 0 {
		t.Fatalf("%s is %q; want a number", killsVariable, os.Getenv(killsVariable))
	}
	if kills == 0 {
		t.Skipf("SKIPPED: nothing is killed; 'make faults' does, or %s=500 go test -run TestKills ./cmd/vignette", killsVariable)
	}
	repeats := strconv.Itoa(max(10, kills*2))
	script := scripted.Config{Seed: 3, Latency: 60 * time.Millisecond}
	design := []string{"run", "cbt-intake", "--model", "client=tiny", "--repeats", repeats, "--json", "--workers", "4"}
	quiet, _ := withEndpoint(t, scripted.Config{Seed: 3})
	want := last(t, quiet.must(design...))

	p, endpoint := withEndpoint(t, script)
	b := &battlefield{t: t, p: p, endpoint: endpoint, chance: rand.New(rand.NewPCG(7, uint64(kills))), done: map[string]int{}}
	b.run = b.start(design...)
	for endpoint.Stats().Requests == 0 && !b.run.isOver() {
		time.Sleep(10 * time.Millisecond) // for the run to be on record; nothing is measured by it
	}
	b.workers = []*fighter{b.start("worker", "--workers", "4"), b.start("worker", "--workers", "4")}
	freezes := max(1, kills/50)
	for killed := 0; killed < kills; killed++ {
		time.Sleep(time.Duration(300+b.chance.IntN(900)) * time.Millisecond) // chance, not a thing waited for
		if i := b.chance.IntN(3); i == 2 {
			b.kill(b.run, "the process that began the run")
			b.run = b.start("run", "--resume", "last", "--json", "--workers", "4")
		} else {
			b.kill(b.workers[i], "a worker")
			b.workers[i] = b.start("worker", "--workers", "4")
		}
		if killed%max(1, kills/freezes) == kills/freezes/2 {
			b.freeze(b.workers[b.chance.IntN(2)])
		}
	}
	for _, w := range b.workers {
		_ = w.cmd.Process.Signal(os.Interrupt)
		<-w.ended
	}
	<-b.run.ended
	p.run("run", "--resume", "last", "--json", "--tries", "1000") // the one command
	b.verdict(want)
}

// verdict looks at what is there afterwards, and prints the table.
func (b *battlefield) verdict(want record) {
	b.t.Helper()
	got := records(b.t, b.p.must("runs", "--json"))[0]
	doubled := 0
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
	var table strings.Builder
	for what, n := range b.done {
		fmt.Fprintf(&table, "| %s | %d |\n", what, n)
	}
	fmt.Fprintf(&table, "| episodes | %v |\n| parked | %v |\n| turns out of place | %d |\n| calls of models | %d |\n| repeated | %d |\n| in flight at the kills | %d |\n| digest as undisturbed | %t |\n",
		got["episodes"], got["parked"], doubled, stats.Requests, repeated, b.inFlight, got["digest"] == want["digest"])
	b.t.Logf("\n%s", table.String())
	if doubled > 0 || got["digest"] != want["digest"] || want["digest"] == "" || repeated > b.inFlight {
		b.t.Errorf("this must not be; the run's process said %q", b.run.said.String())
	}
}
