package scripted_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sashabaranov/go-openai"
	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func client(s *scriptedtest.Server, key string) *openai.Client {
	c := openai.DefaultConfig(key)
	c.BaseURL = s.URL()
	return openai.NewClientWithConfig(c)
}

func ask(text string) openai.ChatCompletionRequest {
	return openai.ChatCompletionRequest{Model: "m", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: text}}}
}

const turnSchema = `{"type":"object","properties":{"say":{"type":"string"},"distress":{"type":"number","minimum":0,"maximum":100}},"required":["say","distress"],"additionalProperties":false}`

func asForm(r openai.ChatCompletionRequest, schema string) openai.ChatCompletionRequest {
	r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
		JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: "turn", Strict: true, Schema: json.RawMessage(schema)}}
	return r
}

// response is a raw one. broken is how reading its body ended, if not well.
type response struct {
	status int
	header http.Header
	body   string
	broken error
}

func post(t testing.TB, s *scriptedtest.Server, path, key, body string) response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return response{broken: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return response{resp.StatusCode, resp.Header, string(data), err}
}

// code returns the code of an error in OpenAI's shape.
func (r response) code(t testing.TB) string {
	t.Helper()
	var body struct {
		Error *struct {
			Message, Type string
			Param, Code   *string
		}
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || body.Error == nil || body.Error.Message == "" || body.Error.Type == "" {
		t.Fatalf("%d %s is no error: %v", r.status, r.body, err)
	}
	if body.Error.Code == nil {
		return ""
	}
	return *body.Error.Code
}

func chatBody(text, more string) string {
	return fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":%q}]%s}`, text, more)
}

func TestPlain(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Seed: 1})
	resp, err := client(s, "").CreateChatCompletion(t.Context(), ask("hello"))
	if err != nil {
		t.Fatal(err)
	}
	choice := resp.Choices[0]
	if choice.Message.Content == "" || choice.Message.Role != "assistant" || choice.FinishReason != "stop" || resp.SystemFingerprint == "" || resp.Model != "m" {
		t.Errorf("%+v", resp)
	}
	if u := resp.Usage; u.PromptTokens == 0 || u.CompletionTokens == 0 || u.TotalTokens != u.PromptTokens+u.CompletionTokens {
		t.Errorf("usage %+v", u)
	}
	if limits := resp.GetRateLimitHeaders(); limits.LimitRequests == 0 || limits.RemainingTokens == 0 || limits.ResetRequests == "" {
		t.Errorf("limits %+v", limits)
	}
}

// streamed is what came in a stream.
type streamed struct {
	content, refusal, reasoning, finish string
	usage                               *openai.Usage
	logprobs                            int
}

func receive(t testing.TB, c *openai.Client, r openai.ChatCompletionRequest) (got streamed, err error) {
	t.Helper()
	stream, err := c.CreateChatCompletionStream(t.Context(), r)
	if err != nil {
		return got, err
	}
	defer stream.Close()
	for first := true; ; first = false {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return got, nil
		} else if err != nil {
			return got, err
		}
		if first && chunk.Choices[0].Delta.Role != "assistant" {
			t.Errorf("the first delta has no role: %+v", chunk)
		}
		if chunk.Usage != nil {
			if len(chunk.Choices) != 0 {
				t.Errorf("usage beside choices: %+v", chunk)
			}
			got.usage = chunk.Usage
			continue
		}
		choice := chunk.Choices[0]
		got.content += choice.Delta.Content
		got.refusal += choice.Delta.Refusal
		got.reasoning += choice.Delta.ReasoningContent
		got.finish += string(choice.FinishReason)
		if choice.Logprobs != nil {
			got.logprobs += len(choice.Logprobs.Content)
		}
	}
}

// A stream says what the plain answer says.
func TestStream(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Seed: 1, Reasoning: true})
	c := client(s, "")
	r := ask("hello")
	r.LogProbs, r.TopLogProbs = true, 2
	resp, err := c.CreateChatCompletion(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	r.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	got, err := receive(t, c, r)
	if err != nil {
		t.Fatal(err)
	}
	message := resp.Choices[0].Message
	want := streamed{content: message.Content, reasoning: message.ReasoningContent, finish: "stop", usage: &resp.Usage, logprobs: len(resp.Choices[0].LogProbs.Content)}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(streamed{})); diff != "" {
		t.Error(diff)
	}
	if message.ReasoningContent == "" || resp.Usage.CompletionTokensDetails.ReasoningTokens == 0 {
		t.Error("no reasoning")
	}
	joined := ""
	for _, l := range resp.Choices[0].LogProbs.Content {
		joined += l.Token
		if l.LogProb > 0 || len(l.TopLogProbs) != 2 || l.TopLogProbs[0].Token != l.Token || l.TopLogProbs[1].LogProb > l.LogProb || string(l.Bytes) == "" {
			t.Fatalf("logprob %+v", l)
		}
	}
	if joined != message.Content {
		t.Errorf("the tokens are %q, the content is %q", joined, message.Content)
	}
	r.StreamOptions = nil
	if got, err := receive(t, c, r); err != nil || got.usage != nil {
		t.Errorf("usage came unasked: %+v, %v", got, err)
	}
	raw := post(t, s, "/chat/completions", "", chatBody("hello", `,"stream":true`))
	if !strings.HasSuffix(raw.body, "\n\ndata: [DONE]\n\n") || !strings.HasPrefix(raw.header.Get("Content-Type"), "text/event-stream") {
		t.Errorf("%+v", raw)
	}
}

func TestForms(t *testing.T) {
	tests := []struct {
		name   string
		config scripted.Config
		more   string
		text   string
		status int
		code   string
	}{
		{name: "schema", more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":` + turnSchema + `}}`},
		{name: "no schema", more: `,"response_format":{"type":"json_schema"}`, status: 400, code: "missing_required_parameter"},
		{name: "schema missing", more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a"}}`, status: 400, code: "missing_required_parameter"},
		{name: "strict is strict", more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{"say":{}}}}}`, status: 400, code: "invalid_json_schema"},
		{name: "not strict", more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","required":["say","distress"],"properties":{"say":{"type":"string"},"distress":{"type":"number"}}}}}`},
		{name: "loose", config: scripted.Config{LooseSchemas: true}, more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","required":["say","distress"],"properties":{"say":{"type":"string"},"distress":{"type":"number"}}}}}`},
		{name: "unheard of", more: `,"response_format":{"type":"yaml"}`, status: 400, code: "invalid_value"},
		{name: "schema beyond object", config: scripted.Config{Structured: "json_object"}, more: `,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":` + turnSchema + `}}`, status: 400},
		{name: "object beyond none", config: scripted.Config{Structured: "none"}, text: "json", more: `,"response_format":{"type":"json_object"}`, status: 400},
		{name: "object without the word", more: `,"response_format":{"type":"json_object"}`, status: 400},
		{name: "object, told the schema", text: "as json: " + turnSchema, more: `,"response_format":{"type":"json_object"}`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s := scriptedtest.Start(t, tc.config)
			resp := post(t, s, "/chat/completions", "", chatBody(tc.text+" ", tc.more))
			if tc.status != 0 {
				if code := resp.code(t); resp.status != tc.status || code != tc.code {
					t.Errorf("%d %s: %s", resp.status, code, resp.body)
				}
				if s.Stats().Rejected[tc.status] != 1 {
					t.Errorf("%+v", s.Stats())
				}
				return
			}
			var answer struct {
				Say      string
				Distress *float64
			}
			if err := json.Unmarshal([]byte(contentOf(t, resp)), &answer); err != nil || answer.Say == "" || answer.Distress == nil {
				t.Errorf("%+v: %v", resp, err)
			}
		})
	}
}

func contentOf(t testing.TB, r response) string {
	t.Helper()
	var body openai.ChatCompletionResponse
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || len(body.Choices) != 1 {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return body.Choices[0].Message.Content
}

// Who is only told a schema in the prompt answers to it, though not always with nothing else.
func TestToldInThePrompt(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Structured: "ignored"})
	bare := 0
	for i := range 30 {
		content := contentOf(t, post(t, s, "/chat/completions", "", chatBody(fmt.Sprint(i, " answer to ", turnSchema), "")))
		if strings.HasPrefix(content, "{") {
			bare++
		}
		inner := content[strings.Index(content, "{") : strings.LastIndex(content, "}")+1]
		if !json.Valid([]byte(inner)) || !strings.Contains(inner, `"distress":`) {
			t.Errorf("%q", content)
		}
	}
	if bare == 0 || bare == 30 {
		t.Errorf("%d of 30 are bare", bare)
	}
}

func TestRejections(t *testing.T) {
	config := scripted.Config{Key: "sk-test-0123456789abcdef", Models: []string{"m", "o3-mini", "gpt-5-nano"}, ContextTokens: 100}
	long := strings.Repeat("word ", 100)
	tests := []struct {
		name, path, key, body string
		status                int
		code                  string
	}{
		{name: "no key", key: "-", body: chatBody("x", ""), status: 401},
		{name: "wrong key", key: "sk-other-0123456789abcdef", body: chatBody("x", ""), status: 401, code: "invalid_api_key"},
		{name: "no JSON", body: `{"model":`, status: 400},
		{name: "no model", body: `{"messages":[]}`, status: 400},
		{name: "unknown model", body: `{"model":"x","messages":[{"role":"user","content":"x"}]}`, status: 404, code: "model_not_found"},
		{name: "unknown embedding model", path: "/embeddings", body: `{"model":"x","input":"x"}`, status: 404, code: "model_not_found"},
		{name: "no messages", body: `{"model":"m"}`, status: 400, code: "missing_required_parameter"},
		{name: "empty messages", body: `{"model":"m","messages":[]}`, status: 400, code: "empty_array"},
		{name: "no content", body: `{"model":"m","messages":[{"role":"user"}]}`, status: 400},
		{name: "role", body: `{"model":"m","messages":[{"role":"client","content":"x"}]}`, status: 400, code: "invalid_value"},
		{name: "temperature", body: chatBody("x", `,"temperature":3`), status: 400, code: "decimal_above_max_value"},
		{name: "max_tokens", body: chatBody("x", `,"max_tokens":0`), status: 400, code: "integer_below_min_value"},
		{name: "top_logprobs alone", body: chatBody("x", `,"top_logprobs":2`), status: 400, code: "invalid_parameter_combination"},
		{name: "too long", body: chatBody(long, ""), status: 400, code: "context_length_exceeded"},
		{name: "too long with its answer", body: chatBody("x", `,"max_tokens":99`), status: 400, code: "context_length_exceeded"},
		{name: "too long to embed", path: "/embeddings", body: `{"model":"m","input":"` + long + `"}`, status: 400, code: "context_length_exceeded"},
		{name: "nothing to embed", path: "/embeddings", body: `{"model":"m","input":["a",""]}`, status: 400},
		{name: "reasoning, max_tokens", body: `{"model":"o3-mini","max_tokens":9,"messages":[{"role":"user","content":"x"}]}`, status: 400, code: "unsupported_parameter"},
		{name: "reasoning, temperature", body: `{"model":"gpt-5-nano","temperature":0,"messages":[{"role":"user","content":"x"}]}`, status: 400, code: "unsupported_parameter"},
		{name: "reasoning, logprobs", body: `{"model":"gpt-5-nano","logprobs":true,"messages":[{"role":"user","content":"x"}]}`, status: 400, code: "unsupported_parameter"},
		{name: "no such thing", path: "/completions", body: `{}`, status: 404},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s := scriptedtest.Start(t, config)
			key, path := tc.key, tc.path
			switch {
			case key == "":
				key = config.Key
			case key == "-":
				key = ""
			}
			if path == "" {
				path = "/chat/completions"
			}
			resp := post(t, s, path, key, tc.body)
			if code := resp.code(t); resp.status != tc.status || code != tc.code {
				t.Errorf("%d %q: %s", resp.status, code, resp.body)
			}
			if stats := s.Stats(); len(stats.Questions) != 0 || stats.Answered != 0 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestReasoningModel(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Seed: 4})
	r := ask("x")
	r.Model, r.Temperature = "o3-mini", 1
	resp, err := client(s, "").CreateChatCompletion(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	reasoning := resp.Usage.CompletionTokensDetails.ReasoningTokens
	if reasoning == 0 || reasoning >= resp.Usage.CompletionTokens || resp.Choices[0].Message.ReasoningContent != "" {
		t.Errorf("%+v", resp)
	}
	// Reasoning can use up all that may be said.
	r.MaxCompletionTokens = 5
	resp, err = client(s, "").CreateChatCompletion(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Choices[0].FinishReason != "length" || resp.Choices[0].Message.Content != "" || resp.Usage.CompletionTokens != 5 {
		t.Errorf("%+v", resp)
	}
}

func TestLimits(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{ContextTokens: 20, Answer: func(scripted.Request) *scripted.Reply {
		return &scripted.Reply{Content: "one two three four five six seven eight nine ten eleven twelve"}
	}})
	for more, want := range map[string][2]string{
		`,"max_tokens":3`:            {"one two three", "length"},
		`,"max_completion_tokens":2`: {"one two", "length"},
		`,"stop":["four"," three"]`:  {"one two", "stop"},
		``:                           {"one two three four five six seven eight nine ten eleven twelve", "stop"},
		`,"user":"a"`:                {"one two three four five six seven eight nine ten eleven twelve", "stop"},
	} {
		raw := post(t, s, "/chat/completions", "", chatBody("x", more))
		if got := contentOf(t, raw); got != want[0] || !strings.Contains(raw.body, `"finish_reason":"`+want[1]+`"`) {
			t.Errorf("%s: %s", more, raw.body)
		}
	}
	if raw := post(t, s, "/chat/completions", "", chatBody("twenty bytes of text", "")); contentOf(t, raw) != "one two three four five six seven eight" {
		t.Errorf("the context does not end the answer: %s", raw.body)
	}
}

// shapes are what each fault looks like on the wire: to a plain request and to a stream.
func TestFaultsOnTheWire(t *testing.T) {
	finish := func(reason string) func(testing.TB, response, bool) {
		return func(t testing.TB, r response, _ bool) {
			if r.status != 200 || r.broken != nil || !strings.Contains(r.body, `"finish_reason":"`+reason+`"`) {
				t.Errorf("%+v", r)
			}
		}
	}
	status := func(want int, retryAfter string) func(testing.TB, response, bool) {
		return func(t testing.TB, r response, _ bool) {
			if r.code(t); r.status != want || r.header.Get("Retry-After") != retryAfter {
				t.Errorf("%+v", r)
			}
		}
	}
	tests := []struct {
		fault scripted.Fault
		check func(testing.TB, response, bool)
	}{
		{scripted.RateLimit, func(t testing.TB, r response, _ bool) {
			status(429, "2")(t, r, false)
			if r.header.Get("Retry-After-Ms") != "1500" {
				t.Errorf("%+v", r)
			}
		}},
		{scripted.RateLimitBare, status(429, "")},
		{scripted.ServerError, status(500, "")},
		{scripted.BadGateway, func(t testing.TB, r response, _ bool) {
			if r.status != 502 || r.header.Get("Content-Type") != "text/html" || !strings.HasPrefix(r.body, "<html>") {
				t.Errorf("%+v", r)
			}
		}},
		{scripted.Malformed, func(t testing.TB, r response, stream bool) {
			if r.status != 200 || r.broken != nil {
				t.Errorf("%+v", r)
			}
			bad := 0
			for line := range strings.Lines(r.body) {
				data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
				if ok && data != "[DONE]" && !json.Valid([]byte(data)) {
					bad++
				}
			}
			if stream && bad != 1 || !stream && json.Valid([]byte(r.body)) {
				t.Errorf("%+v", r)
			}
		}},
		{scripted.Cut, func(t testing.TB, r response, stream bool) {
			if strings.Contains(r.body, "[DONE]") || strings.Contains(r.body, `"finish_reason":"`) || !stream && r.broken == nil || r.body == "" {
				t.Errorf("%+v", r)
			}
		}},
		{scripted.Refusal, func(t testing.TB, r response, stream bool) {
			if !strings.Contains(r.body, `"refusal":"I`) || !stream && !strings.Contains(r.body, `"content":null`) {
				t.Errorf("%+v", r)
			}
			finish("stop")(t, r, stream)
		}},
		{scripted.Filter, finish("content_filter")},
		{scripted.Length, finish("length")},
		{scripted.Empty, func(t testing.TB, r response, stream bool) {
			finish("stop")(t, r, stream)
			if strings.Count(r.body, `"content":"`) != strings.Count(r.body, `"content":""`) {
				t.Errorf("%+v", r)
			}
		}},
	}
	for _, tc := range tests {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/stream=%v", tc.fault, stream), func(t *testing.T) {
				s := scriptedtest.Start(t, scripted.Config{RetryAfter: 1500 * time.Millisecond, Answer: func(scripted.Request) *scripted.Reply {
					return &scripted.Reply{Fault: tc.fault, Content: "one two three four five six seven eight nine ten"}
				}})
				for i := range 8 {
					tc.check(t, post(t, s, "/chat/completions", "", chatBody(fmt.Sprint(i), fmt.Sprintf(`,"stream":%v`, stream))), stream)
				}
				if stats := s.Stats(); stats.Faults[tc.fault] != 8 || stats.Answered != 0 || stats.Requests != 8 {
					t.Errorf("%+v", stats)
				}
			})
		}
	}
}

// Streams are cut in two ways: some by a broken connection, some by a clean end too early.
func TestCutStreams(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Faults: scripted.Faults{Cut: 1}})
	clean := 0
	for i := range 40 {
		if post(t, s, "/chat/completions", "", chatBody(fmt.Sprint(i), `,"stream":true`)).broken == nil {
			clean++
		}
	}
	if clean < 5 || clean > 35 {
		t.Errorf("%d of 40 end cleanly", clean)
	}
}

func TestStreamError(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Faults: scripted.Faults{StreamError: 1}})
	got, err := receive(t, client(s, ""), ask("x"))
	if apiError := new(openai.APIError); !errors.As(err, &apiError) || apiError.Type != "server_error" || got.finish != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client(s, "").CreateChatCompletion(t.Context(), ask("x")); err != nil {
		t.Errorf("plain: %v", err)
	}
}

func TestWrongSchema(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Faults: scripted.Faults{WrongSchema: 1}})
	c := client(s, "")
	for i := range 30 {
		resp, err := c.CreateChatCompletion(t.Context(), asForm(ask(fmt.Sprint(i)), turnSchema))
		if err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		if json.Unmarshal([]byte(resp.Choices[0].Message.Content), &answer) == nil {
			say, isText := answer["say"].(string)
			distress, isNumber := answer["distress"].(float64)
			if isText && isNumber && say != "" && distress >= 0 && distress <= 100 && len(answer) == 2 {
				t.Errorf("%v is right", answer)
			}
		}
	}
	if _, err := c.CreateChatCompletion(t.Context(), ask("free text")); err != nil {
		t.Fatal(err)
	}
	if stats := s.Stats(); stats.Faults[scripted.WrongSchema] != 30 || stats.Answered != 1 {
		t.Errorf("%+v", stats)
	}
}

// stalled asks an endpoint that stalls, calls end once the request is there, and returns what came before the stall and
// how it ended.
func stalled(t *testing.T, seed uint64, stream bool, end func(*scripted.Server, context.CancelFunc)) (string, error) {
	t.Helper()
	entered := make(chan struct{}, 1)
	s := scripted.New(scripted.Config{Seed: seed, Answer: func(scripted.Request) *scripted.Reply {
		entered <- struct{}{}
		return &scripted.Reply{Fault: scripted.Stall, Content: "one two three four five six seven"}
	}})
	server := httptest.NewServer(s)
	defer server.Close() // does not return before the stall has ended
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	body := strings.NewReader(chatBody("x", fmt.Sprintf(`,"stream":%v`, stream)))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/chat/completions", body)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-entered
		end(s, leave)
	}()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return string(data), err
}

// A stall ends when the client goes.
func TestStallEndsWithTheClient(t *testing.T) {
	for seed := range uint64(8) {
		for _, stream := range []bool{false, true} {
			data, err := stalled(t, seed, stream, func(_ *scripted.Server, leave context.CancelFunc) { leave() })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%q, %v", data, err)
			}
		}
	}
}

// A stall ends when the endpoint closes; until then half an answer has come, or nothing.
func TestStallEndsWithTheEndpoint(t *testing.T) {
	for _, stream := range []bool{false, true} {
		begun := 0
		for seed := range uint64(12) {
			data, err := stalled(t, seed, stream, func(s *scripted.Server, _ context.CancelFunc) { s.Close() })
			if err == nil || strings.Contains(data, "[DONE]") || strings.Contains(data, `"usage":{`) {
				t.Errorf("the stall ended well: %q", data)
			}
			if data != "" {
				begun++
			}
		}
		if begun == 0 || begun == 12 {
			t.Errorf("stream=%v: %d of 12 stalled after their first byte", stream, begun)
		}
	}
}

var manyFaults = scripted.Faults{RateLimit: .1, ServerError: .1, Malformed: .05, WrongSchema: .2, Cut: .1, Refusal: .05, Empty: .05, Length: .05}

// What a question gets hangs on the seed, the question and how often it came: not on order or company.
func TestDeterminism(t *testing.T) {
	const questions, times = 60, 3
	play := func(seed uint64, workers int) map[string]string {
		s := scriptedtest.Start(t, scripted.Config{Seed: seed, Faults: manyFaults})
		var mu sync.Mutex
		got := map[string]string{}
		work := make(chan int)
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for i := range work {
					for nth := range times { // a question's own repetitions come one after the other
						body := chatBody(fmt.Sprint(i), `,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":`+turnSchema+`}}`)
						if i%2 == 0 {
							body = chatBody(fmt.Sprint(i), fmt.Sprintf(`,"stream":%v`, i%4 == 0))
						}
						r := post(t, s, "/chat/completions", "", body)
						mu.Lock()
						got[fmt.Sprint(i, "/", nth)] = fmt.Sprint(r.status, r.body, r.broken != nil)
						mu.Unlock()
					}
				}
			})
		}
		for _, i := range rand.New(rand.NewPCG(uint64(workers), 0)).Perm(questions) {
			work <- i
		}
		close(work)
		group.Wait()
		stats := s.Stats()
		sum := stats.Answered + stats.Abandoned
		for _, n := range stats.Faults {
			sum += n
		}
		if stats.Requests != questions*times || sum != stats.Requests || len(stats.Questions) != questions || stats.PeakConcurrency > workers {
			t.Errorf("%d requests, %d in the books: %+v", questions*times, sum, stats)
		}
		return got
	}
	alone := play(5, 1)
	if diff := cmp.Diff(alone, play(5, 8)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(alone, play(6, 1)) {
		t.Error("another seed makes no difference")
	}
	for i := range questions {
		for nth := 1; nth < times; nth++ {
			if alone[fmt.Sprint(i, "/0")] != alone[fmt.Sprint(i, "/", nth)] {
				return
			}
		}
	}
	t.Error("a retry never draws anew")
}

// How often a question was answered can be told by its name.
func TestStats(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Answer: func(r scripted.Request) *scripted.Reply {
		if r.Nth == 0 && r.Messages[0].Content == "twice" {
			return &scripted.Reply{Status: 503, Body: "later", Header: http.Header{"retry-after": {"7"}}}
		}
		return nil
	}})
	twice := chatBody("twice", "")
	if r := post(t, s, "/chat/completions", "", twice); r.status != 503 || r.body != "later" || r.header.Get("Retry-After") != "7" {
		t.Errorf("%+v", r)
	}
	for _, body := range []string{twice, chatBody("once", ""), chatBody("again", ""), chatBody("again", `,"stream":true`)} {
		if r := post(t, s, "/chat/completions", "", body); r.status != 200 || r.broken != nil {
			t.Errorf("%+v", r)
		}
	}
	name := func(body string) string {
		q, err := scripted.Question([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	stats := s.Stats()
	want := map[string]scripted.Tally{name(twice): {Asked: 2, Answered: 1}, name(chatBody("once", "")): {Asked: 1, Answered: 1}, name(chatBody("again", "")): {Asked: 2, Answered: 2}}
	if diff := cmp.Diff(want, stats.Questions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{name(chatBody("again", ""))}, stats.AnsweredAgain()); diff != "" {
		t.Error(diff)
	}
	if stats.Faults[scripted.Scripted] != 1 || stats.CompletionTokens == 0 || stats.PromptTokens == 0 {
		t.Errorf("%+v", stats)
	}
}

// An answer that is held back shows in the peak, and is abandoned when its client goes.
func TestHeldBack(t *testing.T) {
	const n = 5
	release, entered := make(chan struct{}), make(chan struct{}, n)
	s := scriptedtest.Start(t, scripted.Config{Answer: func(r scripted.Request) *scripted.Reply {
		entered <- struct{}{}
		return &scripted.Reply{Content: r.Messages[0].Content, Until: release}
	}})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			if got := contentOf(t, post(t, s, "/chat/completions", "", chatBody(fmt.Sprint("say ", i), ""))); got != fmt.Sprint("say ", i) {
				t.Errorf("got %q", got)
			}
		})
	}
	for range n {
		<-entered
	}
	if peak := s.Stats().PeakConcurrency; peak != n {
		t.Errorf("peak %d, want %d", peak, n)
	}
	close(release)
	group.Wait()
}

// serve calls the handler without a network, as synthetic time needs it.
func serve(ctx context.Context, s *scripted.Server, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/chat/completions", strings.NewReader(body)))
	return w
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted.New(scripted.Config{Latency: time.Second})
		taken := map[time.Duration]bool{}
		for i := range 20 {
			start := time.Now()
			serve(t.Context(), s, chatBody(fmt.Sprint(i), ""))
			d := time.Since(start)
			if d < 800*time.Millisecond || d > 1200*time.Millisecond {
				t.Errorf("an answer took %v", d)
			}
			taken[d] = true
		}
		if len(taken) < 15 {
			t.Error("every answer takes as long as the others")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		start := time.Now()
		serve(ctx, s, chatBody("x", ""))
		if stats := s.Stats(); time.Since(start) != time.Millisecond || stats.Abandoned != 1 || stats.Answered != 20 {
			t.Errorf("%v, %+v", time.Since(start), stats)
		}
	})
}

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted.New(scripted.Config{Pace: time.Second, Answer: func(scripted.Request) *scripted.Reply {
			return &scripted.Reply{Content: "one two three four"}
		}})
		start := time.Now()
		w := serve(t.Context(), s, chatBody("x", `,"stream":true`))
		if d := time.Since(start); d != 4*time.Second || strings.Count(w.Body.String(), "data: ") != 5 {
			t.Errorf("%v: %s", d, w.Body)
		}
	})
}

func TestRequestsPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted.New(scripted.Config{RequestsPerMinute: 3})
		pass := func(want int, retryAfter, remaining string) {
			t.Helper()
			w := serve(t.Context(), s, chatBody("x", ""))
			if h := w.Header(); w.Code != want || h.Get("Retry-After") != retryAfter || h.Get("X-Ratelimit-Remaining-Requests") != remaining || h.Get("X-Ratelimit-Limit-Requests") != "3" {
				t.Errorf("%d %v, want %d", w.Code, h, want)
			}
		}
		pass(200, "", "2")
		pass(200, "", "1")
		<-time.After(30*time.Second + time.Millisecond)
		pass(200, "", "0")
		pass(429, "30", "0")
		<-time.After(30 * time.Second)
		pass(200, "", "1")
		if stats := s.Stats(); stats.Rejected[429] != 1 || stats.Answered != 4 {
			t.Errorf("%+v", stats)
		}
	})
}

func TestEmbeddings(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Seed: 2})
	c := client(s, "")
	embed := func(r openai.EmbeddingRequest) openai.EmbeddingResponse {
		t.Helper()
		r.Model = "e"
		resp, err := c.CreateEmbeddings(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	floats := embed(openai.EmbeddingRequest{Input: []string{"a", "b", "a"}})
	coded := embed(openai.EmbeddingRequest{Input: []string{"a", "b", "a"}, EncodingFormat: "base64"})
	if diff := cmp.Diff(floats.Data, coded.Data); diff != "" {
		t.Errorf("base64 is not float: %s", diff)
	}
	if len(floats.Data) != 3 || floats.Data[2].Index != 2 || floats.Usage.PromptTokens != 3 || len(floats.Data[0].Embedding) != 256 {
		t.Errorf("%+v", floats)
	}
	if !cmp.Equal(floats.Data[0].Embedding, floats.Data[2].Embedding) || cmp.Equal(floats.Data[0].Embedding, floats.Data[1].Embedding) {
		t.Error("vectors do not hang on the text")
	}
	one := embed(openai.EmbeddingRequest{Input: "a", Dimensions: 8})
	square := 0.0
	for _, f := range one.Data[0].Embedding {
		square += float64(f) * float64(f)
	}
	if len(one.Data[0].Embedding) != 8 || math.Abs(square-1) > 1e-6 {
		t.Errorf("length %v of %v", square, one.Data[0].Embedding)
	}
	if tokens := embed(openai.EmbeddingRequest{Input: []int{1, 2, 3}}); len(tokens.Data) != 1 || tokens.Usage.PromptTokens != 3 {
		t.Errorf("%+v", tokens)
	}
}

// Embeddings suffer what happens on the way, and nothing of what is said.
func TestEmbeddingFaults(t *testing.T) {
	for fault, faults := range map[scripted.Fault]scripted.Faults{
		scripted.ServerError: {ServerError: 1}, scripted.Cut: {Cut: 1}, scripted.Malformed: {Malformed: 1}, scripted.None: {Refusal: .5, Length: .5},
	} {
		s := scriptedtest.Start(t, scripted.Config{Faults: faults})
		_, err := client(s, "").CreateEmbeddings(t.Context(), openai.EmbeddingRequest{Model: "e", Input: "a"})
		if (err == nil) != (fault == scripted.None) || s.Stats().Faults[fault] != 1 && fault != scripted.None {
			t.Errorf("%s: %v, %+v", fault, err, s.Stats())
		}
	}
}

func TestModels(t *testing.T) {
	s := scriptedtest.Start(t, scripted.Config{Key: "k", Models: []string{"a", "b/c"}})
	list, err := client(s, "k").ListModels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Models) != 2 || list.Models[0].ID != "a" || list.Models[1].ID != "b/c" || list.Models[0].Object != "model" {
		t.Errorf("%+v", list)
	}
	if _, err := client(s, "k").GetModel(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	_, err = client(s, "wrong").ListModels(t.Context())
	if apiError := new(openai.APIError); !errors.As(err, &apiError) || apiError.HTTPStatusCode != 401 || apiError.Code != "invalid_api_key" {
		t.Errorf("%v", err)
	}
}

func TestNewPanicsOnAWrongConfiguration(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	scripted.New(scripted.Config{Structured: "xml"})
}

// What it costs to answer, without the network.
func BenchmarkAnswer(b *testing.B) {
	long := strings.Repeat("Somebody said something, and somebody else answered it. ", 80)
	for name, body := range map[string]string{
		"text":   chatBody(long, ""),
		"stream": chatBody(long, `,"stream":true`),
		"schema": chatBody(long, `,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":`+turnSchema+`}}`),
	} {
		b.Run(name, func(b *testing.B) {
			s := scripted.New(scripted.Config{Faults: scripted.Faults{RateLimit: .05}})
			b.ReportAllocs()
			for b.Loop() {
				serve(b.Context(), s, body)
			}
		})
	}
}
