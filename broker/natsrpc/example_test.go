package natsrpc_test

import (
	"context"
	"fmt"
	"log"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
)

// The generated stubs of any gRPC service work over NATS as they are.
func Example() {
	broker, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	broker.Start()
	defer broker.Shutdown()
	nc, err := nats.Connect("", nats.InProcessServer(broker), nats.ReconnectBufSize(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()

	srv, err := natsrpc.NewServer(nc, "example", "Zoë")
	if err != nil {
		log.Fatal(err)
	}
	healthv1.RegisterHealthServer(srv, health.NewServer())
	if err := srv.Start(); err != nil {
		log.Fatal(err)
	}

	cc, err := natsrpc.NewClient(nc, "example", "Zoë")
	if err != nil {
		log.Fatal(err)
	}
	defer cc.Close()
	ctx := context.Background()
	answer, err := healthv1.NewHealthClient(cc).Check(ctx, &healthv1.HealthCheckRequest{})
	fmt.Println(answer.GetStatus(), err)

	if err := srv.GracefulStop(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = healthv1.NewHealthClient(cc).Check(ctx, &healthv1.HealthCheckRequest{})
	fmt.Println(status.Code(err) == codes.Unavailable)
	// Output:
	// SERVING <nil>
	// true
}

// otelgrpc watches both ends as it does over HTTP/2: the trace goes along in the metadata.
func Example_openTelemetry() {
	broker, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	broker.Start()
	defer broker.Shutdown()
	nc, err := nats.Connect("", nats.InProcessServer(broker), nats.ReconnectBufSize(-1))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()

	spans := tracetest.NewInMemoryExporter() // in earnest, one that sends them somewhere
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	watch := []otelgrpc.Option{
		otelgrpc.WithTracerProvider(traces),
		otelgrpc.WithPropagators(propagation.TraceContext{}),
	}

	srv, err := natsrpc.NewServer(nc, "example", "Zoë", natsrpc.WithServerStats(otelgrpc.NewServerHandler(watch...)))
	if err != nil {
		log.Fatal(err)
	}
	healthv1.RegisterHealthServer(srv, health.NewServer())
	if err := srv.Start(); err != nil {
		log.Fatal(err)
	}
	cc, err := natsrpc.NewClient(nc, "example", "Zoë", natsrpc.WithClientStats(otelgrpc.NewClientHandler(watch...)))
	if err != nil {
		log.Fatal(err)
	}
	defer cc.Close()

	ctx := context.Background()
	if _, err := healthv1.NewHealthClient(cc).Check(ctx, &healthv1.HealthCheckRequest{}); err != nil {
		log.Fatal(err)
	}
	if err := srv.GracefulStop(ctx); err != nil { // the server's span ends after its answer has left
		log.Fatal(err)
	}
	ended := map[trace.SpanKind]tracetest.SpanStub{}
	for _, span := range spans.GetSpans() {
		ended[span.SpanKind] = span
	}
	called, answered := ended[trace.SpanKindClient], ended[trace.SpanKindServer]
	fmt.Println(called.Name)
	fmt.Println(answered.Parent.SpanID() == called.SpanContext.SpanID())
	// Output:
	// grpc.health.v1.Health/Check
	// true
}

func ExampleEncodeName() {
	token, _ := natsrpc.EncodeName("my.agent v2")
	name, _ := natsrpc.DecodeName(token)
	fmt.Println(token, "=", name)
	// Output: my%2Eagent%20v2 = my.agent v2
}
