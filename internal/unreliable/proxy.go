package unreliable

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy passes connections on to a server, badly when it is told to. It is safe for concurrent use.
type Proxy struct {
	listener net.Listener
	target   string
	text     []byte

	delay     atomic.Int64 // nanoseconds
	repeating atomic.Bool
	losing    atomic.Bool

	mu    sync.Mutex
	stats Stats
	pairs map[*pair]bool
	over  bool
	wait  sync.WaitGroup
}

// Stats says what was done to connections so far.
type Stats struct {
	// Cut connections.
	Cut int
	// Delayed messages, of either side.
	Delayed int
	// Repeated messages of clients.
	Repeated int
	// Lost messages of the server.
	Lost int
}

// Listen opens a proxy to a server, host:port. What it loses when it is told to are the server's messages that hold a text; all, if
// that is empty.
func Listen(target, text string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, target: target, text: []byte(text), pairs: map[*pair]bool{}}
	p.wait.Go(p.accept)
	return p, nil
}

// Addr is where clients connect.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Delay holds each message back for a while from now on; 0 ends it. Their order stays.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// Repeat delivers each message of a client twice from now on, until it is called with false.
func (p *Proxy) Repeat(on bool) { p.repeating.Store(on) }

// Lose loses messages of the server from now on, until it is called with false; what clients say arrives. A client that has missed
// something should be cut off afterwards, as it would be by a network.
func (p *Proxy) Lose(on bool) { p.losing.Store(on) }

// Cut cuts all connections there are and returns how many there were. New ones are let in.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.pairs)
	for c := range p.pairs {
		c.close()
	}
	p.stats.Cut += n
	return n
}

// Stats returns what was done so far.
func (p *Proxy) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Close cuts all connections and lets no more in.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.over = true
	err := p.listener.Close()
	for c := range p.pairs {
		c.close()
	}
	p.mu.Unlock()
	p.wait.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.wait.Go(func() { p.serve(client) })
	}
}

// pair is a client's connection and the one to the server that stands for it.
type pair struct{ client, server net.Conn }

func (c *pair) close() { _, _ = c.client.Close(), c.server.Close() }

func (p *Proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, time.Second)
	if err != nil {
		_ = client.Close() // as if nobody listened
		return
	}
	c := &pair{client, server}
	p.mu.Lock()
	if p.over {
		c.close()
	}
	p.pairs[c] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(c, client, server, p.fromClient) })
	both.Go(func() { p.pass(c, server, client, p.fromServer) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pairs, c)
}

// frame is one line of the protocol, with the message that belongs to it.
type frame struct {
	data    []byte
	message bool
	due     time.Time
}

// backlog is how many frames may be held back; a sender waits beyond.
const backlog = 1 << 16

// pass hands frames on in their order, each as often as fate says. When either side is gone, both are.
func (p *Proxy) pass(c *pair, from io.Reader, to io.Writer, fate func(frame) int) {
	held := make(chan frame, backlog)
	var writer sync.WaitGroup
	writer.Go(func() {
		for f := range held {
			time.Sleep(time.Until(f.due))
			for range fate(f) {
				if _, err := to.Write(f.data); err != nil {
					c.close()
				}
			}
		}
	})
	for reader := bufio.NewReaderSize(from, 64<<10); ; {
		f, err := readFrame(reader)
		if err != nil {
			break
		}
		if d := time.Duration(p.delay.Load()); d > 0 {
			f.due = time.Now().Add(d)
			p.count(func(s *Stats) { s.Delayed++ })
		}
		held <- f
	}
	close(held)
	writer.Wait()
	c.close()
}

func (p *Proxy) count(what func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what(&p.stats)
}

func (p *Proxy) fromClient(f frame) int {
	if !f.message || !p.repeating.Load() {
		return 1
	}
	p.count(func(s *Stats) { s.Repeated++ })
	return 2
}

func (p *Proxy) fromServer(f frame) int {
	if !f.message || !p.losing.Load() || !bytes.Contains(f.data, p.text) {
		return 1
	}
	p.count(func(s *Stats) { s.Lost++ })
	return 0
}

var errMalformed = errors.New("not a line of the NATS protocol")

// verbs are those that a message follows, whose size is the last word of the line.
var verbs = [][]byte{[]byte("PUB "), []byte("HPUB "), []byte("MSG "), []byte("HMSG ")}

func readFrame(r *bufio.Reader) (frame, error) {
	line, err := r.ReadBytes('\n')
	if err != nil {
		return frame{}, err
	}
	for _, verb := range verbs {
		if !bytes.HasPrefix(line, verb) {
			continue
		}
		words := bytes.Fields(line)
		size, err := strconv.Atoi(string(words[len(words)-1]))
		if err != nil || size < 0 {
			return frame{}, errMalformed
		}
		data := append(line, make([]byte, size+len("\r\n"))...)
		_, err = io.ReadFull(r, data[len(line):])
		return frame{data: data, message: true}, err
	}
	return frame{data: line}, nil
}
