package limit

import (
	"context"
	"math"
	"time"

	"golang.org/x/time/rate"
)

const (
	// share is how much of an allowed rate is used. The rest is for jitter on the way: requests sent evenly do not arrive
	// evenly, and the endpoint counts arrivals. Chosen.
	share = 0.98
	// requestBurst is how much of a minute's requests may go at once, besides one; tokenBurst is the same for tokens. Small,
	// so that what goes at once and the minute after it stay within what a sliding window allows. Chosen.
	requestBurst = 1.0 / 600
	tokenBurst   = 1.0 / 60
	// creditCap is how much of a minute's tokens may be made good at once for estimates that were too high. Chosen.
	creditCap = 1.0 / 12
)

// pace spreads requests and tokens over the minute. Its users hold the limiter's lock. A nil pace does not bound anything.
type pace struct {
	requests *rate.Limiter // nil: any number
	tokens   *rate.Limiter // nil: any number
	credit   int           // tokens that were waited for and not used
	most     int           // most credit
}

// start is a place in the minute.
type start struct {
	later   bool      // it has not come yet
	at      time.Time // when it comes, if later
	tokens  int       // estimated
	request *rate.Reservation
}

func newPace(requests, tokens float64) *pace {
	if requests <= 0 && tokens <= 0 {
		return nil
	}
	p := &pace{}
	if requests > 0 {
		p.requests = rate.NewLimiter(rate.Limit(requests*share/60), 1+whole(requests*requestBurst))
	}
	if tokens > 0 {
		p.tokens = rate.NewLimiter(rate.Limit(tokens*share/60), max(1, whole(tokens*tokenBurst)))
		p.most = whole(tokens * creditCap)
	}
	return p
}

// whole is the whole part, of what an int32 can hold so that sums stay in range.
func whole(x float64) int { return int(min(x, math.MaxInt32)) }

// reserve takes the next place in the minute for a request of so many tokens.
func (p *pace) reserve(tokens int) start {
	if p == nil {
		return start{}
	}
	now := time.Now()
	s := start{tokens: tokens}
	wait := p.charge(now, tokens)
	if p.requests != nil {
		s.request = p.requests.ReserveN(now, 1)
		wait = max(wait, s.request.DelayFrom(now))
	}
	s.later, s.at = wait > 0, now.Add(wait)
	return s
}

// charge takes tokens out of the minute, and returns how long to wait until they are there. A request may take more than
// go at once, so it takes them in pieces.
func (p *pace) charge(now time.Time, tokens int) time.Duration {
	if p.tokens == nil || tokens <= 0 {
		return 0
	}
	covered := min(p.credit, tokens)
	p.credit -= covered
	var wait time.Duration
	for left := tokens - covered; left > 0; {
		piece := min(left, p.tokens.Burst())
		wait = p.tokens.ReserveN(now, piece).DelayFrom(now)
		left -= piece
	}
	return wait
}

// settle corrects an estimate.
func (p *pace) settle(estimated, used int) {
	switch {
	case p == nil || p.tokens == nil:
	case used > estimated:
		p.charge(time.Now(), used-estimated)
	default:
		p.credit = min(p.most, p.credit+estimated-used)
	}
}

// cancel gives a place back that was not used.
func (p *pace) cancel(s start) {
	if p == nil {
		return
	}
	if s.request != nil {
		s.request.CancelAt(time.Now())
	}
	p.settle(s.tokens, 0)
}

// wait waits for the place.
func (s start) wait(ctx context.Context) error {
	timer := time.NewTimer(time.Until(s.at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
