// Package attribution says which turns of an episode its reward came of ("vignette attribution"; docs/judges.md). It is measured:
// an episode is branched before and after a turn, what follows is drawn anew several times, and what the turn was worth is the
// difference between the mean rewards. Beside it stands what a discount, the rewards of single turns, a judge ([Judge]) and silencing the turn
// ([Ablate]) would have said, and how far they agree.
//
// It may import what the room of studies may. Start reading at [Measure]; [Compare] is the statistics alone.
package attribution

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/stats"
)

// Player makes runs of branches and plays them; the engine's runner does.
type Player interface {
	PrepareFork(context.Context, runs.Fork) (*planning.Planner, error)
	Play(context.Context, *planning.Planner, runs.Options) error
}

// Options say how to measure.
type Options struct {
	// Branches at each place, from 2.
	Branches int
	Seed     uint64
	// Discount weighs a turn by Discount^(turns of the role after it), 0 to 1, for the comparison.
	Discount float64
	Workers  int
	// Terms are on what terms models may be asked at the next place; runs are those of the branches played so far, whose calls are in the
	// books under their names. Nil: on none in particular.
	Terms func(runs []string) (conductor.Terms, error)
	// Progress is told how many places of how many were branched at. May be nil.
	Progress func(done, total int)
}

// Report is what each of a role's turns was worth.
type Report struct {
	Episode  string   `json:"episode"`
	Role     string   `json:"role"`
	Branches int      `json:"branches"`
	Seed     uint64   `json:"seed"`
	Reward   *float64 `json:"reward"`
	Level    float64  `json:"level"` // of all intervals together
	Turns    []Credit `json:"turns"`
	// Agreements say how far the measured credit and the others' rank turns alike.
	Agreements []Agreement `json:"agreements"`
	// Judge is the model that was asked, "" where none was; Unanswered is what it did not answer, and why.
	Judge      string   `json:"judge,omitempty"`
	Unanswered []string `json:"unanswered,omitempty"`
	// Cost of measuring: branches played, turns played in them beyond those copied, branches without a reward.
	Played  int `json:"branches_played"`
	NewTurn int `json:"turns_played"`
	Missing int `json:"branches_without_reward"`
	// Runs are those of the branches, in whose names the calls to models are in the books.
	Runs []string `json:"runs"`
	// Spent is what models were asked for in them; nil where none were.
	Spent *Spent `json:"models,omitempty"`
}

// Spent is what measuring asked of models. Recorded calls cost nothing.
type Spent struct {
	Calls    int `json:"calls"`
	Recorded int `json:"recorded"`
	// Tokens in and out.
	Tokens int64 `json:"tokens"`
	// Cost is in the currency of the prices; Unpriced is how many calls have none.
	Cost     float64 `json:"cost"`
	Unpriced int     `json:"unpriced"`
}

// Credit is what one turn was worth: mean reward of branches that keep it less that of branches that end before it. Null: too few rewards.
type Credit struct {
	Turn     int         `json:"turn"`
	Text     string      `json:"text"`
	Measured *float64    `json:"measured"`
	CI       *[2]float64 `json:"ci"`
	Discount float64     `json:"discount"`
	Step     *float64    `json:"step_reward"`
	// Judge is what a model credits the turn with, -1 to 1; Contrast how much more it is somebody's who does right than somebody's who does
	// wrong, by the same model, -.5 to .5. Null: not asked, or not answered.
	Judge    *float64 `json:"judge"`
	Contrast *float64 `json:"contrast"`
	// Ablated is what the reward loses where the turn is silenced and nothing is played anew; StepOwn and StepElsewhere what the rewards of
	// single turns lose, at the turn itself and at the others together. Null: not asked for, or a reward is missing.
	Ablated       *float64 `json:"ablated"`
	StepOwn       *float64 `json:"step_own"`
	StepElsewhere *float64 `json:"step_elsewhere"`
}

// Agreement is how far the measured credit and another rank the turns alike.
type Agreement struct {
	With string `json:"with"` // discount, step_reward, judge, contrast, ablated
	// Rho is Spearman's, null where it is undefined: fewer than two turns have both, or one side does not vary. CI is 95% by Fisher's z, null
	// with fewer than five turns and where rho is 1 or -1. What measuring leaves to chance makes it smaller than it is.
	Rho *float64    `json:"rho"`
	CI  *[2]float64 `json:"ci"`
	N   int         `json:"n"`
	// R is Pearson's, which large credits weigh in with: where one turn decides, Rho is mostly about the order of turns that are worth nothing.
	// Top says that the same turn has the most credit in both, null where that is shared by several.
	R   *float64 `json:"r"`
	Top *bool    `json:"same_top"`
}

// fewestTurns is the fewest turns an interval of an agreement is given for.
const fewestTurns = 5

// Decisive says whether the interval leaves zero out.
func (c Credit) Decisive() bool { return c.CI != nil && (c.CI[0] > 0 || c.CI[1] < 0) }

const level = 0.95

// Measure branches a completed episode before and after every turn of its focal role.
func Measure(ctx context.Context, player Player, origin *planning.Planner, state *episode.State, options Options) (*Report, error) {
	if options.Branches < 2 || !(options.Discount >= 0 && options.Discount <= 1) {
		return nil, fmt.Errorf("%d branches, discount %v: it takes 2 branches, and a discount from 0 to 1", options.Branches, options.Discount)
	}
	if state.Completed() == nil {
		return nil, errors.New("the episode did not complete: it has no reward to attribute")
	}
	index, there := origin.Index(state.Plan().Episode)
	if !there {
		return nil, fmt.Errorf("episode %s is not one of run %s", state.Plan().Episode, origin.Manifest().GetRun())
	}
	role := state.Plan().Scenario.GetFocal()
	report := &Report{Episode: state.Plan().Episode, Role: role, Branches: options.Branches, Seed: options.Seed, Level: level, Reward: rewardOf(state, role), Runs: []string{}}
	report.turns(state)
	if len(report.Turns) == 0 {
		return nil, fmt.Errorf("role %q said nothing in it", role)
	}
	places := map[int]bool{}
	for _, c := range report.Turns {
		places[c.Turn], places[c.Turn+1] = true, true
	}
	var err error
	values := map[int][]float64{}
	for done, at := range slices.Sorted(maps.Keys(places)) {
		if at == len(state.Turns()) { // Nothing is left to be drawn: the reward is the one it got.
			if report.Reward != nil {
				values[at] = slices.Repeat([]float64{*report.Reward}, options.Branches)
			}
			continue
		}
		values[at], err = report.branch(ctx, player, runs.Fork{Origin: origin, Index: index, Turn: at, Branches: options.Branches, Reseed: true, Seed: options.Seed}, options)
		if err != nil {
			return nil, fmt.Errorf("branches at turn %d: %w", at, err)
		}
		if options.Progress != nil {
			options.Progress(done+1, len(places))
		}
	}
	Compare(report, values, options.Discount)
	report.Agree()
	return report, nil
}

// branch plays the branches of one place and returns the rewards of those that have one.
func (r *Report) branch(ctx context.Context, player Player, fork runs.Fork, options Options) (rewards []float64, err error) {
	var terms conductor.Terms
	if options.Terms != nil {
		if terms, err = options.Terms(r.Runs); err != nil {
			return nil, err
		}
	}
	planner, err := player.PrepareFork(ctx, fork)
	if err != nil {
		return nil, err
	}
	r.Runs = append(r.Runs, planner.Manifest().GetRun())
	byPlace := map[int]float64{} // branches end in any order, and sums hang on it in their last digit
	each := func(place int, branch *episode.State) {
		r.Played++
		r.NewTurn += max(0, len(branch.Turns())-fork.Turn)
		if reward := rewardOf(branch, r.Role); reward != nil {
			byPlace[place] = *reward
		} else {
			r.Missing++
		}
	}
	err = player.Play(ctx, planner, runs.Options{Workers: options.Workers, Terms: terms, Each: each})
	for _, place := range slices.Sorted(maps.Keys(byPlace)) {
		rewards = append(rewards, byPlace[place])
	}
	return rewards, err
}

// turns lists the role's turns with what single turns were rewarded.
func (r *Report) turns(state *episode.State) {
	step := map[int]float64{}
	for _, reward := range state.Completed().GetRewards() {
		if reward.GetRole() != r.Role {
			continue
		}
		for _, turn := range reward.GetPerTurn() {
			if turn.GetMissing() == nil {
				step[int(turn.GetTurnIndex())] = turn.GetValue()
			}
		}
	}
	for _, turn := range state.Turns() {
		if turn.GetRole() != r.Role {
			continue
		}
		c := Credit{Turn: int(turn.GetIndex()), Text: turn.GetAction().GetText()}
		if x, ok := step[c.Turn]; ok {
			c.Step = &x
		}
		r.Turns = append(r.Turns, c)
	}
}

func rewardOf(state *episode.State, role string) *float64 {
	for _, reward := range state.Completed().GetRewards() {
		if reward.GetRole() == role && reward.GetMissing() == nil {
			x := reward.GetValue()
			return &x
		}
	}
	return nil
}

// Compare fills in credits from rewards of branches, by the turn they branch off before. Intervals hold together at the report's
// level (Bonferroni).
func Compare(r *Report, values map[int][]float64, discount float64) {
	one := 1 - (1-r.Level)/float64(len(r.Turns))
	for i := range r.Turns {
		c := &r.Turns[i]
		c.Discount = math.Pow(discount, float64(len(r.Turns)-1-i))
		difference, ci, err := stats.MeanDifference(values[c.Turn+1], values[c.Turn], one)
		if err != nil {
			continue
		}
		c.Measured, c.CI = &difference, &[2]float64{ci.Low, ci.High}
	}
}

// Agree fills in how far each credit that is there agrees with what was measured; to be called when all are.
func (r *Report) Agree() {
	r.Agreements = []Agreement{}
	for _, each := range []struct {
		with string
		of   func(Credit) *float64
	}{
		{"discount", func(c Credit) *float64 { return &c.Discount }},
		{"step_reward", func(c Credit) *float64 { return c.Step }},
		{"judge", func(c Credit) *float64 { return c.Judge }},
		{"contrast", func(c Credit) *float64 { return c.Contrast }},
		{"ablated", func(c Credit) *float64 { return c.Ablated }},
	} {
		var measured, other []float64
		there := false
		for _, c := range r.Turns {
			x := each.of(c)
			there = there || x != nil
			if c.Measured != nil && x != nil {
				measured, other = append(measured, *c.Measured), append(other, *x)
			}
		}
		if there {
			r.Agreements = append(r.Agreements, agreementOf(each.with, measured, other))
		}
	}
}

func agreementOf(with string, measured, other []float64) Agreement {
	a := Agreement{With: with, N: len(measured)}
	rho, err := stats.Spearman(measured, other)
	if err != nil {
		return a
	}
	a.Rho = &rho
	if r, err := stats.Pearson(measured, other); err == nil {
		a.R = &r
	}
	one, sole := top(measured)
	two, too := top(other)
	if same := one == two; sole && too {
		a.Top = &same
	}
	if a.N < fewestTurns {
		return a
	}
	if ci, err := stats.SpearmanInterval(rho, a.N, 0.95); err == nil {
		a.CI = &[2]float64{ci.Low, ci.High}
	}
	return a
}

// top is the place of the largest value, and whether there is one alone.
func top(values []float64) (place int, sole bool) {
	for i, x := range values {
		switch {
		case i == 0 || x > values[place]:
			place, sole = i, true
		case x == values[place]:
			sole = false
		}
	}
	return place, sole
}
