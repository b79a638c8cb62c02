package node

import (
	"context"
	"time"

	"github.com/vignette-sim/vignette/engine/projection"
)

const (
	// keepEvery is how often the owner of a data directory brings the index to where the log is, and so the most, about, that the
	// next reader has to wait for after a crash.
	keepEvery = time.Second
	// keepLast bounds what is done about it at the end.
	keepLast = 5 * time.Second
)

// keepIndex keeps an index up to date while others write to the log. What it returns ends that; an index that has been kept up is
// then brought to the end of the log.
func keepIndex(index *projection.Index) func(context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	kept := false
	go func() {
		defer close(done)
		ticker := time.NewTicker(keepEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				kept = index.CatchUp(ctx) == nil || kept // else the index has said why, and readers do without
			case <-ctx.Done():
				return
			}
		}
	}()
	return func(ctx context.Context) {
		cancel()
		<-done
		if kept {
			ctx, end := context.WithTimeout(ctx, keepLast)
			defer end()
			_ = index.CatchUp(ctx)
		}
	}
}
