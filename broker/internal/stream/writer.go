package stream

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Writer writes messages to streams of one connection, for many callers at a time, for less than a request each takes: what is to be
// written while somebody has the patience leaves in one piece and comes to the server in one, and so do the answers. It is safe for
// concurrent use, and ends with its connection.
type Writer struct {
	nc     *nats.Conn
	inbox  string // answers come to "<inbox><number>"
	opened sync.Once
	closed error // why nothing can be written; set in opening

	sending sync.Mutex // held while messages are handed to the connection; taken before mu

	mu       sync.Mutex
	queue    []*Entry    // to be sent
	spare    []*Entry    // the queue before, to be used again
	clock    *time.Timer // sends the queue when it is due; nil when nothing is queued
	due      time.Time
	last     uint64
	awaiting map[uint64]*Entry
}

// Entry is a message to be written, and then what came of it.
type Entry struct {
	To        *Stream
	Subject   string // one of the stream's
	Data      []byte
	Condition Condition

	// Sequence is where it stands in the stream.
	Sequence uint64
	// Resent says that it was sent again for want of an answer, so that an earlier attempt may have been written.
	Resent bool
	// Err is nil when the server acknowledged it.
	Err error

	number uint64
	write  *write
}

// write is one call of Write.
type write struct {
	open int           // entries without an answer
	done chan struct{} // closed when there are none
	sent time.Time     // when they were handed to the connection; guarded by Writer.sending
}

// NewWriter returns a writer on a connection, which is used from its first message on.
func NewWriter(nc *nats.Conn) *Writer {
	return &Writer{nc: nc, inbox: nc.NewInbox() + ".", awaiting: map[uint64]*Entry{}}
}

// Write writes entries and returns when the server has answered for each, the context ends, or nothing has come for as long as
// [Stream.Publish] waits; each says what came of it. Before they are sent they wait for others to leave with, for as long as patience
// says at the most. As with Publish, sending one twice must be made safe by its condition, or harmless. Entries for one stream come in
// their order, unless one has to be sent again. Their data is not kept. What waits while the connection is closed is not sent.
func (w *Writer) Write(ctx context.Context, patience time.Duration, entries ...*Entry) {
	w.opened.Do(w.open)
	if w.closed != nil {
		for _, e := range entries {
			e.Err = w.closed
		}
		return
	}
	if len(entries) == 0 {
		return
	}
	w.await(ctx, w.enqueue(patience, entries), entries)
	w.again(ctx, entries)
}

// again sends those entries again that have no answer, side by side: what holds up one stream does not hold up another.
func (w *Writer) again(ctx context.Context, entries []*Entry) {
	var under sync.WaitGroup
	defer under.Wait()
	for _, e := range entries {
		if e.Err == nil || isRefused(e.Err) || isHopeless(e.Err) || ctx.Err() != nil {
			continue
		}
		e.Resent = true
		under.Go(func() { e.Sequence, _, e.Err = e.To.Publish(ctx, e.Subject, e.Data, e.Condition) })
	}
}

// open listens for answers.
func (w *Writer) open() {
	sub, err := w.nc.Subscribe(w.inbox+"*", w.hear)
	if err != nil {
		w.closed = err
		return
	}
	sub.SetClosedHandler(func(string) { w.giveUp(nats.ErrConnectionClosed) })
	w.closed = sub.SetPendingLimits(-1, -1) // what is dropped would be waited for
}

// enqueue has entries sent when the least patient of those who wait has waited long enough.
func (w *Writer) enqueue(patience time.Duration, entries []*Entry) *write {
	this := &write{open: len(entries), done: make(chan struct{})}
	due := time.Now().Add(patience)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range entries {
		w.last++
		e.number, e.write = w.last, this
		w.awaiting[e.number] = e
	}
	w.queue = append(w.queue, entries...)
	switch {
	case w.clock == nil:
		w.clock, w.due = time.AfterFunc(patience, w.send), due
	case due.Before(w.due):
		w.clock.Reset(patience) // if it has gone off by now, the second time finds nothing
		w.due = due
	}
	return this
}

// send hands what has gathered to the connection, which copies it.
func (w *Writer) send() {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.mu.Lock()
	batch := w.queue
	w.queue, w.spare, w.clock = w.spare[:0], nil, nil
	w.mu.Unlock()
	for _, e := range batch {
		msg := message(e.Subject, e.Data, e.Condition)
		msg.Reply = w.inbox + strconv.FormatUint(e.number, 36)
		if err := w.nc.PublishMsg(msg); err != nil {
			w.answered(e.number, func(*Entry) (uint64, error) { return 0, err })
		}
		e.write.sent = time.Now()
	}
	clear(batch)
	w.mu.Lock()
	w.spare = batch
	w.mu.Unlock()
}

// hear takes an answer of the server.
func (w *Writer) hear(msg *nats.Msg) {
	number, err := strconv.ParseUint(strings.TrimPrefix(msg.Subject, w.inbox), 36, 64)
	if err != nil {
		return // nothing of ours
	}
	// That nobody takes messages now is told without a word, which is no acknowledgement either.
	w.answered(number, func(e *Entry) (uint64, error) { return e.To.readAck(msg.Data) })
}

// answered notes what came of an entry, unless nobody waits for it any more.
func (w *Writer) answered(number uint64, outcome func(*Entry) (uint64, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.awaiting[number]; e != nil {
		sequence, err := outcome(e)
		w.settle(e, sequence, err)
	}
}

// settle ends the waiting for an entry. Its callers hold mu.
func (w *Writer) settle(e *Entry, sequence uint64, err error) {
	delete(w.awaiting, e.number)
	e.Sequence, e.Err = sequence, err
	if e.write.open--; e.write.open == 0 {
		close(e.write.done)
	}
}

// await waits until all entries have their answers. Those that have none in the end have an error, and are neither read nor written
// to any more.
func (w *Writer) await(ctx context.Context, this *write, entries []*Entry) {
	var patience time.Duration
	for _, e := range entries {
		patience = max(patience, e.To.answer)
	}
	for wait := patience; ; {
		clock := time.NewTimer(wait)
		select {
		case <-this.done:
			clock.Stop()
			return
		case <-clock.C:
			if wait = w.withdraw(this, entries, patience, nats.ErrTimeout); wait <= 0 {
				return
			}
		case <-ctx.Done():
			clock.Stop()
			w.withdraw(this, entries, 0, ctx.Err())
			return
		}
	}
}

// withdraw gives entries up that have waited for their answers for as long as patience says since they were sent, or were not sent; or it
// returns how long they are still to wait, as a connection that is held up may have taken them late.
func (w *Writer) withdraw(this *write, entries []*Entry, patience time.Duration, err error) time.Duration {
	w.sending.Lock()
	defer w.sending.Unlock()
	if !this.sent.IsZero() {
		if left := patience - time.Since(this.sent); left > 0 {
			return left
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = slices.DeleteFunc(w.queue, func(e *Entry) bool { return e.write == this })
	for _, e := range entries {
		if _, open := w.awaiting[e.number]; open {
			delete(w.awaiting, e.number)
			e.Err = err
		}
	}
	return 0
}

// giveUp tells all who wait that no answer will come.
func (w *Writer) giveUp(err error) {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = w.queue[:0]
	for _, e := range w.awaiting {
		w.settle(e, 0, err)
	}
}
