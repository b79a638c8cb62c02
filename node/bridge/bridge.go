package bridge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	// patience is how long Open waits for a backend that is just starting.
	patience = 5 * time.Second
	// maxMessage is what the wire takes, in bytes.
	maxMessage = 8 << 20
)

// reconnect makes a restarted backend known within two seconds, well inside what the engine retries. Chosen.
var reconnect = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
	MinConnectTimeout: patience,
}

// services are what can be bridged; each has a method Describe.
var services = []*grpc.ServiceDesc{&vignettev1.AgentService_ServiceDesc, &vignettev1.EvaluatorService_ServiceDesc}

// Config says where the backend is.
type Config struct {
	// URL is grpc://host:port, or grpcs://host:port for TLS.
	URL string
	// CA is a PEM file with the authorities the backend's certificate is checked against, in the place of the system's.
	// Only with grpcs.
	CA string
	// Token is sent with every call as metadata "authorization: Bearer TOKEN". Without TLS only to a loopback address.
	Token string
}

// Bridge is a connection to a backend. It is safe for concurrent use. Close it.
//
// While the backend is away calls fail with UNAVAILABLE at once; when it is back they go through again.
type Bridge struct {
	conn     *grpc.ClientConn
	services []*grpc.ServiceDesc
}

// Open connects to a backend, asks for its health (a backend without the standard health service is taken to be well)
// and finds out whether it is an agent, an evaluator or both. It waits up to five seconds for one that is just starting.
func Open(ctx context.Context, config Config) (*Bridge, error) {
	target, options, err := dial(config)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, fmt.Errorf("bridge to %s: %w", config.URL, err)
	}
	b := &Bridge{conn: conn}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = b.checkHealth(ctx)
	if err == nil {
		err = b.discover(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bridge to %s: %w", config.URL, err), conn.Close())
	}
	return b, nil
}

// dial reads the configuration.
func dial(config Config) (target string, options []grpc.DialOption, err error) {
	u, err := url.Parse(config.URL)
	if err != nil || u.Port() == "" || u.Hostname() == "" || u.User != nil || u.Path != "" || u.Scheme != "grpc" && u.Scheme != "grpcs" {
		return "", nil, fmt.Errorf("bridge: %q is not the address of a backend: write grpc://host:port, or grpcs://host:port for TLS", config.URL)
	}
	transport := insecure.NewCredentials()
	switch {
	case u.Scheme == "grpcs":
		roots, err := authorities(config.CA)
		if err != nil {
			return "", nil, err
		}
		transport = credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	case config.CA != "":
		return "", nil, fmt.Errorf("bridge to %s: a CA file is for TLS: write grpcs://%s", config.URL, u.Host)
	case config.Token != "" && !isLoopback(u.Hostname()):
		return "", nil, fmt.Errorf("bridge to %s: the token would travel in the clear: use grpcs://, or a loopback address", config.URL)
	}
	options = []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithConnectParams(reconnect),
		grpc.WithDisableServiceConfig(), // it could bring retries; the engine has its own
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)),
	}
	if config.Token != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer{config.Token}))
	}
	return u.Host, options, nil
}

func authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("bridge: CA file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("bridge: CA file %s: no PEM certificate in it", file)
	}
	return pool, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// bearer sends a token; dial has seen to it that it does not travel in the clear.
type bearer struct{ token string }

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

func (bearer) RequireTransportSecurity() bool { return false }

// checkHealth waits until the backend is there, and asks how it is.
func (b *Bridge) checkHealth(ctx context.Context) error {
	answer, err := healthv1.NewHealthClient(b.conn).Check(ctx, &healthv1.HealthCheckRequest{}, grpc.WaitForReady(true))
	switch code := status.Code(err); {
	case code == codes.Unimplemented:
		return nil
	case code == codes.DeadlineExceeded:
		return fmt.Errorf("nobody answers there within %v: is the agent running, and is the address right? (%w)", patience, err)
	case err != nil:
		return fmt.Errorf("ask for its health: %w", err)
	case answer.GetStatus() != healthv1.HealthCheckResponse_SERVING:
		return fmt.Errorf("the backend says of its health: %s", answer.GetStatus())
	}
	return nil
}

// discover finds out which services the backend has by asking each to describe itself.
func (b *Bridge) discover(ctx context.Context) error {
	for _, desc := range services {
		err := b.conn.Invoke(ctx, "/"+desc.ServiceName+"/Describe", &emptypb.Empty{}, &emptypb.Empty{})
		switch {
		case status.Code(err) == codes.Unimplemented:
		case err != nil:
			return fmt.Errorf("ask who it is: %w", err)
		default:
			b.services = append(b.services, desc)
		}
	}
	if len(b.services) == 0 {
		return fmt.Errorf("the backend serves neither %s nor %s", services[0].ServiceName, services[1].ServiceName)
	}
	return nil
}

// Services returns the full names of the services that are forwarded.
func (b *Bridge) Services() []string {
	var names []string
	for _, desc := range b.services {
		names = append(names, desc.ServiceName)
	}
	return names
}

// Register puts the backend's services on a server, each method as one that forwards.
func (b *Bridge) Register(r grpc.ServiceRegistrar) {
	for _, desc := range b.services {
		r.RegisterService(b.forwarder(desc), nil)
	}
}

// Close ends the connection and the calls on it.
func (b *Bridge) Close() error { return b.conn.Close() }
