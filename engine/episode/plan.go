package episode

import (
	"fmt"
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// SchemaVersion is the version of the event schema this package writes and the highest it reads.
const SchemaVersion = 1

// Plan is what an episode is to be. It never changes while the episode is played.
type Plan struct {
	// Run is the id of the run the episode belongs to.
	Run string
	// Episode is its id; see [ID].
	Episode string
	// Cell is its place in the design.
	Cell *vignettev1.Cell
	// Scenario is resolved: factors applied, aliases gone, defaults filled in.
	Scenario *vignettev1.Scenario
	// Seed is the run's: with the repeat and the branch it says which answers of a model are meant.
	Seed uint64
	// Luck is the random stream of each role; see [RoleLuck].
	Luck map[string]uint64
	// Fork says which turns the episode has in common with another one, nil when it stands on its own.
	Fork *vignettev1.Fork
	// Evaluators are the descriptions of the evaluators the scenario uses, by name.
	Evaluators map[string]*vignettev1.EvaluatorDescription
}

// Check says what keeps the plan from being played, or nil.
func (p *Plan) Check() error {
	if taking := p.Scenario.GetTurnTaking(); taking == vignettev1.TurnTaking_TURN_TAKING_UNSPECIFIED ||
		vignettev1.TurnTaking_name[int32(taking)] == "" {
		return fmt.Errorf("scenario %q: turn taking %s is none that can be played", p.Scenario.GetId(), taking)
	}
	for _, use := range p.Scenario.GetEvaluators() {
		if p.Evaluators[use.GetName()] == nil {
			return fmt.Errorf("scenario %q: evaluator %q has not described itself", p.Scenario.GetId(), use.GetName())
		}
	}
	for _, role := range p.Scenario.GetRoles() {
		if _, ok := p.Luck[role.GetId()]; !ok {
			return fmt.Errorf("scenario %q: role %q has no random stream", p.Scenario.GetId(), role.GetId())
		}
	}
	return nil
}

func (p *Plan) role(id string) *vignettev1.Role {
	i := p.roleIndex(id)
	if i < 0 {
		return nil
	}
	return p.Scenario.GetRoles()[i]
}

func (p *Plan) roleIndex(id string) int {
	return slices.IndexFunc(p.Scenario.GetRoles(), func(r *vignettev1.Role) bool { return r.GetId() == id })
}

func (p *Plan) probe(id string) *vignettev1.ProbeSpec {
	i := slices.IndexFunc(p.Scenario.GetProbes(), func(s *vignettev1.ProbeSpec) bool { return s.GetId() == id })
	if i < 0 {
		return nil
	}
	return p.Scenario.GetProbes()[i]
}

// dimension finds what an evaluator declared about one of its dimensions.
func (p *Plan) dimension(evaluator, dimension string) *vignettev1.DimensionSpec {
	for _, spec := range p.Evaluators[evaluator].GetDimensions() {
		if spec.GetId() == dimension {
			return spec
		}
	}
	return nil
}
