package endpoint

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/vignette-sim/vignette/models/limit"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// What holds where an endpoint's limits say nothing; see EndpointLimits.
const (
	defaultTimeout  = 120 * time.Second
	defaultIdle     = 30 * time.Second
	defaultCallTime = 1200 * time.Second
	defaultAttempts = 6
	defaultSlots    = 1000
)

// Config says what an endpoint is.
type Config struct {
	// Name is what it is called in errors.
	Name string
	// Settings are as in the configuration. Parameters and models in them are not read: a [Question] holds what is in
	// force.
	Settings *vignettev1.Endpoint
	// Key is sent as bearer token; empty sends none. Space around it is taken off.
	Key string
	// Transport carries requests; nil means a pool of connections of its own.
	Transport http.RoundTripper
	// Rand draws from [0, 1) to spread waiting; nil means math/rand.
	Rand func() float64
}

// Endpoint is one OpenAI-compatible endpoint. It is safe for concurrent use.
type Endpoint struct {
	name      string
	client    openai.ClientConfig // without the HTTP client, which each attempt brings
	user      *url.Userinfo       // of the base URL: sent when there is no key
	transport http.RoundTripper
	pool      *http.Transport // the same, when it is the endpoint's own
	random    func() float64
	limiter   *limit.Limiter
	extra     []field
	secrets   secrets
	learned   learned
	answers   mean

	timeout  time.Duration // of an attempt
	idle     time.Duration // of a stream
	callTime time.Duration // of all attempts at one question
	attempts int
}

// New makes an endpoint. It connects to nothing.
func New(config Config) (*Endpoint, error) {
	settings := config.Settings
	base, err := parseBase(settings.GetBaseUrl())
	if err != nil {
		return nil, fmt.Errorf("endpoint %s: %w", config.Name, err)
	}
	key := strings.TrimSpace(config.Key)
	if strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, fmt.Errorf("endpoint %s: its key holds characters that no header can", config.Name)
	}
	extra, err := readExtra(settings.GetExtraBody())
	if err != nil {
		return nil, fmt.Errorf("endpoint %s: %w", config.Name, err)
	}
	limits := settings.GetLimits()
	e := &Endpoint{
		name:      config.Name,
		user:      base.User,
		transport: config.Transport,
		random:    config.Rand,
		extra:     extra,
		secrets:   newSecrets(key, base.User),
		timeout:   seconds(limits.GetTimeoutSeconds(), defaultTimeout),
		idle:      seconds(limits.GetIdleTimeoutSeconds(), defaultIdle),
		callTime:  seconds(limits.GetCallSeconds(), defaultCallTime),
		attempts:  cmp.Or(int(limits.GetAttempts()), defaultAttempts),
		limiter: limit.New(limit.Config{
			Start:             int(limits.GetStart()),
			Max:               cmp.Or(int(limits.GetConcurrency()), defaultSlots),
			RequestsPerMinute: limits.GetRequestsPerMinute(),
			TokensPerMinute:   limits.GetTokensPerMinute(),
		}),
	}
	base.User = nil // no error that shows the URL shows a password
	e.client = openai.DefaultConfig(key)
	e.client.BaseURL = base.String()
	if e.transport == nil {
		e.pool = newPool(cmp.Or(int(limits.GetConcurrency()), defaultSlots))
		e.transport = e.pool
	}
	if e.random == nil {
		e.random = rand.Float64
	}
	return e, nil
}

// Close closes connections that are idle. Questions that are being asked go on.
func (e *Endpoint) Close() {
	if e.pool != nil {
		e.pool.CloseIdleConnections()
	}
}

// Concurrency is how many requests may be under way at once now.
func (e *Endpoint) Concurrency() int { return e.limiter.Slots() }

// parseBase reads a base URL. Its errors do not show it: it may hold a password.
func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https":
		return nil, fmt.Errorf("base_url is not an http or https URL")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("base_url has a query or fragment; a key belongs into the variable that key_variable names")
	}
	return base, nil
}

func seconds(s float64, otherwise time.Duration) time.Duration {
	if s <= 0 {
		return otherwise
	}
	return time.Duration(s * float64(time.Second))
}

// newPool makes a transport that keeps one connection per request under way: HTTP/1.1, so that a slow stream holds up no
// other and a request that is given up ends with its connection.
func newPool(size int) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		Protocols:           &protocols,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: size,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true, // answers are short, and a stream must not wait for a block to fill
	}
}

// mean is the running mean of how many tokens answers take.
type mean struct {
	mu    sync.Mutex
	value float64
}

// What an answer is taken to need before any has come, and how much each that comes counts. Chosen.
const (
	firstMean  = 200
	meanWeight = 0.05
)

func (m *mean) get() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.value == 0 {
		return firstMean
	}
	return int(m.value)
}

func (m *mean) add(tokens int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.value == 0 {
		m.value = float64(tokens)
		return
	}
	m.value += meanWeight * (float64(tokens) - m.value)
}
