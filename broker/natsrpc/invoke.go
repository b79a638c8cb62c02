package natsrpc

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Invoke makes a unary call. It implements grpc.ClientConnInterface.
func (c *Client) Invoke(ctx context.Context, method string, req, reply any, opts ...grpc.CallOption) error {
	return c.unary(ctx, method, req, reply, c.target, opts...)
}

func (c *Client) invoke(ctx context.Context, method string, req, reply any, _ *grpc.ClientConn, callOpts ...grpc.CallOption) (err error) {
	call := unaryCall{done: make(chan unaryResult, 1)}
	ctx, call.stats = c.beginStats(ctx, method, false, false)
	opts := readCallOptions(callOpts)
	defer func() {
		call.stats.end(err)
		opts.finish(err)
	}()
	if err := opts.check(); err != nil {
		return err
	}
	result, err := c.roundTrip(ctx, method, req, &call, &opts)
	if err != nil {
		return err
	}
	return result.decode(reply, &opts, call.stats)
}

func (c *Client) roundTrip(ctx context.Context, method string, req any, call *unaryCall, opts *callOptions) (unaryResult, error) {
	if ctx.Err() != nil {
		return unaryResult{}, contextError(ctx).Err()
	}
	message, err := asMessage(req)
	if err != nil {
		return unaryResult{}, err
	}
	subject, err := c.openingSubject(method)
	if err != nil {
		return unaryResult{}, err
	}
	call.receiver = call
	if err := c.register(&call.clientCall); err != nil {
		return unaryResult{}, err
	}
	defer c.forget(&call.clientCall)
	open := openingFrame(ctx, c.opts.heartbeat)
	open.parts |= partMessage | partEnd
	if err := c.publishOpening(ctx, subject, call.subject, &open, message, opts, call.stats); err != nil {
		return unaryResult{}, err
	}
	select {
	case result := <-call.done:
		return result, nil
	case <-ctx.Done():
		call.cancel(contextError(ctx))
		return unaryResult{}, contextError(ctx).Err()
	}
}

func openingFrame(ctx context.Context, heartbeat time.Duration) frame {
	f := frame{parts: partOpen, number: 1, heartbeat: heartbeat}
	if deadline, ok := ctx.Deadline(); ok {
		// 0 would mean no deadline at all.
		f.timeout = max(time.Until(deadline), time.Microsecond)
	}
	return f
}

// publishOpening sends the frame that opens a call, with the caller's metadata and the request if there is one.
func (c *Client) publishOpening(ctx context.Context, subject, reply string, f *frame, message proto.Message, opts *callOptions, stats *rpcStats) error {
	md, err := outgoing(ctx)
	if err != nil {
		return err
	}
	b := takeBuffer()
	defer giveBuffer(b)
	*b = appendFrame(*b, f)
	*b = appendPairs(*b, fieldMetadata, md)
	before := len(*b)
	if message != nil {
		if *b, err = appendMessage(*b, message); err != nil {
			return status.Errorf(codes.Internal, "encode the request: %v", err)
		}
		if err := opts.checkSend(len(*b) - before); err != nil {
			return err
		}
	}
	stats.outHeader(md)
	if err := publish(c.nc, subject, reply, *b); err != nil {
		return err
	}
	if message != nil {
		stats.outPayload(message, len(*b)-before)
	}
	return nil
}

// unaryCall waits for the single frame that answers a unary call.
type unaryCall struct {
	clientCall
	done  chan unaryResult
	stats *rpcStats
}

// unaryResult is the server's frame, or a status from this side when there is none.
type unaryResult struct {
	frame  frame
	failed *status.Status
}

func (call *unaryCall) content(f frame) {
	if f.has(partStatus) {
		call.client.forget(&call.clientCall)
		call.settle(unaryResult{frame: f})
	}
}

func (call *unaryCall) finished(st *status.Status) { call.settle(unaryResult{failed: st}) }
func (call *unaryCall) granted(uint64)             {}
func (call *unaryCall) stuck() bool                { return false }

// settle keeps the first result.
func (call *unaryCall) settle(r unaryResult) {
	select {
	case call.done <- r:
	default:
	}
}

func (r unaryResult) decode(reply any, opts *callOptions, stats *rpcStats) error {
	if r.failed != nil {
		return r.failed.Err()
	}
	f := &r.frame
	stats.inHeader(f)
	if opts.header != nil {
		*opts.header = f.pairs(fieldMetadata)
	}
	if opts.trailer != nil {
		*opts.trailer = f.pairs(fieldTrailer)
	}
	opts.setPeer()
	if err := decodeStatus(f.status).Err(); err != nil {
		stats.inTrailer(f)
		return err
	}
	if !f.has(partMessage) {
		return status.Error(codes.Internal, "the server answered OK without a message")
	}
	if err := decodeMessage(f.message, reply, opts); err != nil {
		return err
	}
	stats.inPayload(reply, len(f.message))
	stats.inTrailer(f)
	return nil
}

// decodeMessage decodes a message from the server.
func decodeMessage(raw []byte, into any, opts *callOptions) error {
	if err := opts.checkReceive(len(raw)); err != nil {
		return err
	}
	message, err := asMessage(into)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(raw, message); err != nil {
		return status.Errorf(codes.Internal, "decode the response: %v", err)
	}
	return nil
}
