package node

import (
	"context"
	"time"

	"github.com/nats-io/nuid"

	"github.com/vignette-sim/vignette/engine/bundle"
	"github.com/vignette-sim/vignette/engine/erasure"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/engine/runs"
)

// Runner returns the driver for batches on this node.
func (n *Node) Runner() *runs.Runner {
	return &runs.Runner{
		Log:       n.log,
		History:   n.log,
		Queue:     n.queue,
		Alone:     n.broker.Alone,
		Room:      n.room,
		Directory: n.directory,
		Clock:     wallClock{},
		NewID:     nuid.Next,
		Worker:    nuid.Next(),
		Version:   n.config.Version,
		Observer:  n.config.Telemetry.Observer(),
		Logger:    n.config.Logger,
	}
}

// Reader returns the read side of this node's log. In a data directory it has an index; on a cluster it reads the log.
func (n *Node) Reader() *projection.Reader {
	if n.index == nil {
		return projection.NewReader(n.log)
	}
	return projection.NewIndexedReader(n.index)
}

// Index returns the copy of the log that readers use, nil on a cluster.
func (n *Node) Index() *projection.Index { return n.index }

// Eraser returns what deletes on request, on this node; with shred it writes over what it deletes.
func (n *Node) Eraser(shred bool) *erasure.Eraser {
	return &erasure.Eraser{Log: n.log, Calls: n.calls, Clock: wallClock{}, NewID: nuid.Next, Shred: shred}
}

// BundleSource is where bundles take runs from, on this node.
func (n *Node) BundleSource() bundle.Source { return bundle.Source{Log: n.log, Calls: n.calls} }

// BundleTarget is where bundles are restored to, on this node.
func (n *Node) BundleTarget() bundle.Target { return bundle.Target{Log: n.log, Calls: n.calls} }

// wallClock is the time of the machine.
type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
