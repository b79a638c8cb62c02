package checklist_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/studies/checklist"
)

// model answers with a completion and keeps what it was asked.
type model struct {
	vignettev1.ModelServiceClient
	completion *vignettev1.Completion
	failure    error
	asked      *vignettev1.CompleteRequest
}

func (m *model) Complete(_ context.Context, req *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	m.asked = req
	return &vignettev1.CompleteResponse{Completion: m.completion}, m.failure
}

type noWait struct{}

func (noWait) Now() time.Time                             { return time.Time{} }
func (noWait) Sleep(context.Context, time.Duration) error { return nil }

func scenario() *vignettev1.Scenario {
	return &vignettev1.Scenario{
		Id: "ask-for-friday", Title: "Friday off", Setting: "The desk, at five.", Focal: "me", Language: "en",
		Objective: &vignettev1.Objective{Kind: vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK, Statement: "Get Friday off"},
		Roles: []*vignettev1.Role{
			{Id: "me", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA}, {Id: "boss", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Goal: "CANARY-GOAL", Knowledge: []string{"CANARY-KNOWLEDGE"}},
		},
	}
}

func answered(questions ...checklist.Question) *vignettev1.Completion {
	raw, err := json.Marshal(map[string]any{"questions": questions})
	if err != nil {
		panic(err)
	}
	return &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: string(raw)}
}

func write(t *testing.T, m *model, count int) (*vignettev1.Rubric, error) {
	t.Helper()
	w := &checklist.Writer{Models: m, Clock: noWait{}, Model: "tiny"}
	return w.Write(t.Context(), scenario(), count)
}

// What is written is a rubric that can be read back as it is, and no private word reached the model.
func TestChecklistIsARubric(t *testing.T) {
	m := &model{completion: answered(
		checklist.Question{Question: "Is Friday named as \"the day\"?", YesWhen: "the word: Friday"}, checklist.Question{Question: "Is  a reason given?", YesWhen: "because"},
		checklist.Question{Question: "is a reason given?"}, checklist.Question{Question: "No question."},
	)}
	r, err := write(t, m, 4)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.GetDimensions()) != 2 || !r.GetChecklist() || r.GetDimensions()[1].GetDefinition() != "Is a reason given?" || !strings.Contains(r.GetDescription(), "tiny") {
		t.Errorf("%v", r)
	}
	back, err := scenarios.ReadRubric("checklist.yaml", checklist.YAML(r))
	if err != nil {
		t.Fatalf("%v in:\n%s", err, checklist.YAML(r))
	}
	if diff := cmp.Diff(r, back, protocmp.Transform()); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
	said := m.asked.GetMessages()[0].GetContent()
	if strings.Contains(said, "CANARY") || !strings.Contains(said, "Get Friday off") || !strings.Contains(said, "Write 4 questions.") || m.asked.GetPromptHash() == "" {
		t.Errorf("the model was asked:\n%s", said)
	}
}

func TestNoChecklist(t *testing.T) {
	one := checklist.Question{Question: "Is Friday named?"}
	for name, tc := range map[string]struct {
		model *model
		count int
		want  string
	}{
		"too few asked for":  {&model{}, 1, "2 to 20 questions"},
		"a refusal":          {&model{completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_REFUSED}}, 4, "refused"},
		"one question only":  {&model{completion: answered(one, one)}, 4, "1 are questions that differ"},
		"another form":       {&model{completion: &vignettev1.Completion{Outcome: vignettev1.Outcome_OUTCOME_ANSWERED, Json: "[]"}}, 4, "another form"},
		"no endpoint":        {&model{failure: status.Error(codes.Unavailable, "nobody")}, 4, "no endpoint is described"},
		"a model nobody has": {&model{failure: status.Error(codes.NotFound, "there is no model tiny")}, 4, "there is no model tiny"},
	} {
		if r, err := write(t, tc.model, tc.count); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, %v; want %s", name, r, err, tc.want)
		}
	}
}
