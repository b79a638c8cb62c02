package endpoint_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	openai "github.com/sashabaranov/go-openai"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// BenchmarkAsk asks a server in this process that answers at once, with a prompt of about 8 KiB; go-openai alone runs
// beside it, since only the difference is ours. cpu-us is per call, server included.
func BenchmarkAsk(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		reply := hello()
		if strings.Contains(r.Header.Get("Accept"), "event-stream") {
			reply = events(piece("Hel"), piece("lo."), finish("stop"), tally, done)
		}
		reply(w, r)
	}))
	defer s.Close()
	q := question()
	for range 16 {
		q.Messages = append(q.Messages, &vignettev1.ChatMessage{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: strings.Repeat("What was said. ", 33)})
	}
	q.Parameters = &vignettev1.ModelParameters{Temperature: ptr(0.7), MaxTokens: ptr(int32(200))}
	e, err := endpoint.New(endpoint.Config{Name: "main", Key: canary, Settings: &vignettev1.Endpoint{BaseUrl: s.URL}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	client, request := bare(s.URL, q)

	for _, bench := range []struct {
		name string
		ask  func() error
	}{
		{"endpoint", func() error { _, _, err := e.Ask(b.Context(), q); return err }},
		{"go-openai", func() error { _, err := client.CreateChatCompletion(b.Context(), request); return err }},
		{"endpoint/stream", func() error {
			watched := q
			watched.Watch = func(string) {}
			_, _, err := e.Ask(b.Context(), watched)
			return err
		}},
		{"go-openai/stream", func() error {
			stream, err := client.CreateChatCompletionStream(b.Context(), request)
			if err != nil {
				return err
			}
			defer stream.Close()
			for {
				if _, err := stream.Recv(); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpuTime()
			for b.Loop() {
				if err := bench.ask(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N), "cpu-us/op")
		})
	}
}

// bare is the same question, put by go-openai alone.
func bare(url string, q endpoint.Question) (*openai.Client, openai.ChatCompletionRequest) {
	config := openai.DefaultConfig(canary)
	config.BaseURL = url
	request := openai.ChatCompletionRequest{Model: q.Model, Temperature: 0.7, MaxCompletionTokens: 200}
	for _, m := range q.Messages {
		role := openai.ChatMessageRoleUser
		if m.GetRole() == vignettev1.ChatRole_CHAT_ROLE_SYSTEM {
			role = openai.ChatMessageRoleSystem
		}
		request.Messages = append(request.Messages, openai.ChatCompletionMessage{Role: role, Content: m.GetContent()})
	}
	return openai.NewClientWithConfig(config), request
}
