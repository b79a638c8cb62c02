package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"github.com/vignette-sim/vignette/engine/environment"
	"github.com/vignette-sim/vignette/engine/practice"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
)

func newServe() *cobra.Command {
	var flags grpcFlags
	var asJSON bool
	var localHelp string
	var gym gymFlags
	var pages webFlags
	var watch watchFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve pages in a browser, and the engine to other programs",
		Long: `Serves pages (--web): runs live, conversations, scenarios, ratings, and the same
as JSON. On this machine alone there is one user and no login; see docs/web.md.

Serves RunService, which starts, follows, lists and cancels runs, PracticeService, which
lets people practise, and EnvironmentService, in which a policy under training plays a
role, until Ctrl-C: as plain gRPC with reflection and health, and on the wire under the
names "` + runs.EngineName + `", "` + practice.AgentName + `" and "` + environment.AgentName + `".
The agents and evaluators that come with the program are hosted beside it, and the
gateway to language models where an endpoint is configured.

--openenv serves the environments to trainers as OpenEnv does, over WebSocket (/ws) and
HTTP, and scores answers for OpenRLHF (POST /score). See docs/environment.md.

Ctrl-C lets the episodes in flight come to their end. Beyond the loopback interface
gRPC and OpenEnv need a token each, and pages need accounts and a certificate.`,
		Example: `  vignette serve
  vignette serve --web 0.0.0.0:8443 --accounts --web-cert cert.pem --web-key key.pem --grpc-token-file token
  vignette serve --grpc 0.0.0.0:50050 --grpc-token-file token --grpc-cert cert.pem --grpc-key key.pem
  vignette serve --openenv 127.0.0.1:8000 --scenario ask-for-leave --reward turn
  grpcurl -plaintext 127.0.0.1:50050 vignette.v1.RunService/ListRuns`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return watch.watched(cmd, func() error { return serve(cmd, flags, &gym, &pages, localHelp, asJSON) })
		},
	}
	flags.add(cmd, "127.0.0.1:50050", "address of plain gRPC, host:port (port 0: any)")
	gym.add(cmd)
	pages.add(cmd)
	watch.add(cmd, logOff)
	cmd.Flags().StringVar(&localHelp, "local-help", "", "file that says where a trainee in distress can turn (default $VIGNETTE_LOCAL_HELP)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write NDJSON: a launch record when it serves, a done record")
	return cmd
}

func serve(cmd *cobra.Command, flags grpcFlags, gym *gymFlags, pages *webFlags, localHelp string, asJSON bool) error {
	if err := gym.check(); err != nil {
		return err
	}
	if err := pages.check(flags); err != nil {
		return err
	}
	help, err := readLocalHelp(localHelp)
	if err != nil {
		return err
	}
	var said *serving
	err = host(cmd, "finishing the episodes in flight", func(ctx context.Context, n *node.Node) error {
		if err := hostMinds(ctx, cmd, n); err != nil {
			return err
		}
		register, err := n.HostEngine(ctx)
		if err != nil {
			return err
		}
		practise, err := n.HostPractice(ctx, help)
		if err != nil {
			return err
		}
		train, err := n.HostEnvironment(ctx, gym.max, gym.idle, gym.policyHosts...)
		if err != nil {
			return err
		}
		if _, err := n.HostFeedback(ctx, time.Now); err != nil { // For the pages, which say who rates; not for plain gRPC.
			return err
		}
		server, err := flags.serve(n, func(r grpc.ServiceRegistrar) { register(r); practise(r); train(r) })
		if err != nil {
			return err
		}
		site, err := pages.serve(cmd, n)
		if err != nil {
			return err
		}
		openEnv, err := gym.serve(n)
		if err != nil || said != nil {
			return err
		}
		said = &serving{Agent: runs.EngineName, Serves: strings.Join(server.Services(), ", "), Data: n.Dir(), GRPC: server.Addr(), OpenEnv: openEnv, Web: site}
		return said.launched(cmd, asJSON)
	})
	if err := errors.Join(err, pages.close()); err != nil {
		return err
	}
	return said.done(cmd, asJSON)
}
