package natsrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
)

// TestConformance holds gRPC over NATS to what gRPC over HTTP/2 does. Each behaviour runs over every transport.
func TestConformance(t *testing.T) {
	behaviours := []struct {
		name string
		test func(t *testing.T, svc *fakeService, client pb.TestServiceClient)
	}{
		{"message over the limit is ResourceExhausted, both ways", overLimit},
		{"unary answers", unaryAnswers},
		{"unary answers many callers with their own answers", unaryManyCallers},
		{"empty messages are messages", emptyMessages},
		{"5 MiB message passes", largeMessage},
		{"status keeps its details", statusDetails},
		{"plain error is Unknown", plainError},
		{"unknown method is Unimplemented", unknownMethod},
		{"deadline reaches the handler", deadlineReachesHandler},
		{"no deadline is no deadline", noDeadline},
		{"deadline ends the call", deadlineEndsCall},
		{"cancellation reaches a unary handler", cancelUnary},
		{"cancellation reaches a stream handler", cancelStream},
		{"cancelled context is not sent", cancelledBefore},
		{"metadata, header and trailer of a unary call", metadataUnary},
		{"metadata, header and trailer of a stream", metadataStream},
		{"header and trailer come with an error", metadataWithError},
		{"metadata that HTTP/2 cannot carry is refused", badMetadata},
		{"server stream keeps its order", serverStreamOrder},
		{"server stream ends with its error", serverStreamError},
		{"stream header comes before the first message", earlyHeader},
		{"slow reader holds the writer back", slowReader},
		{"client stream", clientStream},
		{"client stream is held back by a slow handler", slowHandler},
		{"client stream answered early", answeredEarly},
		{"bidi stream", bidiStream},
		{"both sides of a bidi stream end in any order", bidiHalfClose},
	}
	wired := []struct {
		name string
		test func(t *testing.T, svc *fakeService, w wire)
	}{
		{"two clients with the same request ids get their own answers", collidingIDs},
		{"server that dies in mid-stream is Unavailable", diesInStream},
		{"server that dies in a unary call is Unavailable", diesInUnary},
	}
	for _, tr := range allTransports() {
		t.Run(tr.name, func(t *testing.T) {
			for _, b := range behaviours {
				t.Run(b.name, func(t *testing.T) {
					svc := &fakeService{}
					b.test(t, svc, tr.connect(t, svc))
				})
			}
			for _, b := range wired {
				t.Run(b.name, func(t *testing.T) {
					svc := &fakeService{}
					b.test(t, svc, tr.serve(t, svc))
				})
			}
		})
	}
}

func wantCode(t *testing.T, err error, want codes.Code) {
	t.Helper()
	if got := status.Code(err); got != want {
		t.Fatalf("got %v (%v), want code %v", got, err, want)
	}
}

func unaryAnswers(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = echo
	want := &pb.Payload{Body: []byte("hello 世界")}
	got, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{Payload: want})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.GetPayload(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func unaryManyCallers(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = echo
	ctx := testContext(t)
	var callers sync.WaitGroup
	for i := range 64 {
		callers.Go(func() {
			for j := range 20 {
				want := fmt.Sprintf("caller %d, call %d", i, j)
				got, err := client.UnaryCall(ctx, &pb.SimpleRequest{Payload: &pb.Payload{Body: []byte(want)}})
				if err != nil {
					t.Error(err)
					return
				}
				if string(got.GetPayload().GetBody()) != want {
					t.Errorf("got %q, want %q", got.GetPayload().GetBody(), want)
				}
			}
		})
	}
	callers.Wait()
}

func emptyMessages(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) { return &pb.SimpleResponse{}, nil }
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		return errors.Join(s.Send(&pb.StreamingOutputCallResponse{}), s.Send(&pb.StreamingOutputCallResponse{}))
	}
	ctx := testContext(t)
	if _, err := client.UnaryCall(ctx, &pb.SimpleRequest{}); err != nil {
		t.Error(err)
	}
	stream, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, stream); len(got) != 2 {
		t.Errorf("got %d messages, want 2", len(got))
	}
}

// drain reads a stream to its good end.
func drain(t *testing.T, stream interface {
	Recv() (*pb.StreamingOutputCallResponse, error)
}) (got []*pb.StreamingOutputCallResponse) {
	t.Helper()
	for {
		m, err := stream.Recv()
		if err == io.EOF {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
}

func largeMessage(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = echo
	got, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{Payload: payload(5 << 20)})
	if err != nil {
		t.Fatal(err)
	}
	if size := len(got.GetPayload().GetBody()); size != 5<<20 {
		t.Errorf("got %d bytes back", size)
	}
}

func statusDetails(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	detail := &errdetails.ErrorInfo{Reason: "REASON", Domain: "example.org", Metadata: map[string]string{"k": "v"}}
	want, err := status.New(codes.FailedPrecondition, "not now: ü").WithDetails(detail)
	if err != nil {
		t.Fatal(err)
	}
	svc.unary = func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) { return nil, want.Err() }
	_, err = client.UnaryCall(testContext(t), &pb.SimpleRequest{})
	if diff := cmp.Diff(want.Proto(), status.Convert(err).Proto(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func plainError(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) { return nil, errors.New("oh") }
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{})
	wantCode(t, err, codes.Unknown)
	if got := status.Convert(err).Message(); got != "oh" {
		t.Errorf("message %q", got)
	}
}

func unknownMethod(t *testing.T, _ *fakeService, client pb.TestServiceClient) {
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{}) // the fake's method is not set
	wantCode(t, err, codes.Unimplemented)
}

func deadlineReachesHandler(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		deadline, ok := ctx.Deadline()
		if left := time.Until(deadline); !ok || left <= 0 || left > time.Hour {
			return nil, fmt.Errorf("deadline %v %v", deadline, ok)
		}
		return &pb.SimpleResponse{}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if _, err := client.UnaryCall(ctx, &pb.SimpleRequest{}); err != nil {
		t.Error(err)
	}
}

func noDeadline(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		if deadline, ok := ctx.Deadline(); ok {
			return nil, fmt.Errorf("deadline %v", deadline)
		}
		return &pb.SimpleResponse{}, nil
	}
	if _, err := client.UnaryCall(context.Background(), &pb.SimpleRequest{}); err != nil {
		t.Error(err)
	}
}

func deadlineEndsCall(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	ended := make(chan error, 1)
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	// Long enough for the handler to be reached on a busy machine.
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{})
	wantCode(t, err, codes.DeadlineExceeded)
	await(t, "the handler's context ends", ended)
}

func cancelUnary(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	result := make(chan error, 1)
	go func() {
		_, err := client.UnaryCall(ctx, &pb.SimpleRequest{})
		result <- err
	}()
	await(t, "the handler begins", begun)
	cancel()
	wantCode(t, await(t, "the call ends", result), codes.Canceled)
	if err := await(t, "the handler is cancelled", ended); !errors.Is(err, context.Canceled) {
		t.Errorf("handler's context ended with %v", err)
	}
}

func cancelStream(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	ended := make(chan struct{})
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		defer close(ended)
		for {
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: payload(1000)}); err != nil {
				return err
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	cancel()
	for err == nil {
		_, err = stream.Recv()
	}
	wantCode(t, err, codes.Canceled)
	await(t, "the handler is cancelled", ended)
}

func cancelledBefore(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(context.Context, *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		t.Error("the handler was called")
		return nil, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{})
	wantCode(t, err, codes.Canceled)
}

func requestMetadata() metadata.MD {
	return metadata.MD{"plain": {"one", "two"}, "empty": {""}, "raw-bin": {"\x00\xff\x80", "Zoë 李"}}
}

func responseHeader() metadata.MD {
	return metadata.MD{"head": {"a", "b"}, "head-bin": {"\x00\x01\xfe"}}
}

func responseTrailer() metadata.MD { return metadata.MD{"tail": {"c"}, "tail-bin": {"\xff"}} }

// wantMetadata compares the keys that want has; a transport may add some of its own.
func wantMetadata(t *testing.T, what string, got, want metadata.MD) {
	t.Helper()
	picked := metadata.MD{}
	for key := range want {
		if values, ok := got[key]; ok {
			picked[key] = values
		}
	}
	if diff := cmp.Diff(want, picked); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func metadataUnary(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	received := make(chan metadata.MD, 1)
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		received <- md
		return &pb.SimpleResponse{}, errors.Join(grpc.SetHeader(ctx, responseHeader()), grpc.SetTrailer(ctx, responseTrailer()))
	}
	ctx := metadata.NewOutgoingContext(testContext(t), requestMetadata())
	var header, trailer metadata.MD
	if _, err := client.UnaryCall(ctx, &pb.SimpleRequest{}, grpc.Header(&header), grpc.Trailer(&trailer)); err != nil {
		t.Fatal(err)
	}
	wantMetadata(t, "request", <-received, requestMetadata())
	wantMetadata(t, "header", header, responseHeader())
	wantMetadata(t, "trailer", trailer, responseTrailer())
}

func metadataStream(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	received := make(chan metadata.MD, 1)
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		md, _ := metadata.FromIncomingContext(s.Context())
		received <- md
		s.SetTrailer(responseTrailer())
		return errors.Join(s.SetHeader(responseHeader()), s.Send(&pb.StreamingOutputCallResponse{}))
	}
	stream, err := client.StreamingOutputCall(metadata.NewOutgoingContext(testContext(t), requestMetadata()), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	drain(t, stream)
	header, err := stream.Header()
	if err != nil {
		t.Fatal(err)
	}
	wantMetadata(t, "request", <-received, requestMetadata())
	wantMetadata(t, "header", header, responseHeader())
	wantMetadata(t, "trailer", stream.Trailer(), responseTrailer())
}

func metadataWithError(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = func(ctx context.Context, _ *pb.SimpleRequest) (*pb.SimpleResponse, error) {
		if err := errors.Join(grpc.SendHeader(ctx, responseHeader()), grpc.SetTrailer(ctx, responseTrailer())); err != nil {
			return nil, err
		}
		return nil, status.Error(codes.NotFound, "nothing")
	}
	var header, trailer metadata.MD
	_, err := client.UnaryCall(testContext(t), &pb.SimpleRequest{}, grpc.Header(&header), grpc.Trailer(&trailer))
	wantCode(t, err, codes.NotFound)
	wantMetadata(t, "header", header, responseHeader())
	wantMetadata(t, "trailer", trailer, responseTrailer())
}

func badMetadata(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.unary = echo
	for _, md := range []metadata.MD{{"key": {"Zoë"}}, {"key": {"line\nbreak"}}, {"white space": {"x"}}} {
		_, err := client.UnaryCall(metadata.NewOutgoingContext(testContext(t), md), &pb.SimpleRequest{})
		wantCode(t, err, codes.Internal)
	}
}
