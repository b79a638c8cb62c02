package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

// JoinPatience is how long Open waits for the owner of a data directory to become reachable: it may be starting or
// stopping.
const JoinPatience = 10 * time.Second

// joinPause is how often it looks.
const joinPause = 20 * time.Millisecond

// nullSignal asks whether a process is there.
const nullSignal = syscall.Signal(0)

// join connects to the owner of the data directory. An owner that ends meanwhile is succeeded.
func join(ctx context.Context, cfg Config) (*Broker, error) {
	patience, cancel := context.WithTimeoutCause(ctx, JoinPatience, fmt.Errorf("gave up after %v", JoinPatience))
	defer cancel()
	tick := time.NewTicker(joinPause)
	defer tick.Stop()
	for {
		b, err := joinOnce(patience, cfg)
		if err == nil {
			return b, nil
		}
		dir, lockErr := openDirectory(cfg.Dir)
		if lockErr == nil {
			return own(ctx, cfg, dir, true)
		}
		var inUse *InUseError
		if !errors.As(lockErr, &inUse) {
			return nil, lockErr
		}
		select {
		case <-tick.C:
		case <-patience.Done():
			inUse.Err = fmt.Errorf("%w: %w", context.Cause(patience), err)
			return nil, inUse
		}
	}
}

func joinOnce(ctx context.Context, cfg Config) (*Broker, error) {
	if _, err := readEndpoint(cfg.Dir); err != nil {
		return nil, err
	}
	return newBroker(ctx, cfg, &Broker{link: joined{dir: cfg.Dir, inbox: cfg.InboxPrefix}, embedded: true})
}

// joined is the link to the owner of a data directory.
type joined struct {
	dir   string
	inbox string
}

// connect makes a connection that looks for the owner each time it is made anew, because its successor has another port
// and another token.
func (l joined) connect(opts ...nats.Option) (*nats.Conn, error) {
	d := &ownerDialer{dir: l.dir}
	opts = append(opts, nats.SetCustomDialer(d), nats.TokenHandler(d.token), nats.IgnoreDiscoveredServers(), nats.IgnoreAuthErrorAbort())
	nc, err := nats.Connect(d.placeholder(), append(opts, inboxOption(l.inbox)...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the owner of %s: %w", l.dir, err)
	}
	return nc, nil
}

func (l joined) url() string {
	e, err := readEndpoint(l.dir)
	if err != nil {
		return ""
	}
	return e.withToken()
}

// ownerDialer dials whoever owns the directory at that moment. The connection it belongs to dials and authenticates in
// turn, so the token is always of the endpoint that was dialled.
type ownerDialer struct {
	dir string

	mu     sync.Mutex
	dialed endpoint
}

// placeholder is an address that NATS can parse; Dial ignores it.
func (d *ownerDialer) placeholder() string { return "nats://127.0.0.1" }

// Dial implements nats.CustomDialer.
func (d *ownerDialer) Dial(network, _ string) (net.Conn, error) {
	e, err := readEndpoint(d.dir)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.dialed = e
	d.mu.Unlock()
	return net.DialTimeout(network, u.Host, time.Second)
}

func (d *ownerDialer) token() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dialed.Token
}

// checkLoopback refuses to take a token anywhere else.
func checkLoopback(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("the endpoint's URL is malformed")
	}
	addr, err := netip.ParseAddrPort(u.Host)
	if err != nil || !addr.Addr().IsLoopback() {
		return fmt.Errorf("the endpoint is at %q, which is not a loopback address", u.Host)
	}
	return nil
}
