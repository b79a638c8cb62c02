package natsrpc

import "sync"

// messageOverhead is what a message costs in credit beside its size, in bytes, so that empty messages are bounded too.
const messageOverhead = 64

// DefaultWindow is how many bytes of unread messages a side of a stream lets its peer send, see [WithClientWindow].
const DefaultWindow = 256 << 10

func cost(messageSize int) uint64 { return uint64(messageSize) + messageOverhead }

// gate holds a sender back until its peer has granted credit. The zero gate is closed.
type gate struct {
	mu     sync.Mutex
	sent   uint64
	credit uint64
	raised chan struct{} // made when somebody waits; has room for one signal
}

// grant raises the credit to total. A total below the present one is an old grant and changes nothing.
func (g *gate) grant(total uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if total <= g.credit {
		return
	}
	g.credit = total
	if g.raised != nil {
		select {
		case g.raised <- struct{}{}:
		default:
		}
	}
}

// enter pays for a message of the given size if there is credit; otherwise it returns a channel to wait on before the
// next try. One message may exceed the credit, so that a message larger than the window passes.
func (g *gate) enter(size int) (ok bool, raised <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sent < g.credit {
		g.sent += cost(size)
		return true, nil
	}
	return false, g.signal()
}

// changed returns a channel that gets a signal at the next grant.
func (g *gate) changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.signal()
}

func (g *gate) signal() chan struct{} {
	if g.raised == nil {
		g.raised = make(chan struct{}, 1)
	}
	return g.raised
}

// maxEarly bounds how many frames wait for one that is missing. More cannot be honest: the window is smaller.
const maxEarly = 8192

// inbound is the receiving half of a stream: it puts frames in order, queues their messages and says when to grant more
// credit. Frames come from one goroutine, messages are taken by another.
type inbound struct {
	window uint64

	mu      sync.Mutex
	next    uint64           // number of the frame that comes next
	early   map[uint64]frame // frames that came before their turn
	queue   [][]byte
	head    int // index of the first message in queue
	ended   bool
	granted uint64
	taken   uint64
	ready   chan struct{} // has room for one signal: something changed
}

func newInbound(window int, next uint64) *inbound {
	return &inbound{window: uint64(window), granted: uint64(window), next: next, ready: make(chan struct{}, 1)}
}

// accept gives frames to apply in order: none, the one given, or several when it fills a gap. A frame that came before is
// dropped. It returns false when the gap is too large to be filled.
func (in *inbound) accept(f frame, apply func(*frame)) bool {
	in.mu.Lock()
	if f.number != in.next {
		defer in.mu.Unlock()
		return in.postpone(f)
	}
	in.next++
	waiting := len(in.early) > 0
	in.mu.Unlock()
	apply(&f)
	for waiting {
		in.mu.Lock()
		following, ok := in.early[in.next]
		if ok {
			delete(in.early, in.next)
			in.next++
		}
		in.mu.Unlock()
		if !ok {
			break
		}
		apply(&following)
	}
	return true
}

func (in *inbound) postpone(f frame) bool {
	if f.number < in.next {
		return true
	}
	if len(in.early) >= maxEarly {
		return false
	}
	if in.early == nil {
		in.early = map[uint64]frame{}
	}
	in.early[f.number] = f
	return true
}

// gap says whether frames wait for a missing one.
func (in *inbound) gap() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.early) > 0
}

func (in *inbound) push(message []byte) {
	in.mu.Lock()
	if !in.ended {
		in.queue = append(in.queue, message)
	}
	in.mu.Unlock()
	in.signal()
}

// end says that no message follows those already queued.
func (in *inbound) end() {
	in.mu.Lock()
	in.ended = true
	in.mu.Unlock()
	in.signal()
}

func (in *inbound) signal() {
	select {
	case in.ready <- struct{}{}:
	default:
	}
}

// taking is the outcome of one [inbound.take].
type taking int

const (
	tookNothing taking = iota // nothing there: wait for ready
	tookMessage
	tookEnd
)

// take returns the next message. A grant above 0 is the credit to tell the peer.
func (in *inbound) take() (message []byte, outcome taking, grant uint64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.head == len(in.queue) {
		if in.ended {
			return nil, tookEnd, 0
		}
		return nil, tookNothing, 0
	}
	message = in.queue[in.head]
	in.queue[in.head] = nil
	in.head++
	if in.head == len(in.queue) {
		in.queue, in.head = in.queue[:0], 0
	}
	in.taken += cost(len(message))
	if !in.ended && in.taken+in.window-in.granted >= in.window/2 {
		in.granted = in.taken + in.window
		return message, tookMessage, in.granted
	}
	return message, tookMessage, 0
}

// total returns the credit granted so far.
func (in *inbound) total() uint64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.granted
}
