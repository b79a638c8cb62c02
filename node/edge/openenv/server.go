package openenv

import (
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/node/edge"
)

// Defaults are what is played where a client does not say.
type Defaults struct {
	// Scenario is the id of one of the library; empty means that clients must say.
	Scenario string
	// Role is the policy's; empty means the focal one.
	Role string
	// Reward is when rewards are paid: "outcome" (or empty) or "turn".
	Reward string
	// MaxSteps cuts an episode off; 0 never does.
	MaxSteps int32
}

// Config says where and what.
type Config struct {
	// Address is host:port; port 0 means any free one.
	Address string
	// Token must come with every request but /health, as "Authorization: Bearer TOKEN". Empty means that anybody may ask; then Address
	// must be a loopback address. At least [edge.MinToken] bytes.
	Token string
	// Service has the environments.
	Service *environment.Service
	// Defaults are what is played where a client does not say.
	Defaults Defaults
	// Idle is how long a connection may be silent; 0 means [environment.DefaultIdle].
	Idle time.Duration
	// Connections is how many may be open at once; 0 means twice [environment.DefaultMax].
	Connections int
	// Version of the program, for /metadata.
	Version string
	// Logger takes what the HTTP server has to say; nil discards it.
	Logger *slog.Logger
}

// Server serves environments. Stop it.
type Server struct {
	config      Config
	http        *http.Server
	addr        net.Addr
	base        context.Context // of all connections
	leave       context.CancelFunc
	served      chan error
	open        sync.WaitGroup // requests, those that became WebSockets too
	connections chan struct{}
	cookies     cookies
}

// Listen serves at an address until it is stopped. It refuses what would be open to anybody.
func Listen(config Config) (*Server, error) {
	if _, known := timings[config.Defaults.Reward]; !known {
		return nil, fmt.Errorf("reward %q is none of outcome, turn", config.Defaults.Reward)
	}
	config.Idle = cmp.Or(config.Idle, environment.DefaultIdle)
	config.Connections = cmp.Or(config.Connections, 2*environment.DefaultMax)
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	listener, err := listen(config)
	if err != nil {
		return nil, err
	}
	base, leave := context.WithCancel(context.Background())
	s := &Server{
		config: config, addr: listener.Addr(), base: base, leave: leave, served: make(chan error, 1),
		connections: make(chan struct{}, config.Connections), cookies: cookies{seats: map[string]*cookieSeat{}},
	}
	s.http = &http.Server{
		Handler: s.guarded(s.routes()), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug),
	}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

func listen(config Config) (net.Listener, error) {
	address, err := net.ResolveTCPAddr("tcp", config.Address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("OpenEnv address %q: %w (it has the form host:port)", config.Address, err)
	case config.Token != "" && len(config.Token) < edge.MinToken:
		return nil, fmt.Errorf("the OpenEnv token has %d characters and could be guessed: use %d or more, for example from 'openssl rand -hex 32'", len(config.Token), edge.MinToken)
	case config.Token == "" && !address.IP.IsLoopback():
		return nil, fmt.Errorf("OpenEnv on %s would be open to anybody who reaches this machine: give a token (--openenv-token-file or $VIGNETTE_OPENENV_TOKEN), "+
			"or listen on a loopback address such as 127.0.0.1:0", config.Address)
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve OpenEnv: %w", err)
	}
	return listener, nil
}

// Addr is where it listens.
func (s *Server) Addr() string { return s.addr.String() }

// Stop takes no more requests, closes the connections and returns when all is over, or cuts it off when the context ends first.
func (s *Server) Stop(ctx context.Context) error {
	s.leave()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop OpenEnv on %s: %w", s.Addr(), err), s.http.Close())
	}
	s.open.Wait()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "healthy"})
	})
	mux.HandleFunc("GET /schema", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, schema()) })
	mux.HandleFunc("GET /metadata", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, s.metadata()) })
	mux.HandleFunc("GET /state", s.getState)
	mux.HandleFunc("POST /reset", s.postReset)
	mux.HandleFunc("POST /step", s.postStep)
	mux.HandleFunc("POST /score", s.postScore)
	mux.HandleFunc("GET /ws", s.serveSocket)
	return mux
}

func (s *Server) metadata() map[string]any {
	return map[string]any{
		"name": "vignette", "version": s.config.Version, "scenario": s.config.Defaults.Scenario,
		"description": "Conversations with simulated people; the policy plays one role and is rewarded by the scenario's terms.",
	}
}

// guarded lets in only whoever may: with the token; without one, whoever calls this machine by a name of its own. A browser sends
// along where its page is from, and a page from elsewhere is not let in.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.open.Add(1)
		defer s.open.Done()
		switch {
		case s.config.Token == "" && !isLoopback(r.Host):
			refuse(w, http.StatusForbidden, faultf(sessionError, "this server answers to names of loopback, such as localhost, and not to %q", shorten(r.Host)))
		case !sameOrigin(r):
			refuse(w, http.StatusForbidden, faultf(sessionError, "no page from elsewhere may ask here"))
		case s.config.Token != "" && r.URL.Path != "/health" && !authorized(r, s.config.Token):
			w.Header().Set("WWW-Authenticate", "Bearer")
			refuse(w, http.StatusUnauthorized, faultf(sessionError, "the token is missing or wrong: send it as Authorization: Bearer TOKEN"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && from.Host == r.Host
}

func authorized(r *http.Request, token string) bool {
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
}

// maxBody is the largest request over HTTP.
const maxBody = 4 << 20

// body reads the body of a request.
func body(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, faultf(validationError, "the body cannot be read: %v", err)
	}
	return data, nil
}

func write(w http.ResponseWriter, code int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = w.Write(data) // A client that has gone needs no answer.
}

func refuse(w http.ResponseWriter, code int, wrong *fault) {
	write(w, code, reply{"error", wrong})
}

// statusOf is the HTTP status of a fault.
func statusOf(wrong *fault) int {
	switch wrong.Code {
	case invalidJSON:
		return http.StatusBadRequest
	case validationError, unknownType:
		return http.StatusUnprocessableEntity
	case capacityReached:
		return http.StatusTooManyRequests
	case sessionError:
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}
