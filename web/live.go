package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// beat is how often a stream without news shows that it is alive; proxies cut what is silent for a minute.
const beat = 20 * time.Second

// look is how often the log is asked for news while somebody watches.
const look = 500 * time.Millisecond

// live tells who watches that the log has grown. One goroutine asks, whoever many watch, and only while somebody does.
type live struct {
	base context.Context
	mark func(context.Context) (uint64, error)

	mu       sync.Mutex
	watching int
	asking   bool
	now      uint64
	changed  chan struct{} // closed at the next change
	open     sync.WaitGroup
}

func newLive(base context.Context, mark func(context.Context) (uint64, error)) *live {
	return &live{base: base, mark: mark, changed: make(chan struct{})}
}

// wait returns when nothing is live any more.
func (l *live) wait() { l.open.Wait() }

// work begins something that the server waits for when it stops; end it.
func (l *live) work() (end func()) {
	l.open.Add(1)
	return l.open.Done
}

// watch begins to watch; end it.
func (l *live) watch() (end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watching++
	l.open.Add(1)
	if !l.asking {
		l.asking = true
		l.open.Add(1)
		go l.ask()
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.watching--
		l.open.Done()
	}
}

// ask asks for news until nobody watches.
func (l *live) ask() {
	defer l.open.Done()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		mark, err := l.mark(l.base)
		l.mu.Lock()
		if err == nil && mark != l.now {
			l.now = mark
			close(l.changed)
			l.changed = make(chan struct{})
		}
		if l.watching == 0 || l.base.Err() != nil {
			l.asking = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		select {
		case <-ticker.C:
		case <-l.base.Done():
		}
	}
}

// next is closed when the log has grown.
func (l *live) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// event is something that a live page is told.
type event struct {
	ID   string // where to go on from
	Name string
	Data string
}

// stream sends events for as long as the visitor stays. Since is the id of the last event they have, "" at first; news yields what has
// come after it, and says whether anything can still come.
func (q *request) stream(news func(ctx context.Context, since string) (events []event, more bool, err error)) error {
	flusher := http.NewResponseController(q.w)
	end := q.live.watch()
	defer end()
	since := q.Request.Header.Get("Last-Event-ID")
	if since == "" {
		since = q.URL.Query().Get("since")
	}
	begun := false
	for {
		changed := q.live.next() // Before asking: what comes meanwhile wakes us again.
		events, more, err := news(q.ctx(), since)
		if err != nil {
			if begun { // The page tries again with the id it has.
				return nil
			}
			return err
		}
		var out bytes.Buffer
		if !begun {
			q.w.Header().Set("Content-Type", "text/event-stream")
			q.w.Header().Set("X-Accel-Buffering", "no")
			begun = true
			out.WriteString("retry: 1500\n\n")
		}
		for _, e := range events {
			since = e.ID
			write(&out, e)
		}
		if !more {
			write(&out, event{ID: since, Name: "over"})
		}
		if err := q.send(flusher, out.Bytes()); err != nil || !more {
			return gone(err)
		}
		if !q.await(flusher, changed) {
			return nil
		}
	}
}

// await returns true when there may be news, and false when the visitor has left or the server stops.
func (q *request) await(flusher *http.ResponseController, changed <-chan struct{}) bool {
	timer := time.NewTimer(beat)
	defer timer.Stop()
	for {
		select {
		case <-changed:
			return true
		case <-timer.C:
			if q.send(flusher, []byte(": still here\n\n")) != nil {
				return false
			}
			timer.Reset(beat)
		case <-q.ctx().Done():
			return false
		case <-q.live.base.Done():
			return false
		}
	}
}

func (q *request) send(flusher *http.ResponseController, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := flusher.SetWriteDeadline(time.Now().Add(beat)); err != nil {
		return err
	}
	if _, err := q.w.Write(data); err != nil {
		return err
	}
	return flusher.Flush()
}

// write writes an event as the standard wants it: each line of the data by itself.
func write(out *bytes.Buffer, e event) {
	if e.ID != "" {
		fmt.Fprintf(out, "id: %s\n", e.ID)
	}
	fmt.Fprintf(out, "event: %s\n", e.Name)
	for line := range strings.SplitSeq(strings.ReplaceAll(e.Data, "\r", ""), "\n") {
		fmt.Fprintf(out, "data: %s\n", line)
	}
	out.WriteString("\n")
}

// position reads an id that counts; 0 for none and for what is no number.
func position(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
