package projection

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/vignette-sim/vignette/engine/episode"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Usage says what the time and the money of episodes went into. The parts of the time add up to Wall.
type Usage struct {
	// Wall is from the first event of an episode to its last; of several episodes it is the sum, though they were played at once.
	Wall time.Duration
	// Model is asking models on behalf of those who speak; Judge is asking evaluators, whether they go by rules or ask models.
	Model, Judge time.Duration
	// Human is waiting for somebody outside who plays a role.
	Human time.Duration
	// Waiting is for limits of endpoints and between attempts, for somebody to take the episode up, and while it stood still.
	Waiting time.Duration
	// Platform is the rest: minds that go by rules, the wire, the log, the engine.
	Platform time.Duration
	// ModelCost and JudgeCost are what calls for either cost, as far as prices are known; Unpriced is how many have no price.
	ModelCost, JudgeCost float64
	Calls, Unpriced      int
}

// Add adds another's.
func (u *Usage) Add(o Usage) {
	u.Wall, u.Model, u.Judge, u.Human, u.Waiting, u.Platform = u.Wall+o.Wall, u.Model+o.Model, u.Judge+o.Judge, u.Human+o.Human, u.Waiting+o.Waiting, u.Platform+o.Platform
	u.ModelCost, u.JudgeCost, u.Calls, u.Unpriced = u.ModelCost+o.ModelCost, u.JudgeCost+o.JudgeCost, u.Calls+o.Calls, u.Unpriced+o.Unpriced
}

// TimesOf says what the time of an episode went into, by its events.
func TimesOf(plan *episode.Plan, events []*vignettev1.EpisodeEvent) *vignettev1.EpisodeTimes {
	c := &clock{}
	for _, event := range events {
		c.add(plan, event)
	}
	return &c.times
}

// CallTimes are when models were asked in the episodes of a run, and what that cost. The zero value is ready to use.
type CallTimes struct {
	episodes map[string]*callTimes
	seen     map[string]bool
}

type callTimes struct {
	model, judge         []interval
	modelCost, judgeCost float64
	calls, unpriced      int
}

// interval is the time of one call; waited is how much of it was for limits and between attempts.
type interval struct {
	from, to time.Time
	waited   time.Duration
}

// evaluatorKind is the kind of those who judge, in a call's account.
const evaluatorKind = "evaluator"

// Add takes in a call.
func (t *CallTimes) Add(call *vignettev1.ModelCall) {
	if t.episodes == nil {
		t.episodes, t.seen = map[string]*callTimes{}, map[string]bool{}
	}
	if t.seen[call.GetId()] {
		return // entered twice because an acknowledgement was lost
	}
	t.seen[call.GetId()] = true
	own := t.episodes[call.GetAccount().GetEpisode()]
	if own == nil {
		own = &callTimes{}
		t.episodes[call.GetAccount().GetEpisode()] = own
	}
	took := interval{call.GetTime().AsTime().Add(-call.GetLatency().AsDuration()), call.GetTime().AsTime(), call.GetWaiting().AsDuration()}
	own.calls++
	paid := 0.0
	if !call.GetRecorded() {
		paid = call.GetCost()
		if call.Cost == nil && call.GetAttempts() > 0 {
			own.unpriced++
		}
	}
	if call.GetAccount().GetKind() == evaluatorKind {
		own.judge, own.judgeCost = append(own.judge, took), own.judgeCost+paid
	} else {
		own.model, own.modelCost = append(own.model, took), own.modelCost+paid
	}
}

// Empty says that no model was asked.
func (t *CallTimes) Empty() bool { return len(t.episodes) == 0 }

// Of joins the times of an episode's events with those of its calls.
func (t *CallTimes) Of(id string, times *vignettev1.EpisodeTimes) Usage {
	own := t.episodes[id]
	if own == nil {
		own = &callTimes{}
	}
	us := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	asking, modelWaited := covered(own.model, us(times.GetAgents()))
	_, judgeWaited := covered(own.judge, us(times.GetEvaluators()))
	u := Usage{
		Wall: us(times.GetWall()), Model: asking - modelWaited, Judge: us(times.GetEvaluators()) - judgeWaited, Human: us(times.GetHuman()),
		Waiting:   us(times.GetWaiting()) + modelWaited + judgeWaited,
		ModelCost: own.modelCost, JudgeCost: own.judgeCost, Calls: own.calls, Unpriced: own.unpriced,
	}
	u.Platform = u.Wall - u.Model - u.Judge - u.Human - u.Waiting
	return u
}

// covered is how much time calls cover, those at once counted once, and how much of it was waiting; no more than most: clocks of two
// processes differ, and what was asked for an attempt that was given up is not in the episode's time.
func covered(calls []interval, most time.Duration) (all, waited time.Duration) {
	slices.SortFunc(calls, func(a, b interval) int { return a.from.Compare(b.from) })
	var end time.Time
	var sum, waits time.Duration
	for _, c := range calls {
		sum, waits = sum+c.to.Sub(c.from), waits+c.waited
		if from := later(c.from, end); c.to.After(from) {
			all += c.to.Sub(from)
			end = c.to
		}
	}
	all = min(all, most)
	if sum > 0 {
		waited = time.Duration(float64(all) * min(1, float64(waits)/float64(sum)))
	}
	return all, waited
}

func later(a, b time.Time) time.Time {
	if cmp.Compare(a.UnixNano(), b.UnixNano()) > 0 || b.IsZero() {
		return a
	}
	return b
}

// Tap lets somebody see calls that another reads from the books.
type Tap struct {
	Books Calls
	Each  func(*vignettev1.ModelCall)
}

// Calls implements [Calls].
func (t Tap) Calls(ctx context.Context, run, episode string) iter.Seq2[*vignettev1.ModelCall, error] {
	return func(yield func(*vignettev1.ModelCall, error) bool) {
		for call, err := range t.Books.Calls(ctx, run, episode) {
			if err == nil {
				t.Each(call)
			}
			if !yield(call, err) {
				return
			}
		}
	}
}
