package conductor

import (
	"context"
	"fmt"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Judge brings an episode to its end that scores a conversation another one had: what was said is copied from a script, see
// [episode.Plan.Script], and nobody but evaluators is asked, at the same moments as in the other. The script is what is not in the episode's log
// yet. Claims and errors are as with [Conductor.Play].
func (c *Conductor) Judge(ctx context.Context, state *episode.State, last uint64, script []*vignettev1.EpisodeEvent) (err error) {
	if state.Completed() != nil || state.Deleted() != nil {
		return nil
	}
	p := &play{Conductor: c, state: state, last: last}
	if state.Phase() != vignettev1.EpisodePhase_EPISODE_PHASE_PLANNED {
		if err := p.claim(ctx); err != nil {
			return err
		}
	}
	if p.Observer != nil {
		var left func(*episode.State, error)
		ctx, left = p.Observer.Play(ctx, state.Plan())
		defer func() { left(state, err) }()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		decision := state.Decide()
		var event *vignettev1.EpisodeEvent
		switch decision.(type) {
		case episode.Done:
			return nil
		case episode.AskEvaluator, episode.Complete:
			if err := p.pass(ctx); err != nil {
				return err
			}
			if event, err = p.carryOut(ctx, decision); err != nil {
				return err
			}
			err = p.record(ctx, event)
		default:
			if len(script) == 0 {
				return fmt.Errorf("episode %s: the conversation that it scores is not over: resume the run, which plays that first", state.Plan().Episode)
			}
			err = p.copy(ctx, script[:1])
			script = script[1:]
		}
		if err != nil {
			return err
		}
	}
}
