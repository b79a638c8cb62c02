package runs

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/broker/episodelog"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// A refusal travels in trailers, for which clients in other languages have room for 8 KiB.
const (
	maxViolations  = 20
	maxDescription = 200
)

// designOf checks a request and makes a design of it. The error is INVALID_ARGUMENT with every problem there is.
func designOf(request *vignettev1.StartRunRequest) (Design, error) {
	request = proto.CloneOf(request)
	for _, scenario := range request.GetScenarios() {
		scenarios.Normalize(scenario)
	}
	var problems scenarios.Problems
	for _, problem := range broken(request) {
		// Package scenarios says more about these, and says it below.
		if !strings.HasPrefix(problem.Field, "scenarios[") {
			problems = append(problems, problem)
		}
	}
	for i, scenario := range request.GetScenarios() {
		var wrong scenarios.Problems
		errors.As(scenarios.Validate(scenario), &wrong)
		for _, problem := range wrong {
			problem.Field = strings.TrimSuffix(fmt.Sprintf("scenarios[%d].%s", i, problem.Field), ".")
			problems = append(problems, problem)
		}
	}
	if len(problems) > 0 {
		return Design{}, invalid(problems)
	}
	return Design{
		Scenarios: request.GetScenarios(),
		Factors:   request.GetFactors(),
		Repeats:   int(request.GetRepeats()),
		Seed:      request.GetSeed(),
		Models:    request.GetModels(),
	}, nil
}

// check holds a request against the rules of its contract.
func check(request proto.Message) error {
	if problems := broken(request); len(problems) > 0 {
		return invalid(problems)
	}
	return nil
}

func broken(request proto.Message) scenarios.Problems {
	err := protovalidate.Validate(request)
	if err == nil {
		return nil
	}
	var rules *protovalidate.ValidationError
	if !errors.As(err, &rules) {
		return scenarios.Problems{{Message: err.Error()}}
	}
	var problems scenarios.Problems
	for _, violation := range rules.Violations {
		problems = append(problems, scenarios.Problem{
			Field:   protovalidate.FieldPathString(violation.Proto.GetField()),
			Message: violation.Proto.GetMessage(),
		})
	}
	return problems
}

// invalid is INVALID_ARGUMENT with a field violation for each problem.
func invalid(problems scenarios.Problems) error {
	detail := &errdetails.BadRequest{}
	for _, problem := range problems[:min(len(problems), maxViolations)] {
		field := problem.Field
		problem.Field = ""
		detail.FieldViolations = append(detail.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: field, Description: shorten(problem.String()),
		})
	}
	message := shorten(problems[0].String())
	if len(problems) > 1 {
		message = fmt.Sprintf("%d problems, the first: %s", len(problems), message)
	}
	refused := status.New(codes.InvalidArgument, message)
	if detailed, err := refused.WithDetails(detail); err == nil {
		refused = detailed
	}
	return refused.Err()
}

func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= maxDescription {
		return text
	}
	return string(runes[:maxDescription-1]) + "…"
}

// refusal is the status for a design that could not be prepared: INVALID_ARGUMENT, unless somebody it names does not
// answer.
func refusal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	var problems scenarios.Problems
	if errors.As(err, &problems) {
		return invalid(problems)
	}
	var answered interface{ GRPCStatus() *status.Status }
	if errors.As(err, &answered) {
		switch answered.GRPCStatus().Code() {
		case codes.Unimplemented, codes.InvalidArgument: // Somebody is there, of another kind than the design says.
		default:
			return status.Error(codes.Unavailable, err.Error())
		}
	}
	return invalid(scenarios.Problems{{Field: "scenarios", Message: err.Error()}})
}

// logFailure is the status for a log that cannot be read or written.
func logFailure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	var corrupt *episodelog.CorruptError
	if errors.As(err, &corrupt) {
		return status.Error(codes.DataLoss, err.Error())
	}
	return status.Error(codes.Unavailable, err.Error())
}

// Check holds a request against the rules of its contract; the error is INVALID_ARGUMENT with field violations. It is for the
// services of other drivers, as are the two below: refusals look alike whoever is asked.
func Check(request proto.Message) error { return check(request) }

// Refusal is the status for something that could not be prepared: INVALID_ARGUMENT, or UNAVAILABLE when somebody it names does not
// answer.
func Refusal(ctx context.Context, err error) error { return refusal(ctx, err) }

// LogFailure is the status for a log that cannot be read or written.
func LogFailure(ctx context.Context, err error) error { return logFailure(ctx, err) }
