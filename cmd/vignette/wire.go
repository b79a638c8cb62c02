package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/node"
	"github.com/vignette-sim/vignette/node/edge"
)

// addNATSFlags adds the flags that name a NATS cluster. They are the same on all commands.
func addNATSFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.String("nats", "", "NATS cluster to use in place of --data: nats://a,b,c or tls://... (default $VIGNETTE_NATS)")
	flags.String("nats-creds", "", "NATS credentials file (*.creds)")
	flags.String("nats-nkey", "", "file with an nkey seed")
	flags.String("nats-ca", "", "PEM file with the authorities that the cluster's certificate is checked against")
	flags.String("nats-cert", "", "PEM file with a client certificate")
	flags.String("nats-key", "", "PEM file with its key")
	flags.Int("replicas", 0, "how many servers of the cluster keep a copy of what is made there, 1, 3 or 5 (default 3 where there are as many, else 1)")
}

// nodeConfig is what the common flags say about where to work.
func nodeConfig(cmd *cobra.Command) node.Config {
	flag := func(name string) string {
		value, _ := cmd.Flags().GetString(name)
		return value
	}
	config := node.Config{
		Dir: dataDir(cmd), Join: true, SyncAlways: flag("durability") == "power", Version: programVersion(),
		Calibrations: filepath.Join(dataDir(cmd), calibrationsDir),
		NATS: node.NATS{
			URL: flag("nats"), Credentials: flag("nats-creds"), NKey: flag("nats-nkey"),
			CA: flag("nats-ca"), Cert: flag("nats-cert"), Key: flag("nats-key"),
		},
	}
	config.Replicas, _ = cmd.Flags().GetInt("replicas")
	config.Logger, config.Telemetry = watchOf(cmd).logger, watchOf(cmd).telemetry
	if config.NATS.URL == "" {
		config.NATS.URL = os.Getenv("VIGNETTE_NATS")
	}
	return config
}

// grpcFlags say how to serve plain gRPC.
type grpcFlags struct {
	address, cert, key, tokenFile string
}

func (f *grpcFlags) add(cmd *cobra.Command, address, usage string) {
	cmd.Flags().StringVar(&f.address, "grpc", address, usage)
	cmd.Flags().StringVar(&f.tokenFile, "grpc-token-file", "", "file with the bearer token that gRPC calls must present (default $VIGNETTE_GRPC_TOKEN)")
	cmd.Flags().StringVar(&f.cert, "grpc-cert", "", "PEM file with the certificate for gRPC over TLS")
	cmd.Flags().StringVar(&f.key, "grpc-key", "", "PEM file with its key")
}

// serve serves plain gRPC. A port that was chosen once is kept: callers have been told of it.
func (f *grpcFlags) serve(n *node.Node, register node.Registration) (*edge.Server, error) {
	token, err := readToken(f.tokenFile, "VIGNETTE_GRPC_TOKEN")
	if err != nil {
		return nil, err
	}
	server, err := n.ServeGRPC(edge.Config{Address: f.address, Token: token, Cert: f.cert, Key: f.key}, register)
	if err == nil {
		f.address = server.Addr()
	}
	return server, err
}

// readToken reads a token from a file or, when none is named, from the environment; "" when there is neither. Tokens are
// not taken as flags, which anybody on the machine can read.
func readToken(file, variable string) (string, error) {
	if file == "" {
		return strings.TrimSpace(os.Getenv(variable)), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("token file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("token file %s is empty", file)
	}
	return token, nil
}

// host serves something from a node until Ctrl-C, and then lets what is in flight finish. When the process that owns the
// data directory ends before, it opens the directory again: as its owner, or with whoever was faster.
func host(cmd *cobra.Command, finishing string, serve func(context.Context, *node.Node) error) error {
	return hostWhile(cmd, nodeConfig(cmd), finishing, func(ctx context.Context, n *node.Node, _ <-chan struct{}) error { return serve(ctx, n) })
}

// hostWhile is host for a function that may work itself until the channel is closed: on Ctrl-C, or when the process that owns the
// data directory has ended.
func hostWhile(cmd *cobra.Command, config node.Config, finishing string, serve func(context.Context, *node.Node, <-chan struct{}) error) error {
	ctx, drain, stop := interruptible(cmd.Context(), finishing)
	defer stop()
	for again := patience; ; {
		orphaned := false
		err := withNodeOf(ctx, config, func(n *node.Node) error {
			ended := make(chan bool, 1)
			over := make(chan struct{})
			watching, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				ended <- awaitEnd(watching, n, drain)
				close(over)
			}()
			if err := serve(ctx, n, over); err != nil {
				cancel()
				orphaned = <-ended
				if orphaned {
					again = 0
					return n.Stop(ctx)
				}
				return err
			}
			orphaned = <-ended
			if err := n.Stop(ctx); !orphaned {
				return err
			}
			again = 0
			return nil // What could not be told to a process that is gone is no news.
		})
		// Whoever was faster may be leaving already, in the middle of our joining it: then there is nobody to join, and we are
		// the next.
		leaving := err != nil && again < patience && ctx.Err() == nil
		if !orphaned && !leaving {
			return err
		}
		if leaving {
			again++
			pause(ctx, drain)
		}
	}
}

// patience is how often a process that was orphaned tries to open the directory again before it takes a failure for one, and
// between the pause before the next time. Chosen: some seconds in all.
const (
	patience = 50
	between  = 100 * time.Millisecond
)

func pause(ctx context.Context, drain <-chan struct{}) {
	timer := time.NewTimer(between)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-drain:
	case <-ctx.Done():
	}
}

// awaitEnd waits for Ctrl-C, or for the end of the process that owns the data directory, which is the answer.
func awaitEnd(ctx context.Context, n *node.Node, drain <-chan struct{}) (orphaned bool) {
	ctx, cancel := context.WithCancel(ctx)
	answer := make(chan bool, 1)
	go func() { answer <- n.Orphaned(ctx) }()
	select {
	case orphaned = <-answer:
		cancel()
	case <-drain:
		cancel()
		<-answer
	}
	return orphaned
}

// serving is what a command that hosts says about itself: once at first and, with --json, once at its end.
type serving struct {
	Type   string `json:"type"`
	Agent  string `json:"agent"`
	Serves string `json:"serves"`           // a kind, or full names of services
	Data   string `json:"data,omitempty"`   // data directory; absent on a cluster
	Bridge string `json:"bridge,omitempty"` // where calls are forwarded to
	GRPC   string `json:"grpc,omitempty"`   // where plain gRPC is served
	// OpenEnv is where environments are served to trainers.
	OpenEnv string `json:"openenv,omitempty"`
	// Web is where the pages are: a URL.
	Web string `json:"web,omitempty"`
}

func (s serving) launched(cmd *cobra.Command, asJSON bool) error {
	s.Type = "launch"
	if asJSON {
		return writeJSON(cmd, s)
	}
	what, where := s.Serves, "in "+s.Data
	if s.Bridge != "" {
		what = "bridge to " + s.Bridge
	}
	if s.Data == "" {
		where = "on the NATS cluster"
	}
	if s.GRPC != "" {
		where += ", plain gRPC on " + s.GRPC
	}
	if s.Web != "" {
		where += ", pages on " + s.Web
	}
	if s.OpenEnv != "" {
		where += ", OpenEnv on http://" + s.OpenEnv
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s serves %s; Ctrl-C stops it\n", line(fmt.Sprintf("%q (%s)", s.Agent, what)), line(where))
	return err
}

func (s serving) done(cmd *cobra.Command, asJSON bool) error {
	if !asJSON {
		return nil
	}
	return writeJSON(cmd, serving{Type: "done", Agent: s.Agent, Serves: s.Serves})
}
