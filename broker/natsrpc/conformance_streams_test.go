package natsrpc_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
)

func serverStreamOrder(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	const n = 5000
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		for i := range n {
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: &pb.Payload{Body: fmt.Appendf(nil, "%0200d", i)}}); err != nil {
				return err
			}
		}
		return nil
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	got := drain(t, stream)
	if len(got) != n {
		t.Fatalf("got %d messages, want %d", len(got), n)
	}
	for i, m := range got {
		if want := fmt.Sprintf("%0200d", i); string(m.GetPayload().GetBody()) != want {
			t.Fatalf("message %d is %q", i, m.GetPayload().GetBody())
		}
	}
}

func serverStreamError(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		return errors.Join(s.Send(&pb.StreamingOutputCallResponse{}), status.Error(codes.Aborted, "enough"))
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the end stays the end
		_, err = stream.Recv()
		wantCode(t, err, codes.Aborted)
	}
}

func earlyHeader(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	release := make(chan struct{})
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		if err := s.SendHeader(responseHeader()); err != nil {
			return err
		}
		<-release
		return s.Send(&pb.StreamingOutputCallResponse{})
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	header, err := stream.Header()
	if err != nil {
		t.Fatal(err)
	}
	wantMetadata(t, "header", header, responseHeader())
	close(release)
	drain(t, stream)
}

func slowReader(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	const n, size = 200, 64 << 10
	sent := make(chan int, n)
	svc.output = func(_ *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
		for i := range n {
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: payload(size)}); err != nil {
				return err
			}
			sent <- i
		}
		return nil
	}
	stream, err := client.StreamingOutputCall(testContext(t), &pb.StreamingOutputCallRequest{})
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the first message is sent", sent)
	received := 0
	for {
		// The writer can be ahead by windows and buffers, never by half of the whole stream.
		if ahead := len(sent) - received; ahead > n/2 {
			t.Fatalf("the writer is %d messages ahead", ahead)
		}
		if _, err := stream.Recv(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		received++
	}
	if received != n {
		t.Errorf("received %d messages, want %d", received, n)
	}
}

func clientStream(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.input = func(s grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
		total := 0
		for {
			m, err := s.Recv()
			if err == io.EOF {
				return s.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: int32(total)})
			}
			if err != nil {
				return err
			}
			total += len(m.GetPayload().GetBody())
		}
	}
	stream, err := client.StreamingInputCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if err := stream.Send(&pb.StreamingInputCallRequest{Payload: payload(1000)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if got.GetAggregatedPayloadSize() != 3_000_000 {
		t.Errorf("the handler got %d bytes", got.GetAggregatedPayloadSize())
	}
}

func slowHandler(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	release := make(chan struct{})
	svc.input = func(s grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
		<-release
		n := int32(0)
		for {
			if _, err := s.Recv(); err == io.EOF {
				return s.SendAndClose(&pb.StreamingInputCallResponse{AggregatedPayloadSize: n})
			} else if err != nil {
				return err
			}
			n++
		}
	}
	const n = 200
	stream, err := client.StreamingInputCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	sent, failed := make(chan int, n), make(chan error, 1)
	go func() {
		defer close(failed)
		for i := range n {
			if err := stream.Send(&pb.StreamingInputCallRequest{Payload: payload(64 << 10)}); err != nil {
				failed <- err
				return
			}
			sent <- i
		}
	}()
	await(t, "the first message is sent", sent)
	if ahead := len(sent); ahead > n/2 {
		t.Errorf("the writer is %d messages ahead", ahead)
	}
	close(release)
	if err := await(t, "all is sent", failed); err != nil {
		t.Fatal(err)
	}
	got, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if got.GetAggregatedPayloadSize() != n {
		t.Errorf("the handler got %d messages", got.GetAggregatedPayloadSize())
	}
}

func answeredEarly(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.input = func(grpc.ClientStreamingServer[pb.StreamingInputCallRequest, pb.StreamingInputCallResponse]) error {
		return status.Error(codes.InvalidArgument, "not like this")
	}
	stream, err := client.StreamingInputCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		err = stream.Send(&pb.StreamingInputCallRequest{Payload: payload(1000)})
	}
	if err != io.EOF {
		t.Errorf("Send returned %v, want io.EOF", err)
	}
	_, err = stream.CloseAndRecv()
	wantCode(t, err, codes.InvalidArgument)
}

func bidiStream(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.duplex = func(s grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
		for {
			m, err := s.Recv()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := s.Send(&pb.StreamingOutputCallResponse{Payload: m.GetPayload()}); err != nil {
				return err
			}
		}
	}
	stream, err := client.FullDuplexCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	want := []string{"a", "b", "c"}
	for _, text := range want {
		if err := stream.Send(&pb.StreamingOutputCallRequest{Payload: &pb.Payload{Body: []byte(text)}}); err != nil {
			t.Fatal(err)
		}
		m, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(m.GetPayload().GetBody()))
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func bidiHalfClose(t *testing.T, svc *fakeService, client pb.TestServiceClient) {
	svc.duplex = func(s grpc.BidiStreamingServer[pb.StreamingOutputCallRequest, pb.StreamingOutputCallResponse]) error {
		if _, err := s.Recv(); err != io.EOF {
			return fmt.Errorf("want the end of an empty stream, got %w", err)
		}
		return errors.Join(s.Send(&pb.StreamingOutputCallResponse{}), s.Send(&pb.StreamingOutputCallResponse{}))
	}
	stream, err := client.FullDuplexCall(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, stream); len(got) != 2 {
		t.Errorf("got %d messages after our end, want 2", len(got))
	}
}
