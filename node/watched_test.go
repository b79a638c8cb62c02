package node_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/node/telemetry"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// watchedNode is a node that is watched in every way, with what it logs and the file its spans go to.
type watchedNode struct {
	*node.Node
	telemetry *telemetry.Telemetry
	said      *syncBuffer
	spans     string
}

func openWatched(t *testing.T, dir string) *watchedNode {
	t.Helper()
	ctx := context.Background()
	w := &watchedNode{said: &syncBuffer{}, spans: filepath.Join(t.TempDir(), "spans.jsonl")}
	logger := slog.New(slog.NewJSONHandler(w.said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if w.telemetry, err = telemetry.Start(ctx, telemetry.Config{Logger: logger, Metrics: "127.0.0.1:0", TraceFile: w.spans, Version: "test"}); err != nil {
		t.Fatal(err)
	}
	if w.Node, err = node.Open(ctx, node.Config{Dir: dir, Join: true, Version: "test", Logger: logger, Telemetry: w.telemetry}); err != nil {
		t.Fatal(err)
	}
	return w
}

// close closes the node, and then what watches it.
func (w *watchedNode) close(t *testing.T) {
	t.Helper()
	if err := w.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if err := w.telemetry.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// scrape is what Prometheus is told, without comments.
func (w *watchedNode) scrape(t *testing.T) string {
	t.Helper()
	response, err := http.Get("http://" + w.telemetry.Address() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s, %v", response.Status, err)
	}
	return string(body)
}

// spanRecord is a line of a file of spans.
type spanRecord struct {
	Name        string
	SpanKind    int
	SpanContext struct{ TraceID, SpanID string }
	Parent      struct{ SpanID string }
	Attributes  []struct {
		Key   string
		Value struct{ Value any }
	}
	at string // whose file it is in
}

func (s spanRecord) attribute(key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return fmt.Sprint(a.Value.Value)
		}
	}
	return ""
}

func readSpans(t *testing.T, at, file string) (all []spanRecord) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		s := spanRecord{at: at}
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// kinds of spans, as OpenTelemetry numbers them.
var kinds = map[int]string{2: "answers ", 3: "asks "}

// way is how a span was come to, from the root of its trace.
func way(byID map[string]spanRecord, s spanRecord) string {
	name := s.at + " " + kinds[s.SpanKind] + s.Name
	if parent, ok := byID[s.Parent.SpanID]; ok {
		return way(byID, parent) + " > " + name
	}
	return name
}

// One process plays and another hosts minds, judges and the gateway: each episode is one trace, from the episode through the turn to
// the call of the model and back, with the ids in it. Neither spans nor logs nor metrics hold a word that was said, thought or asked.
func TestEpisodeIsOneTrace(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	endpoint := scriptedtest.Start(t, scripted.Config{Seed: 3, Key: canaryKey})
	hosting := openWatched(t, dir)
	if err := hosting.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	if err := hosting.HostModels(ctx, settings(t, endpoint.URL(), "")); err != nil {
		t.Fatal(err)
	}
	playing := openWatched(t, dir)
	scenario, err := scenarios.Find("cbt-intake")
	if err != nil {
		t.Fatal(err)
	}
	models, err := planning.ParseModels("scripted/tiny", []*vignettev1.Scenario{scenario})
	if err != nil {
		t.Fatal(err)
	}
	runner := playing.Runner()
	planner, err := runner.Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: 2, Seed: 1, Models: models})
	if err != nil {
		t.Fatal(err)
	}
	turns, words := 0, []string{}
	if err := runner.Play(ctx, planner, runs.Options{Each: func(_ int, state *episode.State) {
		for _, turn := range state.Turns() {
			turns, words = turns+1, append(words, turn.GetAction().GetText())
		}
	}}); err != nil {
		t.Fatal(err)
	}
	metrics, asked := playing.scrape(t), hosting.scrape(t)
	playing.close(t)
	hosting.close(t)

	for _, line := range []string{`vignette_episodes_total{outcome="ok"} 2`, fmt.Sprintf("vignette_turns_total %d", turns), "vignette_episodes_playing 0"} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics of who plays lack %q", line)
		}
	}
	counted := regexp.MustCompile(`vignette_model_calls_total\{endpoint="scripted",model="tiny",outcome="answered",recorded="false"\} ([1-9]\d*)`)
	if !counted.MatchString(asked) || !strings.Contains(asked, `vignette_model_cost_total{endpoint="scripted",model="tiny"}`) {
		t.Errorf("the metrics of the gateway have no calls with their cost:\n%s", asked)
	}

	spans := append(readSpans(t, "player", playing.spans), readSpans(t, "host", hosting.spans)...)
	byID := map[string]spanRecord{}
	for _, s := range spans {
		byID[s.SpanContext.SpanID] = s
	}
	traces, ways := map[string]string{}, map[string]int{}
	for _, s := range spans {
		ways[way(byID, s)]++
		id := s.attribute("vignette.episode")
		if id == "" {
			continue
		}
		if before, ok := traces[id]; ok && before != s.SpanContext.TraceID {
			t.Errorf("episode %s is in traces %s and %s", id, before, s.SpanContext.TraceID)
		}
		traces[id] = s.SpanContext.TraceID
		if run := s.attribute("vignette.run"); run != planner.Manifest().GetRun() {
			t.Errorf("span %s is of run %q", s.Name, run)
		}
	}
	if len(traces) != 2 {
		t.Errorf("there are traces of %d episodes, want 2", len(traces))
	}
	turn := "player episode > player turn > player asks vignette.v1.AgentService/Respond > host answers vignette.v1.AgentService/Respond"
	if ways[turn] != turns {
		t.Errorf("%d turns are traced over the wire, want %d; ways: %v", ways[turn], turns, ways)
	}
	for _, want := range []string{
		turn + " > host asks vignette.v1.ModelService/Complete > host answers vignette.v1.ModelService/Complete > host model call",
		"player episode > player evaluator > player asks vignette.v1.EvaluatorService/Evaluate > host answers vignette.v1.EvaluatorService/Evaluate",
	} {
		if ways[want] == 0 {
			t.Errorf("no span came by %q; ways: %v", want, ways)
		}
	}

	told := playing.said.String() + hosting.said.String() + metrics + asked
	for _, file := range []string{playing.spans, hosting.spans} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		told += string(data)
	}
	for _, canary := range append(words, canaryKey) {
		if len(canary) > 8 && strings.Contains(told, canary) {
			t.Errorf("%q is told to whoever watches", canary)
		}
	}
	if !slices.ContainsFunc(strings.Split(playing.said.String(), "\n"), func(line string) bool {
		return strings.Contains(line, `"msg":"answered"`) && strings.Contains(line, `"run":"`+planner.Manifest().GetRun()) && strings.Contains(line, `"turn":0`) && strings.Contains(line, `"trace":"`)
	}) {
		t.Error("no line of the log says of a turn which run, episode, turn and trace it is of")
	}
}

// What is switched off is not there: nobody is told anything, and whoever asks for metrics beyond loopback needs a token.
func TestWatchingIsOff(t *testing.T) {
	ctx := context.Background()
	off, err := telemetry.Start(ctx, telemetry.Config{})
	if off != nil || err != nil {
		t.Fatalf("%v, %v", off, err)
	}
	if off.Observer() != nil || off.Booked() != nil || off.Client() != nil || off.Server() != nil || off.Address() != "" || off.Close(ctx) != nil {
		t.Error("something is on")
	}
	for _, c := range []struct {
		config telemetry.Config
		says   string
	}{
		{telemetry.Config{Metrics: "0.0.0.0:0"}, "VIGNETTE_METRICS_TOKEN"},
		{telemetry.Config{Metrics: "here"}, "host:port"},
		{telemetry.Config{TraceFile: filepath.Join(t.TempDir(), "no", "such")}, "no such file"},
		{telemetry.Config{Getenv: func(name string) string { return map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}[name] }}, "otlp, console or none"},
		{telemetry.Config{Getenv: func(name string) string {
			return map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}[name]
		}}, "http/protobuf"},
	} {
		if started, err := telemetry.Start(ctx, c.config); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want an error with %q", c.config, err, c.says)
			_ = started.Close(ctx)
		}
	}
}

// BenchmarkWatched is an episode with nothing switched on, with logs at info and metrics, and with traces too.
func BenchmarkWatched(b *testing.B) {
	for _, c := range []struct {
		name   string
		config func(b *testing.B) telemetry.Config
	}{
		{"off", func(*testing.B) telemetry.Config { return telemetry.Config{} }},
		{"logs and metrics", func(*testing.B) telemetry.Config {
			return telemetry.Config{Metrics: "127.0.0.1:0", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
		}},
		{"traces too", func(b *testing.B) telemetry.Config {
			return telemetry.Config{Metrics: "127.0.0.1:0", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), TraceFile: filepath.Join(b.TempDir(), "spans")}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			ctx := context.Background()
			watch, err := telemetry.Start(ctx, c.config(b))
			if err != nil {
				b.Fatal(err)
			}
			n, err := node.Open(ctx, node.Config{Dir: b.TempDir(), Version: "bench", Telemetry: watch})
			if err != nil {
				b.Fatal(err)
			}
			if err := n.HostBuiltin(ctx); err != nil {
				b.Fatal(err)
			}
			scenario, err := scenarios.Find("ask-for-leave")
			if err != nil {
				b.Fatal(err)
			}
			runner := n.Runner()
			planner, err := runner.Prepare(ctx, runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: b.N, Seed: 1})
			if err != nil {
				b.Fatal(err)
			}
			before := cpuTime(b)
			b.ReportAllocs()
			b.ResetTimer()
			if err := runner.Play(ctx, planner, runs.Options{}); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(1000*(cpuTime(b)-before).Seconds()/float64(b.N), "cpu-ms/episode")
			if err := n.Close(ctx); err != nil {
				b.Error(err)
			}
			if err := watch.Close(ctx); err != nil {
				b.Error(err)
			}
		})
	}
}
