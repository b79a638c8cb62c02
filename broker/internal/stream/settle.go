package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// settling is how long a cluster is waited for that is finding a leader.
type settling struct {
	patience time.Duration // for all questions
	answer   time.Duration // for the answer to one, which may be lost with whoever was to give it
	pause    time.Duration // between two
}

// usualSettling is chosen: an election takes some seconds, on a busy machine more.
var usualSettling = settling{patience: persistence, answer: answerTimeout, pause: 250 * time.Millisecond}

// Codes of a cluster that has no leader now, or not all of its members yet; the client's package does not name them.
const (
	codeClusterNotAvailable = 10008
	codeClusterNotLeader    = 10009
	codeNoSuitablePeers     = 10005
)

// Settle asks a server something and, while its cluster is finding a leader, asks again. What is asked must be harmless twice. Who has
// no right to ask gets no answer either, and is told why instead.
func Settle(ctx context.Context, nc *nats.Conn, ask func(context.Context) error) error {
	return usualSettling.settle(ctx, nc, ask)
}

func (s settling) settle(ctx context.Context, nc *nats.Conn, ask func(context.Context) error) error {
	until := time.Now().Add(s.patience)
	for {
		before := nc.LastError()
		err := s.once(ctx, ask)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if denied := nc.LastError(); isSilent(err) && denied != before && errors.Is(denied, nats.ErrPermissionViolation) {
			return fmt.Errorf("%w (%w)", err, denied)
		}
		if !isSilent(err) && !isUnsettled(err) || time.Now().After(until) {
			return err
		}
		select {
		case <-time.After(s.pause):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (s settling) once(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	return ask(ctx)
}

func isSilent(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
}

func isUnsettled(err error) bool {
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrDisconnected) || errors.Is(err, nats.ErrConnectionReconnecting) {
		return true
	}
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == codeClusterNotAvailable || api.ErrorCode == codeClusterNotLeader || api.ErrorCode == codeNoSuitablePeers)
}
