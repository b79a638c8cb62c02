package natsrpc_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// TestOpenTelemetry attaches otelgrpc to both ends, and holds what it exports over NATS to what it exports over HTTP/2.
func TestOpenTelemetry(t *testing.T) {
	t.Setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "") // it would rename the metrics
	const unary, stream = "grpc.testing.TestService/UnaryCall", "grpc.testing.TestService/StreamingOutputCall"
	cases := []tracedCall{
		{"unary", callUnary, unary, codes.OK, "OK", "Unset", "Unset", 1},
		{"unary refused", callUnary, unary, codes.NotFound, "NOT_FOUND", "Error", "Unset", 0},
		{"unary failed", callUnary, unary, codes.Internal, "INTERNAL", "Error", "Error", 0},
		{"stream", callStream, stream, codes.OK, "OK", "Unset", "Unset", streamed},
		{"stream refused", callStream, stream, codes.Aborted, "ABORTED", "Error", "Unset", streamed},
		{"stream failed", callStream, stream, codes.DataLoss, "DATA_LOSS", "Error", "Error", streamed},
		{"stream cancelled by its caller", callStream, stream, codes.Canceled, "CANCELLED", "Error", "Unset", streamed},
	}
	for _, tr := range allTransports() {
		t.Run(tr.name, func(t *testing.T) {
			for _, c := range cases {
				t.Run(c.name, func(t *testing.T) { c.test(t, tr) })
			}
		})
	}
}

// tracedCall is a call of one request, and what both ends tell of it.
type tracedCall struct {
	name     string
	call     func(ctx context.Context, client pb.TestServiceClient, code codes.Code) error
	method   string
	code     codes.Code
	codeName string // in the words of OpenTelemetry
	client   string // status of the client's span
	server   string // that of the server's: only some codes are the server's own fault
	answers  int64
}

func (c tracedCall) test(t *testing.T, tr transport) {
	client, server := newTelemetry(), newTelemetry()
	w := tr.serve(t, tracedService(server.tracer()),
		watcher{otelgrpc.NewClientHandler(client.options()...), otelgrpc.NewServerHandler(server.options()...)},
		watcher{client.messages, server.messages}, // second, so that otelgrpc is through when these see the end
	)

	ctx, span := client.tracer().Start(testContext(t), "caller")
	err := c.call(ctx, w.dial(), c.code)
	span.End()
	wantCode(t, err, c.code)
	await(t, "the client reports the end", client.messages.ended)
	await(t, "the server reports the end", server.messages.ended)

	c.checkSpans(t, client, server, w.address)
	c.checkDurations(t, "rpc.client.call.duration", client)
	c.checkDurations(t, "rpc.server.call.duration", server)
	client.messages.check(t, "client", 1, c.answers)
	server.messages.check(t, "server", c.answers, 1)
}

// checkSpans wants one trace: in the caller's span the client's, in that the server's, in that the handler's.
func (c tracedCall) checkSpans(t *testing.T, client, server *telemetry, address string) {
	t.Helper()
	clientSpan := "caller > client " + c.method
	serverSpan := clientSpan + " > server " + c.method
	want := map[string]string{
		"caller":                  "",
		clientSpan:                fmt.Sprintf("%s, %s, at %s", c.codeName, c.client, address),
		serverSpan:                fmt.Sprintf("%s, %s, at %s", c.codeName, c.server, address),
		serverSpan + " > handler": "",
	}
	spans := slices.Concat(client.spans.GetSpans(), server.spans.GetSpans())
	if diff := cmp.Diff(want, describeSpans(spans)); diff != "" {
		t.Error("spans", diff)
	}
}

// checkDurations wants one call counted, under its method and code.
func (c tracedCall) checkDurations(t *testing.T, name string, end *telemetry) {
	t.Helper()
	want := map[string]uint64{c.method + " " + c.codeName: 1}
	if diff := cmp.Diff(want, end.callCounts(t, name)); diff != "" {
		t.Error(name, diff)
	}
}

// streamed is how many messages each stream of [tracedService] has.
const streamed = 3

// tracedService ends each call with the status that its request asks for, and traces what its handlers do.
func tracedService(tracer trace.Tracer) *fakeService {
	return &fakeService{
		unary: func(ctx context.Context, req *pb.SimpleRequest) (*pb.SimpleResponse, error) {
			_, span := tracer.Start(ctx, "handler")
			defer span.End()
			return &pb.SimpleResponse{}, asked(req.GetResponseStatus())
		},
		output: func(req *pb.StreamingOutputCallRequest, s grpc.ServerStreamingServer[pb.StreamingOutputCallResponse]) error {
			_, span := tracer.Start(s.Context(), "handler")
			defer span.End()
			for range streamed {
				if err := s.Send(&pb.StreamingOutputCallResponse{}); err != nil {
					return err
				}
			}
			if req.GetResponseStatus().GetCode() == int32(codes.Canceled) {
				<-s.Context().Done() // it is the caller who cancels
				return s.Context().Err()
			}
			return asked(req.GetResponseStatus())
		},
	}
}

func asked(st *pb.EchoStatus) error { return status.Error(codes.Code(st.GetCode()), "as you asked") }

func callUnary(ctx context.Context, client pb.TestServiceClient, code codes.Code) error {
	_, err := client.UnaryCall(ctx, &pb.SimpleRequest{ResponseStatus: &pb.EchoStatus{Code: int32(code)}})
	return err
}

func callStream(ctx context.Context, client pb.TestServiceClient, code codes.Code) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.StreamingOutputCall(ctx, &pb.StreamingOutputCallRequest{ResponseStatus: &pb.EchoStatus{Code: int32(code)}})
	for read := 0; err == nil; read++ {
		if code == codes.Canceled && read == streamed {
			cancel()
		}
		_, err = stream.Recv()
	}
	if err == io.EOF {
		return nil
	}
	return err
}

// telemetry is what one end of a wire exports.
type telemetry struct {
	spans    *tracetest.InMemoryExporter
	traces   *sdktrace.TracerProvider
	reader   *metric.ManualReader
	metrics  *metric.MeterProvider
	messages *messageCount
}

func newTelemetry() *telemetry {
	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	return &telemetry{
		spans: spans, traces: sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)),
		reader: reader, metrics: metric.NewMeterProvider(metric.WithReader(reader)),
		messages: &messageCount{ended: make(chan struct{}, 1)},
	}
}

func (tm *telemetry) options() []otelgrpc.Option {
	return []otelgrpc.Option{
		otelgrpc.WithTracerProvider(tm.traces), otelgrpc.WithMeterProvider(tm.metrics),
		otelgrpc.WithPropagators(propagation.TraceContext{}),
	}
}

func (tm *telemetry) tracer() trace.Tracer { return tm.traces.Tracer("test") }

// callCounts returns how many calls a histogram of durations counts, by method and code.
func (tm *telemetry) callCounts(t *testing.T, name string) map[string]uint64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := tm.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			durations, ok := m.Data.(metricdata.Histogram[float64])
			if !ok || m.Name != name {
				continue
			}
			for _, p := range durations.DataPoints {
				method, _ := p.Attributes.Value("rpc.method")
				code, _ := p.Attributes.Value("rpc.response.status_code")
				counts[method.AsString()+" "+code.AsString()] += p.Count
			}
		}
	}
	return counts
}

// describeSpans says what came of each span, by its way from the root: of a call its code, the span's own status and who
// served it; of other spans nothing.
func describeSpans(spans tracetest.SpanStubs) map[string]string {
	byID := map[trace.SpanID]tracetest.SpanStub{}
	for _, span := range spans {
		byID[span.SpanContext.SpanID()] = span
	}
	described := map[string]string{}
	for _, span := range spans {
		about := attribute.NewSet(span.Attributes...)
		outcome := ""
		if code, ok := about.Value("rpc.response.status_code"); ok {
			address, _ := about.Value("server.address")
			outcome = fmt.Sprintf("%s, %v, at %s", code.AsString(), span.Status.Code, address.AsString())
		}
		described[spanPath(byID, span)] = outcome
	}
	return described
}

func spanPath(byID map[trace.SpanID]tracetest.SpanStub, span tracetest.SpanStub) string {
	name := span.Name
	if span.SpanKind != trace.SpanKindInternal {
		name = span.SpanKind.String() + " " + name
	}
	parent, ok := byID[span.Parent.SpanID()]
	if !ok || parent.SpanContext.TraceID() != span.SpanContext.TraceID() {
		return name
	}
	return spanPath(byID, parent) + " > " + name
}

// messageCount is a stats handler that counts messages, which otelgrpc itself does no longer.
type messageCount struct {
	sent, received atomic.Int64
	ended          chan struct{}
}

func (*messageCount) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (m *messageCount) HandleRPC(_ context.Context, event stats.RPCStats) {
	switch event.(type) {
	case *stats.OutPayload:
		m.sent.Add(1)
	case *stats.InPayload:
		m.received.Add(1)
	case *stats.End:
		m.ended <- struct{}{}
	}
}

func (*messageCount) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (*messageCount) HandleConn(context.Context, stats.ConnStats)                       {}

func (m *messageCount) check(t *testing.T, end string, sent, received int64) {
	t.Helper()
	if s, r := m.sent.Load(), m.received.Load(); s != sent || r != received {
		t.Errorf("the %s counted %d messages sent and %d received, want %d and %d", end, s, r, sent, received)
	}
}
