package runs

import (
	"sync"

	"github.com/vignette-sim/vignette/engine/conductor"
)

// pause lets a run begin no more episodes when its budget is used up.
type pause struct {
	begun chan struct{} // closed when it is

	mu    sync.Mutex
	first *conductor.PausedError
}

func newPause() *pause { return &pause{begun: make(chan struct{})} }

// begin pauses the run; the first reason is the one that is told.
func (p *pause) begin(why *conductor.PausedError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first == nil {
		p.first = why
		close(p.begun)
	}
}

// reason is why the run was paused, or nil.
func (p *pause) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first == nil {
		return nil
	}
	return p.first
}
