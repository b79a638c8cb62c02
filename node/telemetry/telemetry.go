package telemetry

import (
	"context"
	"errors"
	"log/slog"

	"google.golang.org/grpc/stats"

	"github.com/vignette-sim/vignette/engine/conductor"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Config says what is to be watched, and how.
type Config struct {
	// Logger takes what happens; nil logs nothing of episodes.
	Logger *slog.Logger
	// Metrics is the address Prometheus asks at, host:port; port 0 is any, no host is loopback. Empty: no metrics.
	Metrics string
	// MetricsToken is the bearer token it must present; beyond the loopback interface there must be one.
	MetricsToken string
	// TraceFile takes finished spans, one JSON object a line; "-" is standard error. Empty: they go where the environment says.
	TraceFile string
	// Getenv reads the environment: the OTEL_* variables. Nil means there are none.
	Getenv func(string) string
	// Version of the program, told with every trace.
	Version string
}

// Telemetry is what is switched on. A nil one is nothing. Close it.
type Telemetry struct {
	logger  *slog.Logger
	metrics *metrics
	traces  *traces
}

// Start switches on what is asked for, and returns nil when that is nothing. The error says what cannot be had, and how to mend it.
func Start(ctx context.Context, config Config) (*Telemetry, error) {
	if config.Getenv == nil {
		config.Getenv = func(string) string { return "" }
	}
	t := &Telemetry{logger: config.Logger}
	var err error
	if t.traces, err = startTraces(ctx, config); err != nil {
		return nil, err
	}
	if t.metrics, err = startMetrics(config); err != nil {
		return nil, errors.Join(err, t.Close(ctx))
	}
	if t.logger == nil && t.metrics == nil && t.traces == nil {
		return nil, nil
	}
	return t, nil
}

// Address is where Prometheus asks, "" where it cannot.
func (t *Telemetry) Address() string {
	if t == nil || t.metrics == nil {
		return ""
	}
	return t.metrics.address
}

// Close sends what has not been sent and stops.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	var all []error
	if t.metrics != nil {
		all = append(all, t.metrics.close(ctx))
	}
	if t.traces != nil {
		all = append(all, t.traces.close(ctx))
	}
	return errors.Join(all...)
}

// Observer is who is told what is asked while episodes are played; nil where nothing is switched on.
func (t *Telemetry) Observer() conductor.Observer {
	if t == nil {
		return nil
	}
	return &observer{logger: t.logger, metrics: t.metrics, traces: t.traces}
}

// Booked is who is told of calls of models; nil where nothing is switched on.
func (t *Telemetry) Booked() func(context.Context, *vignettev1.ModelCall) {
	if t == nil {
		return nil
	}
	o := observer{logger: t.logger, metrics: t.metrics, traces: t.traces}
	return o.booked
}

// Client and Server look at the calls of one end of the wire and carry the trace over it; nil where traces are off.
func (t *Telemetry) Client() stats.Handler {
	if t == nil || t.traces == nil {
		return nil
	}
	return t.traces.client
}

// Server is [Telemetry.Client] for the other end.
func (t *Telemetry) Server() stats.Handler {
	if t == nil || t.traces == nil {
		return nil
	}
	return t.traces.server
}

// Watch has the queue's depth told with the metrics. A later queue takes the place of an earlier one.
func (t *Telemetry) Watch(queue Queue) {
	if t != nil && t.metrics != nil && queue != nil {
		t.metrics.queue.Store(&queue)
	}
}
