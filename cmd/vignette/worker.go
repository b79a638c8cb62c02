package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/node"
)

type workerFlags struct {
	workers, tries int
	json           bool
	watch          watchFlags
}

func newWorker() *cobra.Command {
	var flags workerFlags
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Help to play the runs of others",
		Long: `Plays episodes of all runs that are begun on the same data directory, or the same
--nats cluster, until Ctrl-C; between several runs it takes turns. 'vignette run' has
workers of the same kind inside. What comes out does not depend on how many there
are: the digest stays the same.

A worker that dies loses nothing: after some seconds its episodes go to others, who
go on where the log ends. An episode that several workers in turn took over and got
no further with is parked with the reason; 'vignette show RUN' lists it, and
'vignette run --resume RUN --parked' tries it again.`,
		Example: `  vignette worker
  vignette worker --nats nats://a,b,c --workers 100 --log info --metrics 127.0.0.1:9464`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return flags.watch.watched(cmd, func() error { return runWorker(cmd, flags) })
		},
	}
	cmd.Flags().IntVar(&flags.workers, "workers", runs.DefaultWorkers, "episodes played at once, of all runs together, from 1")
	addTriesFlag(cmd, &flags.tries)
	flags.watch.add(cmd, "warn")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record, one record per episode, a done record")
	return cmd
}

func addTriesFlag(cmd *cobra.Command, tries *int) {
	cmd.Flags().IntVar(tries, "tries", runs.DefaultTries, "workers in turn that may take an episode over in vain before it is parked, from 1")
}

func checkWorkers(cmd *cobra.Command, workers, tries int) error {
	switch {
	case cmd.Flags().Changed("workers") && workers < 1:
		return usagef("--workers is %d; it must be at least 1", workers)
	case cmd.Flags().Changed("tries") && tries < 1:
		return usagef("--tries is %d; it must be at least 1", tries)
	}
	return nil
}

// workRecord is what a worker says about itself and about each episode it played, with --json.
type workRecord struct {
	Type     string `json:"type"`
	Data     string `json:"data,omitempty"`
	Run      string `json:"run,omitempty"`
	Episode  string `json:"episode,omitempty"`
	Phase    string `json:"phase,omitempty"`
	Turns    int    `json:"turns,omitempty"`
	Episodes *int   `json:"episodes,omitempty"`
}

// runWorker works on a node until Ctrl-C. When the process that owns the data directory ends before, it opens the directory again:
// as its owner, or with whoever was faster.
func runWorker(cmd *cobra.Command, flags workerFlags) error {
	if err := checkWorkers(cmd, flags.workers, flags.tries); err != nil {
		return err
	}
	var mu sync.Mutex
	played := 0
	say := func(r workRecord) error {
		mu.Lock()
		defer mu.Unlock()
		if !flags.json {
			return nil
		}
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	launched := false
	err := hostWhile(cmd, nodeConfig(cmd), "finishing the episodes in flight", func(ctx context.Context, n *node.Node, drain <-chan struct{}) error {
		if err := hostMinds(ctx, cmd, n); err != nil {
			return err
		}
		if _, err := n.Queue(); err != nil {
			return err
		}
		if !launched {
			launched = true
			if err := say(workRecord{Type: "launch", Data: n.Dir()}); err != nil {
				return err
			}
			if !flags.json {
				fmt.Fprintf(cmd.OutOrStdout(), "works on what is begun %s; Ctrl-C stops it\n", line(whereOf(n)))
			}
		}
		return n.Runner().Work(ctx, runs.Work{
			Workers: flags.workers, Tries: flags.tries, Drain: drain,
			Logger: watchOf(cmd).logger,
			Rested: func(run string, state *episode.State) {
				mu.Lock()
				played++
				mu.Unlock()
				_ = say(workRecord{Type: "episode", Run: run, Episode: state.Plan().Episode, Phase: enumname.Of(state.Phase()), Turns: len(state.Turns())})
			},
		})
	})
	if err != nil {
		return err
	}
	if !flags.json {
		fmt.Fprintf(cmd.OutOrStdout(), "%s came to rest here\n", plural(played, "episode", "episodes"))
	}
	return say(workRecord{Type: "done", Episodes: &played})
}

func whereOf(n *node.Node) string {
	if n.Dir() == "" {
		return "on the NATS cluster"
	}
	return "in " + n.Dir()
}
