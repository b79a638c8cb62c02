package calllog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/internal/stream"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SchemaVersion is the version of calls and answers that this package's users write.
const SchemaVersion = 1

// Outside stands for the run of a call that belongs to none, and for the episode of one that belongs to none.
const Outside = "_"

// ErrNotFound says that there is no answer under a key.
var ErrNotFound = errors.New("no answer on record")

// Log is everything one can do with answers and books. It is safe for concurrent use. Keys are lower-case hex.
type Log interface {
	// Answer returns the answer under a key, or ErrNotFound. It may miss one that is being written elsewhere this moment.
	Answer(ctx context.Context, key string) (*vignettev1.ModelAnswer, error)
	// Keep puts an answer on record and returns the one that stands under the key from now on: this one, or another that
	// came first.
	Keep(ctx context.Context, key string, answer *vignettev1.ModelAnswer) (*vignettev1.ModelAnswer, error)
	// Enter does both at once for a call and the answer that it brought, side by side: neither waits for the other nor hangs on it, so
	// each has an error of its own, and the caller waits for both. When this process dies in between, either may be there without the
	// other. They wait for those of others to be written with, for a hundredth of the call's latency and 5 ms at the most: that takes far
	// less of the processor where many enter theirs at a time.
	Enter(ctx context.Context, key string, answer *vignettev1.ModelAnswer, call *vignettev1.ModelCall) (kept *vignettev1.ModelAnswer, keepErr, bookErr error)
	// Book enters a call. When it returns nil the entry has been acknowledged.
	Book(ctx context.Context, call *vignettev1.ModelCall) error
	// Calls yields the calls of a run, or of one of its episodes unless that is "", in the order of the books, up to the
	// present end. An error is the last thing yielded. A call can be entered twice when an acknowledgement was lost: ids
	// tell.
	Calls(ctx context.Context, run, episode string) iter.Seq2[*vignettev1.ModelCall, error]
	// Watch calls a function with every call that anybody enters for a run from now on, one at a time, until stopped.
	Watch(run string, each func(*vignettev1.ModelCall)) (stop func() error, err error)
	// Forget deletes the calls of an episode and every answer that they used, and returns how many answers those were.
	// Another episode that used one of them has its words still, but the answer is no longer on record for it either.
	// Shred writes over them on the disk as well, which takes tens of milliseconds for each.
	Forget(ctx context.Context, run, episode string, shred bool) (int, error)
	// ForgetRun does the same for all calls of a run, those that belong to none of its episodes among them.
	ForgetRun(ctx context.Context, run string, shred bool) (int, error)
	// Answers yields all answers on record, in the order they were kept, up to the present end. An error is the last thing
	// yielded.
	Answers(ctx context.Context) iter.Seq2[Recorded, error]
}

// Recorded is an answer and the key it is on record under.
type Recorded struct {
	Key    string
	Answer *vignettev1.ModelAnswer
}

// Config says where the log is.
type Config struct {
	// Namespace is the first token of its subjects; the streams are called <namespace>-answers and <namespace>-calls.
	Namespace string
	// Replicas is how many servers keep a copy when the streams are created, 1 to 5; 0 means 1.
	Replicas int
}

type log struct {
	nc             *nats.Conn
	answers, calls *stream.Stream
	writer         *stream.Writer
	prefix         string // "<namespace>."
}

var _ Log = (*log)(nil)

// Open opens the log, creating its streams when there are none.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (Log, error) {
	if cfg.Namespace == "" || strings.ContainsAny(cfg.Namespace, ".*> \t\r\n") {
		return nil, fmt.Errorf("call log: namespace %q is not one token of a subject", cfg.Namespace)
	}
	l := &log{nc: nc, writer: stream.NewWriter(nc), prefix: cfg.Namespace + "."}
	var err error
	if l.answers, err = stream.Open(ctx, nc, cfg.stream("answers", "Answers of language models, by question", "*")); err != nil {
		return nil, fmt.Errorf("call log: %w", err)
	}
	if l.calls, err = stream.Open(ctx, nc, cfg.stream("calls", "Calls of language models, by run and episode", "*.*")); err != nil {
		return nil, fmt.Errorf("call log: %w", err)
	}
	return l, nil
}

// stream is not compressed, though prompts repeat each other: the server would read back and pack 8 MB at a time, which takes
// some 20 MB of memory while a run is busiest. Streams that were made compressed stay so.
func (c Config) stream(name, description, subjects string) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        c.Namespace + "-" + name,
		Description: description,
		Subjects:    []string{c.Namespace + "." + name + "." + subjects},
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		AllowDirect: true,
		Replicas:    max(c.Replicas, 1),
	}
}

func (l *log) answerSubject(key string) (string, error) {
	if key == "" || len(key) > 128 || strings.Trim(key, "0123456789abcdef") != "" {
		return "", fmt.Errorf("key %q is not lower-case hex", key)
	}
	return l.prefix + "answers." + key, nil
}

func (l *log) callSubject(run, episode string) (string, error) {
	for _, id := range []string{run, episode} {
		if id == "" || id != "*" && strings.ContainsAny(id, ".*> \t\r\n") {
			return "", fmt.Errorf("id %q is not one token of a subject", id)
		}
	}
	return l.prefix + "calls." + run + "." + episode, nil
}

// Answer implements Log.
func (l *log) Answer(ctx context.Context, key string) (*vignettev1.ModelAnswer, error) {
	subject, err := l.answerSubject(key)
	if err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	msg, err := l.answers.Near(ctx, subject)
	if err != nil {
		return nil, fmt.Errorf("read answer %s: %w", key, err)
	}
	if msg == nil {
		return nil, fmt.Errorf("answer %s: %w", key, ErrNotFound)
	}
	return parseAnswer(key, msg)
}

func parseAnswer(key string, msg *stream.Message) (*vignettev1.ModelAnswer, error) {
	answer := &vignettev1.ModelAnswer{}
	if err := proto.Unmarshal(msg.Data, answer); err != nil {
		return nil, fmt.Errorf("answer %s cannot be read: %w", key, err)
	}
	return answer, nil
}

// Keep implements Log.
func (l *log) Keep(ctx context.Context, key string, answer *vignettev1.ModelAnswer) (*vignettev1.ModelAnswer, error) {
	subject, err := l.answerSubject(key)
	if err != nil {
		return nil, fmt.Errorf("keep an answer: %w", err)
	}
	data, giveBack, err := encode(answer)
	defer giveBack()
	var first *stream.Message
	if err == nil {
		_, _, err = l.answers.Publish(ctx, subject, data, stream.After(0))
		first, err = l.answers.First(ctx, subject, data, err)
	}
	return standing(key, answer, first, err)
}

// standing is the answer that stands under a key when one was to be kept: another that was there first, or else it.
func standing(key string, answer *vignettev1.ModelAnswer, first *stream.Message, err error) (*vignettev1.ModelAnswer, error) {
	switch {
	case err != nil:
		return nil, fmt.Errorf("keep answer %s: %w", key, err)
	case first != nil:
		return parseAnswer(key, first)
	}
	return answer, nil
}

// Book implements Log.
func (l *log) Book(ctx context.Context, call *vignettev1.ModelCall) error {
	subject, err := l.subjectOf(call)
	if err != nil {
		return bookError(call, err)
	}
	data, giveBack, err := encode(call)
	defer giveBack()
	if err == nil {
		_, _, err = l.calls.Publish(ctx, subject, data, stream.Condition{})
	}
	return bookError(call, err)
}

func (l *log) subjectOf(call *vignettev1.ModelCall) (string, error) {
	return l.callSubject(orOutside(call.GetAccount().GetRun()), orOutside(call.GetAccount().GetEpisode()))
}

func bookError(call *vignettev1.ModelCall, err error) error {
	if err != nil {
		return fmt.Errorf("book call %s: %w", call.GetId(), err)
	}
	return nil
}

// Enter implements Log.
func (l *log) Enter(ctx context.Context, key string, answer *vignettev1.ModelAnswer, call *vignettev1.ModelCall) (kept *vignettev1.ModelAnswer, keepErr, bookErr error) {
	var entries []*stream.Entry
	keep, book := &stream.Entry{To: l.answers, Condition: stream.After(0)}, &stream.Entry{To: l.calls}
	if keep.Subject, keepErr = l.answerSubject(key); keepErr == nil {
		var giveBack func()
		keep.Data, giveBack, keepErr = encode(answer)
		defer giveBack()
	}
	if book.Subject, bookErr = l.subjectOf(call); bookErr == nil {
		var giveBack func()
		book.Data, giveBack, bookErr = encode(call)
		defer giveBack()
	}
	if keepErr == nil {
		entries = append(entries, keep)
	}
	if bookErr == nil {
		entries = append(entries, book)
	}
	l.writer.Write(ctx, patience(call), entries...)
	var first *stream.Message
	if keepErr == nil {
		first, keepErr = l.answers.First(ctx, keep.Subject, keep.Data, keep.Err)
	}
	kept, keepErr = standing(key, answer, first, keepErr)
	return kept, keepErr, bookError(call, errors.Join(bookErr, book.Err))
}

// A call waits to be entered for a part of the time that it took, so that it is hardly noticed, and not longer than longestPatience,
// beyond which nothing is gained. Chosen.
const (
	patiencePart    = 100
	longestPatience = 5 * time.Millisecond
)

func patience(call *vignettev1.ModelCall) time.Duration {
	return min(call.GetLatency().AsDuration()/patiencePart, longestPatience)
}

// buffers are reused between messages. A large one is left to the collector.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const keepBuffer = 64 << 10

// encode makes a message's bytes in a buffer, which is to be given back.
func encode(m proto.Message) (data []byte, giveBack func(), err error) {
	buffer := buffers.Get().(*[]byte)
	data, err = proto.MarshalOptions{}.MarshalAppend((*buffer)[:0], m)
	return data, func() {
		if *buffer = data; cap(data) <= keepBuffer {
			buffers.Put(buffer)
		}
	}, err
}

func orOutside(id string) string {
	if id == "" {
		return Outside
	}
	return id
}

// Calls implements Log.
func (l *log) Calls(ctx context.Context, run, episode string) iter.Seq2[*vignettev1.ModelCall, error] {
	return func(yield func(*vignettev1.ModelCall, error) bool) {
		if episode == "" {
			episode = "*"
		}
		filter, err := l.callSubject(run, episode)
		if err != nil {
			yield(nil, fmt.Errorf("read calls: %w", err))
			return
		}
		last, err := l.calls.Last(ctx, filter)
		if err != nil {
			yield(nil, fmt.Errorf("read calls of run %s: %w", run, err))
			return
		}
		if last == nil {
			return
		}
		for msg, err := range l.calls.Scan(ctx, filter, last.Sequence) {
			call := &vignettev1.ModelCall{}
			if err == nil {
				err = proto.Unmarshal(msg.Data, call)
			}
			if err != nil {
				yield(nil, fmt.Errorf("read calls of run %s: %w", run, err))
				return
			}
			if !yield(call, nil) {
				return
			}
		}
	}
}

// Watch implements Log.
func (l *log) Watch(run string, each func(*vignettev1.ModelCall)) (func() error, error) {
	filter, err := l.callSubject(run, "*")
	if err != nil {
		return nil, fmt.Errorf("watch calls: %w", err)
	}
	sub, err := l.nc.Subscribe(filter, func(msg *nats.Msg) {
		call := &vignettev1.ModelCall{}
		if proto.Unmarshal(msg.Data, call) == nil { // one that cannot be read is for Calls to complain about
			each(call)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("watch calls of run %s: %w", run, err)
	}
	return sub.Unsubscribe, nil
}

// Forget implements Log.
func (l *log) Forget(ctx context.Context, run, episode string, shred bool) (int, error) {
	if episode == "" || episode == "*" {
		return 0, errors.New("forget calls: which episode?")
	}
	return l.forget(ctx, run, episode, shred)
}

// ForgetRun implements Log.
func (l *log) ForgetRun(ctx context.Context, run string, shred bool) (int, error) {
	if run == "" || run == "*" {
		return 0, errors.New("forget calls: which run?")
	}
	return l.forget(ctx, run, "*", shred)
}

func (l *log) forget(ctx context.Context, run, episode string, shred bool) (int, error) {
	what := "episode " + episode
	if episode == "*" {
		what = "run " + run
	}
	keys := map[string]bool{}
	for call, err := range l.Calls(ctx, run, episode) {
		if err != nil {
			return 0, fmt.Errorf("forget calls of %s: %w", what, err)
		}
		if call.GetAnswer() != "" {
			keys[call.GetAnswer()] = true
		}
	}
	// Answers first: while the calls are there, what was cut off can be done again.
	for key := range keys {
		subject, err := l.answerSubject(key)
		if err == nil {
			_, err = l.answers.Erase(ctx, stream.Erasure{Filter: subject, Shred: shred})
		}
		if err != nil {
			return 0, fmt.Errorf("forget answer %s: %w", key, err)
		}
	}
	filter, err := l.callSubject(run, episode)
	if err == nil {
		_, err = l.calls.Erase(ctx, stream.Erasure{Filter: filter, Shred: shred})
	}
	if err != nil {
		return 0, fmt.Errorf("forget calls of %s: %w", what, err)
	}
	return len(keys), nil
}

// Answers implements Log.
func (l *log) Answers(ctx context.Context) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		all := l.prefix + "answers.*"
		last, err := l.answers.Last(ctx, all)
		if err != nil {
			yield(Recorded{}, fmt.Errorf("read answers: %w", err))
			return
		}
		if last == nil {
			return
		}
		for msg, err := range l.answers.Scan(ctx, all, last.Sequence) {
			var recorded Recorded
			if err == nil {
				recorded.Key = strings.TrimPrefix(msg.Subject, l.prefix+"answers.")
				recorded.Answer, err = parseAnswer(recorded.Key, msg)
			}
			if err != nil {
				yield(Recorded{}, fmt.Errorf("read answers: %w", err))
				return
			}
			if !yield(recorded, nil) {
				return
			}
		}
	}
}
