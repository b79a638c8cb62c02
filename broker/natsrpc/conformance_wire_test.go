package natsrpc_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// Behaviours that need more of a wire than one client.

// Every client counts its calls from 1, so that ids collide all the time.
func collidingIDs(t *testing.T, svc *fakeService, w wire) {
	svc.unary = echo
	svc.output = func(req *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		for range 3 {
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: req.GetPayload()}); err != nil {
				return err
			}
		}
		return nil
	}
	ctx := testContext(t)
	var clients sync.WaitGroup
	for name := range 4 {
		client := w.dial()
		clients.Go(func() {
			for i := range 25 {
				want := fmt.Sprintf("client %d, call %d", name, i)
				if err := calledBack(ctx, client, want); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clients.Wait()
}

// calledBack makes a unary and a streaming call and says whether the answers are their own.
func calledBack(ctx context.Context, client pb.TestServiceClient, want string) error {
	body := &pb.Payload{Body: []byte(want)}
	answer, err := client.UnaryCall(ctx, &pb.SimpleRequest{Payload: body})
	if err != nil {
		return err
	}
	if got := string(answer.GetPayload().GetBody()); got != want {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	stream, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{Payload: body})
	if err != nil {
		return err
	}
	for range 3 {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		if got := string(m.GetPayload().GetBody()); got != want {
			return fmt.Errorf("streamed %q, want %q", got, want)
		}
	}
	if _, err := stream.Recv(); err == nil {
		return fmt.Errorf("%q: a message too many", want)
	}
	return nil
}

func diesInStream(t *testing.T, svc *fakeService, w wire) {
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		if err := s.Send(&pb.StreamingOutputCallResponse{}); err != nil {
			return err
		}
		<-s.Context().Done()
		return s.Context().Err()
	}
	stream, err := w.dial(natsrpc.WithHeartbeat(slowBeat)).StreamingOutputCall(context.Background(), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := stream.Recv()
		ended <- err
	}()
	w.kill()
	wantCode(t, await(t, "the stream ends", ended), codes.Unavailable)
}

func diesInUnary(t *testing.T, svc *fakeService, w wire) {
	begun := make(chan struct{})
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	client := w.dial(natsrpc.WithHeartbeat(slowBeat))
	ended := make(chan error, 1)
	go func() {
		_, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{})
		ended <- err
	}()
	await(t, "the handler begins", begun)
	w.kill()
	wantCode(t, await(t, "the call ends", ended), codes.Unavailable)
}

func overLimit(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		return &pb.SimpleResponse{Payload: payload(maxPayload)}, nil
	}
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		return s.Send(&pb.StreamingOutputCallResponse{Payload: payload(maxPayload)})
	}
	svc.input = func(s grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
		_, err := s.Recv()
		return err
	}
	ctx := testContext(t)
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{Payload: payload(maxPayload)})
	wantCode(t, err, codes.ResourceExhausted)
	_, err = client.UnaryCall(ctx, &pb.SimpleRequest{}) // its response is too large
	wantCode(t, err, codes.ResourceExhausted)
	output, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
	if err == nil {
		_, err = output.Recv()
	}
	wantCode(t, err, codes.ResourceExhausted)
	input, err := client.StreamingInputCall(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// Over HTTP/2 the server refuses it, so that Send may go well.
	if err = input.Send(&pb.StreamingInputCallRequest{Payload: payload(maxPayload)}); err == nil {
		_, err = input.CloseAndRecv()
	}
	wantCode(t, err, codes.ResourceExhausted)
}
