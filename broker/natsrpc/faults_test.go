package natsrpc_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

const (
	// beat is a heartbeat interval for calls that are to be given up soon.
	beat = 20 * time.Millisecond
	// slowBeat is one for calls that are not to be given up, not even on a machine that is busy.
	slowBeat = 300 * time.Millisecond
)

// blocked is a service whose calls wait for the end of their context or a release.
type blocked struct {
	fakeService
	begun   chan struct{} // gets a signal per call
	ended   chan error    // gets the context's error, or nil, per call
	release chan struct{}
}

func newBlocked() *blocked {
	s := &blocked{begun: make(chan struct{}, 1000), ended: make(chan error, 1000), release: make(chan struct{})}
	wait := func(ctx context.Context) error {
		s.begun <- struct{}{}
		var err error
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.release:
		}
		s.ended <- err
		return err
	}
	s.unary = func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		if err := wait(ctx); err != nil {
			return nil, err
		}
		return echo(ctx, req)
	}
	s.output = func(_ *pb.StreamingOutputCallRequest, stream grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		return errors.Join(stream.Send(&pb.StreamingOutputCallResponse{}), wait(stream.Context()))
	}
	return s
}

// start makes a call that will not end by itself.
func start(t *testing.T, s *blocked, client pb.TestServiceClient) <-chan error {
	t.Helper()
	result := make(chan error, 1)
	go func() {
		_, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{})
		result <- err
	}()
	await(t, "the handler begins", s.begun)
	return result
}

func TestNobodyAnswers(t *testing.T) {
	srv := startNATS(t, false)
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv)))
	_, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{})
	wantCode(t, err, codes.Unavailable)
	if !strings.Contains(err.Error(), testAgent) {
		t.Errorf("%v does not name the agent", err)
	}
	stream, err := client.StreamingOutputCall(context.Background(), &pb.StreamingOutputCallRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	wantCode(t, err, codes.Unavailable)
	duplex, err := client.FullDuplexCall(context.Background())
	if err == nil {
		_, err = duplex.Recv()
	}
	wantCode(t, err, codes.Unavailable)
}

func TestUnknownMethod(t *testing.T) {
	srv := startNATS(t, false)
	cc := serve(t, inProcess(t, srv), inProcess(t, srv), &fakeService{})
	for method, want := range map[string]codes.Code{
		"/grpc.testing.TestService/NoSuchCall": codes.Unimplemented,
		"/grpc.testing.NoSuchService/Call":     codes.Unimplemented,
		"no slash":                             codes.Unimplemented,
		"/grpc.testing.TestService/*":          codes.Unimplemented,
		"/grpc.testing.>/Call":                 codes.Unimplemented,
	} {
		err := cc.Invoke(testContext(t), method, &pb.SimpleRequest{}, &pb.SimpleResponse{})
		if status.Code(err) != want {
			t.Errorf("%s: got %v, want %v", method, err, want)
		}
	}
}

func TestOverLimitTrailerStillEndsTheCall(t *testing.T) {
	srv := startNATS(t, false)
	svc := &fakeService{unary: func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		return &pb.SimpleResponse{}, grpc.SetTrailer(ctx, metadata.Pairs("big", strings.Repeat("x", maxPayload)))
	}}
	client := pb.NewTestServiceClient(serve(t, inProcess(t, srv), inProcess(t, srv), svc))
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{})
	wantCode(t, err, codes.ResourceExhausted)
}

func TestPanicIsInternal(t *testing.T) {
	srv := startNATS(t, false)
	svc := &fakeService{
		unary: func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) { panic("private words") },
		output: func(*pb.StreamingOutputCallRequest, grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
			panic("private words")
		},
	}
	client := pb.NewTestServiceClient(serve(t, inProcess(t, srv), inProcess(t, srv), svc))
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{})
	wantCode(t, err, codes.Internal)
	if strings.Contains(err.Error(), "private") {
		t.Errorf("the caller learns %q", err)
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	wantCode(t, err, codes.Internal)
}

func TestOverloadIsShed(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	nc := inProcess(t, srv)
	newServer(t, nc, &svc.fakeService, natsrpc.WithMaxConcurrentCalls(1, 3*time.Second))
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv)))
	first := start(t, svc, client)
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{})
	wantCode(t, err, codes.Unavailable)
	details := status.Convert(err).Details()
	if len(details) != 1 {
		t.Fatalf("details %v", details)
	}
	if retry, ok := details[0].(*errdetails.RetryInfo); !ok || retry.GetRetryDelay().AsDuration() != 3*time.Second {
		t.Errorf("detail %v", details[0])
	}
	close(svc.release)
	if err := await(t, "the first call ends", first); err != nil {
		t.Error(err)
	}
}

// A call longer than several heartbeats is not mistaken for a dead one.
func TestLongCallIsKeptAlive(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	newServer(t, inProcess(t, srv), &svc.fakeService)
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv), natsrpc.WithHeartbeat(slowBeat)))
	result := start(t, svc, client)
	select {
	case err := <-result:
		t.Fatalf("ended early: %v", err)
	case <-time.After(5 * slowBeat):
	}
	close(svc.release)
	if err := await(t, "the call ends", result); err != nil {
		t.Error(err)
	}
}

func TestDeadServerIsNoticed(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	serverConn := inProcess(t, srv)
	newServer(t, serverConn, &svc.fakeService)
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv), natsrpc.WithHeartbeat(beat)))
	unary := start(t, svc, client)
	stream, err := client.StreamingOutputCall(context.Background(), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	await(t, "the stream handler begins", svc.begun)
	streamEnd := make(chan error, 1)
	go func() {
		_, err := stream.Recv()
		streamEnd <- err
	}()

	serverConn.Close()
	wantCode(t, await(t, "the unary call ends", unary), codes.Unavailable)
	wantCode(t, await(t, "the stream ends", streamEnd), codes.Unavailable)
	for range 2 {
		if err := await(t, "the handlers end", svc.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("a handler's context ended with %v", err)
		}
	}
}

// A caller whose connection goes takes the server's work for it along.
func TestDeadCallerIsNoticed(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	newServer(t, inProcess(t, srv), &svc.fakeService)
	clientConn := inProcess(t, srv)
	client := pb.NewTestServiceClient(newClient(t, clientConn, natsrpc.WithHeartbeat(beat)))
	result := start(t, svc, client)
	clientConn.Close()
	wantCode(t, await(t, "the call ends", result), codes.Unavailable)
	if err := await(t, "the handler is cancelled", svc.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the handler's context ended with %v", err)
	}
}

func TestLostConnectionFailsCallsAndComesBack(t *testing.T) {
	first := startNATS(t, true)
	addr := first.Addr().(*net.TCPAddr)
	svc := newBlocked()
	serverConn, clientConn := socket(t, first), socket(t, first)
	newServer(t, serverConn, &svc.fakeService)
	client := pb.NewTestServiceClient(newClient(t, clientConn))
	result := start(t, svc, client)
	back := []chan nats.Status{serverConn.StatusChanged(nats.CONNECTED), clientConn.StatusChanged(nats.CONNECTED)}

	first.Shutdown()
	first.WaitForShutdown()
	wantCode(t, await(t, "the call ends", result), codes.Unavailable)
	await(t, "the handler is cancelled", svc.ended)
	_, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{})
	wantCode(t, err, codes.Unavailable)

	second, err := server.NewServer(&server.Options{Host: addr.IP.String(), Port: addr.Port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	second.Start()
	t.Cleanup(func() { second.Shutdown(); second.WaitForShutdown() })
	for _, b := range back {
		await(t, "the connection comes back", b)
	}
	if err := serverConn.Flush(); err != nil { // the server's subscriptions are there again
		t.Fatal(err)
	}
	close(svc.release)
	if _, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{}); err != nil {
		t.Error(err)
	}
}

func TestGracefulStopLosesNoAnswer(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	s := newServer(t, inProcess(t, srv), &svc.fakeService)
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv)))
	var results []<-chan error
	for range 50 {
		results = append(results, start(t, svc, client))
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.GracefulStop(testContext(t)) }()
	// New calls are turned away by NATS itself as soon as the openings are unsubscribed.
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_, err := client.UnaryCall(ctx, &pb.SimpleRequest{})
		cancel()
		if status.Code(err) == codes.Unavailable {
			break
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped with calls in progress: %v", err)
	default:
	}
	close(svc.release)
	for _, result := range results {
		if err := await(t, "a call ends", result); err != nil {
			t.Error(err)
		}
	}
	if err := await(t, "the server stops", stopped); err != nil {
		t.Error(err)
	}
}

func TestGracefulStopGivesUp(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	s := newServer(t, inProcess(t, srv), &svc.fakeService)
	result := start(t, svc, pb.NewTestServiceClient(newClient(t, inProcess(t, srv))))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.GracefulStop(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 calls") {
		t.Errorf("GracefulStop: %v", err)
	}
	wantCode(t, await(t, "the call ends", result), codes.Unavailable)
	await(t, "the handler ends", svc.ended)
}

func TestStopAnswersUnavailable(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	s := newServer(t, inProcess(t, srv), &svc.fakeService)
	result := start(t, svc, pb.NewTestServiceClient(newClient(t, inProcess(t, srv))))
	s.Stop()
	s.Stop()
	wantCode(t, await(t, "the call ends", result), codes.Unavailable)
	await(t, "the handler has ended", svc.ended)
}

func TestCloseFailsCalls(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	newServer(t, inProcess(t, srv), &svc.fakeService)
	cc := newClient(t, inProcess(t, srv), natsrpc.WithHeartbeat(slowBeat))
	client := pb.NewTestServiceClient(cc)
	result := start(t, svc, client)
	if err := cc.Close(); err != nil {
		t.Error(err)
	}
	wantCode(t, await(t, "the call ends", result), codes.Canceled)
	_, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{})
	wantCode(t, err, codes.Canceled)
	await(t, "the handler is cancelled", svc.ended)
}

// Agents of one namespace do not hear each other, whatever their names look like.
func TestAgentNames(t *testing.T) {
	srv := startNATS(t, false)
	nc := inProcess(t, srv)
	names := []string{"a", "A", "a.b", "a b", "a*", ">", "a%2Eb", "O'Malley-Zoë 李", "\x00", "ünïcödé 🙂"}
	for _, name := range names {
		s, err := natsrpc.NewServer(nc, testNamespace, name)
		if err != nil {
			t.Fatal(err)
		}
		pb.RegisterTestServiceServer(s, &fakeService{unary: func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
			return &pb.SimpleResponse{Payload: &pb.Payload{Body: []byte(name)}}, nil
		}})
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Stop)
	}
	for _, name := range names {
		cc, err := natsrpc.NewClient(nc, testNamespace, name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cc.Close() })
		got, err := pb.NewTestServiceClient(cc).UnaryCall(testContext(t), &pb.SimpleRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if string(got.GetPayload().GetBody()) != name {
			t.Errorf("%q was answered by %q", name, got.GetPayload().GetBody())
		}
	}
	for _, name := range []string{"", "\xff", strings.Repeat("x", natsrpc.MaxNameBytes+1)} {
		if _, err := natsrpc.NewClient(nc, testNamespace, name); err == nil {
			t.Errorf("%q was accepted", name)
		}
		if _, err := natsrpc.NewServer(nc, testNamespace, name); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

func TestStreamInterruptedByStopSaysWhy(t *testing.T) {
	srv := startNATS(t, false)
	svc := newBlocked()
	s := newServer(t, inProcess(t, srv), &svc.fakeService)
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv)))
	stream, err := client.StreamingOutputCall(context.Background(), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the handler begins", svc.begun)
	s.Stop()
	// What was sent before is still delivered.
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	if _, err = stream.Recv(); err == io.EOF {
		t.Fatal("the stream ended as if complete")
	}
	wantCode(t, err, codes.Unavailable)
}
