package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// persistence is how long a question or a write is sent again while no answer comes; retryPause is how long it waits before the
	// second time, twice as long before each next, and longestPause at most. A cluster that has lost a server finds another leader in
	// some seconds, on a busy machine in more, and what is given up here costs an episode what was played of it.
	persistence  = 30 * time.Second
	retryPause   = 50 * time.Millisecond
	longestPause = time.Second

	// answerTimeout is the usual Stream.answer.
	answerTimeout = 5 * time.Second
)

// Stream is one JetStream stream. It is safe for concurrent use and keeps no state of its own.
type Stream struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	name   string
	answer time.Duration // longest wait for one answer of the server, when the caller's context allows more

	plainAck []byte // how the usual acknowledgement begins
}

// Open opens a stream, creating it as configured when there is none. One that exists stays as it is.
func Open(ctx context.Context, nc *nats.Conn, config jetstream.StreamConfig) (*Stream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	err = Settle(ctx, nc, func(ctx context.Context) error {
		_, err := js.Stream(ctx, config.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = js.CreateStream(ctx, config)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", config.Name, err)
	}
	return &Stream{
		nc: nc, js: js, name: config.Name, answer: answerTimeout, plainAck: fmt.Appendf(nil, `{"stream":%q,"seq":`, config.Name),
	}, nil
}

// Info says what is in the stream now.
func (s *Stream) Info(ctx context.Context) (*jetstream.StreamInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	opened, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return nil, err
	}
	return opened.CachedInfo(), nil // just asked for
}

// SetAnswerTimeout bounds the wait for one answer of the server; it must be called before the stream is used.
func (s *Stream) SetAnswerTimeout(d time.Duration) { s.answer = d }

// Condition makes the server take a message once, or not at all. The zero value makes none.
type Condition struct{ header, value string }

// After demands that the last message on the subject has this sequence; 0: that there is none.
func After(sequence uint64) Condition {
	return Condition{jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(sequence, 10)}
}

// Once makes the server drop a message whose id came a short while ago.
func Once(id string) Condition { return Condition{jetstream.MsgIDHeader, id} }

// Publish sends a message until the server answers, the context ends or nothing has come for half a minute. Sending twice must be
// made safe by the condition, or harmless. Resent says that an earlier attempt may have been written. The subject must be one
// of the stream's. The data is not kept.
func (s *Stream) Publish(ctx context.Context, subject string, data []byte, condition Condition) (seq uint64, resent bool, err error) {
	msg := message(subject, data, condition)
	until, pause := time.Now().Add(persistence), retryPause
	for {
		seq, err := s.publishOnce(ctx, msg)
		if err == nil {
			return seq, resent, nil
		}
		if isRefused(err) || isHopeless(err) || !rest(ctx, until, &pause) {
			return 0, resent, errors.Join(ctx.Err(), err)
		}
		resent = true
	}
}

func message(subject string, data []byte, condition Condition) *nats.Msg {
	msg := &nats.Msg{Subject: subject, Data: data}
	if condition.header != "" {
		msg.Header = nats.Header{condition.header: {condition.value}}
	}
	return msg
}

// rest waits before something is sent again; false means that it is not to be.
func rest(ctx context.Context, until time.Time, pause *time.Duration) bool {
	if ctx.Err() != nil || time.Now().Add(*pause).After(until) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(*pause):
	}
	*pause = min(2**pause, longestPause)
	return true
}

// insist asks a question again while no answer comes.
func (s *Stream) insist(ctx context.Context, question *nats.Msg) (*nats.Msg, error) {
	until, pause := time.Now().Add(persistence), retryPause
	for {
		reply, err := s.request(ctx, question, s.answer)
		if err == nil || isHopeless(err) || !rest(ctx, until, &pause) {
			return reply, err
		}
	}
}

// Where nobody takes a message, a new leader is being found or the server restarts: it is sent again so often, after this long,
// before the attempt counts as failed.
const (
	leaderlessTries = 2
	leaderlessPause = 250 * time.Millisecond
)

// publishOnce does what jetstream's Publish does, for less: it reads the usual acknowledgement without JSON and, for a context
// that never ends, without a context to bound it. Writing is most of what a call of a model takes of the broker.
func (s *Stream) publishOnce(ctx context.Context, msg *nats.Msg) (uint64, error) {
	deadline := time.Now().Add(s.answer)
	for tries := 0; ; tries++ {
		reply, err := s.request(ctx, msg, time.Until(deadline))
		if err == nil {
			return s.readAck(reply.Data)
		}
		if !errors.Is(err, nats.ErrNoResponders) || tries == leaderlessTries || time.Until(deadline) <= leaderlessPause {
			return 0, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(leaderlessPause):
		}
	}
}

// request asks the server and waits for its answer.
func (s *Stream) request(ctx context.Context, msg *nats.Msg, patience time.Duration) (*nats.Msg, error) {
	if ctx.Done() == nil {
		return s.nc.RequestMsg(msg, patience)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.nc.RequestMsgWithContext(ctx, msg)
}

// readAck returns the sequence that the server gave a message.
func (s *Stream) readAck(ack []byte) (uint64, error) {
	if rest, ok := bytes.CutPrefix(ack, s.plainAck); ok {
		if digits, ok := bytes.CutSuffix(rest, []byte("}")); ok {
			if seq, err := strconv.ParseUint(string(digits), 10, 64); err == nil {
				return seq, nil
			}
		}
	}
	var full struct {
		Error    *jetstream.APIError `json:"error"`
		Stream   string              `json:"stream"`
		Sequence uint64              `json:"seq"`
	}
	if err := json.Unmarshal(ack, &full); err != nil {
		return 0, fmt.Errorf("acknowledgement of stream %s: %w", s.name, err)
	}
	if isFull(full.Error) {
		return 0, fmt.Errorf("%w (%w)", ErrFull, full.Error)
	}
	if full.Error != nil {
		return 0, full.Error
	}
	if full.Stream != s.name {
		return 0, fmt.Errorf("stream %q acknowledged a message for %s", full.Stream, s.name)
	}
	return full.Sequence, nil
}

// Last returns the last message that matches a filter, nil when there is none. It asks the stream's leader: a direct get
// may be answered by a replica that is behind.
func (s *Stream) Last(ctx context.Context, filter string) (*Message, error) {
	request, err := json.Marshal(map[string]string{"last_by_subj": filter})
	if err != nil {
		return nil, err
	}
	reply, err := s.insist(ctx, &nats.Msg{Subject: "$JS.API.STREAM.MSG.GET." + s.name, Data: request})
	if err != nil {
		return nil, err
	}
	var response struct {
		Error   *jetstream.APIError `json:"error"`
		Message *Message            `json:"message"`
	}
	if err := json.Unmarshal(reply.Data, &response); err != nil {
		return nil, fmt.Errorf("answer of stream %s: %w", s.name, err)
	}
	if response.Error != nil && response.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
		return nil, nil
	}
	if response.Error != nil {
		return nil, response.Error
	}
	return response.Message, nil
}

// LastAfter returns the last message of a subject once it is not the one of a sequence any more (0: once there is one). It is for
// whoever was refused because of a message behind that: the leader of a replicated stream refuses for what it has only proposed to
// the others, which shows a moment later, or, should the leader be lost, never. Then what is returned has the old sequence.
func (s *Stream) LastAfter(ctx context.Context, subject string, sequence uint64) (*Message, error) {
	for until, pause := time.Now().Add(s.answer), time.Millisecond; ; {
		msg, err := s.Last(ctx, subject)
		if err != nil || sequenceOf(msg) != sequence || !rest(ctx, until, &pause) {
			return msg, err
		}
	}
}

// firstTries is how often a message is published as the first of its subject when it was refused for another that came to nothing.
const firstTries = 3

// First says which message is the first of a subject, when publishing data there [After](0) has come to err: the one that was there
// before, or nil for the data, which is published again if it was refused for a message that never was.
func (s *Stream) First(ctx context.Context, subject string, data []byte, err error) (*Message, error) {
	for tries := 1; IsWrongLast(err); tries++ {
		before, lastErr := s.LastAfter(ctx, subject, 0)
		if lastErr != nil || before != nil {
			return before, lastErr
		}
		if tries == firstTries {
			return nil, fmt.Errorf("another was to be the first, %d times, and never was: %w", tries, err)
		}
		_, _, err = s.Publish(ctx, subject, data, After(0))
	}
	return nil, err
}

func sequenceOf(msg *Message) uint64 {
	if msg == nil {
		return 0
	}
	return msg.Sequence
}

// Near returns the last message of one subject, nil when there is none. It asks whoever is nearest and so may miss what was
// written just now; what it returns has been written.
func (s *Stream) Near(ctx context.Context, subject string) (*Message, error) {
	reply, err := s.insist(ctx, &nats.Msg{Subject: "$JS.API.DIRECT.GET." + s.name + "." + subject})
	if err != nil {
		return nil, err
	}
	switch status := reply.Header.Get("Status"); status {
	case "":
		return parseDirect(reply)
	case "404":
		return nil, nil
	default:
		return nil, fmt.Errorf("the server answered %s %s", status, reply.Header.Get("Description"))
	}
}

// ErrMany says that a stream has more subjects than were wanted.
var ErrMany = errors.New("too many subjects")

// Subjects returns all subjects that have messages, in no order, or [ErrMany] when the stream holds more messages than most.
func (s *Stream) Subjects(ctx context.Context, most int) ([]string, error) {
	stream, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return nil, err
	}
	if stream.CachedInfo().State.Msgs > uint64(most) {
		return nil, ErrMany
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(">"))
	if err != nil {
		return nil, err
	}
	return slices.Collect(maps.Keys(info.State.Subjects)), nil
}

// Erasure says what is to be deleted of a stream, and how.
type Erasure struct {
	// Filter is the subject, or a pattern of subjects.
	Filter string
	// Before leaves this sequence and all after it alone; 0 leaves nothing alone.
	Before uint64
	// Shred writes over what is deleted. Else it stays in the server's files, where nobody is led to it any more, until the
	// server drops or rewrites the file, of 8 MB at most, that it is in: when all of it is deleted, or more than half. Shredding
	// rewrites that file for each message, tens of milliseconds each.
	Shred bool
}

// Erase deletes messages and returns how many there were. When it is cut off, some are gone and some are not: it can be done again.
func (s *Stream) Erase(ctx context.Context, e Erasure) (int, error) {
	shredded := 0
	if e.Shred {
		var err error
		if shredded, err = s.shred(ctx, e); err != nil {
			return shredded, err
		}
	}
	purged, err := s.purge(ctx, e)
	return shredded + purged, err
}

func (s *Stream) shred(ctx context.Context, e Erasure) (int, error) {
	last, err := s.Last(ctx, e.Filter)
	if err != nil || last == nil {
		return 0, err
	}
	stream, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return 0, err
	}
	n := 0
	for msg, err := range s.Scan(ctx, e.Filter, last.Sequence) {
		if err != nil {
			return n, err
		}
		if e.Before > 0 && msg.Sequence >= e.Before {
			break
		}
		if err := stream.SecureDeleteMsg(ctx, msg.Sequence); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Delete deletes one message; that it is gone already is no error.
func (s *Stream) Delete(ctx context.Context, sequence uint64, shred bool) error {
	stream, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return err
	}
	del := stream.DeleteMsg
	if shred {
		del = stream.SecureDeleteMsg
	}
	if err := del(ctx, sequence); err != nil {
		if _, there := stream.GetMsg(ctx, sequence); errors.Is(there, jetstream.ErrMsgNotFound) {
			return nil
		}
		return err
	}
	return nil
}

// Settle returns when all that the server had taken for the stream is stored: it sends a message behind it that the stream must refuse,
// and waits for that. The subject must be one of the stream's.
func (s *Stream) Settle(ctx context.Context, subject string) error {
	_, _, err := s.Publish(ctx, subject, nil, After(1<<62)) // no stream is that long
	switch {
	case IsWrongLast(err):
		return nil
	case err == nil:
		return errors.New("the server stored a message that it was to refuse")
	}
	return err
}

// purgeTimeout bounds a purge: the server looks through all files that may hold something.
const purgeTimeout = 5 * time.Minute

func (s *Stream) purge(ctx context.Context, e Erasure) (int, error) {
	request, err := json.Marshal(struct {
		Filter string `json:"filter"`
		Before uint64 `json:"seq,omitempty"`
	}{e.Filter, e.Before})
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, purgeTimeout)
	defer cancel()
	reply, err := s.nc.RequestWithContext(ctx, "$JS.API.STREAM.PURGE."+s.name, request)
	if err != nil {
		return 0, err
	}
	var response struct {
		Error  *jetstream.APIError `json:"error"`
		Purged int                 `json:"purged"`
	}
	if err := json.Unmarshal(reply.Data, &response); err != nil {
		return 0, fmt.Errorf("answer of stream %s: %w", s.name, err)
	}
	if response.Error != nil {
		return 0, response.Error
	}
	return response.Purged, nil
}

// ErrFull says that the server has no room for a message.
var ErrFull = errors.New("no room left: make room on the disk of the data directory, or choose another with --data")

// Codes of the server for a disk or a limit that is full; the client's package does not name them.
const (
	codeInsufficientResources = 10023
	codeNoSpace               = 10047
	codeStoreFailed           = 10077
)

func isFull(err *jetstream.APIError) bool {
	switch {
	case err == nil:
		return false
	case err.ErrorCode == codeInsufficientResources, err.ErrorCode == codeNoSpace:
		return true
	}
	return err.ErrorCode == codeStoreFailed && strings.Contains(err.Description, "no space left")
}

// IsWrongLast says whether the server refused a message for its expected last sequence. It uses another code when the
// stream is replicated.
func IsWrongLast(err error) bool {
	api, ok := errors.AsType[*jetstream.APIError](err)
	return ok && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// isRefused says whether the server answered, so that nothing was written.
func isRefused(err error) bool {
	_, ok := errors.AsType[*jetstream.APIError](err)
	return ok
}

// isHopeless says whether sending again cannot help.
func isHopeless(err error) bool {
	return errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, nats.ErrBadSubject)
}
