package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Broker is the way to a NATS server: the embedded one of a data directory, in this process or in the one that owns the
// directory, or a cluster. It is safe for concurrent use.
type Broker struct {
	namespace string
	dir       string
	logger    *slog.Logger
	link      link
	owned     *owned // nil unless this process runs the server
	embedded  bool
	conn      *nats.Conn

	mu     sync.Mutex
	conns  []*nats.Conn
	closed bool
}

// link is how connections are made.
type link interface {
	// connect makes one connection with the given options and its own. Its errors have no secrets in them.
	connect(opts ...nats.Option) (*nats.Conn, error)
	// url is where others reach the server, secrets included; "" when they cannot.
	url() string
}

// owned is what only the owner of a data directory has.
type owned struct {
	dir       *directory
	server    *server.Server
	loosen    func() // see tightenCollector
	removeDir bool   // at Close
}

// Open opens what the configuration names: it locks the data directory, starts the server on it and makes it known to
// others, or joins the owner, or connects to the cluster. The context bounds the start only.
//
// The error is an [*InUseError] when somebody else has the directory open and may not or cannot be joined.
func Open(ctx context.Context, cfg Config) (*Broker, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if cfg.URL != "" {
		cluster, err := newCluster(cfg)
		if err != nil {
			return nil, fmt.Errorf("broker: %w", err)
		}
		return newBroker(ctx, cfg, &Broker{link: cluster})
	}
	dir, err := openDirectory(cfg.Dir)
	if inUse := (*InUseError)(nil); cfg.Join && errors.As(err, &inUse) {
		return join(ctx, cfg)
	}
	if err != nil {
		return nil, err
	}
	return own(ctx, cfg, dir, true)
}

// OpenTemporary is [Open] on a new temporary directory, which Close removes; nobody can join it and it opens no port.
// Config.Dir is ignored and Config.URL must be empty. It is for tests and for commands that keep nothing.
func OpenTemporary(ctx context.Context, cfg Config) (*Broker, error) {
	if cfg.URL != "" {
		return nil, errors.New("broker: a cluster has no temporary data directory")
	}
	path, err := os.MkdirTemp("", "vignette-")
	if err != nil {
		return nil, fmt.Errorf("broker: temporary data directory: %w", err)
	}
	cfg.Dir = path
	b, err := openTemporary(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	b.owned.removeDir = true
	return b, nil
}

func openTemporary(ctx context.Context, cfg Config) (*Broker, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err := openDirectory(cfg.Dir)
	if err != nil {
		return nil, err
	}
	return own(ctx, cfg, dir, false)
}

// newBroker completes b and makes its first connection.
func newBroker(ctx context.Context, cfg Config, b *Broker) (*Broker, error) {
	b.namespace, b.dir, b.logger = cfg.Namespace, cfg.Dir, cfg.Logger
	var err error
	if b.conn, err = b.Connect(ctx, "vignette"); err != nil {
		return nil, errors.Join(err, b.Close(context.WithoutCancel(ctx)))
	}
	return b, nil
}

// Namespace returns the first token of every subject of this broker.
func (b *Broker) Namespace() string { return b.namespace }

// Dir returns the data directory as an absolute path, "" when only a cluster was given.
func (b *Broker) Dir() string { return b.dir }

// Embedded says whether the server is the embedded one of a data directory, be it in this process or in the directory's
// owner, rather than a cluster.
func (b *Broker) Embedded() bool { return b.embedded }

// Owner says whether this process owns the data directory and runs the server on it.
func (b *Broker) Owner() bool { return b.owned != nil }

// Alone says that this process runs the server and that no other process is connected to it.
func (b *Broker) Alone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.owned != nil && !b.closed && b.owned.server.NumClients() <= len(b.conns)
}

// Conn returns the shared connection. It belongs to the broker: do not close or drain it.
func (b *Broker) Conn() *nats.Conn { return b.conn }

// URL returns where other programs on this machine (or, with a cluster, anywhere) reach the server, token or password
// included, or "" for a temporary directory. It is a secret: whoever has it may read and write everything that this
// process may.
func (b *Broker) URL() string { return b.link.url() }

// Connect makes another connection, for work that must not wait behind what the shared one carries. The name is shown in
// the server's connection list. The connection is closed with the broker at the latest.
//
// A connection that is lost comes back by itself, to the owner's successor if there is one by then. Nothing is buffered
// meanwhile: publishing fails at once, so that a caller knows. Further options may not be about any of that.
func (b *Broker) Connect(ctx context.Context, name string, more ...nats.Option) (*nats.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("broker: connect: %w", err)
	}
	if b.isClosed() {
		return nil, errClosed
	}
	nc, err := b.dial(ctx, append(connOptions(name, b.logger), more...))
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		nc.Close()
		return nil, errClosed
	}
	b.conns = append(b.conns, nc)
	return nc, nil
}

var errClosed = errors.New("broker: connect: the broker is closed")

func (b *Broker) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// dial gives up with the context, which NATS knows nothing of; a connection that is made too late is closed.
func (b *Broker) dial(ctx context.Context, options []nats.Option) (*nats.Conn, error) {
	type result struct {
		nc  *nats.Conn
		err error
	}
	dialed := make(chan result, 1)
	go func() {
		nc, err := b.link.connect(options...)
		dialed <- result{nc, err}
	}()
	select {
	case r := <-dialed:
		return r.nc, r.err
	case <-ctx.Done():
		go func() {
			if r := <-dialed; r.nc != nil {
				r.nc.Close()
			}
		}()
		return nil, fmt.Errorf("connect: %w", ctx.Err())
	}
}

func connOptions(name string, logger *slog.Logger) []nats.Option {
	logger = logger.With("connection", name)
	return []nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // there is none when it was closed on purpose
				logger.Warn("NATS connection lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { logger.Info("NATS connection is back") }),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			logger.Warn("NATS connection error", "subject", subject, "error", err)
		}),
	}
}

// Close closes the connections and, in the owner, stops the server and unlocks the directory. It is safe to call more than
// once; only the first call works. When the context ends first, the server still stops in the background and the lock
// stays with this process.
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
		if nc.IsConnected() { // else a flush would wait for somebody who is gone
			_ = nc.FlushTimeout(time.Second)
		}
		nc.Close()
	}
	if b.owned == nil {
		return nil
	}
	return b.owned.close(ctx)
}
