package node

import (
	"context"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	"github.com/vignette-sim/vignette/agents/builtin/counselor"
	"github.com/vignette-sim/vignette/agents/builtin/persona"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/dearman"
	"github.com/vignette-sim/vignette/evaluators/emotion"
	"github.com/vignette-sim/vignette/evaluators/tom"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// HostBuiltin hosts the minds and evaluators that come with the program, under the names that scenarios use for them.
func (n *Node) HostBuiltin(ctx context.Context) error {
	minds := []struct {
		kind vignettev1.AgentKind
		mind agents.Mind
	}{
		{vignettev1.AgentKind_AGENT_KIND_CLIENT, client.New()},
		{vignettev1.AgentKind_AGENT_KIND_COUNSELOR, counselor.New()},
		{vignettev1.AgentKind_AGENT_KIND_PERSONA, persona.New()},
	}
	for _, m := range minds {
		if err := n.hostAgent(ctx, runs.DefaultAgent(m.kind), m.mind); err != nil {
			return err
		}
	}
	for name, evaluator := range map[string]evaluators.Evaluator{
		dearman.Name: dearman.New(),
		emotion.Name: emotion.New(),
		tom.Name:     tom.New(),
	} {
		if err := n.hostEvaluator(ctx, name, evaluator); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) hostAgent(ctx context.Context, name string, mind agents.Mind) error {
	service := agents.NewService(name, n.config.Version, mind)
	return n.Host(ctx, name, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, service) })
}

func (n *Node) hostEvaluator(ctx context.Context, name string, evaluator evaluators.Evaluator) error {
	service := evaluators.NewService(name, n.config.Version, evaluator)
	return n.Host(ctx, name, func(r grpc.ServiceRegistrar) { vignettev1.RegisterEvaluatorServiceServer(r, service) })
}
