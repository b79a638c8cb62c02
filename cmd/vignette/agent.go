package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/node/bridge"
)

type agentFlags struct {
	watch           watchFlags
	name            string
	grpc            grpcFlags
	bridge          string
	bridgeCA        string
	bridgeTokenFile string
	json            bool
}

func newAgent() *cobra.Command {
	var flags agentFlags
	cmd := &cobra.Command{
		Use:   "agent KIND --name NAME | agent --bridge URL --name NAME",
		Short: "Serve or bridge one agent",
		Long: `Serves one agent or evaluator on the wire under a name, until Ctrl-C. A scenario's
role names it with 'agent: NAME'; 'vignette run' on the same data directory, or the
same --nats cluster, then finds it. Several processes may serve the same name: they
take turns.

KIND is one of:
  ` + strings.Join(wrap(strings.Join(node.Kinds(), ", "), 78), "\n  ") + `.
Those that begin with "llm-" think through language models and ask whoever serves
models here: a 'vignette run' or 'vignette serve' that knows an endpoint.

--bridge puts an agent on the wire that is served as plain gRPC elsewhere, in any
language: AgentService or EvaluatorService of package vignette.v1. Calls are
forwarded as they are. docs/agents.md shows how to write one.

--grpc serves the agent as plain gRPC too, with reflection and health. Beyond the
loopback interface that needs a token.`,
		Example: `  vignette agent counselor --name second-counselor
  vignette agent counselor --name my-counselor --grpc 127.0.0.1:50051
  vignette agent --bridge grpc://127.0.0.1:50051 --name python-counselor`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.watch.watched(cmd, func() error { return runAgent(cmd, args, flags) })
		},
	}
	flags.watch.add(cmd, logOff)
	cmd.Flags().StringVar(&flags.name, "name", "", "name of the agent on the wire (required)")
	cmd.Flags().StringVar(&flags.bridge, "bridge", "", "gRPC agent to put on the wire: grpc://host:port, or grpcs://host:port for TLS")
	cmd.Flags().StringVar(&flags.bridgeCA, "bridge-ca", "", "PEM file with the authorities that its certificate is checked against")
	cmd.Flags().StringVar(&flags.bridgeTokenFile, "bridge-token-file", "", "file with the bearer token it wants (default $VIGNETTE_BRIDGE_TOKEN)")
	flags.grpc.add(cmd, "", "serve plain gRPC at this address too, host:port (port 0: any)")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record when it serves, a done record")
	return cmd
}

func runAgent(cmd *cobra.Command, args []string, flags agentFlags) error {
	switch {
	case flags.name == "":
		return usagef("--name is missing: scenarios call the agent by it")
	case len(args) == 0 && flags.bridge == "":
		return usagef("say what to serve: one of %s, or --bridge URL", strings.Join(node.Kinds(), ", "))
	case len(args) == 1 && flags.bridge != "":
		return usagef("a bridge serves what is at its other end: leave %q away, or --bridge", args[0])
	case len(args) == 1 && !slices.Contains(node.Kinds(), args[0]):
		return usagef("%q cannot be served; there is: %s", args[0], strings.Join(node.Kinds(), ", "))
	}
	b, err := openBridge(cmd.Context(), flags)
	if err != nil {
		return err
	}
	if b != nil {
		defer b.Close()
	}
	var said *serving
	config := nodeConfig(cmd)
	config.ServesOnly = true
	err = hostWhile(cmd, config, "finishing the calls in flight", func(ctx context.Context, n *node.Node, _ <-chan struct{}) error {
		now, err := serveAgent(ctx, n, args, b, &flags)
		if err != nil || said != nil {
			return err
		}
		said = &now
		return said.launched(cmd, flags.json)
	})
	if err != nil {
		return err
	}
	return said.done(cmd, flags.json)
}

// openBridge connects to the agent at the other end, if there is to be a bridge.
func openBridge(ctx context.Context, flags agentFlags) (*bridge.Bridge, error) {
	if flags.bridge == "" {
		return nil, nil
	}
	token, err := readToken(flags.bridgeTokenFile, "VIGNETTE_BRIDGE_TOKEN")
	if err != nil {
		return nil, err
	}
	return bridge.Open(ctx, bridge.Config{URL: flags.bridge, CA: flags.bridgeCA, Token: token})
}

// serveAgent puts the agent on the wire and, if asked to, serves it as plain gRPC.
func serveAgent(ctx context.Context, n *node.Node, args []string, b *bridge.Bridge, flags *agentFlags) (serving, error) {
	now := serving{Agent: flags.name, Data: n.Dir()}
	var register node.Registration
	var summary string
	if b != nil {
		register, summary = b.Register, "Bridged from "+flags.bridge
		now.Serves, now.Bridge = strings.Join(b.Services(), ", "), flags.bridge
	} else {
		var err error
		if register, summary, err = n.Builtin(args[0], flags.name); err != nil {
			return now, err
		}
		now.Serves = args[0]
	}
	if flags.grpc.address != "" {
		server, err := flags.grpc.serve(n, register)
		if err != nil {
			return now, err
		}
		now.GRPC = server.Addr()
	}
	return now, n.Host(ctx, flags.name, summary, register)
}
