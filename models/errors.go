package models

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/models/endpoint"
)

// Reasons of the gateway's own errors; model.proto says what each means.
const (
	reasonRequest     = string(endpoint.ReasonRequest)
	reasonModel       = string(endpoint.ReasonModel)
	reasonKey         = string(endpoint.ReasonKey)
	reasonContext     = string(endpoint.ReasonContext)
	reasonEndpoint    = string(endpoint.ReasonEndpoint)
	reasonNotRecorded = "NOT_RECORDED"
	reasonBudget      = "BUDGET"
	reasonRecord      = "RECORD"
)

var codeOf = map[string]codes.Code{
	reasonRequest:     codes.InvalidArgument,
	reasonModel:       codes.NotFound,
	reasonKey:         codes.FailedPrecondition,
	reasonNotRecorded: codes.FailedPrecondition,
	reasonContext:     codes.FailedPrecondition,
	reasonBudget:      codes.ResourceExhausted,
	reasonEndpoint:    codes.Aborted,
	reasonRecord:      codes.Aborted,
}

// refuse is an error of the gateway.
func refuse(reason, format string, args ...any) error {
	s := status.New(codeOf[reason], fmt.Sprintf(format, args...))
	if detailed, err := s.WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: endpoint.Domain}); err == nil {
		s = detailed
	}
	return s.Err()
}

// final makes the gateway's answer of whatever went wrong: a status, and never UNAVAILABLE, since nobody else is to try again.
func final(err error) error {
	var failed *endpoint.Error
	switch {
	case errors.As(err, &failed):
		return failed.GRPCStatus().Err()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	case status.Code(err) != codes.Unknown && status.Code(err) != codes.Unavailable:
		return err
	default:
		return refuse(reasonEndpoint, "%v", err)
	}
}
