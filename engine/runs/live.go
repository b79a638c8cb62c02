package runs

import (
	"context"
	"errors"
	"sync"

	"google.golang.org/grpc/status"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// liveRun is a run being played, and what its follower has still to be told. The run never waits for the follower: news
// it is slow to take is kept, about half a kilobyte per episode.
type liveRun struct {
	planner *planning.Planner
	control *Control
	ended   chan struct{} // closed when the run is at rest
	failure error         // why it could not go on; read it after ended
	paused  string        // why it stands still; read it after ended
	wake    chan struct{} // there is news

	mu       sync.Mutex
	count    *projection.Count
	followed bool
	news     []*vignettev1.EpisodeSummary
}

func newLiveRun(planner *planning.Planner) *liveRun {
	return &liveRun{
		planner: planner, count: projection.NewCount(planner), followed: true,
		control: NewControl(),
		ended:   make(chan struct{}), wake: make(chan struct{}, 1),
	}
}

// add takes in an episode that came to rest.
func (l *liveRun) add(index int, state *episode.State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count.Add(index, state)
	if !l.followed {
		return
	}
	l.news = append(l.news, state.Summary())
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// end says that nothing more comes. A budget that is used up is no failure: the run stands still.
func (l *liveRun) end(err error) {
	var paused *conductor.PausedError
	if errors.As(err, &paused) {
		l.paused, err = paused.Reason, nil
	}
	l.failure = err
	close(l.ended)
}

// status says how far the run is; why it stands still once it has ended.
func (l *liveRun) status() *vignettev1.RunStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	status := l.count.Status()
	select {
	case <-l.ended:
		status.Paused = l.paused
	default:
		status.Paused = l.control.Paused()
	}
	return status
}

// take returns the news since the last time.
func (l *liveRun) take() []*vignettev1.EpisodeSummary {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := l.news
	l.news = nil
	return news
}

// leave says that nobody follows any more. The run goes on.
func (l *liveRun) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.followed, l.news = false, nil
}

// follow tells of the run until it is at rest.
func (l *liveRun) follow(ctx context.Context, send func(*vignettev1.StartRunResponse) error) error {
	defer l.leave()
	for over := false; !over; {
		select {
		case <-l.wake:
		case <-l.ended:
			over = true // What came before the end is still to be told.
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
		for _, summary := range l.take() {
			if err := send(&vignettev1.StartRunResponse{Update: &vignettev1.StartRunResponse_Episode{Episode: summary}}); err != nil {
				return err
			}
		}
	}
	if l.failure != nil {
		return logFailure(ctx, l.failure)
	}
	return send(&vignettev1.StartRunResponse{Update: &vignettev1.StartRunResponse_Done{Done: l.status()}})
}
