package models

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/models/endpoint"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// floors remembers how far down the ladder a model had to be asked.
type floors struct {
	mu     sync.Mutex
	lowest map[string]vignettev1.Rung
}

func (f *floors) of(t *target) vignettev1.Rung {
	f.mu.Lock()
	defer f.mu.Unlock()
	return max(f.lowest[t.String()], t.rung())
}

func (f *floors) lower(t *target, to vignettev1.Rung) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lowest == nil {
		f.lowest = map[string]vignettev1.Rung{}
	}
	f.lowest[t.String()] = max(f.lowest[t.String()], to)
}

// structured gets an answer of a form. The ladder: the endpoint holds the model to the schema; or to JSON, the schema being
// told in words; or to nothing, and JSON is looked for in what it says. An answer that is not of the form is shown to the
// model once, with what is wrong, to be mended. After that it is malformed, and nobody guesses what it may have meant.
func (g *Gateway) structured(ctx context.Context, q *question, a *account) (*vignettev1.Completion, error) {
	form, err := g.forms.of(q.form.GetSchema())
	if err != nil {
		return nil, err
	}
	first, err := g.descend(ctx, q, a)
	if err != nil || first.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return first, err
	}
	wrong := form.judge(first)
	if wrong == nil {
		return first, nil
	}
	q.watcher.takeBack("the answer was not of the form asked for")
	repair := q.repair(first.GetText(), wrong)
	second, err := g.descend(ctx, repair, a)
	if err != nil || second.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return second, err
	}
	if wrong := form.judge(second); wrong != nil {
		second.Outcome, second.Detail = vignettev1.Outcome_OUTCOME_MALFORMED, fmt.Sprintf("not of the form %q, also after a repair: %v", q.form.GetName(), wrong)
	}
	second.Rung = vignettev1.Rung_RUNG_REPAIRED
	return second, nil
}

// judge holds an answer to the form, and fills in its JSON if it fits.
func (f *form) judge(c *vignettev1.Completion) error {
	json, whole, err := f.read(c.GetText())
	if err != nil {
		return err
	}
	c.Json = json
	if !whole {
		c.Rung = vignettev1.Rung_RUNG_EXTRACTED
	}
	return nil
}

// repair is the question again, with the answer and what is wrong with it.
func (q *question) repair(answer string, wrong error) *question {
	again := *q
	more := []*vignettev1.ChatMessage{
		{Role: vignettev1.ChatRole_CHAT_ROLE_ASSISTANT, Content: answer},
		{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: fmt.Sprintf("That answer cannot be used: %v. Give the whole answer again as one JSON object of the form asked for, mended, and nothing else.", wrong)},
	}
	again.messages = append(append([]*vignettev1.ChatMessage{}, q.messages...), more...)
	again.isRepair = true
	return &again
}

// descend puts a question on the highest rung that the endpoint takes.
func (g *Gateway) descend(ctx context.Context, q *question, a *account) (*vignettev1.Completion, error) {
	for {
		q.rung = g.floors.of(q.target)
		q.sent = q.inWords()
		completion, err := g.put(ctx, q, a)
		if !isForm(err) || q.rung >= vignettev1.Rung_RUNG_EXTRACTED {
			return completion, err
		}
		g.floors.lower(q.target, q.rung+1)
	}
}

// isForm says whether the endpoint would not hold a model to a form in the way asked for. It has asked no model then.
func isForm(err error) bool {
	var failed *endpoint.Error
	return errors.As(err, &failed) && failed.Reason == endpoint.ReasonForm
}

// inWords tells the form in words on the rungs where the endpoint does not hold the model to it.
func (q *question) inWords() []*vignettev1.ChatMessage {
	if q.rung == vignettev1.Rung_RUNG_JSON_SCHEMA {
		return q.messages
	}
	return append(append([]*vignettev1.ChatMessage{}, q.messages...), &vignettev1.ChatMessage{
		Role:    vignettev1.ChatRole_CHAT_ROLE_USER,
		Content: "Answer with one JSON object and nothing else. It must be valid against this JSON Schema:\n" + q.form.GetSchema(),
	})
}

// put asks a question and adds to the account what it took.
func (g *Gateway) put(ctx context.Context, q *question, a *account) (*vignettev1.Completion, error) {
	q.begun = g.now()
	q.put = g.completion(q)
	answer, call, err := g.answerFitting(ctx, q)
	if (call.GetAttempts() > 0 || call.GetRecorded()) && !isForm(err) {
		if bookErr := g.bookOnce(ctx, call, q.begun); bookErr != nil {
			return nil, errors.Join(err, bookErr)
		}
		a.add(call, answer.GetCompletion())
	}
	if err != nil {
		return nil, err
	}
	return proto.CloneOf(answer.GetCompletion()), nil
}

// maxShortenings is how often a prompt is shortened because the endpoint said that it does not fit.
const maxShortenings = 5

// answerFitting is answer for prompts that the endpoint may find too long, though the size of its context is not known to us:
// half of what may be left out is, again and again.
func (g *Gateway) answerFitting(ctx context.Context, q *question) (*vignettev1.ModelAnswer, *vignettev1.ModelCall, error) {
	whole := q.sent
	for range maxShortenings {
		answer, call, err := g.answer(ctx, q)
		var failed *endpoint.Error
		if !errors.As(err, &failed) || failed.Reason != endpoint.ReasonContext {
			return answer, call, err
		}
		shorter, more, _ := fitInto(whole, keepHalf(q.sent))
		if len(shorter) >= len(q.sent) {
			return answer, call, err // nothing more can be left out
		}
		q.sent, q.dropped = shorter, more
	}
	return g.answer(ctx, q)
}

// keepHalf is how many tokens are left when half of what may be left out is.
func keepHalf(messages []*vignettev1.ChatMessage) int {
	var droppable []*vignettev1.ChatMessage
	for _, message := range messages {
		if message.GetDroppable() {
			droppable = append(droppable, message)
		}
	}
	return estimateAll(messages) - (estimateAll(droppable)+1)/2
}
