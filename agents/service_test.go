package agents_test

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/agents"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// thinker is a mind that does in its turn what a test says.
type thinker struct {
	agents.Mind
	respond func(agents.Reply) error
}

func (thinker) Describe() *vignettev1.AgentDescription {
	return &vignettev1.AgentDescription{Kinds: []vignettev1.AgentKind{vignettev1.AgentKind_AGENT_KIND_CLIENT}}
}

func (m thinker) Respond(_ context.Context, _ *vignettev1.Observation, reply agents.Reply) (*agents.Answer, error) {
	if err := m.respond(reply); err != nil {
		return nil, err
	}
	return &agents.Answer{Action: &vignettev1.Action{Kind: vignettev1.ActionKind_ACTION_KIND_SPEAK, Text: "Hm."}}, nil
}

type frames struct {
	grpc.ServerStream
	sent []*vignettev1.RespondResponse
}

func (*frames) Context() context.Context { return context.Background() }

func (f *frames) Send(frame *vignettev1.RespondResponse) error {
	f.sent = append(f.sent, frame)
	return nil
}

// An appraisal goes out with the state it stands beside. One that comes later, twice, or from a report breaks the contract.
func TestAppraisalGoesBesideTheState(t *testing.T) {
	from := func(source vignettev1.StateSource) *vignettev1.Appraisal {
		return &vignettev1.Appraisal{Outcome: &vignettev1.Appraisal_State{State: &vignettev1.MentalState{Source: source}}}
	}
	computed, reported := from(vignettev1.StateSource_STATE_SOURCE_COMPUTED), from(vignettev1.StateSource_STATE_SOURCE_SELF_REPORTED)
	for name, test := range map[string]struct {
		respond func(agents.Reply) error
		wrong   string
	}{
		"before": {func(r agents.Reply) error {
			if err := r.Appraise(computed); err != nil {
				return err
			}
			return r.Commit(nil, nil)
		}, ""},
		"after": {func(r agents.Reply) error {
			if err := r.Commit(nil, nil); err != nil {
				return err
			}
			return r.Appraise(computed)
		}, "after it committed"},
		"twice": {func(r agents.Reply) error {
			if err := r.Appraise(computed); err != nil {
				return err
			}
			return r.Appraise(computed)
		}, "second appraisal"},
		"reported": {func(r agents.Reply) error {
			if err := r.Appraise(reported); err != nil {
				return err
			}
			return r.Commit(nil, nil)
		}, "never reported"},
	} {
		stream := &frames{}
		service := agents.NewService("x", "test", thinker{respond: test.respond})
		err := service.Respond(&vignettev1.RespondRequest{Observation: &vignettev1.Observation{
			Self: &vignettev1.RoleCard{Kind: vignettev1.AgentKind_AGENT_KIND_CLIENT},
		}}, stream)
		if test.wrong != "" {
			if status.Code(err) != codes.Internal || !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || stream.sent[0].GetState().GetAppraisal().GetState().GetSource() != vignettev1.StateSource_STATE_SOURCE_COMPUTED {
			t.Errorf("%s: %v, frames %v", name, err, stream.sent)
		}
	}
}
