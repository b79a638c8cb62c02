package bridge_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/node/bridge"
	"github.com/vignette-sim/vignette/node/edge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend is an agent as somebody else would serve it. What it does is up to the test.
type backend struct {
	vignettev1.UnimplementedAgentServiceServer
	bid     func(context.Context, *vignettev1.BidRequest) (*vignettev1.BidResponse, error)
	respond func(*vignettev1.RespondRequest, grpc.ServerStreamingServer[vignettev1.RespondResponse]) error
}

func (*backend) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{Name: "backend", Mind: "external"}}, nil
}

func (b *backend) Bid(ctx context.Context, r *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
	return b.bid(ctx, r)
}

func (b *backend) Respond(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	return b.respond(r, stream)
}

// serve serves plain gRPC on an address of the loopback interface until the test ends or stop is called.
func serve(t *testing.T, address string, register ...func(grpc.ServiceRegistrar)) (addr string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	for _, r := range register {
		r(server)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	stop = sync.OnceFunc(func() {
		server.Stop()
		if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

func (b *backend) register(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, b) }

func open(t *testing.T, config bridge.Config) *bridge.Bridge {
	t.Helper()
	b, err := bridge.Open(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// fronts are the ways to what a bridge is registered on.
var fronts = map[string]func(t *testing.T, register func(grpc.ServiceRegistrar)) grpc.ClientConnInterface{
	"wire": func(t *testing.T, register func(grpc.ServiceRegistrar)) grpc.ClientConnInterface {
		b, err := broker.OpenTemporary(context.Background(), broker.Config{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		server, err := natsrpc.NewServer(b.Conn(), b.Namespace(), "a bridge")
		if err != nil {
			t.Fatal(err)
		}
		register(server)
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(server.Stop)
		client, err := natsrpc.NewClient(b.Conn(), b.Namespace(), "a bridge")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		})
		return client
	},
	"HTTP2": func(t *testing.T, register func(grpc.ServiceRegistrar)) grpc.ClientConnInterface {
		addr, _ := serve(t, "127.0.0.1:0", register)
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	},
}

// bridged runs a test with a client of a backend, through a bridge on each front.
func bridged(t *testing.T, b *backend, test func(t *testing.T, ctx context.Context, client vignettev1.AgentServiceClient)) {
	for name, front := range fronts {
		t.Run(name, func(t *testing.T) {
			addr, _ := serve(t, "127.0.0.1:0", b.register)
			client := vignettev1.NewAgentServiceClient(front(t, open(t, bridge.Config{URL: "grpc://" + addr}).Register))
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			test(t, ctx, client)
		})
	}
}

var observation = &vignettev1.Observation{
	Episode: "e1", Setting: "Zoë's room, 李", AgentState: []byte{0, 0xff, 0x80},
	Self: &vignettev1.RoleCard{Id: "O'Malley", Kind: vignettev1.AgentKind_AGENT_KIND_COUNSELOR},
}

func refused() error {
	st, err := status.New(codes.ResourceExhausted, "too much: Zoë").WithDetails(
		&errdetails.RetryInfo{RetryDelay: durationpb.New(3 * time.Second)}, &errdetails.ErrorInfo{Reason: "QUOTA", Domain: "test"})
	if err != nil {
		panic(err)
	}
	return st.Err()
}

// What the caller sends along reaches the backend, except what belongs to one hop; so does the deadline.
func TestUnary(t *testing.T) {
	var seen metadata.MD
	var left time.Duration
	var asked *vignettev1.BidRequest
	b := &backend{bid: func(ctx context.Context, r *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
		asked = r
		seen, _ = metadata.FromIncomingContext(ctx)
		if deadline, ok := ctx.Deadline(); ok {
			left = time.Until(deadline)
		}
		err := errors.Join(
			grpc.SetHeader(ctx, metadata.Pairs("a-header", "1", "a-header", "2", "a-header-bin", "\x00\xff")),
			grpc.SetTrailer(ctx, metadata.Pairs("a-trailer", "Z", "a-trailer-bin", "李")))
		return &vignettev1.BidResponse{Bid: 0.7}, err
	}}
	bridged(t, b, func(t *testing.T, ctx context.Context, client vignettev1.AgentServiceClient) {
		ctx = metadata.AppendToOutgoingContext(ctx, "trace", "x", "trace", "y", "blob-bin", "\x01\xfe", "authorization", "Bearer for the bridge")
		var header, trailer metadata.MD
		got, err := client.Bid(ctx, &vignettev1.BidRequest{Observation: observation}, grpc.Header(&header), grpc.Trailer(&trailer))
		if err != nil || got.GetBid() != 0.7 {
			t.Fatalf("Bid = %v, %v", got, err)
		}
		if diff := cmp.Diff(observation, asked.GetObservation(), protocmp.Transform()); diff != "" {
			t.Errorf("the request, -sent +received:\n%s", diff)
		}
		if left <= 0 || left > 30*time.Second {
			t.Errorf("the backend has %v left of 30 seconds", left)
		}
		if !cmp.Equal(seen.Get("trace"), []string{"x", "y"}) || !cmp.Equal(seen.Get("blob-bin"), []string{"\x01\xfe"}) || len(seen.Get("authorization")) > 0 {
			t.Errorf("metadata at the backend %v", seen)
		}
		if !cmp.Equal(header.Get("a-header"), []string{"1", "2"}) || !cmp.Equal(header.Get("a-header-bin"), []string{"\x00\xff"}) {
			t.Errorf("header %v", header)
		}
		if !cmp.Equal(trailer.Get("a-trailer"), []string{"Z"}) || !cmp.Equal(trailer.Get("a-trailer-bin"), []string{"李"}) {
			t.Errorf("trailer %v", trailer)
		}
	})
}

// An error comes as the backend gave it, with its details and its trailer.
func TestErrors(t *testing.T) {
	b := &backend{
		bid: func(ctx context.Context, _ *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
			if err := grpc.SetTrailer(ctx, metadata.Pairs("why", "late")); err != nil {
				return nil, err
			}
			return nil, refused()
		},
		respond: func(_ *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
			stream.SetTrailer(metadata.Pairs("why", "late"))
			if err := stream.Send(delta("one")); err != nil {
				return err
			}
			return refused()
		},
	}
	bridged(t, b, func(t *testing.T, ctx context.Context, client vignettev1.AgentServiceClient) {
		var trailer metadata.MD
		_, err := client.Bid(ctx, &vignettev1.BidRequest{Observation: observation}, grpc.Trailer(&trailer))
		checkRefused(t, "unary", err, trailer)

		stream, err := client.Respond(ctx, &vignettev1.RespondRequest{Observation: observation})
		if err != nil {
			t.Fatal(err)
		}
		if first, err := stream.Recv(); err != nil || first.GetDelta().GetText() != "one" {
			t.Fatalf("what came before the error: %v, %v", first, err)
		}
		_, err = stream.Recv()
		checkRefused(t, "stream", err, stream.Trailer())
		if _, err := client.Probe(ctx, &vignettev1.ProbeRequest{}); status.Code(err) != codes.Unimplemented {
			t.Errorf("a method the backend lacks: %v, want Unimplemented", err)
		}
	})
}

func checkRefused(t *testing.T, call string, err error, trailer metadata.MD) {
	t.Helper()
	if diff := cmp.Diff(status.Convert(refused()).Proto(), status.Convert(err).Proto(), protocmp.Transform()); diff != "" {
		t.Errorf("%s: the status, -given +received:\n%s", call, diff)
	}
	if !cmp.Equal(trailer.Get("why"), []string{"late"}) {
		t.Errorf("%s: trailer %v", call, trailer)
	}
}

func delta(text string) *vignettev1.RespondResponse {
	return &vignettev1.RespondResponse{Frame: &vignettev1.RespondResponse_Delta{Delta: &vignettev1.DeltaFrame{Text: text}}}
}

// Frames come one by one, as they are sent, in their order; the header comes before them.
func TestStream(t *testing.T) {
	next := make(chan string)
	b := &backend{respond: func(r *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
		if !proto.Equal(r.GetObservation(), observation) {
			return status.Error(codes.Internal, "another observation came")
		}
		if err := stream.SendHeader(metadata.Pairs("a-header", "1")); err != nil {
			return err
		}
		for text := range next {
			if err := stream.Send(delta(text)); err != nil {
				return err
			}
			if text == "last" {
				break
			}
		}
		stream.SetTrailer(metadata.Pairs("a-trailer", "1"))
		return nil
	}}
	bridged(t, b, func(t *testing.T, ctx context.Context, client vignettev1.AgentServiceClient) {
		stream, err := client.Respond(ctx, &vignettev1.RespondRequest{Observation: observation})
		if err != nil {
			t.Fatal(err)
		}
		if header, err := stream.Header(); err != nil || !cmp.Equal(header.Get("a-header"), []string{"1"}) {
			t.Fatalf("before any frame: header %v, %v", header, err)
		}
		for _, text := range []string{"one", "two", strings.Repeat("long ", 100_000), "last"} {
			next <- text // The backend has nothing more to send until this one is here.
			if got, err := stream.Recv(); err != nil || got.GetDelta().GetText() != text {
				t.Fatalf("frame %v, %v; want %.20q", got, err, text)
			}
		}
		if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
			t.Errorf("the end is %v", err)
		}
		if !cmp.Equal(stream.Trailer().Get("a-trailer"), []string{"1"}) {
			t.Errorf("trailer %v", stream.Trailer())
		}
	})
}

// A caller that gives up or runs out of time stops the backend too.
func TestCancellationAndDeadline(t *testing.T) {
	asked, ended := make(chan struct{}), make(chan error)
	wait := func(ctx context.Context) error {
		asked <- struct{}{}
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	}
	b := &backend{
		bid: func(ctx context.Context, _ *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
			return nil, wait(ctx)
		},
		respond: func(_ *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
			return wait(stream.Context())
		},
	}
	bridged(t, b, func(t *testing.T, base context.Context, client vignettev1.AgentServiceClient) {
		for name, call := range map[string]func(context.Context) error{
			"unary": func(ctx context.Context) error {
				_, err := client.Bid(ctx, &vignettev1.BidRequest{Observation: observation})
				return err
			},
			"stream": func(ctx context.Context) error {
				stream, err := client.Respond(ctx, &vignettev1.RespondRequest{Observation: observation})
				if err != nil {
					return err
				}
				_, err = stream.Recv()
				return err
			},
		} {
			ctx, cancel := context.WithCancel(base)
			answered := make(chan error)
			go func() { answered <- call(ctx) }()
			<-asked
			cancel()
			if err := <-answered; status.Code(err) != codes.Canceled {
				t.Errorf("%s: cancelled, the caller sees %v", name, err)
			}
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("%s: cancelled, the backend sees %v", name, err)
			}

			ctx, cancel = context.WithTimeout(base, 200*time.Millisecond)
			go func() { answered <- call(ctx) }()
			<-asked
			if err := <-answered; status.Code(err) != codes.DeadlineExceeded {
				t.Errorf("%s: out of time, the caller sees %v", name, err)
			}
			// Whichever of the two is first at the backend: its own clock, or the word that nobody waits any more.
			if err := <-ended; !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: out of time, the backend sees %v", name, err)
			}
			cancel()
		}
	})
}

// While the backend is away calls fail at once; when it is back they go through again.
func TestBackendGoesAndComesBack(t *testing.T) {
	b := &backend{}
	addr, stop := serve(t, "127.0.0.1:0", b.register)
	client := vignettev1.NewAgentServiceClient(fronts["wire"](t, open(t, bridge.Config{URL: "grpc://" + addr}).Register))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	describe := func() error {
		_, err := client.Describe(ctx, &vignettev1.AgentServiceDescribeRequest{})
		return err
	}
	if err := describe(); err != nil {
		t.Fatal(err)
	}
	stop()
	for range 10 { // ten seconds of any waiting would not fit into the test's time
		if err := describe(); status.Code(err) != codes.Unavailable {
			t.Fatalf("without a backend: %v, want Unavailable", err)
		}
	}
	serve(t, addr, b.register)
	for {
		err := describe()
		if err == nil {
			return
		}
		if status.Code(err) != codes.Unavailable {
			t.Fatalf("while the backend comes back: %v", err)
		}
	}
}

// evaluator is a backend of the other kind.
type evaluator struct {
	vignettev1.UnimplementedEvaluatorServiceServer
}

func (evaluator) Describe(context.Context, *vignettev1.EvaluatorServiceDescribeRequest) (*vignettev1.EvaluatorServiceDescribeResponse, error) {
	return &vignettev1.EvaluatorServiceDescribeResponse{Description: &vignettev1.EvaluatorDescription{Name: "judge"}}, nil
}

func (evaluator) register(r grpc.ServiceRegistrar) {
	vignettev1.RegisterEvaluatorServiceServer(r, evaluator{})
}

// A bridge serves what is at its other end, and only that.
func TestDiscovery(t *testing.T) {
	agent, judge := vignettev1.AgentService_ServiceDesc.ServiceName, vignettev1.EvaluatorService_ServiceDesc.ServiceName
	for _, tc := range []struct {
		name     string
		register []func(grpc.ServiceRegistrar)
		want     []string
	}{
		{"an agent", []func(grpc.ServiceRegistrar){(&backend{}).register}, []string{agent}},
		{"an evaluator", []func(grpc.ServiceRegistrar){evaluator{}.register}, []string{judge}},
		{"both", []func(grpc.ServiceRegistrar){evaluator{}.register, (&backend{}).register}, []string{agent, judge}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr, _ := serve(t, "127.0.0.1:0", tc.register...)
			b := open(t, bridge.Config{URL: "grpc://" + addr})
			if diff := cmp.Diff(tc.want, b.Services()); diff != "" {
				t.Errorf("services, -want +got:\n%s", diff)
			}
			front := fronts["wire"](t, b.Register)
			_, agentErr := vignettev1.NewAgentServiceClient(front).Describe(context.Background(), &vignettev1.AgentServiceDescribeRequest{})
			_, judgeErr := vignettev1.NewEvaluatorServiceClient(front).Describe(context.Background(), &vignettev1.EvaluatorServiceDescribeRequest{})
			if (agentErr == nil) != slices.Contains(tc.want, agent) || (judgeErr == nil) != slices.Contains(tc.want, judge) {
				t.Errorf("the agent answers %v, the evaluator %v", agentErr, judgeErr)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	unwell := func(r grpc.ServiceRegistrar) {
		server := health.NewServer()
		server.SetServingStatus("", healthv1.HealthCheckResponse_NOT_SERVING)
		healthv1.RegisterHealthServer(r, server)
		(&backend{}).register(r)
	}
	ill, _ := serve(t, "127.0.0.1:0", unwell)
	empty, stop := serve(t, "127.0.0.1:0")
	closed, stopClosed := serve(t, "127.0.0.1:0")
	stopClosed()
	defer stop()
	for _, tc := range []struct {
		name   string
		config bridge.Config
		says   string
	}{
		{"another scheme", bridge.Config{URL: "http://127.0.0.1:1"}, "grpc://host:port"},
		{"no scheme", bridge.Config{URL: "127.0.0.1:50051"}, "grpc://host:port"},
		{"no port", bridge.Config{URL: "grpc://localhost"}, "grpc://host:port"},
		{"a path", bridge.Config{URL: "grpc://localhost:1/agent"}, "grpc://host:port"},
		{"a token in the clear", bridge.Config{URL: "grpc://192.0.2.1:1", Token: "secret"}, "in the clear"},
		{"a CA without TLS", bridge.Config{URL: "grpc://localhost:1", CA: "ca.pem"}, "grpcs://localhost:1"},
		{"a CA that is not there", bridge.Config{URL: "grpcs://localhost:1", CA: "gone.pem"}, "gone.pem"},
		{"a backend that is not well", bridge.Config{URL: "grpc://" + ill}, "NOT_SERVING"},
		{"no agent at all", bridge.Config{URL: "grpc://" + empty}, "neither vignette.v1.AgentService nor"},
		{"nobody there", bridge.Config{URL: "grpc://" + closed}, "is the agent running"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			b, err := bridge.Open(ctx, tc.config)
			if err == nil {
				t.Error(b.Close())
			}
			if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("err = %v, want one with %q", err, tc.says)
			}
		})
	}
}

// A backend behind a token is reached with it, and says clearly what is missing without.
func TestToken(t *testing.T) {
	const token = "a token of thirty-two characters"
	server, err := edge.Listen(edge.Config{Address: "127.0.0.1:0", Token: token}, (&backend{}).register)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	if _, err := bridge.Open(context.Background(), bridge.Config{URL: "grpc://" + server.Addr()}); err == nil || !strings.Contains(err.Error(), "wants a token") {
		t.Errorf("without a token: %v", err)
	}
	b, err := bridge.Open(context.Background(), bridge.Config{URL: "grpc://" + server.Addr(), Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
