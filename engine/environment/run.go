package environment

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"
	"text/template"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed system.tmpl
var systemText string

var systemTemplate = template.Must(template.New("system").Parse(systemText))

// opening is what a policy is told that speaks first: most chat templates want a user to begin.
const opening = "(Nobody has said anything yet. You begin.)"

// RunEpisode plays a whole episode with a policy at a URL; EnvironmentService says how.
func (s *Service) RunEpisode(ctx context.Context, request *vignettev1.RunEpisodeRequest) (*vignettev1.RunEpisodeResponse, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	bare := &vignettev1.RunEpisodeRequest{
		Begin: &vignettev1.ResetItem{}, Url: request.GetUrl(), Model: request.GetModel(), Parameters: request.GetParameters(), System: request.GetSystem(),
	}
	switch err := runs.Check(bare); {
	case err != nil:
		return nil, err
	case s.config.Policies == nil:
		return nil, status.Error(codes.Unimplemented, "policies cannot be asked here")
	case request.GetBegin().GetEnvironment() != "":
		return nil, status.Error(codes.InvalidArgument, "begin.environment: an episode that is run opens an environment of its own")
	}
	step, err := s.reset(ctx, request.GetBegin())
	if err != nil {
		return nil, asStatus(err)
	}
	e, err := s.find(step.GetEnvironment())
	if err != nil {
		return nil, asStatus(err)
	}
	defer s.retire(e, "its episode was run")
	talk, err := s.begin(request, step)
	if err != nil {
		return nil, err
	}
	return talk.run(ctx, s)
}

// talk is the conversation with a policy about an episode.
type talk struct {
	request  *vignettev1.RunEpisodeRequest
	response *vignettev1.RunEpisodeResponse
	step     *vignettev1.EnvironmentStep
}

func (s *Service) begin(request *vignettev1.RunEpisodeRequest, step *vignettev1.EnvironmentStep) (*talk, error) {
	system := request.GetSystem()
	if system == "" {
		var text strings.Builder
		if err := systemTemplate.Execute(&text, step.GetObservation()); err != nil {
			return nil, status.Errorf(codes.Internal, "the policy's first message: %v", err)
		}
		system = strings.TrimSpace(text.String())
	}
	t := &talk{request: request, response: &vignettev1.RunEpisodeResponse{}, step: step}
	return t, t.tell("system", system)
}

// tell adds a message of ours.
func (t *talk) tell(role, text string) error {
	data, err := json.Marshal(struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}{role, text})
	if err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	t.response.Messages = append(t.response.Messages, string(data))
	return nil
}

// run asks the policy turn by turn until the episode is over.
func (t *talk) run(ctx context.Context, s *Service) (*vignettev1.RunEpisodeResponse, error) {
	for !t.step.GetTerminated() && !t.step.GetTruncated() {
		heard := t.step.GetText()
		if heard == "" {
			heard = opening
		}
		if err := t.tell("user", heard); err != nil {
			return nil, err
		}
		answer, err := s.config.Policies.AskPolicy(ctx, &vignettev1.AskPolicyRequest{
			Url: t.request.GetUrl(), Model: t.request.GetModel(), Parameters: t.request.GetParameters(), Messages: t.response.GetMessages(),
		})
		if err != nil {
			return nil, policyFailure(err)
		}
		t.response.Messages = append(t.response.Messages, answer.GetMessage())
		t.response.Choices = append(t.response.Choices, answer.GetChoice())
		next, err := s.step(ctx, &vignettev1.StepItem{
			Environment: t.step.GetEnvironment(), Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: answer.GetContent()},
		})
		if err != nil {
			return nil, asStatus(err)
		}
		t.step.Observation = nil
		t.response.Steps = append(t.response.Steps, t.step)
		t.step = next
	}
	t.response.Steps = append(t.response.Steps, t.step)
	if t.step.GetText() != "" {
		if err := t.tell("user", t.step.GetText()); err != nil {
			return nil, err
		}
	}
	return t.response, nil
}

// policyFailure is the status for a policy that did not answer.
func policyFailure(err error) error {
	switch s := status.Convert(err); s.Code() {
	case codes.InvalidArgument, codes.PermissionDenied, codes.DeadlineExceeded, codes.Canceled:
		return s.Err()
	default:
		return status.Errorf(codes.Unavailable, "%s; the episode is completed as truncated", s.Message())
	}
}

// asStatus is an item's error as that of a call.
func asStatus(err error) error {
	refused := outcome(nil, err).GetError()
	return status.Error(codes.Code(refused.GetCode()), refused.GetReason()+": "+refused.GetMessage())
}
