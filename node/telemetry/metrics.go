package telemetry

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc/codes"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// metrics are what Prometheus is told. docs/operations.md says what each means; names and units are a promise.
type metrics struct {
	address string
	server  *http.Server
	done    chan struct{}
	queue   atomic.Pointer[Queue]

	playing                    prometheus.Gauge
	episodes                   *prometheus.CounterVec
	episodeSeconds             prometheus.Histogram
	turns                      prometheus.Counter
	askSeconds                 *prometheus.HistogramVec
	failures                   *prometheus.CounterVec
	retries                    *prometheus.CounterVec
	calls, tokens, attemptsBad *prometheus.CounterVec
	cost, waited               *prometheus.CounterVec
	callSeconds                *prometheus.HistogramVec
}

// Bounds of histograms, in seconds: from what rules take to what a busy model does.
var bounds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

func newMetrics(registry prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "vignette", Name: name, Help: help}, labels)
		registry.MustRegister(c)
		return c
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "vignette", Name: name, Help: help, Buckets: bounds}, labels)
		registry.MustRegister(h)
		return h
	}
	m := &metrics{
		done:        make(chan struct{}),
		playing:     prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "vignette", Name: "episodes_playing", Help: "Episodes that this process plays now."}),
		episodes:    counter("episodes_total", "Episodes that came to rest in this process, by what became of them: a validity, or failed.", "outcome"),
		askSeconds:  histogram("ask_seconds", "How long agents and evaluators took to answer, with all attempts, by task: respond, probe, bid, evaluate.", "task"),
		failures:    counter("ask_failures_total", "Questions to agents and evaluators that ended in an error, by gRPC code.", "task", "code"),
		retries:     counter("ask_retries_total", "How often agents and evaluators had to be asked again because they were not available.", "task"),
		calls:       counter("model_calls_total", "Calls of models by this process's gateway, by what the answer came to; none: no answer.", "endpoint", "model", "outcome", "recorded"),
		tokens:      counter("model_tokens_total", "Tokens of calls that were not on record, by direction: prompt, completion.", "endpoint", "model", "direction"),
		attemptsBad: counter("model_attempt_failures_total", "Attempts at an endpoint that failed, by kind.", "endpoint", "model", "kind"),
		cost:        counter("model_cost_total", "What calls cost, in the currency of the prices; calls without a price are not in it.", "endpoint", "model"),
		waited:      counter("model_waiting_seconds_total", "Time that calls waited for limits and between attempts.", "endpoint", "model"),
		callSeconds: histogram("model_call_seconds", "From question to answer of calls that were not on record, waiting included.", "endpoint", "model"),
	}
	m.turns = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "vignette", Name: "turns_total", Help: "Turns that agents took in this process."})
	m.episodeSeconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "vignette", Name: "episode_seconds", Help: "How long this process played episodes that came to rest in it.", Buckets: append([]float64{}, append(bounds, 1800, 7200)...),
	})
	registry.MustRegister(m.playing, m.turns, m.episodeSeconds, &queueCollector{queue: &m.queue})
	return m
}

func (m *metrics) asked(task string, code codes.Code, attempts int32, took time.Duration) {
	m.askSeconds.WithLabelValues(task).Observe(took.Seconds())
	if attempts > 1 {
		m.retries.WithLabelValues(task).Add(float64(attempts - 1))
	}
	switch {
	case code != codes.OK:
		m.failures.WithLabelValues(task, code.String()).Inc()
	case task == "respond":
		m.turns.Inc()
	}
}

func (m *metrics) called(call *vignettev1.ModelCall) {
	endpoint, model := call.GetEndpoint(), call.GetModel()
	outcome := "none"
	if call.GetOutcome() != vignettev1.Outcome_OUTCOME_UNSPECIFIED {
		outcome = enumname.Of(call.GetOutcome())
	}
	m.calls.WithLabelValues(endpoint, model, outcome, fmt.Sprint(call.GetRecorded())).Inc()
	if call.GetRecorded() {
		return
	}
	m.tokens.WithLabelValues(endpoint, model, "prompt").Add(float64(call.GetUsage().GetPromptTokens()))
	m.tokens.WithLabelValues(endpoint, model, "completion").Add(float64(call.GetUsage().GetCompletionTokens()))
	m.cost.WithLabelValues(endpoint, model).Add(call.GetCost())
	m.waited.WithLabelValues(endpoint, model).Add(call.GetWaiting().AsDuration().Seconds())
	m.callSeconds.WithLabelValues(endpoint, model).Observe(call.GetLatency().AsDuration().Seconds())
	for _, failure := range call.GetFailures() {
		m.attemptsBad.WithLabelValues(endpoint, model, failure.GetKind()).Add(float64(failure.GetCount()))
	}
}

// Queue is what is to be known of the work queue.
type Queue interface {
	// Orders are the runs that are to be played.
	Orders(ctx context.Context) ([]*vignettev1.WorkOrder, error)
	// Left is how many episodes of a run are not at rest.
	Left(ctx context.Context, run string) (int, error)
	// ParkedCounts is how many episodes are parked, by run.
	ParkedCounts(ctx context.Context) (map[string]int, error)
}

// queueCollector asks the queue when Prometheus asks, so that nobody does in between.
type queueCollector struct{ queue *atomic.Pointer[Queue] }

var (
	leftDesc   = prometheus.NewDesc("vignette_queue_episodes", "Episodes of a run that wait in the queue or are in a worker's hand, on the whole directory or cluster.", []string{"run"}, nil)
	parkedDesc = prometheus.NewDesc("vignette_parked_episodes", "Episodes of a run that are tried no more, on the whole directory or cluster.", []string{"run"}, nil)
)

// collectTimeout bounds what is asked of the queue for one answer to Prometheus.
const collectTimeout = 2 * time.Second

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- leftDesc
	descs <- parkedDesc
}

// Collect implements prometheus.Collector. What cannot be asked is left out: missing is not zero.
func (c *queueCollector) Collect(to chan<- prometheus.Metric) {
	queue := c.queue.Load()
	if queue == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	if orders, err := (*queue).Orders(ctx); err == nil {
		for _, order := range orders {
			if left, err := (*queue).Left(ctx, order.GetRun()); err == nil {
				to <- prometheus.MustNewConstMetric(leftDesc, prometheus.GaugeValue, float64(left), order.GetRun())
			}
		}
	}
	if parked, err := (*queue).ParkedCounts(ctx); err == nil {
		for run, n := range parked {
			to <- prometheus.MustNewConstMetric(parkedDesc, prometheus.GaugeValue, float64(n), run)
		}
	}
}

// startMetrics returns nil when nobody is to ask.
func startMetrics(config Config) (*metrics, error) {
	if config.Metrics == "" {
		return nil, nil
	}
	host, port, err := net.SplitHostPort(config.Metrics)
	if err != nil {
		return nil, fmt.Errorf("metrics: address %q: %w; it is host:port, 127.0.0.1:9464 for one", config.Metrics, err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if config.MetricsToken == "" && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, fmt.Errorf("metrics: %s is beyond the loopback interface: set $VIGNETTE_METRICS_TOKEN, which Prometheus presents as a bearer token, or listen on 127.0.0.1", host)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m := newMetrics(registry)
	m.address = listener.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", guarded(config.MetricsToken, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})))
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(m.done)
		_ = m.server.Serve(listener) // until it is shut down
	}()
	return m, nil
}

// guarded lets in who presents the token, and everybody where there is none.
func guarded(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			http.Error(w, "a bearer token is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (m *metrics) close(ctx context.Context) error {
	err := m.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, m.server.Close())
	}
	<-m.done
	return err
}
