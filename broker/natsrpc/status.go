package natsrpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// encodeStatus returns the bytes of a google.rpc.Status; OK is no bytes.
func encodeStatus(st *status.Status) []byte {
	if st.Code() == codes.OK {
		return nil
	}
	raw, err := proto.Marshal(st.Proto())
	if err != nil { // a message that is not UTF-8
		raw, _ = proto.Marshal(&rpcstatus.Status{Code: int32(st.Code()), Message: fmt.Sprintf("%q", st.Message())})
	}
	return raw
}

func decodeStatus(raw []byte) *status.Status {
	if len(raw) == 0 {
		return nil // a nil *status.Status is OK
	}
	var st rpcstatus.Status
	if err := proto.Unmarshal(raw, &st); err != nil {
		return status.Newf(codes.Internal, "malformed status from the server: %v", err)
	}
	return status.FromProto(&st)
}

// handlerStatus is the status of what a handler returned, by gRPC's rules.
func handlerStatus(err error) *status.Status {
	if err == nil {
		return nil
	}
	if st, ok := status.FromError(err); ok {
		return st
	}
	return status.FromContextError(err)
}

// publishError is the status of a frame that could not be sent.
func publishError(err error, size int, limit int64) error {
	if errors.Is(err, nats.ErrMaxPayload) {
		return status.Errorf(codes.ResourceExhausted,
			"message of %d bytes (with metadata) is larger than the NATS server's limit of %d", size, limit)
	}
	return status.Errorf(codes.Unavailable, "cannot send over NATS: %v", err)
}

func contextError(ctx context.Context) *status.Status { return status.FromContextError(ctx.Err()) }

var overloadedStatus = status.New(codes.Unavailable, "overloaded")

func shedStatus(limit int, retryAfter time.Duration) *status.Status {
	st := status.Newf(codes.Unavailable, "overloaded: %d calls in progress", limit)
	detailed, err := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retryAfter)})
	if err != nil {
		return st
	}
	return detailed
}

// asMessage is what the wire can carry.
func asMessage(m any) (proto.Message, error) {
	if pm, ok := m.(proto.Message); ok {
		return pm, nil
	}
	return nil, status.Errorf(codes.Internal, "%T is not a protobuf message", m)
}
