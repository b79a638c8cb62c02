package environment

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Reasons of item errors; EnvironmentService says what they mean.
const (
	ReasonRequest     = "REQUEST"
	ReasonEnvironment = "ENVIRONMENT"
	ReasonOver        = "OVER"
	ReasonOrder       = "ORDER"
	ReasonBusy        = "BUSY"
	ReasonCapacity    = "CAPACITY"
	ReasonBudget      = "BUDGET"
	ReasonSlow        = "SLOW"
	ReasonPartner     = "PARTNER"
)

// refused is an item's error.
type refused struct{ *vignettev1.EnvironmentError }

func (r *refused) Error() string { return r.GetMessage() }

func refuse(code codes.Code, reason, format string, args ...any) error {
	return &refused{&vignettev1.EnvironmentError{Code: int32(code), Reason: reason, Message: fmt.Sprintf(format, args...)}}
}

// outcome is what came of an item, for the response.
func outcome(step *vignettev1.EnvironmentStep, err error) *vignettev1.StepOutcome {
	if err == nil {
		return &vignettev1.StepOutcome{Outcome: &vignettev1.StepOutcome_Step{Step: step}}
	}
	var known *refused
	if !errors.As(err, &known) {
		known = &refused{&vignettev1.EnvironmentError{Code: int32(status.Code(err)), Reason: ReasonPartner, Message: status.Convert(err).Message()}}
	}
	return &vignettev1.StepOutcome{Outcome: &vignettev1.StepOutcome_Error{Error: known.EnvironmentError}}
}

// unfit is the error for what cannot be prepared: what is wrong with it, or who does not answer.
func unfit(ctx context.Context, err error) error {
	s := status.Convert(runs.Refusal(ctx, err))
	reason := ReasonPartner
	if s.Code() == codes.InvalidArgument {
		reason = ReasonRequest
	}
	return refuse(s.Code(), reason, "%s", s.Message())
}

// broken is the error for an episode that could not be driven on.
func broken(err error) error {
	var paused *conductor.PausedError
	if errors.As(err, &paused) {
		return refuse(codes.ResourceExhausted, ReasonBudget, "%v", err)
	}
	return refuse(codes.Unavailable, ReasonPartner, "the episode cannot go on: %v; begin another with Reset", err)
}

// Refused is what the error says to a caller.
func (r *refused) Refused() *vignettev1.EnvironmentError { return r.EnvironmentError }
