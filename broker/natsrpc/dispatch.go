package natsrpc

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// open takes the opening frame of a call. It runs on the subscription's goroutine, so it starts a goroutine for the
// handler and never waits for one.
func (s *Server) open(msg *nats.Msg) {
	if msg.Reply == "" {
		return // nobody to answer
	}
	f, err := decodeFrame(msg.Data)
	if err != nil || !f.has(partOpen) {
		s.refuse(msg.Reply, encodeStatus(status.New(codes.Internal, "malformed opening frame")))
		return
	}
	m := s.methods[msg.Subject]
	if m == nil {
		s.refuse(msg.Reply, encodeStatus(s.unknown(msg.Subject)))
		return
	}
	if s.admit(newServerCall(s, m, msg.Reply, f)) == closing {
		m.tally.turnAway(stoppingStatus)
		s.refuse(msg.Reply, encodeStatus(stoppingStatus))
	}
}

// admit begins a call, or turns it away when there are too many. What becomes of one that comes while the server is closing
// is for whoever brought it to say.
func (s *Server) admit(call *serverCall) admission {
	outcome := s.add(call)
	switch outcome {
	case admitted:
		if call.opening.heartbeat > 0 {
			s.wantHeartbeat(call.opening.heartbeat)
		}
		go call.run()
		return outcome
	case overloaded:
		call.method.tally.turnAway(overloadedStatus)
		s.refuse(string(call.caller), s.shed)
	case closing:
	case repeated: // the opening came twice, the first one is answered
	}
	call.cancel()
	return outcome
}

// unknown is the answer to a call of something that is not registered, in the words of grpc-go.
func (s *Server) unknown(subject string) *status.Status {
	full := strings.TrimPrefix(subject, s.subjects.rpc)
	last := max(strings.LastIndexByte(full, '.'), 0)
	service, name := full[:last], strings.TrimPrefix(full[last:], ".")
	if s.services[service] == nil {
		return status.Newf(codes.Unimplemented, "unknown service %s of agent %q", service, s.agent)
	}
	return status.Newf(codes.Unimplemented, "unknown method %s for service %s", name, service)
}

// admission is the outcome of one [Server.add].
type admission int

const (
	admitted admission = iota
	repeated
	overloaded
	closing
)

// refuse answers a call that is not begun.
func (s *Server) refuse(reply string, st []byte) {
	b := takeBuffer()
	defer giveBuffer(b)
	*b = appendFrame(*b, &frame{parts: partStatus, number: 1, status: st})
	_ = publish(s.nc, reply, "", *b)
}

func (s *Server) add(call *serverCall) admission {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.calls[call.key] != nil:
		return repeated
	case s.state >= halting, call.hand != nil && s.state != serving:
		return closing
	case s.working.Load() >= int64(s.opts.maxCalls):
		return overloaded
	}
	s.working.Add(1)
	s.calls[call.key] = call
	return admitted
}

func (s *Server) remove(call *serverCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, call.key)
	if len(s.calls) == 0 && s.state >= stopping && s.idle != nil {
		select {
		case <-s.idle:
		default:
			close(s.idle)
		}
	}
}

// receive takes a later frame to its call.
func (s *Server) receive(msg *nats.Msg) {
	s.mu.Lock()
	call := s.calls[callKey(msg.Subject)]
	s.mu.Unlock()
	if isNoResponders(msg) {
		if call != nil {
			call.lose() // the caller is gone
		}
		return
	}
	if call == nil {
		s.disown(msg.Reply)
		return
	}
	f, err := decodeFrame(msg.Data)
	if err != nil {
		call.stop(status.New(codes.Internal, "malformed frame"))
		return
	}
	call.receive(&f)
}

// disown tells a caller that this instance does not have its call, for instance when its last frame was lost. Callers
// ignore it when they know the end already or learn it soon.
func (s *Server) disown(reply string) {
	if reply == "" {
		return
	}
	b := takeBuffer()
	defer giveBuffer(b)
	*b = appendFrame(*b, &frame{parts: partStatus, status: encodeStatus(disownedStatus)})
	_ = publish(s.nc, reply, "", *b)
}

var disownedStatus = status.New(codes.Unavailable, "the server does not know the call (any more)")

// run carries the call out and answers it.
func (c *serverCall) run() {
	defer c.server.remove(c)
	defer c.cancel()
	begun := c.method.tally.begin()
	ctx := c.begin()
	if c.desc() != nil && c.desc().ClientStreams {
		// Also tells the caller which instance it talks to.
		c.control(&frame{parts: partCredit, credit: uint64(c.server.opts.window)})
	}
	var reply proto.Message
	var err error
	if c.method.unary != nil {
		reply, err = c.unary(ctx)
	} else {
		err = c.stream()
	}
	st := handlerStatus(err)
	// Before the answer leaves, so that a caller who has it finds the call counted and its place free.
	c.method.tally.end(begun, st)
	c.server.working.Add(-1)
	told := c.finish(reply, st)
	if told.Code() != st.Code() {
		c.method.tally.amend(st, told)
	}
	c.stats.end(told.Err())
}

// begin makes the context that the handler gets.
func (c *serverCall) begin() context.Context {
	ctx := c.ctx
	if c.opening.hasMetadata {
		md := c.opening.pairs(fieldMetadata)
		md.Set(authorityKey, c.server.agent)
		ctx = metadata.NewIncomingContext(ctx, md)
	}
	ctx = peer.NewContext(ctx, &c.peer)
	ctx = grpc.NewContextWithServerTransportStream(ctx, transportStream{c})
	desc := c.desc()
	begin := stats.Begin{IsClientStream: desc != nil && desc.ClientStreams, IsServerStream: desc != nil && desc.ServerStreams}
	ctx, observed := rpcStats{
		handlers: c.server.opts.stats, method: c.method.full, agent: c.server.address, caller: c.peer.Addr,
	}.begin(ctx, begin)
	c.mu.Lock() // a stop may be ending the call already
	c.stats = observed
	c.mu.Unlock()
	observed.inHeader(&c.opening)
	c.handlerCtx = ctx
	return ctx
}

// unary calls a unary handler.
func (c *serverCall) unary(ctx context.Context) (reply proto.Message, err error) {
	defer c.recovered(&err)
	out, err := c.method.unary.Handler(c.method.service.impl, ctx, c.decodeOpening, c.server.unary)
	if err != nil {
		return nil, err
	}
	return asMessage(out)
}

// stream calls a stream handler.
func (c *serverCall) stream() (err error) {
	defer c.recovered(&err)
	info := &grpc.StreamServerInfo{
		FullMethod: c.method.full, IsClientStream: c.desc().ClientStreams, IsServerStream: c.desc().ServerStreams,
	}
	handle := c.server.opts.wrapStream(c.method.stream.Handler, info)
	return handle(c.method.service.impl, serverStream{c})
}

func (c *serverCall) decodeOpening(into any) error {
	if !c.opening.has(partMessage) {
		return status.Error(codes.Internal, "the opening frame has no request")
	}
	err := c.decode(c.opening.message, into)
	c.opening.message, c.opening.raw = nil, nil // not kept while the handler works, which may take long
	return err
}

func (c *serverCall) decode(raw []byte, into any) error {
	message, err := asMessage(into)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(raw, message); err != nil {
		return status.Errorf(codes.Internal, "decode the request: %v", err)
	}
	c.stats.inPayload(into, len(raw))
	return nil
}

// recovered turns a panic of the handler into Internal. What it was stays in the log: it may hold what the caller must not
// see.
func (c *serverCall) recovered(err *error) {
	if p := recover(); p != nil {
		c.server.opts.logger.Error("handler panicked", "agent", c.server.agent, "method", c.method.full,
			"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		*err = status.Errorf(codes.Internal, "handler of %s panicked", c.method.full)
	}
}
