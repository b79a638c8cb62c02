package natsrpc

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

var _ grpc.ClientConnInterface = (*Client)(nil)

// silences is how many heartbeat intervals of silence mean that a server is dead.
const silences = 3

// Client calls one agent. It implements grpc.ClientConnInterface and is safe for concurrent use.
//
// It holds one subscription and one goroutine until it is closed. It should not buffer while its connection is down
// (nats.ReconnectBufSize(-1)), so that calls made meanwhile fail at once.
type Client struct {
	nc       *nats.Conn
	agent    string
	address  net.Addr // the agent's name
	subjects subjects
	opts     clientOptions
	inbox    string // subject prefix of this client's calls, ends with a dot
	sub      *nats.Subscription
	methods  sync.Map // full method name -> opening subject
	lastCall atomic.Uint64
	near     atomic.Pointer[Server] // see Shortcut

	unary  grpc.UnaryInvoker // the interceptors around invoke
	stream grpc.Streamer
	target *grpc.ClientConn // what interceptors are given, see WithUnaryClientInterceptors; nil without any

	mu     sync.Mutex
	calls  map[uint64]*clientCall
	closed bool

	stop    chan struct{}
	stopped chan struct{}
}

// NewClient returns a client of the agent's servers. It does not ask whether there is one.
func NewClient(nc *nats.Conn, namespace, agent string, opts ...ClientOption) (*Client, error) {
	names, err := newSubjects(namespace, agent)
	if err != nil {
		return nil, err
	}
	c := &Client{
		nc:       nc,
		agent:    agent,
		address:  address(agent),
		subjects: names,
		opts:     newClientOptions(opts),
		inbox:    nc.NewInbox() + ".",
		calls:    map[uint64]*clientCall{},
		stop:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	if err := c.intercept(); err != nil {
		return nil, fmt.Errorf("natsrpc: client of agent %q: %w", agent, err)
	}
	if c.sub, err = subscribe(nc, c.inbox+"*", "", c.receive); err != nil {
		return nil, fmt.Errorf("natsrpc: client of agent %q: %w", agent, err)
	}
	go c.watch(nc.StatusChanged(nats.RECONNECTING, nats.DISCONNECTED, nats.CLOSED))
	return c, nil
}

// intercept puts the interceptors around the calls. Interceptors may ask their ClientConn for its target, so they get one,
// though it never connects.
func (c *Client) intercept() (err error) {
	c.unary, c.stream = c.opts.chainUnary(c.invoke), c.opts.chainStream(c.newStream)
	if len(c.opts.unaries)+len(c.opts.streams) > 0 {
		target := "passthrough:///" + strings.TrimSuffix(c.subjects.rpc, ".")
		c.target, err = grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	return err
}

// subscribe adds a subscription without pending limits. Its handler never blocks, and past a limit NATS would drop
// frames without telling anybody.
func subscribe(nc *nats.Conn, subject, queue string, handle nats.MsgHandler) (*nats.Subscription, error) {
	sub, err := nc.QueueSubscribe(subject, queue, handle)
	if err != nil {
		return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
	}
	return sub, sub.SetPendingLimits(-1, -1)
}

// Agent returns the name of the agent that this client calls.
func (c *Client) Agent() string { return c.agent }

// Close fails the calls in progress with Canceled and gives the subscription back. The NATS connection stays open.
func (c *Client) Close() error {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	if !first {
		return nil
	}
	close(c.stop)
	<-c.stopped
	c.failAll(status.New(codes.Canceled, "the client was closed"))
	err := c.sub.Unsubscribe()
	if errors.Is(err, nats.ErrConnectionClosed) {
		err = nil
	}
	if c.target != nil {
		err = errors.Join(err, c.target.Close())
	}
	if err != nil {
		return fmt.Errorf("natsrpc: close client of agent %q: %w", c.agent, err)
	}
	return nil
}

// watch fails calls whose answer cannot come any more: on a lost connection at once, on a silent server in time.
func (c *Client) watch(changes chan nats.Status) {
	defer close(c.stopped)
	defer c.nc.RemoveStatusListener(changes)
	tick := time.NewTicker(c.opts.heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-tick.C:
			c.sweep()
		case change := <-changes:
			// Answers sent while the connection is down are gone, so waiting for them is waiting for nothing.
			c.failAll(status.Newf(codes.Unavailable, "the NATS connection was lost (%v)", change))
		}
	}
}

func (c *Client) sweep() {
	for _, call := range c.pending() {
		call.sweep()
	}
}

func (c *Client) failAll(st *status.Status) {
	for _, call := range c.pending() {
		call.fail(st)
	}
}

func (c *Client) pending() []*clientCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := make([]*clientCall, 0, len(c.calls))
	for _, call := range c.calls {
		calls = append(calls, call)
	}
	return calls
}

// register makes a call known under a new number. It must precede the opening frame.
func (c *Client) register(call *clientCall) error {
	id := c.lastCall.Add(1)
	call.client, call.id = c, id
	call.heard.Store(true) // counts from now
	call.subject = c.inbox + strconv.FormatUint(id, 36)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return status.Error(codes.Canceled, "the client was closed")
	}
	c.calls[id] = call
	return nil
}

// forget makes frames for the call strays, and says whether it was still running.
func (c *Client) forget(call *clientCall) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, running := c.calls[call.id]
	delete(c.calls, call.id)
	return running
}

func (c *Client) lookup(id uint64) *clientCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[id]
}

// receive takes every frame for this client to its call.
func (c *Client) receive(msg *nats.Msg) {
	id, err := strconv.ParseUint(strings.TrimPrefix(msg.Subject, c.inbox), 36, 64)
	if err != nil {
		return
	}
	call := c.lookup(id)
	if isNoResponders(msg) {
		if call != nil {
			call.noResponders()
		}
		return
	}
	if call == nil {
		c.disown(msg.Reply)
		return
	}
	f, err := decodeFrame(msg.Data)
	if err != nil {
		call.fail(status.Newf(codes.Internal, "malformed frame from agent %q", c.agent))
		return
	}
	call.receive(msg.Reply, &f)
}

// disown tells a server that its call is of no interest. A cancel can overtake its opening or get lost; the frames that
// the server then goes on sending bring it here.
func (c *Client) disown(reply string) {
	if reply != "" {
		_ = c.publishControl(reply, "", &frame{parts: partCancel})
	}
}

func isNoResponders(msg *nats.Msg) bool {
	return len(msg.Data) == 0 && len(msg.Header) > 0 && msg.Header.Get("Status") == "503"
}

// openingSubject returns the subject of a method, remembered since building and checking it costs as much as sending.
func (c *Client) openingSubject(method string) (string, error) {
	if subject, ok := c.methods.Load(method); ok {
		return subject.(string), nil
	}
	subject, err := c.subjects.method(method)
	if err != nil {
		return "", err
	}
	c.methods.Store(method, subject)
	return subject, nil
}

func (c *Client) publishControl(subject, reply string, f *frame) error {
	b := takeBuffer()
	defer giveBuffer(b)
	*b = appendFrame(*b, f)
	return publish(c.nc, subject, reply, *b)
}

// publish sends one frame.
func publish(nc *nats.Conn, subject, reply string, payload []byte) error {
	var err error
	if reply == "" {
		err = nc.Publish(subject, payload)
	} else {
		err = nc.PublishRequest(subject, reply, payload)
	}
	if err != nil {
		return publishError(err, len(payload), nc.MaxPayload())
	}
	return nil
}
