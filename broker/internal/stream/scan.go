package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A scan reads the stream in pages of batched direct gets. Unlike a consumer, which takes the server milliseconds to make
// and state to keep, a page costs one request, and a reader that stops in the middle leaves nothing behind.
const (
	pageMessages = 512
	pageBytes    = 1 << 20
	// pageTimeout is the longest wait for the next message of a page, when the caller's context allows more.
	pageTimeout = 10 * time.Second
)

// Message is a stored message; its JSON is that of the stream's message API.
type Message struct {
	Subject  string    `json:"subject"`
	Sequence uint64    `json:"seq"`
	Data     []byte    `json:"data"`
	Time     time.Time `json:"time"`
}

// errBehind is not a loss: a direct get may be answered by a replica that has yet to receive the latest messages. Others
// may have them, so the page is asked for again before this is said.
var errBehind = errors.New("the replicas that answered do not have all messages yet: read again")

// behindPause lets a replica catch up.
const behindPause = 50 * time.Millisecond

// Scan yields the messages that match the filter, in order, up to and including the sequence end, which is one of them.
func (s *Stream) Scan(ctx context.Context, filter string, end uint64) iter.Seq2[*Message, error] {
	return s.ScanFrom(ctx, filter, 1, end)
}

// ScanFrom yields what [Stream.Scan] does, from a sequence on.
func (s *Stream) ScanFrom(ctx context.Context, filter string, from, end uint64) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		for next := from; next <= end; {
			page, err := s.patientPage(ctx, filter, next)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, msg := range page {
				if msg.Sequence > end || !yield(msg, nil) {
					return
				}
				next = msg.Sequence + 1
			}
		}
	}
}

// patientPage returns the next messages from a sequence on, of which there are some. It asks again while there is no answer, or
// not a whole one.
func (s *Stream) patientPage(ctx context.Context, filter string, from uint64) ([]*Message, error) {
	until, pause := time.Now().Add(persistence), retryPause
	for waited := time.Duration(0); ; waited += behindPause {
		page, err := s.page(ctx, filter, from)
		if err != nil && !isHopeless(err) && rest(ctx, until, &pause) { // whoever was to answer may be gone; nothing of it was used
			continue
		}
		if len(page) > 0 || err != nil {
			return page, err
		}
		if waited >= s.answer {
			return nil, errBehind
		}
		select {
		case <-time.After(behindPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// page returns the next messages from a sequence on; none at the end.
func (s *Stream) page(ctx context.Context, filter string, from uint64) ([]*Message, error) {
	request, err := json.Marshal(struct {
		Sequence uint64 `json:"seq"`
		Filter   string `json:"next_by_subj"`
		Batch    int    `json:"batch"`
		MaxBytes int    `json:"max_bytes"`
	}{from, filter, pageMessages, pageBytes})
	if err != nil {
		return nil, err
	}
	sub, err := s.nc.SubscribeSync(s.nc.NewInbox())
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only when the connection is closed
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return nil, err
	}
	if err := s.nc.PublishRequest("$JS.API.DIRECT.GET."+s.name, sub.Subject, request); err != nil {
		return nil, err
	}
	return readPage(ctx, sub)
}

func readPage(ctx context.Context, sub *nats.Subscription) (page []*Message, err error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	var last uint64
	for {
		reply, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, err
		}
		done, err := pageEnd(reply, last)
		if done || err != nil {
			return page, err
		}
		msg, err := parseDirect(reply)
		if err != nil {
			return nil, err
		}
		page, last = append(page, msg), msg.Sequence
	}
}

var errGap = errors.New("messages were lost on the way from the server")

// pageEnd says whether a reply ends the page. Every reply names the sequence before it, which shows a lost one.
func pageEnd(reply *nats.Msg, last uint64) (bool, error) {
	switch status := reply.Header.Get("Status"); status {
	case "":
	case "204", "404":
	case "503":
		return true, nats.ErrNoResponders
	default:
		return true, fmt.Errorf("the server answered %s %s", status, reply.Header.Get("Description"))
	}
	if before := reply.Header.Get(lastSequenceHeader); before != "" && before != strconv.FormatUint(last, 10) {
		return true, errGap
	}
	return reply.Header.Get("Status") != "", nil
}

const lastSequenceHeader = "Nats-Last-Sequence"

func parseDirect(reply *nats.Msg) (*Message, error) {
	seq, err := strconv.ParseUint(reply.Header.Get(jetstream.SequenceHeader), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("sequence of a stored message: %w", err)
	}
	at, err := time.Parse(time.RFC3339Nano, reply.Header.Get(jetstream.TimeStampHeaer))
	if err != nil {
		return nil, fmt.Errorf("time of stored message %d: %w", seq, err)
	}
	return &Message{Subject: reply.Header.Get(jetstream.SubjectHeader), Sequence: seq, Data: reply.Data, Time: at}, nil
}
