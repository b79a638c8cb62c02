package natsrpc_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// journal collects what happens, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
	ended chan struct{} // gets a signal per stats.End
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) read() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

func TestInterceptors(t *testing.T) {
	srv := startNATS(t, false)
	j := &journal{}
	svc := &fakeService{unary: func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		j.add("handler")
		return echo(ctx, req)
	}}
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		j.add("handler")
		return s.Send(&pb.StreamingOutputCallResponse{})
	}
	clientUnary := func(name string) grpc.UnaryClientInterceptor {
		return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if !strings.Contains(cc.Target(), testNamespace) {
				t.Errorf("target %q", cc.Target())
			}
			j.add("client " + name)
			return invoke(ctx, method, req, reply, cc, opts...)
		}
	}
	clientStream := func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		j.add("client stream")
		return open(ctx, desc, cc, method, opts...)
	}
	serverUnary := func(name string) grpc.UnaryServerInterceptor {
		return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			j.add("server " + name + " " + info.FullMethod)
			return handle(ctx, req)
		}
	}
	serverStream := func(impl any, s grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		j.add(fmt.Sprintf("server stream %v %v", info.IsServerStream, info.IsClientStream))
		return handle(impl, s)
	}
	newServer(t, inProcess(t, srv), svc,
		natsrpc.WithUnaryServerInterceptors(serverUnary("1"), serverUnary("2")), natsrpc.WithStreamServerInterceptors(serverStream))
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv),
		natsrpc.WithUnaryClientInterceptors(clientUnary("1"), clientUnary("2")), natsrpc.WithStreamClientInterceptors(clientStream)))

	if _, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{}); err != nil {
		t.Fatal(err)
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	drain(t, stream)
	want := []string{
		"client 1", "client 2", "server 1 " + pb.TestService_UnaryCall_FullMethodName,
		"server 2 " + pb.TestService_UnaryCall_FullMethodName, "handler",
		"client stream", "server stream true false", "handler",
	}
	if diff := cmp.Diff(want, j.read()); diff != "" {
		t.Error(diff)
	}
}

// statsJournal notes the kinds of events, and tags both ends' contexts as a tracer would.
type statsJournal struct{ journal }

type tagKey struct{}

func (s *statsJournal) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	ctx = context.WithValue(ctx, tagKey{}, true)
	return metadata.AppendToOutgoingContext(ctx, "traceparent", "00-1-2-3")
}

func (s *statsJournal) HandleRPC(ctx context.Context, event stats.RPCStats) {
	s.add(strings.TrimPrefix(fmt.Sprintf("%T %v", event, ctx.Value(tagKey{})), "*stats."))
	if _, ok := event.(*stats.End); ok {
		s.ended <- struct{}{}
	}
}

func (s *statsJournal) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (s *statsJournal) HandleConn(context.Context, stats.ConnStats)                       {}

func TestStatsHandlers(t *testing.T) {
	srv := startNATS(t, false)
	client := &statsJournal{journal{ended: make(chan struct{}, 10)}}
	server := &statsJournal{journal{ended: make(chan struct{}, 10)}}
	svc := &fakeService{unary: func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		if md, _ := metadata.FromIncomingContext(ctx); len(md["traceparent"]) != 1 {
			t.Errorf("metadata %v", md)
		}
		if ctx.Value(tagKey{}) == nil {
			t.Error("the handler's context is not the tagged one")
		}
		if p, ok := peer.FromContext(ctx); !ok || p.Addr.Network() != "nats" {
			t.Errorf("peer %v", p)
		}
		if m, _ := grpc.Method(ctx); m != pb.TestService_UnaryCall_FullMethodName {
			t.Errorf("method %q", m)
		}
		return echo(ctx, req)
	}}
	newServer(t, inProcess(t, srv), svc, natsrpc.WithServerStats(server))
	stub := pb.NewTestServiceClient(newClient(t, inProcess(t, srv), natsrpc.WithClientStats(client)))
	if _, err := stub.UnaryCall(testContext(t), &pb.SimpleRequest{}); err != nil {
		t.Fatal(err)
	}
	await(t, "the client reports the end", client.ended)
	await(t, "the server reports the end", server.ended)
	wantClient := []string{"Begin true", "OutHeader true", "OutPayload true", "InHeader true", "InPayload true", "InTrailer true", "End true"}
	if diff := cmp.Diff(wantClient, client.read()); diff != "" {
		t.Error("client", diff)
	}
	wantServer := []string{"Begin true", "InHeader true", "InPayload true", "OutHeader true", "OutPayload true", "OutTrailer true", "End true"}
	if diff := cmp.Diff(wantServer, server.read()); diff != "" {
		t.Error("server", diff)
	}
}

func TestCallOptions(t *testing.T) {
	srv := startNATS(t, false)
	client := pb.NewTestServiceClient(serve(t, inProcess(t, srv), inProcess(t, srv), &fakeService{unary: echo}))
	req := &pb.SimpleRequest{Payload: payload(1000)}
	ctx := testContext(t)

	finished := make(chan error, 1)
	var from peer.Peer
	if _, err := client.UnaryCall(ctx, req, grpc.OnFinish(func(err error) { finished <- err }), grpc.Peer(&from)); err != nil {
		t.Fatal(err)
	}
	if err := <-finished; err != nil {
		t.Error(err)
	}
	if from.Addr == nil || from.Addr.Network() != "nats" || from.Addr.String() != testAgent {
		t.Errorf("peer %v", from)
	}
	_, err := client.UnaryCall(ctx, req, grpc.MaxCallSendMsgSize(10))
	wantCode(t, err, codes.ResourceExhausted)
	_, err = client.UnaryCall(ctx, req, grpc.MaxCallRecvMsgSize(10))
	wantCode(t, err, codes.ResourceExhausted)
}
