package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node/telemetry"
)

// watchFlags say how a command that plays or serves can be watched. They are the same on all of them.
type watchFlags struct {
	level, format, metrics, trace string
}

func (f *watchFlags) add(cmd *cobra.Command, level string) {
	cmd.Flags().StringVar(&f.level, "log", level, "what is logged to standard error: off, error, warn, info or debug; never what was said")
	cmd.Flags().StringVar(&f.format, "log-format", "text", "how: text or json")
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "address at which Prometheus asks for /metrics, host:port (127.0.0.1:9464; beyond loopback with $VIGNETTE_METRICS_TOKEN)")
	cmd.Flags().StringVar(&f.trace, "trace", "", "file for OpenTelemetry spans, one JSON object a line; without it they go where the OTEL_* variables say")
}

// telemetryTimeout bounds how long the last spans may take to be sent.
const telemetryTimeout = 5 * time.Second

// logOff logs nothing.
const logOff = "off"

type watchKey struct{}

// watch is what a command is watched by.
type watch struct {
	logger    *slog.Logger
	telemetry *telemetry.Telemetry
}

// watched does a command's work while it can be watched as the flags say. What is opened meanwhile finds out by nodeConfig.
func (f *watchFlags) watched(cmd *cobra.Command, work func() error) (err error) {
	if f.level != logOff && !slices.Contains(telemetry.Levels, f.level) {
		return usagef("--log is %q; it is one of off, error, warn, info, debug", f.level)
	}
	if !slices.Contains(telemetry.Formats, f.format) {
		return usagef("--log-format is %q; it is text or json", f.format)
	}
	var logger *slog.Logger
	if f.level != logOff {
		if logger, err = telemetry.NewLogger(os.Stderr, f.level, f.format); err != nil {
			return err
		}
	}
	config := telemetry.Config{
		Logger:  logger,
		Metrics: f.metrics, MetricsToken: os.Getenv("VIGNETTE_METRICS_TOKEN"), TraceFile: f.trace, Getenv: os.Getenv, Version: programVersion(),
	}
	started, err := telemetry.Start(cmd.Context(), config)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), telemetryTimeout)
		defer cancel()
		err = errors.Join(err, started.Close(ctx))
	}()
	if address := started.Address(); address != "" {
		fmt.Fprintf(os.Stderr, "vignette: metrics on http://%s/metrics\n", address)
	}
	cmd.SetContext(context.WithValue(cmd.Context(), watchKey{}, watch{logger, started}))
	return work()
}

// watchOf is what a command is watched by; nothing, where it cannot be watched.
func watchOf(cmd *cobra.Command) watch {
	w, _ := cmd.Context().Value(watchKey{}).(watch)
	return w
}
