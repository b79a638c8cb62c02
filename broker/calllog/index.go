package calllog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// OpenIndexed opens the log, which must be there, for whoever asks for answers that are mostly new: it knows which keys may be on
// record, and looks nothing up that cannot be. It holds some twenty bytes for each answer.
//
// It knows the keys that were there, those that it keeps itself, and hears of each that anybody else keeps when the server takes
// it: as with any log, an answer that is being written elsewhere this moment may be missed. That holds where the server is in
// this process, since nothing can be lost on the way. Should the connection be lost all the same, it looks everything up from then
// on. The connection must not echo ([nats.NoEcho]), or it would be told what it writes, and serves nothing else; it is the caller's
// to close.
func OpenIndexed(ctx context.Context, nc *nats.Conn, cfg Config) (Log, error) {
	if !nc.Opts.NoEcho {
		return nil, errors.New("call log: the connection of an indexed log must not echo")
	}
	opened, err := Open(ctx, nc, cfg)
	if err != nil {
		return nil, err
	}
	l := &indexed{log: opened.(*log), keys: map[uint64]struct{}{}}
	if err := l.listen(ctx); err != nil {
		return nil, fmt.Errorf("call log: keys on record: %w", err)
	}
	return l, nil
}

// indexed is a log that knows its keys.
type indexed struct {
	*log
	mu   sync.Mutex
	keys map[uint64]struct{} // by their first 64 bits: two keys that share those are both looked up
	full bool                // there are too many, or some were missed
}

// mostKeys bounds what is kept in memory, some 20 MB. Where there are more, every answer is looked up. Chosen.
const mostKeys = 1 << 20

// listenTimeout bounds the wait until the server listens for us.
const listenTimeout = 10 * time.Second

// listen hears of new keys first and reads the old ones then, so that nothing falls between the two: before it reads, what the server had
// taken by then must be stored, or it would be neither new nor there yet.
func (l *indexed) listen(ctx context.Context) error {
	sub, err := l.nc.Subscribe(l.prefix+"answers.*", func(msg *nats.Msg) { l.note(strings.TrimPrefix(msg.Subject, l.prefix+"answers.")) })
	if err == nil {
		err = sub.SetPendingLimits(-1, -1) // what is dropped would be taken to be absent
	}
	if err == nil {
		err = l.nc.FlushTimeout(listenTimeout)
	}
	if err == nil {
		err = l.answers.Settle(ctx, l.prefix+"answers.0")
	}
	if err != nil {
		return err
	}
	subjects, err := l.answers.Subjects(ctx, mostKeys)
	if errors.Is(err, stream.ErrMany) {
		l.full = true
		return sub.Unsubscribe()
	}
	for _, subject := range subjects {
		l.note(strings.TrimPrefix(subject, l.prefix+"answers."))
	}
	return err
}

// note puts a key into the index.
func (l *indexed) note(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full {
		return
	}
	if len(l.keys) >= mostKeys {
		l.keys, l.full = nil, true
		return
	}
	l.keys[short(key)] = struct{}{}
}

// short is the beginning of a key. One that is too short or no key at all is as good as any other: it is looked up or refused.
func short(key string) uint64 {
	n, _ := strconv.ParseUint(key[:min(len(key), 16)], 16, 64)
	return n
}

// absent says whether there can be no answer under a key.
func (l *indexed) absent(key string) bool {
	if !l.nc.IsConnected() || l.nc.Stats().Reconnects > 0 {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, known := l.keys[short(key)]
	return !l.full && !known
}

// Answer implements Log.
func (l *indexed) Answer(ctx context.Context, key string) (*vignettev1.ModelAnswer, error) {
	if _, err := l.answerSubject(key); err == nil && l.absent(key) {
		return nil, fmt.Errorf("answer %s: %w", key, ErrNotFound)
	}
	return l.log.Answer(ctx, key)
}

// Keep implements Log. The key counts as known before the answer leaves: whether it was taken may never be learned.
func (l *indexed) Keep(ctx context.Context, key string, answer *vignettev1.ModelAnswer) (*vignettev1.ModelAnswer, error) {
	l.note(key)
	return l.log.Keep(ctx, key, answer)
}

// Enter implements Log.
func (l *indexed) Enter(ctx context.Context, key string, answer *vignettev1.ModelAnswer, call *vignettev1.ModelCall) (kept *vignettev1.ModelAnswer, keepErr, bookErr error) {
	l.note(key)
	return l.log.Enter(ctx, key, answer, call)
}

var _ Log = (*indexed)(nil)
