// Package telemetry lets others watch a process: logs with ids (log/slog), metrics for Prometheus, and OpenTelemetry traces that go on
// in whatever process answers. It learns ids, names, codes, times, tokens and costs, and none of the words that were said or asked.
//
// What is not switched on costs nothing: no observer is set, and no handler looks at calls. It may touch the engine's conductor,
// whose observer it is, the contracts, and the work queue, which it asks how long it is.
//
// Start reading at [Start].
package telemetry
