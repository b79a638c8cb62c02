package natsrpc

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// serverCall is one call in progress on the server.
type serverCall struct {
	server     *Server
	method     *method
	key        string    // <client>.<number>
	caller     address   // the caller's subject
	peer       peer.Peer // the caller, as the handler sees it
	subject    string    // ours, see [serverCall.ownSubject]
	opening    frame
	ctx        context.Context
	cancel     context.CancelFunc
	handlerCtx context.Context
	stats      *rpcStats
	hand       hand // nil when the answer goes over NATS

	in    *inbound // nil unless the caller streams
	out   gate
	spoke atomic.Bool // a frame was sent since the last beat
	read  bool        // the request of a caller that does not stream was taken; only the handler uses it

	mu         sync.Mutex
	number     uint64 // of the last content frame sent
	header     metadata.MD
	headerSent bool
	trailer    metadata.MD
	over       bool           // nothing may be sent any more
	outcome    *status.Status // what the caller was told at the end
}

func newServerCall(s *Server, m *method, reply string, opening frame) *serverCall {
	c := &serverCall{server: s, method: m, key: callKey(reply), caller: address(reply), opening: opening}
	c.peer = peer.Peer{Addr: &c.caller, LocalAddr: s.address}
	if opening.timeout > 0 {
		c.ctx, c.cancel = context.WithTimeout(s.base, opening.timeout)
	} else {
		c.ctx, c.cancel = context.WithCancel(s.base)
	}
	c.out.credit = opening.credit
	if m.stream != nil && m.stream.ClientStreams {
		c.in = newInbound(s.opts.window, opening.number+1)
		if opening.has(partMessage) {
			c.in.push(opening.message)
		}
		if opening.has(partEnd) {
			c.in.end()
		}
	}
	return c
}

// desc returns how the method streams; nil for a unary one.
func (c *serverCall) desc() *grpc.StreamDesc { return c.method.stream }

func (c *serverCall) receive(f *frame) {
	switch {
	case f.has(partCancel):
		c.lose()
	case f.number > 0 && c.in != nil:
		if !c.in.accept(*f, c.apply) {
			c.stop(status.New(codes.Unavailable, "frames from the caller were lost"))
		}
	case f.has(partCredit):
		c.out.grant(f.credit)
	case f.has(partAlive):
		c.alive()
	}
}

// apply takes the frames of the caller in order.
func (c *serverCall) apply(f *frame) {
	if f.has(partMessage) {
		c.in.push(f.message)
	}
	if f.has(partEnd) {
		c.in.end()
	}
}

// lose ends a call that nobody waits for any more: the handler's context is cancelled and nothing is sent. Where the answer
// goes from hand to hand somebody may wait all the same, and is told.
func (c *serverCall) lose() {
	if c.hand != nil {
		c.stop(lostStatus)
		return
	}
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.cancel()
}

var lostStatus = status.New(codes.Unavailable, "the server lost its connection to NATS, or the caller its interest")

// stop answers the call with st now and cancels the handler, whose own answer then comes too late.
func (c *serverCall) stop(st *status.Status) {
	c.finish(nil, st)
	c.cancel()
}

// beat sends an alive frame when nothing else was sent since the last beat.
func (c *serverCall) beat() {
	if !c.spoke.Swap(false) {
		c.alive()
	}
}

// alive says that the call is being worked on. On a caller's stream it repeats the credit, in case that was lost.
func (c *serverCall) alive() {
	f := frame{parts: partAlive}
	if c.in != nil {
		f.parts |= partCredit
		f.credit = c.in.total()
	}
	c.control(&f)
}

// ownSubject returns where the caller's later frames go. A call that is answered at once has none, so it is made when it is
// first wanted. Its callers hold mu.
func (c *serverCall) ownSubject() string {
	if c.subject == "" {
		c.subject = c.server.instance + c.key
	}
	return c.subject
}

// control sends a frame without content. Its reply subject makes NATS tell us when the caller is gone.
func (c *serverCall) control(f *frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	b := takeBuffer()
	defer giveBuffer(b)
	*b = appendFrame(*b, f)
	_ = publish(c.server.nc, string(c.caller), c.ownSubject(), *b)
}

// send sends a content frame, with the header if that is still to be sent.
func (c *serverCall) send(f *frame, message proto.Message) (size int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sendLocked(f, message)
}

func (c *serverCall) sendLocked(f *frame, message proto.Message) (size int, err error) {
	if c.over {
		return 0, c.overError()
	}
	b := takeBuffer()
	defer giveBuffer(b)
	f.number = c.number + 1
	if !c.headerSent {
		f.parts |= partHeader
	}
	*b = appendFrame(*b, f)
	if !c.headerSent {
		*b = appendPairs(*b, fieldMetadata, c.header)
	}
	if f.has(partStatus) {
		*b = appendPairs(*b, fieldTrailer, c.trailer)
	}
	if message != nil {
		before := len(*b)
		if *b, err = appendMessage(*b, message); err != nil {
			return 0, status.Errorf(codes.Internal, "encode the response: %v", err)
		}
		size = len(*b) - before
	}
	reply := "" // to a status the caller has nothing to say
	if !f.has(partStatus) {
		reply = c.ownSubject()
	}
	if err := c.deliver(f, reply, *b); err != nil {
		return 0, err
	}
	c.number = f.number
	c.reportSent(f, message, size)
	c.spoke.Store(true)
	return size, nil
}

// deliver sends a content frame, or gives it into the caller's hand when it is the answer and that is open.
func (c *serverCall) deliver(f *frame, reply string, payload []byte) error {
	if c.hand != nil && f.has(partStatus) {
		return give(c.hand, payload, c.server.nc.MaxPayload())
	}
	return publish(c.server.nc, string(c.caller), reply, payload)
}

func (c *serverCall) reportSent(f *frame, message proto.Message, size int) {
	if !c.headerSent {
		c.stats.outHeader(c.header)
		c.headerSent = true
	}
	if message != nil {
		c.stats.outPayload(message, size)
	}
	if f.has(partStatus) {
		c.stats.outTrailer(c.trailer)
	}
}

// overError is why nothing can be sent.
func (c *serverCall) overError() error {
	if c.ctx.Err() != nil {
		return contextError(c.ctx).Err()
	}
	return status.Error(codes.Canceled, "the call is over")
}

// finish sends the last frame, with the reply of a unary call and the status, unless the call is over already. It returns
// the status that was sent.
func (c *serverCall) finish(reply proto.Message, st *status.Status) *status.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over && c.outcome != nil {
		return c.outcome
	}
	if c.over {
		return st
	}
	f := frame{parts: partStatus, status: encodeStatus(st)}
	if reply != nil {
		f.parts |= partMessage
	}
	if _, err := c.sendLocked(&f, reply); err != nil {
		// The answer cannot be sent; say why. What made it too large may be metadata, so that stays behind too.
		st = status.Convert(err)
		c.header, c.trailer = nil, nil
		_, _ = c.sendLocked(&frame{parts: partStatus, status: encodeStatus(shorten(st))}, nil)
	}
	c.over, c.outcome = true, st
	return st
}

// shorten keeps a status that replaces one which could not be sent from being too large itself.
func shorten(st *status.Status) *status.Status {
	const most = 4096
	if len(st.Message()) <= most {
		return status.New(st.Code(), st.Message())
	}
	return status.New(st.Code(), st.Message()[:most])
}

func (c *serverCall) setHeader(md metadata.MD) error {
	if err := checkMetadata(md); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.headerSent || c.over {
		return status.Error(codes.Internal, "the header was sent already")
	}
	c.header = metadata.Join(c.header, md)
	return nil
}

func (c *serverCall) setTrailer(md metadata.MD) error {
	if err := checkMetadata(md); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trailer = metadata.Join(c.trailer, md)
	return nil
}

// sendHeader sends the header of a stream at once. That of a unary call waits for the answer, since its caller cannot see
// it earlier.
func (c *serverCall) sendHeader(md metadata.MD) error {
	if err := c.setHeader(md); err != nil {
		return err
	}
	if c.method.unary != nil {
		return nil
	}
	_, err := c.send(&frame{parts: partHeader}, nil)
	return err
}

// transportStream lets grpc.SetHeader, grpc.SendHeader and grpc.SetTrailer find the call in the handler's context.
type transportStream struct{ call *serverCall }

func (t transportStream) Method() string                  { return t.call.method.full }
func (t transportStream) SetHeader(md metadata.MD) error  { return t.call.setHeader(md) }
func (t transportStream) SendHeader(md metadata.MD) error { return t.call.sendHeader(md) }
func (t transportStream) SetTrailer(md metadata.MD) error { return t.call.setTrailer(md) }

// serverStream is what a stream handler is given.
type serverStream struct{ call *serverCall }

var _ grpc.ServerStream = serverStream{}

func (s serverStream) Context() context.Context        { return s.call.handlerCtx }
func (s serverStream) SetHeader(md metadata.MD) error  { return s.call.setHeader(md) }
func (s serverStream) SendHeader(md metadata.MD) error { return s.call.sendHeader(md) }

// SetTrailer implements grpc.ServerStream, which has no way to report a trailer that cannot be sent.
func (s serverStream) SetTrailer(md metadata.MD) {
	if err := s.call.setTrailer(md); err != nil {
		s.call.server.opts.logger.Error("trailer dropped", "method", s.call.method.full, "error", err)
	}
}

// SendMsg implements grpc.ServerStream. It waits until the caller has room.
func (s serverStream) SendMsg(m any) error {
	message, err := asMessage(m)
	if err != nil {
		return err
	}
	for {
		ok, raised := s.call.out.enter(proto.Size(message))
		if ok {
			break
		}
		select {
		case <-raised:
		case <-s.call.ctx.Done():
			return contextError(s.call.ctx).Err()
		}
	}
	_, err = s.call.send(&frame{parts: partMessage}, message)
	return err
}

// RecvMsg implements grpc.ServerStream.
func (s serverStream) RecvMsg(m any) error {
	c := s.call
	if c.in == nil {
		if c.read {
			return io.EOF
		}
		c.read = true
		return c.decodeOpening(m)
	}
	for {
		raw, outcome, grant := c.in.take()
		if grant > 0 {
			c.control(&frame{parts: partCredit, credit: grant})
		}
		switch outcome {
		case tookMessage:
			return c.decode(raw, m)
		case tookEnd:
			return io.EOF
		}
		select {
		case <-c.in.ready:
		case <-c.ctx.Done():
			return contextError(c.ctx).Err()
		}
	}
}
