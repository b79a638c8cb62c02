package broker

import (
	"os"
	"runtime/debug"
	"sync"
)

// A server holds some buffers of up to 8 MB for each stream that is written to. They are no garbage, yet the collector lets the
// heap grow by as much again on their account, which doubles what a run takes of memory. While this process runs a server, the
// collector therefore comes at half of that. Its work is small, since there is nothing in those buffers to follow.
const percentBesideServer = 50

// usualPercent is what the Go runtime begins with. Whoever has chosen another keeps it.
const usualPercent = 100

var collector struct {
	mu      sync.Mutex
	servers int
	changed bool
}

// tightenCollector begins the time of a server in this process; the function it returns ends it.
func tightenCollector() (end func()) {
	collector.mu.Lock()
	defer collector.mu.Unlock()
	if collector.servers++; collector.servers == 1 && os.Getenv("GOGC") == "" {
		if was := debug.SetGCPercent(percentBesideServer); was == usualPercent {
			collector.changed = true
		} else {
			debug.SetGCPercent(was)
		}
	}
	return sync.OnceFunc(loosenCollector)
}

func loosenCollector() {
	collector.mu.Lock()
	defer collector.mu.Unlock()
	if collector.servers--; collector.servers == 0 && collector.changed {
		debug.SetGCPercent(usualPercent)
		collector.changed = false
	}
}
