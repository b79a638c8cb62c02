package natsrpc

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Invoke makes a unary call. It implements grpc.ClientConnInterface.
func (c *Client) Invoke(ctx context.Context, method string, req, reply any, opts ...grpc.CallOption) error {
	return c.unary(ctx, method, req, reply, c.target, opts...)
}

func (c *Client) invoke(ctx context.Context, method string, req, reply any, _ *grpc.ClientConn, callOpts ...grpc.CallOption) (err error) {
	call := unaryCall{settled: make(chan struct{}, 1)}
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
	return result.decode(&call, reply, &opts)
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
	f := openingFrame(ctx, c.opts.heartbeat)
	f.parts |= partMessage | partEnd
	b := takeBuffer()
	defer func() { giveBuffer(b) }()
	open, err := encodeOpening(ctx, *b, &f, message, opts)
	*b = open.bytes
	if err != nil {
		return unaryResult{}, err
	}
	handed, err := c.sendOpening(&open, subject, call)
	if err != nil {
		return unaryResult{}, err
	}
	if handed { // and will not have to be sent again
		giveBuffer(b)
		b, open.bytes = nil, nil
	}
	for {
		select {
		case <-call.settled:
			if result := call.take(); !result.unserved {
				return result, nil
			}
			if err := publish(c.nc, subject, call.subject, open.bytes); err != nil {
				return unaryResult{}, err
			}
		case <-ctx.Done():
			call.cancel(contextError(ctx))
			return unaryResult{}, contextError(ctx).Err()
		}
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

// opening is the encoded frame that opens a call.
type opening struct {
	bytes    []byte
	metadata metadata.MD
	message  proto.Message // nil when the caller streams
	size     int           // of the message
}

// encodeOpening appends the frame that opens a call to b, with the caller's metadata and the request if there is one.
func encodeOpening(ctx context.Context, b []byte, f *frame, message proto.Message, opts *callOptions) (o opening, err error) {
	o = opening{bytes: b, message: message}
	if o.metadata, err = outgoing(ctx); err != nil {
		return o, err
	}
	o.bytes = appendFrame(o.bytes, f)
	o.bytes = appendPairs(o.bytes, fieldMetadata, o.metadata)
	if message == nil {
		return o, nil
	}
	before := len(o.bytes)
	if o.bytes, err = appendMessage(o.bytes, message); err != nil {
		return o, status.Errorf(codes.Internal, "encode the request: %v", err)
	}
	o.size = len(o.bytes) - before
	return o, opts.checkSend(o.size)
}

// send sends the opening and reports it.
func (o *opening) send(nc *nats.Conn, subject, reply string, stats *rpcStats) error {
	stats.outHeader(o.metadata)
	if err := publish(nc, subject, reply, o.bytes); err != nil {
		return err
	}
	if o.message != nil {
		stats.outPayload(o.message, o.size)
	}
	return nil
}

// unaryCall waits for the single frame that answers a unary call.
type unaryCall struct {
	clientCall
	stats     *rpcStats
	result    unaryResult // mu guards it
	hasResult bool
	settled   chan struct{} // gets a signal with each result
}

// unaryResult is the server's frame, or a status from this side when there is none.
type unaryResult struct {
	frame    frame
	failed   *status.Status
	unserved bool // nobody got the opening: send it again
}

func (call *unaryCall) content(f frame) {
	if f.has(partStatus) {
		call.settle(unaryResult{frame: f})
	}
}

func (call *unaryCall) finished(st *status.Status) { call.settle(unaryResult{failed: st}) }
func (call *unaryCall) granted(uint64)             {}
func (call *unaryCall) reopen() bool               { call.settle(unaryResult{unserved: true}); return true }
func (call *unaryCall) stuck() bool                { return false }

// settle keeps the first result. It does not go through the channel, whose room for it would be memory of its own.
func (call *unaryCall) settle(r unaryResult) {
	call.mu.Lock()
	defer call.mu.Unlock()
	if call.hasResult {
		return
	}
	call.result, call.hasResult = r, true
	call.settled <- struct{}{} // the signal of the result before was taken with it
}

// take returns the result that was signalled, and makes room for another if it does not end the call.
func (call *unaryCall) take() unaryResult {
	call.mu.Lock()
	defer call.mu.Unlock()
	call.hasResult = !call.result.unserved
	return call.result
}

// decode tells the caller what came of the call.
func (r unaryResult) decode(call *unaryCall, reply any, opts *callOptions) error {
	if r.failed != nil {
		return r.failed.Err()
	}
	f := &r.frame
	call.stats.inHeader(f)
	if opts.header != nil {
		*opts.header = f.pairs(fieldMetadata)
	}
	if opts.trailer != nil {
		*opts.trailer = f.pairs(fieldTrailer)
	}
	opts.setPeer(call.client.address)
	if err := decodeStatus(f.status).Err(); err != nil {
		call.stats.inTrailer(f)
		return err
	}
	if !f.has(partMessage) {
		return status.Error(codes.Internal, "the server answered OK without a message")
	}
	if err := decodeMessage(f.message, reply, opts); err != nil {
		return err
	}
	call.stats.inPayload(reply, len(f.message))
	call.stats.inTrailer(f)
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
