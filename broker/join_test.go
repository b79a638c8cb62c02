package broker_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/broker"
)

// Roles that this test binary takes as a process of its own; each ends when its stdin closes.
const (
	roleVariable = "VIGNETTE_TEST_ROLE"
	dirVariable  = "VIGNETTE_TEST_DIR"

	roleOwner  = "owner"  // opens the directory
	roleJoiner = "joiner" // opens or joins it
	roleEcho   = "echo"   // joins it and answers on subject "echo" with its process id
)

// play is what a process does in its role: it prints one line when it is there.
func play(role, dir string) error {
	ctx := context.Background()
	b, err := broker.Open(ctx, broker.Config{Dir: dir, Join: role != roleOwner})
	if err != nil {
		return err
	}
	if role == roleEcho {
		if _, err := b.Conn().Subscribe("echo", func(m *nats.Msg) { _ = m.Respond(fmt.Append(nil, os.Getpid())) }); err != nil {
			return err
		}
		if err := b.Conn().Flush(); err != nil {
			return err
		}
	}
	fmt.Println("open", b.Owner())
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	return b.Close(ctx)
}

// process is this test binary in a role.
type process struct {
	*exec.Cmd
	stdin  io.Closer
	stdout *bufio.Reader
}

func launch(t *testing.T, role, dir string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	stdin, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// line is what the process says when it is there.
func (p *process) line(t *testing.T) string {
	t.Helper()
	line, err := p.stdout.ReadString('\n')
	if err != nil {
		t.Fatalf("process %d said %q: %v", p.Process.Pid, line, err)
	}
	return strings.TrimSpace(line)
}

// kill ends the process as kill -9 does. A second time does nothing.
func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
}

// leave lets the process close what it has open.
func (p *process) leave(t *testing.T) {
	t.Helper()
	_ = p.stdin.Close()
	if err := p.Wait(); err != nil {
		t.Errorf("process %d: %v", p.Process.Pid, err)
	}
}

// endpoint is the file as others read it.
type endpoint struct {
	PID        int
	URL, Token string
}

func readEndpoint(t *testing.T, dir string) (e endpoint) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "endpoint"))
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func writeEndpoint(t *testing.T, dir string, e endpoint) {
	t.Helper()
	text := fmt.Appendf(nil, `{"pid":%d,"url":%q,"token":%q}`, e.PID, e.URL, e.Token)
	if err := os.WriteFile(filepath.Join(dir, "endpoint"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request until somebody answers: a process that lost its connection needs a moment to come back.
func ask(t *testing.T, b *broker.Broker, subject string) string {
	t.Helper()
	ctx := testContext(t)
	for {
		m, err := b.Conn().RequestWithContext(ctx, subject, nil)
		if err == nil {
			return string(m.Data)
		}
		if ctx.Err() != nil {
			t.Fatalf("ask on %s: %v", subject, err)
		}
	}
}

func TestJoinerReachesOwner(t *testing.T) {
	dir := t.TempDir()
	owner := open(t, broker.Config{Dir: dir, Join: true})
	if !owner.Owner() || !owner.Embedded() {
		t.Error("the first to open is not the owner")
	}
	other := launch(t, roleEcho, dir)
	if line := other.line(t); line != "open false" {
		t.Fatalf("the other process says %q", line)
	}
	joined := open(t, broker.Config{Dir: dir, Join: true})
	if joined.Owner() || !joined.Embedded() || joined.Dir() != dir || joined.URL() != owner.URL() {
		t.Errorf("owner %v, embedded %v, dir %q", joined.Owner(), joined.Embedded(), joined.Dir())
	}
	for _, b := range []*broker.Broker{owner, joined} {
		if got, want := ask(t, b, "echo"), fmt.Sprint(other.Process.Pid); got != want {
			t.Errorf("process %s answers, want %s", got, want)
		}
	}
	other.leave(t)
	closeBroker(t, joined)
	if !owner.Conn().IsConnected() {
		t.Error("the owner closed with a joiner")
	}
}

func TestEndpointIsPrivate(t *testing.T) {
	dir := t.TempDir()
	// What lies there already, readable for everybody, must not lend its mode.
	for _, name := range []string{"endpoint", "endpoint.new", "owner.pid.new"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{}"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	first := open(t, broker.Config{Dir: dir})
	info, err := os.Stat(filepath.Join(dir, "endpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	e := readEndpoint(t, dir)
	host, _, err := net.SplitHostPort(strings.TrimPrefix(e.URL, "nats://"))
	if err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("listens on %s", e.URL)
	}
	if len(e.Token) < 20 || strings.Contains(e.URL, e.Token) {
		t.Errorf("%+v", e)
	}
	if nc, err := nats.Connect(e.URL); !errors.Is(err, nats.ErrAuthorization) {
		nc.Close()
		t.Errorf("without a token: %v", err)
	}
	closeBroker(t, first)
	if _, err := os.Stat(filepath.Join(dir, "endpoint")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close: %v", err)
	}
	open(t, broker.Config{Dir: dir})
	if again := readEndpoint(t, dir); again.Token == e.Token {
		t.Error("the token is the same after a restart")
	}
}

// The owner is killed: its endpoint stays behind, and whoever opens next is the owner.
func TestKilledOwnerIsSucceeded(t *testing.T) {
	dir := t.TempDir()
	owner := launch(t, roleOwner, dir)
	if line := owner.line(t); line != "open true" {
		t.Fatalf("the owner says %q", line)
	}
	// A process that joined outlives the owner and finds its successor.
	survivor := launch(t, roleEcho, dir)
	if line := survivor.line(t); line != "open false" {
		t.Fatalf("the joiner says %q", line)
	}
	stale := readEndpoint(t, dir)
	owner.kill()
	if left := readEndpoint(t, dir); left != stale {
		t.Fatalf("%+v should have stayed", stale)
	}
	successor := open(t, broker.Config{Dir: dir, Join: true})
	if !successor.Owner() {
		t.Fatal("a killed owner was joined")
	}
	if fresh := readEndpoint(t, dir); fresh.PID != os.Getpid() || fresh.Token == stale.Token {
		t.Errorf("endpoint %+v after %+v", fresh, stale)
	}
	if got, want := ask(t, successor, "echo"), fmt.Sprint(survivor.Process.Pid); got != want {
		t.Errorf("process %s answers, want %s", got, want)
	}
}

// Many processes open a directory at once: one owns it, the others join.
func TestOneOwnerAmongMany(t *testing.T) {
	dir := t.TempDir()
	var all []*process
	for range 4 {
		all = append(all, launch(t, roleJoiner, dir))
	}
	owners := 0
	for _, p := range all {
		if p.line(t) == "open true" {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("%d owners", owners)
	}
}

// While the directory is held by an owner that is not reachable (yet), a joiner waits, and does not take a file that a
// former owner left behind.
func TestJoinerWaitsForEndpoint(t *testing.T) {
	dir := t.TempDir()
	owner := open(t, broker.Config{Dir: dir})
	good := readEndpoint(t, dir)
	dead := launch(t, roleOwner, t.TempDir())
	dead.line(t)
	dead.kill()
	for name, e := range map[string]endpoint{
		"other process": {PID: os.Getppid(), URL: good.URL, Token: good.Token},
		"dead process":  {PID: dead.Process.Pid, URL: good.URL, Token: good.Token},
		"other token":   {PID: good.PID, URL: good.URL, Token: "old"},
		"closed port":   {PID: good.PID, URL: "nats://127.0.0.1:1", Token: good.Token},
		"not loopback":  {PID: good.PID, URL: "nats://192.0.2.1:4222", Token: good.Token},
	} {
		t.Run(name, func(t *testing.T) {
			writeEndpoint(t, dir, e)
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			defer cancel()
			_, err := broker.Open(ctx, broker.Config{Dir: dir, Join: true})
			var inUse *broker.InUseError
			if !errors.As(err, &inUse) || inUse.Err == nil || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("joined through a bad endpoint, or: %v", err)
			}
			if strings.Contains(err.Error(), good.Token) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error: %q", err)
			}
		})
	}
	writeEndpoint(t, dir, endpoint{PID: good.PID, URL: "nats://127.0.0.1:1", Token: good.Token})
	joined := make(chan error, 1)
	go func() {
		b, err := broker.Open(testContext(t), broker.Config{Dir: dir, Join: true})
		if err == nil {
			err = errors.Join(b.Close(context.Background()))
		}
		joined <- err
	}()
	writeEndpoint(t, dir, good)
	if err := <-joined; err != nil {
		t.Error(err)
	}
	closeBroker(t, owner)
}
