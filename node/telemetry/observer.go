package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// observer tells logs, metrics and traces what the conductor and the model gateway do. Each may be nil.
type observer struct {
	logger  *slog.Logger
	metrics *metrics
	traces  *traces
}

var _ conductor.Observer = (*observer)(nil)

// Play implements conductor.Observer.
func (o *observer) Play(ctx context.Context, plan *episode.Plan) (context.Context, func(*episode.State, error)) {
	begun := time.Now()
	var span trace.Span
	if o.traces != nil {
		ctx, span = o.traces.tracer.Start(ctx, "episode", trace.WithNewRoot(), trace.WithAttributes(
			attribute.String("vignette.run", plan.Run), attribute.String("vignette.episode", plan.Episode),
			attribute.String("vignette.scenario", plan.Cell.GetScenario()), attribute.Int("vignette.repeat", int(plan.Cell.GetRepeat()))))
	}
	if o.metrics != nil {
		o.metrics.playing.Inc()
	}
	o.log(ctx, slog.LevelDebug, "episode taken up", "run", plan.Run, "episode", plan.Episode, "scenario", plan.Cell.GetScenario())
	return ctx, func(state *episode.State, err error) { o.left(ctx, span, state, err, time.Since(begun)) }
}

// left tells how an episode stands that is played here no more.
func (o *observer) left(ctx context.Context, span trace.Span, state *episode.State, err error, took time.Duration) {
	plan, outcome := state.Plan(), outcomeOf(state)
	if span != nil {
		span.SetAttributes(attribute.String("vignette.outcome", outcome), attribute.Int("vignette.turns", len(state.Turns())))
		switch failed := state.Failed(); {
		case failed != nil:
			span.SetStatus(otelcodes.Error, codes.Code(failed.GetCode()).String())
		case err != nil:
			span.SetStatus(otelcodes.Error, "left unfinished")
		}
		span.End()
	}
	if o.metrics != nil {
		o.metrics.playing.Dec()
		if state.Completed() != nil || state.Failed() != nil {
			o.metrics.episodes.WithLabelValues(outcome).Inc()
			o.metrics.episodeSeconds.Observe(took.Seconds())
		}
	}
	attributes := []any{"run", plan.Run, "episode", plan.Episode, "outcome", outcome, "turns", len(state.Turns()), "took", took}
	var paused *conductor.PausedError
	switch failed := state.Failed(); {
	case failed != nil: // What it says may hold words; they are in the log of the episode.
		o.log(ctx, slog.LevelWarn, "episode failed", append(attributes, "code", codes.Code(failed.GetCode()).String(), "during", failed.GetDuring(), "who", failed.GetWho())...)
	case errors.As(err, &paused):
		o.log(ctx, slog.LevelInfo, "episode stands still", append(attributes, "budget", paused.Budget)...)
	default:
		o.log(ctx, slog.LevelDebug, "episode left", attributes...)
	}
}

// outcomeOf is what became of an episode in a word: its validity when it is complete, else its phase.
func outcomeOf(state *episode.State) string {
	if completed := state.Completed(); completed != nil {
		return enumname.Of(completed.GetValidity())
	}
	return enumname.Of(state.Phase())
}

// spanNames are what the tasks are called in a trace.
var spanNames = map[string]string{"respond": "turn", "probe": "probe", "bid": "bid", "evaluate": "evaluator"}

// Ask implements conductor.Observer.
func (o *observer) Ask(ctx context.Context, q conductor.Question) (context.Context, func(int32, error)) {
	begun := time.Now()
	var span trace.Span
	if o.traces != nil {
		attributes := []attribute.KeyValue{
			attribute.String("vignette.run", q.Run), attribute.String("vignette.episode", q.Episode),
			attribute.String("vignette.who", q.Who), attribute.String("vignette.agent", q.Agent),
		}
		if q.Turn >= 0 {
			attributes = append(attributes, attribute.Int("vignette.turn", q.Turn))
		}
		ctx, span = o.traces.tracer.Start(ctx, spanNames[q.Task], trace.WithAttributes(attributes...))
	}
	return ctx, func(attempts int32, err error) {
		code, took := codeOf(err), time.Since(begun)
		if span != nil {
			span.SetAttributes(attribute.Int("vignette.attempts", int(attempts)))
			if err != nil {
				span.SetStatus(otelcodes.Error, code.String())
			}
			span.End()
		}
		if o.metrics != nil {
			o.metrics.asked(q.Task, code, attempts, took)
		}
		if err != nil {
			o.log(ctx, slog.LevelInfo, "no answer", "run", q.Run, "episode", q.Episode, "turn", q.Turn, "task", q.Task, "who", q.Who, "agent", q.Agent,
				"code", code.String(), "attempts", attempts, "took", took)
			return
		}
		o.log(ctx, slog.LevelDebug, "answered", "run", q.Run, "episode", q.Episode, "turn", q.Turn, "task", q.Task, "who", q.Who, "agent", q.Agent,
			"attempts", attempts, "took", took)
	}
}

// codeOf finds the gRPC code of an error, however much context hides it.
func codeOf(err error) codes.Code {
	var withStatus interface{ GRPCStatus() *status.Status }
	switch {
	case err == nil:
		return codes.OK
	case errors.As(err, &withStatus):
		return withStatus.GRPCStatus().Code()
	case errors.Is(err, context.Canceled):
		return codes.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return codes.DeadlineExceeded
	}
	return codes.Internal
}

// booked tells of a call of a model: its span lies in whatever asked for it.
func (o *observer) booked(ctx context.Context, call *vignettev1.ModelCall) {
	account := call.GetAccount()
	if o.traces != nil {
		ended := call.GetTime().AsTime()
		_, span := o.traces.tracer.Start(ctx, "model call", trace.WithTimestamp(ended.Add(-call.GetLatency().AsDuration())), trace.WithAttributes(
			attribute.String("vignette.run", account.GetRun()), attribute.String("vignette.episode", account.GetEpisode()),
			attribute.String("vignette.who", account.GetWho()), attribute.String("vignette.task", account.GetTask()),
			attribute.String("vignette.call", call.GetId()), attribute.String("vignette.purpose", call.GetPurpose()),
			attribute.String("vignette.outcome", enumname.Of(call.GetOutcome())), attribute.Bool("vignette.recorded", call.GetRecorded()),
			attribute.Int("vignette.attempts", int(call.GetAttempts())),
			attribute.String("server.name", call.GetEndpoint()), attribute.String("gen_ai.request.model", call.GetModel()),
			attribute.Int64("gen_ai.usage.input_tokens", call.GetUsage().GetPromptTokens()),
			attribute.Int64("gen_ai.usage.output_tokens", call.GetUsage().GetCompletionTokens())))
		if call.GetOutcome() == vignettev1.Outcome_OUTCOME_UNSPECIFIED {
			span.SetStatus(otelcodes.Error, "no answer")
		}
		span.End(trace.WithTimestamp(ended))
	}
	if o.metrics != nil {
		o.metrics.called(call)
	}
	o.log(ctx, slog.LevelDebug, "model called", "run", account.GetRun(), "episode", account.GetEpisode(), "turn", account.GetTurnIndex(), "who", account.GetWho(),
		"call", call.GetId(), "endpoint", call.GetEndpoint(), "model", call.GetModel(), "outcome", enumname.Of(call.GetOutcome()), "recorded", call.GetRecorded(),
		"attempts", call.GetAttempts(), "took", call.GetLatency().AsDuration(), "waited", call.GetWaiting().AsDuration())
}

// log logs, with the ids of the trace where there is one.
func (o *observer) log(ctx context.Context, level slog.Level, message string, attributes ...any) {
	if o.logger == nil || !o.logger.Enabled(ctx, level) {
		return
	}
	if at := trace.SpanContextFromContext(ctx); at.IsValid() {
		attributes = append(attributes, "trace", at.TraceID().String(), "span", at.SpanID().String())
	}
	o.logger.Log(ctx, level, message, attributes...)
}
