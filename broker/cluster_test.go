package broker_test

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
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/vignette-sim/vignette/broker"
)

const secret = "s3cret%2C!" // as it stands in a URL; it means "s3cret,!"

// runServer runs a server that stands for a cluster and returns its address.
func runServer(t *testing.T, opts server.Options) string {
	t.Helper()
	opts.Host, opts.Port, opts.NoSigs, opts.NoLog = "127.0.0.1", server.RANDOM_PORT, true, true
	srv, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() { srv.Shutdown(); srv.WaitForShutdown() })
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server is not ready")
	}
	return srv.Addr().String()
}

func writeFile(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantWorking opens a broker on a cluster, without a data directory, and uses two connections.
func wantWorking(t *testing.T, cfg broker.Config) {
	t.Helper()
	b := open(t, cfg)
	if b.Owner() || b.Embedded() || b.Dir() != "" {
		t.Errorf("owner %v, embedded %v, dir %q", b.Owner(), b.Embedded(), b.Dir())
	}
	second, err := b.Connect(testContext(t), "second")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.Subscribe("echo", func(m *nats.Msg) { _ = m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	if err := second.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Conn().RequestWithContext(testContext(t), "echo", nil); err != nil {
		t.Error(err)
	}
}

// wantRefused opens a broker that must not open, and looks for a short reason without secrets.
func wantRefused(t *testing.T, cfg broker.Config, reason string) {
	t.Helper()
	b, err := broker.Open(testContext(t), cfg)
	if err == nil {
		closeBroker(t, b)
		t.Fatalf("%+v was accepted", cfg)
	}
	text := err.Error()
	if !strings.Contains(text, reason) || strings.Contains(text, "\n") {
		t.Errorf("error %q, want one line with %q", text, reason)
	}
	if strings.Contains(text, "s3cret") {
		t.Errorf("error tells the secret: %q", text)
	}
}

func TestClusterWithPassword(t *testing.T) {
	address := runServer(t, server.Options{Username: "anna", Password: "s3cret,!"})
	wantWorking(t, broker.Config{URL: "nats://anna:" + secret + "@" + address})
	wantWorking(t, broker.Config{URL: "nats://anna:" + secret + "@127.0.0.1:1, nats://anna:" + secret + "@" + address})
	wantRefused(t, broker.Config{URL: "nats://anna:s3cret@" + address}, "authentication failed")
	wantRefused(t, broker.Config{URL: address}, "authentication failed")
}

func TestClusterWithToken(t *testing.T) {
	address := runServer(t, server.Options{Authorization: "s3cret,!"})
	wantWorking(t, broker.Config{URL: "nats://" + secret + "@" + address})
	wantRefused(t, broker.Config{URL: "nats://s3cret@" + address}, "authentication failed")
}

func TestClusterWithNKey(t *testing.T) {
	user, seed := newKey(t, nkeys.CreateUser)
	address := runServer(t, server.Options{Nkeys: []*server.NkeyUser{{Nkey: user}}})
	wantWorking(t, broker.Config{URL: address, NKey: writeFile(t, "user.nk", seed)})
	_, stranger := newKey(t, nkeys.CreateUser)
	wantRefused(t, broker.Config{URL: address, NKey: writeFile(t, "stranger.nk", stranger)}, "authentication failed")
	wantRefused(t, broker.Config{URL: address, NKey: writeFile(t, "broken.nk", []byte("s3cret"))}, "nkey seed file")
}

// newKey makes an nkey and returns its public part and its seed.
func newKey(t *testing.T, create func() (nkeys.KeyPair, error)) (public string, seed []byte) {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, publicErr := pair.PublicKey()
	seed, seedErr := pair.Seed()
	if err := errors.Join(publicErr, seedErr); err != nil {
		t.Fatal(err)
	}
	return public, seed
}

func TestClusterWithCredentials(t *testing.T) {
	operator, err := nkeys.CreateOperator()
	if err != nil {
		t.Fatal(err)
	}
	account, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	operatorKey, _ := operator.PublicKey()
	accountKey, _ := account.PublicKey()
	accountJWT, err := jwt.NewAccountClaims(accountKey).Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	resolver := &server.MemAccResolver{}
	if err := resolver.Store(accountKey, accountJWT); err != nil {
		t.Fatal(err)
	}
	address := runServer(t, server.Options{TrustedKeys: []string{operatorKey}, AccountResolver: resolver})
	credentials := func(until time.Time) string {
		userKey, seed := newKey(t, nkeys.CreateUser)
		claims := jwt.NewUserClaims(userKey)
		claims.Expires = until.Unix()
		token, err := claims.Encode(account)
		if err != nil {
			t.Fatal(err)
		}
		text, err := jwt.FormatUserConfig(token, seed)
		if err != nil {
			t.Fatal(err)
		}
		return writeFile(t, "user.creds", text)
	}
	wantWorking(t, broker.Config{URL: address, Credentials: credentials(time.Now().Add(time.Hour))})
	wantRefused(t, broker.Config{URL: address, Credentials: credentials(time.Now().Add(-time.Hour))}, "expired on")
	wantRefused(t, broker.Config{URL: address, Credentials: writeFile(t, "broken.creds", []byte("s3cret"))}, "credentials file")
	stranger := runServer(t, server.Options{Authorization: "other"})
	wantRefused(t, broker.Config{URL: stranger, Credentials: credentials(time.Now().Add(time.Hour))}, "authentication failed")
	wantRefused(t, broker.Config{URL: address, Credentials: filepath.Join(t.TempDir(), "none.creds")}, "no such file")
}

// authority signs certificates for a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	certFile, _ := a.issue(template, time.Hour)
	a.file = certFile
	return a
}

// issue makes a certificate for 127.0.0.1 that is valid for a while from now, and returns it and its key as files. The
// first one is the authority's own.
func (a *authority) issue(template *x509.Certificate, valid time.Duration) (certFile, keyFile string) {
	a.t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.Subject = pkix.Name{CommonName: "test"}
	template.NotBefore, template.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(valid)
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if a.cert == nil {
		a.cert, a.key = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	keyRaw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return writeFile(a.t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})),
		writeFile(a.t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyRaw}))
}

func (a *authority) serverTLS(valid time.Duration) *tls.Config {
	a.t.Helper()
	cert, err := tls.LoadX509KeyPair(a.issue(&x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, valid))
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := os.ReadFile(a.file)
	if err != nil {
		a.t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(text)
	return &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12}
}

func TestClusterWithTLS(t *testing.T) {
	ca := newAuthority(t)
	address := runServer(t, server.Options{TLSConfig: ca.serverTLS(time.Hour), TLSTimeout: 5})
	client := &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	cert, key := ca.issue(client, time.Hour)
	good := broker.Config{URL: "tls://" + address, CA: ca.file, Cert: cert, Key: key}
	wantWorking(t, good)

	unknown := good
	unknown.CA = newAuthority(t).file
	wantRefused(t, unknown, "unknown authority")

	expired := good
	expired.Cert, expired.Key = ca.issue(client, -time.Hour)
	wantRefused(t, expired, "expired on")

	swapped := good
	swapped.Cert, swapped.Key = key, cert
	wantRefused(t, swapped, "client certificate")

	noCA := good
	noCA.CA = key
	wantRefused(t, noCA, "no PEM certificate")

	none := broker.Config{URL: "tls://" + address, CA: ca.file}
	wantRefused(t, none, "cannot use NATS at tls://"+address)

	old := good
	old.URL = "tls://" + runServer(t, server.Options{TLSConfig: ca.serverTLS(-time.Hour), TLSTimeout: 5})
	wantRefused(t, old, "the server's certificate has expired")

	plain := good
	plain.URL = "tls://" + runServer(t, server.Options{})
	wantRefused(t, plain, "does not speak TLS")
}

func TestClusterThatIsNotThere(t *testing.T) {
	wantRefused(t, broker.Config{URL: "nats://anna:" + secret + "@127.0.0.1:1"}, "nobody listens there")
	for url, reason := range map[string]string{
		"nats://anna:s3cret@host:port":   "malformed NATS URL",
		"nats://anna:s3cret%@host":       "malformed NATS URL",
		"nats://":                        "malformed NATS URL",
		"nats://anna:s3cret@host,":       "malformed NATS URL",
		"http://anna:s3cret@host":        `scheme "http"`,
		"nats://anna:s3cret@host/s3cret": "nothing may follow the port",
	} {
		wantRefused(t, broker.Config{URL: url}, reason)
	}
}

// signallingBuffer gives a signal per line.
type signallingBuffer struct {
	lockedBuffer
	wrote chan struct{}
}

func (s *signallingBuffer) Write(p []byte) (int, error) {
	defer func() { s.wrote <- struct{}{} }()
	return s.lockedBuffer.Write(p)
}

// The logs of a process whose cluster goes away have no secrets in them either.
func TestLostClusterIsLoggedWithoutSecrets(t *testing.T) {
	out := signallingBuffer{wrote: make(chan struct{}, 100)}
	srv, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, Authorization: "s3cret,!"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server is not ready")
	}
	b := open(t, broker.Config{URL: "nats://" + secret + "@" + srv.Addr().String(), Logger: slog.New(slog.NewTextHandler(&out, nil))})
	srv.Shutdown()
	srv.WaitForShutdown()
	select {
	case <-out.wrote:
	case <-testContext(t).Done():
		t.Error("nothing was logged")
	}
	closeBroker(t, b)
	if text := out.String(); strings.Contains(text, "s3cret") || !strings.Contains(text, "NATS connection lost") {
		t.Errorf("the log is:\n%s", text)
	}
}

func TestInboxPrefix(t *testing.T) {
	dir := t.TempDir()
	for _, cfg := range []broker.Config{{Dir: dir}, {Dir: dir, Join: true}, {URL: runServer(t, server.Options{})}} {
		cfg.InboxPrefix = "_INBOX_anna"
		if inbox := open(t, cfg).Conn().NewInbox(); !strings.HasPrefix(inbox, "_INBOX_anna.") {
			t.Errorf("inbox %s", inbox)
		}
	}
	if _, err := broker.OpenTemporary(context.Background(), broker.Config{URL: "nats://host"}); err == nil {
		t.Error("a temporary cluster was opened")
	}
}
