package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// controlTimeout bounds a word to whoever plays a run. Cancelling an engine's run waits for the episodes in flight.
const controlTimeout = 15 * time.Minute

// tellRun says something to whoever plays a run.
type tellRun func(ctx context.Context, client vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error)

func newPause() *cobra.Command {
	return controlCommand("pause", "Make a run that is being played stand still",
		`What has been asked is waited for and recorded; then nobody is asked anything more
until 'vignette resume RUN'. The process that plays the run keeps it in hand; if it
ends, 'vignette run --resume RUN' goes on from where the run stands.`, "paused",
		func(ctx context.Context, client vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
			response, err := client.PauseRun(ctx, &vignettev1.PauseRunRequest{Run: run})
			return response.GetStatus(), err
		})
}

func newResume() *cobra.Command {
	return controlCommand("resume", "Let a paused run go on",
		`Lets a run go on that 'vignette pause' made stand still. A run that nobody plays any
more is finished by 'vignette run --resume RUN'.`, "goes on",
		func(ctx context.Context, client vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
			response, err := client.ResumeRun(ctx, &vignettev1.ResumeRunRequest{Run: run})
			return response.GetStatus(), err
		})
}

func newCancel() *cobra.Command {
	return controlCommand("cancel", "Stop a run that is being played",
		`Begins no more episodes. Those in flight come to their end, those of a paused run stay
as they are; nothing is lost, and 'vignette run --resume RUN' plays what is missing.`, "begins no more episodes",
		func(ctx context.Context, client vignettev1.RunServiceClient, run string) (*vignettev1.RunStatus, error) {
			response, err := client.CancelRun(ctx, &vignettev1.CancelRunRequest{Run: run})
			return response.GetStatus(), err
		})
}

func controlCommand(verb, short, long, outcome string, tell tellRun) *cobra.Command {
	return &cobra.Command{
		Use: verb + " RUN|last", Short: short, Long: long, Example: "  vignette " + verb + " last", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withExisting(cmd, func(n *node.Node) error {
				planner, err := n.Reader().Run(cmd.Context(), args[0])
				if errors.Is(err, projection.ErrNotFound) {
					return fmt.Errorf("there is no run %q; 'vignette runs' lists the runs", args[0])
				}
				if err != nil {
					return err
				}
				run := planner.Manifest().GetRun()
				now, err := tellPlayer(cmd.Context(), n, run, tell)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "run %s %s: %d of %d episodes ended\n", run, outcome, now.GetTotal()-now.GetUnfinished(), now.GetTotal())
				return err
			})
		},
	}
}

// tellPlayer tells the process that plays a run, or the engine that does.
func tellPlayer(ctx context.Context, n *node.Node, run string, tell tellRun) (*vignettev1.RunStatus, error) {
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	now, err := tell(ctx, n.Directory().Player(run), run)
	if status.Code(err) == codes.Unavailable {
		now, err = tell(ctx, n.Directory().Engine(), run)
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.FailedPrecondition:
		return nil, fmt.Errorf("nobody is playing run %s now; '%s run --resume %s' plays what is missing", run, invocation(), run)
	}
	return now, err
}

// hostPlayer lets other processes pause, resume and cancel a run while this one plays it. The count is what they are told;
// add takes in an episode that came to rest.
func hostPlayer(ctx context.Context, n *node.Node, planner *planning.Planner) (control *runs.Control, add func(int, *episode.State), err error) {
	var mu sync.Mutex
	count := projection.NewCount(planner)
	control = runs.NewControl()
	player := runs.NewPlayer(planner.Manifest().GetRun(), control, func() *vignettev1.RunStatus {
		mu.Lock()
		defer mu.Unlock()
		return count.Status()
	})
	add = func(index int, state *episode.State) {
		mu.Lock()
		defer mu.Unlock()
		count.Add(index, state)
	}
	err = n.Host(ctx, runs.PlayerName(planner.Manifest().GetRun()), "Plays one run: pause, resume, cancel.", func(r grpc.ServiceRegistrar) {
		vignettev1.RegisterRunServiceServer(r, player)
	})
	return control, add, err
}
