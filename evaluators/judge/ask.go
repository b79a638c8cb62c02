package judge

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	// purpose is what a call is for, in the books.
	purpose = "judge"
	// formName is the form of the answer, for endpoints.
	formName = "ratings"
	// asks is how often a question is put at most when the answer is no answer.
	asks = 2
)

// ask puts the question as often as the request says, and makes one score for each dimension of what comes. An error is one that
// ends the whole request.
func (j *judge) ask(ctx context.Context, req *vignettev1.EvaluateRequest, o occasion) ([]*vignettev1.Score, error) {
	draws := make([][]*vignettev1.Score, max(1, req.GetSamples()))
	for i := range draws {
		scores, err := j.draw(ctx, req, o, int32(i))
		if err != nil {
			return nil, err
		}
		draws[i] = scores
	}
	if len(draws) == 1 {
		return draws[0], nil
	}
	out := make([]*vignettev1.Score, len(o.form.dimensions))
	for d, spec := range o.form.dimensions {
		each := make([]*vignettev1.Score, len(draws))
		for i, scores := range draws {
			each[i] = scores[d]
		}
		out[d] = aggregate(spec, each)
	}
	return out, nil
}

// draw puts the question and reads the answer: a score for each dimension, in the order of the form. Draws are counted from 0.
func (j *judge) draw(ctx context.Context, req *vignettev1.EvaluateRequest, o occasion, nth int32) ([]*vignettev1.Score, error) {
	messages, err := o.messages()
	if err != nil {
		return nil, status.Errorf(codes.Internal, "prompt of a judge: %v", err)
	}
	question := &vignettev1.CompleteRequest{
		Model:      req.GetModel(),
		Messages:   messages,
		Parameters: &vignettev1.ModelParameters{Temperature: proto.Float64(temperature(req))},
		Form:       &vignettev1.AnswerForm{Name: formName, Schema: o.form.schema},
		Account:    req.GetAccount(),
		Purpose:    purpose,
		PromptHash: o.form.hash,
	}
	var wrong string
	for again := range int32(asks) {
		question.Account = asked(req.GetAccount(), nth*asks+again)
		response, err := j.models.Complete(ctx, question)
		if err != nil {
			if ends(err) {
				return nil, upward(err)
			}
			return o.none(vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED,
				fmt.Sprintf("the model could not be asked: %s: %s", status.Code(err), status.Convert(err).Message())), nil
		}
		var scores []*vignettev1.Score
		if scores, wrong = o.settle(response.GetCompletion(), o.texts()); wrong == "" {
			return scores, nil
		}
	}
	return o.none(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, fmt.Sprintf("asked twice; %s", wrong)), nil
}

// temperature is 0 for one answer, and that of the model as it is (1) for answers whose spread is to say something.
func temperature(req *vignettev1.EvaluateRequest) float64 {
	if req.GetSamples() > 1 {
		return 1
	}
	return 0
}

// asked is the account for a question put again: as it is, but another draw.
func asked(account *vignettev1.ModelAccount, again int32) *vignettev1.ModelAccount {
	if again == 0 {
		return account
	}
	other := &vignettev1.ModelAccount{}
	if account != nil {
		other = proto.CloneOf(account)
	}
	if other.Sample == nil {
		other.Sample = &vignettev1.ModelSample{}
	}
	other.Sample.Ask += again
	return other
}

// settle makes scores of what a model did, or says why that is no answer.
func (o occasion) settle(completion *vignettev1.Completion, texts []said) (scores []*vignettev1.Score, wrong string) {
	detail := ""
	if completion.GetDetail() != "" {
		detail = ": " + completion.GetDetail()
	}
	switch completion.GetOutcome() {
	case vignettev1.Outcome_OUTCOME_ANSWERED:
		scores, err := o.form.answer.read(o, completion.GetJson(), texts)
		if err != nil {
			return nil, "the answer is not of the form asked for: " + err.Error()
		}
		return scores, ""
	case vignettev1.Outcome_OUTCOME_REFUSED:
		return o.none(vignettev1.MissingReason_MISSING_REASON_REFUSED, "the model refused to judge"+detail), ""
	case vignettev1.Outcome_OUTCOME_FILTERED:
		return o.none(vignettev1.MissingReason_MISSING_REASON_REFUSED, "the endpoint's filter stopped the answer"+detail), ""
	case vignettev1.Outcome_OUTCOME_TRUNCATED:
		return nil, "the answer was cut at its length limit" + detail
	case vignettev1.Outcome_OUTCOME_EMPTY:
		return nil, "the model said nothing" + detail
	case vignettev1.Outcome_OUTCOME_MALFORMED:
		return nil, "the answer is not of the form asked for" + detail
	}
	return nil, "what the model did is not known" + detail
}

// ends says whether an error of ModelService is about more than one question: whoever asked for the verdict can try again
// later, and a reason beside a score would be final.
func ends(err error) bool {
	switch status.Code(upward(err)) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable:
		return true
	case codes.ResourceExhausted:
		return because(err) == "BUDGET"
	}
	return false
}

// upward is an error as it goes up: itself, or with a code if it is a context's.
func upward(err error) error {
	if _, ok := status.FromError(err); !ok && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return status.FromContextError(err).Err()
	}
	return err
}

// because is the reason that an error of ModelService has for programs.
func because(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}
