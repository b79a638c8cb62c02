package bridge

import (
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/emptypb"
)

// opaque carries any message without knowing it. All of its fields are unknown to Empty, and unknown fields are kept and
// written out again byte for byte.
type opaque = emptypb.Empty

// forwarder is a service whose methods are those of the backend.
func (b *Bridge) forwarder(desc *grpc.ServiceDesc) *grpc.ServiceDesc {
	forwarder := &grpc.ServiceDesc{ServiceName: desc.ServiceName, HandlerType: (*any)(nil), Metadata: desc.Metadata}
	for _, m := range desc.Methods {
		forwarder.Methods = append(forwarder.Methods, grpc.MethodDesc{
			MethodName: m.MethodName, Handler: b.unary("/" + desc.ServiceName + "/" + m.MethodName),
		})
	}
	for _, m := range desc.Streams {
		forwarder.Streams = append(forwarder.Streams, grpc.StreamDesc{
			StreamName: m.StreamName, ServerStreams: m.ServerStreams, ClientStreams: m.ClientStreams,
			Handler: b.stream("/"+desc.ServiceName+"/"+m.StreamName, m),
		})
	}
	return forwarder
}

// unary forwards a unary method. The error, if any, is the backend's status as it came.
func (b *Bridge) unary(method string) grpc.MethodHandler {
	forward := func(ctx context.Context, request any) (any, error) {
		var header, trailer metadata.MD
		response := new(opaque)
		err := b.conn.Invoke(outgoing(ctx), method, request, response, grpc.Header(&header), grpc.Trailer(&trailer))
		if setErr := errors.Join(grpc.SetHeader(ctx, carried(header)), grpc.SetTrailer(ctx, carried(trailer))); err == nil {
			err = setErr
		}
		if err != nil {
			return nil, err
		}
		return response, nil
	}
	return func(service any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		request := new(opaque)
		if err := decode(request); err != nil {
			return nil, err
		}
		if intercept == nil {
			return forward(ctx, request)
		}
		return intercept(ctx, request, &grpc.UnaryServerInfo{Server: service, FullMethod: method}, forward)
	}
}

// stream forwards a streaming method of any kind.
func (b *Bridge) stream(method string, desc grpc.StreamDesc) grpc.StreamHandler {
	return func(_ any, server grpc.ServerStream) error {
		ctx, cancel := context.WithCancel(outgoing(server.Context()))
		defer cancel()
		client, err := b.conn.NewStream(ctx, &desc, method)
		if err != nil {
			return err
		}
		go func() {
			if err := ask(server, client); err != nil {
				cancel()
			}
		}()
		return answer(client, server)
	}
}

// ask forwards the caller's messages. What goes wrong on the backend's side shows in its answer, so only the caller's
// errors count.
func ask(server grpc.ServerStream, client grpc.ClientStream) error {
	for {
		message := new(opaque)
		err := server.RecvMsg(message)
		if errors.Is(err, io.EOF) {
			_ = client.CloseSend()
			return nil
		}
		if err != nil {
			return err
		}
		if client.SendMsg(message) != nil {
			return nil
		}
	}
}

// answer forwards the backend's header, messages, trailer and status.
func answer(client grpc.ClientStream, server grpc.ServerStream) error {
	if header, err := client.Header(); err == nil && header != nil {
		if err := server.SendHeader(carried(header)); err != nil {
			return err
		}
	}
	for {
		message := new(opaque)
		err := client.RecvMsg(message)
		if err != nil {
			server.SetTrailer(carried(client.Trailer()))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := server.SendMsg(message); err != nil {
			return err
		}
	}
}

// outgoing hands on what the caller sent along. Deadline and cancellation are in the context already.
func outgoing(ctx context.Context) context.Context {
	md, _ := metadata.FromIncomingContext(ctx)
	return metadata.NewOutgoingContext(ctx, carried(md))
}

// carried is metadata without what belongs to one hop: pseudo headers, what the transport writes itself, and the
// caller's credentials, which are for this hop's server and nobody behind it.
func carried(md metadata.MD) metadata.MD {
	out := metadata.MD{}
	for key, values := range md {
		switch key {
		case "content-type", "user-agent", "te", "host", "authorization":
			continue
		}
		if !strings.HasPrefix(key, ":") && !strings.HasPrefix(key, "grpc-") {
			out[key] = values
		}
	}
	return out
}
