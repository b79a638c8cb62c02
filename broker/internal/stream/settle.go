package stream

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// settlePatience bounds the wait for a cluster that is finding a leader, settlePause how long between two questions. Chosen: an
	// election takes some seconds, on a busy machine more.
	settlePatience = 20 * time.Second
	settlePause    = 250 * time.Millisecond
	// silences is how many questions may stay without any answer: who has no right to ask gets none either.
	silences = 2
)

// Codes of a cluster that has no leader now, or not all of its members yet; the client's package does not name them.
const (
	codeClusterNotAvailable = 10008
	codeClusterNotLeader    = 10009
	codeNoSuitablePeers     = 10005
)

// Settle asks a server something and, while its cluster is finding a leader, asks again. What is asked must be harmless twice.
func Settle(ctx context.Context, ask func(context.Context) error) error {
	until := time.Now().Add(settlePatience)
	for silent := 0; ; {
		err := askOnce(ctx, ask)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case isSilent(err):
			if silent++; silent == silences {
				return err
			}
		case !isUnsettled(err):
			return err
		}
		if time.Now().After(until) {
			return err
		}
		select {
		case <-time.After(settlePause):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// askOnce bounds one question, which may be lost with whoever was to answer it.
func askOnce(ctx context.Context, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
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
