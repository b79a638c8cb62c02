package endpoint_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary is a key that must not be seen anywhere.
const canary = "sk-canary-0123456789/+="

// reply answers one request.
type reply func(w http.ResponseWriter, r *http.Request)

// received is a request as it came.
type received struct {
	path   string
	header http.Header
	body   string
}

// server speaks HTTP over pipes, so that it works in a bubble of time. The first request gets the first reply, and so on;
// the last serves all that follow.
type server struct {
	mu       sync.Mutex
	replies  []reply
	received []received
	times    []time.Time
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	reply := s.replies[min(len(s.received), len(s.replies)-1)]
	s.received = append(s.received, received{r.URL.Path, r.Header, string(body)})
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	reply(w, r)
}

func (s *server) requests() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received
}

func (s *server) bodies() []string {
	var bodies []string
	for _, r := range s.requests() {
		bodies = append(bodies, r.body)
	}
	return bodies
}

// gaps are the times between requests.
func (s *server) gaps() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(s.times); i++ {
		gaps = append(gaps, s.times[i].Sub(s.times[i-1]))
	}
	return gaps
}

// pipes is a listener without a network.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.done:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// start starts a server and an endpoint that talks to it. Settings may be nil.
func start(t testing.TB, settings *vignettev1.Endpoint, replies ...reply) (*endpoint.Endpoint, *server) {
	t.Helper()
	listener := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	s := &server{replies: replies}
	httpServer := &http.Server{Handler: s}
	var serving sync.WaitGroup
	serving.Go(func() { _ = httpServer.Serve(listener) })
	transport := &http.Transport{DialContext: listener.dial}
	if settings == nil {
		settings = &vignettev1.Endpoint{}
	}
	if settings.BaseUrl == "" {
		settings.BaseUrl = "http://models.example.org/v1"
	}
	e, err := endpoint.New(endpoint.Config{
		Name: "main", Settings: settings, Key: canary, Transport: transport, Rand: func() float64 { return 0.5 },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		e.Close()
		transport.CloseIdleConnections()
		_ = httpServer.Close()
		serving.Wait()
	})
	return e, s
}

// say answers with a status and a body.
func say(status int, body string, header ...string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		kind := "application/json"
		if strings.HasPrefix(body, "<") {
			kind = "text/html"
		}
		w.Header().Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// whole answers with one choice; message and rest are JSON.
func whole(message, finish string) reply {
	return say(200, fmt.Sprintf(`{"id":"1","object":"chat.completion","model":"m-1","system_fingerprint":"fp","choices":[{"index":0,"message":%s,"finish_reason":%s}],"usage":{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13}}`, message, finish))
}

// hello answers "Hello."
func hello() reply { return whole(`{"role":"assistant","content":"Hello."}`, `"stop"`) }

// events sends a stream of server-sent events, as they are, and ends it properly.
func events(lines ...string) reply {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, line := range lines {
			_, _ = io.WriteString(w, line+"\n\n")
			w.(http.Flusher).Flush()
		}
	}
}

// broken is a reply of which the connection is lost at the end.
func broken(r reply) reply {
	return func(w http.ResponseWriter, req *http.Request) {
		r(w, req)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// silent is a reply behind which nothing comes, until the client is gone.
func silent(r reply) reply {
	return func(w http.ResponseWriter, req *http.Request) {
		if r != nil {
			r(w, req)
			w.(http.Flusher).Flush()
		}
		<-req.Context().Done()
	}
}

// piece is an event with more text.
func piece(text string) string { return part(`{"content":` + quote(text) + `}`) }

// part is an event with this delta.
func part(delta string) string {
	return `data: {"id":"1","model":"m-1","system_fingerprint":"fp","choices":[{"index":0,"delta":` + delta + `,"finish_reason":null}]}`
}

// finish is the event that says why the answer ends.
func finish(why string) string {
	return `data: {"id":"1","model":"m-1","system_fingerprint":"fp","choices":[{"index":0,"delta":{},"finish_reason":` + quote(why) + `}]}`
}

// Events at the end of a stream.
const (
	tally = `data: {"id":"1","model":"m-1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3,"total_tokens":13}}`
	done  = "data: [DONE]"
)

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// question asks m to say something.
func question() endpoint.Question {
	return endpoint.Question{Model: "m", Messages: []*vignettev1.ChatMessage{
		{Role: vignettev1.ChatRole_CHAT_ROLE_SYSTEM, Content: "Be brief."},
		{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: "Hi"},
	}}
}

// heard is what a watcher hears.
type heard struct {
	text      string
	discarded []string
}

func (h *heard) watch(q endpoint.Question) endpoint.Question {
	q.Watch = func(delta string) { h.text += delta }
	q.Discard = func(reason string) { h.text = ""; h.discarded = append(h.discarded, reason) }
	return q
}
