package edge

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// guard stands before every call.
type guard struct {
	token   string // "" lets everybody in
	leaving context.Context
	logger  *slog.Logger
}

func (g guard) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (response any, err error) {
	if err := g.admit(ctx); err != nil {
		return nil, err
	}
	defer g.recover(info.FullMethod, &err)
	return handle(ctx, request)
}

func (g guard) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
	if err := g.admit(stream.Context()); err != nil {
		return err
	}
	if isInfo(info.FullMethod) {
		ctx, cancel := context.WithCancel(stream.Context())
		defer context.AfterFunc(g.leaving, cancel)()
		defer cancel()
		stream = &infoStream{ServerStream: stream, ctx: ctx}
	}
	defer g.recover(info.FullMethod, &err)
	return handle(service, stream)
}

// admit checks the token. It compares digests, so that neither the time nor the answer tells how much of a guess was
// right, nor how long the token is.
func (g guard) admit(ctx context.Context) error {
	if g.token == "" {
		return nil
	}
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) == 0 {
		return status.Error(codes.Unauthenticated, `this server wants a token: send the metadata "authorization: Bearer TOKEN"`)
	}
	scheme, given, _ := strings.Cut(values[0], " ")
	want, got := sha256.Sum256([]byte(g.token)), sha256.Sum256([]byte(strings.TrimSpace(given)))
	if len(values) > 1 || !strings.EqualFold(scheme, "bearer") || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
		return status.Error(codes.Unauthenticated, "the token is not the one this server wants")
	}
	return nil
}

// recover makes Internal of a panic, as on the wire: one bad call must not end the others.
func (g guard) recover(method string, err *error) {
	if p := recover(); p != nil {
		g.logger.Error("handler panicked", "method", method, "panic", p, "stack", string(debug.Stack()))
		*err = status.Error(codes.Internal, "the handler panicked; the server's log has more")
	}
}

// isInfo says whether a method tells about the server rather than doing its work.
func isInfo(method string) bool {
	return strings.HasPrefix(method, "/grpc.health.") || strings.HasPrefix(method, "/grpc.reflection.")
}

// infoStream ends when the server stops, though its caller would go on watching: a stop waits for work, not for watchers.
type infoStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *infoStream) Context() context.Context { return s.ctx }

// RecvMsg gives up on the caller when the server stops. The message may then still be written to; nobody reads it.
func (s *infoStream) RecvMsg(message any) error {
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(message) }()
	select {
	case err := <-received:
		return err
	case <-s.ctx.Done():
		return status.Error(codes.Unavailable, "the server is stopping")
	}
}
