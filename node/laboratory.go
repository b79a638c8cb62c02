package node

import (
	"context"

	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/agents"
	"github.com/vignette-sim/vignette/agents/builtin/client"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/minds"
)

// Laboratory hosts the builtin minds, and a builtin client that hears at random, and returns a stage on which they are studied.
// The agents that experiments bring are hosted on this node for as long as it is open.
func (n *Node) Laboratory(ctx context.Context) (*minds.Stage, error) {
	if err := n.HostBuiltin(ctx); err != nil {
		return nil, err
	}
	const summary = "Rule-based help-seeker that takes what it hears for acts drawn at random: a control."
	runner := n.Runner()
	name := "minds-deaf-client-" + runner.NewID()
	service := agents.NewService(name, n.config.Version, client.New(client.Deaf()))
	err := n.Host(ctx, name, summary, func(r grpc.ServiceRegistrar) { vignettev1.RegisterAgentServiceServer(r, service) })
	if err != nil {
		return nil, err
	}
	return &minds.Stage{Runner: runner, Host: n.Host, Agent: n.directory.Agent, Deaf: name, Perceive: client.Perceive}, nil
}
