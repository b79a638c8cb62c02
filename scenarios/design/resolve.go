package design

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Resolve is the scenario a cell plays: a copy with the cell's levels applied and checked. The manifest is not changed.
//
// Levels are applied from the outside in (persona before persona.style), whatever their order in the cell.
func Resolve(m *vignettev1.Manifest, cell *vignettev1.Cell) (*vignettev1.Scenario, error) {
	s := scenarioOf(m, cell.GetScenario())
	if s == nil {
		return nil, fmt.Errorf("the run has no scenario %q", cell.GetScenario())
	}
	return resolve(s, effective(m.Factors, s), cell)
}

// PersonaBefore is the id of the persona that plays a role before any factor is applied: luck is keyed to it, so that
// two levels of a persona factor are met with the same luck. It is "" when there is no such scenario or role.
func PersonaBefore(m *vignettev1.Manifest, cell *vignettev1.Cell, role string) string {
	for _, r := range scenarioOf(m, cell.GetScenario()).GetRoles() {
		if r.Id == role {
			return r.GetPersona().GetId()
		}
	}
	return ""
}

func scenarioOf(m *vignettev1.Manifest, id string) *vignettev1.Scenario {
	for _, s := range m.GetScenarios() {
		if s.Id == id {
			return s
		}
	}
	return nil
}

// choice is a factor and the level it has in a cell.
type choice struct {
	factor *vignettev1.Factor
	level  *vignettev1.Level
}

func resolve(s *vignettev1.Scenario, factors []*vignettev1.Factor, cell *vignettev1.Cell) (*vignettev1.Scenario, error) {
	choices, err := choose(s, factors, cell)
	if err != nil {
		return nil, err
	}
	out := proto.CloneOf(s)
	for _, c := range choices {
		if err := scenarios.Apply(out, c.factor, c.level); err != nil {
			return nil, fmt.Errorf("scenario %q: set %s to %q: %w", s.Id, scenarios.Label(c.factor), c.level.Name, err)
		}
	}
	scenarios.Normalize(out)
	// The factors of the copy are spent: they were checked when the design was made, and against the scenario as it
	// was then. The manifest keeps them.
	out.Factors = nil
	if err := scenarios.Validate(out); err != nil {
		return nil, fmt.Errorf("scenario %q with %s: %w", s.Id, describe(cell), err)
	}
	return out, nil
}

// choose finds the level of each factor, in the order they are applied.
func choose(s *vignettev1.Scenario, factors []*vignettev1.Factor, cell *vignettev1.Cell) ([]choice, error) {
	wanted := map[string]string{}
	for _, fl := range cell.GetFactors() {
		wanted[fl.Factor] = fl.Level
	}
	choices := make([]choice, 0, len(factors))
	for _, f := range factors {
		name, ok := wanted[scenarios.Label(f)]
		if !ok {
			return nil, fmt.Errorf("the cell of scenario %q has no level for %s", s.Id, scenarios.Label(f))
		}
		delete(wanted, scenarios.Label(f))
		i := slices.IndexFunc(f.Levels, func(l *vignettev1.Level) bool { return l.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("scenario %q: %s has no level %q; it has %s", s.Id, scenarios.Label(f), name, strings.Join(levelNames(f), ", "))
		}
		choices = append(choices, choice{f, f.Levels[i]})
	}
	for label := range wanted {
		return nil, fmt.Errorf("scenario %q has no factor %s", s.Id, label)
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		return cmp.Compare(strings.Count(a.factor.Field, "."), strings.Count(b.factor.Field, "."))
	})
	return choices, nil
}

func levelNames(f *vignettev1.Factor) []string {
	names := make([]string, len(f.Levels))
	for i, l := range f.Levels {
		names[i] = l.Name
	}
	return names
}

// describe says which combination a cell is, for errors.
func describe(cell *vignettev1.Cell) string {
	parts := make([]string, len(cell.GetFactors()))
	for i, fl := range cell.GetFactors() {
		parts[i] = fl.Factor + "=" + fl.Level
	}
	if len(parts) == 0 {
		return "no factors"
	}
	return strings.Join(parts, ", ")
}
