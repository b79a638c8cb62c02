package limit

import (
	"context"
	"sync"
)

// What a limiter does where its configuration says nothing.
const (
	defaultStart = 20
	defaultMax   = 1000
)

// shrink is what is left of the number of slots after a 429.
const shrink = 0.8

// Config bounds what is asked of an endpoint.
type Config struct {
	// Start is how many requests may be under way at once to begin with; 0 means 20. It is never more than Max.
	Start int
	// Max is how many requests may ever be under way at once; 0 means 1000.
	Max int
	// RequestsPerMinute is how many requests a minute the endpoint takes; 0 means any number.
	RequestsPerMinute float64
	// TokensPerMinute is how many tokens a minute, in and out, the endpoint takes; 0 means any number.
	TokensPerMinute float64
}

// Result is how a request ended.
type Result int

// Results.
const (
	// Failed says nothing about how much the endpoint can bear: the request failed for a reason of its own.
	Failed Result = iota
	// Answered is a request that was answered.
	Answered
	// TooMany is a request that the endpoint turned away because there were too many (429).
	TooMany
)

// Limiter admits requests to one endpoint, first come, first served. It is safe for concurrent use.
//
// The number of slots doubles with each round trip until the endpoint first says 429. From then on it grows by about one
// a round trip, and shrinks to four fifths, but not below one, on a 429; once for all requests that were under way
// together, since they all met the same crowd. It grows only while at least half of the slots are in use: what was not
// tried says nothing.
type Limiter struct {
	mu       sync.Mutex
	slots    float64
	max      float64
	inFlight int
	turned   bool   // a 429 has come
	round    uint64 // counts shrinkings: requests let in before the last one have had their say
	waiting  queue
	pacing   bool  // somebody who was let in waits for a place in the minute
	pace     *pace // nil: no limit per minute
}

// New makes a limiter.
func New(config Config) *Limiter {
	limit := orDefault(config.Max, defaultMax)
	return &Limiter{
		slots: float64(min(orDefault(config.Start, defaultStart), limit)),
		max:   float64(limit),
		pace:  newPace(config.RequestsPerMinute, config.TokensPerMinute),
	}
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Slots is how many requests may be under way at once now.
func (l *Limiter) Slots() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.slots)
}

// CountsTokens tells whether the tokens given to [Limiter.Acquire] and [Slot.Release] matter; if not, nobody needs to
// estimate any.
func (l *Limiter) CountsTokens() bool { return l.pace != nil && l.pace.tokens != nil }

// Slot is the right to have one request under way. It is given back with [Slot.Release], once.
type Slot struct {
	limiter *Limiter
	admission
}

// admission is what the limiter remembers of a request it let in.
type admission struct {
	round uint64
	start start
}

// Acquire waits until a request of about so many tokens may be sent. Slots are given in the order in which they were
// asked for, and so are places in the minute. When the context ends first, its error is returned and nothing is held.
func (l *Limiter) Acquire(ctx context.Context, tokens int) (Slot, error) {
	if err := ctx.Err(); err != nil {
		return Slot{}, err
	}
	l.mu.Lock()
	if l.waiting.empty() && l.open() {
		slot := Slot{limiter: l, admission: l.admit(tokens)}
		l.mu.Unlock()
		return slot.begin(ctx)
	}
	w := l.waiting.add(tokens)
	l.mu.Unlock()

	select {
	case <-w.ready:
		return Slot{limiter: l, admission: w.admission}.begin(ctx)
	case <-ctx.Done():
		l.leave(w)
		return Slot{}, ctx.Err()
	}
}

// open tells whether one more may be let in. The lock is held.
func (l *Limiter) open() bool { return !l.pacing && l.inFlight < int(l.slots) }

// admit lets a request in. Only one at a time waits for its place in the minute: places that were handed out ahead could
// not be taken back from the middle of the row when somebody gives up. The lock is held.
func (l *Limiter) admit(tokens int) admission {
	l.inFlight++
	a := admission{round: l.round, start: l.pace.reserve(tokens)}
	l.pacing = a.start.later
	return a
}

// admitWaiting lets in who waits while there is room. The lock is held.
func (l *Limiter) admitWaiting() {
	for l.open() && !l.waiting.empty() {
		w := l.waiting.take()
		w.admission = l.admit(w.tokens)
		close(w.ready)
	}
}

// leave gives up waiting, and gives back what may have been granted meanwhile.
func (l *Limiter) leave(w *waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.waiting.remove(w) {
		l.begun(w.admission, false)
	}
}

// begin waits for the slot's place in the minute. When the context ends first the slot is given back.
func (s Slot) begin(ctx context.Context) (Slot, error) {
	if !s.start.later {
		return s, nil
	}
	err := s.start.wait(ctx)
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.limiter.begun(s.admission, err == nil)
	if err != nil {
		return Slot{}, err
	}
	return s, nil
}

// begun says that an admission need wait no longer for its place in the minute: it is used, or it was given up. The lock
// is held.
func (l *Limiter) begun(a admission, used bool) {
	if a.start.later {
		l.pacing = false
	}
	if !used {
		l.pace.cancel(a.start)
		l.inFlight--
	}
	l.admitWaiting()
}

// Release gives the slot back and says how the request ended and how many tokens it took in all; what that differs from
// the estimate is charged to, or made good for, later requests.
func (s Slot) Release(result Result, tokens int) {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace.settle(s.start.tokens, tokens)
	switch {
	case result == Answered:
		l.grow()
	case result == TooMany && s.round == l.round:
		l.slots = max(1, l.slots*shrink)
		l.turned = true
		l.round++
	}
	l.inFlight--
	l.admitWaiting()
}

func (l *Limiter) grow() {
	if 2*l.inFlight < int(l.slots) {
		return
	}
	step := 1.0
	if l.turned {
		step = 1 / l.slots
	}
	l.slots = min(l.max, l.slots+step)
}
