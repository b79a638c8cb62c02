package natsrpc_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// register counts how often each call was handled, by the words it came with.
type register struct {
	mu      sync.Mutex
	handled map[string]int
}

func (r *register) service() *fakeService {
	return &fakeService{unary: func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		r.mu.Lock()
		r.handled[string(req.GetPayload().GetBody())]++
		r.mu.Unlock()
		return echo(ctx, req)
	}}
}

func (r *register) count(words string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.handled[words]
}

// load makes calls, each with its own words, until stop is closed. Each outcome is given to check.
func load(callers int, client pb.TestServiceClient, stop <-chan struct{}, check func(words, answer string, err error)) *sync.WaitGroup {
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				words := fmt.Sprintf("caller %d, call %d", caller, i)
				answer, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{Payload: &pb.Payload{Body: []byte(words)}})
				check(words, string(answer.GetPayload().GetBody()), err)
			}
		})
	}
	return &all
}

// Replicas join and leave under load: every call is answered, and handled once.
func TestReplicasJoinAndLeave(t *testing.T) {
	for _, listen := range []bool{false, true} {
		t.Run(fmt.Sprintf("listen=%v", listen), func(t *testing.T) {
			srv := startNATS(t, listen)
			dial := inProcess
			if listen {
				dial = socket
			}
			reg := &register{handled: map[string]int{}}
			replicas := []*natsrpc.Server{newServer(t, dial(t, srv), reg.service())}
			client := pb.NewTestServiceClient(newClient(t, dial(t, srv)))
			stop := make(chan struct{})
			var calls atomic.Int64
			callers := load(8, client, stop, func(words, answer string, err error) {
				calls.Add(1)
				if err != nil || answer != words {
					t.Errorf("%s: answer %q, %v", words, answer, err)
				}
				if n := reg.count(words); n != 1 {
					t.Errorf("%s was handled %d times", words, n)
				}
			})
			ctx := testContext(t)
			for range 10 {
				replicas = append(replicas, newServer(t, dial(t, srv), reg.service()))
				if err := replicas[0].GracefulStop(ctx); err != nil {
					t.Error(err)
				}
				replicas = replicas[1:]
			}
			close(stop)
			callers.Wait()
			if len(reg.handled) != int(calls.Load()) || calls.Load() == 0 {
				t.Errorf("%d calls were made, %d handled", calls.Load(), len(reg.handled))
			}
		})
	}
}

// restartable is a NATS server that comes back on the same directory and port.
type restartable struct {
	t    testing.TB
	opts server.Options
	srv  *server.Server
}

func newRestartable(t testing.TB) *restartable {
	t.Helper()
	r := &restartable{t: t, opts: server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(), MaxPayload: maxPayload,
	}}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *restartable) start() {
	r.t.Helper()
	opts := r.opts // the server writes into it
	srv, err := server.NewServer(&opts)
	if err != nil {
		r.t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(patience) {
		r.t.Fatal("NATS server is not ready")
	}
	r.opts.Port = srv.Addr().(*net.TCPAddr).Port
	r.srv = srv
}

func (r *restartable) stop() { r.srv.Shutdown(); r.srv.WaitForShutdown() }

// restart stops and starts the server, and returns when the connections are back with their subscriptions.
func (r *restartable) restart(conns ...*nats.Conn) {
	r.t.Helper()
	var back []chan nats.Status
	for _, nc := range conns {
		back = append(back, nc.StatusChanged(nats.CONNECTED))
	}
	r.stop()
	r.start()
	for i, nc := range conns {
		await(r.t, "a connection comes back", back[i])
		nc.RemoveStatusListener(back[i])
		if err := nc.FlushTimeout(patience); err != nil {
			r.t.Fatal(err)
		}
	}
}

// The server restarts under load: a call is answered, once, or fails with Unavailable; none hangs, and afterwards all are
// answered again.
func TestCallsAcrossServerRestarts(t *testing.T) {
	r := newRestartable(t)
	serverConn, clientConn := socket(t, r.srv), socket(t, r.srv)
	reg := &register{handled: map[string]int{}}
	newServer(t, serverConn, reg.service())
	client := pb.NewTestServiceClient(newClient(t, clientConn))
	stop, progress := make(chan struct{}), make(chan struct{})
	var failed atomic.Int64
	callers := load(8, client, stop, func(words, answer string, err error) {
		switch n := reg.count(words); {
		case status.Code(err) == codes.Unavailable && n <= 1:
			failed.Add(1)
		case err != nil || answer != words || n != 1:
			t.Errorf("%s: handled %d times, answer %q, %v", words, n, answer, err)
		default:
			select {
			case progress <- struct{}{}:
			default:
			}
		}
	})
	for range 3 {
		await(t, "a call is answered", progress)
		r.restart(serverConn, clientConn)
	}
	await(t, "a call is answered after the last restart", progress)
	close(stop)
	callers.Wait()
	if failed.Load() == 0 {
		t.Error("no call noticed the restarts")
	}
}
