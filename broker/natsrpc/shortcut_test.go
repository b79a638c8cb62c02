package natsrpc_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// neighbours are a server and a client that has a shortcut to it, each with a connection of its own to the same NATS.
type neighbours struct {
	pb.TestServiceClient
	client *natsrpc.Client
	server *natsrpc.Server
	nc     *nats.Conn // a third one
	conn   *nats.Conn // the server's
}

func newNeighbours(t *testing.T, svc *fakeService, opts ...natsrpc.ServerOption) *neighbours {
	t.Helper()
	srv := startNATS(t, false)
	n := &neighbours{nc: inProcess(t, srv), conn: inProcess(t, srv)}
	n.server = newServer(t, n.conn, svc, opts...)
	n.client = newClient(t, inProcess(t, srv), natsrpc.WithHeartbeat(slowBeat))
	if err := n.client.Shortcut(n.server); err != nil {
		t.Fatal(err)
	}
	n.TestServiceClient = pb.NewTestServiceClient(n.client)
	return n
}

// One hop is saved, and nothing is shared for that: each side has messages of its own.
func TestShortcutTakesNoWire(t *testing.T) {
	var got *pb.SimpleRequest
	var answered *pb.SimpleResponse
	n := newNeighbours(t, &fakeService{unary: func(_ context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		got, answered = req, &pb.SimpleResponse{Payload: req.GetPayload()}
		return answered, nil
	}})
	wire, err := n.nc.SubscribeSync(">")
	if err == nil {
		err = n.nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	request := &pb.SimpleRequest{Payload: &pb.Payload{Body: []byte("words")}}
	response, err := n.UnaryCall(testContext(t), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(n.conn.Flush(), n.nc.Flush()); err != nil {
		t.Fatal(err)
	}
	if frames, _, err := wire.Pending(); frames != 0 || err != nil {
		t.Errorf("%d messages went over NATS, %v", frames, err)
	}
	if got == request || response == answered {
		t.Error("caller and handler have the same message")
	}
	request.Payload.Body[0], answered.Payload.Body[1] = 'W', 'O'
	if text := string(got.GetPayload().GetBody()) + " " + string(response.GetPayload().GetBody()); text != "wOrds words" {
		t.Errorf("they share bytes: %q", text)
	}
}

func TestShortcutIsForTheSameAgent(t *testing.T) {
	nc := inProcess(t, startNATS(t, false))
	other, err := natsrpc.NewServer(nc, testNamespace, "another")
	if err != nil {
		t.Fatal(err)
	}
	unstarted, err := natsrpc.NewServer(nc, testNamespace, testAgent)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, nc)
	for want, server := range map[string]*natsrpc.Server{"another": other, "not been started": unstarted} {
		if err := client.Shortcut(server); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// Whoever leaves lets calls in hand finish, and later ones go over NATS to who is left.
func TestShortcutEndsWithItsServer(t *testing.T) {
	svc := newBlocked()
	n := newNeighbours(t, &svc.fakeService)
	inHand := start(t, svc, n)
	newServer(t, n.nc, &fakeService{unary: func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		return &pb.SimpleResponse{Username: "replica"}, nil
	}})
	stopped := make(chan error, 1)
	go func() { stopped <- n.server.GracefulStop(testContext(t)) }()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		response, err := n.UnaryCall(ctx, &pb.SimpleRequest{})
		cancel()
		if err == nil && response.GetUsername() == "replica" {
			break
		}
		if err != nil {
			wantCode(t, err, codes.DeadlineExceeded) // the server was not leaving yet
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a call in hand: %v", err)
	default:
	}
	close(svc.release)
	if err := await(t, "the call in hand ends", inHand); err != nil {
		t.Error(err)
	}
	if err := await(t, "the server stops", stopped); err != nil {
		t.Error(err)
	}
}

func TestShortcutFaults(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault func(*neighbours)
		want  codes.Code
	}{
		{"the server stops", func(n *neighbours) { n.server.Stop() }, codes.Unavailable},
		{"the server loses NATS", func(n *neighbours) { n.conn.Close() }, codes.Unavailable},
		{"the client closes", func(n *neighbours) { _ = n.client.Close() }, codes.Canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			svc := newBlocked()
			n := newNeighbours(t, &svc.fakeService)
			result := start(t, svc, n)
			test.fault(n)
			wantCode(t, await(t, "the call ends", result), test.want)
			await(t, "the handler is cancelled", svc.ended)
		})
	}
	t.Run("the server has too much to do", func(t *testing.T) {
		svc := newBlocked()
		n := newNeighbours(t, &svc.fakeService, natsrpc.WithMaxConcurrentCalls(1, time.Second))
		first := start(t, svc, n)
		_, err := n.UnaryCall(testContext(t), &pb.SimpleRequest{})
		wantCode(t, err, codes.Unavailable)
		close(svc.release)
		if err := await(t, "the first call ends", first); err != nil {
			t.Error(err)
		}
	})
	t.Run("the handler panics", func(t *testing.T) {
		n := newNeighbours(t, &fakeService{unary: func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) { panic("private words") }})
		_, err := n.UnaryCall(testContext(t), &pb.SimpleRequest{})
		wantCode(t, err, codes.Internal)
		if strings.Contains(err.Error(), "private") {
			t.Errorf("the caller learns %q", err)
		}
	})
	t.Run("the answer is not text", func(t *testing.T) {
		n := newNeighbours(t, &fakeService{unary: func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
			return &pb.SimpleResponse{Username: "\xff"}, nil
		}})
		_, err := n.UnaryCall(testContext(t), &pb.SimpleRequest{})
		wantCode(t, err, codes.Internal)
	})
}
