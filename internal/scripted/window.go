package scripted

import (
	"sync"
	"time"
)

// window lets a number of requests pass in any minute.
type window struct {
	mu     sync.Mutex
	passed []time.Time // a ring of those that passed in the last minute
	first  int         // where the oldest of them stands
	count  int
}

func newWindow(perMinute int) *window { return &window{passed: make([]time.Time, perMinute)} }

// take lets a request pass at a time, or says how long it must wait until one can. Requests that did not pass do not count.
// left is how many more would pass now.
func (w *window) take(now time.Time) (wait time.Duration, left int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.count > 0 && now.Sub(w.passed[w.first]) >= time.Minute {
		w.first = (w.first + 1) % len(w.passed)
		w.count--
	}
	if w.count == len(w.passed) {
		return time.Minute - now.Sub(w.passed[w.first]), 0
	}
	w.passed[(w.first+w.count)%len(w.passed)] = now
	w.count++
	return 0, len(w.passed) - w.count
}
