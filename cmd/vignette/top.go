package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vignette-sim/vignette/cmd/vignette/overview"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func newTop() *cobra.Command {
	var once, asJSON bool
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "top",
		Short: "Watch what is being played",
		Long: `Shows runs while they are played, wherever that is: how far they are, how fast, how
long they will take, what models cost, how many episodes are being played (busy) and
how many wait, the slowest episodes and the last that failed. Runs that rest stand
below, the newest first.

On a terminal it is a window that is drawn anew every second; elsewhere, and with
--once, it prints what is so now and ends. --json writes one object for each moment.
"left" is a guess at the present rate.`,
		Example: "  vignette top\n  vignette top --once\n  vignette top --json --every 10s",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if every < 100*time.Millisecond {
				return usagef("--every is %v; it must be at least 100ms", every)
			}
			return withExisting(cmd, func(n *node.Node) error { return top(cmd, n, once, asJSON, every) })
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "print what is so now, and end")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON object a line: one for each moment, or with --once one")
	cmd.Flags().DurationVar(&every, "every", time.Second, "how often to look")
	return cmd
}

func top(cmd *cobra.Command, n *node.Node, once, asJSON bool, every time.Duration) error {
	ctx, drain, stop := interruptible(cmd.Context(), "closing")
	defer stop()
	g := &gatherer{node: n, reader: n.Reader(), runs: map[string]*watchedRun{}}
	out, isFile := cmd.OutOrStdout().(*os.File)
	if !once && !asJSON && isFile && term.IsTerminal(int(out.Fd())) {
		return overview.Open(ctx, g.gather, every)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		snapshot, err := g.gather(ctx)
		if err != nil {
			return err
		}
		if !asJSON {
			fmt.Fprint(out, snapshot.Text(newPage(out).width))
			return nil
		}
		if err := json.NewEncoder(out).Encode(momentRecord(snapshot)); err != nil || once {
			return err
		}
		select {
		case <-ticker.C:
		case <-drain:
			return nil
		}
	}
}

// gatherer gathers what runs do.
type gatherer struct {
	node   *node.Node
	reader *projection.Reader
	runs   map[string]*watchedRun
}

// watchedRun is what is remembered of a run between two looks.
type watchedRun struct {
	planner *planning.Planner
	done    []doneAt
	looked  time.Time // when what is dear to find out was found out
	notable projection.Notable
	spent   *projection.Spent
}

// doneAt is how many episodes had come to rest at a time.
type doneAt struct {
	at   time.Time
	done int
}

const (
	// resting is how many runs that nobody plays are shown.
	resting = 20
	// rateWindow is over how long a rate is taken, and leastWindow the shortest it is taken over.
	rateWindow, leastWindow = time.Minute, 5 * time.Second
	// dearEvery is how often what takes long to find out is found out.
	dearEvery = 5 * time.Second
	// standingOut is how many of the slowest and of the failed are kept.
	standingOut = 5
)

func (g *gatherer) gather(ctx context.Context) (overview.Snapshot, error) {
	snapshot := overview.Snapshot{Time: time.Now()}
	orders, parked := map[string]*vignettev1.WorkOrder{}, map[string]int{}
	queue, queueErr := g.node.Queue()
	if queueErr == nil {
		all, err := queue.Orders(ctx)
		if err != nil {
			return snapshot, err
		}
		for _, order := range all {
			orders[order.GetRun()] = order
		}
		if parked, err = queue.ParkedCounts(ctx); err != nil {
			return snapshot, err
		}
	}
	atRest := 0
	for status, err := range g.reader.Runs(ctx) {
		if err != nil {
			continue // 'vignette runs' says what is wrong with it.
		}
		order := orders[status.GetRun()]
		if order == nil {
			if atRest++; atRest > resting {
				continue
			}
		}
		run := overview.Run{
			ID: status.GetRun(), Total: int(status.GetTotal()), Done: int(status.GetOk() + status.GetInvalid()), Invalid: int(status.GetInvalid()),
			Failed: int(status.GetFailed()), Parked: parked[status.GetRun()], Turns: status.GetTurns(), State: overview.Finished,
		}
		if status.GetUnfinished() > 0 {
			run.State = overview.Unfinished
		}
		if order != nil {
			if run.Queued, run.Busy, err = queue.Standing(ctx, run.ID); err != nil {
				return snapshot, err
			}
			run.State = stateOf(run, order)
			run.Why = order.GetHalted()
		}
		if err := g.add(ctx, &run, status, snapshot.Time); err != nil {
			return snapshot, err
		}
		snapshot.Runs = append(snapshot.Runs, run)
	}
	slices.SortStableFunc(snapshot.Runs, func(a, b overview.Run) int {
		switch {
		case a.Live() == b.Live():
			return 0
		case a.Live():
			return -1
		}
		return 1
	})
	return snapshot, nil
}

// stateOf is what a run does that is to be played.
func stateOf(run overview.Run, order *vignettev1.WorkOrder) overview.State {
	switch {
	case order.GetHalted() != "":
		return overview.Paused
	case run.Busy > 0:
		return overview.Playing
	case run.Queued > 0 || !order.GetFilled():
		return overview.Waiting
	}
	return run.State
}

// add adds what is remembered of a run, or has to be found out.
func (g *gatherer) add(ctx context.Context, run *overview.Run, status *vignettev1.RunStatus, now time.Time) error {
	known := g.runs[run.ID]
	if known == nil {
		planner, err := g.reader.Run(ctx, run.ID)
		if errors.Is(err, projection.ErrNotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		known = &watchedRun{planner: planner, done: []doneAt{}}
		g.runs[run.ID] = known
	}
	rested := run.Done + run.Failed
	if run.State == overview.Playing {
		run.PerMinute = known.rate(now, rested, status.GetCreatedAt().AsTime())
		if left := run.Total - rested - run.Parked; run.PerMinute != nil && *run.PerMinute > 0 {
			d := time.Duration(float64(left) / *run.PerMinute * float64(time.Minute))
			run.Left = &d
		}
	}
	if known.looked.IsZero() || run.Live() && now.Sub(known.looked) >= dearEvery {
		if err := known.look(ctx, g); err != nil {
			return err
		}
		known.looked = now
	}
	if known.spent != nil {
		run.Cost, run.Unpriced = &known.spent.Cost, known.spent.Unpriced
	}
	name := func(f projection.Figured) string { return episode.ID(run.ID, known.planner.Cell(f.Index)) }
	for _, f := range known.notable.Slowest {
		run.Slowest = append(run.Slowest, overview.Slow{
			Episode: name(f), Took: time.Duration(f.Figures.GetTimes().GetWall()) * time.Microsecond, Turns: int(f.Figures.GetTurns()),
		})
	}
	for _, f := range known.notable.Failed {
		run.Errors = append(run.Errors, overview.Failure{Episode: name(f), Message: spokenPlain(f.Figures.GetFailure())})
	}
	return nil
}

// look finds out what takes long.
func (w *watchedRun) look(ctx context.Context, g *gatherer) (err error) {
	if w.notable, err = g.reader.Notable(ctx, w.planner, standingOut); err != nil {
		return err
	}
	if !w.planner.AsksModels() {
		return nil
	}
	spending, err := projection.ReadSpending(ctx, g.node.Calls(), w.planner.Manifest().GetRun(), "")
	if err != nil {
		return err
	}
	w.spent = &spending.Total
	return nil
}

// rate is how many episodes come to rest a minute: over the last minute where it has been watched, else since the run was made.
func (w *watchedRun) rate(now time.Time, done int, created time.Time) *float64 {
	w.done = append(w.done, doneAt{now, done})
	for len(w.done) > 2 && now.Sub(w.done[1].at) >= rateWindow {
		w.done = w.done[1:]
	}
	from := w.done[0]
	if now.Sub(from.at) < leastWindow {
		from = doneAt{at: created}
	}
	passed := now.Sub(from.at)
	if passed <= 0 || done < from.done {
		return nil
	}
	perMinute := float64(done-from.done) / passed.Minutes()
	return &perMinute
}

type jsonMoment struct {
	Type string       `json:"type"`
	Time string       `json:"time"`
	Runs []jsonTopRun `json:"runs"`
}

type jsonTopRun struct {
	Run       string        `json:"run"`
	State     string        `json:"state"`
	Why       string        `json:"why,omitempty"`
	Total     int           `json:"total"`
	Done      int           `json:"done"` // complete, valid or not
	Invalid   int           `json:"invalid"`
	Failed    int           `json:"failed"`
	Parked    int           `json:"parked"`
	Busy      int           `json:"busy"`
	Queued    int           `json:"queued"`
	Turns     int64         `json:"turns"`
	PerMinute *float64      `json:"episodes_per_minute"` // null: not known
	Left      *float64      `json:"seconds_left"`        // null: not known
	Cost      *float64      `json:"cost"`                // null: no model is asked
	Unpriced  int           `json:"unpriced"`
	Slowest   []jsonSlow    `json:"slowest"`
	Errors    []jsonFailure `json:"errors"`
}

type jsonSlow struct {
	Episode string  `json:"episode"`
	Seconds float64 `json:"seconds"`
	Turns   int     `json:"turns"`
}

type jsonFailure struct {
	Episode string `json:"episode"`
	Message string `json:"message"`
}

func momentRecord(s overview.Snapshot) jsonMoment {
	m := jsonMoment{Type: "moment", Time: s.Time.UTC().Format(time.RFC3339Nano), Runs: []jsonTopRun{}}
	for _, r := range s.Runs {
		record := jsonTopRun{
			Run: r.ID, State: string(r.State), Why: r.Why, Total: r.Total, Done: r.Done, Invalid: r.Invalid, Failed: r.Failed, Parked: r.Parked,
			Busy: r.Busy, Queued: r.Queued, Turns: r.Turns, PerMinute: r.PerMinute, Cost: r.Cost, Unpriced: r.Unpriced, Slowest: []jsonSlow{}, Errors: []jsonFailure{},
		}
		if r.Left != nil {
			seconds := r.Left.Seconds()
			record.Left = &seconds
		}
		for _, slow := range r.Slowest {
			record.Slowest = append(record.Slowest, jsonSlow{slow.Episode, slow.Took.Seconds(), slow.Turns})
		}
		for _, failure := range r.Errors {
			record.Errors = append(record.Errors, jsonFailure(failure))
		}
		m.Runs = append(m.Runs, record)
	}
	return m
}
