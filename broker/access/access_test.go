package access_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/access"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/episodelog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/broker/workqueue"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const ns = "vignette"

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// guarded is a server with TLS on which everybody has the rights of their credentials.
type guarded struct {
	t         *testing.T
	dir, url  string
	violation map[*nats.Conn]chan error
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "auth")
	if _, err := access.Create(access.Order{Dir: dir, Namespace: ns, Hosts: []string{"127.0.0.1"}, Valid: time.Hour, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	tls := func(name string) string { return filepath.Join(dir, "tls", name) }
	m, err := broker.OpenMember(testContext(t), broker.MemberConfig{
		Dir: t.TempDir(), Name: "a", Listen: "127.0.0.1:0", Auth: filepath.Join(dir, access.ServerFile),
		Cert: tls("server.pem"), Key: tls("server-key.pem"), CA: tls("ca.pem"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &guarded{t: t, dir: dir, url: m.URL(), violation: map[*nats.Conn]chan error{}}
}

// as connects with somebody's credentials.
func (g *guarded) as(file string) *nats.Conn {
	g.t.Helper()
	b, err := broker.Open(testContext(g.t), broker.Config{
		URL: g.url, Credentials: filepath.Join(g.dir, file), CA: filepath.Join(g.dir, "tls", "ca.pem"),
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = b.Close(context.Background()) })
	refused := make(chan error, 100)
	nc, err := b.Connect(testContext(g.t), file, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
	if err != nil {
		g.t.Fatal(err)
	}
	g.violation[nc] = refused
	return nc
}

// wantRefused does something that the server must refuse, and waits for its refusal.
func (g *guarded) wantRefused(nc *nats.Conn, what string, do func() error) {
	g.t.Helper()
	if err := do(); err != nil {
		g.t.Fatalf("%s: %v", what, err)
	}
	if err := nc.Flush(); err != nil {
		g.t.Fatal(err)
	}
	select {
	case err := <-g.violation[nc]:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			g.t.Errorf("%s: %v", what, err)
		}
	case <-time.After(10 * time.Second):
		g.t.Errorf("%s was not refused", what)
	}
}

type echo struct {
	pb.UnimplementedTestServiceServer
}

func (echo) UnaryCall(_ context.Context, r *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{Payload: r.GetPayload()}, nil
}

func serve(t *testing.T, nc *nats.Conn, name string) {
	t.Helper()
	srv, err := natsrpc.NewServer(nc, ns, name, natsrpc.WithDiscovery("1.0.0", "echo"))
	if err != nil {
		t.Fatal(err)
	}
	pb.RegisterTestServiceServer(grpc.ServiceRegistrar(srv), echo{})
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
}

func call(t *testing.T, nc *nats.Conn, name string) error {
	t.Helper()
	client, err := natsrpc.NewClient(nc, ns, name, natsrpc.WithHeartbeat(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	_, err = pb.NewTestServiceClient(client).UnaryCall(testContext(t), &pb.SimpleRequest{})
	return err
}

// Two agents, each with credentials of its own, on a server that the engine has written to: each serves its own subjects, and what it
// tries beyond is refused, by the server.
func TestAgentsAreKeptApart(t *testing.T) {
	g := newGuarded(t)
	ctx := testContext(t)
	for _, name := range []string{"alice", "bob"} {
		file, err := access.Add(g.dir, access.Agent, name)
		if err != nil || filepath.Base(file) != "agent-"+name+".creds" {
			t.Fatal(file, err)
		}
	}
	engine, alice, bob := g.as("engine.creds"), g.as("agent-alice.creds"), g.as("agent-bob.creds")
	log, err := episodelog.Open(ctx, engine, episodelog.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.Append(ctx, "r", "e", &vignettev1.EpisodeEvent{SchemaVersion: 1, Id: "e1"}, 0); err != nil {
		t.Fatal(err)
	}
	serve(t, alice, "alice")
	serve(t, bob, "bob")
	for _, name := range []string{"alice", "bob"} {
		if err := call(t, engine, name); err != nil {
			t.Errorf("the engine calls %s: %v", name, err)
		}
	}
	overheard := make(chan *nats.Msg, 100)
	for _, subject := range []string{
		ns + ".rpc.bob.>", ns + ".rpc.*.>", ns + ".call.bob.>", "_INBOX_engine.>", "_INBOX_agent-bob.>", ns + ".log.>", ns + ".calls.>", ns + ".answers.>",
		ns + ".work.>", "$KV." + ns + "-orders.>", "$JS.>", "$SYS.>", ">",
	} {
		g.wantRefused(alice, "listen to "+subject, func() error { _, err := alice.ChanSubscribe(subject, overheard); return err })
	}
	for _, subject := range []string{
		ns + ".rpc.bob.grpc.testing.TestService.UnaryCall", ns + ".log.r.e.play", ns + ".log.r.manifest", ns + ".calls.r.e", ns + ".answers.00",
		ns + ".work.r.0", ns + ".rested.r", "$KV." + ns + "-orders.order.r", "_INBOX_engine.x",
		"$JS.API.STREAM.INFO." + ns + "-log", "$JS.API.STREAM.MSG.GET." + ns + "-log", "$JS.API.DIRECT.GET." + ns + "-log",
		"$JS.API.DIRECT.GET." + ns + "-log." + ns + ".log.r.e.play", "$JS.API.CONSUMER.CREATE." + ns + "-log", "$JS.API.STREAM.NAMES",
		"$JS.API.STREAM.PURGE." + ns + "-log", "$JS.API.STREAM.CREATE.mine", "$SRV.PING",
	} {
		g.wantRefused(alice, "ask or tell "+subject, func() error { return alice.Publish(subject, nil) })
	}
	if err := call(t, engine, "bob"); err != nil {
		t.Error(err)
	}
	if n := len(overheard); n > 0 {
		t.Errorf("alice overheard %d messages", n)
	}
}

// The other parties can do what they are for, and not what they are not.
func TestPartiesCanWork(t *testing.T) {
	g := newGuarded(t)
	ctx := testContext(t)
	engine := g.as("engine.creds")
	log, err := episodelog.Open(ctx, engine, episodelog.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := calllog.Open(ctx, engine, calllog.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	queue, err := workqueue.Open(ctx, engine, workqueue.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := log.WriteManifest(ctx, &vignettev1.Manifest{SchemaVersion: 1, Run: "r"}); err != nil {
		t.Error(err)
	}
	if _, keepErr, bookErr := calls.Enter(ctx, "00", &vignettev1.ModelAnswer{SchemaVersion: 1}, &vignettev1.ModelCall{SchemaVersion: 1}); keepErr != nil || bookErr != nil {
		t.Error(keepErr, bookErr)
	}
	stop, err := calls.Watch("r", func(*vignettev1.ModelCall) {})
	if err != nil {
		t.Error(err)
	} else if err := stop(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(queue.SetOrder(ctx, &vignettev1.WorkOrder{Run: "r"}), queue.Add(ctx, "r", &vignettev1.WorkItem{Place: 1})); err != nil {
		t.Fatal(err)
	}
	orders, err := queue.Orders(ctx)
	if err != nil || len(orders) != 1 {
		t.Errorf("orders %v, %v", orders, err)
	}
	item, err := queue.Take(ctx, "r")
	if err != nil || item == nil {
		t.Fatal(item, err)
	}
	if err := errors.Join(item.Done(ctx), queue.Close(ctx, "r")); err != nil {
		t.Error(err)
	}

	reader := g.as("reader.creds")
	seen, err := episodelog.Open(ctx, reader, episodelog.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := seen.Manifest(ctx, "r"); err != nil || m.GetRun() != "r" {
		t.Error(m, err)
	}
	watched, err := workqueue.Open(ctx, reader, workqueue.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watched.ParkedCounts(ctx); err != nil {
		t.Error(err)
	}
	for _, subject := range []string{ns + ".log.r.manifest", ns + ".rpc.x.y.Z", "$JS.API.STREAM.PURGE." + ns + "-log", "$KV." + ns + "-orders.order.r"} {
		g.wantRefused(reader, "tell "+subject, func() error { return reader.Publish(subject, nil) })
	}
	for _, subject := range []string{"$JS.API.STREAM.PURGE." + ns + "-log", "$JS.API.STREAM.DELETE." + ns + "-log", "$JS.API.STREAM.MSG.DELETE." + ns + "-log"} {
		g.wantRefused(engine, "tell "+subject, func() error { return engine.Publish(subject, nil) })
	}
	owned, err := episodelog.Open(ctx, g.as("owner.creds"), episodelog.Config{Namespace: ns})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := owned.EraseRun(ctx, "r", &vignettev1.Tombstone{}, false); err != nil || n == 0 {
		t.Errorf("the owner erased %d, %v", n, err)
	}
}

// An agent that asks others may ask those.
func TestAgentThatCalls(t *testing.T) {
	g := newGuarded(t)
	for name, calls := range map[string][]string{"asks": {"models"}, "models": nil, "other": nil} {
		if _, err := access.Add(g.dir, access.Agent, name, calls...); err != nil {
			t.Fatal(err)
		}
	}
	serve(t, g.as("agent-models.creds"), "models")
	serve(t, g.as("agent-other.creds"), "other")
	asks := g.as("agent-asks.creds")
	if err := call(t, asks, "models"); err != nil {
		t.Error(err)
	}
	if err := call(t, asks, "other"); err == nil {
		t.Error("it asked somebody else")
	}
}

// What is written is for its user alone, and nothing is overwritten.
func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "auth")
	order := access.Order{Dir: dir, Namespace: ns, Hosts: []string{"a.example", "10.0.0.1"}, Valid: time.Hour, Now: time.Now()}
	written, err := access.Create(order)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		want := fs.FileMode(0o700)
		if !entry.IsDir() {
			want = 0o600
			found++
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		return err
	})
	if err != nil || found != len(written) {
		t.Errorf("%d files, told of %d, %v", found, len(written), err)
	}
	before, err := os.ReadFile(filepath.Join(dir, access.ServerFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := access.Create(order); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("made anew: %v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, access.ServerFile)); err != nil || string(after) != string(before) {
		t.Error("the servers' file has changed", err)
	}
	for want, do := range map[string]func() error{
		"holds no keys":     func() error { _, err := access.Add(t.TempDir(), access.Agent, "x"); return err },
		"an agent has a":    func() error { _, err := access.Add(dir, access.Agent, ""); return err },
		"there is no party": func() error { _, err := access.Add(dir, "king", ""); return err },
		"there already":     func() error { _, err := access.Add(dir, access.Reader, ""); return err },
		"no host is named":  func() error { _, err := access.Create(access.Order{Dir: t.TempDir(), Namespace: ns}); return err },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
