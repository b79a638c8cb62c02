package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// process is a command that goes on until it is interrupted.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	launch  record // its first line
	scanner *bufio.Scanner
	stderr  bytes.Buffer
	ended   bool
}

// start starts a command with --json and returns when it has written its launch record.
func (p *program) start(args ...string) *process {
	p.t.Helper()
	c := &process{t: p.t, cmd: p.command(args...)}
	c.cmd.Stderr = &c.stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if !c.ended {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
	})
	c.scanner = bufio.NewScanner(out)
	c.scanner.Buffer(nil, 16<<20)
	c.launch = c.next()
	if c.launch["type"] != "launch" {
		_ = c.cmd.Wait()
		c.ended = true
		p.t.Fatalf("vignette %s: first record %v\n%s", strings.Join(args, " "), c.launch, c.stderr.String())
	}
	return c
}

// next is the next record it writes, nil at its end.
func (c *process) next() record {
	c.t.Helper()
	if !c.scanner.Scan() {
		return nil
	}
	var r record
	if err := json.Unmarshal(c.scanner.Bytes(), &r); err != nil {
		c.t.Fatalf("not a line of JSON: %v\n%s", err, c.scanner.Text())
	}
	return r
}

// wait reads to the end and returns the exit code.
func (c *process) wait() int {
	for c.scanner.Scan() {
	}
	_ = c.cmd.Wait()
	c.ended = true
	return c.cmd.ProcessState.ExitCode()
}

// interrupt is Ctrl-C.
func (c *process) interrupt() int {
	c.t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		c.t.Fatal(err)
	}
	return c.wait()
}

// intake plays the library's intake with another counselor and returns its done record.
func (p *program) intake(counselor string, args ...string) record {
	p.t.Helper()
	all := records(p.t, p.must(append([]string{"run", "cbt-intake", "--json", "--vary", "counselor.agent=" + counselor}, args...)...))
	return all[len(all)-1]
}

// counselors are the agents that played the counselor in the newest run.
func (p *program) counselors(args ...string) map[string]int {
	p.t.Helper()
	agents := map[string]int{}
	for _, episode := range records(p.t, p.must(append([]string{"export", "last"}, args...)...)) {
		for _, role := range episode["roles"].([]any) {
			if r := role.(map[string]any); r["id"] == "counselor" {
				agents[r["agent"].(string)]++
			}
		}
	}
	return agents
}

func allOK(t *testing.T, done record) {
	t.Helper()
	counts := done["episodes"].(map[string]any)
	if counts["ok"] != counts["total"] || counts["total"] == 0.0 {
		t.Errorf("episodes %v, want all ok", counts)
	}
}

// An agent of any name serves runs in other processes, whoever of them came first, and ends in peace.
func TestAgentServesOtherProcesses(t *testing.T) {
	t.Parallel()
	const name = "Zoë's counselor.v2 *"
	for _, tc := range []struct {
		who   string
		first []string // owns the data directory; none: the agent does
	}{
		{"the agent came first", nil},
		{"the agent joined", []string{"serve", "--json", "--grpc", "127.0.0.1:0", "--web", "none"}},
	} {
		t.Run(tc.who, func(t *testing.T) {
			p := newProgram(t)
			if tc.first != nil {
				owner := p.start(tc.first...)
				defer func() {
					if code := owner.interrupt(); code != exitDone {
						t.Errorf("the owner ended with %d: %s", code, owner.stderr.String())
					}
				}()
			}
			agent := p.start("agent", "counselor", "--name", name, "--json")
			if agent.launch["agent"] != name || agent.launch["serves"] != "counselor" || agent.launch["data"] != filepath.Join(p.dir, ".vignette") {
				t.Errorf("launched %v", agent.launch)
			}
			allOK(t, p.intake(name))
			if got := p.counselors(); got[name] != 1 || len(got) != 1 {
				t.Errorf("the counselor was played by %v", got)
			}
			if code := agent.interrupt(); code != exitDone {
				t.Errorf("the agent ended with %d: %s", code, agent.stderr.String())
			}
			if _, stderr, code := p.run("run", "cbt-intake", "--vary", "counselor.agent="+name); code != exitFailed || !strings.Contains(stderr, "nobody serves that name") {
				t.Errorf("without the agent: exit %d: %s", code, stderr)
			}
		})
	}
}

// When the process that owns the data directory ends, an agent that had joined it goes on: the next command finds it.
func TestAgentOutlivesTheOwner(t *testing.T) {
	p := newProgram(t)
	owner := p.start("run", "--json", "--repeats", "2000")
	agent := p.start("agent", "counselor", "--name", "steady", "--json", "--grpc", "127.0.0.1:0")
	if code := owner.interrupt(); code != exitFailed {
		t.Errorf("the owner ended with %d: %s", code, owner.stderr.String())
	}
	// It needs a moment to see that it is alone, and may find the directory taken by the very run that looks for it.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		_, stderr, code := p.run("run", "cbt-intake", "--vary", "counselor.agent=steady")
		if code == exitDone {
			break
		}
		if ctx.Err() != nil || !strings.Contains(stderr, "nobody serves that name") {
			t.Fatalf("exit %d: %s", code, stderr)
		}
	}
	// The run may have owned the directory, and left the agent alone a second time: then the port is closed for a moment.
	conn := dial(t, agent.launch["grpc"].(string))
	if _, err := vignettev1.NewAgentServiceClient(conn).Describe(ctx, &vignettev1.AgentServiceDescribeRequest{}, grpc.WaitForReady(true)); err != nil {
		t.Errorf("its port, once told, does not open again: %v", err)
	}
	if code := agent.interrupt(); code != exitDone {
		t.Errorf("the agent ended with %d: %s", code, agent.stderr.String())
	}
}

// Of two replicas one may leave in the middle of a run; it finishes its calls, and the run loses nothing.
func TestReplicaLeaves(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	stays := p.start("agent", "counselor", "--name", "twin", "--json")
	leaves := p.start("agent", "counselor", "--name", "twin", "--json")
	run := p.start("run", "cbt-intake", "--json", "--repeats", "40", "--vary", "counselor.agent=twin")
	if first := run.next(); first["type"] != "episode" {
		t.Fatalf("the run tells %v", first)
	}
	if code := leaves.interrupt(); code != exitDone {
		t.Errorf("the replica that left ended with %d: %s", code, leaves.stderr.String())
	}
	if code := run.wait(); code != exitDone {
		t.Errorf("the run ended with %d: %s", code, run.stderr.String())
	}
	if code := stays.interrupt(); code != exitDone {
		t.Errorf("the replica that stayed ended with %d: %s", code, stays.stderr.String())
	}
}

// An agent served as plain gRPC plays a whole episode through a bridge. When it dies, the bridge says so.
func TestBridge(t *testing.T) {
	p := newProgram(t)
	elsewhere := newProgram(t) // another data directory: it shares nothing with us but a port
	backend := elsewhere.start("agent", "counselor", "--name", "inner", "--json", "--grpc", "127.0.0.1:0")
	url := "grpc://" + backend.launch["grpc"].(string)
	bridge := p.start("agent", "--bridge", url, "--name", "bridged", "--json")
	if bridge.launch["bridge"] != url || bridge.launch["serves"] != "vignette.v1.AgentService" {
		t.Errorf("launched %v", bridge.launch)
	}
	direct := p.intake("builtin-counselor")
	through := p.intake("bridged")
	allOK(t, through)
	if got := p.counselors(); got["bridged"] != 1 || len(got) != 1 {
		t.Errorf("the counselor was played by %v", got)
	}
	if direct["turns"] != through["turns"] {
		t.Errorf("%v turns through the bridge, %v without", through["turns"], direct["turns"])
	}
	if code := backend.interrupt(); code != exitDone {
		t.Errorf("the backend ended with %d: %s", code, backend.stderr.String())
	}
	if _, stderr, code := p.run("run", "cbt-intake", "--vary", "counselor.agent=bridged"); code != exitFailed || !strings.Contains(stderr, "connection refused") {
		t.Errorf("with a bridge to nowhere: exit %d: %s", code, stderr)
	}
	if code := bridge.interrupt(); code != exitDone {
		t.Errorf("the bridge ended with %d: %s", code, bridge.stderr.String())
	}
}

func dial(t *testing.T, address string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// Beyond the loopback interface an agent is served to those who have the token.
func TestAgentOverGRPC(t *testing.T) {
	p := newProgram(t)
	if _, stderr, code := p.run("agent", "emotion", "--name", "judge", "--grpc", "0.0.0.0:0"); code != exitFailed || !strings.Contains(stderr, "--grpc-token-file") {
		t.Errorf("without a token: exit %d: %s", code, stderr)
	}
	if err := os.WriteFile(filepath.Join(p.dir, "token"), []byte("a token of thirty-two characters\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	agent := p.start("agent", "emotion", "--name", "judge", "--json", "--grpc", "0.0.0.0:0", "--grpc-token-file", "token")
	_, port, _ := strings.Cut(agent.launch["grpc"].(string), "]:")
	if port == "" {
		_, port, _ = strings.Cut(agent.launch["grpc"].(string), ":")
	}
	client := vignettev1.NewEvaluatorServiceClient(dial(t, "127.0.0.1:"+port))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := client.Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a call without the token: %v, want Unauthenticated", err)
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer a token of thirty-two characters")
	if got, err := client.Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{}); err != nil || got.GetDescription().GetName() != "judge" {
		t.Errorf("a call with the token: %v, %v", got, err)
	}
	if code := agent.interrupt(); code != exitDone {
		t.Errorf("exit %d: %s", code, agent.stderr.String())
	}
}

// The engine plays what it is asked to over gRPC; other commands see the run; Ctrl-C finishes what is in flight.
func TestServe(t *testing.T) {
	p := newProgram(t)
	engine := p.start("serve", "--json", "--grpc", "127.0.0.1:0", "--web", "none")
	client := vignettev1.NewRunServiceClient(dial(t, engine.launch["grpc"].(string)))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	leave, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	stream, err := client.StartRun(ctx, &vignettev1.StartRunRequest{Scenarios: []*vignettev1.Scenario{leave}, Repeats: 2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var done *vignettev1.RunStatus
	for {
		update, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		done = update.GetDone()
	}
	all := records(t, p.must("run", "ask-for-leave", "--repeats", "2", "--json"))
	if digest := all[len(all)-1]["digest"]; done.GetDigest() == "" || digest != done.GetDigest() {
		t.Errorf("digest %q over gRPC, %q from the command", done.GetDigest(), digest)
	}
	if listed, err := client.ListRuns(ctx, &vignettev1.ListRunsRequest{}); err != nil || len(listed.GetRuns()) != 2 {
		t.Errorf("ListRuns = %v, %v; want both", listed, err)
	}

	if stream, err = client.StartRun(ctx, &vignettev1.StartRunRequest{Scenarios: []*vignettev1.Scenario{leave}, Repeats: 5000}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := engine.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for done = nil; done == nil; {
		update, err := stream.Recv()
		if err != nil {
			t.Fatalf("the stream of an interrupted run ends with %v", err)
		}
		done = update.GetDone()
	}
	if code := engine.wait(); code != exitDone || done.GetUnfinished() == 0 {
		t.Errorf("exit %d with %v: %s", code, done, engine.stderr.String())
	}
	for _, episode := range records(t, p.must("export", "last")) {
		if phase := episode["phase"]; phase != "completed" && phase != "planned" {
			t.Errorf("episode %v was left %v", episode["episode"], phase)
		}
	}
}

// On a cluster everything works as on a data directory, and there is no data directory.
func TestCluster(t *testing.T) {
	cluster, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, JetStream: true, StoreDir: t.TempDir(), Username: "me", Password: "a secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	cluster.Start()
	defer func() {
		cluster.Shutdown()
		cluster.WaitForShutdown()
	}()
	if !cluster.ReadyForConnections(30 * time.Second) {
		t.Fatal("the cluster does not start")
	}
	p := newProgram(t)
	url := "nats://me:a%20secret@" + cluster.Addr().String()
	agent := p.start("agent", "counselor", "--name", "far", "--json", "--nats", url)
	if agent.launch["data"] != nil {
		t.Errorf("launched %v; there is no data directory on a cluster", agent.launch)
	}
	allOK(t, p.intake("far", "--nats", url))
	if got := p.counselors("--nats", url); got["far"] != 1 {
		t.Errorf("the counselor was played by %v", got)
	}
	if code := agent.interrupt(); code != exitDone {
		t.Errorf("exit %d: %s", code, agent.stderr.String())
	}
	wrong := strings.Replace(url, "secret", "guess", 1)
	if _, stderr, code := p.run("runs", "--nats", wrong); code != exitFailed || strings.Contains(stderr, "guess") {
		t.Errorf("with a wrong password: exit %d: %s", code, stderr)
	}
	if entries, err := os.ReadDir(p.dir); err != nil || len(entries) > 0 {
		t.Errorf("the commands left %v, %v", entries, err)
	}
}

func TestAgentMistakes(t *testing.T) {
	p := newProgram(t)
	for _, tc := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"agent"}, exitUsage, "--name is missing"},
		{[]string{"agent", "--name", "a"}, exitUsage, "or --bridge URL"},
		{[]string{"agent", "--name", "a", "therapist"}, exitUsage, "counselor"},
		{[]string{"agent", "--name", "a", "client", "--bridge", "grpc://127.0.0.1:1"}, exitUsage, "leave"},
		{[]string{"agent", "--name", "a", "--bridge", "http://127.0.0.1:1"}, exitFailed, "grpc://host:port"},
		{[]string{"agent", "--name", "a", "client", "--grpc", ":0"}, exitFailed, "open to anybody"},
		{[]string{"serve", "--grpc", ":0"}, exitFailed, "open to anybody"},
		{[]string{"serve", "--grpc-token-file", "gone"}, exitFailed, "gone"},
		{[]string{"runs", "--nats-creds", "me.creds"}, exitFailed, "--nats"},
	} {
		_, stderr, code := p.run(tc.args...)
		if code != tc.code || !strings.Contains(stderr, tc.want) || strings.Count(stderr, "\n") > 2 {
			t.Errorf("vignette %s: exit %d, want %d with %q:\n%s", strings.Join(tc.args, " "), code, tc.code, tc.want, stderr)
		}
	}
}
