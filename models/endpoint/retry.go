package endpoint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vignette-sim/vignette/models/limit"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Between attempts a call waits for a random part of a time that doubles from first to longest. Chosen.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

// Kinds of failure that may pass; see AttemptFailure.
const (
	rateLimit   = "rate_limit"
	serverError = "server_error"
	malformed   = "malformed"
	cut         = "cut"
	stall       = "stall"
	timedOut    = "timeout"
	connection  = "connection"
)

// Causes with which the context of an attempt ends. The caller's is none of them.
var (
	errStall    = errors.New("nothing came for too long")
	errTimeout  = errors.New("the attempt took too long")
	errCallTime = errors.New("the call's time is used up")
)

// failure is an attempt that gave no answer.
type failure struct {
	kind    string        // in which way, if it may pass
	reason  Reason        // why, if it will not
	again   bool          // ask at once in another way: something was learned about the endpoint
	status  int           // HTTP status; 0 when none came
	message string        // as it was said, secrets and all
	told    time.Duration // how long the endpoint told to wait; 0 if it did not
}

// Effort is what a call took.
type Effort struct {
	// Attempts is how often the endpoint was asked.
	Attempts int
	// Failures counts attempts that failed and might have passed, by kind; see AttemptFailure. Nil when there are none.
	Failures map[string]int
	// Waiting is the time spent waiting for limits and between attempts.
	Waiting time.Duration
	// Usage counts tokens of all attempts, and is never nil. What broke off before the endpoint had counted is estimated;
	// what it turned away took none.
	Usage *vignettev1.ModelUsage
	// Request is the last body sent, as it was sent. Nil when nothing was.
	Request []byte
}

// call is one question on its way, however often it is put.
type call struct {
	endpoint *Endpoint
	model    string
	effort   Effort
	deadline time.Time // of the call's own time
}

func (e *Endpoint) newCall(model string) *call {
	return &call{endpoint: e, model: model, effort: Effort{Usage: &vignettev1.ModelUsage{}}}
}

// try puts a question once. It returns what it took, and how it failed.
type try func(ctx context.Context) (*vignettev1.ModelUsage, *failure)

// persist tries until there is an answer, or no more sense in trying. Tokens is what a try may take. It returns an *Error,
// or the context's error when the caller's context ended.
func (c *call) persist(ctx context.Context, tokens int, try try) error {
	c.deadline = time.Now().Add(c.endpoint.callTime)
	bounded, cancel := context.WithDeadlineCause(ctx, c.deadline, errCallTime)
	defer cancel()
	var last *failure
	for counted, limited := 0, 0; ; {
		f, err := c.once(bounded, tokens, try)
		switch {
		case err == nil && f == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return c.gaveUp(last, "no time is left")
		case f.again:
			continue
		case f.reason != "":
			return c.failed(f.reason, f.status, f.message)
		}
		last = f
		c.count(f)
		if f.kind == rateLimit && f.told > 0 {
			limited++
		} else if counted++; counted >= c.endpoint.attempts {
			return c.gaveUp(last, "")
		}
		if err := c.pause(bounded, f.told+c.backoff(counted+limited)); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return c.gaveUp(last, "no time is left")
		}
	}
}

// once tries once, in a slot of its own. An error says that there was no slot before the context ended.
func (c *call) once(ctx context.Context, tokens int, try try) (*failure, error) {
	begin := time.Now()
	slot, err := c.endpoint.limiter.Acquire(ctx, tokens)
	c.effort.Waiting += time.Since(begin)
	if err != nil {
		return nil, err
	}
	result, used := limit.Failed, 0
	defer c.endpoint.secrets.hush()
	defer func() { slot.Release(result, used) }() // also when a watcher panics
	usage, f := try(ctx)
	used = int(usage.GetPromptTokens() + usage.GetCompletionTokens())
	addUsage(c.effort.Usage, usage)
	switch {
	case f == nil:
		result = limit.Answered
	case f.kind == rateLimit:
		result = limit.TooMany
	}
	return f, nil
}

func (c *call) count(f *failure) {
	if c.effort.Failures == nil {
		c.effort.Failures = make(map[string]int)
	}
	c.effort.Failures[f.kind]++
}

// backoff is a random part of a time that doubles with every failure. It comes on top of what the endpoint told to wait:
// all who were told the same would come back together.
func (c *call) backoff(failures int) time.Duration {
	most := longestPause
	if shift := failures - 1; shift < 10 {
		most = min(most, firstPause<<shift)
	}
	return time.Duration(c.endpoint.random() * float64(most))
}

// pause waits, or returns an error at once when the call's own time is too short for that.
func (c *call) pause(ctx context.Context, wait time.Duration) error {
	if time.Until(c.deadline) <= wait {
		return errCallTime
	}
	begin := time.Now()
	defer func() { c.effort.Waiting += time.Since(begin) }()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *call) failed(reason Reason, status int, message string) *Error {
	return &Error{Reason: reason, Endpoint: c.endpoint.name, Model: c.model, Status: status, Message: c.endpoint.secrets.tell(message)}
}

// gaveUp says what happened and how often.
func (c *call) gaveUp(last *failure, why string) *Error {
	if last == nil {
		return c.failed(ReasonRateLimit, 0, fmt.Sprintf("the limits left no room for it within %v", c.endpoint.callTime))
	}
	var kinds []string
	for kind, n := range c.effort.Failures {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
	}
	slices.Sort(kinds)
	message := fmt.Sprintf("no answer in %d attempts (%s)", c.effort.Attempts, strings.Join(kinds, ", "))
	if why != "" {
		message += fmt.Sprintf(" and %s of %v", why, c.endpoint.callTime)
	}
	if last.told > 0 {
		message += fmt.Sprintf(", the endpoint tells to wait %v", last.told)
	}
	return c.failed(last.final(), last.status, message+"; the last: "+last.message)
}

// final is why no answer came, when this failure was the last.
func (f *failure) final() Reason {
	switch {
	case f.reason != "":
		return f.reason
	case f.kind == rateLimit:
		return ReasonRateLimit
	default:
		return ReasonEndpoint
	}
}

// longestTold bounds what an endpoint may tell to wait; beyond it lies no call's time.
const longestTold = 7 * 24 * time.Hour

// told is how long an answer tells to wait before asking again; 0 when it does not.
func told(header http.Header, now time.Time) time.Duration {
	if header["Retry-After"] == nil && header["Retry-After-Ms"] == nil {
		return 0 // as nearly always
	}
	if ms, err := strconv.ParseFloat(header.Get("Retry-After-Ms"), 64); err == nil {
		return span(ms, time.Millisecond)
	}
	after := header.Get("Retry-After")
	if s, err := strconv.ParseFloat(after, 64); err == nil {
		return span(s, time.Second)
	}
	if at, err := http.ParseTime(after); err == nil {
		return min(longestTold, max(0, at.Sub(now)))
	}
	return 0
}

func span(n float64, unit time.Duration) time.Duration {
	if !(n > 0) { // also what is no number
		return 0
	}
	return time.Duration(min(n*float64(unit), float64(longestTold)))
}
