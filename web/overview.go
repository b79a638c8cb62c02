package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/studies/figures"
	"github.com/vignette-sim/vignette/studies/report"
)

// overview is what pages show of a run: a few numbers of each episode, not the episodes.
type overview struct {
	mark     uint64
	planner  *planning.Planner
	Manifest *vignettev1.Manifest
	Status   *vignettev1.RunStatus
	Report   *report.Report
	Pictures []report.Picture
	Episodes []line
	Arms     []string
}

// line is an episode in a list.
type line struct {
	Index    int
	Episode  string // see [overview.named]
	Scenario string
	Arm      string
	Repeat   int32
	Fate     string // "ok", or what speaks against it
	Turns    int
	Reward   *float64
	Agreed   *float64 // see [projection.Ending]
}

// overviews keeps the overviews that were looked at last. Making one takes all episodes of a run, so that two who look at the same run wait
// for one.
type overviews struct {
	live   *live
	reader *projection.Reader
	mark   func(context.Context) (uint64, error)

	mu     sync.Mutex
	kept   map[string]*kept
	used   []string            // least recently first
	making map[string]*overdue // by run, what somebody did not wait for
}

// kept is an overview, or somebody at work on it.
type kept struct {
	mu   sync.Mutex
	view *overview
}

// mostKept is how many overviews are kept: one of 100 000 episodes takes some 11 MB.
const mostKept = 8

func newOverviews(live *live, reader *projection.Reader, mark func(context.Context) (uint64, error)) *overviews {
	return &overviews{live: live, reader: reader, mark: mark, kept: map[string]*kept{}, making: map[string]*overdue{}}
}

// overdue is an overview that is made whoever waits for it; done is closed when it is there, or when it cannot be had.
type overdue struct {
	done chan struct{}
	view *overview
	err  error
}

// manyEpisodes is from how many on a page does not wait until the numbers of all of a run are made: of 2,000 that takes a good half second.
const manyEpisodes = 2000

// patience is how long a page waits for a large run.
const patience = 700 * time.Millisecond

// collect is how long an overview that was waited for is there for who comes back for it.
const collect = 5 * time.Second

// soon returns the overview of a run where it can be had soon, and nil where the numbers of a large run are still being made: ask again then.
func (o *overviews) soon(ctx context.Context, planner *planning.Planner) (*overview, error) {
	if planner.Len() < manyEpisodes {
		return o.of(ctx, planner)
	}
	work := o.begin(planner)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-work.done:
		return work.view, work.err
	case <-timer.C:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin has an overview made, once for all who ask meanwhile. It goes on though they leave, until the server stops.
func (o *overviews) begin(planner *planning.Planner) *overdue {
	run := planner.Manifest().GetRun()
	o.mu.Lock()
	defer o.mu.Unlock()
	if work := o.making[run]; work != nil {
		return work
	}
	work := &overdue{done: make(chan struct{})}
	o.making[run] = work
	end := o.live.work()
	go func() {
		defer end()
		work.view, work.err = o.of(o.live.base, planner)
		close(work.done)
		select { // A run that grows is another by the time its page asks again: that page is to have this one.
		case <-time.After(collect):
		case <-o.live.base.Done():
		}
		o.mu.Lock()
		delete(o.making, run)
		o.mu.Unlock()
	}()
	return work
}

func (o *overviews) slot(run string) *kept {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept[run] == nil {
		o.kept[run] = &kept{}
	}
	o.used = append(slices.DeleteFunc(o.used, func(r string) bool { return r == run }), run)
	if len(o.used) > mostKept {
		delete(o.kept, o.used[0])
		o.used = o.used[1:]
	}
	return o.kept[run]
}

// of returns the overview of a run as it stands now. One of a run that has come to its end stays what it is until the log has grown.
func (o *overviews) of(ctx context.Context, planner *planning.Planner) (*overview, error) {
	mark, err := o.mark(ctx)
	if err != nil {
		return nil, err
	}
	slot := o.slot(planner.Manifest().GetRun())
	slot.mu.Lock()
	defer slot.mu.Unlock()
	if slot.view != nil && slot.view.mark == mark {
		return slot.view, nil
	}
	if slot.view != nil && slot.view.Status.GetUnfinished() == 0 { // Whether it is still the same is cheap to see.
		now, err := o.reader.Status(ctx, planner)
		if err == nil && now.GetDigest() != "" && now.GetDigest() == slot.view.Status.GetDigest() {
			slot.view.mark = mark
			return slot.view, nil
		}
	}
	view, err := o.make(ctx, planner)
	if err != nil {
		return nil, err
	}
	view.mark, slot.view = mark, view
	return view, nil
}

func (o *overviews) make(ctx context.Context, planner *planning.Planner) (*overview, error) {
	v := &overview{Manifest: planner.Manifest(), planner: planner}
	count := projection.NewCount(planner)
	var err error
	v.Report, err = report.Of(ctx, o.reader, planner, func(f projection.Figured) {
		count.AddFigures(f.Index, f.Figures)
		v.add(projection.EndingOf(f))
	})
	if err != nil {
		return nil, err
	}
	v.Status = count.Status()
	if len(v.Episodes) == 0 { // The report was at hand.
		if err := v.list(ctx, o.reader); err != nil {
			return nil, err
		}
	}
	v.Pictures, err = v.Report.Pictures()
	return v, err
}

// list takes in what became of the episodes.
func (v *overview) list(ctx context.Context, reader *projection.Reader) (err error) {
	for e, err := range reader.Endings(ctx, v.planner, figures.Of) {
		if err != nil {
			return err
		}
		v.add(e)
	}
	v.Status, err = reader.Status(ctx, v.planner)
	return err
}

// add takes in the next episode.
func (v *overview) add(e projection.Ending) {
	cell := v.planner.Cell(e.Index)
	l := line{Index: e.Index, Scenario: cell.GetScenario(), Repeat: cell.GetRepeat(), Arm: report.ArmOf(cell), Turns: e.Turns, Reward: e.Reward, Agreed: e.Agreed}
	l.Fate = enumname.Of(e.Phase)
	if e.Phase == vignettev1.EpisodePhase_EPISODE_PHASE_COMPLETED {
		l.Fate = enumname.Of(e.Validity)
	} else {
		l.Reward, l.Agreed = nil, nil
	}
	v.Arms = once(v.Arms, l.Arm)
	l.Arm = v.Arms[slices.Index(v.Arms, l.Arm)] // one for all
	v.Episodes = append(v.Episodes, l)
}

// named are lines with the ids of their episodes, which take a while to make: of those that are shown alone.
func (v *overview) named(lines []line) []line {
	out := slices.Clone(lines)
	for i := range out {
		out[i].Episode = episode.ID(v.Manifest.GetRun(), v.planner.Cell(out[i].Index))
	}
	return out
}
