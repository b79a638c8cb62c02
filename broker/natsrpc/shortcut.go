package natsrpc

import (
	"bytes"
	"fmt"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Shortcut makes unary calls go to a server in this process, from hand to hand rather than over NATS, for as long as it takes
// calls; when it stops they go over NATS again, to whoever answers there. The server must serve the client's agent and have been
// started.
//
// Nothing else changes: what is handed over are the bytes that NATS would carry, with the same limit on their size, so the two
// sides share no message; deadlines, cancellation, metadata, statuses, interceptors and stats handlers are the same. Streams go
// over NATS as before, and so does a cancel or a sign of life. While NATS is away, calls fail as they would without.
//
// Other replicas of the agent get nothing from this client any more, so it is for agents of which there is one.
func (c *Client) Shortcut(s *Server) error {
	if c.subjects.rpc != s.subjects.rpc {
		return fmt.Errorf("natsrpc: shortcut: a server of agent %q does not answer calls of agent %q, or is in another namespace", s.agent, c.agent)
	}
	s.mu.Lock()
	started := s.state != registering
	s.mu.Unlock()
	if !started {
		return fmt.Errorf("natsrpc: shortcut: the server of agent %q has not been started", s.agent)
	}
	c.near.Store(s)
	return nil
}

// hand takes the answer of a call that was handed over.
type hand interface {
	// handed takes the encoded last frame and keeps it.
	handed(payload []byte)
}

// give puts a copy of a payload into a hand, unless NATS would not have carried it.
func give(to hand, payload []byte, limit int64) error {
	if int64(len(payload)) > limit {
		return publishError(nats.ErrMaxPayload, len(payload), limit)
	}
	to.handed(bytes.Clone(payload))
	return nil
}

// sendOpening sends the opening of a unary call by the shortest way. It says whether a server in this process has it.
func (c *Client) sendOpening(open *opening, subject string, call *unaryCall) (handed bool, err error) {
	s := c.near.Load()
	if s == nil || int64(len(open.bytes)) > c.nc.MaxPayload() || !c.nc.IsConnected() {
		return false, open.send(c.nc, subject, call.subject, call.stats)
	}
	call.stats.outHeader(open.metadata)
	handed = s.take(subject, bytes.Clone(open.bytes), call)
	if !handed {
		if err := publish(c.nc, subject, call.subject, open.bytes); err != nil {
			return false, err
		}
	}
	call.stats.outPayload(open.message, open.size)
	return handed, nil
}

// take begins a call that was handed over, and says whether it did. One that it does not know how to answer goes over NATS.
func (s *Server) take(subject string, opening []byte, from *unaryCall) bool {
	m := s.methods[subject]
	if m == nil || m.unary == nil {
		return false
	}
	f, err := decodeFrame(opening)
	if err != nil {
		return false
	}
	call := newServerCall(s, m, from.subject, f)
	call.hand = from
	return s.admit(call) != closing
}

// handed implements hand.
func (call *unaryCall) handed(payload []byte) {
	f, err := decodeFrame(payload)
	if err != nil {
		call.fail(status.Newf(codes.Internal, "malformed frame from agent %q", call.client.agent))
		return
	}
	call.receive("", &f)
}
