package natsrpc_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// faultyTransport is NATS with connections that deliver frames out of order and twice. NATS itself does neither, but
// what sits between two servers may, and the numbers on the frames are there for it.
func faultyTransport() transport {
	return transport{"nats out of order and twice", func(t testing.TB, svc *fakeService, watch ...watcher) wire {
		srv := startNATS(t, true)
		dialer := &faultyDialer{t: t}
		connect := func() *nats.Conn { return connect(t, srv.ClientURL(), nats.SetCustomDialer(dialer)) }
		return serveNATS(t, svc, connect, connect, watch)
	}}
}

// faultyDialer makes connections whose incoming messages are shuffled.
type faultyDialer struct {
	t  testing.TB
	mu sync.Mutex
	n  uint64
}

func (d *faultyDialer) Dial(network, address string) (net.Conn, error) {
	real, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.n++
	seed := d.n
	d.mu.Unlock()
	r, w := net.Pipe()
	c := &faultyConn{Conn: real, shuffled: r, out: w, in: bufio.NewReader(real), chance: rand.New(rand.NewPCG(seed, 0)), ops: make(chan op, 64)}
	done := make(chan struct{}, 2)
	go func() { c.parse(); done <- struct{}{} }()
	go func() { c.deliver(); done <- struct{}{} }()
	d.t.Cleanup(func() { _ = c.Close(); <-done; <-done })
	return c, nil
}

// faultyConn reads what the server sends, operation by operation, and hands messages on in another order.
type faultyConn struct {
	net.Conn
	shuffled net.Conn // what the client reads
	out      net.Conn // what is written there
	in       *bufio.Reader
	chance   *rand.Rand
	ops      chan op
}

// op is one operation of the NATS protocol.
type op struct {
	raw     []byte
	message bool // one that may be moved and doubled
}

func (c *faultyConn) Read(b []byte) (int, error)         { return c.shuffled.Read(b) }
func (c *faultyConn) SetReadDeadline(at time.Time) error { return c.shuffled.SetReadDeadline(at) }
func (c *faultyConn) SetDeadline(at time.Time) error {
	if err := c.shuffled.SetReadDeadline(at); err != nil {
		return err
	}
	return c.SetWriteDeadline(at)
}

func (c *faultyConn) Close() error {
	_ = c.shuffled.Close()
	return c.Conn.Close()
}

// parse cuts the stream into operations.
func (c *faultyConn) parse() {
	defer close(c.ops)
	for {
		o, err := c.next()
		if err != nil {
			return
		}
		c.ops <- o
	}
}

func (c *faultyConn) next() (op, error) {
	line, err := c.in.ReadBytes('\n')
	if err != nil {
		return op{}, err
	}
	fields := bytes.Fields(line)
	if len(fields) < 4 || !bytes.HasSuffix(fields[0], []byte("MSG")) { // MSG and HMSG end with the size
		return op{raw: line}, nil
	}
	size, err := strconv.Atoi(string(fields[len(fields)-1]))
	if err != nil {
		return op{}, fmt.Errorf("%s: %w", line, err)
	}
	raw := append(line, make([]byte, size+len("\r\n"))...)
	if _, err := io.ReadFull(c.in, raw[len(line):]); err != nil {
		return op{}, err
	}
	// An opening that comes twice after its call has ended is another call: that is not what is tested.
	return op{raw: raw, message: !bytes.Contains(fields[1], []byte(".rpc."))}, nil
}

// deliver holds up to a few messages back and lets them go in any order. Nothing is held for longer than a moment, nor
// past an operation that is not a message.
func (c *faultyConn) deliver() {
	defer func() { _ = c.out.Close() }()
	var held []op
	for {
		var moment <-chan time.Time
		if len(held) > 0 {
			moment = time.After(200 * time.Microsecond)
		}
		select {
		case o, ok := <-c.ops:
			if !ok {
				c.release(held)
				return
			}
			if !o.message {
				c.release(held)
				c.write(o)
				held = nil
				continue
			}
			if held = append(held, o); c.chance.IntN(3) == 0 {
				held = append(held, o)
			}
			if len(held) >= 8 {
				c.release(held)
				held = nil
			}
		case <-moment:
			c.release(held)
			held = nil
		}
	}
}

func (c *faultyConn) release(held []op) {
	c.chance.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
	for _, o := range held {
		c.write(o)
	}
}

// write drops what nobody reads any more; parse goes on until the real connection ends.
func (c *faultyConn) write(o op) { _, _ = c.out.Write(o.raw) }

// The faults are real: what is sent in order and once comes otherwise.
func TestFaultyTransportIsFaulty(t *testing.T) {
	srv := startNATS(t, true)
	nc := connect(t, srv.ClientURL(), nats.SetCustomDialer(&faultyDialer{t: t}))
	sub, err := nc.SubscribeSync("numbers")
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	for i := range n {
		if err := nc.Publish("numbers", fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	seen, moved, doubled := map[int]bool{}, 0, 0
	for last := -1; len(seen) < n; {
		msg, err := sub.NextMsg(patience)
		if err != nil {
			t.Fatalf("%d of %d came: %v", len(seen), n, err)
		}
		i, err := strconv.Atoi(string(msg.Data))
		if err != nil {
			t.Fatal(err)
		}
		if seen[i] {
			doubled++
		} else if i < last {
			moved++
		}
		seen[i], last = true, i
	}
	if moved == 0 || doubled == 0 {
		t.Errorf("%d moved, %d doubled", moved, doubled)
	}
}
