package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
)

// rebuilt makes the projection anew and says what is in it.
func rebuilt(cmd *cobra.Command) node.Finding {
	var holding projection.Holding
	found := node.Finding{Check: "index", Status: node.FindingOK}
	err := withExisting(cmd, func(n *node.Node) (err error) {
		if n.Index() == nil {
			found.Detail = "there is none on a cluster, where runs are read from the log"
			return nil
		}
		if holding, err = n.Index().Rebuild(cmd.Context()); err == nil {
			found.Detail = fmt.Sprintf("made anew from %d entries of the log: %s, %s, %.1f MiB", holding.Entries,
				plural(holding.Runs, "run", "runs"), plural(holding.Episodes, "episode", "episodes"), float64(holding.Bytes)/(1<<20))
		}
		return err
	})
	if err != nil {
		found.Status, found.Detail, found.Mend = node.FindingProblem, err.Error(), "runs are read from the log without it; mend what it says, and rebuild again"
	}
	return found
}
