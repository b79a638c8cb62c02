package limit

// waiter is somebody who waits for a slot.
type waiter struct {
	tokens         int
	admission      admission     // set before ready is closed
	ready          chan struct{} // closed when let in
	previous, next *waiter
	queued         bool
}

// queue holds who waits, in order. Anybody may leave it from anywhere.
type queue struct {
	first, last *waiter
}

func (q *queue) empty() bool { return q.first == nil }

func (q *queue) add(tokens int) *waiter {
	w := &waiter{tokens: tokens, ready: make(chan struct{}), previous: q.last, queued: true}
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
	return w
}

func (q *queue) take() *waiter {
	w := q.first
	q.remove(w)
	return w
}

// remove takes a waiter out and tells whether it was in.
func (q *queue) remove(w *waiter) bool {
	if !w.queued {
		return false
	}
	if w.previous == nil {
		q.first = w.next
	} else {
		w.previous.next = w.next
	}
	if w.next == nil {
		q.last = w.previous
	} else {
		w.next.previous = w.previous
	}
	w.previous, w.next, w.queued = nil, nil, false
	return true
}
