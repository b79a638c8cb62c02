package broker

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// memberDir is where a member keeps streams, below its directory. It is not where an embedded server keeps them: streams that were made
// without a cluster are strangers to one.
const memberDir = "member"

// DefaultCluster is the name of a cluster when [MemberConfig.Cluster] is empty.
const DefaultCluster = "vignette"

// MemberConfig says how to run one server of a NATS cluster.
type MemberConfig struct {
	// Dir is the member's own directory. It is created with mode 0700 when it is missing and locked while the member runs.
	Dir string
	// Name tells the member from the others of its cluster, always by the same name: copies of streams are assigned to it.
	Name string
	// Listen is where clients connect: host:port, port 0 for one of the system's choosing.
	Listen string
	// Advertise is where clients find it, host:port, when that is not where it listens, as behind a translated address. Clients of any
	// member are told so of all.
	Advertise string
	// Cluster is the name of the cluster, the same for all its members; empty means [DefaultCluster].
	Cluster string
	// ClusterListen is where other members connect: host:port. Empty: it is alone.
	ClusterListen string
	// Peers are the ClusterListen of all members; the own one among them does no harm.
	Peers []string
	// Auth is a configuration file of nats-server that says who may do what, as `vignette auth` writes it. Empty: everybody may do
	// everything, and the member listens on the loopback interface only.
	Auth string
	// Cert, Key and CA are PEM files: the member's certificate and key, and the authority that signed those of all members. Clients then
	// have to use tls://, members prove to each other who they are. All or none.
	Cert, Key, CA string
	// SyncAlways is as in [Config].
	SyncAlways bool
	// Logger is as in [Config].
	Logger *slog.Logger
}

// Member is a running server of a NATS cluster.
type Member struct {
	owned        owned
	scheme       string
	url, cluster string // a server that was stopped does not know them any more
}

// OpenMember starts a member. It does not wait for the others; see [Member.Ready].
func OpenMember(ctx context.Context, cfg MemberConfig) (*Member, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	opts, err := cfg.options()
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	dir, err := openDirectory(cfg.Dir)
	if err != nil {
		return nil, err
	}
	opts.StoreDir = filepath.Join(dir.path, memberDir)
	m := &Member{owned: owned{dir: dir, loosen: func() {}}, scheme: "nats"}
	if opts.TLSConfig != nil {
		m.scheme = "tls"
	}
	if err := m.start(ctx, opts, cfg.Logger); err != nil {
		return nil, errors.Join(err, m.Close(context.WithoutCancel(ctx)))
	}
	return m, nil
}

func (m *Member) start(ctx context.Context, opts *server.Options, logger *slog.Logger) error {
	srv, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("broker: configure server %s: %w", opts.ServerName, err)
	}
	last := &lastError{}
	srv.SetLoggerV2(serverLog{logger.With("component", "nats-server"), last}, false, false, false)
	m.owned.server = srv
	srv.Start()
	if err := awaitReady(ctx, srv, last); err != nil {
		return fmt.Errorf("broker: start server %s: %w", opts.ServerName, err)
	}
	m.url = m.scheme + "://" + srv.Addr().String()
	if addr := srv.ClusterAddr(); addr != nil && opts.Cluster.Port != 0 {
		m.cluster = addr.String()
	}
	return nil
}

// URL is where clients connect, without secrets.
func (m *Member) URL() string { return m.url }

// ClusterAddr is where other members connect, "" when it is alone.
func (m *Member) ClusterAddr() string { return m.cluster }

// readyPause is how often Ready looks.
const readyPause = 50 * time.Millisecond

// Ready waits until so many members have found each other that streams can be made and written, which is more than half of them.
func (m *Member) Ready(ctx context.Context) error {
	if !m.owned.server.JetStreamIsClustered() {
		return nil
	}
	tick := time.NewTicker(readyPause)
	defer tick.Stop()
	for !m.owned.server.JetStreamIsCurrent() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("broker: wait for other members: %w", ctx.Err())
		}
	}
	return nil
}

// Leads says whether the member leads the cluster's streams as a whole; exactly one does, but for moments.
func (m *Member) Leads() bool { return m.owned.server.JetStreamIsLeader() }

// Close stops the member and unlocks its directory.
func (m *Member) Close(ctx context.Context) error { return m.owned.close(ctx) }

func (c MemberConfig) options() (*server.Options, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	opts := &server.Options{}
	if c.Auth != "" {
		var err error
		if opts, err = server.ProcessConfigFile(c.Auth); err != nil {
			return nil, fmt.Errorf("file %s, which says who may do what: %w", c.Auth, err)
		}
	}
	opts.ServerName, opts.NoSigs, opts.JetStream, opts.MaxPayload = c.Name, true, true, MaxPayload
	opts.SyncAlways = c.SyncAlways
	if !c.SyncAlways {
		opts.SyncInterval = 5 * time.Second
	}
	var err error
	if opts.Host, opts.Port, err = splitAddress(c.Listen); err != nil {
		return nil, err
	}
	opts.ClientAdvertise = c.Advertise
	if err := c.join(opts); err != nil {
		return nil, err
	}
	return opts, c.secure(opts)
}

func (c MemberConfig) check() error {
	switch {
	case c.Dir == "":
		return errors.New("a member of a cluster needs a directory of its own")
	case c.Name == "" || strings.ContainsAny(c.Name, " \t\r\n.*>"):
		return fmt.Errorf("name %q of a member: want one word without dots, another one for each member", c.Name)
	case (c.Cert == "") != (c.Key == "") || (c.Cert == "") != (c.CA == ""):
		return errors.New("a certificate, its key and the authority go together: give all three or none")
	case c.ClusterListen == "" && len(c.Peers) > 0:
		return errors.New("other members are named but not where they reach this one: say where it listens for them")
	}
	for _, address := range []string{c.Listen, c.ClusterListen} {
		if address == "" && c.Listen != "" { // it is alone
			continue
		}
		host, _, err := splitAddress(address)
		if err != nil {
			return err
		}
		if !isLoopback(host) && (c.Auth == "" || c.Cert == "") {
			return fmt.Errorf("%s is beyond this machine, where a server must know who connects and be known itself: "+
				"'vignette auth' writes accounts and certificates", address)
		}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return "", 0, fmt.Errorf("address %q: want host:port", address)
	}
	if port, err = strconv.Atoi(text); err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("address %q: want a port from 0 to 65535", address)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	return host, port, nil
}

// join makes the options those of a member among others.
func (c MemberConfig) join(opts *server.Options) error {
	if c.ClusterListen == "" {
		return nil
	}
	opts.Cluster.Name = c.Cluster
	if c.Cluster == "" {
		opts.Cluster.Name = DefaultCluster
	}
	var err error
	if opts.Cluster.Host, opts.Cluster.Port, err = splitAddress(c.ClusterListen); err != nil {
		return err
	}
	for _, peer := range c.Peers {
		if _, _, err := splitAddress(peer); err != nil {
			return err
		}
		u := &url.URL{Scheme: "nats", Host: peer}
		if opts.Cluster.Username != "" {
			u.User = url.UserPassword(opts.Cluster.Username, opts.Cluster.Password)
		}
		opts.Routes = append(opts.Routes, u)
	}
	return nil
}

// tlsTimeout bounds a handshake, in seconds; a busy machine needs more than NATS's two.
const tlsTimeout = 5

func (c MemberConfig) secure(opts *server.Options) error {
	if c.Cert == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return fmt.Errorf("certificate %s with key %s: %w", c.Cert, c.Key, err)
	}
	if until := pair.Leaf.NotAfter; time.Now().After(until) {
		return fmt.Errorf("certificate %s expired on %s: renew it", c.Cert, until.UTC().Format(time.RFC3339))
	}
	pem, err := os.ReadFile(c.CA)
	if err != nil {
		return fmt.Errorf("CA file: %w", err)
	}
	authority := x509.NewCertPool()
	if !authority.AppendCertsFromPEM(pem) {
		return fmt.Errorf("CA file %s: no PEM certificate in it", c.CA)
	}
	opts.TLSConfig = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: authority, ClientAuth: tls.VerifyClientCertIfGiven, MinVersion: tls.VersionTLS12,
	}
	opts.TLSTimeout = tlsTimeout
	if c.ClusterListen != "" {
		opts.Cluster.TLSConfig = &tls.Config{
			Certificates: []tls.Certificate{pair}, ClientCAs: authority, RootCAs: authority,
			ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
		}
		opts.Cluster.TLSTimeout = tlsTimeout
	}
	return nil
}
