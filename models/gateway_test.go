package models_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/broker/natsrpc"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a gateway on the wire, with a scripted endpoint behind it.
type house struct {
	vignettev1.ModelServiceClient
	endpoint *scriptedtest.Server
	log      calllog.Log
	broker   *broker.Broker
}

func open(t testing.TB, script scripted.Config, change ...func(*vignettev1.Endpoint)) *house {
	t.Helper()
	ctx := context.Background()
	b, err := broker.OpenTemporary(ctx, broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	log, err := calllog.Open(ctx, b.Conn(), calllog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{endpoint: scriptedtest.Start(t, script), log: log, broker: b}
	settings := &vignettev1.Endpoint{BaseUrl: h.endpoint.URL(), Models: map[string]*vignettev1.ModelSettings{
		"priced": {InputPrice: proto.Float64(1), OutputPrice: proto.Float64(2)},
	}}
	for _, c := range change {
		c(settings)
	}
	h.ModelServiceClient = h.serve(t, settings)
	return h
}

var ids atomic.Int64

// acquaintance is what a client and a server may have besides the wire.
type acquaintance = func(*natsrpc.Client, *natsrpc.Server) error

// serve puts a gateway on the wire and returns a client of it.
func (h *house) serve(t testing.TB, settings *vignettev1.Endpoint, ways ...acquaintance) vignettev1.ModelServiceClient {
	t.Helper()
	gateway, err := models.New(models.Config{
		Settings: &models.Settings{Endpoints: map[string]*vignettev1.Endpoint{"scripted": settings}, Default: "scripted"},
		Log:      h.log, NewID: func() string { return fmt.Sprint("id", ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	name := fmt.Sprint("models-", ids.Add(1))
	server, err := natsrpc.NewServer(h.broker.Conn(), h.broker.Namespace(), name)
	if err != nil {
		t.Fatal(err)
	}
	vignettev1.RegisterModelServiceServer(server, gateway)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	client, err := natsrpc.NewClient(h.broker.Conn(), h.broker.Namespace(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, acquaint := range ways {
		if err := acquaint(client, server); err != nil {
			t.Fatal(err)
		}
	}
	return vignettev1.NewModelServiceClient(client)
}

func ask(text string, change ...func(*vignettev1.CompleteRequest)) *vignettev1.CompleteRequest {
	request := &vignettev1.CompleteRequest{
		Model:    "priced",
		Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Account:  &vignettev1.ModelAccount{Run: "r", Episode: "e", Who: "ruth", Kind: "client"},
		Purpose:  "turn",
	}
	for _, c := range change {
		c(request)
	}
	return request
}

const schema = `{"type":"object","properties":{"score":{"type":"number","minimum":0,"maximum":1},"why":{"type":"string","minLength":1,"maxLength":200}},"required":["score","why"],"additionalProperties":false}`

func withForm(r *vignettev1.CompleteRequest) {
	r.Form = &vignettev1.AnswerForm{Name: "verdict", Schema: schema}
}

func (h *house) complete(t testing.TB, r *vignettev1.CompleteRequest) *vignettev1.Completion {
	t.Helper()
	response, err := h.Complete(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return response.GetCompletion()
}

func (h *house) calls(t testing.TB, run string) []*vignettev1.ModelCall {
	t.Helper()
	var calls []*vignettev1.ModelCall
	for call, err := range h.log.Calls(context.Background(), run, "") {
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	return calls
}

// says answers each question with the next text, the last one again and again.
func says(texts ...string) func(scripted.Request) *scripted.Reply {
	var n atomic.Int64
	return func(scripted.Request) *scripted.Reply {
		i := min(int(n.Add(1)), len(texts))
		return &scripted.Reply{Content: texts[i-1]}
	}
}

func TestLadder(t *testing.T) {
	const good, bad = `{"score":0.5,"why":"it fits"}`, `{"score":1727,"why":"far out"}`
	for _, test := range []struct {
		name    string
		script  scripted.Config
		outcome vignettev1.Outcome
		rung    vignettev1.Rung
		calls   int
	}{
		{"held to the schema", scripted.Config{Answer: says(good)}, vignettev1.Outcome_OUTCOME_ANSWERED, vignettev1.Rung_RUNG_JSON_SCHEMA, 1},
		{"held to JSON", scripted.Config{Structured: "json_object", Answer: says(good)}, vignettev1.Outcome_OUTCOME_ANSWERED, vignettev1.Rung_RUNG_JSON_OBJECT, 1},
		{"asked in words", scripted.Config{Structured: "none", Answer: says(good)}, vignettev1.Outcome_OUTCOME_ANSWERED, vignettev1.Rung_RUNG_EXTRACTED, 1},
		{"found between words", scripted.Config{Structured: "ignored", Answer: says("Well: " + good + " There.")}, vignettev1.Outcome_OUTCOME_ANSWERED, vignettev1.Rung_RUNG_EXTRACTED, 1},
		{"mended", scripted.Config{Answer: says(bad, good)}, vignettev1.Outcome_OUTCOME_ANSWERED, vignettev1.Rung_RUNG_REPAIRED, 2},
		{"never of the form", scripted.Config{Answer: says(bad)}, vignettev1.Outcome_OUTCOME_MALFORMED, vignettev1.Rung_RUNG_REPAIRED, 2},
		{"prose and nothing but", scripted.Config{Structured: "ignored", Answer: says("I would rather not judge.")}, vignettev1.Outcome_OUTCOME_MALFORMED, vignettev1.Rung_RUNG_REPAIRED, 2},
		{"refused", scripted.Config{Answer: func(scripted.Request) *scripted.Reply { return &scripted.Reply{Refusal: "No."} }},
			vignettev1.Outcome_OUTCOME_REFUSED, vignettev1.Rung_RUNG_JSON_SCHEMA, 1},
		{"cut at its length", scripted.Config{Answer: func(scripted.Request) *scripted.Reply {
			return &scripted.Reply{Content: good, FinishReason: "length"}
		}}, vignettev1.Outcome_OUTCOME_TRUNCATED, vignettev1.Rung_RUNG_JSON_SCHEMA, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t, test.script)
			got := h.complete(t, ask("Judge.", withForm))
			if got.GetOutcome() != test.outcome || got.GetRung() != test.rung {
				t.Errorf("%s on %s, want %s on %s: %v", got.GetOutcome(), got.GetRung(), test.outcome, test.rung, got)
			}
			want := ""
			if test.outcome == vignettev1.Outcome_OUTCOME_ANSWERED {
				want = good
			}
			if got.GetJson() != want {
				t.Errorf("json %q, want %q", got.GetJson(), want)
			}
			if test.outcome != vignettev1.Outcome_OUTCOME_ANSWERED && test.outcome != vignettev1.Outcome_OUTCOME_TRUNCATED && got.GetDetail() == "" {
				t.Error("nobody says why")
			}
			if calls := h.calls(t, "r"); len(calls) != test.calls || len(got.GetCalls()) != test.calls {
				t.Errorf("%d calls in the books, %d told; want %d", len(calls), len(got.GetCalls()), test.calls)
			}
			// The same again comes from the record, by the same rung, and asks nothing.
			asked := h.endpoint.Stats().Requests
			again := h.complete(t, ask("Judge.", withForm))
			if diff := cmp.Diff(got, again, protocmp.Transform(), protocmp.IgnoreFields(got, "calls", "recorded", "cost")); diff != "" {
				t.Errorf("from the record, -first +again:\n%s", diff)
			}
			if !again.GetRecorded() || again.GetCost() != 0 || h.endpoint.Stats().Requests != asked {
				t.Errorf("the record cost %v, asked %d times", again.GetCost(), h.endpoint.Stats().Requests-asked)
			}
		})
	}
}

// frames reads a stream to its end and returns the words as a watcher has them, how often they were taken back, and the end.
func (h *house) frames(t *testing.T, r *vignettev1.CompleteRequest) (said string, takenBack int, final *vignettev1.Completion) {
	t.Helper()
	stream, err := h.CompleteStream(context.Background(), &vignettev1.CompleteStreamRequest{Request: r})
	if err != nil {
		t.Fatal(err)
	}
	for {
		frame, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return said, takenBack, final
		}
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.GetFrame().(type) {
		case *vignettev1.CompleteStreamResponse_Delta:
			said += f.Delta
		case *vignettev1.CompleteStreamResponse_Discard:
			said, takenBack = "", takenBack+1
		case *vignettev1.CompleteStreamResponse_Final:
			final = f.Final
		}
	}
}

// What a watcher has seen at the end is the answer, also where it was repaired or an attempt broke off.
func TestStream(t *testing.T) {
	const good, bad = `{"score":0.5,"why":"it fits"}`, `{"score":1727,"why":"far out"}`
	var cut atomic.Bool
	for _, test := range []struct {
		name      string
		script    scripted.Config
		form      bool
		takenBack int
	}{
		{"words", scripted.Config{Answer: says("I see. Go on.")}, false, 0},
		{"repaired", scripted.Config{Answer: says(bad, good)}, true, 1},
		{"cut and asked again", scripted.Config{Answer: func(scripted.Request) *scripted.Reply {
			if cut.CompareAndSwap(false, true) {
				return &scripted.Reply{Content: "I was about to say something long, and then", Fault: scripted.Cut}
			}
			return &scripted.Reply{Content: "I see. Go on."}
		}}, false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t, test.script)
			r := ask("Go.")
			if test.form {
				withForm(r)
			}
			for _, from := range []string{"endpoint", "record"} {
				said, takenBack, final := h.frames(t, r)
				if said != final.GetText() || said == "" {
					t.Errorf("from the %s: said %q, the answer is %q", from, said, final.GetText())
				}
				if from == "endpoint" && takenBack != test.takenBack {
					t.Errorf("taken back %d times, want %d", takenBack, test.takenBack)
				}
			}
		})
	}
}

// What is told apart by any part of the question is asked apart; what is the same is asked once, also at the same time.
func TestRecord(t *testing.T) {
	h := open(t, scripted.Config{})
	var wait sync.WaitGroup
	texts := make([]string, 32)
	for i := range texts {
		wait.Go(func() { texts[i] = h.complete(t, ask("Hello?")).GetText() })
	}
	wait.Wait()
	for _, text := range texts {
		if text != texts[0] {
			t.Fatalf("two answers to one question: %q, %q", texts[0], text)
		}
	}
	if n := h.endpoint.Stats().Requests; n != 1 {
		t.Fatalf("one question was asked %d times", n)
	}
	for i, change := range []func(*vignettev1.CompleteRequest){
		func(r *vignettev1.CompleteRequest) { r.Messages[0].Content = "Hello!" },
		func(r *vignettev1.CompleteRequest) { r.Messages[0].Role = vignettev1.ChatRole_CHAT_ROLE_SYSTEM },
		func(r *vignettev1.CompleteRequest) { r.Model = "other" },
		func(r *vignettev1.CompleteRequest) {
			r.Parameters = &vignettev1.ModelParameters{Temperature: proto.Float64(0)}
		},
		func(r *vignettev1.CompleteRequest) {
			r.Parameters = &vignettev1.ModelParameters{MaxTokens: proto.Int32(100)}
		},
		withForm,
		func(r *vignettev1.CompleteRequest) { r.Account.Sample = &vignettev1.ModelSample{Seed: 1} },
		func(r *vignettev1.CompleteRequest) { r.Account.Sample = &vignettev1.ModelSample{Repeat: 1} },
		func(r *vignettev1.CompleteRequest) { r.Account.Sample = &vignettev1.ModelSample{BranchSeed: 1} },
		func(r *vignettev1.CompleteRequest) { r.Account.Sample = &vignettev1.ModelSample{Ask: 1} },
		func(r *vignettev1.CompleteRequest) {
			r.Account.Recorded = vignettev1.RecordedAnswers_RECORDED_ANSWERS_IGNORE
		},
	} {
		before := h.endpoint.Stats().Requests
		h.complete(t, ask("Hello?", change))
		if h.endpoint.Stats().Requests != before+1 {
			t.Errorf("change %d: not asked anew", i)
		}
	}
	for i, change := range []func(*vignettev1.CompleteRequest){
		func(r *vignettev1.CompleteRequest) { r.Account.Run, r.Account.Episode = "r2", "e2" },
		func(r *vignettev1.CompleteRequest) { r.Purpose, r.PromptHash = "other", "abc" },
		func(r *vignettev1.CompleteRequest) { r.Messages[0].Droppable = true },
		func(r *vignettev1.CompleteRequest) {
			r.Account.Recorded = vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY
		},
	} {
		before := h.endpoint.Stats().Requests
		h.complete(t, ask("Hello?", change))
		if h.endpoint.Stats().Requests != before {
			t.Errorf("change %d: asked again though it is the same question", i)
		}
	}
}

// reasonOf is the reason that an error of the gateway carries.
func reasonOf(t *testing.T, err error) string {
	t.Helper()
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == "models" {
			return info.GetReason()
		}
	}
	return ""
}

func TestErrors(t *testing.T) {
	broken := scripted.Faults{ServerError: 1}
	for _, test := range []struct {
		name   string
		script scripted.Config
		change func(*vignettev1.CompleteRequest)
		code   codes.Code
		reason string
	}{
		{"nothing to say", scripted.Config{}, func(r *vignettev1.CompleteRequest) { r.Messages = nil }, codes.InvalidArgument, "REQUEST"},
		{"no name of a model", scripted.Config{}, func(r *vignettev1.CompleteRequest) { r.Model = "scripted/" }, codes.NotFound, "MODEL"},
		{"a model that is not there", scripted.Config{Models: []string{"priced"}}, func(r *vignettev1.CompleteRequest) { r.Model = "x" }, codes.NotFound, "MODEL"},
		{"a key that is missing", scripted.Config{Key: "k"}, nil, codes.FailedPrecondition, "KEY"},
		{"nothing on record", scripted.Config{}, func(r *vignettev1.CompleteRequest) {
			r.Account.Recorded = vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY
		}, codes.FailedPrecondition, "NOT_RECORDED"},
		{"an endpoint that is broken", scripted.Config{Faults: broken}, nil, codes.Aborted, "ENDPOINT"},
		{"a schema that is none", scripted.Config{}, func(r *vignettev1.CompleteRequest) {
			r.Form = &vignettev1.AnswerForm{Name: "x", Schema: `{"type":"nonsense"}`}
		}, codes.InvalidArgument, "REQUEST"},
		{"a context that is too small", scripted.Config{ContextTokens: 20}, func(r *vignettev1.CompleteRequest) { r.Messages[0].Content = strings.Repeat("word ", 100) }, codes.FailedPrecondition, "CONTEXT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t, test.script, func(e *vignettev1.Endpoint) { e.Limits = &vignettev1.EndpointLimits{Attempts: 2} })
			r := ask("Hello?")
			if test.change != nil {
				test.change(r)
			}
			_, err := h.Complete(context.Background(), r)
			if status.Code(err) != test.code || reasonOf(t, err) != test.reason {
				t.Errorf("%v (%s), want %s (%s)", err, reasonOf(t, err), test.code, test.reason)
			}
		})
	}
}

// A prompt that the endpoint finds too long is shortened by its oldest messages, and the record says by how many.
func TestShortensWhatTheEndpointRefuses(t *testing.T) {
	long := strings.Repeat("word ", 40)
	conversation := func(r *vignettev1.CompleteRequest) {
		r.Messages = []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: "persona"}}
		for i := range 10 {
			r.Messages = append(r.Messages, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: fmt.Sprint(i, long), Droppable: true})
		}
		r.Parameters = &vignettev1.ModelParameters{MaxTokens: proto.Int32(50)}
	}
	h := open(t, scripted.Config{ContextTokens: 300, Answer: says("Yes.")})
	got := h.complete(t, ask("", conversation))
	if got.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED || got.GetDroppedMessages() == 0 {
		t.Errorf("%v", got)
	}
	calls := h.calls(t, "r")
	if last := calls[len(calls)-1]; last.GetDroppedMessages() != got.GetDroppedMessages() {
		t.Errorf("the books say %d were left out, the answer %d", last.GetDroppedMessages(), got.GetDroppedMessages())
	}
}

// A budget is kept across calls, gateways and time: it is what the books say.
func TestBudget(t *testing.T) {
	h := open(t, scripted.Config{Answer: says("Well, yes.")})
	limited := func(i int) *vignettev1.CompleteRequest {
		return ask(fmt.Sprint("Question number ", i), func(r *vignettev1.CompleteRequest) { r.Account.MaxTokens = proto.Int64(200) })
	}
	answered := 0
	var err error
	for i := 0; err == nil && i < 100; i++ {
		if _, err = h.Complete(context.Background(), limited(i)); err == nil {
			answered++
		}
	}
	if status.Code(err) != codes.ResourceExhausted || reasonOf(t, err) != "BUDGET" {
		t.Fatalf("after %d answers: %v", answered, err)
	}
	used := int64(0)
	for _, call := range h.calls(t, "r") {
		used += call.GetUsage().GetPromptTokens() + call.GetUsage().GetCompletionTokens()
	}
	if used > 200 || used < 150 || answered < 5 {
		t.Errorf("%d answers, %d tokens used of 200", answered, used)
	}
	// Another gateway that knows nothing yet reads it in the books.
	other := h.serve(t, &vignettev1.Endpoint{BaseUrl: h.endpoint.URL()})
	if _, err := other.Complete(context.Background(), limited(1000)); reasonOf(t, err) != "BUDGET" {
		t.Errorf("another gateway: %v", err)
	}
	// What is on record is not refused; with more, it goes on; another run has its own.
	asked := h.endpoint.Stats().Requests
	if got := h.complete(t, limited(0)); !got.GetRecorded() || h.endpoint.Stats().Requests != asked {
		t.Errorf("from the record: %v", got)
	}
	more := limited(2000)
	more.Account.MaxTokens = proto.Int64(100_000)
	h.complete(t, more)
	elsewhere := limited(2001)
	elsewhere.Account.Run = "r2"
	h.complete(t, elsewhere)
}

func TestCost(t *testing.T) {
	h := open(t, scripted.Config{Answer: says("Well, yes.")})
	got := h.complete(t, ask("How much is it?"))
	want := (float64(got.GetUsage().GetPromptTokens())*1 + float64(got.GetUsage().GetCompletionTokens())*2) / 1e6
	if got.Cost == nil || got.GetCost() != want || want == 0 {
		t.Errorf("cost %v, want %v", got.Cost, want)
	}
	if unknown := h.complete(t, ask("How much is it?", func(r *vignettev1.CompleteRequest) { r.Model = "unpriced" })); unknown.Cost != nil {
		t.Errorf("the cost of a model without a price is %v", unknown.GetCost())
	}
	_, err := h.Complete(context.Background(), ask("And now?", func(r *vignettev1.CompleteRequest) {
		r.Model, r.Account.MaxCost = "unpriced", proto.Float64(1)
	}))
	if reasonOf(t, err) != "BUDGET" || !strings.Contains(err.Error(), "has no price") {
		t.Errorf("a limit on what nobody knows: %v", err)
	}
}

func TestEmbed(t *testing.T) {
	h := open(t, scripted.Config{Dimensions: 8})
	embed := func(texts ...string) *vignettev1.EmbedResponse {
		t.Helper()
		response, err := h.Embed(context.Background(), &vignettev1.EmbedRequest{Model: "m", Texts: texts})
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	first := embed("one", "two")
	again := embed("one", "two")
	if len(first.GetEmbeddings()) != 2 || len(first.GetEmbeddings()[1].GetValues()) != 8 || first.GetRecorded() || !again.GetRecorded() {
		t.Errorf("%v, then %v", first, again)
	}
	if diff := cmp.Diff(first.GetEmbeddings(), again.GetEmbeddings(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if other := embed("one", "three"); other.GetRecorded() {
		t.Error("other texts came from the record")
	}
}

func TestListAndResolve(t *testing.T) {
	h := open(t, scripted.Config{Models: []string{"a", "b"}})
	list, err := h.List(context.Background(), &vignettev1.ModelServiceListRequest{Remote: true})
	if err != nil {
		t.Fatal(err)
	}
	info := list.GetEndpoints()[0]
	if info.GetName() != "scripted" || !info.GetDefault() || info.GetHasKey() || !cmp.Equal(info.GetRemoteModels(), []string{"a", "b"}) || !cmp.Equal(info.GetConfiguredModels(), []string{"priced"}) {
		t.Errorf("%v", info)
	}
	for name, want := range map[string]string{"m": "m", "scripted/m": "m", "org/m": "org/m", "scripted/org/m": "org/m"} {
		got, err := h.Resolve(context.Background(), &vignettev1.ResolveRequest{Model: name})
		if err != nil || got.GetEndpoint() != "scripted" || got.GetModel() != want {
			t.Errorf("%s is %v, %v; want %s", name, got, err, want)
		}
	}
}
