package natsrpc

import (
	"context"
	"net"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// rpcStats reports one call to the stats handlers. A nil *rpcStats reports nothing, so that calls nobody watches cost
// nothing.
type rpcStats struct {
	ctx      context.Context
	handlers []stats.Handler
	client   bool
	method   string
	agent    net.Addr // as which observers show the server
	caller   net.Addr // only the server has it
	begun    time.Time
}

// begin reports the start of the call that s describes. The context it returns is the call's from then on.
func (s rpcStats) begin(ctx context.Context, begin stats.Begin) (context.Context, *rpcStats) {
	if len(s.handlers) == 0 {
		return ctx, nil
	}
	return s.reportBegin(ctx, begin)
}

// reportBegin is apart so that s and begin are only allocated for calls that are watched.
func (s rpcStats) reportBegin(ctx context.Context, begin stats.Begin) (context.Context, *rpcStats) {
	for _, h := range s.handlers {
		ctx = h.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: s.method, FailFast: begin.FailFast})
	}
	s.ctx, s.client, s.begun = ctx, begin.Client, time.Now()
	begin.BeginTime = s.begun
	s.report(&begin)
	return ctx, &s
}

func (c *Client) beginStats(ctx context.Context, method string, clientStream, serverStream bool) (context.Context, *rpcStats) {
	return rpcStats{handlers: c.opts.stats, method: method, agent: c.address}.begin(ctx, stats.Begin{
		Client: true, FailFast: true, IsClientStream: clientStream, IsServerStream: serverStream,
	})
}

func (s *rpcStats) report(event stats.RPCStats) {
	for _, h := range s.handlers {
		h.HandleRPC(s.ctx, event)
	}
}

func (s *rpcStats) end(err error) {
	if s != nil {
		s.report(&stats.End{Client: s.client, BeginTime: s.begun, EndTime: time.Now(), Error: err})
	}
}

func (s *rpcStats) outHeader(md metadata.MD) {
	if s == nil {
		return
	}
	event := &stats.OutHeader{Client: s.client, Header: md, FullMethod: s.method}
	if s.client {
		event.RemoteAddr = s.agent
	}
	s.report(event)
}

func (s *rpcStats) outTrailer(md metadata.MD) {
	if s != nil {
		s.report(&stats.OutTrailer{Client: s.client, Trailer: md})
	}
}

func (s *rpcStats) outPayload(message any, size int) {
	if s != nil {
		s.report(&stats.OutPayload{Client: s.client, Payload: message, Length: size, CompressedLength: size, WireLength: size, SentTime: time.Now()})
	}
}

func (s *rpcStats) inPayload(message any, size int) {
	if s != nil {
		s.report(&stats.InPayload{Client: s.client, Payload: message, Length: size, CompressedLength: size, WireLength: size, RecvTime: time.Now()})
	}
}

func (s *rpcStats) inHeader(f *frame) {
	if s == nil {
		return
	}
	event := &stats.InHeader{Client: s.client, FullMethod: s.method, Header: f.pairs(fieldMetadata), WireLength: len(f.raw)}
	if !s.client {
		event.LocalAddr, event.RemoteAddr = s.agent, s.caller
	}
	s.report(event)
}

func (s *rpcStats) inTrailer(f *frame) {
	if s != nil {
		s.report(&stats.InTrailer{Client: s.client, Trailer: f.pairs(fieldTrailer)})
	}
}
