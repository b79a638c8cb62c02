package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/web/account"
)

// Config says where to listen, what there is to show and whom to ask.
type Config struct {
	// Address is host:port; port 0 means any free one. Beyond the loopback interface both Accounts and a certificate are needed.
	Address string
	// Cert and Key are PEM files with the certificate chain and key for TLS; both or neither.
	Cert, Key string
	// Accounts are who may come in. Nil means one user, without a login, on this machine.
	Accounts *account.Store
	// User is what the one user is called, as a rater for instance; empty means "me".
	User string
	// Reader is the read side of the log.
	Reader *projection.Reader
	// Mark is the sequence of the newest message of the log: what is live asks for it again and again.
	Mark func(context.Context) (uint64, error)
	// Engine starts runs; Player is whoever plays a run.
	Engine vignettev1.RunServiceClient
	Player func(run string) vignettev1.RunServiceClient
	// Calls are the books of calls to models; nil where there are none.
	Calls projection.Calls
	// Feedback has the campaigns.
	Feedback vignettev1.FeedbackServiceClient
	// Practice has the sessions of those who practise.
	Practice vignettev1.PracticeServiceClient
	// Version of the program.
	Version string
	// Now is where time comes from; nil means the machine's.
	Now func() time.Time
	// Logger takes what the server has to say; nil discards it.
	Logger *slog.Logger
}

// UnprotectedError says that a listener would have been open to others without protection.
type UnprotectedError struct {
	// Address is where it would have listened, and Lacks what it lacks.
	Address, Lacks string
}

// Error implements error.
func (e *UnprotectedError) Error() string {
	return fmt.Sprintf("pages on %s would be open to others without %s: give both --accounts and --web-cert with --web-key, or listen on a "+
		"loopback address such as 127.0.0.1:8080", e.Address, e.Lacks)
}

// Server serves pages. Stop it.
type Server struct {
	config Config
	http   *http.Server
	addr   net.Addr
	leave  context.CancelFunc // ends what is live
	served chan error
	site   *site
}

// Listen opens the port and serves. When it returns, visitors are answered.
func Listen(config Config) (*Server, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.User == "" {
		config.User = "me"
	}
	listener, err := listen(config)
	if err != nil {
		return nil, err
	}
	base, leave := context.WithCancel(context.Background())
	site, err := newSite(base, config)
	if err != nil {
		leave()
		return nil, errors.Join(err, listener.Close())
	}
	s := &Server{config: config, addr: listener.Addr(), leave: leave, served: make(chan error, 1), site: site}
	s.http = &http.Server{
		Handler: site.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return base },
	}
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// listen resolves the address before it opens the port, and opens exactly what it resolved.
func listen(config Config) (net.Listener, error) {
	address, err := net.ResolveTCPAddr("tcp", config.Address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("web address %q: %w (it has the form host:port)", config.Address, err)
	case (config.Cert == "") != (config.Key == ""):
		return nil, errors.New("a certificate and its key go together: give both --web-cert and --web-key, or neither")
	case config.Accounts == nil && !address.IP.IsLoopback():
		return nil, &UnprotectedError{config.Address, "a login"}
	case config.Cert == "" && !address.IP.IsLoopback():
		return nil, &UnprotectedError{config.Address, "TLS, passwords in clear"}
	}
	var protect *tls.Config
	if config.Cert != "" {
		pair, err := tls.LoadX509KeyPair(config.Cert, config.Key)
		if err != nil {
			return nil, fmt.Errorf("web certificate: %w", err)
		}
		protect = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve pages: %w; --web names another address", err)
	}
	if protect != nil {
		return tls.NewListener(listener, protect), nil
	}
	return listener, nil
}

// URL is where the pages are.
func (s *Server) URL() string {
	if s.config.Cert != "" {
		return "https://" + s.addr.String()
	}
	return "http://" + s.addr.String()
}

// Addr returns where the server listens, as host:port.
func (s *Server) Addr() string { return s.addr.String() }

// Stop takes no more requests, ends what is live, and returns when all is over, or cuts it off when the context ends first.
func (s *Server) Stop(ctx context.Context) error {
	s.leave()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop the pages on %s: %w", s.addr, err), s.http.Close())
	}
	s.site.live.wait()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
