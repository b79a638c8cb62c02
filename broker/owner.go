package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// readyTimeout bounds the wait for the server to start; recovering a large store takes seconds.
const readyTimeout = 60 * time.Second

// own starts the server on a directory that this process has locked. With listen, others may join.
func own(ctx context.Context, cfg Config, dir *directory, listen bool) (*Broker, error) {
	o := &owned{dir: dir}
	link, err := o.start(ctx, cfg, listen)
	if err != nil {
		return nil, errors.Join(err, o.close(context.WithoutCancel(ctx)))
	}
	return newBroker(ctx, cfg, &Broker{link: link, owned: o, embedded: true})
}

func (o *owned) start(ctx context.Context, cfg Config, listen bool) (link, error) {
	token := ""
	if listen {
		token = rand.Text()
	}
	srv, err := server.NewServer(serverOptions(cfg, o.dir.store(), token))
	if err != nil {
		return nil, fmt.Errorf("broker: configure the server on %s: %w", o.dir.path, err)
	}
	last := &lastError{}
	srv.SetLoggerV2(serverLog{cfg.Logger.With("component", "nats-server"), last}, false, false, false)
	o.server, o.loosen = srv, tightenCollector()
	srv.Start()
	if err := awaitReady(ctx, srv, last); err != nil {
		return nil, fmt.Errorf("broker: start the server on %s: %w", o.dir.path, err)
	}
	link := inProcess{server: srv, token: token, inbox: cfg.InboxPrefix}
	if !listen {
		return link, nil
	}
	if err := o.dir.publishEndpoint(endpoint{PID: os.Getpid(), URL: "nats://" + srv.Addr().String(), Token: token}); err != nil {
		return nil, directoryError("write to", o.dir.path, err)
	}
	return link, nil
}

// serverOptions listen on the loopback interface or not at all: whoever wants to reach a server from elsewhere runs a
// cluster, with accounts.
func serverOptions(cfg Config, store, token string) *server.Options {
	opts := &server.Options{
		ServerName:    cfg.Namespace,
		Host:          "127.0.0.1", // the server's own default is every interface
		Port:          server.RANDOM_PORT,
		DontListen:    token == "",
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
func awaitReady(ctx context.Context, srv *server.Server, last *lastError) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for !srv.ReadyForConnections(50 * time.Millisecond) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("not ready: %w%s", err, last.because())
		}
		if !srv.Running() || last.isFatal() {
			return fmt.Errorf("the server stopped while starting%s", last.because())
		}
	}
	if !srv.JetStreamEnabled() {
		return fmt.Errorf("JetStream did not start%s", last.because())
	}
	return nil
}

// close stops the server and unlocks the directory, in this order: whoever gets the lock next may start a server.
func (o *owned) close(ctx context.Context) error {
	err := o.dir.withdrawEndpoint()
	if err := o.stopServer(ctx); err != nil {
		return err
	}
	err = errors.Join(err, o.dir.close())
	if o.removeDir {
		err = errors.Join(err, os.RemoveAll(o.dir.path))
	}
	if err != nil {
		return fmt.Errorf("broker: close data directory %s: %w", o.dir.path, err)
	}
	return nil
}

func (o *owned) stopServer(ctx context.Context) error {
	if o.server == nil {
		return nil
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		o.server.Shutdown()
		o.server.WaitForShutdown()
	}()
	select {
	case <-stopped:
		o.loosen()
		return nil
	case <-ctx.Done():
		return fmt.Errorf("broker: stop the server on %s: %w", o.dir.path, ctx.Err())
	}
}

// inProcess is the link of the owner: pipes to the server in the same process.
type inProcess struct {
	server *server.Server
	token  string // "" when the server does not listen
	inbox  string
}

func (l inProcess) connect(opts ...nats.Option) (*nats.Conn, error) {
	opts = append(opts, nats.InProcessServer(l.server))
	if l.token != "" {
		opts = append(opts, nats.Token(l.token))
	}
	nc, err := nats.Connect("", append(opts, inboxOption(l.inbox)...)...)
	if err != nil {
		return nil, fmt.Errorf("connect in-process: %w", err)
	}
	return nc, nil
}

func (l inProcess) url() string {
	addr, ok := l.server.Addr().(*net.TCPAddr)
	if l.token == "" || !ok {
		return ""
	}
	u := url.URL{Scheme: "nats", User: url.User(l.token), Host: addr.String()}
	return u.String()
}

func inboxOption(prefix string) []nats.Option {
	if prefix == "" {
		return nil
	}
	return []nats.Option{nats.CustomInboxPrefix(prefix)}
}
