package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// onCluster starts three servers and returns a program whose commands use them.
func onCluster(t *testing.T) *program {
	t.Helper()
	p := newProgram(t)
	p.patience = longPatience
	convene(&battlefield{t: t, p: p}, "")
	return p
}

// The run, workers and agents are processes of their own on three servers, and the agents are replaced one after the other while it is
// played: the digest is that of one process on a directory.
func TestThreeServers(t *testing.T) {
	if testing.Short() {
		t.Skip("nine processes")
	}
	t.Parallel()
	const repeats = 24
	design := func(args ...string) []string {
		return append([]string{"run", "cbt-intake", "--json", "--repeats", strconv.Itoa(repeats), "--vary", "counselor.agent=my-counselor"}, args...)
	}
	alone := newProgram(t)
	helper := alone.start("agent", "counselor", "--name", "my-counselor", "--json")
	want := last(t, alone.must(design()...))
	helper.interrupt()

	p := onCluster(t)
	agent := func() *process { return p.start("agent", "counselor", "--name", "my-counselor", "--json") }
	agents := []*process{agent(), agent()}
	workers := []*process{p.start("worker", "--json"), p.start("worker", "--json")}
	run := p.start(design("--workers", "2")...)
	replaced := 0
	for told := 0; ; {
		r := run.next()
		if r == nil {
			t.Fatalf("the run ended: %s", run.stderr.String())
		}
		if r["type"] == "done" {
			if r["digest"] != want["digest"] || want["digest"] == "" {
				t.Errorf("digest %v on the cluster, %v in one process", r["digest"], want["digest"])
			}
			allOK(t, r)
			break
		}
		if told++; told%(repeats/4) == 0 { // a rolling restart: there is always one
			i := replaced % len(agents)
			fresh := agent()
			if code := agents[i].interrupt(); code != exitDone {
				t.Errorf("an agent ended with %d: %s", code, agents[i].stderr.String())
			}
			agents[i] = fresh
			replaced++
		}
	}
	if code := run.wait(); code != exitDone {
		t.Errorf("the run ended with %d: %s", code, run.stderr.String())
	}
	if replaced < 2 {
		t.Errorf("%d agents were replaced", replaced)
	}
	elsewhere := 0.0
	for _, w := range workers {
		if err := w.cmd.Process.Signal(interruptSignal); err != nil {
			t.Fatal(err)
		}
		for r := w.next(); r != nil; r = w.next() {
			if r["type"] == "done" {
				elsewhere += r["episodes"].(float64)
			}
		}
	}
	if elsewhere == 0 {
		t.Error("the workers played nothing")
	}
	if got := p.counselors(); got["my-counselor"] != repeats || len(got) != 1 {
		t.Errorf("the counselor was played by %v", got)
	}
}

// With keys and certificates that the command made: the engine plays with an agent that has rights of its own, a reader looks at it, and
// whoever has no keys, or those of an agent, is kept out.
func TestAuth(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.must("auth", "init", "keys", "--host", "127.0.0.1")
	if added := records(t, p.must("auth", "add", "keys", "--agent", "my-counselor", "--json")); added[0]["file"] != filepath.Join("keys", "agent-my-counselor.creds") {
		t.Errorf("added %v", added)
	}
	server := p.start("broker", "--name", "a", "--data", "a", "--listen", "127.0.0.1:0", "--auth", "keys/server.conf",
		"--tls-cert", "keys/tls/server.pem", "--tls-key", "keys/tls/server-key.pem", "--tls-ca", "keys/tls/ca.pem", "--json")
	url := server.launch["url"].(string)
	if !strings.HasPrefix(url, "tls://127.0.0.1:") {
		t.Fatalf("launched %v", server.launch)
	}
	with := func(creds string, args ...string) []string {
		return append(args, "--nats", url, "--nats-ca", "keys/tls/ca.pem", "--nats-creds", "keys/"+creds)
	}
	agent := p.start(with("agent-my-counselor.creds", "agent", "counselor", "--name", "my-counselor", "--json")...)
	allOK(t, last(t, p.must(with("engine.creds", "run", "cbt-intake", "--json", "--vary", "counselor.agent=my-counselor")...)))
	if got := records(t, p.must(with("reader.creds", "runs", "--json")...)); len(got) != 1 {
		t.Errorf("the reader sees %v", got)
	}
	if got := p.counselors(with("reader.creds")...); got["my-counselor"] != 1 {
		t.Errorf("the counselor was played by %v", got)
	}
	_, stderr, code := p.run("runs", "--nats", url, "--nats-ca", "keys/tls/ca.pem")
	oneError(t, "without keys", stderr, code, exitFailed, "authentication failed")
	_, stderr, code = p.run("runs", "--nats", url, "--nats-creds", "keys/reader.creds")
	oneError(t, "without the authority", stderr, code, exitFailed, "unknown authority")
	_, stderr, code = p.run(with("agent-my-counselor.creds", "runs")...)
	oneError(t, "an agent that reads", stderr, code, exitFailed, "log")
	_, stderr, code = p.run("auth", "init", "keys", "--host", "127.0.0.1")
	oneError(t, "over what is there", stderr, code, exitFailed, "is there already")
	_, stderr, code = p.run("broker", "--name", "b", "--data", "b", "--listen", "0.0.0.0:0")
	oneError(t, "open to everybody", stderr, code, exitFailed, "vignette auth")
	if code := agent.interrupt(); code != exitDone {
		t.Errorf("the agent ended with %d: %s", code, agent.stderr.String())
	}
	if code := server.interrupt(); code != exitDone {
		t.Errorf("the server ended with %d: %s", code, server.stderr.String())
	}
}
