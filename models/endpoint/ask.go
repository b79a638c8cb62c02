package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Question is one thing to ask.
type Question struct {
	// Model is the model's name at the endpoint.
	Model string
	// Messages are the conversation, oldest first.
	Messages []*vignettev1.ChatMessage
	// Parameters are those in force; what is absent is not sent. May be nil.
	Parameters *vignettev1.ModelParameters
	// Form is the form of the answer; nil means free text.
	Form *vignettev1.AnswerForm
	// Rung says how the endpoint is to hold the model to the form: JSON_SCHEMA, JSON_OBJECT, and with any other not at all.
	Rung vignettev1.Rung
	// Capabilities are those in force for the model. May be nil.
	Capabilities *vignettev1.EndpointCapabilities
	// Watch is given the text piece by piece while it comes, without reasoning. If nil, nobody watches.
	Watch func(delta string)
	// Discard is told that an attempt failed of which text was handed to Watch, and why. May be nil.
	Discard func(reason string)
}

// Ask puts a question until it is answered or no more sense in asking. The outcome is ANSWERED, REFUSED, FILTERED,
// TRUNCATED or EMPTY; the text may still not be of the form asked for. An answer counts when the endpoint said why it
// ended: what broke off is a failed attempt.
//
// The error is an [*Error], or the context's when that ended first. The effort is told in either case.
func (e *Endpoint) Ask(ctx context.Context, q Question) (*vignettev1.Completion, Effort, error) {
	c := e.newCall(q.Model)
	var completion *vignettev1.Completion
	err := c.persist(ctx, e.expect(&q), func(ctx context.Context) (usage *vignettev1.ModelUsage, f *failure) {
		completion, usage, f = c.ask(ctx, &q)
		return usage, f
	})
	return completion, c.effort, err
}

// expect is how many tokens a question may take, if anybody wants to know.
func (e *Endpoint) expect(q *Question) int {
	if !e.limiter.CountsTokens() {
		return 0
	}
	answer := e.answers.get()
	if q.Parameters != nil && q.Parameters.MaxTokens != nil {
		answer = min(answer, int(q.Parameters.GetMaxTokens()))
	}
	return int(tokens(q.characters())) + answer
}

func (q *Question) characters() int {
	n := 0
	for _, m := range q.Messages {
		n += utf8.RuneCountInString(m.GetContent())
	}
	return n
}

// plan is how a question is put.
type plan struct {
	front []byte // fields of the body
	bound string // the field that bounds the answer; empty if none does
	held  bool   // the endpoint is to hold the model to a form
}

func (e *Endpoint) plan(q *Question) (plan, error) {
	if len(q.Messages) == 0 {
		return plan{}, errors.New("there are no messages")
	}
	for i, m := range q.Messages {
		if role(m.GetRole()) == "" || m.GetContent() == "" {
			return plan{}, fmt.Errorf("message %d has no role or says nothing", i)
		}
	}
	front := fields{json: make([]byte, 0, 256+len(q.Form.GetSchema()))}
	bound, err := e.parameters(&front, q)
	if err != nil {
		return plan{}, err
	}
	held, err := front.form(q)
	if err != nil {
		return plan{}, err
	}
	front.rest(e.extra)
	return plan{front.json, bound, held}, nil
}

// ask puts the question once.
func (c *call) ask(ctx context.Context, q *Question) (*vignettev1.Completion, *vignettev1.ModelUsage, *failure) {
	plan, err := c.endpoint.plan(q)
	if err != nil {
		return nil, nil, &failure{reason: ReasonRequest, message: err.Error()}
	}
	a := c.endpoint.newAttempt(ctx)
	defer a.close()
	a.front = plan.front
	a.streamed = q.Watch != nil || q.Capabilities.GetAlwaysStream()
	got := &answer{watch: q.Watch}
	err = a.converse(q, got)
	c.sent(a)
	if err != nil {
		f := a.failed(err)
		c.learn(f, q, plan, a.complaint)
		if got.said && q.Discard != nil {
			q.Discard(c.endpoint.secrets.tell(f.message))
		}
		return nil, a.spent(q, got, err), f
	}
	completion := got.completion()
	completion.Usage = counted(got.usage)
	if completion.GetUsage() == nil {
		completion.Usage = estimated(q.characters(), got.characters())
	}
	c.endpoint.answers.add(completion.GetUsage().GetCompletionTokens())
	return completion, completion.GetUsage(), nil
}

// sent notes what was sent.
func (c *call) sent(a *attempt) {
	if a.sent {
		c.effort.Attempts++
		c.effort.Request = a.body
	}
}

// learn makes of a refusal what can be made of it: it may name the field by which the model wants its answer bounded.
func (c *call) learn(f *failure, q *Question, plan plan, complaint []byte) {
	if f.reason == ReasonForm && !plan.held {
		f.reason = ReasonRequest
	}
	configured := q.Capabilities.GetTokenLimit() != vignettev1.TokenLimitField_TOKEN_LIMIT_FIELD_UNSPECIFIED
	if f.reason == ReasonRequest && !configured && readComplaint(complaint).refusesBound(plan.bound) {
		f.again = c.endpoint.learned.switchBound(q.Model, plan.bound)
	}
}

// spent is what a failed attempt took.
func (a *attempt) spent(q *Question, got *answer, err error) *vignettev1.ModelUsage {
	usage := counted(got.usage)
	switch {
	case usage != nil:
		return usage
	case !a.worked(err), a.complaint != nil && got.characters() == 0: // turned away, if perhaps with the wrong status
		return nil
	default:
		return estimated(q.characters(), got.characters())
	}
}

var errBrokenOff = fmt.Errorf("the answer broke off: %w", io.ErrUnexpectedEOF)

// converse sends the question and takes in the answer, to its end.
func (a *attempt) converse(q *Question, got *answer) error {
	a.conversation = q.Messages
	request := openai.ChatCompletionRequest{Model: q.Model}
	if a.streamed {
		request.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
		return a.listen(request, got)
	}
	if _, err := a.client().CreateChatCompletion(a.ctx, request); err != nil {
		return err
	}
	if err := got.read(a.answer); err != nil {
		if err == errNoChoices && isComplaint(a.answer) {
			a.complaint = a.head(a.answer)
		}
		return err
	}
	got.close()
	if got.broken() {
		return errBrokenOff
	}
	return nil
}

// lastWords is how long a stream may be silent when the answer has ended, and only the count of tokens is to come. Chosen.
const lastWords = 5 * time.Second

// listen takes in a stream. What goes wrong after the answer has ended does not take it back.
func (a *attempt) listen(request openai.ChatCompletionRequest, got *answer) error {
	stream, err := a.client().CreateChatCompletionStream(a.ctx, request)
	if err != nil {
		return err
	}
	defer stream.Close()
	err = a.receive(stream, got)
	got.close()
	switch {
	case !got.broken():
		a.drain()
		return nil
	case err == nil || err == io.EOF:
		return errBrokenOff
	default:
		return err
	}
}

// receive takes in events until there are no more. An answer that was broken off may still be heard to its end.
func (a *attempt) receive(stream *openai.ChatCompletionStream, got *answer) error {
	for {
		raw, err := stream.RecvRaw()
		if err != nil {
			return err
		}
		var c chunk
		if err := json.Unmarshal(raw, &c); err != nil {
			return fmt.Errorf("an event of the stream: %w", err)
		}
		got.hear(&c)
		if present(c.Error) {
			a.complaint = bytes.Clone(raw)
			return errRefused
		}
		if got.finish != "" {
			a.silence.patience = min(a.silence.patience, lastWords)
		}
	}
}
