package edge

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
)

// maxMessage is what the wire takes, so that both carry the same, in bytes.
const maxMessage = 8 << 20

// MinToken is the shortest token that is accepted, in bytes. A shorter one can be guessed.
const MinToken = 16

// Config says where to listen and who may call.
type Config struct {
	// Address is host:port; port 0 means any free one, no host means every interface.
	Address string
	// Token must come with every call, health and reflection included, as metadata "authorization: Bearer TOKEN". Empty
	// means that anybody may call; then Address must be a loopback address. At least [MinToken] bytes.
	Token string
	// Cert and Key are PEM files with the certificate chain and key for TLS; both or neither.
	Cert, Key string
	// Logger takes panics of handlers; nil discards them.
	Logger *slog.Logger
}

// UnprotectedError says that a listener would have been open to others without authentication.
type UnprotectedError struct {
	// Address is where it would have listened.
	Address string
}

// Error implements error.
func (e *UnprotectedError) Error() string {
	return fmt.Sprintf("gRPC on %s would be open to anybody who reaches this machine: give a token (--grpc-token-file or "+
		"$VIGNETTE_GRPC_TOKEN), or listen on a loopback address such as 127.0.0.1:0", e.Address)
}

// Server is a listener that serves. Stop it.
type Server struct {
	grpc   *grpc.Server
	health *health.Server
	addr   net.Addr
	leave  context.CancelFunc // ends the streams that last as long as their callers like
	served chan error
}

// Listen opens the port and serves what is registered. When it returns, callers are answered.
func Listen(config Config, register ...func(grpc.ServiceRegistrar)) (*Server, error) {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	options, err := secure(config)
	if err != nil {
		return nil, err
	}
	listener, err := listen(config)
	if err != nil {
		return nil, err
	}
	base, leave := context.WithCancel(context.Background())
	g := guard{token: config.Token, leaving: base, logger: config.Logger}
	options = append(options, grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		grpc.ChainUnaryInterceptor(g.unary), grpc.ChainStreamInterceptor(g.stream))
	s := &Server{grpc: grpc.NewServer(options...), health: health.NewServer(), addr: listener.Addr(), leave: leave, served: make(chan error, 1)}
	for _, r := range register {
		r(s.grpc)
	}
	for name := range s.grpc.GetServiceInfo() {
		s.health.SetServingStatus(name, healthv1.HealthCheckResponse_SERVING)
	}
	healthv1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	go func() { s.served <- s.grpc.Serve(listener) }()
	return s, nil
}

// secure reads the certificate and checks the token.
func secure(config Config) ([]grpc.ServerOption, error) {
	switch {
	case config.Token != "" && len(config.Token) < MinToken:
		return nil, fmt.Errorf("the gRPC token has %d characters and could be guessed: use %d or more, for example from 'openssl rand -hex 32'",
			len(config.Token), MinToken)
	case (config.Cert == "") != (config.Key == ""):
		return nil, fmt.Errorf("a certificate and its key go together: give both --grpc-cert and --grpc-key, or neither")
	case config.Cert == "":
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(config.Cert, config.Key)
	if err != nil {
		return nil, fmt.Errorf("gRPC certificate: %w", err)
	}
	return []grpc.ServerOption{grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12,
	}))}, nil
}

// listen resolves the address before it opens the port, and opens exactly what it resolved: a name that means something
// else a moment later opens nothing else.
func listen(config Config) (net.Listener, error) {
	address, err := net.ResolveTCPAddr("tcp", config.Address)
	if err != nil {
		return nil, fmt.Errorf("gRPC address %q: %w (it has the form host:port)", config.Address, err)
	}
	if config.Token == "" && !address.IP.IsLoopback() {
		return nil, &UnprotectedError{Address: config.Address}
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve gRPC: %w", err)
	}
	return listener, nil
}

// Addr returns where the server listens, as host:port.
func (s *Server) Addr() string { return s.addr.String() }

// Services returns the full names of what is served, without health and reflection, sorted.
func (s *Server) Services() []string {
	var names []string
	for name := range s.grpc.GetServiceInfo() {
		if !isInfo("/" + name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Stop takes no more calls, lets those in progress finish, and closes the port. When the context ends first it cancels
// what is still running and returns an error.
func (s *Server) Stop(ctx context.Context) error {
	s.health.Shutdown()
	s.leave()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.grpc.GracefulStop()
	}()
	select {
	case <-stopped:
	case <-ctx.Done():
		s.grpc.Stop()
		<-stopped
		return fmt.Errorf("stop gRPC on %s: calls were cut off: %w", s.Addr(), ctx.Err())
	}
	if err := <-s.served; err != nil {
		return fmt.Errorf("gRPC on %s: %w", s.Addr(), err)
	}
	return nil
}
