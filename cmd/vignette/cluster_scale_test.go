package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Thousands of episodes of four turns are played on three servers by the run and three workers, each a process of its own: the digest is
// that of one process on a directory. VIGNETTE_ALL=1 plays 5,000; docs/performance.md has what that took.
func TestThousandsOnThreeServers(t *testing.T) {
	if os.Getenv("VIGNETTE_ALL") == "" {
		t.Skip("minutes; VIGNETTE_ALL=1 plays them")
	}
	const repeats = 5000
	scenario, err := filepath.Abs("../../examples/scale/four-turns.yaml")
	if err != nil {
		t.Fatal(err)
	}
	design := []string{"run", scenario, "--json", "--repeats", strconv.Itoa(repeats)}
	alone := newProgram(t)
	alone.patience = longPatience
	begun := time.Now()
	want := last(t, alone.must(design...))
	allOK(t, want)
	t.Logf("one process on a directory: %s", time.Since(begun).Round(time.Second))

	p := onCluster(t)
	var workers []*process
	ended := make(chan int, 3)
	for range cap(ended) {
		w := p.start("worker", "--json")
		workers = append(workers, w)
		go func() { // What it says has to be read, or it waits.
			n := 0
			for w.scanner.Scan() {
				n++
			}
			ended <- n - 1 // the last is its done record
		}()
	}
	begun = time.Now()
	run := p.start(design...)
	var done record
	for r := run.next(); r != nil; r = run.next() {
		done = r
	}
	took := time.Since(begun)
	if code := run.wait(); code != exitDone {
		t.Fatalf("the run ended with %d: %s", code, run.stderr.String())
	}
	allOK(t, done)
	if done["digest"] != want["digest"] || want["digest"] == "" {
		t.Errorf("digest %v on the cluster, %v in one process", done["digest"], want["digest"])
	}
	elsewhere := []int{}
	cpu := run.cmd.ProcessState.UserTime() + run.cmd.ProcessState.SystemTime()
	for _, w := range workers {
		if err := w.cmd.Process.Signal(interruptSignal); err != nil {
			t.Fatal(err)
		}
	}
	for range workers {
		n := <-ended
		if elsewhere = append(elsewhere, n); n == 0 {
			t.Error("a worker played nothing")
		}
	}
	for _, w := range workers {
		if code := w.wait(); code != exitDone {
			t.Errorf("a worker ended with %d: %s", code, w.stderr.String())
		}
		cpu += w.cmd.ProcessState.UserTime() + w.cmd.ProcessState.SystemTime()
	}
	t.Logf("%d episodes on three servers in %s; the workers played %v; CPU of the run and the workers %s; digest %v",
		repeats, took.Round(time.Second), elsewhere, cpu.Round(time.Second), done["digest"])
}
