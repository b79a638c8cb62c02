package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// readyTimeout bounds the wait for the server to start; recovering a large store takes seconds.
const readyTimeout = 60 * time.Second

// Broker is an open data directory: its embedded server and the connections to it. It is safe for concurrent use.
type Broker struct {
	namespace string
	logger    *slog.Logger
	dir       *directory
	server    *server.Server
	token     string
	conn      *nats.Conn
	removeDir bool

	mu     sync.Mutex
	conns  []*nats.Conn
	closed bool
}

// Open locks the data directory, starts the server on it and connects in-process. The context bounds the start only.
//
// The error is an [*InUseError] when somebody else has the directory open.
func Open(ctx context.Context, cfg Config) (*Broker, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := openDirectory(cfg.Dir)
	if err != nil {
		return nil, err
	}
	b := &Broker{namespace: cfg.Namespace, logger: cfg.Logger, dir: dir}
	if err := b.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, b.Close(context.WithoutCancel(ctx)))
	}
	return b, nil
}

// OpenTemporary is [Open] on a new temporary directory, which Close removes. Config.Dir is ignored. It is for tests
// and for commands that keep nothing.
func OpenTemporary(ctx context.Context, cfg Config) (*Broker, error) {
	dir, err := os.MkdirTemp("", "vignette-")
	if err != nil {
		return nil, fmt.Errorf("broker: temporary data directory: %w", err)
	}
	cfg.Dir = dir
	b, err := Open(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	b.removeDir = true
	return b, nil
}

func (b *Broker) start(ctx context.Context, cfg Config) error {
	if cfg.Loopback {
		b.token = rand.Text()
	}
	srv, err := server.NewServer(serverOptions(cfg, b.dir.store(), b.token))
	if err != nil {
		return fmt.Errorf("broker: configure the server on %s: %w", b.dir.path, err)
	}
	srv.SetLoggerV2(serverLog{cfg.Logger.With("component", "nats-server")}, false, false, false)
	b.server = srv
	srv.Start()
	if err := awaitReady(ctx, srv); err != nil {
		return fmt.Errorf("broker: start the server on %s: %w", b.dir.path, err)
	}
	b.conn, err = b.Connect(ctx, "vignette")
	return err
}

func serverOptions(cfg Config, store, token string) *server.Options {
	opts := &server.Options{
		ServerName:    cfg.Namespace,
		Host:          "127.0.0.1", // the server's own default is every interface
		Port:          server.RANDOM_PORT,
		DontListen:    !cfg.Loopback,
		Authorization: token,
		NoSigs:        true,
		MaxPayload:    MaxPayload,
		JetStream:     true,
		StoreDir:      store,
		SyncAlways:    cfg.SyncAlways,
	}
	if !cfg.SyncAlways {
		opts.SyncInterval = 5 * time.Second
	}
	return opts
}

// awaitReady waits in short steps because the server's own wait cannot be cancelled.
func awaitReady(ctx context.Context, srv *server.Server) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for !srv.ReadyForConnections(50 * time.Millisecond) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("not ready: %w", err)
		}
		if !srv.Running() {
			return errors.New("the server stopped while starting; its log says why")
		}
	}
	if !srv.JetStreamEnabled() {
		return errors.New("JetStream did not start; the server's log says why")
	}
	return nil
}

// Namespace returns the first token of every subject of this broker.
func (b *Broker) Namespace() string { return b.namespace }

// Dir returns the data directory as an absolute path.
func (b *Broker) Dir() string { return b.dir.path }

// Conn returns the shared in-process connection. It belongs to the broker: do not close or drain it.
func (b *Broker) Conn() *nats.Conn { return b.conn }

// URL returns where the loopback listener is reached, token included, or "" without [Config.Loopback]. It is a secret:
// whoever has it may read and write everything.
func (b *Broker) URL() string {
	if b.token == "" {
		return ""
	}
	addr, ok := b.server.Addr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	u := url.URL{Scheme: "nats", User: url.User(b.token), Host: addr.String()}
	return u.String()
}

// Connect makes another in-process connection, for work that must not wait behind what the shared one carries. The name
// is shown in the server's connection list. The connection is closed with the broker at the latest.
//
// Nothing is buffered while a connection is down: publishing fails at once, so that a caller knows.
func (b *Broker) Connect(ctx context.Context, name string) (*nats.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("broker: connect: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errors.New("broker: connect: the broker is closed")
	}
	opts := append(connOptions(name, b.logger), nats.InProcessServer(b.server))
	if b.token != "" {
		opts = append(opts, nats.Token(b.token))
	}
	nc, err := nats.Connect("", opts...)
	if err != nil {
		return nil, fmt.Errorf("broker: connect in-process: %w", err)
	}
	b.conns = append(b.conns, nc)
	return nc, nil
}

func connOptions(name string, logger *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			logger.Warn("NATS connection error", "connection", name, "subject", subject, "error", err)
		}),
	}
}

// Close closes the connections, stops the server and unlocks the directory. It is safe to call more than once; only the
// first call works. When the context ends first, the server still stops in the background and the lock stays with this
// process.
func (b *Broker) Close(ctx context.Context) error {
	b.mu.Lock()
	conns, first := b.conns, !b.closed
	b.conns, b.closed = nil, true
	b.mu.Unlock()
	if !first {
		return nil
	}
	for _, nc := range conns {
		// A failed flush means the connection is gone, and with it whatever it still held.
		_ = nc.FlushTimeout(time.Second)
		nc.Close()
	}
	if err := b.stopServer(ctx); err != nil {
		return err
	}
	err := b.dir.close()
	if b.removeDir {
		err = errors.Join(err, os.RemoveAll(b.dir.path))
	}
	if err != nil {
		return fmt.Errorf("broker: close data directory %s: %w", b.dir.path, err)
	}
	return nil
}

func (b *Broker) stopServer(ctx context.Context) error {
	if b.server == nil {
		return nil
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("broker: stop the server on %s: %w", b.dir.path, ctx.Err())
	}
}
