package endpoint_test

import (
	stdcmp "cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// reasonOf is the reason of an error; empty without one.
func reasonOf(t *testing.T, err error) endpoint.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *endpoint.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *endpoint.Error", err)
	}
	return e.Reason
}

// What will not pass is told at once, with its reason.
func TestRefusals(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   endpoint.Reason
		code   codes.Code
		says   string
		named  int // status that the endpoint names in its answer, if another
	}{
		{"a bad request", 400, `{"error":{"message":"temperature is odd","type":"invalid_request_error"}}`, endpoint.ReasonRequest, codes.InvalidArgument, "HTTP 400: temperature is odd", 0},
		{"a list of errors", 400, `[{"error":{"code":400,"message":"odd","status":"INVALID_ARGUMENT"}}]`, endpoint.ReasonRequest, codes.InvalidArgument, "odd", 0},
		{"a mere string", 400, `{"error":"odd"}`, endpoint.ReasonRequest, codes.InvalidArgument, "odd", 0},
		{"an error without an envelope", 400, `{"object":"error","message":"odd","code":40001}`, endpoint.ReasonRequest, codes.InvalidArgument, "odd", 0},
		{"a detail", 422, `{"detail":"odd"}`, endpoint.ReasonRequest, codes.InvalidArgument, "odd", 0},
		{"no words", 418, ``, endpoint.ReasonRequest, codes.InvalidArgument, "I'm a teapot", 0},
		{"no key", 401, `{"error":{"message":"Incorrect API key provided"}}`, endpoint.ReasonKey, codes.FailedPrecondition, "Incorrect", 0},
		{"forbidden", 403, `<html><head><title>Forbidden</title><style>b{}</style></head><body>go  away</body></html>`, endpoint.ReasonKey, codes.FailedPrecondition, "HTTP 403: Forbidden go away", 0},
		{"no such path", 404, `404 page not found`, endpoint.ReasonModel, codes.NotFound, "page not found", 0},
		{"no such model", 400, `{"error":{"message":"no m","code":"model_not_found"}}`, endpoint.ReasonModel, codes.NotFound, "no m", 0},
		{"too long", 400, `{"error":{"message":"This model's maximum context length is 10 tokens.","code":"context_length_exceeded"}}`, endpoint.ReasonContext, codes.FailedPrecondition, "maximum", 0},
		{"too long, and it names fields", 400, `{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 50. This model's maximum context length is 10 tokens"}}`, endpoint.ReasonContext, codes.FailedPrecondition, "too large", 0},
		{"no forms", 400, `{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","param":null}}`, endpoint.ReasonForm, codes.InvalidArgument, "json_schema", 0},
		{"no forms, by the parameter", 422, `{"error":{"message":"not here","param":"response_format"}}`, endpoint.ReasonForm, codes.InvalidArgument, "not here", 0},
		{"nothing is left", 429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`, endpoint.ReasonQuota, codes.ResourceExhausted, "quota", 0},
		{"a bad request that came with success", 200, `{"error":{"message":"odd","type":"invalid_request_error"}}`, endpoint.ReasonRequest, codes.InvalidArgument, "odd", 400},
		{"no key, that came with success", 200, `{"error":{"message":"no key","code":401}}`, endpoint.ReasonKey, codes.FailedPrecondition, "no key", 401},
		{"payment", 402, `{"error":{"message":"Insufficient Balance"}}`, endpoint.ReasonQuota, codes.ResourceExhausted, "Balance", 0},
	}
	for _, test := range tests {
		for _, streamed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/streamed=%v", test.name, streamed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e, s := start(t, nil, say(test.status, test.body, "Retry-After", "1"))
					q := question()
					q.Form, q.Rung = &vignettev1.AnswerForm{Name: "f", Schema: `{}`}, vignettev1.Rung_RUNG_JSON_SCHEMA
					q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: &streamed}
					_, effort, err := e.Ask(t.Context(), q)
					if got := reasonOf(t, err); got != test.want || !strings.Contains(err.Error(), test.says) {
						t.Errorf("got %s: %v, want %s: %s", got, err, test.want, test.says)
					}
					if n := len(s.requests()); n != 1 || effort.Attempts != 1 {
						t.Errorf("asked %d times, counted %d, want once", n, effort.Attempts)
					}
					if diff := cmp.Diff(&vignettev1.ModelUsage{}, effort.Usage, protocmp.Transform()); diff != "" {
						t.Errorf("usage: %s", diff)
					}
					info := &errdetails.ErrorInfo{Reason: string(test.want), Domain: "models", Metadata: map[string]string{
						"endpoint": "main", "model": "m", "http_status": fmt.Sprint(stdcmp.Or(test.named, test.status)),
					}}
					st := status.Convert(err)
					if st.Code() != test.code {
						t.Errorf("got code %v, want %v", st.Code(), test.code)
					}
					if diff := cmp.Diff([]any{info}, st.Details(), protocmp.Transform()); diff != "" {
						t.Error(diff)
					}
				})
			})
		}
	}
}

// Where no form was sent, talk of forms is no reason to send another.
func TestFormIsBlamedOnlyIfSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil, say(400, `{"error":{"message":"grammar"}}`))
		_, _, err := e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonRequest {
			t.Errorf("got %s", got)
		}
	})
}

// What may pass is asked again, and counted by kind.
func TestFailuresThatPass(t *testing.T) {
	estimate := &vignettev1.ModelUsage{PromptTokens: 3, Estimated: true} // "Be brief." and "Hi" are 11 characters
	heard := &vignettev1.ModelUsage{PromptTokens: 3, CompletionTokens: 2, Estimated: true}
	counted := &vignettev1.ModelUsage{PromptTokens: 10, CompletionTokens: 3}
	overloaded := `{"error":{"message":"overloaded","type":"server_error"}}`
	tests := []struct {
		name   string
		stream bool
		reply  reply
		kind   string
		usage  *vignettev1.ModelUsage // of the attempt that failed
	}{
		{"an error of the server", false, say(500, overloaded), "server_error", nil},
		{"an error of a proxy", false, say(502, `<html>bad gateway</html>`), "server_error", nil},
		{"a timeout of the server", false, say(408, ``), "server_error", nil},
		{"a conflict", false, say(409, ``), "server_error", nil},
		{"too many", false, say(429, overloaded), "rate_limit", nil},
		{"an error with the wrong status", false, say(200, overloaded), "server_error", nil},
		{"no JSON", false, say(200, `<html>hello</html>`), "malformed", estimate},
		{"no choices", false, say(200, `{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3}}`), "malformed", counted},
		{"another type", false, say(200, `{"choices":"none"}`), "malformed", estimate},
		{"half of it", false, say(200, `{"choices":[{"mess`), "malformed", estimate},
		{"nothing", false, say(200, ``), "cut", estimate},
		{"a lost connection", false, broken(say(200, `{"choices":[{"mess`)), "cut", estimate},
		{"no finish", false, whole(`{"role":"assistant","content":"Hello."}`, `null`), "cut", counted},
		{"broken off", false, whole(`{"role":"assistant","content":"Hello."}`, `"error"`), "cut", counted},
		{"larger than all bounds", false, say(200, `{"choices":"`+strings.Repeat("x", 32<<20)+`"}`), "malformed", estimate},
		{"no answer at all", false, broken(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "connection", estimate},

		{"too many", true, say(429, overloaded), "rate_limit", nil},
		{"a stream cut", true, broken(events(piece("Hello"))), "cut", heard},
		{"a stream that ends too early", true, events(piece("Hello"), done), "cut", heard},
		{"a stream that ends without a word", true, events(piece("Hello")), "cut", heard},
		{"a stream cut in the middle of an event", true, broken(events(piece("Hello"), `data: {"cho`)), "malformed", heard},
		{"an error behind the beginning", true, events(piece("Hello"), `data: `+overloaded), "server_error", heard},
		{"an error behind the beginning, with a space", true, events(piece("Hello"), `data: { "error": {"message": "overloaded"}}`), "server_error", heard},
		{"an error behind a comment", true, events(": still here", `data: `+overloaded), "server_error", nil},
		{"an error with a status", true, events(`data: {"error":{"message":"slow down","code":429}}`), "rate_limit", nil},
		{"an error instead of a stream", true, say(200, overloaded), "server_error", nil},
		{"a page instead of a stream", true, say(200, `<html>hello</html>`), "malformed", estimate},
		{"an empty stream", true, events(), "cut", estimate},
		{"a stream that stalls", true, silent(events(piece("Hello"))), "stall", heard},
		{"a stream that does not begin", true, silent(nil), "stall", estimate},
		{"an answer that does not come", false, silent(nil), "timeout", estimate},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s/streamed=%v", test.name, test.stream), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				good := hello()
				if test.stream {
					good = events(piece("Hello."), finish("stop"), tally, done)
				}
				e, s := start(t, nil, test.reply, good)
				q := question()
				q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: &test.stream}
				answer, effort, err := e.Ask(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if answer.GetText() != "Hello." || answer.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
					t.Errorf("got %v", answer)
				}
				if diff := cmp.Diff(map[string]int{test.kind: 1}, effort.Failures); diff != "" {
					t.Error(diff)
				}
				if effort.Attempts != 2 || len(s.requests()) != 2 || effort.Waiting != 250*time.Millisecond {
					t.Errorf("%d attempts counted, %d made, waited %v; want 2 and 250ms", effort.Attempts, len(s.requests()), effort.Waiting)
				}
				if diff := cmp.Diff(counted, answer.GetUsage(), protocmp.Transform()); diff != "" {
					t.Errorf("usage of the answer: %s", diff)
				}
				want := &vignettev1.ModelUsage{
					PromptTokens: 10 + test.usage.GetPromptTokens(), CompletionTokens: 3 + test.usage.GetCompletionTokens(), Estimated: test.usage.GetEstimated(),
				}
				if diff := cmp.Diff(want, effort.Usage, protocmp.Transform()); diff != "" {
					t.Errorf("usage of all: %s", diff)
				}
			})
		})
	}
}

// Waiting doubles with each failure, up to a bound, and of each time a random part is waited; here it is half.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, s := start(t, &vignettev1.Endpoint{Limits: &vignettev1.EndpointLimits{Attempts: 9}}, say(500, `{"error":{"message":"no `+canary+`"}}`))
		_, effort, err := e.Ask(t.Context(), question())
		const ms = time.Millisecond
		want := []time.Duration{250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 15_000 * ms, 15_000 * ms}
		if diff := cmp.Diff(want, s.gaps()); diff != "" {
			t.Error(diff)
		}
		if got := reasonOf(t, err); got != endpoint.ReasonEndpoint || status.Code(err) != codes.Aborted {
			t.Errorf("got %s", got)
		}
		const message = "endpoint main: model m: no answer in 9 attempts (9 server_error); the last: HTTP 500: no [key]"
		if err.Error() != message {
			t.Errorf("got  %v\nwant %s", err, message)
		}
		if effort.Attempts != 9 || effort.Waiting != 45_750*ms {
			t.Errorf("%d attempts, waited %v", effort.Attempts, effort.Waiting)
		}
	})
}

// What an endpoint tells to wait is waited, with the backoff on top, on either path, and does not count as an attempt.
func TestRetryAfter(t *testing.T) {
	at := func(wait time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(wait).Format(http.TimeFormat) // a bubble's time begins there
	}
	const backoff = 250 * time.Millisecond
	tests := []struct {
		name   string
		header []string
		want   time.Duration
	}{
		{"seconds", []string{"Retry-After", "7"}, 7*time.Second + backoff},
		{"parts of seconds", []string{"Retry-After", "0.5"}, time.Second/2 + backoff},
		{"milliseconds go first", []string{"Retry-After", "7", "retry-after-ms", "1500"}, 1500*time.Millisecond + backoff},
		{"a date", []string{"Retry-After", at(90 * time.Second)}, 90*time.Second + backoff},
		{"a date gone by", []string{"Retry-After", at(-time.Hour)}, backoff},
		{"nothing", nil, backoff},
		{"zero", []string{"Retry-After", "0"}, backoff},
		{"nonsense", []string{"Retry-After", "NaN"}, backoff},
	}
	for _, test := range tests {
		for _, streamed := range []bool{false, true} {
			for _, code := range []int{429, 503} {
				t.Run(fmt.Sprintf("%s/streamed=%v/%d", test.name, streamed, code), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						e, s := start(t, nil, say(code, `{"error":{"message":"slow down"}}`, test.header...), hello())
						q := question()
						q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: &streamed}
						if _, _, err := e.Ask(t.Context(), q); err != nil {
							t.Fatal(err)
						}
						if diff := cmp.Diff([]time.Duration{test.want}, s.gaps()); diff != "" {
							t.Error(diff)
						}
					})
				})
			}
		}
	}
}

// Being told to wait does not count towards the attempts, being turned away without a word does.
func TestBeingToldToWaitDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := &vignettev1.EndpointLimits{Attempts: 1, CallSeconds: 95}
		e, s := start(t, &vignettev1.Endpoint{Limits: limits}, say(429, `{"error":{"message":"slow down"}}`, "Retry-After", "10"))
		_, effort, err := e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonRateLimit {
			t.Errorf("got %s: %v", got, err)
		}
		if n := len(s.requests()); n != 7 || effort.Failures["rate_limit"] != n || effort.Attempts != n {
			t.Errorf("asked %d times (%v)", n, effort)
		}
		if want := "no time is left of 1m35s, the endpoint tells to wait 10s; the last: HTTP 429: slow down"; !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}

		e, s = start(t, &vignettev1.Endpoint{Limits: limits}, say(429, `{}`))
		_, _, err = e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonRateLimit || len(s.requests()) != 1 {
			t.Errorf("got %s after %d attempts", got, len(s.requests()))
		}
	})
}

// A wait that the call has no time for is not begun.
func TestNoWaitInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil, say(429, `{}`, "Retry-After", "3600"))
		begin := time.Now()
		_, _, err := e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonRateLimit || time.Since(begin) > time.Second {
			t.Errorf("got %s after %v", got, time.Since(begin))
		}
	})
}

// The time for all attempts ends a call in the middle of one, too.
func TestCallTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, &vignettev1.Endpoint{Limits: &vignettev1.EndpointLimits{CallSeconds: 150}}, silent(nil))
		begin := time.Now()
		_, effort, err := e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonEndpoint || time.Since(begin) != 150*time.Second {
			t.Errorf("got %s after %v", got, time.Since(begin))
		}
		if diff := cmp.Diff(map[string]int{"timeout": 2}, effort.Failures); diff != "" {
			t.Error(diff)
		}
	})
}

// Who waits in line until the time is over never asked: the limits left no room.
func TestCallTimeInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := &vignettev1.EndpointLimits{CallSeconds: 5, RequestsPerMinute: 1}
		e, s := start(t, &vignettev1.Endpoint{Limits: limits}, hello())
		if _, _, err := e.Ask(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		_, effort, err := e.Ask(t.Context(), question())
		if got := reasonOf(t, err); got != endpoint.ReasonRateLimit || effort.Attempts != 0 || effort.Waiting != 5*time.Second || len(s.requests()) != 1 {
			t.Errorf("got %s: %v (%v)", got, err, effort)
		}
	})
}

// A caller that gives up is obeyed at once, wherever the call is, and what was begun is counted.
func TestCancellation(t *testing.T) {
	tests := []struct {
		name   string
		stream bool
		reply  reply
		usage  *vignettev1.ModelUsage
	}{
		{"before the answer", false, silent(nil), &vignettev1.ModelUsage{PromptTokens: 3, Estimated: true}},
		{"in the middle", true, silent(events(piece("Hello"))), &vignettev1.ModelUsage{PromptTokens: 3, CompletionTokens: 2, Estimated: true}},
		{"between attempts", false, say(429, `{}`, "Retry-After", "60"), &vignettev1.ModelUsage{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, _ := start(t, nil, test.reply)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				begin := time.Now()
				q := question()
				q.Capabilities = &vignettev1.EndpointCapabilities{AlwaysStream: &test.stream}
				_, effort, err := e.Ask(ctx, q)
				if err != context.Canceled || time.Since(begin) != 3*time.Second {
					t.Errorf("got %v after %v", err, time.Since(begin))
				}
				if diff := cmp.Diff(test.usage, effort.Usage, protocmp.Transform()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// An answer that comes slowly but steadily is no silence, and neither is a watcher who takes long.
func TestSlowIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil, func(w http.ResponseWriter, r *http.Request) {
			for range 3 {
				time.Sleep(20 * time.Second)
				events(": still here")(w, r)
			}
			events(piece("Hello."), finish("stop"), tally, done)(w, r)
		})
		q := question()
		q.Watch = func(string) { time.Sleep(45 * time.Second) }
		answer, effort, err := e.Ask(t.Context(), q)
		if err != nil || effort.Attempts != 1 || answer.GetText() != "Hello." {
			t.Errorf("got %v, %v", answer, err)
		}
	})
}

// A 429 shrinks how many are asked at once.
func TestTooManyShrinksConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _ := start(t, nil, say(429, `{}`), hello())
		if got := e.Concurrency(); got != 20 {
			t.Errorf("begins with %d at once", got)
		}
		if _, _, err := e.Ask(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		if got := e.Concurrency(); got != 16 {
			t.Errorf("%d at once after a 429, want 16", got)
		}
	})
}

// Whatever a server echoes, the key is not told on, and neither is a password.
func TestSecretsAreNotTold(t *testing.T) {
	echo := func(status int, form string) reply {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://me:pass%2Fword@elsewhere.example.org/v1?key="+canary)
			say(status, fmt.Sprintf(form, r.Header.Get("Authorization")))(w, r)
		}
	}
	replies := map[string]reply{
		"an error":             echo(401, `{"error":{"message":"bad header: %s"}}`),
		"an error, escaped":    echo(400, `{"error":{"message":"bad header: `+strings.ReplaceAll(canary, "/", `\/`)+`%.0s"}}`),
		"a page":               echo(500, `<html>bad header: %s</html>`),
		"no JSON":              echo(200, `bad header: %s`),
		"a redirect":           echo(307, `go there with %s`),
		"far behind":           echo(400, `{"error":{"message":"`+strings.Repeat(" ", 390)+`%s"}}`),
		"at the end of bounds": echo(500, strings.Repeat(" ", 64<<10-len("Bearer ")-8)+`%s`),
		"on a stream":          events(piece("x"), `data: {"error":{"message":"bad key: `+canary+`"}}`),
	}
	for name, r := range replies {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, _ := start(t, &vignettev1.Endpoint{
					BaseUrl: "http://me:pass%2Fword@models.example.org/v1", Limits: &vignettev1.EndpointLimits{Attempts: 2},
				}, r)
				var h heard
				for _, q := range []endpoint.Question{question(), h.watch(question())} {
					_, effort, err := e.Ask(t.Context(), q)
					if err == nil {
						t.Fatal("no error")
					}
					for _, told := range append(h.discarded, err.Error(), status.Convert(err).String(), string(effort.Request), fmt.Sprintf("%+v", err)) {
						for _, secret := range []string{canary, canary[:8], "pass/word", "pass%2Fword"} {
							if strings.Contains(told, secret) {
								t.Errorf("%q is told: %s", secret, told)
							}
						}
					}
				}
			})
		})
	}
}
