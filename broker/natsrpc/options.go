package natsrpc

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// Defaults of the options.
const (
	// DefaultHeartbeat is the longest silence a caller accepts before it begins to doubt its server.
	DefaultHeartbeat = 2 * time.Second
	// DefaultMaxConcurrentCalls is how many calls a server works on at once.
	DefaultMaxConcurrentCalls = 4096
	// DefaultRetryDelay is when a caller that was turned away should come again.
	DefaultRetryDelay = 100 * time.Millisecond

	// minHeartbeat keeps a caller from asking a server for nothing but heartbeats.
	minHeartbeat = 10 * time.Millisecond
)

// ClientOption configures [NewClient].
type ClientOption func(*clientOptions)

type clientOptions struct {
	heartbeat time.Duration
	window    int
	unaries   []grpc.UnaryClientInterceptor
	streams   []grpc.StreamClientInterceptor
	stats     []stats.Handler
}

func newClientOptions(opts []ClientOption) clientOptions {
	o := clientOptions{heartbeat: DefaultHeartbeat, window: DefaultWindow}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithHeartbeat sets the longest silence a call accepts: the server is asked to be heard of at least that often, and
// after three times as long without a sign the call fails with Unavailable. At least 10 ms.
func WithHeartbeat(interval time.Duration) ClientOption {
	return func(o *clientOptions) { o.heartbeat = max(interval, minHeartbeat) }
}

// WithClientWindow sets how many bytes of unread messages a stream lets its server send ahead. At least 1; one message
// of any size always passes. Memory per stream is at most about the window and one message.
func WithClientWindow(bytes int) ClientOption {
	return func(o *clientOptions) { o.window = max(bytes, 1) }
}

// WithUnaryClientInterceptors adds interceptors of unary calls; the first is the outermost. The *grpc.ClientConn they are
// given is not connected to anything and serves only to be passed on; its Target names the agent.
func WithUnaryClientInterceptors(interceptors ...grpc.UnaryClientInterceptor) ClientOption {
	return func(o *clientOptions) { o.unaries = append(o.unaries, interceptors...) }
}

// WithStreamClientInterceptors adds interceptors of streams, like [WithUnaryClientInterceptors].
func WithStreamClientInterceptors(interceptors ...grpc.StreamClientInterceptor) ClientOption {
	return func(o *clientOptions) { o.streams = append(o.streams, interceptors...) }
}

// WithClientStats adds a stats handler. Its TagConn and HandleConn are not called: a call has no connection of its own.
func WithClientStats(handler stats.Handler) ClientOption {
	return func(o *clientOptions) { o.stats = append(o.stats, handler) }
}

// chainUnary makes one invoker of the interceptors and the call itself.
func (o *clientOptions) chainUnary(invoke grpc.UnaryInvoker) grpc.UnaryInvoker {
	for _, interceptor := range slices.Backward(o.unaries) {
		next := invoke
		invoke = func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, opts ...grpc.CallOption) error {
			return interceptor(ctx, method, req, reply, cc, next, opts...)
		}
	}
	return invoke
}

func (o *clientOptions) chainStream(open grpc.Streamer) grpc.Streamer {
	for _, interceptor := range slices.Backward(o.streams) {
		next := open
		open = func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			return interceptor(ctx, desc, cc, method, next, opts...)
		}
	}
	return open
}

// ServerOption configures [NewServer].
type ServerOption func(*serverOptions)

type serverOptions struct {
	maxCalls   int
	retryDelay time.Duration
	window     int
	logger     *slog.Logger

	version, description string

	unaries []grpc.UnaryServerInterceptor
	streams []grpc.StreamServerInterceptor
	stats   []stats.Handler
}

func newServerOptions(opts []ServerOption) serverOptions {
	o := serverOptions{
		maxCalls:   DefaultMaxConcurrentCalls,
		retryDelay: DefaultRetryDelay,
		window:     DefaultWindow,
		logger:     slog.New(slog.DiscardHandler),
	}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithMaxConcurrentCalls limits how many calls the server works on at once, at least 1. A call beyond the limit is
// answered Unavailable with a google.rpc.RetryInfo of retryDelay. (NATS deals calls out blindly: the next try may well
// reach a replica that has room.)
func WithMaxConcurrentCalls(n int, retryDelay time.Duration) ServerOption {
	return func(o *serverOptions) { o.maxCalls, o.retryDelay = max(n, 1), retryDelay }
}

// WithServerWindow sets how many bytes of unread messages a stream lets its caller send ahead, see [WithClientWindow].
func WithServerWindow(bytes int) ServerOption {
	return func(o *serverOptions) { o.window = max(bytes, 1) }
}

// WithLogger sets where panics of handlers are logged, with their stack. The caller learns nothing of either.
func WithLogger(logger *slog.Logger) ServerOption {
	return func(o *serverOptions) { o.logger = logger }
}

// WithDiscovery sets what NATS micro shows of the server beside its names, methods and counts: the version of the program,
// best a semantic one ("1.2.3", a leading "v" is dropped; any other is shown as 0.0.0 and kept in the metadata), and what
// the agent is for, in a line. Without it a server shows up with version 0.0.0 and no description.
func WithDiscovery(version, description string) ServerOption {
	return func(o *serverOptions) { o.version, o.description = version, description }
}

// WithUnaryServerInterceptors adds interceptors of unary calls; the first is the outermost.
func WithUnaryServerInterceptors(interceptors ...grpc.UnaryServerInterceptor) ServerOption {
	return func(o *serverOptions) { o.unaries = append(o.unaries, interceptors...) }
}

// WithStreamServerInterceptors adds interceptors of streams; the first is the outermost.
func WithStreamServerInterceptors(interceptors ...grpc.StreamServerInterceptor) ServerOption {
	return func(o *serverOptions) { o.streams = append(o.streams, interceptors...) }
}

// WithServerStats adds a stats handler. Its TagConn and HandleConn are not called: a call has no connection of its own.
func WithServerStats(handler stats.Handler) ServerOption {
	return func(o *serverOptions) { o.stats = append(o.stats, handler) }
}

// unary makes one interceptor of all, or nil of none.
func (o *serverOptions) unary() grpc.UnaryServerInterceptor {
	if len(o.unaries) == 0 {
		return nil
	}
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		for _, interceptor := range slices.Backward(o.unaries) {
			next := handle
			handle = func(ctx context.Context, req any) (any, error) { return interceptor(ctx, req, info, next) }
		}
		return handle(ctx, req)
	}
}

// wrapStream puts the interceptors around a stream's handler.
func (o *serverOptions) wrapStream(handle grpc.StreamHandler, info *grpc.StreamServerInfo) grpc.StreamHandler {
	for _, interceptor := range slices.Backward(o.streams) {
		next := handle
		handle = func(srv any, stream grpc.ServerStream) error { return interceptor(srv, stream, info, next) }
	}
	return handle
}
