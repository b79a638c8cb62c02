package scripted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is an endpoint. It is an [http.Handler] for POST /v1/chat/completions, POST /v1/embeddings and GET /v1/models, safe
// for concurrent use.
type Server struct {
	config  Config
	books   *books
	window  *window // nil for no limit
	schemas schemas
	done    chan struct{}
	close   sync.Once
}

// New makes an endpoint that somebody else serves. It panics if the configuration is wrong, see [Config.Check].
func New(c Config) *Server {
	if err := c.Check(); err != nil {
		panic(err)
	}
	s := &Server{config: c.withDefaults(), books: newBooks(), done: make(chan struct{})}
	if c.RequestsPerMinute > 0 {
		s.window = newWindow(c.RequestsPerMinute)
	}
	return s
}

// Stats are what the endpoint has seen and done until now.
func (s *Server) Stats() Stats { return s.books.read() }

// Close ends all waiting: answers that are held back are dropped, stalled ones end. It can be called again.
func (s *Server) Close() { s.close.Do(func() { close(s.done) }) }

// largest is the largest body that is read, in bytes.
const largest = 32 << 20

// ServeHTTP answers one request. Where an answer is cut it panics with [http.ErrAbortHandler], as net/http wants it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case r.Method == http.MethodPost && path == "/v1/chat/completions":
		s.counted(w, r, s.chat)
	case r.Method == http.MethodPost && path == "/v1/embeddings":
		s.counted(w, r, s.embed)
	case r.Method == http.MethodGet && (path == "/v1/models" || strings.HasPrefix(path, "/v1/models/")):
		if p := s.unauthorized(r); p != nil {
			p.write(w)
			return
		}
		s.models(w, strings.TrimPrefix(strings.TrimPrefix(path, "/v1/models"), "/"))
	default:
		p := invalid("", "", "Invalid URL (%s %s)", r.Method, path)
		p.status = http.StatusNotFound
		p.write(w)
	}
}

// counted lets one request through the books, the key and the limit to what answers it.
func (s *Server) counted(w http.ResponseWriter, r *http.Request, answer func(http.ResponseWriter, *http.Request, []byte) *problem) {
	s.books.enter()
	defer s.books.leave()
	p := s.unauthorized(r)
	if p == nil {
		var body []byte
		var whole bool
		if body, whole, p = s.read(w, r); whole {
			p = answer(w, r, body)
		}
	}
	if p != nil {
		s.books.rejected(p.status)
		p.write(w)
	}
}

// read returns the body; false if the client went before it was whole.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (body []byte, whole bool, _ *problem) {
	var from bytes.Buffer
	from.Grow(int(min(max(r.ContentLength, 0), largest)) + bytes.MinRead) // so that it is read in one go
	_, err := from.ReadFrom(http.MaxBytesReader(w, r.Body, largest))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		p := invalid("", "", "The request is larger than %d bytes.", largest)
		p.status = http.StatusRequestEntityTooLarge
		return nil, false, p
	}
	if err != nil {
		s.books.abandoned()
		return nil, false, nil
	}
	return from.Bytes(), true, nil
}

func (s *Server) unauthorized(r *http.Request) *problem {
	if s.config.Key == "" {
		return nil
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !ok || given == "":
		return &problem{status: http.StatusUnauthorized, kind: "invalid_request_error",
			message: "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."}
	case given != s.config.Key:
		return &problem{status: http.StatusUnauthorized, kind: "invalid_request_error", code: "invalid_api_key",
			message: fmt.Sprintf("Incorrect API key provided: %s.", masked(given))}
	}
	return nil
}

// masked is a key as OpenAI echoes it: that much of it reaches the client's errors.
func masked(key string) string {
	if len(key) < 16 {
		return strings.Repeat("*", len(key))
	}
	return key[:8] + strings.Repeat("*", len(key)-12) + key[len(key)-4:]
}

func (s *Server) unknown(model string) *problem {
	if len(s.config.Models) == 0 || slices.Contains(s.config.Models, model) {
		return nil
	}
	p := invalid("", "model_not_found", "The model `%s` does not exist or you do not have access to it.", model)
	p.status = http.StatusNotFound
	return p
}

// admit holds a request to the limit and notes what is left of it in the headers.
func (s *Server) admit(h http.Header, tokens int) *problem {
	limit, left, reset := 1_000_000, 999_999, time.Millisecond
	var wait time.Duration
	if s.window != nil {
		limit = s.config.RequestsPerMinute
		wait, left = s.window.take(time.Now())
		reset = time.Minute / time.Duration(limit)
	}
	const limitTokens = 1_000_000_000
	h["X-Ratelimit-Limit-Requests"] = []string{strconv.Itoa(limit)}
	h["X-Ratelimit-Remaining-Requests"] = []string{strconv.Itoa(left)}
	h["X-Ratelimit-Reset-Requests"] = []string{max(reset, wait).Round(time.Millisecond).String()}
	h["X-Ratelimit-Limit-Tokens"] = []string{strconv.Itoa(limitTokens)}
	h["X-Ratelimit-Remaining-Tokens"] = []string{strconv.Itoa(limitTokens - tokens)}
	h["X-Ratelimit-Reset-Tokens"] = []string{"1ms"}
	if wait == 0 {
		return nil
	}
	retryAfter(h, wait)
	return tooMany()
}

func tooMany() *problem {
	return &problem{status: http.StatusTooManyRequests, kind: "requests", code: "rate_limit_exceeded", message: "Rate limit reached for requests. Please try again later."}
}

// retryAfter says how long to wait, as OpenAI does: exactly, and in whole seconds.
func retryAfter(h http.Header, wait time.Duration) {
	h["Retry-After-Ms"] = []string{strconv.FormatInt(int64(math.Ceil(float64(wait)/1e6)), 10)}
	h["Retry-After"] = []string{strconv.FormatInt(int64(math.Ceil(wait.Seconds())), 10)}
}

// wait lets time pass; false means that there is nobody to answer any more.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}

// hold waits for a signal in the same way; nil is a signal that has been given.
func (s *Server) hold(ctx context.Context, until <-chan struct{}) bool {
	if until == nil {
		return true
	}
	select {
	case <-until:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}

// latency draws how long an answer takes to begin.
func (s *Server) latency(rng *rand.Rand) time.Duration {
	return time.Duration(float64(s.config.Latency) * (0.8 + 0.4*rng.Float64()))
}

// refuse does what a fault does that leaves no answer at all, and tells whether it was one of those.
func (s *Server) refuse(w http.ResponseWriter, f Fault) bool {
	switch f {
	case RateLimit:
		retryAfter(w.Header(), s.config.RetryAfter)
		tooMany().write(w)
	case RateLimitBare:
		tooMany().write(w)
	case ServerError:
		(&problem{status: http.StatusInternalServerError, kind: "server_error", message: "The server had an error while processing your request. Sorry about that!"}).write(w)
	case BadGateway:
		send(w, http.StatusBadGateway, "text/html", []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"))
	default:
		return false
	}
	return true
}

// created is when everything was made: answers hang on no clock. It is the first second of 2026, UTC.
const created = 1767225600

func (s *Server) models(w http.ResponseWriter, id string) {
	names := s.config.Models
	if len(names) == 0 {
		names = []string{"scripted-1"}
	}
	var out []byte
	one := func(name string) {
		out = quote(append(out, `{"id":`...), name)
		out = append(out, fmt.Sprintf(`,"object":"model","created":%d,"owned_by":"scripted"}`, created)...)
	}
	if id != "" {
		if p := s.unknown(id); p != nil {
			p.write(w)
			return
		}
		one(id)
		send(w, http.StatusOK, "application/json", out)
		return
	}
	out = append(out, `{"object":"list","data":[`...)
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		one(name)
	}
	send(w, http.StatusOK, "application/json", append(out, `]}`...))
}

// schemas are those that were asked for, made ready once.
type schemas struct {
	mu    sync.RWMutex
	ready map[string]readySchema
}

type readySchema struct {
	schema *schema
	err    error // why nothing can hold to it
	loose  error // why it is no strict one
}

// enoughSchemas are kept; whoever asks for more pays for each.
const enoughSchemas = 1024

func (c *schemas) get(source string) readySchema {
	c.mu.RLock()
	ready, ok := c.ready[source]
	c.mu.RUnlock()
	if ok {
		return ready
	}
	v, _, err := parse([]byte(source))
	if err == nil {
		ready.schema, err = compile(v)
		ready.loose = loose(v, "")
		if ready.loose == nil && v.get("type").text != "object" {
			//lint:ignore ST1005 these are the words of the protocol
			ready.loose = fmt.Errorf("schema must be a JSON Schema of 'type: \"object\"', got 'type: %q'.", v.get("type").text)
		}
	}
	ready.err = err
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ready == nil || len(c.ready) >= enoughSchemas {
		c.ready = map[string]readySchema{}
	}
	c.ready[source] = ready
	return ready
}
