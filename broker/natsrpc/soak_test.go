package natsrpc_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// soakVariable says for how long TestSoak runs, as Go writes durations ("10m").
const soakVariable = "VIGNETTE_SOAK"

const (
	shortSoak    = 2 * time.Second
	soakHeapRoom = 32 << 20 // bytes that the heap may be larger at the end
)

// TestSoak makes calls of all kinds while agents and callers come, go and die and the server restarts, and then looks for
// what was left behind.
func TestSoak(t *testing.T) {
	duration := shortSoak
	if text := os.Getenv(soakVariable); text != "" {
		var err error
		if duration, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", soakVariable, err)
		}
	}
	s := &soak{t: t, server: newRestartable(t), chance: rand.New(rand.NewPCG(1, 2))}
	s.round(shortSoak) // what is made once and kept, such as buffers and types, is made now
	before := s.measure("start")
	s.round(duration)
	after := s.measureUntil(before)
	t.Logf("%v: %d restarts, %d agents, %d killed, %d callers; calls: %d answered, %d unavailable, %d cancelled",
		duration, s.restarts, s.agents, s.killed, s.callers, s.answered.Load(), s.unavailable.Load(), s.cancelled.Load())
	if after.goroutines > before.goroutines || after.subscriptions > before.subscriptions || after.heap > before.heap+soakHeapRoom {
		t.Errorf("something was left behind: %v at the start, %v at the end", before, after)
	}
	if s.answered.Load() == 0 || s.cancelled.Load() == 0 {
		t.Error("the soak did not do what it is for")
	}
}

// soak is the state of a TestSoak. Agents and callers are changed by its one loop; the callers' calls run beside it.
type soak struct {
	t      *testing.T
	server *restartable
	chance *rand.Rand

	serving []servingAgent
	calling []*caller

	restarts, agents, killed, callers int
	answered, unavailable, cancelled  atomic.Int64
}

type servingAgent struct {
	nc  *nats.Conn
	srv *natsrpc.Server
}

// round churns for a while and puts everything away.
func (s *soak) round(duration time.Duration) {
	end := time.Now().Add(duration)
	restart := time.Now().Add(shortSoak / 2)
	for time.Now().Before(end) {
		switch {
		case time.Now().After(restart):
			s.restart()
			restart = time.Now().Add(5 * time.Second)
		case len(s.serving) < 2 || len(s.serving) < 6 && s.chance.IntN(2) == 0:
			s.addAgent()
		default:
			s.removeAgent(s.chance.IntN(len(s.serving)), s.chance.IntN(3) == 0)
		}
		if len(s.calling) < 4 {
			s.addCaller()
		} else if s.chance.IntN(4) == 0 {
			s.removeCaller(s.chance.IntN(len(s.calling)))
		}
		<-time.After(20 * time.Millisecond) // time for calls
	}
	for len(s.calling) > 0 {
		s.removeCaller(0)
	}
	for len(s.serving) > 0 {
		s.removeAgent(0, false)
	}
}

func (s *soak) connect() *nats.Conn {
	s.t.Helper()
	nc, err := nats.Connect(s.server.srv.ClientURL(), nats.ReconnectBufSize(-1), nats.ReconnectWait(5*time.Millisecond), nats.MaxReconnects(-1),
		nats.ReconnectJitter(0, 0), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		s.t.Fatal(err)
	}
	return nc
}

func (s *soak) addAgent() {
	s.t.Helper()
	nc := s.connect()
	srv, err := natsrpc.NewServer(nc, testNamespace, testAgent)
	if err != nil {
		s.t.Fatal(err)
	}
	pb.RegisterTestServiceServer(srv, soakService())
	if err := srv.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.serving = append(s.serving, servingAgent{nc, srv})
	s.agents++
}

func (s *soak) removeAgent(i int, kill bool) {
	a := s.serving[i]
	s.serving = append(s.serving[:i], s.serving[i+1:]...)
	if kill {
		s.killed++
		a.nc.Close()
		a.srv.Stop()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := a.srv.GracefulStop(ctx); err != nil {
		s.t.Errorf("an agent does not stop: %v", err)
	}
	a.nc.Close()
}

func (s *soak) restart() {
	var conns []*nats.Conn
	for _, a := range s.serving {
		conns = append(conns, a.nc)
	}
	for _, c := range s.calling {
		conns = append(conns, c.nc)
	}
	s.server.restart(conns...)
	s.restarts++
}

// caller makes calls of all kinds, one after another in each of its goroutines.
type caller struct {
	nc     *nats.Conn
	client *natsrpc.Client
	stop   chan struct{}
	loops  sync.WaitGroup
}

func (s *soak) addCaller() {
	s.t.Helper()
	c := &caller{nc: s.connect(), stop: make(chan struct{})}
	var err error
	if c.client, err = natsrpc.NewClient(c.nc, testNamespace, testAgent, natsrpc.WithHeartbeat(slowBeat)); err != nil {
		s.t.Fatal(err)
	}
	stub := pb.NewTestServiceClient(c.client)
	for i, call := range []func(context.Context, pb.TestServiceClient) error{soakUnary, soakOutput, soakInput, soakDuplex, soakCancelled} {
		c.loops.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				default:
					s.count(i, call(context.Background(), stub))
				}
			}
		})
	}
	s.calling = append(s.calling, c)
	s.callers++
}

func (s *soak) removeCaller(i int) {
	c := s.calling[i]
	s.calling = append(s.calling[:i], s.calling[i+1:]...)
	close(c.stop)
	c.loops.Wait()
	if err := c.client.Close(); err != nil {
		s.t.Error(err)
	}
	c.nc.Close()
}

func (s *soak) count(kind int, err error) {
	switch status.Code(err) {
	case codes.OK:
		s.answered.Add(1)
	case codes.Unavailable:
		s.unavailable.Add(1)
		runtime.Gosched() // nobody is there just now
	case codes.Canceled:
		s.cancelled.Add(1)
	default:
		s.t.Errorf("call of kind %d: %v", kind, err)
	}
}

func soakService() *fakeService {
	f := &fakeService{unary: func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		if req.GetFillUsername() { // the caller will cancel
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return echo(ctx, req)
	}}
	f.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		for range 20 {
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: payload(20 << 10)}); err != nil {
				return err
			}
		}
		return nil
	}
	f.input = func(s grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
		for {
			if _, err := s.Recv(); err == io.EOF {
				return s.SendAndClose(&pb.StreamingInputCallResponse{})
			} else if err != nil {
				return err
			}
		}
	}
	f.duplex = func(s grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
		for {
			m, err := s.Recv()
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = s.Send(&pb.StreamingOutputCallResponse{Payload: m.GetPayload()})
			}
			if err != nil {
				return err
			}
		}
	}
	return f
}

func soakUnary(ctx context.Context, client pb.TestServiceClient) error {
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(1000)})
	return err
}

func soakCancelled(ctx context.Context, client pb.TestServiceClient) error {
	ctx, cancel := context.WithCancel(ctx)
	defer time.AfterFunc(time.Millisecond, cancel).Stop()
	defer cancel()
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{FillUsername: true})
	return err
}

// toEnd reads until the end.
func toEnd(recv func() error) error {
	for {
		if err := recv(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func soakOutput(ctx context.Context, client pb.TestServiceClient) error {
	s, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
	if err != nil {
		return err
	}
	return toEnd(func() error { _, err := s.Recv(); return err })
}

func soakInput(ctx context.Context, client pb.TestServiceClient) error {
	s, err := client.StreamingInputCall(ctx)
	if err != nil {
		return err
	}
	for range 20 {
		if err := s.Send(&pb.StreamingInputCallRequest{Payload: payload(20 << 10)}); err != nil {
			break // CloseAndRecv says why
		}
	}
	_, err = s.CloseAndRecv()
	return err
}

func soakDuplex(ctx context.Context, client pb.TestServiceClient) error {
	s, err := client.FullDuplexCall(ctx)
	if err != nil {
		return err
	}
	for range 5 {
		if err := s.Send(&pb.StreamingOutputCallRequest{Payload: payload(100)}); err != nil {
			break
		}
		if _, err := s.Recv(); err != nil {
			return err
		}
	}
	if err := s.CloseSend(); err != nil {
		return err
	}
	return toEnd(func() error { _, err := s.Recv(); return err })
}

// soakMeasure is what must not grow.
type soakMeasure struct {
	goroutines, subscriptions, connections int
	heap                                   uint64
}

func (m soakMeasure) String() string {
	return fmt.Sprintf("%d goroutines, %d subscriptions, %d connections, %.1f MiB heap", m.goroutines, m.subscriptions, m.connections, float64(m.heap)/(1<<20))
}

func (s *soak) look() soakMeasure {
	runtime.GC()
	runtime.GC() // what a pool held survives one
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return soakMeasure{runtime.NumGoroutine(), int(s.server.srv.NumSubscriptions()), s.server.srv.NumClients(), memory.HeapAlloc}
}

func (s *soak) measure(when string) soakMeasure {
	s.t.Helper()
	// Connections are closed, but the server takes a moment to notice.
	m := s.look()
	for deadline := time.Now().Add(patience); m.connections > 0 && time.Now().Before(deadline); m = s.look() {
		<-time.After(10 * time.Millisecond)
	}
	s.t.Logf("%s: %v", when, m)
	return m
}

// measureUntil waits for what ends by itself, such as the goroutines of closed connections.
func (s *soak) measureUntil(before soakMeasure) soakMeasure {
	s.t.Helper()
	m := s.look()
	for deadline := time.Now().Add(patience); (m.connections > 0 || m.goroutines > before.goroutines) && time.Now().Before(deadline); m = s.look() {
		<-time.After(10 * time.Millisecond)
	}
	s.t.Logf("end: %v", m)
	return m
}
