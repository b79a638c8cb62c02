package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
	"github.com/vignette-sim/vignette/studies"
)

// The starter study: what `vignette run` plays when it is not told what to play.
const (
	starterVary    = "focal.policy.skill=0.2,0.9"
	starterRepeats = 5
)

type runFlags struct {
	seed    uint64
	repeats int
	workers int
	vary    []string
	json    bool
}

func newRun() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run [SCENARIO...]",
		Short: "Play scenarios and score them",
		Long: `Plays scenarios: ids from the library, or files. Without any it plays the starter
study: every scenario of the library, its focal role once as a novice
(skill 0.2) and once skilled (0.9), five times each.

--vary changes one part of the scenarios at a time and plays every combination:
ROLE.FIELD=A,B, where ROLE is a role id or "focal". For a persona the levels are
files, or a directory of them: client.persona=personas/.

The same command with the same --seed gives the same conversations, whatever
--workers is: compare the digest. Ctrl-C finishes the episodes in flight, a second
one stops at once; what was recorded stays recorded.`,
		Example: `  vignette run
  vignette run ask-for-leave --repeats 10 --seed 7
  vignette run cbt-intake --vary client.persona.style=plain,upset,reserved
  vignette run my-scenario.yaml --json | jq 'select(.type == "done")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRun(cmd, args, flags)
		},
	}
	cmd.Flags().Uint64Var(&flags.seed, "seed", 1, "seed of all chance")
	cmd.Flags().IntVar(&flags.repeats, "repeats", 0, "plays of each cell, from 1 (default 1; 5 in the starter study)")
	cmd.Flags().IntVar(&flags.workers, "workers", runs.DefaultWorkers, "episodes played at once, from 1")
	cmd.Flags().StringArrayVar(&flags.vary, "vary", nil, "factor to vary: ROLE.FIELD=A,B or ROLE.persona=DIR; may be given several times")
	cmd.Flags().BoolVar(&flags.json, "json", false, "write NDJSON: a launch record, one record per episode, a done record")
	return cmd
}

func runRun(cmd *cobra.Command, args []string, flags runFlags) error {
	wanted, err := designOf(cmd, args, flags)
	if err != nil {
		return err
	}
	// When whoever reads the output goes away, the run goes on: what it plays is in the log.
	signal.Ignore(syscall.SIGPIPE)
	ctx, drain, stop := interruptible(cmd.Context(), "finishing the episodes in flight")
	defer stop()
	return withNode(ctx, cmd, func(n *node.Node) error {
		if err := n.HostBuiltin(ctx); err != nil {
			return err
		}
		planner, err := n.Runner().Prepare(ctx, wanted)
		if err != nil {
			return err
		}
		return play(ctx, cmd, n, planner, flags, drain)
	})
}

// designOf reads what was typed into a design.
func designOf(cmd *cobra.Command, args []string, flags runFlags) (runs.Design, error) {
	wanted := runs.Design{Repeats: flags.repeats, Seed: flags.seed}
	if cmd.Flags().Changed("repeats") && flags.repeats < 1 {
		return wanted, usagef("--repeats is %d; it must be at least 1", flags.repeats)
	}
	if flags.workers < 1 {
		return wanted, usagef("--workers is %d; it must be at least 1", flags.workers)
	}
	var err error
	if len(args) == 0 {
		wanted.Scenarios, err = scenarios.Library()
		if wanted.Repeats == 0 {
			wanted.Repeats = starterRepeats
		}
		if len(flags.vary) == 0 {
			flags.vary = []string{starterVary}
		}
	} else {
		wanted.Scenarios, err = scenarios.FindAll(args...)
	}
	if err != nil {
		return wanted, &usageError{err}
	}
	for _, spec := range flags.vary {
		factor, err := design.ParseVary(spec, wanted.Scenarios)
		if err != nil {
			return wanted, &usageError{err}
		}
		wanted.Factors = append(wanted.Factors, factor)
	}
	return wanted, nil
}

// play plays a prepared run and tells about it while it goes and at its end.
func play(ctx context.Context, cmd *cobra.Command, n *node.Node, planner *planning.Planner, flags runFlags, drain <-chan struct{}) error {
	var teller runTeller
	if flags.json {
		teller = newJSONTeller(cmd.OutOrStdout(), flags, n.Dir())
	} else {
		teller = newPeopleTeller(cmd.OutOrStdout(), os.Stderr)
	}
	teller.launch(planner)
	count := projection.NewCount(planner)
	result := runResult{planner: planner, table: &studies.Table{}}
	playErr := n.Runner().Play(ctx, planner, runs.Options{
		Workers: flags.workers,
		Drain:   drain,
		Each: func(index int, state *episode.State) {
			count.Add(index, state)
			result.add(index, state)
			teller.episode(index, state, count.Status())
		},
	})
	result.status = count.Status()
	teller.done(result)
	return verdictOn(result.status, playErr)
}

// verdictOn is what the exit code says about a run.
func verdictOn(status *vignettev1.RunStatus, playErr error) error {
	switch {
	case playErr != nil && !errors.Is(playErr, context.Canceled):
		return playErr
	case status.GetUnfinished() > 0:
		return fmt.Errorf("%d of %d episodes are unfinished; 'vignette show %s' has what was recorded", status.GetUnfinished(), status.GetTotal(), status.GetRun())
	case status.GetFailed() > 0:
		return fmt.Errorf("%d of %d episodes failed; 'vignette show %s' says why", status.GetFailed(), status.GetTotal(), status.GetRun())
	}
	return nil
}

// interruptible returns a context that the second Ctrl-C ends, and a channel that the first one closes, saying what
// happens now.
func interruptible(parent context.Context, finishing string) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(parent)
	drain := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			fmt.Fprintf(os.Stderr, "\nvignette: %s; Ctrl-C again stops at once\n", finishing)
			close(drain)
		case <-ctx.Done():
			return
		}
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, drain, func() { signal.Stop(signals); cancel() }
}

// withNode opens the data directory, or joins the process that has it open, or connects to the cluster of --nats, for as
// long as a function needs it.
func withNode(ctx context.Context, cmd *cobra.Command, use func(*node.Node) error) (err error) {
	n, err := node.Open(ctx, nodeConfig(cmd))
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := n.Close(context.WithoutCancel(ctx)); closeErr != nil && err == nil {
			err = closeErr
		}
	}()
	return use(n)
}

// withExisting is withNode for commands that read: they do not create a data directory where there is none.
func withExisting(cmd *cobra.Command, use func(*node.Node) error) error {
	config := nodeConfig(cmd)
	if config.NATS.URL != "" {
		return withNode(cmd.Context(), cmd, use)
	}
	_, err := os.Stat(filepath.Join(config.Dir, "jetstream"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is nothing in %s yet: 'vignette run' plays something, --data names another directory", config.Dir)
	}
	if err != nil {
		return fmt.Errorf("data directory %s cannot be read: %w", config.Dir, err)
	}
	return withNode(cmd.Context(), cmd, use)
}

func writeJSON(cmd *cobra.Command, value any) error {
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
