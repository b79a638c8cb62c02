package models

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// question is one thing to be asked of a model, once or not at all: an answer on record will do.
type question struct {
	*target
	messages   []*vignettev1.ChatMessage // as they identify the question
	sent       []*vignettev1.ChatMessage // as they are sent: on a lower rung, the form is asked for in words
	parameters *vignettev1.ModelParameters
	form       *vignettev1.AnswerForm
	rung       vignettev1.Rung
	account    *vignettev1.ModelAccount
	purpose    string
	promptHash string
	isRepair   bool
	dropped    int
	begun      time.Time
	watcher    watcher
	// put puts the question to the endpoint.
	put func(context.Context) (*vignettev1.ModelAnswer, endpoint.Effort, error)
}

// completion puts a question that is answered in words.
func (g *Gateway) completion(q *question) func(context.Context) (*vignettev1.ModelAnswer, endpoint.Effort, error) {
	return func(ctx context.Context) (*vignettev1.ModelAnswer, endpoint.Effort, error) {
		completion, effort, err := q.endpoint.Ask(ctx, endpoint.Question{
			Model: q.model, Messages: q.sent, Parameters: q.parameters, Form: q.form, Rung: q.rung, Capabilities: q.capabilities,
			Watch: q.watcher.delta, Discard: q.watcher.discard,
		})
		if err != nil {
			return nil, effort, err
		}
		completion.Rung = q.rung
		return &vignettev1.ModelAnswer{
			SchemaVersion: calllog.SchemaVersion, Time: timestamppb.New(g.now()), Endpoint: q.name, Request: effort.Request, Completion: completion,
		}, effort, nil
	}
}

// watcher is told the words while they come. The zero value is nobody.
type watcher struct {
	delta   func(string)
	discard func(reason string)
}

func (w watcher) say(text string) {
	if w.delta != nil && text != "" {
		w.delta(text)
	}
}

func (w watcher) takeBack(reason string) {
	if w.discard != nil {
		w.discard(reason)
	}
}

// keyVersion changes when the bytes that are hashed do.
const keyVersion = "vignette-answer-1"

// key identifies the question: two questions with one key have one answer. It hangs on where the model is, what it is asked and
// which draw is meant, and not on how the endpoint is brought to keep to the form.
func (q *question) key() string {
	sample, p := q.account.GetSample(), q.parameters
	buffer := keyBuffers.Get().(*[]byte)
	defer func() {
		if cap(*buffer) <= keepBuffer {
			keyBuffers.Put(buffer)
		}
	}()
	b := appendStrings((*buffer)[:0], keyVersion, q.settings.GetBaseUrl(), q.model)
	b = binary.AppendUvarint(b, uint64(len(q.messages)))
	for _, message := range q.messages {
		b = appendStrings(binary.AppendUvarint(b, uint64(message.GetRole())), message.GetContent())
	}
	b = appendNumber(appendNumber(b, p.Temperature), p.TopP)
	b = appendInteger(appendInteger(appendInteger(b, p.MaxTokens), p.Seed), p.TopLogprobs)
	b = appendStrings(b, p.GetStop()...)
	b = appendStrings(b, q.form.GetName(), q.form.GetSchema(), q.extraBody())
	for _, part := range []uint64{sample.GetSeed(), uint64(sample.GetRepeat()), sample.GetBranchSeed(), uint64(sample.GetAsk())} {
		b = binary.BigEndian.AppendUint64(b, part)
	}
	*buffer = b[:0]
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// keyBuffers are reused between questions. A large one is left to the collector.
const keepBuffer = 64 << 10

var keyBuffers = sync.Pool{New: func() any { return new([]byte) }}

// extraBody is what is sent beside the question, in an order of its own: a map has none.
func (q *question) extraBody() string {
	if len(q.settings.GetExtraBody().GetFields()) == 0 {
		return ""
	}
	extra, _ := proto.MarshalOptions{Deterministic: true}.Marshal(q.settings.GetExtraBody()) // what was read from a file can be written
	return string(extra)
}

// privateKey is the key of an answer that is found by its call alone.
func privateKey(id string) string {
	sum := sha256.Sum256([]byte("call " + id))
	return hex.EncodeToString(sum[:])
}

// appendStrings adds strings so that no two lists of them give the same bytes.
func appendStrings(b []byte, parts ...string) []byte {
	b = binary.AppendUvarint(b, uint64(len(parts)))
	for _, part := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	return b
}

// appendNumber and appendInteger tell what is absent from what is zero.
func appendNumber(b []byte, x *float64) []byte {
	if x == nil {
		return append(b, 0)
	}
	return binary.BigEndian.AppendUint64(append(b, 1), math.Float64bits(*x))
}

func appendInteger[T int32 | int64](b []byte, x *T) []byte {
	if x == nil {
		return append(b, 0)
	}
	return binary.AppendVarint(append(b, 1), int64(*x))
}

// answer gets the answer to a question: from the record, from somebody who is asking the same this moment, or from the
// endpoint. An answer that was asked for is in the books when it returns; of other calls, which have no time then, whoever called
// sees to that.
func (g *Gateway) answer(ctx context.Context, q *question) (*vignettev1.ModelAnswer, *vignettev1.ModelCall, error) {
	key := q.key()
	call := g.newCall(q)
	call.Answer = key
	use := q.account.GetRecorded()
	if use == vignettev1.RecordedAnswers_RECORDED_ANSWERS_IGNORE {
		call.Answer = privateKey(call.GetId()) // For the books only: nobody who asks the same finds it.
		return g.ask(ctx, q, call)
	}
	// One asks at a time: whoever comes second with the same question finds on record what the first one paid for.
	for {
		wait, mine := g.flights.begin(key)
		if mine {
			defer g.flights.end(key)
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, call, ctx.Err()
		}
	}
	recorded, err := g.recall(ctx, q, call)
	if recorded != nil || err != nil {
		return recorded, call, err
	}
	if use == vignettev1.RecordedAnswers_RECORDED_ANSWERS_ONLY {
		return nil, call, refuse(reasonNotRecorded, "model %s: no answer is on record for this question (%s, %s), and nothing may be asked",
			q.target, q.account.GetWho(), q.purpose)
	}
	return g.ask(ctx, q, call)
}

// recall returns the answer on record, or nil when there is none.
func (g *Gateway) recall(ctx context.Context, q *question, call *vignettev1.ModelCall) (*vignettev1.ModelAnswer, error) {
	answer, err := g.log.Answer(ctx, call.GetAnswer())
	if errors.Is(err, calllog.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, refuse(reasonRecord, "model %s: %v", q.target, err)
	}
	q.watcher.say(answer.GetCompletion().GetText())
	call.Recorded = true
	call.Outcome, call.Rung = answer.GetCompletion().GetOutcome(), answer.GetCompletion().GetRung()
	return answer, nil
}

// ask asks the endpoint, within the budget, and records the answer.
func (g *Gateway) ask(ctx context.Context, q *question, call *vignettev1.ModelCall) (*vignettev1.ModelAnswer, *vignettev1.ModelCall, error) {
	key := call.GetAnswer()
	reserved, err := g.reserve(ctx, q)
	if err != nil {
		call.Answer = ""
		return nil, call, err
	}
	given, effort, err := q.put(ctx)
	g.enter(q, call, effort)
	if err != nil {
		call.Answer, call.Error = "", err.Error()
	} else {
		call.Outcome, call.Rung = given.GetCompletion().GetOutcome(), q.rung
	}
	if reserved != nil {
		reserved.settle(call)
	}
	if err != nil {
		return nil, call, err
	}
	stamp(call, g.now(), q.begun)
	// What has been paid for is not lost to a caller that went away.
	answer, keepErr, bookErr := g.log.Enter(context.WithoutCancel(ctx), key, given, call)
	if bookErr == nil {
		g.tell(ctx, call)
	}
	if err := errors.Join(keepErr, bookErr); err != nil {
		return nil, call, refuse(reasonRecord, "model %s: %v", q.target, err)
	}
	return answer, call, nil
}

// reserve makes room in the budget, if there is one.
func (g *Gateway) reserve(ctx context.Context, q *question) (*reservation, error) {
	if q.account == nil || q.account.MaxCost == nil && q.account.MaxTokens == nil {
		return nil, nil
	}
	spending, err := g.ledger.of(ctx, q.account.GetRun())
	if err != nil {
		return nil, refuse(reasonRecord, "%v", err)
	}
	return spending.reserve(q.account, q.target, estimateAll(q.sent))
}

func (g *Gateway) newCall(q *question) *vignettev1.ModelCall {
	return &vignettev1.ModelCall{
		SchemaVersion: calllog.SchemaVersion, Id: g.ownID + g.newID(), Account: q.account, Endpoint: q.name, Model: q.model,
		Purpose: q.purpose, PromptHash: q.promptHash, Repair: q.isRepair, DroppedMessages: int32(q.dropped),
	}
}

// enter writes into a call what it took to have it answered.
func (g *Gateway) enter(q *question, call *vignettev1.ModelCall, effort endpoint.Effort) {
	call.Attempts, call.Waiting = int32(effort.Attempts), durationpb.New(effort.Waiting)
	for _, kind := range sortedKeys(effort.Failures) {
		call.Failures = append(call.Failures, &vignettev1.AttemptFailure{Kind: kind, Count: int32(effort.Failures[kind])})
	}
	if effort.Attempts > 0 {
		call.Usage, call.Cost = effort.Usage, q.cost(effort.Usage)
	}
}

// bookOnce enters a call that has not been entered with its answer.
func (g *Gateway) bookOnce(ctx context.Context, call *vignettev1.ModelCall, begun time.Time) error {
	if call.GetTime() != nil {
		return nil
	}
	return g.book(ctx, call, begun)
}

// book enters a call; begun is when it was asked for.
func (g *Gateway) book(ctx context.Context, call *vignettev1.ModelCall, begun time.Time) error {
	stamp(call, g.now(), begun)
	if err := g.log.Book(context.WithoutCancel(ctx), call); err != nil {
		return refuse(reasonRecord, "%v", err)
	}
	g.tell(ctx, call)
	return nil
}

// stamp says when a call was entered and how long it took.
func stamp(call *vignettev1.ModelCall, now, begun time.Time) {
	call.Time, call.Latency = timestamppb.New(now), durationpb.New(now.Sub(begun))
}

// tell says that a call is in the books.
func (g *Gateway) tell(ctx context.Context, call *vignettev1.ModelCall) {
	if g.booked != nil {
		g.booked(ctx, call)
	}
}
