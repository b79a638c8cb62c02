package natsrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// discover asks as `nats micro` does, and returns what n servers answer.
func discover[T any](t *testing.T, nc *nats.Conn, subject string, n int) (answers []T) {
	t.Helper()
	inbox, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = inbox.Unsubscribe() }()
	if err := nc.PublishRequest(subject, inbox.Subject, nil); err != nil {
		t.Fatal(err)
	}
	for range n {
		msg, err := inbox.NextMsg(patience)
		if err != nil {
			t.Fatalf("%s: %v after %d answers", subject, err, len(answers))
		}
		var answer T
		if err := json.Unmarshal(msg.Data, &answer); err != nil {
			t.Fatalf("%s: %v", msg.Data, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

func TestDiscovery(t *testing.T) {
	srv := startNATS(t, false)
	nc := inProcess(t, srv)
	first := newServer(t, inProcess(t, srv), &fakeService{}, natsrpc.WithDiscovery("v1.2.3-rc.1", "answers tests"))
	newServer(t, inProcess(t, srv), &fakeService{}, natsrpc.WithDiscovery("devel", ""))

	name := natsrpc.DiscoveryName(testAgent)
	pings := discover[micro.Ping](t, nc, "$SRV.PING", 2)
	versions := map[string]string{} // by the version as given
	for _, p := range pings {
		if p.Type != micro.PingResponseType || p.Name != name || p.Metadata[natsrpc.MetadataAgent] != testAgent ||
			p.Metadata[natsrpc.MetadataNamespace] != testNamespace || p.Metadata[natsrpc.MetadataServices] != "grpc.testing.TestService" {
			t.Errorf("%+v", p)
		}
		versions[p.Metadata[natsrpc.MetadataVersion]] = p.Version
	}
	if diff := cmp.Diff(map[string]string{"": "1.2.3-rc.1", "devel": "0.0.0"}, versions); diff != "" {
		t.Error(diff)
	}
	if pings[0].ID == pings[1].ID {
		t.Error("two instances have one id")
	}

	one := pings[slices.IndexFunc(pings, func(p micro.Ping) bool { return p.Version != "0.0.0" })]
	info := discover[micro.Info](t, nc, "$SRV.INFO."+name+"."+one.ID, 1)[0]
	if info.Type != micro.InfoResponseType || info.Description != "answers tests" || info.ID != one.ID {
		t.Errorf("%+v", info)
	}
	kinds := map[string]string{}
	for _, e := range info.Endpoints {
		kinds[e.Subject] = e.Name + ", " + e.Metadata[natsrpc.MetadataKind]
		if e.Metadata[natsrpc.MetadataService] != "grpc.testing.TestService" {
			t.Errorf("%+v", e)
		}
	}
	prefix := "test.rpc.an%20agent%2C%20v1%2E0.grpc.testing.TestService."
	want := map[string]string{
		prefix + "EmptyCall":           "TestService-EmptyCall, unary",
		prefix + "UnaryCall":           "TestService-UnaryCall, unary",
		prefix + "CacheableUnaryCall":  "TestService-CacheableUnaryCall, unary",
		prefix + "UnimplementedCall":   "TestService-UnimplementedCall, unary",
		prefix + "StreamingOutputCall": "TestService-StreamingOutputCall, server stream",
		prefix + "StreamingInputCall":  "TestService-StreamingInputCall, client stream",
		prefix + "FullDuplexCall":      "TestService-FullDuplexCall, bidi stream",
		prefix + "HalfDuplexCall":      "TestService-HalfDuplexCall, bidi stream",
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	discover[micro.Stats](t, nc, "$SRV.STATS."+name, 2)

	// A server that has stopped is no longer shown.
	first.Stop()
	if left := discover[micro.Ping](t, nc, "$SRV.PING."+name, 1); left[0].Version != "0.0.0" {
		t.Errorf("%+v", left)
	}
}

// The counts are those of the calls, however they end and however long they take.
func TestDiscoveryCountsCalls(t *testing.T) {
	const slow = 50 * time.Millisecond
	srv := startNATS(t, false)
	nc := inProcess(t, srv)
	svc := newBlocked()
	blockedUnary := svc.unary
	svc.unary = func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		switch req.GetPayload().GetBody()[0] {
		case 'f':
			return nil, status.Error(codes.NotFound, "what was said in private")
		case 'p':
			panic("oh")
		case 's':
			<-time.After(slow) // the time is what is tested
		case 'b':
			return blockedUnary(ctx, req)
		}
		return echo(ctx, req)
	}
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		return errors.Join(s.Send(&pb.StreamingOutputCallResponse{}), s.Send(&pb.StreamingOutputCallResponse{}))
	}
	newServer(t, inProcess(t, srv), &svc.fakeService, natsrpc.WithMaxConcurrentCalls(1, time.Second))
	client := pb.NewTestServiceClient(newClient(t, inProcess(t, srv)))
	ctx := testContext(t)
	call := func(body string) error {
		_, err := client.UnaryCall(ctx, &pb.SimpleRequest{Payload: &pb.Payload{Body: []byte(body)}})
		return err
	}
	stats := func(method string) *micro.EndpointStats {
		t.Helper()
		answer := discover[micro.Stats](t, nc, "$SRV.STATS", 1)[0]
		i := slices.IndexFunc(answer.Endpoints, func(e *micro.EndpointStats) bool { return e.Name == "TestService-"+method })
		if i < 0 || answer.Type != micro.StatsResponseType || answer.Started.IsZero() {
			t.Fatalf("%+v", answer)
		}
		return answer.Endpoints[i]
	}

	for _, body := range []string{"ok", "fail", "panic", "slow"} {
		if err := call(body); (err != nil) != (body == "fail" || body == "panic") {
			t.Errorf("%s: %v", body, err)
		}
	}
	stream, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	drain(t, stream)

	long := make(chan error, 1)
	go func() { long <- call("block") }()
	await(t, "the handler begins", svc.begun)
	wantCode(t, call("shed"), codes.Unavailable)
	busy := stats("UnaryCall")
	if busy.NumRequests != 5 || busy.NumErrors != 3 || busy.LastError != "Unavailable" || string(busy.Data) != `{"in_progress":1}` {
		t.Errorf("while a call is in progress: %+v, %s", busy, busy.Data)
	}
	if busy.ProcessingTime < slow || busy.AverageProcessingTime != busy.ProcessingTime/5 {
		t.Errorf("processing time %v, on average %v", busy.ProcessingTime, busy.AverageProcessingTime)
	}
	if e := stats("StreamingOutputCall"); e.NumRequests != 1 || e.NumErrors != 0 || e.ProcessingTime <= 0 {
		t.Errorf("stream: %+v", e)
	}
	if e := stats("EmptyCall"); e.NumRequests != 0 || e.AverageProcessingTime != 0 || e.LastError != "" {
		t.Errorf("method that was never called: %+v", e)
	}
	close(svc.release)
	if err := await(t, "the call ends", long); err != nil {
		t.Error(err)
	}
}

func TestDiscoveryNamesDiffer(t *testing.T) {
	for agent, want := range map[string]string{"builtin-client": "builtin-client", "my.agent v2": "my_2Eagent_20v2", "a_b": "a_5Fb", "Zoë": "Zo_C3_AB"} {
		if got := natsrpc.DiscoveryName(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if (a == b) != (natsrpc.DiscoveryName(a) == natsrpc.DiscoveryName(b)) {
			t.Errorf("%q and %q are both %q", a, b, natsrpc.DiscoveryName(a))
		}
	})
}
