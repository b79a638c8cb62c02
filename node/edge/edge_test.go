package edge_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/node/edge"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a token of thirty-two characters"

// agent describes itself, panics when it is asked to bid, and answers a turn when it is let.
type agent struct {
	vignettev1.UnimplementedAgentServiceServer
	asked, let chan struct{}
}

func (*agent) Describe(context.Context, *vignettev1.AgentServiceDescribeRequest) (*vignettev1.AgentServiceDescribeResponse, error) {
	return &vignettev1.AgentServiceDescribeResponse{Description: &vignettev1.AgentDescription{Name: "test"}}, nil
}

func (*agent) Bid(context.Context, *vignettev1.BidRequest) (*vignettev1.BidResponse, error) {
	panic("a secret")
}

func (a *agent) Respond(_ *vignettev1.RespondRequest, stream grpc.ServerStreamingServer[vignettev1.RespondResponse]) error {
	if a.asked == nil {
		panic("a secret")
	}
	close(a.asked)
	select {
	case <-a.let:
		return stream.Send(&vignettev1.RespondResponse{})
	case <-stream.Context().Done():
		return stream.Context().Err()
	}
}

func listen(t *testing.T, config edge.Config, a *agent) *edge.Server {
	t.Helper()
	server, err := edge.Listen(config, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, a) })
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func stop(t *testing.T, server *edge.Server) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func dial(t *testing.T, addr string, transport credentials.TransportCredentials) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(transport))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func timeout(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// What would be open to others without authentication does not open.
func TestListenRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		config edge.Config
		open   bool // for want of a token
		says   string
	}{
		{"every interface", edge.Config{Address: "0.0.0.0:0"}, true, "--grpc-token-file"},
		{"every interface, by leaving the host away", edge.Config{Address: ":0"}, true, "loopback"},
		{"every interface, IPv6", edge.Config{Address: "[::]:0"}, true, "loopback"},
		{"an address of elsewhere", edge.Config{Address: "192.0.2.1:0"}, true, "192.0.2.1:0"},
		{"TLS without a token", edge.Config{Address: "0.0.0.0:0", Cert: "cert.pem", Key: "key.pem"}, false, "cert.pem"},
		{"a token to guess", edge.Config{Address: "0.0.0.0:0", Token: "hunter2"}, false, "openssl rand"},
		{"a token to guess, on loopback", edge.Config{Address: "127.0.0.1:0", Token: "hunter2"}, false, "16"},
		{"a certificate without its key", edge.Config{Address: "127.0.0.1:0", Cert: "cert.pem"}, false, "--grpc-key"},
		{"no port", edge.Config{Address: "127.0.0.1"}, false, "host:port"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server, err := edge.Listen(tc.config)
			if err == nil {
				stop(t, server)
				t.Fatal("it listens")
			}
			var unprotected *edge.UnprotectedError
			if errors.As(err, &unprotected) != tc.open || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("err = %v (%T), want one with %q", err, err, tc.says)
			}
		})
	}
}

// TLS alone says who the server is, not who calls.
func TestTLSIsNoAuthentication(t *testing.T) {
	cert, key, _ := certificate(t)
	_, err := edge.Listen(edge.Config{Address: "0.0.0.0:0", Cert: cert, Key: key})
	var unprotected *edge.UnprotectedError
	if !errors.As(err, &unprotected) {
		t.Errorf("err = %v, want an UnprotectedError", err)
	}
}

// Every call needs the token: unary, streams, health and reflection.
func TestToken(t *testing.T) {
	server := listen(t, edge.Config{Address: "0.0.0.0:0", Token: token}, &agent{})
	defer stop(t, server)
	_, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	conn := dial(t, "127.0.0.1:"+port, insecure.NewCredentials())
	for _, tc := range []struct {
		name   string
		values []string
		ok     bool
	}{
		{"none", nil, false},
		{"the right one", []string{"Bearer " + token}, true},
		{"the scheme in another case", []string{"bearer " + token}, true},
		{"a wrong one", []string{"Bearer " + token + "x"}, false},
		{"its beginning", []string{"Bearer " + token[:8]}, false},
		{"empty", []string{"Bearer "}, false},
		{"no scheme", []string{token}, false},
		{"another scheme", []string{"Basic " + token}, false},
		{"two", []string{"Bearer nonsense", "Bearer " + token}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx := timeout(t)
			for _, value := range tc.values {
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", value)
			}
			for method, call := range calls(conn) {
				err := call(ctx)
				switch {
				case tc.ok && status.Code(err) == codes.Unauthenticated:
					t.Errorf("%s is refused: %v", method, err)
				case !tc.ok && status.Code(err) != codes.Unauthenticated:
					t.Errorf("%s: err = %v, want Unauthenticated", method, err)
				case err != nil && strings.Contains(err.Error(), token):
					t.Errorf("%s tells the token", method)
				}
			}
		})
	}
}

// calls are one call of each kind there is.
func calls(conn grpc.ClientConnInterface) map[string]func(context.Context) error {
	client := vignettev1.NewAgentServiceClient(conn)
	return map[string]func(context.Context) error{
		"unary": func(ctx context.Context) error {
			_, err := client.Describe(ctx, &vignettev1.AgentServiceDescribeRequest{})
			return err
		},
		"stream": func(ctx context.Context) error {
			stream, err := client.Respond(ctx, &vignettev1.RespondRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"health": func(ctx context.Context) error {
			_, err := healthv1.NewHealthClient(conn).Check(ctx, &healthv1.HealthCheckRequest{Service: "vignette.v1.AgentService"})
			return err
		},
		"reflection": func(ctx context.Context) error { _, err := reflected(ctx, conn); return err },
	}
}

// reflected are the services that reflection lists.
func reflected(ctx context.Context, conn grpc.ClientConnInterface) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		return "", err
	}
	list := &reflectionv1.ServerReflectionRequest{MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{}}
	if err := stream.Send(list); err != nil && !strings.Contains(err.Error(), "EOF") {
		return "", err
	}
	answer, err := stream.Recv()
	return answer.String(), err
}

// On loopback nobody needs a token. The services are reflected and well, and a panic is Internal and tells nothing.
func TestLoopback(t *testing.T) {
	server := listen(t, edge.Config{Address: "localhost:0"}, &agent{})
	defer stop(t, server)
	conn := dial(t, server.Addr(), insecure.NewCredentials())
	for method, call := range calls(conn) {
		want := codes.OK
		if method == "stream" {
			want = codes.Internal // it panics
		}
		if err := call(timeout(t)); status.Code(err) != want || strings.Contains(status.Convert(err).Message(), "secret") {
			t.Errorf("%s: %v, want %s", method, err, want)
		}
	}
	if list, err := reflected(timeout(t), conn); err != nil || !strings.Contains(list, "vignette.v1.AgentService") || !strings.Contains(list, "grpc.health.v1.Health") {
		t.Errorf("reflection lists %s, %v", list, err)
	}
	if _, err := vignettev1.NewAgentServiceClient(conn).Bid(timeout(t), &vignettev1.BidRequest{}); status.Code(err) != codes.Internal || strings.Contains(err.Error(), "secret") {
		t.Errorf("a panic: %v, want Internal", err)
	}
	if got := server.Services(); len(got) != 1 || got[0] != "vignette.v1.AgentService" {
		t.Errorf("services %v", got)
	}
}

func TestTLS(t *testing.T) {
	cert, key, roots := certificate(t)
	server := listen(t, edge.Config{Address: "127.0.0.1:0", Token: token, Cert: cert, Key: key}, &agent{})
	defer stop(t, server)
	ctx := metadata.AppendToOutgoingContext(timeout(t), "authorization", "Bearer "+token)
	secure := dial(t, server.Addr(), credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err := calls(secure)["unary"](ctx); err != nil {
		t.Error(err)
	}
	if err := calls(dial(t, server.Addr(), insecure.NewCredentials()))["unary"](ctx); status.Code(err) != codes.Unavailable {
		t.Errorf("without TLS: %v, want Unavailable", err)
	}
}

// A stop waits for the answer of a call in flight, though somebody watches the server's health and reflection.
func TestStopLosesNoAnswer(t *testing.T) {
	a := &agent{asked: make(chan struct{}), let: make(chan struct{})}
	server := listen(t, edge.Config{Address: "127.0.0.1:0"}, a)
	conn := dial(t, server.Addr(), insecure.NewCredentials())
	ctx := timeout(t)
	watch, err := healthv1.NewHealthClient(conn).Watch(ctx, &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if first, err := watch.Recv(); err != nil || first.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		t.Fatalf("health %v, %v", first, err)
	}
	if _, err := reflectionv1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx); err != nil {
		t.Fatal(err)
	}
	stream, err := vignettev1.NewAgentServiceClient(conn).Respond(ctx, &vignettev1.RespondRequest{})
	if err != nil {
		t.Fatal(err)
	}
	<-a.asked
	stopped := make(chan error)
	go func() { stopped <- server.Stop(ctx) }()
	for { // The watcher learns of the stop, and is not waited for.
		if _, err := watch.Recv(); err != nil {
			break
		}
	}
	close(a.let)
	if _, err := stream.Recv(); err != nil {
		t.Errorf("the call in flight: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// A stop in a hurry cuts off what is in flight.
func TestStopInAHurry(t *testing.T) {
	a := &agent{asked: make(chan struct{}), let: make(chan struct{})}
	server := listen(t, edge.Config{Address: "127.0.0.1:0"}, a)
	stream, err := vignettev1.NewAgentServiceClient(dial(t, server.Addr(), insecure.NewCredentials())).Respond(timeout(t), &vignettev1.RespondRequest{})
	if err != nil {
		t.Fatal(err)
	}
	<-a.asked
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := server.Stop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Stop = %v, want that calls were cut off", err)
	}
	if _, err := stream.Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("the call that was cut off: %v, want Unavailable", err)
	}
}

// certificate makes one for 127.0.0.1, in files, and the pool that trusts it.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) (string, []byte) {
		file, text := filepath.Join(t.TempDir(), name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file, text
	}
	cert, text := write("cert.pem", "CERTIFICATE", der)
	key, _ = write("key.pem", "PRIVATE KEY", pkcs8)
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return cert, key, roots
}
