package endpoint_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func ptr[T any](v T) *T { return &v }

// said is the part of each body that go-openai writes.
func said(model string, more string) string {
	return `"model":"` + model + `","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],` + more + `}`
}

func TestRequest(t *testing.T) {
	form := &vignettev1.AnswerForm{Name: "score", Schema: `{"type":"object", "required":["n"]}`}
	tests := []struct {
		name  string
		ask   func(q *endpoint.Question)
		extra map[string]any
		want  string
	}{
		{name: "nothing is sent that was not said", want: `{` + said("m", `"stream":false`)},
		{
			name: "zero is sent as zero",
			ask: func(q *endpoint.Question) {
				q.Parameters = &vignettev1.ModelParameters{Temperature: ptr(0.0), TopP: ptr(0.0)}
			},
			want: `{"temperature":0,"top_p":0,` + said("m", `"stream":false`),
		},
		{
			name: "everything",
			ask: func(q *endpoint.Question) {
				q.Parameters = &vignettev1.ModelParameters{
					Temperature: ptr(0.7), TopP: ptr(1e-7), MaxTokens: ptr(int32(50)), Stop: []string{"\n", `"`}, Seed: ptr(int64(-3)), TopLogprobs: ptr(int32(2)),
				}
				q.Capabilities = &vignettev1.EndpointCapabilities{Seed: ptr(true)}
			},
			want: `{"temperature":0.7,"top_p":0.0000001,"max_tokens":50,"stop":["\n","\""],"seed":-3,"logprobs":true,"top_logprobs":2,` + said("m", `"stream":false`),
		},
		{
			name: "log probabilities of the answer alone",
			ask:  func(q *endpoint.Question) { q.Parameters = &vignettev1.ModelParameters{TopLogprobs: ptr(int32(0))} },
			want: `{"logprobs":true,` + said("m", `"stream":false`),
		},
		{
			name: "no seed where none is taken",
			ask:  func(q *endpoint.Question) { q.Parameters = &vignettev1.ModelParameters{Seed: ptr(int64(1))} },
			want: `{` + said("m", `"stream":false`),
		},
		{
			name: "a model that thinks",
			ask:  thinker("gpt-5-mini", nil),
			want: `{"max_completion_tokens":50,` + said("gpt-5-mini", `"stream":false`),
		},
		{
			name: "a model of one's own that thinks, behind a name",
			ask:  thinker("openai/o3-my-tune", nil),
			want: `{"max_completion_tokens":50,` + said("openai/o3-my-tune", `"stream":false`),
		},
		{
			name: "a name that only begins alike",
			ask:  thinker("o1ympus", nil),
			want: `{"temperature":0.5,"top_p":0.9,"max_tokens":50,` + said("o1ympus", `"stream":false`),
		},
		{
			name: "what is configured counts more than the name",
			ask: thinker("o3-my-tune", &vignettev1.EndpointCapabilities{
				Sampling: ptr(true), TokenLimit: vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_TOKENS,
			}),
			want: `{"temperature":0.5,"top_p":0.9,"max_tokens":50,` + said("o3-my-tune", `"stream":false`),
		},
		{
			name: "and the other way round",
			ask: thinker("m", &vignettev1.EndpointCapabilities{
				Sampling: ptr(false), TokenLimit: vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_COMPLETION_TOKENS,
			}),
			want: `{"max_completion_tokens":50,` + said("m", `"stream":false`),
		},
		{
			name: "a schema, as it is",
			ask: func(q *endpoint.Question) {
				q.Form, q.Rung = form, vignettev1.Rung_RUNG_JSON_SCHEMA
			},
			want: `{"response_format":{"type":"json_schema","json_schema":{"name":"score","strict":true,"schema":{"type":"object", "required":["n"]}}},` + said("m", `"stream":false`),
		},
		{
			name: "an object",
			ask:  func(q *endpoint.Question) { q.Form, q.Rung = form, vignettev1.Rung_RUNG_JSON_OBJECT },
			want: `{"response_format":{"type":"json_object"},` + said("m", `"stream":false`),
		},
		{
			name: "a form that is asked for in words",
			ask:  func(q *endpoint.Question) { q.Form, q.Rung = form, vignettev1.Rung_RUNG_EXTRACTED },
			want: `{` + said("m", `"stream":false`),
		},
		{
			name:  "further fields, unless something more particular was said",
			ask:   thinker("m", nil),
			extra: map[string]any{"temperature": 1, "max_completion_tokens": 9, "top_k": 40, "provider": map[string]any{"order": []any{"a"}, "wait": false}},
			want:  `{"temperature":0.5,"top_p":0.9,"max_tokens":50,"provider":{"order":["a"],"wait":false},"top_k":40,` + said("m", `"stream":false`),
		},
		{
			name: "a stream",
			ask:  func(q *endpoint.Question) { q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: ptr(true)} },
			want: `{` + said("m", `"stream":true,"stream_options":{"include_usage":true}`),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := question()
				if test.ask != nil {
					test.ask(&q)
				}
				extra, err := structpb.NewStruct(test.extra)
				if err != nil {
					t.Fatal(err)
				}
				e, s := start(t, &vignettev1.Endpoint{ExtraBody: extra}, hello())
				answer, effort, err := e.Ask(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if answer.GetText() != "Hello." {
					t.Errorf("got %v", answer)
				}
				if diff := cmp.Diff(test.want, string(effort.Request)); diff != "" {
					t.Errorf("on record: %s", diff)
				}
				if diff := cmp.Diff([]string{test.want}, s.bodies()); diff != "" {
					t.Errorf("sent: %s", diff)
				}
				got := s.requests()[0]
				if got.path != "/v1/chat/completions" || got.header.Get("Authorization") != "Bearer "+canary {
					t.Errorf("sent to %s with authorization %q", got.path, got.header.Get("Authorization"))
				}
			})
		})
	}
}

func thinker(model string, capabilities *vignettev1.EndpointCapabilities) func(*endpoint.Question) {
	return func(q *endpoint.Question) {
		q.Model, q.Capabilities = model, capabilities
		q.Parameters = &vignettev1.ModelParameters{Temperature: ptr(0.5), TopP: ptr(0.9), MaxTokens: ptr(int32(50))}
	}
}

// Whatever is asked for and configured, a body is JSON and names nothing twice.
func TestRequestNamesNothingTwice(t *testing.T) {
	names := []string{"temperature", "top_p", "max_tokens", "max_completion_tokens", "stop", "seed", "logprobs", "top_logprobs", "other", `o"d<d`}
	rapid.Check(t, func(rt *rapid.T) {
		extra := &structpb.Struct{Fields: map[string]*structpb.Value{}}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(rt, "extra") {
			extra.Fields[name] = structpb.NewNumberValue(rapid.Float64Range(-1e30, 1e30).Draw(rt, "value"))
		}
		q := question()
		q.Model = rapid.SampledFrom([]string{"m", "gpt-5", "openai/o3"}).Draw(rt, "model")
		q.Parameters = &vignettev1.ModelParameters{
			Temperature: rapid.Ptr(rapid.Float64Range(0, 2), true).Draw(rt, "temperature"),
			TopP:        rapid.Ptr(rapid.Float64Range(0, 1), true).Draw(rt, "top_p"),
			MaxTokens:   rapid.Ptr(rapid.Int32Min(1), true).Draw(rt, "max_tokens"),
			Stop:        rapid.SliceOfN(rapid.String(), 0, 4).Draw(rt, "stop"),
			Seed:        rapid.Ptr(rapid.Int64(), true).Draw(rt, "seed"),
			TopLogprobs: rapid.Ptr(rapid.Int32Range(0, 20), true).Draw(rt, "top_logprobs"),
		}
		q.Capabilities = &vignettev1.EndpointCapabilities{Seed: ptr(true), AlwaysStream: rapid.Ptr(rapid.Bool(), true).Draw(rt, "stream")}
		q.Form = &vignettev1.AnswerForm{Name: "f", Schema: `{}`}
		q.Rung = rapid.SampledFrom([]vignettev1.Rung{1, 2, 3}).Draw(rt, "rung")
		var problem error
		synctest.Test(t, func(t *testing.T) {
			e, _ := start(t, &vignettev1.Endpoint{ExtraBody: extra}, hello())
			_, effort, err := e.Ask(t.Context(), q)
			if problem = err; err == nil {
				problem = onlyOnce(effort.Request)
			}
		})
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

// onlyOnce checks that a JSON object has each name once.
func onlyOnce(body []byte) error {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	if _, err := decoder.Token(); err != nil {
		return err
	}
	seen := map[any]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%v is named twice in %s", name, body)
		}
		seen[name] = true
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

// A model that wants the other field says so once.
func TestTokenFieldIsLearned(t *testing.T) {
	wantsOther := say(400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`)
	wantsOld := say(422, `{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted"}]}`)
	const old, other = `{"max_tokens":5,`, `{"max_completion_tokens":5,`
	tests := []struct {
		name         string
		model        string
		capabilities *vignettev1.EndpointCapabilities
		replies      []reply
		want         []string // how the bodies of two questions begin
		reason       endpoint.Reason
	}{
		{name: "to the other", model: "m", replies: []reply{wantsOther, hello()}, want: []string{old, other, other}},
		{name: "to the old one", model: "gpt-5", replies: []reply{wantsOld, hello()}, want: []string{other, old, old}},
		{name: "not in circles", model: "m", replies: []reply{wantsOther, wantsOld}, want: []string{old, other, other}, reason: endpoint.ReasonRequest},
		{
			name: "not against what is configured", model: "m", replies: []reply{wantsOther},
			capabilities: &vignettev1.EndpointCapabilities{TokenLimit: vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_TOKENS},
			want:         []string{old, old}, reason: endpoint.ReasonRequest,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, s := start(t, nil, test.replies...)
				q := question()
				q.Model, q.Capabilities = test.model, test.capabilities
				q.Parameters = &vignettev1.ModelParameters{MaxTokens: ptr(int32(5))}
				for range 2 {
					_, effort, err := e.Ask(t.Context(), q)
					if got := reasonOf(t, err); got != test.reason {
						t.Errorf("got reason %q (%v), want %q", got, err, test.reason)
					}
					if len(effort.Failures) > 0 {
						t.Errorf("counted as failures: %v", effort.Failures)
					}
				}
				var got []string
				for _, body := range s.bodies() {
					begin, _, _ := strings.Cut(body, `"model"`)
					got = append(got, begin)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// What cannot be put is not sent.
func TestQuestionsThatCannotBePut(t *testing.T) {
	tests := map[string]func(q *endpoint.Question){
		"nobody speaks":   func(q *endpoint.Question) { q.Messages[1].Role = 0 },
		"nothing is said": func(q *endpoint.Question) { q.Messages[0].Content = "" },
		"a schema, no JSON": func(q *endpoint.Question) {
			q.Form, q.Rung = &vignettev1.AnswerForm{Schema: "{"}, vignettev1.Rung_RUNG_JSON_SCHEMA
		},
		// go-openai knows this one, and that it cannot chat.
		"a model that cannot chat": func(q *endpoint.Question) { q.Model = "code-davinci-002" },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, s := start(t, nil, hello())
				q := question()
				spoil(&q)
				_, effort, err := e.Ask(t.Context(), q)
				if got := reasonOf(t, err); got != endpoint.ReasonRequest || effort.Attempts != 0 || effort.Request != nil || len(s.requests()) != 0 {
					t.Errorf("got %s: %v (%+v)", got, err, effort)
				}
			})
		})
	}
}

func TestNewRefusesWhatCannotBe(t *testing.T) {
	tests := []struct {
		name, url, key string
		extra          map[string]any
		want           string
	}{
		{name: "no URL", url: "://me:secret@models", want: "base_url is not"},
		{name: "another scheme", url: "ftp://me:secret@models.example.org", want: "base_url is not"},
		{name: "a query", url: "http://models.example.org/v1?key=secret", want: "has a query"},
		{name: "a key of two lines", url: "http://models.example.org/v1", key: "secret\nsecret", want: "no header can"},
		{name: "fields of each request", url: "http://models.example.org/v1", extra: map[string]any{"messages": "x"}, want: "messages is set with each request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			extra, err := structpb.NewStruct(test.extra)
			if err != nil {
				t.Fatal(err)
			}
			_, err = endpoint.New(endpoint.Config{Name: "main", Key: test.key, Settings: &vignettev1.Endpoint{BaseUrl: test.url, ExtraBody: extra}})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, want %q and no secret", err, test.want)
			}
		})
	}
}
