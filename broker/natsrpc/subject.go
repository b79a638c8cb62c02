package natsrpc

import (
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// queueGroup is what servers of one agent share openings in.
const queueGroup = "natsrpc"

// anyInstance stands where an instance's id would, in frames for whichever instance has the call.
const anyInstance = "all"

// subjects are the subjects of one agent.
type subjects struct {
	rpc  string // <namespace>.rpc.<agent>.
	call string // <namespace>.call.<agent>.
}

func newSubjects(namespace, agent string) (subjects, error) {
	if err := CheckNamespace(namespace); err != nil {
		return subjects{}, fmt.Errorf("natsrpc: %w", err)
	}
	token, err := EncodeName(agent)
	if err != nil {
		return subjects{}, fmt.Errorf("natsrpc: %w", err)
	}
	return subjects{rpc: namespace + ".rpc." + token + ".", call: namespace + ".call." + token + "."}, nil
}

// method returns the subject that opens a call of "/package.Service/Method".
func (s subjects) method(fullMethod string) (string, error) {
	service, method, ok := strings.Cut(strings.TrimPrefix(fullMethod, "/"), "/")
	if !ok || !isFullName(service) || !isFullName(method) || strings.Contains(method, ".") {
		return "", status.Errorf(codes.Unimplemented, "malformed method name %q, want /package.Service/Method", fullMethod)
	}
	return s.rpc + service + "." + method, nil
}

// openings returns the subject that all openings match. It takes in services that the server does not have, so that their
// callers are told at once that they are not there.
func (s subjects) openings() string { return s.rpc + ">" }

// instance returns the prefix of the subjects of one server instance.
func (s subjects) instance(id string) string { return s.call + id + "." }

// isFullName says whether name is a dotted protobuf name, which makes it safe in a subject.
func isFullName(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if part == "" {
			return false
		}
		for i := range len(part) {
			if c := part[i]; !isPlain(c) || c == '-' {
				return false
			}
		}
	}
	return true
}

// callKey returns the last two tokens of a subject, <client>.<number>, which name a call everywhere.
func callKey(subject string) string {
	last := strings.LastIndexByte(subject, '.')
	if last < 0 {
		return subject
	}
	return subject[strings.LastIndexByte(subject[:last], '.')+1:]
}
