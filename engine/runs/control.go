package runs

import (
	"context"
	"sync"

	"github.com/vignette-sim/vignette/engine/conductor"
)

// Control lets others pause, resume and cancel a run while it is played. Make it with [NewControl]; it is safe for
// concurrent use.
type Control struct {
	cancelled chan struct{} // closed by Cancel
	cancel    func()

	mu     sync.Mutex
	reason string              // why it is paused
	resume chan struct{}       // closed when it goes on; nil while it is not paused
	tell   func(paused string) // told of each change; may be nil
}

// NewControl returns the control of a run that is not paused.
func NewControl() *Control {
	c := &Control{cancelled: make(chan struct{})}
	c.cancel = sync.OnceFunc(func() { close(c.cancelled) })
	return c
}

// Pause makes the run stand still: what was asked is waited for and recorded, and nobody is asked anything more. The first
// reason is the one that is told.
func (c *Control) Pause(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resume == nil {
		c.reason, c.resume = reason, make(chan struct{})
		c.told()
	}
}

// told passes a change on; whoever is told must not wait.
func (c *Control) told() {
	if c.tell != nil {
		c.tell(c.reason)
	}
}

// follow passes on each change from now on.
func (c *Control) follow(tell func(paused string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell = tell
}

// Resume lets the run go on.
func (c *Control) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.resume != nil {
		close(c.resume)
		c.reason, c.resume = "", nil
		c.told()
	}
}

// Cancel begins no more episodes. Those in flight come to their end; if the run is paused, they stay as they are.
func (c *Control) Cancel() { c.cancel() }

// Paused returns why the run stands still, "" while it does not.
func (c *Control) Paused() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// gate holds an episode while the run is paused. Its error says that the run ended meanwhile.
func (c *Control) gate(ctx context.Context, episode string, drain <-chan struct{}) error {
	for {
		c.mu.Lock()
		resume, reason := c.resume, c.reason
		c.mu.Unlock()
		if resume == nil {
			return nil
		}
		select {
		case <-resume:
		case <-c.cancelled:
			return &conductor.PausedError{Episode: episode, Reason: reason}
		case <-drain:
			return &conductor.PausedError{Episode: episode, Reason: reason}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
