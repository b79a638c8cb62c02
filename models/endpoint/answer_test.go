package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	answered  = vignettev1.Outcome_OUTCOME_ANSWERED
	refused   = vignettev1.Outcome_OUTCOME_REFUSED
	filtered  = vignettev1.Outcome_OUTCOME_FILTERED
	truncated = vignettev1.Outcome_OUTCOME_TRUNCATED
	empty     = vignettev1.Outcome_OUTCOME_EMPTY
)

// An answer is the same whether it comes as a whole or as a stream.
func TestAnswers(t *testing.T) {
	usage := &vignettev1.ModelUsage{PromptTokens: 10, CompletionTokens: 3}
	logprobs := `{"content":[{"token":"He","logprob":-0.5,"bytes":[72,101],"top_logprobs":[{"token":"He","logprob":-0.5,"bytes":[72,101]},{"token":"Hi","logprob":-1.5,"bytes":null}]},{"token":"llo","logprob":-0.25,"bytes":null,"top_logprobs":[]}]}`
	detailed := `"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":2}}`
	tests := []struct {
		name   string
		whole  reply // nil: only as a stream
		stream []string
		want   *vignettev1.Completion // without what is in all of them
	}{
		{
			"text", hello(), []string{part(`{"role":"assistant","content":""}`), piece("Hel"), piece("lo."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"text in parts", whole(`{"content":[{"type":"text","text":"Hel"},{"type":"text","text":"lo."}]}`, `"stop"`),
			[]string{part(`{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"Hello."}]}`), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"space around it stays", whole(`{"content":"  Hello. \n"}`, `"stop"`), []string{piece(" "), piece(" Hello. \n"), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "  Hello. \n"},
		},
		{
			"another end", whole(`{"content":"Hello."}`, `"end_turn"`), []string{piece("Hello."), finish("end_turn"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"cut at its length", whole(`{"content":"Hel"}`, `"length"`), []string{piece("Hel"), finish("length"), tally, done},
			&vignettev1.Completion{Outcome: truncated, Text: "Hel"},
		},
		{
			"cut while thinking", whole(`{"content":null,"reasoning_content":"Well"}`, `"length"`), []string{part(`{"reasoning_content":"Well"}`), finish("length"), tally, done},
			&vignettev1.Completion{Outcome: truncated, Reasoning: "Well"},
		},
		{
			"filtered", whole(`{"content":"Hel"}`, `"content_filter"`), []string{piece("Hel"), finish("content_filter"), tally, done},
			&vignettev1.Completion{Outcome: filtered, Text: "Hel"},
		},
		{
			"refused", whole(`{"content":null,"refusal":"I cannot."}`, `"stop"`), []string{part(`{"refusal":"I can"}`), part(`{"refusal":"not."}`), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: refused, Detail: "I cannot."},
		},
		{
			"nothing", whole(`{"content":""}`, `"stop"`), []string{finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: empty},
		},
		{
			"nothing but null", whole(`{"content":null,"refusal":null}`, `"stop"`), []string{part(`{"content":null}`), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: empty},
		},
		{
			"nothing but space", whole(`{"content":" \n\t"}`, `"stop"`), []string{piece(" \n"), piece("\t"), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: empty, Text: " \n\t"},
		},
		{
			"a call of a tool", whole(`{"content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}`, `"tool_calls"`),
			[]string{part(`{"tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]}`), finish("tool_calls"), tally, done},
			&vignettev1.Completion{Outcome: empty},
		},
		{
			"reasoning", whole(`{"content":"Hello.","reasoning_content":"Be kind."}`, `"stop"`),
			[]string{part(`{"reasoning_content":"Be "}`), part(`{"reasoning_content":"kind."}`), piece("Hello."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello.", Reasoning: "Be kind."},
		},
		{
			"reasoning by its other name", whole(`{"content":"Hello.","reasoning":"Be kind."}`, `"stop"`),
			[]string{part(`{"reasoning":"Be "}`), part(`{"reasoning":"kind.","content":""}`), piece("Hello."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello.", Reasoning: "Be kind."},
		},
		{
			"reasoning by both names", whole(`{"content":"Hello.","reasoning":"Be kind.","reasoning_content":"Be kind."}`, `"stop"`),
			[]string{part(`{"reasoning":"Be kind.","reasoning_content":"Be kind."}`), piece("Hello."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello.", Reasoning: "Be kind."},
		},
		{
			"reasoning alone", whole(`{"content":"","reasoning":"Be kind."}`, `"stop"`), []string{part(`{"reasoning":"Be kind."}`), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: empty, Reasoning: "Be kind."},
		},
		{
			"talk of reasoning is none", whole(`{"content":"He said \"reasoning\"."}`, `"stop"`), []string{piece(`He said "reasoning".`), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: `He said "reasoning".`},
		},
		{
			"thoughts", whole(`{"content":"\n<think>Be <b>kind</b>.</think>\n\nHello."}`, `"stop"`),
			[]string{piece("\n<th"), piece("ink>Be <b>"), piece("kind</b>.</"), piece("think>\n"), piece("\nHello."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello.", Reasoning: "Be <b>kind</b>."},
		},
		{
			"thoughts without end", whole(`{"content":"<think>Be kind.</thin"}`, `"stop"`), []string{piece("<think>Be kind.</thin"), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: empty, Reasoning: "Be kind.</thin"},
		},
		{
			"thoughts that do not lead", whole(`{"content":"Say <think>x</think>."}`, `"stop"`), []string{piece("Say <think>"), piece("x</think>."), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Say <think>x</think>."},
		},
		{
			"half a mark", whole(`{"content":"<th"}`, `"stop"`), []string{piece("<t"), piece("h"), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "<th"},
		},
		{
			"log probabilities", say(200, `{"model":"m-1","system_fingerprint":"fp","choices":[{"index":0,"message":{"content":"Hello"},"finish_reason":"stop","logprobs":`+logprobs+`}],"usage":{"prompt_tokens":10,"completion_tokens":3}}`),
			[]string{`data: {"model":"m-1","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop","logprobs":` + logprobs + `}]}`, tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello", Logprobs: []*vignettev1.TokenLogprob{
				{Token: "He", Logprob: -0.5, Top: []*vignettev1.TokenLogprob{{Token: "He", Logprob: -0.5}, {Token: "Hi", Logprob: -1.5}}},
				{Token: "llo", Logprob: -0.25},
			}},
		},
		{
			"tokens in detail", say(200, `{"model":"m-1","system_fingerprint":"fp","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],`+detailed+`}`),
			[]string{piece("Hello"), finish("stop"), `data: {"choices":[],` + detailed + `}`, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello", Usage: &vignettev1.ModelUsage{PromptTokens: 10, CompletionTokens: 3, CachedTokens: 8, ReasoningTokens: 2}},
		},
		{
			"tokens not counted", say(200, `{"model":"m-1","system_fingerprint":"fp","choices":[{"message":{"content":"Grüße"},"finish_reason":"stop"}]}`), []string{piece("Grüße"), finish("stop"), done},
			&vignettev1.Completion{Outcome: answered, Text: "Grüße", Usage: &vignettev1.ModelUsage{PromptTokens: 3, CompletionTokens: 2, Estimated: true}},
		},
		{
			"a whole answer to a request for a stream", nil, nil,
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"comments, names and other choices", nil,
			[]string{strings.Repeat(": still here\n\n", 1000), "event: message\nid: 1\n" + piece("Hello."), `data: {"choices":[{"index":1,"delta":{"content":"No."},"finish_reason":"length"}]}`, finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"lines of one's own ending, and no space", nil,
			[]string{strings.ReplaceAll(piece("Hello."), "data: ", "data:") + "\r", finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
		{
			"an event larger than a buffer", nil,
			[]string{piece(strings.Repeat("long ", 10_000)), finish("stop"), tally, done},
			&vignettev1.Completion{Outcome: answered, Text: strings.Repeat("long ", 10_000)},
		},
		{
			"an end without the last word", nil,
			[]string{piece("Hello."), finish("stop"), tally},
			&vignettev1.Completion{Outcome: answered, Text: "Hello."},
		},
	}
	for _, test := range tests {
		want := test.want
		want.ServedModel, want.SystemFingerprint = "m-1", "fp"
		if want.GetUsage() == nil {
			want.Usage = usage
		}
		ask := func(t *testing.T, r reply, watched bool) {
			synctest.Test(t, func(t *testing.T) {
				e, _ := start(t, nil, r)
				q := question()
				var h heard
				if watched {
					q = h.watch(q)
				}
				got, effort, err := e.Ask(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
					t.Error(diff)
				}
				if watched && h.text != got.GetText() {
					t.Errorf("the watcher heard %q", h.text)
				}
				if effort.Attempts != 1 || effort.Failures != nil || effort.Waiting != 0 {
					t.Errorf("effort %+v", effort)
				}
				if diff := cmp.Diff(got.GetUsage(), effort.Usage, protocmp.Transform()); diff != "" {
					t.Errorf("usage of the call: %s", diff)
				}
			})
		}
		if test.whole != nil {
			t.Run(test.name+"/whole", func(t *testing.T) { ask(t, test.whole, false) })
			t.Run(test.name+"/whole and watched", func(t *testing.T) { ask(t, test.whole, true) })
		}
		stream := hello()
		if test.stream != nil {
			stream = events(test.stream...)
		}
		t.Run(test.name+"/stream", func(t *testing.T) { ask(t, stream, true) })
	}
}

// A stream that has said why it ends is whole, whatever happens then; the tokens are estimated.
func TestAnswerThatHasEndedStays(t *testing.T) {
	for name, reply := range map[string]reply{
		"cut":     broken(events(piece("Hello."), finish("stop"))),
		"stalled": silent(events(piece("Hello."), finish("stop"))),
		"open":    silent(events(piece("Hello."), finish("stop"), tally, done)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, _ := start(t, nil, reply)
				begin := time.Now()
				var h heard
				got, effort, err := e.Ask(t.Context(), h.watch(question()))
				if err != nil || got.GetOutcome() != answered || effort.Attempts != 1 || h.text != "Hello." || h.discarded != nil {
					t.Errorf("got %v, %v", got, err)
				}
				if got.GetUsage().GetEstimated() == (name == "open") {
					t.Errorf("usage %v", got.GetUsage())
				}
				if took := time.Since(begin); took > 5*time.Second {
					t.Errorf("waited %v for what is not needed", took)
				}
			})
		})
	}
}

// What a failed attempt has handed on is taken back before the next begins.
func TestDiscard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil,
			broken(events(piece("Good "))),
			say(500, `{}`),
			silent(events(piece("Bad"))),
			events(piece("Hel"), piece("lo."), finish("stop"), tally, done))
		var h heard
		got, _, err := e.Ask(t.Context(), h.watch(question()))
		if err != nil {
			t.Fatal(err)
		}
		if h.text != "Hello." || got.GetText() != h.text {
			t.Errorf("heard %q, got %q", h.text, got.GetText())
		}
		if diff := cmp.Diff([]string{"the answer broke off", "nothing came for 30s"}, h.discarded); diff != "" {
			t.Error(diff)
		}
	})
}

// A watcher that panics takes no slot with it.
func TestWatcherPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, &vignettev1.Endpoint{Limits: &vignettev1.EndpointLimits{Concurrency: 1}}, events(piece("Hello."), finish("stop"), tally, done))
		func() {
			defer func() { _ = recover() }()
			q := question()
			q.Watch = func(string) { panic("watcher") }
			_, _, _ = e.Ask(t.Context(), q)
		}()
		var h heard
		if _, _, err := e.Ask(t.Context(), h.watch(question())); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEmbed(t *testing.T) {
	good := `{"data":[{"index":1,"embedding":[0.25,-1]},{"index":0,"embedding":[1,2]}],"model":"e","usage":{"prompt_tokens":4,"total_tokens":4}}`
	failing := map[string]string{
		"one is missing":  `{"data":[{"index":0,"embedding":[1]}]}`,
		"one comes twice": `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"one is another":  `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`,
		"one is empty":    `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]}`,
		"beyond measure":  `{"data":[{"index":0,"embedding":[1e99]},{"index":1,"embedding":[1]}]}`,
	}
	for name, bad := range failing {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				settings := &vignettev1.Endpoint{Limits: &vignettev1.EndpointLimits{TokensPerMinute: 1e9}}
				e, s := start(t, settings, say(200, bad), say(200, good))
				got, usage, effort, err := e.Embed(t.Context(), "e", []string{"abcd", "efg"})
				if err != nil {
					t.Fatal(err)
				}
				want := []*vignettev1.Embedding{{Values: []float32{1, 2}}, {Values: []float32{0.25, -1}}}
				if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(&vignettev1.ModelUsage{PromptTokens: 4}, usage, protocmp.Transform()); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(&vignettev1.ModelUsage{PromptTokens: 6, Estimated: true}, effort.Usage, protocmp.Transform()); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(map[string]int{"malformed": 1}, effort.Failures); diff != "" {
					t.Error(diff)
				}
				if request := s.requests()[1]; request.path != "/v1/embeddings" || request.body != `{"input":["abcd","efg"],"model":"e"}` || request.body != string(effort.Request) {
					t.Errorf("sent to %s: %s", request.path, request.body)
				}
			})
		})
	}
}

func TestEmbedRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil, say(404, `{"error":{"message":"no e"}}`))
		_, _, _, err := e.Embed(t.Context(), "e", []string{"a"})
		if got := reasonOf(t, err); got != endpoint.ReasonModel {
			t.Errorf("got %s: %v", got, err)
		}
	})
}

func TestModels(t *testing.T) {
	tests := []struct {
		name   string
		reply  reply
		want   []string
		reason endpoint.Reason
	}{
		{"a list", say(200, `{"object":"list","data":[{"id":"b"},{"id":"a"}]}`), []string{"b", "a"}, ""},
		{"an empty list", say(200, `{"data":[]}`), []string{}, ""},
		{"no list", say(200, `{}`), nil, endpoint.ReasonEndpoint},
		{"a page", say(200, `<html></html>`), nil, endpoint.ReasonEndpoint},
		{"refused", say(401, `{}`), nil, endpoint.ReasonKey},
		{"too many", say(429, `{}`), nil, endpoint.ReasonRateLimit},
		{"failed", say(500, `{}`), nil, endpoint.ReasonEndpoint},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, s := start(t, nil, test.reply)
				got, err := e.Models(t.Context())
				if reason := reasonOf(t, err); reason != test.reason {
					t.Errorf("got %q: %v", reason, err)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				if requests := s.requests(); len(requests) != 1 || requests[0].path != "/v1/models" || requests[0].body != "" {
					t.Errorf("asked %+v", requests)
				}
			})
		})
	}
}

// onLoopback starts a server on the network, and an endpoint with its own pool.
func onLoopback(t testing.TB, handler http.Handler, user string) *endpoint.Endpoint {
	t.Helper()
	s := httptest.NewServer(handler)
	e, err := endpoint.New(endpoint.Config{Name: "main", Settings: &vignettev1.Endpoint{
		BaseUrl: strings.Replace(s.URL, "//", "//"+user, 1) + "/v1/", Limits: &vignettev1.EndpointLimits{Attempts: 2},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	t.Cleanup(e.Close)
	return e
}

// Connections are used again, after answers, streams, errors and streams that end late.
func TestConnectionsAreReused(t *testing.T) {
	late := func(w http.ResponseWriter, r *http.Request) {
		events(piece("Hello."), finish("stop"), tally, done)(w, r)
		<-time.After(time.Millisecond)
	}
	s := &server{replies: []reply{hello(), events(piece("Hello."), finish("stop"), tally, done), late, say(500, strings.Repeat("no ", 1000)), hello()}}
	e := onLoopback(t, s, "")
	var opened atomic.Int32
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			opened.Add(1)
		}
	}})
	for i := range 4 {
		q := question()
		q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: ptr(i == 1 || i == 2)}
		if _, _, err := e.Ask(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n != 1 || len(s.requests()) != 5 {
		t.Errorf("%d connections for %d requests, want 1 for 5", n, len(s.requests()))
	}
}

// The key goes to one host, whatever that says.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer other.Close()
	e := onLoopback(t, http.RedirectHandler(other.URL, http.StatusTemporaryRedirect), "")
	_, _, err := e.Ask(t.Context(), question())
	if got := reasonOf(t, err); got != endpoint.ReasonRequest || followed.Load() || !strings.Contains(err.Error(), "it redirects to "+other.URL) {
		t.Errorf("got %s: %v (followed: %v)", got, err, followed.Load())
	}
}

// A user in the base URL is sent where there is no key, and not shown.
func TestUserOfBaseURL(t *testing.T) {
	s := &server{replies: []reply{hello()}}
	e := onLoopback(t, s, "me:secret@")
	if _, _, err := e.Ask(t.Context(), question()); err != nil {
		t.Fatal(err)
	}
	got := &http.Request{Header: s.requests()[0].header}
	if user, password, _ := got.BasicAuth(); user != "me" || password != "secret" {
		t.Errorf("sent %q", got.Header.Get("Authorization"))
	}
}

// A token that stands for the user is a secret, too.
func TestTokenInBaseURL(t *testing.T) {
	e := onLoopback(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		say(401, "who is "+user+"? "+r.Header.Get("Authorization"))(w, r)
	}), "t0ken@")
	_, _, err := e.Ask(t.Context(), question())
	if want := "endpoint main: model m: HTTP 401: who is [user]? Basic [user]"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What cannot be reached has taken no tokens.
func TestUnreachable(t *testing.T) {
	e, err := endpoint.New(endpoint.Config{
		Name:     "main",
		Settings: &vignettev1.Endpoint{BaseUrl: "http://me:secret@models.example.org", Limits: &vignettev1.EndpointLimits{Attempts: 2}},
		Rand:     func() float64 { return 0 },
		Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, effort, err := e.Ask(t.Context(), question())
	if got := reasonOf(t, err); got != endpoint.ReasonEndpoint || !strings.HasSuffix(err.Error(), "(2 connection); the last: dial tcp: connection refused") {
		t.Errorf("got %s: %v", got, err)
	}
	if diff := cmp.Diff(&vignettev1.ModelUsage{}, effort.Usage, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// Tokens a minute are kept to, with what answers really take.
func TestTokensPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, &vignettev1.Endpoint{Limits: &vignettev1.EndpointLimits{TokensPerMinute: 1300}}, hello()) // 13 each
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		for ctx.Err() == nil {
			_, _, _ = e.Ask(ctx, question())
		}
		if n := len(s.requests()); n < 950 || n > 1010 {
			t.Errorf("asked %d times in ten minutes, allowed are 1000", n)
		}
	})
}

// Many ask at once.
func TestManyAtOnce(t *testing.T) {
	e := onLoopback(t, &server{replies: []reply{hello()}}, "")
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			q := question()
			q.Messages[1].Content = fmt.Sprint("Hi ", i)
			got, effort, err := e.Ask(t.Context(), q)
			if err != nil || got.GetText() != "Hello." || !strings.Contains(string(effort.Request), fmt.Sprintf(`"Hi %d"`, i)) {
				t.Errorf("%d: got %v, %v for %s", i, got, err, effort.Request)
			}
		})
	}
	all.Wait()
}

// FuzzStream feeds whatever bytes as a stream: what is heard and not taken back is the text of the answer.
func FuzzStream(f *testing.F) {
	f.Add(piece("Hello.") + "\n\n" + finish("stop") + "\n\n" + tally + "\n\n" + done + "\n\n")
	f.Add(": here\n\ndata: {\"error\":{\"message\":1}}\n\n")
	f.Add(piece("<think>a</think>b") + "\n" + finish("length") + "\n")
	f.Add(`{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		e, err := endpoint.New(endpoint.Config{
			Name: "main", Settings: &vignettev1.Endpoint{BaseUrl: "http://models.example.org", Limits: &vignettev1.EndpointLimits{Attempts: 2}},
			Rand: func() float64 { return 0 },
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		var h heard
		got, effort, err := e.Ask(t.Context(), h.watch(question()))
		if h.text != got.GetText() {
			t.Errorf("heard %q, got %q (%v)", h.text, got.GetText(), err)
		}
		if err == nil && got.GetOutcome() == 0 || err != nil && reasonOf(t, err) == "" || effort.Usage == nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }
