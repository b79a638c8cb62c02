package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/stats"
)

// traces is where spans go. It is ours alone: nothing is set for the whole process.
type traces struct {
	provider       *sdktrace.TracerProvider
	tracer         trace.Tracer
	client, server stats.Handler
	file           io.Closer // may be nil
}

// startTraces returns nil when no trace is asked for.
func startTraces(ctx context.Context, config Config) (*traces, error) {
	exporter, file, err := exporterOf(ctx, config)
	if exporter == nil || err != nil {
		return nil, err
	}
	about, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, fmt.Errorf("traces: OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	own := resource.NewSchemaless(attribute.String("service.name", "vignette"), attribute.String("service.version", config.Version),
		attribute.Int("process.pid", os.Getpid()))
	if about, err = resource.Merge(own, about); err != nil { // what the environment says comes first
		return nil, fmt.Errorf("traces: %w", err)
	}
	// How many are kept is up to OTEL_TRACES_SAMPLER; unless it is said, all.
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	options := []otelgrpc.Option{
		otelgrpc.WithTracerProvider(provider), otelgrpc.WithMeterProvider(noop.NewMeterProvider()), otelgrpc.WithPropagators(propagation.TraceContext{}),
	}
	return &traces{
		provider: provider, tracer: provider.Tracer("github.com/vignette-sim/vignette"), file: file,
		client: otelgrpc.NewClientHandler(options...), server: otelgrpc.NewServerHandler(options...),
	}, nil
}

// exporterOf is who takes spans: a file, or whoever the environment names, as OpenTelemetry's specification has it.
func exporterOf(ctx context.Context, config Config) (sdktrace.SpanExporter, io.Closer, error) {
	if config.TraceFile != "" {
		return fileExporter(config.TraceFile)
	}
	if strings.EqualFold(config.Getenv("OTEL_SDK_DISABLED"), "true") {
		return nil, nil, nil
	}
	kind := config.Getenv("OTEL_TRACES_EXPORTER")
	if kind == "" && (config.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || config.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "") {
		kind = "otlp"
	}
	switch kind {
	case "", "none":
		return nil, nil, nil
	case "console":
		return fileExporter("-")
	case "otlp":
		for _, variable := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
			if protocol := config.Getenv(variable); protocol != "" && protocol != "http/protobuf" {
				return nil, nil, fmt.Errorf("traces: %s is %q; only http/protobuf is spoken here (port 4318 of most collectors)", variable, protocol)
			}
		}
		exporter, err := otlptracehttp.New(ctx) // It reads the other variables itself.
		if err != nil {
			return nil, nil, fmt.Errorf("traces: %w", err)
		}
		return exporter, nil, nil
	}
	return nil, nil, fmt.Errorf("traces: OTEL_TRACES_EXPORTER is %q; it is otlp, console or none", kind)
}

func fileExporter(name string) (sdktrace.SpanExporter, io.Closer, error) {
	w, file := io.Writer(os.Stderr), io.Closer(nil)
	if name != "-" {
		opened, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return nil, nil, fmt.Errorf("traces: %w", err)
		}
		w, file = opened, opened
	}
	exporter, err := stdouttrace.New(stdouttrace.WithWriter(w))
	return exporter, file, err
}

// close sends what is left.
func (t *traces) close(ctx context.Context) error {
	err := t.provider.Shutdown(ctx)
	if t.file != nil {
		err = errors.Join(err, t.file.Close())
	}
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	return nil
}
