package natsrpc

import (
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// receiver is the part of a call that differs between unary calls and streams.
type receiver interface {
	// content takes a numbered frame. It may come out of order.
	content(f frame)
	// granted takes credit.
	granted(total uint64)
	// finished takes the status of a call that ends without the server's own last frame.
	finished(st *status.Status)
	// reopen has the opening sent again, and says whether that is possible.
	reopen() bool
	// stuck says whether a frame is missing among those that came.
	stuck() bool
}

// clientCall is what the client knows about a call in progress: who has it and whether they live.
type clientCall struct {
	client   *Client
	id       uint64
	subject  string // where frames for this call go
	receiver receiver

	heard   atomic.Bool // a frame came since the last sweep
	silent  int         // sweeps in a row without a frame; only the sweeper uses it
	missing int         // sweeps in a row with a missing frame; only the sweeper uses it

	reopened bool        // only the subscription's goroutine uses it
	disowned atomic.Bool // the server says that it does not have the call (any more)
	doubted  bool        // that was so at the last sweep; only the sweeper uses it

	mu       sync.Mutex
	instance string // subject of the instance that took the call; "" while unknown
}

func (call *clientCall) receive(reply string, f *frame) {
	call.heard.Store(true)
	if reply != "" {
		call.learn(reply)
	}
	switch {
	case f.number > 0:
		call.receiver.content(*f)
	case f.has(partStatus):
		// The call's own last frame may be on its way still.
		call.disowned.Store(true)
	case f.has(partCredit):
		call.receiver.granted(f.credit)
	}
}

func (call *clientCall) learn(instance string) {
	call.mu.Lock()
	defer call.mu.Unlock()
	if call.instance == "" {
		call.instance = instance
	}
}

// peer returns the subject of the instance that has the call, or "" while nothing came from it.
func (call *clientCall) peer() string {
	call.mu.Lock()
	defer call.mu.Unlock()
	return call.instance
}

func (call *clientCall) noResponders() {
	if call.peer() == "" {
		// Nobody got the opening, so it may be sent again without a call being doubled. NATS also says so when it had chosen a
		// replica that was just leaving; others may be there.
		if !call.reopened {
			call.reopened = true
			if call.receiver.reopen() {
				return
			}
		}
		call.fail(status.Newf(codes.Unavailable, "no server of agent %q answers", call.client.agent))
		return
	}
	call.fail(status.Newf(codes.Unavailable, "the server of agent %q that had the call is gone", call.client.agent))
}

// fail ends the call from this side. A call that has ended already stays as it is.
func (call *clientCall) fail(st *status.Status) {
	call.client.forget(call)
	call.receiver.finished(st)
}

// cancel ends the call and tells the server.
func (call *clientCall) cancel(st *status.Status) {
	running := call.client.forget(call)
	call.receiver.finished(st)
	if !running {
		return
	}
	subject := call.peer()
	if subject == "" {
		subject = call.client.subjects.instance(anyInstance) + callKey(call.subject)
	}
	// When this is lost, the next frame of the server is disowned.
	_ = call.client.publishControl(subject, "", &frame{parts: partCancel})
}

// sweep runs once per heartbeat interval.
func (call *clientCall) sweep() {
	if call.receiver.stuck() {
		if call.missing++; call.missing >= silences {
			call.cancel(status.Newf(codes.Unavailable, "a frame from agent %q was lost", call.client.agent))
			return
		}
	} else {
		call.missing = 0
	}
	if call.disowned.Load() {
		if call.doubted {
			call.fail(status.Newf(codes.Unavailable, "the server of agent %q does not know the call (any more)", call.client.agent))
		}
		call.doubted = true
		return
	}
	if call.heard.Swap(false) {
		call.silent = 0
		return
	}
	if call.silent++; call.silent >= silences {
		call.cancel(status.Newf(codes.Unavailable, "agent %q has not been heard of for %d x %v",
			call.client.agent, silences, call.client.opts.heartbeat))
		return
	}
	if peer := call.peer(); peer != "" {
		// A dead instance makes NATS answer 503, a live one that lost the call answers with a status.
		_ = call.client.publishControl(peer, call.subject, &frame{parts: partAlive})
	}
}
