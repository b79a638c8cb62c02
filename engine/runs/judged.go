package runs

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// judge plays an episode that scores the conversation of another by other judges, from where its log ends. The other one must have come to
// rest. Check says why it is not to be tried any more, and may be nil.
func (r *Runner) judge(ctx context.Context, c *conductor.Conductor, planner, origin *planning.Planner, i int, check func(*episode.Plan, stand) error) (stand, error) {
	plan, err := planner.Plan(i)
	if err != nil {
		return stand{}, err
	}
	heard, err := planner.Plan(planner.Heard(i))
	if err != nil {
		return stand{}, err
	}
	if r.History == nil {
		return stand{}, fmt.Errorf("episode %s scores what was said in %s: this runner has no history to read it from", plan.Episode, heard.Episode)
	}
	at, err := takeUp(ctx, r.History, plan)
	if err != nil || at.state.Completed() != nil || at.state.Deleted() != nil {
		return at, err
	}
	if check != nil {
		if err := check(plan, at); err != nil {
			return at, err
		}
	}
	opening, err := r.opening(ctx, origin, plan, at.recorded)
	if err != nil {
		return at, err
	}
	if n := len(opening); n > 0 && opening[n-1].GetCompleted() != nil { // by this judge already, in the run that this one goes beyond
		return at, c.Play(ctx, at.state, at.last, opening...)
	}
	events, err := r.played(ctx, heard)
	if err != nil {
		return at, err
	}
	script := plan.Script(heard, events)
	return at, c.Judge(ctx, at.state, at.last, script[min(at.scripted, len(script)):])
}

// isHeard says whether the conversation of an episode can be scored by others: it is over, or will be none.
func isHeard(state *episode.State) bool {
	return state.Completed() != nil || state.Phase() == vignettev1.EpisodePhase_EPISODE_PHASE_FAILED
}
