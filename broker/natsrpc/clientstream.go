package natsrpc

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

var _ grpc.ClientStream = (*clientStream)(nil)

// clientStream is a call with a stream in at least one direction, as its caller sees it.
//
// A caller that does not stream opens the call with its one message. One that does opens it at once, and sends its first
// message when the server's first grant has told it where to.
type clientStream struct {
	clientCall
	ctx     context.Context
	desc    *grpc.StreamDesc
	method  string
	opening string // subject
	opts    callOptions
	stats   *rpcStats
	in      *inbound
	out     gate
	number  uint64 // of the last content frame sent; SendMsg and CloseSend are not called concurrently
	closed  bool   // our side of the stream
	unwatch func() bool

	mu         sync.Mutex
	opened     []byte // the opening frame
	header     metadata.MD
	headerSent bool // the server's header, or the end, is known
	trailer    metadata.MD
	over       bool
	status     *status.Status

	known    chan struct{} // closed when headerSent
	ended    chan struct{} // closed when over
	finishes sync.Once
	dropped  atomic.Bool // finished without the server's own status
}

// NewStream opens a stream. It implements grpc.ClientConnInterface. As with every gRPC client, the stream must be read to
// its end or its context cancelled.
func (c *Client) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return c.stream(ctx, desc, c.target, method, opts...)
}

func (c *Client) newStream(ctx context.Context, desc *grpc.StreamDesc, _ *grpc.ClientConn, method string, callOpts ...grpc.CallOption) (grpc.ClientStream, error) {
	if ctx.Err() != nil {
		return nil, contextError(ctx).Err()
	}
	opening, err := c.openingSubject(method)
	if err != nil {
		return nil, err
	}
	s := &clientStream{
		desc: desc, method: method, opening: opening, opts: readCallOptions(callOpts),
		in: newInbound(c.opts.window, 1), known: make(chan struct{}), ended: make(chan struct{}),
	}
	if err := s.opts.check(); err != nil {
		return nil, err
	}
	s.receiver = s
	s.ctx, s.stats = c.beginStats(ctx, method, desc.ClientStreams, desc.ServerStreams)
	if err := c.register(&s.clientCall); err != nil {
		s.finish(err)
		return nil, err
	}
	unwatch := context.AfterFunc(s.ctx, func() { _ = s.abandon(contextError(s.ctx).Err()) })
	s.mu.Lock()
	s.unwatch = unwatch
	s.mu.Unlock()
	if desc.ClientStreams {
		if err := s.open(nil); err != nil {
			return nil, s.abandon(err)
		}
	}
	return s, nil
}

// open sends the opening frame; a message in it is the only one.
func (s *clientStream) open(message proto.Message) error {
	f := openingFrame(s.ctx, s.client.opts.heartbeat)
	f.credit = uint64(s.client.opts.window)
	if message != nil {
		f.parts |= partMessage | partEnd
	}
	s.number = 1
	// In a buffer of its own, not from the pool: it may be wanted again when SendMsg has returned.
	open, err := encodeOpening(s.ctx, nil, &f, message, &s.opts)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.opened = open.bytes
	s.mu.Unlock()
	return open.send(s.client.nc, s.opening, s.subject, s.stats)
}

// reopen implements receiver.
func (s *clientStream) reopen() bool {
	s.mu.Lock()
	opened := s.opened
	s.mu.Unlock()
	return publish(s.client.nc, s.opening, s.subject, opened) == nil
}

// abandon ends a stream that could not do what it was asked to, and returns why.
func (s *clientStream) abandon(err error) error {
	s.cancel(status.Convert(err))
	s.finish(err)
	return err
}

// Context implements grpc.ClientStream.
func (s *clientStream) Context() context.Context { return s.ctx }

// SendMsg implements grpc.ClientStream. On a stream it waits until the server has room. It returns io.EOF when the call is
// over; RecvMsg then says why.
func (s *clientStream) SendMsg(m any) error {
	message, err := asMessage(m)
	if err != nil {
		return s.abandon(err)
	}
	if s.closed {
		return status.Error(codes.Internal, "SendMsg after CloseSend")
	}
	if s.isOver() {
		return io.EOF
	}
	if s.desc.ClientStreams {
		return s.sendNext(message)
	}
	s.closed = true
	if err := s.open(message); err != nil {
		return s.abandon(err)
	}
	return nil
}

func (s *clientStream) sendNext(message proto.Message) error {
	for {
		ok, raised := s.out.enter(proto.Size(message))
		if ok {
			break
		}
		select {
		case <-raised:
		case <-s.ended:
			return io.EOF
		}
	}
	if s.isOver() {
		return io.EOF
	}
	b := takeBuffer()
	defer giveBuffer(b)
	s.number++
	*b = appendFrame(*b, &frame{parts: partMessage, number: s.number})
	before := len(*b)
	var err error
	if *b, err = appendMessage(*b, message); err != nil {
		return s.abandon(status.Errorf(codes.Internal, "encode the request: %v", err))
	}
	size := len(*b) - before
	if err := s.opts.checkSend(size); err != nil {
		return s.abandon(err)
	}
	if err := publish(s.client.nc, s.peer(), s.subject, *b); err != nil {
		return s.abandon(err)
	}
	s.stats.outPayload(message, size)
	return nil
}

// CloseSend implements grpc.ClientStream.
func (s *clientStream) CloseSend() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if !s.desc.ClientStreams {
		// The opening would have ended our side, but there never was a message to open with.
		return s.abandon(status.Error(codes.Internal, "CloseSend before the request was sent"))
	}
	if !s.awaitPeer() {
		return nil
	}
	s.number++
	if err := s.client.publishControl(s.peer(), s.subject, &frame{parts: partEnd, number: s.number}); err != nil {
		return s.abandon(err)
	}
	return nil
}

// awaitPeer waits for the first frame of the server, which says where ours go. It returns false when the call ended first.
func (s *clientStream) awaitPeer() bool {
	for s.peer() == "" {
		raised := s.out.changed()
		if s.peer() != "" {
			break
		}
		select {
		case <-raised:
		case <-s.ended:
			return false
		}
	}
	return !s.isOver()
}

// Header implements grpc.ClientStream: it waits for the header, or the end of the call.
func (s *clientStream) Header() (metadata.MD, error) {
	<-s.known
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.header == nil && s.dropped.Load() {
		return nil, s.status.Err()
	}
	return s.header, nil
}

// Trailer implements grpc.ClientStream.
func (s *clientStream) Trailer() metadata.MD {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trailer
}

// RecvMsg implements grpc.ClientStream. It returns io.EOF after the last message of a call that ended well.
func (s *clientStream) RecvMsg(m any) error {
	err := s.receiveInto(m)
	if err != nil || s.desc.ServerStreams {
		return err
	}
	// The one answer counts only with the status that follows it.
	_, outcome, err := s.next()
	if err != nil {
		return err
	}
	if outcome == tookMessage {
		return s.abandon(status.Error(codes.Internal, "the server answered with more than one message"))
	}
	if err := s.end(); err != io.EOF {
		return err
	}
	return nil
}

func (s *clientStream) receiveInto(m any) error {
	raw, outcome, err := s.next()
	if err != nil {
		return err
	}
	if outcome == tookEnd {
		if err := s.end(); err != io.EOF || s.desc.ServerStreams {
			return err
		}
		return status.Error(codes.Internal, "the server answered OK without a message")
	}
	if err := decodeMessage(raw, m, &s.opts); err != nil {
		return s.abandon(err)
	}
	s.stats.inPayload(m, len(raw))
	return nil
}

// next waits for a message or the end. The error is that of the caller's context.
func (s *clientStream) next() ([]byte, taking, error) {
	for {
		if s.ctx.Err() != nil {
			return nil, tookNothing, s.abandon(contextError(s.ctx).Err())
		}
		raw, outcome, grant := s.in.take()
		if grant > 0 {
			// When this fails the connection is gone, and the call with it.
			_ = s.client.publishControl(s.peer(), s.subject, &frame{parts: partCredit, credit: grant})
		}
		if outcome != tookNothing {
			return raw, outcome, nil
		}
		select {
		case <-s.in.ready:
		case <-s.ctx.Done():
		}
	}
}

// end returns the final status as RecvMsg does, and closes the books.
func (s *clientStream) end() error {
	s.mu.Lock()
	err := s.status.Err()
	s.mu.Unlock()
	s.finish(err)
	if err == nil {
		return io.EOF
	}
	return err
}

func (s *clientStream) finish(err error) {
	s.finishes.Do(func() {
		s.mu.Lock()
		header, trailer, unwatch := s.header, s.trailer, s.unwatch
		s.mu.Unlock()
		if unwatch != nil {
			unwatch()
		}
		if s.opts.header != nil {
			*s.opts.header = header
		}
		if s.opts.trailer != nil {
			*s.opts.trailer = trailer
		}
		s.opts.setPeer(s.client.address)
		s.stats.end(err)
		s.opts.finish(err)
	})
}

func (s *clientStream) isOver() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// content implements receiver.
func (s *clientStream) content(f frame) {
	if !s.in.accept(f, s.apply) {
		s.cancel(status.Newf(codes.Unavailable, "frames from agent %q were lost", s.client.agent))
	}
}

// apply takes the frames of the server in order.
func (s *clientStream) apply(f *frame) {
	if f.has(partHeader) {
		s.stats.inHeader(f)
		s.setHeader(f.pairs(fieldMetadata))
	}
	if f.has(partMessage) {
		s.in.push(f.message)
	}
	if f.has(partStatus) {
		s.stats.inTrailer(f)
		s.client.forget(&s.clientCall)
		s.conclude(decodeStatus(f.status), f.pairs(fieldTrailer), false)
	}
}

func (s *clientStream) setHeader(md metadata.MD) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.headerSent {
		return
	}
	s.header, s.headerSent = md, true
	close(s.known)
}

// conclude records how the call ended; the first end counts.
func (s *clientStream) conclude(st *status.Status, trailer metadata.MD, dropped bool) {
	s.mu.Lock()
	first := !s.over
	if first {
		s.over, s.status, s.trailer = true, st, trailer
		s.dropped.Store(dropped)
		close(s.ended)
		if !s.headerSent {
			s.headerSent = true
			close(s.known)
		}
	}
	s.mu.Unlock()
	if first {
		s.in.end()
	}
}

// granted implements receiver.
func (s *clientStream) granted(total uint64) { s.out.grant(total) }

// finished implements receiver.
func (s *clientStream) finished(st *status.Status) { s.conclude(st, nil, true) }

// stuck implements receiver.
func (s *clientStream) stuck() bool { return s.in.gap() }
