package llm

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// question is one question to the model.
type question struct {
	// purpose is what it is for, in the books.
	purpose string
	// hash names its words.
	hash string
	// form is the form of the answer; nil means free text.
	form *form
	// ask is how many questions were put for the same end before.
	ask int32
	// before are the messages before the task; nil means what the model plays and the conversation.
	before []*vignettev1.ChatMessage
	// task are the paragraphs that say what is to be done.
	task []string
}

func (s *scene) request(q question) *vignettev1.CompleteRequest {
	request := &vignettev1.CompleteRequest{
		Model: s.model(), Messages: s.messages(q), Account: s.account(q.ask), Purpose: q.purpose, PromptHash: q.hash,
	}
	if t := s.obs.GetSelf().GetPolicy().Temperature; t != nil {
		request.Parameters = &vignettev1.ModelParameters{Temperature: t}
	}
	if q.form != nil {
		request.Form = q.form.answer()
	}
	return request
}

func (s *scene) model() string { return s.obs.GetSelf().GetPolicy().GetModel() }

// account is the observation's, with the number of the question in the sample.
func (s *scene) account(ask int32) *vignettev1.ModelAccount {
	account := proto.CloneOf(s.obs.GetAccount())
	if account == nil {
		account = &vignettev1.ModelAccount{}
	}
	if account.Sample == nil {
		account.Sample = &vignettev1.ModelSample{}
	}
	account.Sample.Ask += ask
	return account
}

// complete asks and waits for the whole answer.
func (s *scene) complete(ctx context.Context, q question) (*vignettev1.Completion, error) {
	response, err := s.models.Complete(ctx, s.request(q))
	if err != nil {
		return nil, s.failed(err)
	}
	return response.GetCompletion(), nil
}

// listener takes a streamed answer while it comes.
type listener interface {
	// hear takes the next piece, takeBack makes all pieces so far undone.
	hear(piece string) error
	takeBack(reason string) error
}

// stream asks and lets somebody listen while the answer comes.
func (s *scene) stream(ctx context.Context, q question, l listener) (*vignettev1.Completion, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.models.CompleteStream(ctx, &vignettev1.CompleteStreamRequest{Request: s.request(q)})
	if err != nil {
		return nil, s.failed(err)
	}
	for {
		response, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil, status.Errorf(codes.Internal, "model %q of role %q: the answer ended before it was final", s.model(), s.obs.GetSelf().GetId())
		case err != nil:
			return nil, s.failed(err)
		}
		switch frame := response.GetFrame().(type) {
		case *vignettev1.CompleteStreamResponse_Delta:
			err = l.hear(frame.Delta)
		case *vignettev1.CompleteStreamResponse_Discard:
			err = l.takeBack(frame.Discard)
		case *vignettev1.CompleteStreamResponse_Final:
			return frame.Final, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// failed passes an error of ModelService on, with its code and details, and says who asked.
func (s *scene) failed(err error) error {
	st, ok := status.FromError(err)
	if !ok && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		st = status.FromContextError(err)
	}
	whole := proto.CloneOf(st.Proto())
	whole.Message = fmt.Sprintf("role %q asked model %q: %s", s.obs.GetSelf().GetId(), s.model(), st.Message())
	return status.ErrorProto(whole)
}

// unanswered says what it means that a model did not answer: the word for prompts and books, the reason for machines, and
// what a person can do.
var unanswered = map[vignettev1.Outcome]struct{ why, reason, did, todo string }{
	vignettev1.Outcome_OUTCOME_REFUSED: {"refused", "MODEL_REFUSED", "refused to play", "give the role another model, or look at what the scenario asks for"},
	vignettev1.Outcome_OUTCOME_FILTERED: {"filtered", "MODEL_FILTERED", "was stopped by its endpoint's content filter",
		"give the role another model, or loosen the endpoint's filter"},
	vignettev1.Outcome_OUTCOME_TRUNCATED: {"cut", "MODEL_TRUNCATED", "was cut at its length limit", "raise the endpoint's max_tokens"},
	vignettev1.Outcome_OUTCOME_EMPTY:     {"empty", "MODEL_EMPTY", "said nothing", "give the role another model, or look at the endpoint's parameters"},
	vignettev1.Outcome_OUTCOME_MALFORMED: {"malformed", "MODEL_MALFORMED", "gave no answer of the form asked for", "give the role a model that can answer in JSON"},
}

// domain of this package's google.rpc.ErrorInfo.
const domain = "agents/llm"

// gaveUp is the error for a question that the model did not answer, asked again or not. It holds no words of the model's: they
// may tell what is private to the role.
func (s *scene) gaveUp(purpose string, outcome vignettev1.Outcome) error {
	how, ok := unanswered[outcome]
	if !ok {
		return status.Errorf(codes.Internal, "model %q of role %q: an outcome %v is not known here", s.model(), s.obs.GetSelf().GetId(), outcome)
	}
	st := status.Newf(codes.Aborted, "%s of role %q: model %q %s, also when asked again; %s", purpose, s.obs.GetSelf().GetId(), s.model(), how.did, how.todo)
	detailed, err := st.WithDetails(&errdetails.ErrorInfo{
		Reason: how.reason, Domain: domain, Metadata: map[string]string{"model": s.model(), "role": s.obs.GetSelf().GetId()},
	})
	if err != nil {
		return st.Err()
	}
	return detailed.Err()
}
