package natsrpc_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/stats"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testNamespace = "test"
	testAgent     = "an agent, v1.0"
	maxPayload    = 8 << 20
	patience      = 30 * time.Second // for what should happen at once
)

// fakeService is a TestService whose methods each test supplies.
type fakeService struct {
	pb.UnimplementedTestServiceServer
	unary  func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error)
	output func(*pb.StreamingOutputCallRequest, grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error
	input  func(grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error
	duplex func(grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error
}

func (f *fakeService) UnaryCall(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	if f.unary == nil {
		return f.UnimplementedTestServiceServer.UnaryCall(ctx, req)
	}
	return f.unary(ctx, req)
}

func (f *fakeService) StreamingOutputCall(req *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
	return f.output(req, s)
}

func (f *fakeService) StreamingInputCall(s grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
	return f.input(s)
}

func (f *fakeService) FullDuplexCall(s grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
	return f.duplex(s)
}

// echo answers with the request's payload.
func echo(_ context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
	return &pb.SimpleResponse{Payload: req.GetPayload()}, nil
}

func payload(size int) *pb.Payload { return &pb.Payload{Body: make([]byte, size)} }

// transport is a wire that the conformance suite runs over.
type transport struct {
	name  string
	serve func(t testing.TB, svc *fakeService, watch ...watcher) wire
}

// watcher is a pair of stats handlers, one for each end of a wire.
type watcher struct{ client, server stats.Handler }

// wire is a service that is served over a transport.
type wire struct {
	// dial returns a stub with a connection of its own. The options are for NATS.
	dial func(...natsrpc.ClientOption) pb.TestServiceClient
	// address is what observers are told that the server is.
	address string
	// kill takes the server away as if its process had died.
	kill func()
}

// connect serves the service and returns a stub that calls it.
func (tr transport) connect(t testing.TB, svc *fakeService) pb.TestServiceClient {
	return tr.serve(t, svc).dial()
}

// transports are the wires as they are used; those that are measured.
func transports() []transport {
	return []transport{
		{"nats in-process", func(t testing.TB, svc *fakeService, watch ...watcher) wire {
			srv := startNATS(t, false)
			connect := func() *nats.Conn { return inProcess(t, srv) }
			return serveNATS(t, svc, connect, connect, watch)
		}},
		{"nats socket", func(t testing.TB, svc *fakeService, watch ...watcher) wire {
			srv := startNATS(t, true)
			connect := func() *nats.Conn { return socket(t, srv) }
			return serveNATS(t, svc, connect, connect, watch)
		}},
		{"by hand", func(t testing.TB, svc *fakeService, watch ...watcher) wire {
			srv := startNATS(t, false)
			connect := func() *nats.Conn { return inProcess(t, srv) }
			return serveNATS(t, svc, connect, connect, watch, (*natsrpc.Client).Shortcut)
		}},
		{"http2", serveHTTP2},
	}
}

// allTransports are those and the wires that make it harder.
func allTransports() []transport {
	return append(transports(), faultyTransport(), guardedTransport())
}

// serveNATS serves over one connection and gives every client one of its own. Each is done with client and server.
func serveNATS(t testing.TB, svc *fakeService, connectServer, connectClient func() *nats.Conn, watch []watcher, each ...func(*natsrpc.Client, *natsrpc.Server) error) wire {
	t.Helper()
	server := connectServer()
	var serverOpts []natsrpc.ServerOption
	var clientOpts []natsrpc.ClientOption
	for _, w := range watch {
		serverOpts = append(serverOpts, natsrpc.WithServerStats(w.server))
		clientOpts = append(clientOpts, natsrpc.WithClientStats(w.client))
	}
	s := newServer(t, server, svc, serverOpts...)
	return wire{
		dial: func(opts ...natsrpc.ClientOption) pb.TestServiceClient {
			c := newClient(t, connectClient(), slices.Concat(clientOpts, opts)...)
			for _, acquaint := range each {
				if err := acquaint(c, s); err != nil {
					t.Fatal(err)
				}
			}
			return pb.NewTestServiceClient(c)
		},
		address: testAgent,
		kill:    server.Close,
	}
}

func startNATS(t testing.TB, listen bool) *server.Server {
	t.Helper()
	srv, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, DontListen: !listen, NoSigs: true, NoLog: true, MaxPayload: maxPayload,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(patience) {
		t.Fatal("NATS server is not ready")
	}
	return srv
}

func inProcess(t testing.TB, srv *server.Server) *nats.Conn {
	return connect(t, "", nats.InProcessServer(srv))
}

func socket(t testing.TB, srv *server.Server) *nats.Conn { return connect(t, srv.ClientURL()) }

func connect(t testing.TB, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, append(opts, nats.ReconnectBufSize(-1), nats.ReconnectWait(5*time.Millisecond), nats.MaxReconnects(-1))...)
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
	t.Cleanup(func() { nc.Close(); <-closed })
	return nc
}

// serve runs a server on one connection and a client on another.
func serve(t testing.TB, serverConn, clientConn *nats.Conn, svc *fakeService) *natsrpc.Client {
	t.Helper()
	newServer(t, serverConn, svc)
	return newClient(t, clientConn)
}

func newServer(t testing.TB, nc *nats.Conn, svc *fakeService, opts ...natsrpc.ServerOption) *natsrpc.Server {
	t.Helper()
	srv, err := natsrpc.NewServer(nc, testNamespace, testAgent, opts...)
	if err != nil {
		t.Fatal(err)
	}
	pb.RegisterTestServiceServer(srv, svc)
	if err := srv.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	return srv
}

func newClient(t testing.TB, nc *nats.Conn, opts ...natsrpc.ClientOption) *natsrpc.Client {
	t.Helper()
	c, err := natsrpc.NewClient(nc, testNamespace, testAgent, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
	return c
}

func serveHTTP2(t testing.TB, svc *fakeService, watch ...watcher) wire {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serverOpts := []grpc.ServerOption{grpc.MaxRecvMsgSize(maxPayload)}
	dialOpts := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxPayload)),
	}
	for _, w := range watch {
		serverOpts = append(serverOpts, grpc.StatsHandler(w.server))
		dialOpts = append(dialOpts, grpc.WithStatsHandler(w.client))
	}
	srv := grpc.NewServer(serverOpts...)
	pb.RegisterTestServiceServer(srv, svc)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(lis) }()
	t.Cleanup(func() { srv.Stop(); <-done })
	dial := func(...natsrpc.ClientOption) pb.TestServiceClient {
		cc, err := grpc.NewClient(lis.Addr().String(), dialOpts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cc.Close() })
		return pb.NewTestServiceClient(cc)
	}
	return wire{dial: dial, address: "127.0.0.1", kill: srv.Stop}
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// await fails the test when a signal does not come.
func await[T any](t testing.TB, what string, signal <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-signal:
	case <-time.After(patience):
		t.Fatalf("%s: still not after %v", what, patience)
	}
	return v
}
