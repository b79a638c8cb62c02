package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/projection"
	"github.com/vignette-sim/vignette/studies/report"
	"github.com/vignette-sim/vignette/studies/transcript"
)

// branch is an episode in a tree of forks, as a line of a list.
type branch struct {
	Depth         int
	Run, Episode  string
	Turns         int32 // copied from what it branched off
	Say           string
	Reseeded, Own bool
}

type episodePage struct {
	*transcript.View
	Since      int  // turns shown: where live goes on
	MayInside  bool // private states may be shown
	Branches   []branch
	Live       bool
	Prev, Next string
	Notes      []string
}

// inside says whether private states are wanted, and may be had.
func (q *request) inside(planner *planning.Planner) bool {
	return q.URL.Query().Get("private") == "1" && q.visitor.mayLookInside(planner.Manifest())
}

func (q *request) showEpisode() error {
	state, planner, err := q.episode(q.PathValue("episode"))
	if err != nil {
		return err
	}
	if id := state.Plan().Episode; id != q.PathValue("episode") {
		return q.back("/episodes/" + id)
	}
	p := episodePage{
		View: transcript.Of(state, planner.Manifest(), transcript.Options{Private: q.inside(planner)}), Since: len(state.Turns()),
		MayInside: q.visitor.mayLookInside(planner.Manifest()), Live: !over(state),
	}
	if p.Branches, err = q.branches(state.Plan()); err != nil {
		return err
	}
	if i, ok := planner.Index(state.Plan().Episode); ok {
		if i > 0 {
			p.Prev = episode.ID(state.Plan().Run, planner.Cell(i-1))
		}
		if i+1 < planner.Len() {
			p.Next = episode.ID(state.Plan().Run, planner.Cell(i+1))
		}
	}
	return q.page("episode", p)
}

func over(state *episode.State) bool {
	return state.Completed() != nil || state.Failed() != nil || state.Deleted() != nil
}

// branches is the tree of forks that an episode is in, flat, root first; nil where it stands alone. Branches of runs that the visitor may
// not see are left out with all below them.
func (q *request) branches(plan *episode.Plan) ([]branch, error) {
	root, err := q.config.Reader.Forks(q.ctx(), plan)
	if err != nil {
		return nil, err
	}
	var out []branch
	var walk func(b *projection.Branch, depth int)
	walk = func(b *projection.Branch, depth int) {
		if planner, err := q.config.Reader.Run(q.ctx(), b.Run); err != nil || !q.visitor.mayRead(planner.Manifest()) {
			return
		}
		out = append(out, branch{depth, b.Run, b.Episode, b.Fork.GetTurns(), plain(b.Fork.GetSay().GetText()), b.Reseeded, b.Episode == plan.Episode})
		for _, child := range b.Branches {
			walk(child, depth+1)
		}
	}
	walk(root, 0)
	if len(out) < 2 {
		return nil, nil
	}
	return out, nil
}

// liveEpisode sends each turn that comes, and when the episode has come to its end says so. An event's id is how many turns the page has
// then: whichever process answers, the next is the one after it.
func (q *request) liveEpisode() error {
	first, planner, err := q.episode(q.PathValue("episode"))
	if err != nil {
		return err
	}
	id, inside := first.Plan().Episode, q.inside(planner)
	return q.stream(func(ctx context.Context, since string) ([]event, bool, error) {
		state, _, err := q.config.Reader.Episode(ctx, id)
		if err != nil {
			return nil, false, err
		}
		view := transcript.Of(state, planner.Manifest(), transcript.Options{Private: inside})
		var events []event
		for _, turn := range view.Turns[min(position(since), len(view.Turns)):] {
			var out bytes.Buffer
			if err := q.part(&out, "episode", "turn", turn); err != nil {
				return nil, false, err
			}
			events = append(events, event{ID: strconv.Itoa(turn.Number), Name: "turn", Data: out.String()})
		}
		return events, !over(state), nil
	})
}

func (q *request) apiEpisode() error {
	state, planner, err := q.episode(q.PathValue("episode"))
	if err != nil {
		return err
	}
	return q.json(transcript.Of(state, planner.Manifest(), transcript.Options{Private: q.inside(planner)}))
}

// side is one of two conversations that are compared.
type side struct {
	Episode string
	View    *transcript.View
}

// both is a row of two conversations: what each has in that turn; Same says that it is word for word the same.
type both struct {
	Number      int
	Left, Right any
	Same        bool
}

type comparison struct {
	A, B        string
	Left, Right *side
	Rows        []both
	Shared      int // turns that both begin with
	RunA, RunB  *overview
	Offered     []suggested
	Outcomes    []outcomePair
}

// outcomePair is a number of two runs side by side.
type outcomePair struct {
	Scenario, Arm, Outcome string
	A, B                   *float64
}

// Difference is B less A.
func (p outcomePair) Difference() *float64 {
	if p.A == nil || p.B == nil {
		return nil
	}
	d := *p.B - *p.A
	return &d
}

// compare sets two runs, or two episodes, side by side.
func (q *request) compare() error {
	c := comparison{A: strings.TrimSpace(q.URL.Query().Get("a")), B: strings.TrimSpace(q.URL.Query().Get("b"))}
	if c.A == "" || c.B == "" {
		var err error
		if c.Offered, err = q.comparable(c.A); err != nil {
			return err
		}
		return q.page("compare", c)
	}
	a, errA := q.run(c.A)
	b, errB := q.run(c.B)
	if errA == nil && errB == nil {
		return q.compareRuns(c, a, b)
	}
	if (errA == nil) != (errB == nil) {
		return &problem{http.StatusBadRequest, "One of the two is a run and the other is not.", "Name two runs, or two episodes."}
	}
	left, _, err := q.side(c.A)
	if err != nil {
		return err
	}
	right, _, err := q.side(c.B)
	if err != nil {
		return err
	}
	c.Left, c.Right = left, right
	c.rows()
	return q.page("compare", c)
}

// suggested is a run or an episode that can be chosen, with what it is in words.
type suggested struct{ ID, Text string }

// mostSuggested is how many are offered; others are named by their id.
const mostSuggested = 100

// comparable are what something can be set beside: the episodes of its own run for an episode, else the newest runs.
func (q *request) comparable(with string) ([]suggested, error) {
	if with != "" {
		if state, planner, err := q.episode(with); err == nil {
			return neighbours(state.Plan(), planner), nil
		}
	}
	var out []suggested
	runs, err := q.rateables(with)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.GetRun() != with {
			out = append(out, suggested{r.GetRun(), fmt.Sprintf("%s, %s of %s", r.Title, howMany(int(r.GetTotal()), "episode"), r.GetCreatedAt().AsTime().UTC().Format("2 January 2006, 15:04"))})
		}
	}
	return out, nil
}

// neighbours are episodes of an episode's run: first those that met the same person with the same luck, then those of the same scenario.
func neighbours(plan *episode.Plan, planner *planning.Planner) []suggested {
	var out [3][]suggested
	for i := range planner.Len() {
		cell, near := planner.Cell(i), 2
		if cell.GetScenario() == plan.Cell.GetScenario() {
			near = 1
			if cell.GetRepeat() == plan.Cell.GetRepeat() {
				near = 0
			}
		}
		if len(out[near]) == mostSuggested {
			continue
		}
		if id := episode.ID(plan.Run, cell); id != plan.Episode {
			out[near] = append(out[near], suggested{id, fmt.Sprintf("%s, %s, repeat %d", titleOf(cell.GetScenario()), report.ArmOf(cell), cell.GetRepeat())})
		}
	}
	all := slices.Concat(out[:]...)
	return all[:min(len(all), mostSuggested)]
}

func howMany(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return count(n) + " " + what
}

func (q *request) side(name string) (*side, *planning.Planner, error) {
	state, planner, err := q.episode(name)
	if err != nil {
		return nil, nil, err
	}
	return &side{state.Plan().Episode, transcript.Of(state, planner.Manifest(), transcript.Options{Private: q.inside(planner)})}, planner, nil
}

func (c *comparison) rows() {
	l, r := c.Left.View.Turns, c.Right.View.Turns
	together := true
	for i := range max(len(l), len(r)) {
		row := both{Number: i + 1}
		if i < len(l) {
			row.Left = l[i]
		}
		if i < len(r) {
			row.Right = r[i]
		}
		if i < len(l) && i < len(r) {
			row.Same = l[i].Who == r[i].Who && l[i].Words() == r[i].Words()
		}
		if together = together && row.Same; together {
			c.Shared++
		}
		c.Rows = append(c.Rows, row)
	}
}

// compareRuns sets the numbers of two runs side by side, scenario by scenario and arm by arm.
func (q *request) compareRuns(c comparison, a, b *planning.Planner) error {
	var err error
	if c.RunA, err = q.runs.of(q.ctx(), a); err != nil {
		return err
	}
	if c.RunB, err = q.runs.of(q.ctx(), b); err != nil {
		return err
	}
	at := map[string]int{}
	add := func(v *overview, put func(*outcomePair, *float64)) {
		for _, cell := range v.Report.Cells {
			for _, o := range cell.Outcomes {
				key := fmt.Sprintf("%s\x00%s\x00%s", cell.Scenario, cell.Arm, o.Outcome)
				i, known := at[key]
				if !known {
					i = len(c.Outcomes)
					at[key] = i
					c.Outcomes = append(c.Outcomes, outcomePair{Scenario: cell.Scenario, Arm: cell.Arm, Outcome: o.Outcome})
				}
				put(&c.Outcomes[i], o.Mean)
			}
		}
	}
	add(c.RunA, func(p *outcomePair, v *float64) { p.A = v })
	add(c.RunB, func(p *outcomePair, v *float64) { p.B = v })
	slices.SortStableFunc(c.Outcomes, func(x, y outcomePair) int {
		return strings.Compare(x.Scenario+"\x00"+x.Arm, y.Scenario+"\x00"+y.Arm)
	})
	return q.page("compare", c)
}
