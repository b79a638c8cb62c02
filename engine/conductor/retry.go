package conductor

import (
	"context"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// An agent that sheds load says when to come back; one that is not there is given about twenty seconds to appear, enough
// for a restart, and for a cluster to get over the loss of a server. Chosen.
const (
	maxAttempts  = 11
	firstBackoff = 40 * time.Millisecond
	maxBackoff   = 5 * time.Second
)

// retry makes a call as [Retry] does.
func (p *play) retry(ctx context.Context, call func(context.Context) error) (int32, error) {
	return Retry(ctx, p.Clock, p.CallTimeout, call)
}

// Retry makes a call of an agent or evaluator, again and again while it is answered with UNAVAILABLE, and returns how often it
// was made. Timeout bounds each attempt; 0 means two minutes. Nothing else is retried: what failed would fail again.
func Retry(ctx context.Context, clock Clock, timeout time.Duration, call func(context.Context) error) (int32, error) {
	if timeout == 0 {
		timeout = defaultCallTimeout
	}
	backoff := firstBackoff
	for attempt := int32(1); ; attempt++ {
		callCtx, cancel := context.WithTimeout(ctx, timeout)
		err := call(callCtx)
		cancel()
		if err == nil || status.Code(rootStatus(err)) != codes.Unavailable || attempt == maxAttempts || ctx.Err() != nil {
			return attempt, err
		}
		if err := clock.Sleep(ctx, retryAfter(err, backoff)); err != nil {
			return attempt, err
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// retryAfter is how long the answer asks to wait, or else the backoff.
func retryAfter(err error, backoff time.Duration) time.Duration {
	for _, detail := range status.Convert(rootStatus(err)).Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok && info.GetRetryDelay() != nil {
			return min(info.GetRetryDelay().AsDuration(), maxBackoff)
		}
	}
	return backoff
}
