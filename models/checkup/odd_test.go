package checkup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/models/checkup"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// asked is a request's body, empty where there is none.
type asked map[string]any

func (a asked) has(field string) bool { return a[field] != nil }

// tokens is the bound on the answer.
func (a asked) tokens() float64 {
	n, _ := a["max_tokens"].(float64)
	return n
}

// whole is an answer; the content is JSON.
func whole(content, finish string) string {
	return fmt.Sprintf(`{"model":"m","choices":[{"finish_reason":%q,"message":{"content":%s}}],"usage":{"prompt_tokens":5,"completion_tokens":2}}`, finish, content)
}

const (
	fine   = `"OK"`
	object = `"{\"ok\": true}"`
)

// serve answers GET with a list of models and the rest with what reply says; a status of 0 loses the connection.
func serve(t *testing.T, reply func(asked) (status int, body string)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"data":[{"id":"m"}]}`)
			return
		}
		body := asked{}
		_ = json.NewDecoder(r.Body).Decode(&body)
		status, text := reply(body)
		if status == 0 {
			panic(http.ErrAbortHandler) // the connection is lost
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// refusing fails whatever has a field with a status, and answers everything else.
func refusing(field string, status int, body string) func(asked) (int, string) {
	return func(a asked) (int, string) {
		switch {
		case a.has(field):
			return status, body
		case a.has("response_format"):
			return 200, whole(object, "stop")
		default:
			return 200, whole(fine, "stop")
		}
	}
}

// What the endpoint says in passing, or in odd ways, leads to no wrong advice.
func TestOddAnswers(t *testing.T) {
	limit := func(field vignettev1.TokenLimitField) *vignettev1.EndpointCapabilities {
		return &vignettev1.EndpointCapabilities{TokenLimit: field}
	}
	const slow = `{"error":{"message":"slow down"}}`
	for _, test := range []struct {
		name         string
		reply        func(asked) (int, string)
		capabilities *vignettev1.EndpointCapabilities
		want         string // a finding
		says         string
		not          string
	}{
		{"forms turned away", refusing("response_format", 429, slow), nil, "form note", "could not be found out: HTTP 429: slow down", "structured:"},
		{"forms behind a broken gateway", refusing("response_format", 502, "<html><style>a{}</style><h1>Bad gateway</h1></html>"), nil, "form note", "HTTP 502: Bad gateway", "<h1>"},
		{"forms lose the connection", refusing("response_format", 0, ""), nil, "form note", "could not be found out", "structured:"},
		{"a schema is cut where JSON is not", func(a asked) (int, string) {
			if format, ok := a["response_format"].(map[string]any); ok && format["type"] == "json_schema" {
				return 200, whole(`"{\"ok\":"`, "length")
			}
			return refusing("nothing", 0, "")(a)
		}, nil, "form note", "its answer was cut", "structured:"},
		{"a schema makes it fail", func(a asked) (int, string) {
			if format, ok := a["response_format"].(map[string]any); ok && format["type"] == "json_schema" {
				return 500, `{"error":{"message":"grammar"}}`
			}
			return refusing("nothing", 0, "")(a)
		}, nil, "form problem", "structured: json_object", ""},
		{"more than is configured", refusing("nothing", 0, ""), &vignettev1.EndpointCapabilities{Structured: vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_NONE}, "form note", "structured: json_schema", ""},
		{"just what is configured", func(a asked) (int, string) {
			return refusing("response_format", 400, `{"error":{"message":"no"}}`)(a)
		}, &vignettev1.EndpointCapabilities{Structured: vignettev1.StructuredAnswers_STRUCTURED_ANSWERS_NONE}, "form ok", "", "write capabilities: {structured"},
		{"thoughts that need room", func(a asked) (int, string) {
			if a.tokens() < 300 {
				return 200, whole(`"<think>Well"`, "length")
			}
			return 200, whole(`"<think>Well.</think>\n{\"ok\": true}"`, "stop")
		}, nil, "form ok", "<think>", "structured:"},
		{"thoughts that never end", func(asked) (int, string) { return 200, whole(`"<think>Well"`, "length") }, nil, "form note", "its answer was cut", "structured:"},
		{"no temperature", refusing("temperature", 400, `{"error":{"message":"no temperature"}}`), nil, "sampling problem", "sampling: false", ""},
		{"no temperature, as configured", refusing("temperature", 400, `{}`), &vignettev1.EndpointCapabilities{Sampling: proto.Bool(false)}, "sampling ok", "as configured", ""},
		{"temperature turned away", refusing("temperature", 429, slow), nil, "sampling note", "", "sampling: false"},
		{"a wrong bound is configured", refusing("max_tokens", 400, `{"error":{"message":"use max_completion_tokens"}}`), limit(vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_TOKENS),
			"bound problem", "token_limit: max_completion_tokens", ""},
		{"the other wrong bound is configured", refusing("max_completion_tokens", 422, `{"detail":[{"msg":"max_completion_tokens is unknown"}]}`),
			limit(vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_MAX_COMPLETION_TOKENS), "bound problem", "token_limit: max_tokens", ""},
		{"a stream as a whole", refusing("nothing", 0, ""), nil, "stream note", "words come all at once", ""},
		{"a stream that breaks off", refusing("stream", 200, "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"), nil, "stream problem", "overloaded", ""},
		{"a stream of something else", refusing("stream", 200, "hello"), nil, "stream problem", "with something else", ""},
		{"a seed turned away", refusing("seed", 429, slow), &vignettev1.EndpointCapabilities{Seed: proto.Bool(true)}, "seed note", "", "take seed: true out"},
		{"no seed though configured", refusing("seed", 400, `{}`), &vignettev1.EndpointCapabilities{Seed: proto.Bool(true)}, "seed problem", "take seed: true out", ""},
		{"no reason for its end", func(asked) (int, string) { return 200, whole(fine, "") }, nil, "answer problem", "no finish_reason", ""},
		{"a page", func(asked) (int, string) { return 200, "<html><body>Welcome</body></html>" }, nil, "answer problem", "it is no JSON: Welcome", "<body>"},
		{"tokens not counted", func(asked) (int, string) {
			return 200, `{"choices":[{"finish_reason":"stop","message":{"content":"OK"}}]}`
		}, nil, "usage note", "estimated", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, said, _ := look(t, checkup.Subject{Model: "m", Settings: &vignettev1.Endpoint{BaseUrl: serve(t, test.reply), Capabilities: test.capabilities}})
			if !slices.Contains(found, test.want) || !strings.Contains(said, test.says) || test.not != "" && strings.Contains(said, test.not) {
				t.Errorf("want %q, %q and not %q; found %v:\n%s", test.want, test.says, test.not, found, said)
			}
		})
	}
}

// A model's own capabilities beat the endpoint's.
func TestModelCapabilities(t *testing.T) {
	found, said, _ := look(t, checkup.Subject{Settings: &vignettev1.Endpoint{
		BaseUrl:      serve(t, refusing("seed", 400, `{}`)),
		Capabilities: &vignettev1.EndpointCapabilities{Seed: proto.Bool(true)},
		Models:       map[string]*vignettev1.ModelSettings{"m": {Capabilities: &vignettev1.EndpointCapabilities{Seed: proto.Bool(false)}}},
	}})
	if !slices.Contains(found, "seed ok") {
		t.Errorf("found %v:\n%s", found, said)
	}
}

// What every request carries is what the checkup's carry.
func TestExtraBody(t *testing.T) {
	extra, err := structpb.NewStruct(map[string]any{"top_k": 40.0, "max_completion_tokens": 9.0})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, func(a asked) (int, string) {
		if !a.has("top_k") || a.has("max_completion_tokens") {
			return 400, `{"error":{"message":"not as it should be"}}`
		}
		return 200, whole(fine, "stop")
	})
	if found, said, _ := look(t, checkup.Subject{Model: "m", Settings: &vignettev1.Endpoint{BaseUrl: url, ExtraBody: extra}}); !slices.Contains(found, "answer ok") {
		t.Errorf("found %v:\n%s", found, said)
	}
}

// What the gateway would refuse to begin with is said, and nothing asked.
func TestUnusable(t *testing.T) {
	for _, base := range []string{"models.example.org/v1", "http://models.example.org/v1?key=sk-canary-42", "http://me:pass@ models.example.org"} {
		found, said, effort := look(t, checkup.Subject{Settings: &vignettev1.Endpoint{BaseUrl: base}})
		if diff := cmp.Diff([]string{"settings problem"}, found); diff != "" || effort.Calls > 0 || strings.Contains(said, canary) || strings.Contains(said, "pass") {
			t.Errorf("%s: %s%s", base, diff, said)
		}
	}
}

func TestRedirect(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://me:pw@elsewhere.example/api/v1"+strings.TrimPrefix(r.URL.Path, "/v1")+"?key=x", http.StatusPermanentRedirect)
	}))
	defer server.Close()
	found, said, _ := look(t, checkup.Subject{Settings: &vignettev1.Endpoint{BaseUrl: server.URL + "/v1"}})
	if diff := cmp.Diff([]string{"reach problem"}, found); diff != "" || !strings.Contains(said, "write base_url: https://elsewhere.example/api/v1 under") || strings.Contains(said, "key=x") {
		t.Errorf("-want +got:\n%s\n%s", diff, said)
	}
}

// Whatever the endpoint says back, no secret is told, and a name and password are sent as the gateway sends them.
func TestSecretsAreNotTold(t *testing.T) {
	const key = `sk-canary/+=42`
	refuse := func(status int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, text) }
	}
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Ratelimit-Limit-Requests", text)
			answer, _ := json.Marshal(map[string]any{
				"model": text, "system_fingerprint": text, "data": []any{map[string]any{"id": text}},
				"choices": []any{map[string]any{"finish_reason": text, "message": map[string]any{"content": text}}},
			})
			_, _ = w.Write(answer)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{
		"as it is":        refuse(400, `{"error":{"message":"bad `+key+`"}}`),
		"escaped as JSON": refuse(400, `{"error":{"message":"bad `+strings.ReplaceAll(key, "/", `\/`)+`"}}`),
		"escaped for URL": refuse(401, `bad `+url.QueryEscape(key)),
		"a page":          refuse(502, `<html>bad `+key+`, s3cretpw</html>`),
		"far behind":      refuse(400, strings.Repeat("x", 195)+key),
		"password":        refuse(401, `bad s3cretpw`),
		"in an answer":    say(key),
		"no answer":       say("s3cretpw"),
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			defer server.Close()
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			base := strings.Replace(server.URL, "http://", "http://me:s3cretpw@", 1) + "/v1"
			for _, model := range []string{"", "m"} {
				checkup.Run(t.Context(), checkup.Subject{Name: "e", Key: key, Model: model, Transport: transport, Settings: &vignettev1.Endpoint{BaseUrl: base}}, func(f checkup.Finding) {
					for _, secret := range []string{key[:8], url.QueryEscape(key), "s3cretpw"} {
						if strings.Contains(f.Detail+f.Mend, secret) {
							t.Errorf("%q is told: %+v", secret, f)
						}
					}
				})
			}
		})
	}
}

func TestNameAndPassword(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, ok := r.BasicAuth(); !ok || name != "me" || password != "s3cretpw" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, whole(fine, "stop"))
	}))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	var found []string
	checkup.Run(t.Context(), checkup.Subject{Name: "e", Model: "m", Transport: transport, Settings: &vignettev1.Endpoint{
		BaseUrl: strings.Replace(server.URL, "http://", "http://me:s3cretpw@", 1),
	}}, func(f checkup.Finding) { found = append(found, f.Check+" "+string(f.Status)) })
	if !slices.Contains(found, "answer ok") {
		t.Errorf("found %v", found)
	}
}

// A key that is to come from a variable which is empty is said to be missing, before anything else.
func TestEmptyKeyVariable(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Key: "another"})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	var found []string
	checkup.Run(t.Context(), checkup.Subject{Name: "e", Model: "m", Transport: transport, Settings: &vignettev1.Endpoint{BaseUrl: endpoint.URL(), KeyVariable: "SOME_KEY"}}, func(f checkup.Finding) {
		found = append(found, f.Check+" "+string(f.Status)+" "+f.Mend)
	})
	if found[0] != "key note set SOME_KEY where the endpoint asks for a key" || !slices.Contains(found, "key problem set SOME_KEY to a valid key") {
		t.Errorf("found %q", found)
	}
}

// Some endpoints keep their list to themselves and answer all the same.
func TestForbiddenList(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, whole(fine, "stop"))
	}))
	defer server.Close()
	if found, said, _ := look(t, checkup.Subject{Model: "m", Settings: &vignettev1.Endpoint{BaseUrl: server.URL}}); !slices.Contains(found, "answer ok") {
		t.Errorf("found %v:\n%s", found, said)
	}
}

func TestEmbed(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Models: []string{"m", "v"}, Dimensions: 8})
	for model, want := range map[string]string{"v": "embed ok", "absent": "embed problem"} {
		found, said, _ := look(t, checkup.Subject{Model: "m", Embed: model, Settings: &vignettev1.Endpoint{BaseUrl: endpoint.URL()}})
		if !slices.Contains(found, want) || want == "embed ok" && !strings.Contains(said, "8 dimensions") {
			t.Errorf("%s: found %v:\n%s", model, found, said)
		}
	}
}

// Tokens are counted wherever they are told: in whole answers and at the end of streams.
func TestEffort(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Models: []string{"m"}})
	_, _, effort := look(t, checkup.Subject{Settings: &vignettev1.Endpoint{BaseUrl: endpoint.URL()}})
	stats := endpoint.Stats()
	if want := int64(stats.PromptTokens + stats.CompletionTokens); effort.Tokens != want || want == 0 {
		t.Errorf("%d tokens, of %d", effort.Tokens, want)
	}
}

// Who breaks a checkup off is told nothing that was not found out.
func TestInterrupted(t *testing.T) {
	endpoint := scriptedtest.Start(t, scripted.Config{Models: []string{"m"}})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var found []string
	effort := checkup.Run(ctx, checkup.Subject{Name: "e", Transport: transport, Settings: &vignettev1.Endpoint{BaseUrl: endpoint.URL()}}, func(f checkup.Finding) {
		found = append(found, f.Check)
		if f.Check == "usage" {
			cancel()
		}
	})
	if diff := cmp.Diff([]string{"reach", "models", "answer", "usage"}, found); diff != "" || effort.Calls != 2 {
		t.Errorf("%d calls, -want +got:\n%s", effort.Calls, diff)
	}
}

// silent answers GET, and nothing else ever.
type silent struct{ listed string }

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.listed))}, nil
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A question is given up after a while, and the whole after another.
func TestPatience(t *testing.T) {
	for _, test := range []struct {
		name            string
		patience, whole time.Duration
		took            time.Duration
		want            string
	}{
		{"one question", 0, 0, 20 * time.Second, "answer problem no answer: it took too long"},
		{"the whole", time.Minute, 5 * time.Second, 5 * time.Second, "time note the rest was not looked at: it took longer than 5s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var found []string
				checkup.Run(t.Context(), checkup.Subject{
					Name: "e", Settings: &vignettev1.Endpoint{BaseUrl: "http://models.example.org/v1"}, Transport: silent{`{"data":[{"id":"m"}]}`}, Patience: test.patience, Whole: test.whole,
				}, func(f checkup.Finding) { found = append(found, f.Check+" "+string(f.Status)+" "+f.Detail) })
				if took := time.Since(begun); took != test.took || !slices.Contains(found, test.want) {
					t.Errorf("after %v: %q", took, found)
				}
			})
		})
	}
}
