package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/broker"
)

type brokerFlags struct {
	name, listen, advertise, cluster string
	peers                            []string
	auth, cert, key, ca              string
	json                             bool
}

func newBroker() *cobra.Command {
	var flags brokerFlags
	cmd := &cobra.Command{
		Use:   "broker --name NAME",
		Short: "Run one server of a cluster",
		Long: `Runs one NATS server until Ctrl-C, in a data directory of its own. Three of them are a
cluster: each keeps a copy of everything, and one may be lost at a time. Other commands
use it with --nats. A cluster of nats-server itself does as well; this is the same
server, with the settings that vignette needs.

--listen is for clients, --cluster for the other servers, which --peers names. Beyond
this machine it wants --auth and --tls-*: 'vignette auth' writes what they name.
A server that was stopped goes on where it was, with the same --name and --data.`,
		Example: `  vignette broker --name a --data a --listen 127.0.0.1:4222 --cluster 127.0.0.1:6222 \
    --peers 127.0.0.1:6223,127.0.0.1:6224
  vignette broker --name b --data b --listen 127.0.0.1:4223 --cluster 127.0.0.1:6223 \
    --peers 127.0.0.1:6222,127.0.0.1:6224
  vignette broker --name c --data c --listen 127.0.0.1:4224 --cluster 127.0.0.1:6224 \
    --peers 127.0.0.1:6222,127.0.0.1:6223
  vignette run --nats 127.0.0.1:4222,127.0.0.1:4223,127.0.0.1:4224`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBroker(cmd, flags) },
	}
	cmd.Flags().StringVar(&flags.name, "name", "", "name of this server, one word, another for each (required)")
	cmd.Flags().StringVar(&flags.listen, "listen", "127.0.0.1:4222", "where clients connect, host:port (port 0: any)")
	cmd.Flags().StringVar(&flags.advertise, "advertise", "", "where clients find it, host:port, if not where it listens")
	cmd.Flags().StringVar(&flags.cluster, "cluster", "", "where the other servers connect, host:port")
	cmd.Flags().StringSliceVar(&flags.peers, "peers", nil, "--cluster addresses of the other servers, with commas between")
	cmd.Flags().StringVar(&flags.auth, "auth", "", "file that says who may do what: DIR/server.conf of 'vignette auth'")
	cmd.Flags().StringVar(&flags.cert, "tls-cert", "", "PEM file with this server's certificate")
	cmd.Flags().StringVar(&flags.key, "tls-key", "", "PEM file with its key")
	cmd.Flags().StringVar(&flags.ca, "tls-ca", "", "PEM file with the authority of all servers' certificates")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record, a ready record when the cluster can be used, a done record")
	return cmd
}

// brokerRecord is what a server says about itself, with --json.
type brokerRecord struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	PID     int    `json:"pid"`
	URL     string `json:"url,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	Leads   *bool  `json:"leads,omitempty"`
}

func runBroker(cmd *cobra.Command, flags brokerFlags) error {
	switch {
	case flags.name == "":
		return usagef("--name is missing: the servers of a cluster know each other by it")
	case cmd.Flags().Changed("nats"):
		return usagef("--nats is for those who use a cluster: say with --listen where this server is to be found")
	}
	ctx, drain, stop := interruptible(cmd.Context(), "stopping the server")
	defer stop()
	durability, _ := cmd.Flags().GetString("durability")
	member, err := broker.OpenMember(ctx, broker.MemberConfig{
		Dir: dataDir(cmd), Name: flags.name, Listen: flags.listen, Advertise: flags.advertise, ClusterListen: flags.cluster, Peers: flags.peers,
		Auth: flags.auth, Cert: flags.cert, Key: flags.key, CA: flags.ca, SyncAlways: durability == "power",
		Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}
	say := func(kind, text string, leads *bool) error {
		if flags.json {
			return writeJSON(cmd, brokerRecord{Type: kind, Name: flags.name, PID: os.Getpid(), URL: member.URL(), Cluster: member.ClusterAddr(), Leads: leads})
		}
		_, err := fmt.Fprintln(cmd.OutOrStdout(), line(text))
		return err
	}
	serveErr := func() error {
		if err := say("launch", fmt.Sprintf("server %s: --nats %s; Ctrl-C stops it%s", flags.name, member.URL(), awaited(flags)), nil); err != nil {
			return err
		}
		waiting, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-drain:
				cancel()
			case <-waiting.Done():
			}
		}()
		if err := member.Ready(waiting); err != nil {
			return stoppedEarly(waiting, err)
		}
		leads := member.Leads()
		if err := say("ready", fmt.Sprintf("server %s: the cluster can be used", flags.name), &leads); err != nil {
			return err
		}
		select {
		case <-drain:
		case <-ctx.Done():
		}
		return nil
	}()
	if err := errors.Join(serveErr, member.Close(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	return say("done", fmt.Sprintf("server %s stopped", flags.name), nil)
}

func awaited(flags brokerFlags) string {
	if len(flags.peers) == 0 {
		return ""
	}
	return "; waits for " + strings.Join(flags.peers, ", ")
}

// stoppedEarly is no error when it was stopped before the others had come.
func stoppedEarly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
