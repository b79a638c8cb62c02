package broker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/broker"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role, os.Getenv(dirVariable)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func open(t *testing.T, cfg broker.Config) *broker.Broker {
	t.Helper()
	b, err := broker.Open(testContext(t), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBroker(t, b) })
	return b
}

func closeBroker(t *testing.T, b *broker.Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestOpenCreatesPrivateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	b := open(t, broker.Config{Dir: dir})
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v", info.Mode())
	}
	for _, name := range []string{"lock", "owner.pid", "endpoint"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if b.Dir() != dir || b.Namespace() != broker.DefaultNamespace || !b.Owner() || !b.Embedded() {
		t.Errorf("%q %q %q", b.Dir(), b.Namespace(), b.URL())
	}
	if got := b.Conn().MaxPayload(); got != broker.MaxPayload {
		t.Errorf("payload limit %d", got)
	}
}

func TestSecondOpenerIsTold(t *testing.T) {
	dir := t.TempDir()
	first := open(t, broker.Config{Dir: dir})
	_, err := broker.Open(testContext(t), broker.Config{Dir: dir})
	var inUse *broker.InUseError
	if !errors.As(err, &inUse) {
		t.Fatalf("second opener: %v", err)
	}
	if inUse.Dir != dir || inUse.PID != os.Getpid() {
		t.Errorf("%+v", inUse)
	}
	want := fmt.Sprintf("data directory %s is in use by process %d: stop that process, or choose another directory with --data", dir, os.Getpid())
	if err.Error() != want {
		t.Errorf("%q", err)
	}
	closeBroker(t, first)
	open(t, broker.Config{Dir: dir})
}

// Another process holds the directory; when it is killed its pid stays on disk and does not count.
func TestKilledOwnerLeavesDirectoryFree(t *testing.T) {
	dir := t.TempDir()
	owner := launch(t, roleOwner, dir)
	if line := owner.line(t); line != "open true" {
		t.Fatalf("the other process says %q", line)
	}
	_, err := broker.Open(testContext(t), broker.Config{Dir: dir})
	var inUse *broker.InUseError
	if !errors.As(err, &inUse) || inUse.PID != owner.Process.Pid {
		t.Errorf("while it lives: %v, want process %d", err, owner.Process.Pid)
	}
	owner.kill()
	if _, err := os.Stat(filepath.Join(dir, "owner.pid")); err != nil {
		t.Fatalf("the pid should have stayed: %v", err)
	}
	open(t, broker.Config{Dir: dir})
}

func TestUnwritableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := broker.Open(testContext(t), broker.Config{Dir: filepath.Join(file, "data")}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("below a file: %v", err)
	}
	if os.Geteuid() == 0 {
		t.Skip("everything is writable for root")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := broker.Open(testContext(t), broker.Config{Dir: dir})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "--data") {
		t.Errorf("read-only: %v", err)
	}
}

func TestBadConfig(t *testing.T) {
	dir := t.TempDir()
	for _, cfg := range []broker.Config{
		{}, {Dir: dir, Namespace: "a.b"}, {Dir: dir, Namespace: "*"}, {Dir: dir, InboxPrefix: "a.*"}, {Dir: dir, InboxPrefix: "a."},
		{Dir: dir, Credentials: "x"}, {Dir: dir, CA: "x"}, {URL: "nats://host", Cert: "x"}, {URL: "nats://host", Credentials: "x", NKey: "x"},
	} {
		if _, err := broker.Open(testContext(t), cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestTemporaryIsRemoved(t *testing.T) {
	b, err := broker.OpenTemporary(testContext(t), broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.Dir()); err != nil {
		t.Error(err)
	}
	closeBroker(t, b)
	closeBroker(t, b)
	if _, err := os.Stat(b.Dir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("still there: %v", err)
	}
	if _, err := b.Connect(testContext(t), "late"); err == nil {
		t.Error("connected to a closed broker")
	}
}

func TestConnectionsReachEachOther(t *testing.T) {
	b := open(t, broker.Config{Dir: t.TempDir()})
	ctx := testContext(t)
	if _, err := b.Conn().Subscribe("hello", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	if err := b.Conn().Flush(); err != nil {
		t.Fatal(err)
	}
	second, err := b.Connect(ctx, "second")
	if err != nil {
		t.Fatal(err)
	}
	remote, err := nats.Connect(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer remote.Close()
	for _, nc := range []*nats.Conn{second, remote} {
		if m, err := nc.RequestWithContext(ctx, "hello", []byte("x")); err != nil || string(m.Data) != "x" {
			t.Errorf("%v, %v", m, err)
		}
	}
	if !strings.Contains(b.URL(), "@127.0.0.1:") {
		t.Errorf("listens on %s", b.URL())
	}
	_, address, _ := strings.Cut(b.URL(), "@")
	if nc, err := nats.Connect("nats://" + address); !errors.Is(err, nats.ErrAuthorization) {
		nc.Close()
		t.Errorf("without a token: %v", err)
	}
}

func TestStoreOutlivesBroker(t *testing.T) {
	dir := t.TempDir()
	ctx := testContext(t)
	first := open(t, broker.Config{Dir: dir})
	js, err := jetstream.New(first.Conn())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "s", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(ctx, "s", []byte("kept")); err != nil {
		t.Fatal(err)
	}
	closeBroker(t, first)

	second := open(t, broker.Config{Dir: dir, SyncAlways: true})
	if js, err = jetstream.New(second.Conn()); err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(ctx, "s")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := stream.GetMsg(ctx, 1); err != nil || string(m.Data) != "kept" {
		t.Errorf("%v, %v", m, err)
	}
}

// lockedBuffer is a buffer that a logger of several goroutines may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestServerIsQuiet(t *testing.T) {
	for level, wantQuiet := range map[slog.Level]bool{slog.LevelInfo: true, slog.LevelDebug: false} {
		var out lockedBuffer
		logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level}))
		b := open(t, broker.Config{Dir: t.TempDir(), Logger: logger})
		closeBroker(t, b)
		if quiet := out.String() == ""; quiet != wantQuiet {
			t.Errorf("at level %v the log is:\n%s", level, out.String())
		}
	}
}

func TestCancelledOpen(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	if _, err := broker.Open(ctx, broker.Config{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Fatalf("opened under a cancelled context: %v", err)
	}
	open(t, broker.Config{Dir: dir}) // and nothing was left behind
}
