package natsrpc

import (
	"context"
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
	begun    time.Time
}

func newStats(ctx context.Context, handlers []stats.Handler, begin stats.Begin, method string) (context.Context, *rpcStats) {
	if len(handlers) == 0 {
		return ctx, nil
	}
	return reportBegin(ctx, handlers, begin, method)
}

// reportBegin is apart so that begin is only allocated for calls that are watched.
func reportBegin(ctx context.Context, handlers []stats.Handler, begin stats.Begin, method string) (context.Context, *rpcStats) {
	for _, h := range handlers {
		ctx = h.TagRPC(ctx, &stats.RPCTagInfo{FullMethodName: method, FailFast: begin.FailFast})
	}
	s := &rpcStats{ctx: ctx, handlers: handlers, client: begin.Client, method: method, begun: time.Now()}
	begin.BeginTime = s.begun
	s.report(&begin)
	return ctx, s
}

func (c *Client) beginStats(ctx context.Context, method string, clientStream, serverStream bool) (context.Context, *rpcStats) {
	return newStats(ctx, c.opts.stats, stats.Begin{
		Client: true, FailFast: true, IsClientStream: clientStream, IsServerStream: serverStream,
	}, method)
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
	if s != nil {
		s.report(&stats.OutHeader{Client: s.client, Header: md, FullMethod: s.method})
	}
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
	if s != nil {
		s.report(&stats.InHeader{Client: s.client, FullMethod: s.method, Header: f.pairs(fieldMetadata), WireLength: len(f.raw)})
	}
}

func (s *rpcStats) inTrailer(f *frame) {
	if s != nil {
		s.report(&stats.InTrailer{Client: s.client, Trailer: f.pairs(fieldTrailer)})
	}
}
