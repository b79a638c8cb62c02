package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// attempts is how often a write is sent when no answer comes, retryPause how long it waits before the second time; it
	// waits twice as long before each next. Together they outlast the reconnection to a restarted server.
	attempts   = 6
	retryPause = 50 * time.Millisecond

	// answerTimeout is the usual Stream.answer.
	answerTimeout = 5 * time.Second
)

// Stream is one JetStream stream. It is safe for concurrent use and keeps no state of its own.
type Stream struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	name   string
	answer time.Duration // longest wait for one answer of the server, when the caller's context allows more
}

// Open opens a stream, creating it as configured when there is none. One that exists stays as it is.
func Open(ctx context.Context, nc *nats.Conn, config jetstream.StreamConfig) (*Stream, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	_, err = js.Stream(ctx, config.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = js.CreateStream(ctx, config)
	}
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", config.Name, err)
	}
	return &Stream{nc: nc, js: js, name: config.Name, answer: answerTimeout}, nil
}

// SetAnswerTimeout bounds the wait for one answer of the server; it must be called before the stream is used.
func (s *Stream) SetAnswerTimeout(d time.Duration) { s.answer = d }

// Publish sends a message until the server answers, the context ends or the attempts are used up. Sending twice must be
// made safe by an option (an expected sequence, a message id) that lets the server take only one, or harmless. Resent says
// that an earlier attempt may have been written. The subject must be one of the stream's.
func (s *Stream) Publish(ctx context.Context, subject string, data []byte, options ...jetstream.PublishOpt) (seq uint64, resent bool, err error) {
	pause := retryPause
	for attempt := 1; ; attempt++ {
		seq, err := s.publishOnce(ctx, subject, data, options)
		if err == nil {
			return seq, resent, nil
		}
		if isRefused(err) || isHopeless(err) || ctx.Err() != nil || attempt == attempts {
			return 0, resent, err
		}
		resent = true
		select {
		case <-ctx.Done():
			return 0, resent, errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func (s *Stream) publishOnce(ctx context.Context, subject string, data []byte, options []jetstream.PublishOpt) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	ack, err := s.js.Publish(ctx, subject, data, options...)
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// Last returns the last message that matches a filter, nil when there is none. It asks the stream's leader: a direct get
// may be answered by a replica that is behind.
func (s *Stream) Last(ctx context.Context, filter string) (*Message, error) {
	request, err := json.Marshal(map[string]string{"last_by_subj": filter})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	reply, err := s.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+s.name, request)
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

// Near returns the last message of one subject, nil when there is none. It asks whoever is nearest and so may miss what was
// written just now; what it returns has been written.
func (s *Stream) Near(ctx context.Context, subject string) (*Message, error) {
	ctx, cancel := context.WithTimeout(ctx, s.answer)
	defer cancel()
	reply, err := s.nc.RequestWithContext(ctx, "$JS.API.DIRECT.GET."+s.name+"."+subject, nil)
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

// Purge deletes all messages that match a filter.
func (s *Stream) Purge(ctx context.Context, filter string) error {
	stream, err := s.js.Stream(ctx, s.name)
	if err != nil {
		return err
	}
	return stream.Purge(ctx, jetstream.WithPurgeSubject(filter))
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
