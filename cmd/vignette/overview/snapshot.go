package overview

import (
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/vignette-sim/vignette/internal/inert"
)

// Snapshot is what runs do at one moment.
type Snapshot struct {
	Time time.Time
	// Runs are those being played first, then the newest.
	Runs []Run
}

// State is what a run does.
type State string

// The states.
const (
	Playing    State = "playing"    // somebody holds episodes of it
	Waiting    State = "waiting"    // it is to be played, and nobody holds any
	Paused     State = "paused"     // it stands still; Why says why
	Unfinished State = "unfinished" // it was left before its end
	Finished   State = "finished"
)

// Run is what one run does.
type Run struct {
	ID    string
	State State
	Why   string
	// Episodes: Done are those complete, valid or not; Failed are not among them, Parked are among those not done.
	Total, Done, Invalid, Failed, Parked int
	// Busy is how many episodes are being played: workers at work. Queued is how many wait for one.
	Busy, Queued int
	Turns        int64
	// PerMinute is how many episodes come to rest a minute; nil where it is not known.
	PerMinute *float64
	// Left is how long it will take at that rate; nil where it is not known.
	Left *time.Duration
	// Cost of calls to models so far, as far as prices are known; nil where no model is asked. Unpriced calls have no price.
	Cost     *float64
	Unpriced int
	Slowest  []Slow
	Errors   []Failure
}

// Slow is an episode that took long.
type Slow struct {
	Episode string
	Took    time.Duration
	Turns   int
}

// Failure is an episode that failed.
type Failure struct{ Episode, Message string }

// Live says whether a run is to be played.
func (r Run) Live() bool { return r.State == Playing || r.State == Waiting || r.State == Paused }

// Headline is the snapshot in a line.
func (s Snapshot) Headline() string {
	live, busy, queued, failed := 0, 0, 0, 0
	for _, r := range s.Runs {
		if r.Live() {
			live++
			busy, queued, failed = busy+r.Busy, queued+r.Queued, failed+r.Failed
		}
	}
	if live == 0 {
		return "nothing is being played"
	}
	return fmt.Sprintf("%d %s · %d busy · %d queued · %d failed", live, map[bool]string{true: "run", false: "runs"}[live == 1], busy, queued, failed)
}

// columns of the list of runs: what stands in them, and from which width on they are shown.
var columns = []struct {
	title string
	width int
	left  bool
	from  int
	cell  func(Run) string
}{
	{"run", 20, true, 0, func(r Run) string { return r.ID }},
	{"state", 10, true, 0, func(r Run) string { return string(r.State) }},
	{"done", 13, false, 0, func(r Run) string { return fmt.Sprintf("%d/%d", r.Done, r.Total) }},
	{"invalid", 7, false, 100, func(r Run) string { return fmt.Sprint(r.Invalid) }},
	{"failed", 6, false, 0, func(r Run) string { return fmt.Sprint(r.Failed) }},
	{"parked", 6, false, 90, func(r Run) string { return fmt.Sprint(r.Parked) }},
	{"busy", 4, false, 0, func(r Run) string { return fmt.Sprint(r.Busy) }},
	{"queued", 7, false, 110, func(r Run) string { return fmt.Sprint(r.Queued) }},
	{"turns", 9, false, 120, func(r Run) string { return fmt.Sprint(r.Turns) }},
	{"ep/min", 6, false, 0, func(r Run) string { return rate(r.PerMinute) }},
	{"left", 6, false, 0, func(r Run) string { return left(r.Left) }},
	{"cost", 8, false, 0, cost},
}

// dash stands for what is not known.
const dash = "-"

func rate(perMinute *float64) string {
	switch {
	case perMinute == nil:
		return dash
	case *perMinute < 10:
		return fmt.Sprintf("%.1f", *perMinute)
	}
	return fmt.Sprintf("%.0f", *perMinute)
}

func left(d *time.Duration) string {
	if d == nil {
		return dash
	}
	switch s := int(d.Seconds() + 0.5); {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02d", s/60, s%60)
	case s < 100*3600:
		return fmt.Sprintf("%dh%02d", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%dd", s/86400)
	}
}

func cost(r Run) string {
	if r.Cost == nil {
		return dash
	}
	text := fmt.Sprintf("%.2f", *r.Cost)
	if r.Unpriced > 0 {
		text += "+?" // some calls have no price
	}
	return text
}

// header and row are the list of runs at a width.
func header(width int) string { return cells(width, func(i int) string { return columns[i].title }) }

func row(r Run, width int) string {
	return cells(width, func(i int) string { return columns[i].cell(r) })
}

func cells(width int, of func(int) string) string {
	var parts []string
	for i, c := range columns {
		if width < c.from {
			continue
		}
		text := runewidth.Truncate(inert.Line(of(i)), c.width, "…")
		pad := strings.Repeat(" ", c.width-runewidth.StringWidth(text))
		if c.left {
			parts = append(parts, text+pad)
		} else {
			parts = append(parts, pad+text)
		}
	}
	return strings.TrimRight(runewidth.Truncate(strings.Join(parts, " "), width, ""), " ")
}

// Text is the snapshot as plain text, with what stands out in every run that is being played.
func (s Snapshot) Text(width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", s.Headline(), header(width))
	for _, r := range s.Runs {
		fmt.Fprintln(&b, row(r, width))
	}
	for _, r := range s.Runs {
		if lines := details(r, width, 3); r.Live() && len(lines) > 0 {
			fmt.Fprintf(&b, "\n%s\n%s\n", inert.Line(r.ID), strings.Join(lines, "\n"))
		}
	}
	return b.String()
}

// details are what stands out in a run, at most so many lines of a kind.
func details(r Run, width, most int) []string {
	var lines []string
	add := func(text string) { lines = append(lines, runewidth.Truncate(text, width, "…")) }
	if r.Why != "" {
		add("  stands still: " + inert.Line(r.Why))
	}
	for i, slow := range r.Slowest[:min(len(r.Slowest), most)] {
		title := "slowest"
		if i > 0 {
			title = ""
		}
		add(fmt.Sprintf("  %-9s %s  %s, %d turns", title, inert.Line(slow.Episode), took(slow.Took), slow.Turns))
	}
	for i, failure := range r.Errors[:min(len(r.Errors), most)] {
		title := "failed"
		if i > 0 {
			title = ""
		}
		add(fmt.Sprintf("  %-9s %s  %s", title, inert.Line(failure.Episode), inert.Line(failure.Message)))
	}
	return lines
}

func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
