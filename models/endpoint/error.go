package endpoint

import (
	"fmt"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Reason says why no answer came.
type Reason string

// Reasons.
const (
	// ReasonRequest: the endpoint refuses the request as it is.
	ReasonRequest Reason = "REQUEST"
	// ReasonModel: the endpoint has no such model.
	ReasonModel Reason = "MODEL"
	// ReasonKey: the key is missing or refused.
	ReasonKey Reason = "KEY"
	// ReasonContext: prompt and answer do not fit the model.
	ReasonContext Reason = "CONTEXT"
	// ReasonRateLimit: the limits left no room, to the last attempt.
	ReasonRateLimit Reason = "RATE_LIMIT"
	// ReasonQuota: the account behind the key is used up.
	ReasonQuota Reason = "QUOTA"
	// ReasonEndpoint: the endpoint failed at every attempt.
	ReasonEndpoint Reason = "ENDPOINT"
	// ReasonForm: the endpoint does not hold this model to this form in this way; a lower rung may do. It is between this
	// package and the ladder, and no reason of ModelService.
	ReasonForm Reason = "FORM"
)

// Domain is the domain of reasons in gRPC errors.
const Domain = "models"

// Error says why no answer came. It holds no key, whatever the endpoint said.
type Error struct {
	// Reason is what to branch on.
	Reason Reason
	// Endpoint is the endpoint's name.
	Endpoint string
	// Model is the model asked for; empty when none was.
	Model string
	// Status is the HTTP status last seen, or the one that the endpoint named behind the beginning of an answer; 0 when
	// there was none.
	Status int
	// Message says what happened, for people. What the endpoint said is cut short.
	Message string
}

// Error says where and why.
func (e *Error) Error() string {
	if e.Model == "" {
		return fmt.Sprintf("endpoint %s: %s", e.Endpoint, e.Message)
	}
	return fmt.Sprintf("endpoint %s: model %s: %s", e.Endpoint, e.Model, e.Message)
}

// Code is the gRPC code that ModelService gives the reason.
func (e *Error) Code() codes.Code {
	switch e.Reason {
	case ReasonModel:
		return codes.NotFound
	case ReasonKey, ReasonContext:
		return codes.FailedPrecondition
	case ReasonRateLimit, ReasonQuota:
		return codes.ResourceExhausted
	case ReasonEndpoint:
		return codes.Aborted
	default:
		return codes.InvalidArgument
	}
}

// GRPCStatus is the error as ModelService returns it, with a google.rpc.ErrorInfo.
func (e *Error) GRPCStatus() *status.Status {
	info := &errdetails.ErrorInfo{Reason: string(e.Reason), Domain: Domain, Metadata: map[string]string{"endpoint": e.Endpoint}}
	if e.Model != "" {
		info.Metadata["model"] = e.Model
	}
	if e.Status != 0 {
		info.Metadata["http_status"] = strconv.Itoa(e.Status)
	}
	plain := status.New(e.Code(), e.Error())
	detailed, err := plain.WithDetails(info)
	if err != nil {
		return plain
	}
	return detailed
}
