package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
)

// patience is that of most writers here.
const patience = time.Millisecond

// storing is a connection to a server with JetStream, and a stream of everything under "log.".
func storing(t *testing.T) (*nats.Conn, *Stream) {
	t.Helper()
	nc := connect(t, serve(t, server.Options{JetStream: true, StoreDir: t.TempDir()}))
	s, err := Open(t.Context(), nc, jetstream.StreamConfig{Name: "log", Subjects: []string{"log.>"}, AllowDirect: true})
	if err != nil {
		t.Fatal(err)
	}
	return nc, s
}

// Many write at a time, each entries of its own from a buffer that it uses again as soon as Write returns: each entry stands where
// the writer says, whole, and those of one call in their order.
func TestWriterKeepsEntriesApart(t *testing.T) {
	nc, s := storing(t)
	w := NewWriter(nc)
	const writers, each = 40, 25
	var mu sync.Mutex
	want := map[uint64]string{}
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			buffers := [2][]byte{}
			for j := range each {
				first := &Entry{To: s, Subject: fmt.Sprintf("log.%d.%d", i, j), Condition: After(0)}
				second := &Entry{To: s, Subject: "log.all"}
				for k, e := range []*Entry{first, second} {
					buffers[k] = bytes.Repeat(fmt.Appendf(nil, "%d-%d-%d ", i, j, k), 1+i*j%40)
					e.Data = buffers[k]
				}
				texts := []string{string(first.Data), string(second.Data)}
				w.Write(context.Background(), patience, first, second)
				for k, e := range []*Entry{first, second} {
					if e.Err != nil || e.Resent {
						t.Errorf("entry %d of %d-%d: resent %v, %v", k, i, j, e.Resent, e.Err)
					}
					clear(buffers[k])
					mu.Lock()
					want[e.Sequence] = texts[k]
					mu.Unlock()
				}
				if first.Sequence >= second.Sequence {
					t.Errorf("%d-%d: sequences %d, %d", i, j, first.Sequence, second.Sequence)
				}
			}
		})
	}
	wait.Wait()
	if len(want) != 2*writers*each {
		t.Fatalf("%d sequences for %d entries", len(want), 2*writers*each)
	}
	read := 0
	for msg, err := range s.Scan(t.Context(), "log.>", 2*writers*each) {
		if err != nil {
			t.Fatal(err)
		}
		if read++; string(msg.Data) != want[msg.Sequence] {
			t.Errorf("at %d stands %.40q, was to be %.40q", msg.Sequence, msg.Data, want[msg.Sequence])
		}
	}
	if read != len(want) {
		t.Errorf("read %d of %d", read, len(want))
	}
	if len(w.awaiting) != 0 || len(w.queue) != 0 {
		t.Errorf("%d are waited for, %d to be sent", len(w.awaiting), len(w.queue))
	}
}

// One entry is refused, its neighbours are not.
func TestWriterTellsRefusals(t *testing.T) {
	nc, s := storing(t)
	w := NewWriter(nc)
	if _, _, err := s.Publish(t.Context(), "log.taken", []byte("x"), After(0)); err != nil {
		t.Fatal(err)
	}
	taken := &Entry{To: s, Subject: "log.taken", Data: []byte("y"), Condition: After(0)}
	free := &Entry{To: s, Subject: "log.free", Data: []byte("y"), Condition: After(0)}
	large := &Entry{To: s, Subject: "log.large", Data: make([]byte, nc.MaxPayload()+1)}
	w.Write(t.Context(), patience, taken, free, large)
	if !IsWrongLast(taken.Err) || taken.Resent {
		t.Errorf("taken: %v, resent %v", taken.Err, taken.Resent)
	}
	if free.Err != nil || free.Sequence != 2 {
		t.Errorf("free: at %d, %v", free.Sequence, free.Err)
	}
	if !errors.Is(large.Err, nats.ErrMaxPayload) || large.Resent {
		t.Errorf("large: %v, resent %v", large.Err, large.Resent)
	}
}

// pretend answers what is written to "log.>" in the place of a server: what comes for the nth time gets the nth answer, "" for none.
func pretend(t *testing.T, nc *nats.Conn, answers func(subject string, time int) string) *Stream {
	t.Helper()
	seen := map[string]int{}
	_, err := nc.Subscribe("log.>", func(m *nats.Msg) {
		seen[m.Subject]++
		if answer := answers(m.Subject, seen[m.Subject]); answer != "" {
			_ = m.Respond([]byte(answer))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Stream{nc: nc, name: "log", answer: 40 * time.Millisecond, plainAck: []byte(`{"stream":"log","seq":`)}
}

// An entry whose answer is lost, late or not to be read is sent again, alone.
func TestWriterSendsAgain(t *testing.T) {
	nc := connectWithoutJetStream(t)
	var sent atomic.Int64
	s := pretend(t, nc, func(subject string, time int) string {
		sent.Add(1)
		switch {
		case subject == "log.lost" && time == 1:
			return ""
		case subject == "log.garbled" && time == 1:
			return "{"
		}
		return `{"stream":"log","seq":` + strconv.Itoa(time) + `}`
	})
	entries := []*Entry{{To: s, Subject: "log.lost"}, {To: s, Subject: "log.garbled"}, {To: s, Subject: "log.well"}}
	NewWriter(nc).Write(t.Context(), patience, entries...)
	for i, want := range []Entry{{Sequence: 2, Resent: true}, {Sequence: 2, Resent: true}, {Sequence: 1}} {
		if e := entries[i]; e.Err != nil || e.Sequence != want.Sequence || e.Resent != want.Resent {
			t.Errorf("%s: at %d, resent %v, %v", e.Subject, e.Sequence, e.Resent, e.Err)
		}
	}
	if sent.Load() != 5 {
		t.Errorf("sent %d times, want 5", sent.Load())
	}
}

// What holds up one entry that is sent again does not hold up another: the first is answered here when the second has come again.
func TestWriterSendsAgainSideBySide(t *testing.T) {
	nc := connectWithoutJetStream(t)
	var mu sync.Mutex
	var held []*nats.Msg
	seen := map[string]int{}
	_, err := nc.Subscribe("log.>", func(m *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		if seen[m.Subject]++; seen[m.Subject] == 1 {
			return
		}
		held = append(held, m)
		if seen["log.a"] > 5 && seen["log.b"] < 2 {
			t.Error("the second waits for the first")
		} else if seen["log.b"] < 2 {
			return
		}
		for _, m := range held {
			_ = m.Respond([]byte(`{"stream":"log","seq":1}`))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &Stream{nc: nc, name: "log", answer: 40 * time.Millisecond, plainAck: []byte(`{"stream":"log","seq":`)}
	a, b := &Entry{To: s, Subject: "log.a"}, &Entry{To: s, Subject: "log.b"}
	NewWriter(nc).Write(t.Context(), patience, a, b)
	for _, e := range []*Entry{a, b} {
		if e.Err != nil || !e.Resent || e.Sequence != 1 {
			t.Errorf("%s: at %d, resent %v, %v", e.Subject, e.Sequence, e.Resent, e.Err)
		}
	}
}

// Who could not send for a while, because the connection was held up, waits for the answer as long as ever from then on.
func TestWriterThatIsHeldUp(t *testing.T) {
	nc := connectWithoutJetStream(t)
	var sent atomic.Int64
	s := pretend(t, nc, func(string, int) string { sent.Add(1); return `{"stream":"log","seq":1}` })
	w, e := NewWriter(nc), &Entry{To: s, Subject: "log.a"}
	w.sending.Lock()
	done := make(chan struct{})
	go func() { defer close(done); w.Write(t.Context(), 0, e) }()
	for !isTaken(w) { // by whoever is to send it
		runtime.Gosched()
	}
	time.Sleep(2 * s.answer) // its patience runs out meanwhile; where it does not yet, nothing else is tested
	w.sending.Unlock()
	<-done
	if e.Err != nil || sent.Load() != 1 {
		t.Errorf("sent %d times, %v", sent.Load(), e.Err)
	}
}

func isTaken(w *Writer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.queue) > 0
}

// No entries are none to wait for.
func TestWriterOfNothing(t *testing.T) {
	NewWriter(connectWithoutJetStream(t)).Write(t.Context(), time.Hour)
}

// An answer that comes twice, or when nobody waits for it any more, is nobody else's.
func TestWriterIgnoresLateAnswers(t *testing.T) {
	nc := connectWithoutJetStream(t)
	late := make(chan *nats.Msg, 1)
	_, err := nc.Subscribe("log.>", func(m *nats.Msg) {
		if m.Subject == "log.late" {
			late <- m
			return
		}
		for range 2 {
			_ = m.Respond([]byte(`{"stream":"log","seq":7}`))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s, w := unanswered(nc), NewWriter(nc)
	ctx, cancel := context.WithCancel(t.Context())
	var question *nats.Msg
	go func() { question = <-late; cancel() }()
	gone := &Entry{To: s, Subject: "log.late"}
	w.Write(ctx, patience, gone)
	if !errors.Is(gone.Err, context.Canceled) {
		t.Errorf("nobody answered, and %v at %d", gone.Err, gone.Sequence)
	}
	if err := question.Respond([]byte(`{"stream":"log","seq":1}`)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		next := &Entry{To: s, Subject: "log.twice"}
		w.Write(t.Context(), patience, next)
		if next.Err != nil || next.Sequence != 7 {
			t.Errorf("the next: at %d, %v", next.Sequence, next.Err)
		}
	}
	if len(w.awaiting) != 0 {
		t.Errorf("%d are waited for", len(w.awaiting))
	}
}

// unanswered is a stream that waits for a long time.
func unanswered(nc *nats.Conn) *Stream {
	return &Stream{nc: nc, name: "log", answer: time.Hour, plainAck: []byte(`{"stream":"log","seq":`)}
}

// Where nobody takes a message, it is sent again: the leader may be on its way.
func TestWriterWaitsForALeader(t *testing.T) {
	nc := connectWithoutJetStream(t)
	w, e := NewWriter(nc), &Entry{To: unanswered(nc), Subject: "log.a"}
	done := make(chan struct{})
	go func() { defer close(done); w.Write(t.Context(), patience, e) }()
	for !firstAnswerCame(w) {
		runtime.Gosched()
	}
	pretend(t, nc, func(string, int) string { return `{"stream":"log","seq":3}` })
	<-done
	if e.Err != nil || e.Sequence != 3 {
		t.Errorf("at %d, %v", e.Sequence, e.Err)
	}
}

func firstAnswerCame(w *Writer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last > 0 && len(w.awaiting) == 0
}

// Who waits when the connection closes is told so at once, and so is whoever comes later. Nothing is left running.
func TestWriterEndsWithItsConnection(t *testing.T) {
	srv := serve(t, server.Options{})
	nc := connect(t, srv)
	came := make(chan struct{}, 1)
	if _, err := nc.Subscribe("log.>", func(*nats.Msg) { came <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	own, err := nats.Connect("", nats.InProcessServer(srv))
	if err != nil {
		t.Fatal(err)
	}
	s, w := unanswered(own), NewWriter(own)
	waiting, after := &Entry{To: s, Subject: "log.a"}, &Entry{To: s, Subject: "log.a"}
	go func() { <-came; own.Close() }()
	w.Write(t.Context(), patience, waiting)
	w.Write(t.Context(), patience, after)
	for _, e := range []*Entry{waiting, after} {
		if !errors.Is(e.Err, nats.ErrConnectionClosed) || e.Resent {
			t.Errorf("%v, resent %v", e.Err, e.Resent)
		}
	}
	goleak.VerifyNone(t, before)
}

// A context that ends is enough: nothing of the entries is read or written afterwards.
func TestWriterLetsGo(t *testing.T) {
	nc := connectWithoutJetStream(t)
	text := bytes.Repeat([]byte("some bytes "), 300)
	var spoilt atomic.Int64
	if _, err := nc.Subscribe("log.>", func(m *nats.Msg) {
		if !bytes.Equal(m.Data, text) {
			spoilt.Add(1)
		}
	}); err != nil {
		t.Fatal(err)
	}
	s, w := unanswered(nc), NewWriter(nc)
	for i := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*2*patience/100)
		entries := make([]*Entry, 60)
		for j := range entries {
			entries[j] = &Entry{To: s, Subject: "log.a", Data: bytes.Clone(text)}
		}
		w.Write(ctx, patience, entries...)
		for _, e := range entries {
			clear(e.Data) // the race detector would tell, or who gets it
			if !errors.Is(e.Err, context.DeadlineExceeded) || e.Resent {
				t.Fatalf("%v, resent %v", e.Err, e.Resent)
			}
		}
		cancel()
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if spoilt.Load() > 0 {
		t.Errorf("%d were sent after they had been given back", spoilt.Load())
	}
	if len(w.awaiting) != 0 || len(w.queue) != 0 {
		t.Errorf("%d are waited for, %d to be sent", len(w.awaiting), len(w.queue))
	}
}
