package episodelog_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/broker/episodelog"
)

// The rights that docs/wire.md gives each kind of party, for the subjects of the log.
func TestRights(t *testing.T) {
	const ns = "ns"
	read := []string{"$JS.API.STREAM.INFO.ns-log", "$JS.API.STREAM.MSG.GET.ns-log", "$JS.API.DIRECT.GET.ns-log"}
	rights := func(party string, publish ...string) *server.User {
		return &server.User{Username: party, Password: party, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: publish},
			Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX_" + party + ".>"}},
		}}
	}
	srv, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(),
		Users: []*server.User{
			{Username: "owner", Password: "owner"},
			rights("engine", append(read, "ns.log.>")...),
			rights("reader", read...),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server is not ready")
	}
	log := func(party string) episodelog.Log {
		t.Helper()
		nc, err := nats.Connect(srv.ClientURL(), nats.UserInfo(party, party), nats.CustomInboxPrefix("_INBOX_"+party),
			nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		l, err := episodelog.Open(testContext(t), nc, episodelog.Config{Namespace: ns})
		if err != nil {
			t.Fatalf("open as %s: %v", party, err)
		}
		return l
	}
	log("owner") // makes the stream
	engine, reader := log("engine"), log("reader")
	ctx := testContext(t)
	if _, err := engine.WriteManifest(ctx, manifest("r")); err != nil {
		t.Fatal(err)
	}
	appended(t, engine, "r", "e", "e1", 0)
	for _, l := range []episodelog.Log{engine, reader} {
		entries, err := l.Play(ctx, "r", "e")
		if err != nil || len(entries) != 1 {
			t.Errorf("%d entries, %v", len(entries), err)
		}
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := reader.Append(short, "r", "e", event("e2"), 1); err == nil {
		t.Error("a reader wrote")
	}
	if last, err := engine.LastSequence(ctx, "r", "e"); err != nil || last != 2 {
		t.Errorf("last sequence %d, %v", last, err)
	}
}
