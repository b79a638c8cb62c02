package models_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	canaryKey   = "sk-canary-0123456789/+="
	canaryWords = "canary: I have told nobody about my brother"
)

// watched is a gateway with a key, whose calls are traced and logged on both sides.
type watched struct {
	vignettev1.ModelServiceClient
	spans *tracetest.InMemoryExporter
	log   *said
}

type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// watch serves a gateway with a key; transport may be nil.
func watch(t *testing.T, script scripted.Config, transport http.RoundTripper, ways ...acquaintance) *watched {
	t.Helper()
	h := open(t, script)
	file := filepath.Join(t.TempDir(), "vignette.yaml")
	text := fmt.Sprintf("endpoints:\n  scripted: {base_url: %q, key_variable: CANARY, limits: {attempts: 1}}\n", h.endpoint.URL())
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := models.Load(file, func(name string) string { return map[string]string{"CANARY": canaryKey}[name] })
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := models.New(models.Config{Settings: settings, Log: h.log, NewID: func() string { return fmt.Sprint(ids.Add(1)) }, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	w := &watched{spans: tracetest.NewInMemoryExporter(), log: &said{}}
	traced := []otelgrpc.Option{
		otelgrpc.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSyncer(w.spans))), otelgrpc.WithPropagators(propagation.TraceContext{}),
		otelgrpc.WithMessageEvents(otelgrpc.ReceivedEvents, otelgrpc.SentEvents),
	}
	server, err := natsrpc.NewServer(h.broker.Conn(), h.broker.Namespace(), "watched",
		natsrpc.WithLogger(slog.New(slog.NewTextHandler(w.log, nil))), natsrpc.WithServerStats(otelgrpc.NewServerHandler(traced...)))
	if err != nil {
		t.Fatal(err)
	}
	vignettev1.RegisterModelServiceServer(server, gateway)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	client, err := natsrpc.NewClient(h.broker.Conn(), h.broker.Namespace(), "watched", natsrpc.WithClientStats(otelgrpc.NewClientHandler(traced...)))
	if err != nil {
		t.Fatal(err)
	}
	for _, acquaint := range ways {
		if err := acquaint(client, server); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		server.Stop() // and with it the spans end
		w.searchSpans(t)
	})
	w.ModelServiceClient = vignettev1.NewModelServiceClient(client)
	return w
}

// told returns which secret is in a text. The ends of a key, which endpoints show of one that they refuse, are none.
func told(text string) string {
	for _, secret := range []string{canaryKey, "sk-canary", "0123456789", canaryWords, "brother"} {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return ""
}

// searchSpans looks for key and words in all that was exported of both sides.
func (w *watched) searchSpans(t *testing.T) {
	t.Helper()
	spans := w.spans.GetSpans()
	if len(spans) != 4 {
		t.Errorf("%d spans of two calls, seen from both sides", len(spans))
	}
	for _, span := range spans {
		about := fmt.Sprintf("%+v %+v %+v %s %q", span.Attributes, span.Events, span.Links, span.Name, span.Status.Description)
		if secret := told(about); secret != "" {
			t.Errorf("%q is in a span: %s", secret, about)
		}
	}
}

// indiscreet is a transport that panics and says all it knows.
type indiscreet struct{}

func (indiscreet) RoundTrip(request *http.Request) (*http.Response, error) {
	panic(fmt.Errorf("cannot send %v", request.Header))
}

// Neither traces nor a panic hold the key, or what was asked in private; by hand as over the wire, whole and in a stream.
func TestKeyIsNeitherTracedNorInAPanic(t *testing.T) {
	cases := []struct {
		name      string
		script    scripted.Config
		transport http.RoundTripper
		change    func(*vignettev1.CompleteRequest)
		want      codes.Code
	}{
		{name: "answered", script: scripted.Config{Key: canaryKey}, want: codes.OK},
		{name: "the key is wrong, and said back", script: scripted.Config{Key: "another"}, want: codes.FailedPrecondition},
		{name: "no answer", script: scripted.Config{Key: canaryKey, Faults: scripted.Faults{ServerError: 1}}, want: codes.Aborted},
		{name: "a request that breaks a rule", script: scripted.Config{Key: canaryKey}, change: func(r *vignettev1.CompleteRequest) { r.Purpose = strings.Repeat("x", 200) }, want: codes.InvalidArgument},
		{name: "a panic", script: scripted.Config{Key: canaryKey}, transport: indiscreet{}, want: codes.Internal},
	}
	for _, test := range cases {
		for way, ways := range map[string][]acquaintance{"by hand": {(*natsrpc.Client).Shortcut}, "over the wire": nil} {
			t.Run(test.name+"/"+way, func(t *testing.T) {
				w := watch(t, test.script, test.transport, ways...)
				request := ask(canaryWords, func(r *vignettev1.CompleteRequest) { r.Model = "m" })
				if test.change != nil {
					test.change(request)
				}
				ctx := context.Background()
				_, whole := w.Complete(ctx, request)
				stream, streamed := w.CompleteStream(ctx, &vignettev1.CompleteStreamRequest{Request: request})
				for streamed == nil {
					var frame *vignettev1.CompleteStreamResponse
					if frame, streamed = stream.Recv(); frame.GetFinal() != nil {
						_, streamed = stream.Recv()
						break
					}
				}
				for _, err := range []error{whole, streamed} {
					if err != nil && err.Error() == "EOF" {
						err = nil
					}
					if status.Code(err) != test.want {
						t.Errorf("%v, want %v", err, test.want)
					}
					if text := fmt.Sprintf("%v %+v", err, status.Convert(err).Details()); told(text) != "" {
						t.Errorf("the caller is told %s", text)
					}
				}
				if logged := w.log.String(); told(logged) != "" || strings.Contains(logged, "panicked") != (test.transport != nil) {
					t.Errorf("the log says: %s", logged)
				}
			})
		}
	}
}
