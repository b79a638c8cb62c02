package main

import (
	"context"
	"fmt"
	"time"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// parkedOf are the episodes of a run that are tried no more; none where the queue cannot be used, for then nobody parks any.
func parkedOf(ctx context.Context, n *node.Node, run string) ([]*vignettev1.ParkedEpisode, error) {
	queue, err := n.Queue()
	if err != nil {
		return nil, nil
	}
	return queue.Parked(ctx, run)
}

// parkedCounts is how many episodes are parked, by run.
func parkedCounts(ctx context.Context, n *node.Node) (map[string]int, error) {
	queue, err := n.Queue()
	if err != nil {
		return nil, nil
	}
	return queue.ParkedCounts(ctx)
}

// unpark puts the parked episodes of a run back into the queue.
func unpark(ctx context.Context, n *node.Node, planner *planning.Planner) error {
	queue, err := n.Queue()
	if err != nil {
		return err
	}
	_, err = queue.Unpark(ctx, planner.Manifest().GetRun())
	return err
}

// parkedRecord is a parked episode with --json.
type parkedRecord struct {
	Type    string `json:"type"`
	Run     string `json:"run"`
	Episode string `json:"episode"`
	Tries   int32  `json:"tries"`
	Reason  string `json:"reason"`
	Time    string `json:"time"`
	Worker  string `json:"worker"`
}

func recordOfParked(run string, p *vignettev1.ParkedEpisode) parkedRecord {
	return parkedRecord{"parked", run, p.GetEpisode(), p.GetTries(), p.GetReason(), p.GetTime().AsTime().Format(time.RFC3339), p.GetWorker()}
}

// parked lists what is tried no more, and how it is tried again.
func (p *page) parked(run string, all []*vignettev1.ParkedEpisode) {
	if len(all) == 0 {
		return
	}
	p.printf("\n%s\n", p.bold("parked"))
	for _, e := range all {
		p.paragraph("  ", "    ", fmt.Sprintf("%s after %s: %s", e.GetEpisode(), plural(int(e.GetTries()), "try", "tries"), line(e.GetReason())))
	}
	p.printf("  %s run --resume %s --parked\n", invocation(), run)
}
