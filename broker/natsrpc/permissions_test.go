package natsrpc_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// The rights that docs/wire.md gives each kind of party, for the subjects of this package. A test that needs more than
// these is a reason to change that page.
func rightsOf(party, agent string) *server.Permissions {
	token, _ := natsrpc.EncodeName(agent)
	inbox := "_INBOX_" + party + ".>"
	switch party {
	case "agent": // serves; all it sends are answers
		return &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{">"}},
			Subscribe: &server.SubjectPermission{Allow: []string{
				testNamespace + ".rpc." + token + ".>", testNamespace + ".call." + token + ".>", "$SRV.>", inbox,
			}},
			Response: &server.ResponsePermission{MaxMsgs: -1, Expires: time.Hour},
		}
	case "engine": // calls every agent
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{testNamespace + ".rpc.>", testNamespace + ".call.>", "$SRV.>"}},
			Subscribe: &server.SubjectPermission{Allow: []string{inbox}},
		}
	default: // looks on
		return &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{"$SRV.>"}},
			Subscribe: &server.SubjectPermission{Allow: []string{inbox}},
		}
	}
}

// newGuarded starts a server on which each party has its rights and nothing else.
func newGuarded(t testing.TB, agent string) (dial func(party string) *nats.Conn) {
	t.Helper()
	opts := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, MaxPayload: maxPayload}
	for _, party := range []string{"agent", "engine", "reader"} {
		opts.Users = append(opts.Users, &server.User{Username: party, Password: party, Permissions: rightsOf(party, agent)})
	}
	srv, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(patience) {
		t.Fatal("NATS server is not ready")
	}
	return func(party string) *nats.Conn {
		return connect(t, srv.ClientURL(), nats.UserInfo(party, party), nats.CustomInboxPrefix("_INBOX_"+party),
			nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	}
}

// guardedTransport is NATS where nobody may do more than docs/wire.md says.
func guardedTransport() transport {
	return transport{"nats with accounts", func(t testing.TB, svc *fakeService, watch ...watcher) wire {
		dial := newGuarded(t, testAgent)
		return serveNATS(t, svc,
			func() *nats.Conn { return dial("agent") }, func() *nats.Conn { return dial("engine") }, watch)
	}}
}

// What the rights are for: an agent can neither call others nor listen to them, a reader can do neither, and discovery
// works for both the engine and the reader.
func TestRights(t *testing.T) {
	dial := newGuarded(t, testAgent)
	agent, engine, reader := dial("agent"), dial("engine"), dial("reader")
	newServer(t, agent, &fakeService{unary: echo})
	for _, nc := range []*nats.Conn{engine, reader} {
		discover[micro.Stats](t, nc, "$SRV.STATS", 1)
	}
	// A refused publication is answered by nobody: the call ends by the silence of its server.
	for _, nc := range []*nats.Conn{agent, reader} {
		client := pb.NewTestServiceClient(newClient(t, nc, natsrpc.WithHeartbeat(beat)))
		_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{})
		wantCode(t, err, codes.Unavailable)
	}
	// Nobody reads what is meant for somebody else.
	overheard := make(chan string, 100)
	for party, nc := range map[string]*nats.Conn{"agent": agent, "reader": reader} {
		for _, subject := range []string{"_INBOX_engine.>", testNamespace + ".rpc.>", testNamespace + ".call.>", ">"} {
			if _, err := nc.Subscribe(subject, func(m *nats.Msg) { overheard <- party + " heard " + m.Subject }); err != nil {
				t.Fatal(err)
			}
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	client := pb.NewTestServiceClient(newClient(t, engine))
	if _, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{}); err != nil {
		t.Fatal(err)
	}
	for _, nc := range []*nats.Conn{agent, reader} {
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case what := <-overheard:
		t.Error(what)
	default:
	}
}
