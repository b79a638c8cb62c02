package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/access"
)

func newAuth() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Make the keys of a cluster: who may do what, and certificates",
		Long: `Makes credentials for a cluster, each with the rights of one kind of party and no more:
owner (everything), engine (run, worker, serve), reader (runs, show, export) and one for
each agent, which serves its own name and reads nothing of others. docs/operations.md
tells how a cluster is set up with them.

All files are for their user alone (mode 0600), and none is ever overwritten. Give the
servers server.conf and tls/, each party its *.creds and tls/ca.pem, and keep keys/ and
tls/ca-key.pem where you keep secrets: whoever has them can make credentials.`,
		Example: `  vignette auth init keys --host a.example,b.example,c.example
  vignette auth add keys --agent my-counselor`,
	}
	cmd.AddCommand(newAuthInit(), newAuthAdd())
	return cmd
}

// authRecord is one file that was written, or the end, with --json.
type authRecord struct {
	Type string `json:"type"`
	File string `json:"file,omitempty"`
}

func sayWritten(cmd *cobra.Command, asJSON bool, files ...string) error {
	for _, file := range files {
		var err error
		if asJSON {
			err = writeJSON(cmd, authRecord{Type: "file", File: file})
		} else {
			_, err = fmt.Fprintln(cmd.OutOrStdout(), line(file))
		}
		if err != nil {
			return err
		}
	}
	if asJSON {
		return writeJSON(cmd, authRecord{Type: "done"})
	}
	return nil
}

func newAuthInit() *cobra.Command {
	var hosts []string
	var days int
	var asJSON bool
	cmd := &cobra.Command{
		Use: "init DIR", Short: "Make everything a new cluster needs", Args: cobra.ExactArgs(1),
		Long: `Makes in DIR: server.conf, which says to servers who may do what; credentials of the
owner, the engine and a reader; an authority and a certificate that all servers share,
good for the names and addresses of --host. Prints what it wrote.`,
		Example: "  vignette auth init keys --host 127.0.0.1\n  vignette auth init keys --host a.example,b.example,c.example --days 90",
		RunE: func(cmd *cobra.Command, args []string) error {
			if days < 1 {
				return usagef("--days is %d; certificates are good for at least 1", days)
			}
			if len(hosts) == 0 {
				return usagef("--host is missing: the names and addresses of the servers, with commas between")
			}
			written, err := access.Create(access.Order{
				Dir: args[0], Namespace: broker.DefaultNamespace, Hosts: hosts, Valid: time.Duration(days) * 24 * time.Hour, Now: time.Now(),
			})
			if err != nil {
				return err
			}
			if err := sayWritten(cmd, asJSON, written...); err != nil || asJSON {
				return err
			}
			in := func(name string) string { return filepath.Join(args[0], name) }
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "\n%s broker ... --auth %s --tls-cert %s --tls-key %s --tls-ca %s\n%s run --nats tls://%s:4222 --nats-creds %s --nats-ca %s\n",
				invocation(), in(access.ServerFile), in("tls/server.pem"), in("tls/server-key.pem"), in("tls/ca.pem"),
				invocation(), hosts[0], in("engine.creds"), in("tls/ca.pem"))
			return err
		},
	}
	cmd.Flags().StringSliceVar(&hosts, "host", nil, "names and addresses that the servers are called by, with commas between (required)")
	cmd.Flags().IntVar(&days, "days", 365, "days that certificates are good for")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write NDJSON: one record per file, a done record")
	return cmd
}

func newAuthAdd() *cobra.Command {
	var agent string
	var calls []string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "add DIR --agent NAME", Short: "Make credentials of one more agent", Args: cobra.ExactArgs(1),
		Long: `Makes credentials of an agent in a DIR that 'auth init' made. Servers need not be told.
With them it serves that name, and its answers are all it can send; --calls lets it ask
other agents too: "models" for one that thinks through a language model.`,
		Example: "  vignette auth add keys --agent my-counselor\n  vignette auth add keys --agent llm-client --calls models",
		RunE: func(cmd *cobra.Command, args []string) error {
			if agent == "" {
				return usagef("--agent is missing: the name that the agent serves")
			}
			file, err := access.Add(args[0], access.Agent, agent, calls...)
			if err != nil {
				return err
			}
			return sayWritten(cmd, asJSON, file)
		},
	}
	cmd.Flags().StringVar(&agent, "agent", "", "name that the agent serves (required)")
	cmd.Flags().StringSliceVar(&calls, "calls", nil, "names of agents that it asks itself, with commas between")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write NDJSON: the file, a done record")
	return cmd
}
