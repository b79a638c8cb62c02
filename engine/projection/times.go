package projection

import (
	"time"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// stall is the longest that the program's own work between two events is taken for; beyond it the episode stood still: it was
// paused, or there was no room. Chosen: the work takes milliseconds.
const stall = time.Second

// clock tells what the time of an episode went into, by the times of its events. What lies between two events went into what the
// second is about, so that the parts never exceed the whole.
type clock struct {
	last  time.Time
	times vignettev1.EpisodeTimes
}

// add takes in the next event. Events that a fork copied are older than its first one and take none of its time.
func (c *clock) add(plan *episode.Plan, event *vignettev1.EpisodeEvent) {
	if event.GetTime() == nil {
		return
	}
	at := event.GetTime().AsTime()
	passed := at.Sub(c.last)
	if c.last.IsZero() || passed < 0 {
		if c.last.IsZero() {
			c.last = at
		}
		return
	}
	c.last = at
	us := passed.Microseconds()
	c.times.Wall += us
	switch e := event.GetEvent().(type) {
	case *vignettev1.EpisodeEvent_Turn:
		c.turn(plan, e.Turn, us)
	case *vignettev1.EpisodeEvent_Probed, *vignettev1.EpisodeEvent_Bids, *vignettev1.EpisodeEvent_Failed:
		c.times.Agents += us
	case *vignettev1.EpisodeEvent_Evaluated:
		c.times.Evaluators += us
	case *vignettev1.EpisodeEvent_Claimed:
		c.times.Waiting += us
	default:
		c.rest(us)
	}
}

// turn tells the answer of an agent, which knows how long it took, from what lay before it was asked.
func (c *clock) turn(plan *episode.Plan, turn *vignettev1.Turn, us int64) {
	if isOutside(plan, turn.GetRole()) {
		c.times.Human += us
		return
	}
	asked := min(us, turn.GetLatency().AsDuration().Microseconds())
	c.times.Agents += asked
	c.rest(us - asked)
}

func (c *clock) rest(us int64) {
	if us > stall.Microseconds() {
		c.times.Waiting += us
	}
}

func isOutside(plan *episode.Plan, role string) bool {
	for _, r := range plan.Scenario.GetRoles() {
		if r.GetId() == role {
			return r.GetAgent() == scenarios.ExternalAgent
		}
	}
	return false
}
