package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Skills of the focal role that are compared, 0-1: a novice and somebody skilled.
const (
	NoviceSkill  = 0.2
	SkilledSkill = 0.9
)

// Difficulties are those that scenarios with one partner are played at, 0-1.
var Difficulties = []float64{0.2, 0.5, 0.8}

// Options say how to measure.
type Options struct {
	// Repeats of each scenario at each skill; 0 means 20.
	Repeats int
	// Seed of all chance.
	Seed uint64
}

const defaultRepeats = 20

// Result is what became of one scenario at one skill.
type Result struct {
	// Episodes were played, Valid of them counted.
	Episodes int `json:"episodes"`
	Valid    int `json:"valid"`
	// Agreed is the mean over valid episodes of the share of partners who agreed, took the no, or made a counter-offer that
	// was taken, 0-1; nil where there is no partner.
	Agreed *float64 `json:"agreed,omitempty"`
	// Reward is the mean of the focal role's reward, -1 to 1; nil where no valid episode has one.
	Reward *float64 `json:"reward,omitempty"`
}

// Measured is a scenario, at the difficulty it is written with or at another, with what became of it.
type Measured struct {
	Scenario *vignettev1.Scenario
	// Difficulty of the only partner, 0-1, where it was varied; else nil.
	Difficulty      *float64
	Novice, Skilled Result
}

// Measure plays scenarios as they are written, with a novice and with a skilled focal role, and returns one result for each,
// in their order. The scenarios are not changed; their own factors and probes are left out. Errors: those of the runner, and
// episodes that failed.
func Measure(ctx context.Context, runner *runs.Runner, scenarios []*vignettev1.Scenario, options Options) ([]*Measured, error) {
	return measure(ctx, runner, scenarios, options)
}

// MeasureDifficulties does the same at each of [Difficulties] for those scenarios that have one partner.
func MeasureDifficulties(ctx context.Context, runner *runs.Runner, scenarios []*vignettev1.Scenario, options Options) ([]*Measured, error) {
	single := slices.DeleteFunc(slices.Clone(scenarios), func(s *vignettev1.Scenario) bool { return len(Partners(s)) != 1 })
	return measure(ctx, runner, single, options, Difficulties...)
}

// Partners are the roles of a scenario that have to be won: those with a stance, but for the focal one.
func Partners(s *vignettev1.Scenario) []*vignettev1.Role {
	var out []*vignettev1.Role
	for _, role := range s.GetRoles() {
		if role.GetStance() != nil && role.GetId() != s.GetFocal() {
			out = append(out, role)
		}
	}
	return out
}

// measure plays scenarios at some difficulties of their only partner; at none, as they are written.
func measure(ctx context.Context, runner *runs.Runner, scenarios []*vignettev1.Scenario, options Options, difficulties ...float64) ([]*Measured, error) {
	design := runs.Design{
		Factors: []*vignettev1.Factor{vary("focal", "policy.skill", NoviceSkill, SkilledSkill)},
		Repeats: cmp.Or(options.Repeats, defaultRepeats), Seed: options.Seed,
	}
	for _, s := range scenarios {
		s = proto.CloneOf(s)
		s.Factors, s.Probes = nil, nil
		if len(difficulties) > 0 {
			s.Factors = []*vignettev1.Factor{vary(Partners(s)[0].GetId(), "stance.difficulty", difficulties...)}
		}
		design.Scenarios = append(design.Scenarios, s)
	}
	tallies, err := play(ctx, runner, design)
	if err != nil {
		return nil, err
	}
	return gather(scenarios, tallies, difficulties), nil
}

// gather puts tallies beside their scenarios.
func gather(scenarios []*vignettev1.Scenario, tallies map[arm]*tally, difficulties []float64) []*Measured {
	result := func(s *vignettev1.Scenario, skill float64, difficulty string) Result {
		return tallies[arm{s.GetId(), strconv.FormatFloat(skill, 'f', -1, 64), difficulty}].result()
	}
	var out []*Measured
	for _, s := range scenarios {
		for _, d := range difficulties {
			level := strconv.FormatFloat(d, 'f', -1, 64)
			out = append(out, &Measured{s, proto.Float64(d), result(s, NoviceSkill, level), result(s, SkilledSkill, level)})
		}
		if len(difficulties) == 0 {
			out = append(out, &Measured{s, nil, result(s, NoviceSkill, ""), result(s, SkilledSkill, "")})
		}
	}
	return out
}

// arm is a combination that is measured, by the names of its levels.
type arm struct{ scenario, skill, difficulty string }

func armOf(cell *vignettev1.Cell) arm {
	a := arm{scenario: cell.GetScenario()}
	for _, level := range cell.GetFactors() {
		if level.GetFactor() == "focal.policy.skill" {
			a.skill = level.GetLevel()
		} else {
			a.difficulty = level.GetLevel()
		}
	}
	return a
}

// play plays a design and keeps a tally for each arm.
func play(ctx context.Context, runner *runs.Runner, design runs.Design) (map[arm]*tally, error) {
	planner, err := runner.Prepare(ctx, design)
	if err != nil {
		return nil, fmt.Errorf("prepare the measurement: %w", err)
	}
	seen := make([]observed, planner.Len())
	err = runner.Play(ctx, planner, runs.Options{Each: func(index int, state *episode.State) { seen[index] = observe(state) }})
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	tallies := map[arm]*tally{}
	var failed error
	for _, o := range seen { // in the design's order, so that no sum depends on who was first
		if tallies[o.arm] == nil {
			tallies[o.arm] = &tally{}
		}
		tallies[o.arm].add(o)
		failed = errors.Join(failed, o.failed)
	}
	return tallies, failed
}

// observed is what is kept of one episode.
type observed struct {
	arm            arm
	valid          bool
	agreed, reward *float64
	failed         error
}

func observe(state *episode.State) observed {
	o := observed{arm: armOf(state.Plan().Cell), valid: state.Completed().GetValidity() == vignettev1.Validity_VALIDITY_OK, agreed: agreed(state)}
	if f := state.Failed(); f != nil {
		o.failed = fmt.Errorf("episode %s failed: %s", state.Plan().Episode, f.GetMessage())
	}
	for _, reward := range state.Completed().GetRewards() {
		if value, ok := reward.GetOutcome().(*vignettev1.Reward_Value); ok && reward.GetRole() == state.Plan().Scenario.GetFocal() {
			o.reward = proto.Float64(value.Value)
		}
	}
	return o
}

// tally is what is kept of the episodes of one arm.
type tally struct {
	episodes, valid int
	agreed, rewards []float64
}

func (t *tally) add(o observed) {
	t.episodes++
	if !o.valid {
		return
	}
	t.valid++
	if o.agreed != nil {
		t.agreed = append(t.agreed, *o.agreed)
	}
	if o.reward != nil {
		t.rewards = append(t.rewards, *o.reward)
	}
}

func (t *tally) result() Result {
	if t == nil {
		return Result{}
	}
	return Result{Episodes: t.episodes, Valid: t.valid, Agreed: mean(t.agreed), Reward: mean(t.rewards)}
}

// agreed is the share of partners who agreed, by what they meant to do and not by their words; nil where there are none.
func agreed(state *episode.State) *float64 {
	partners := Partners(state.Plan().Scenario)
	if len(partners) == 0 {
		return nil
	}
	won := map[string]bool{}
	for _, turn := range state.Turns() {
		for _, act := range turn.GetActs() {
			if act.GetAct() == "partner.agree" || act.GetAct() == "partner.confirm" {
				won[turn.GetRole()] = true
			}
		}
	}
	return proto.Float64(float64(len(won)) / float64(len(partners)))
}

// mean is nil for no values: missing is not zero.
func mean(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return proto.Float64(sum / float64(len(values)))
}

// vary is a factor with numbers for levels.
func vary(role, field string, values ...float64) *vignettev1.Factor {
	f := &vignettev1.Factor{Role: role, Field: field}
	for _, value := range values {
		f.Levels = append(f.Levels, &vignettev1.Level{Name: strconv.FormatFloat(value, 'f', -1, 64), Value: structpb.NewNumberValue(value)})
	}
	return f
}
