package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/node"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

func addStrategyFlag(cmd *cobra.Command, strategies *[]string) {
	cmd.Flags().StringArrayVar(strategies, "strategy", nil, "prompting strategy of a role that a model plays: ROLE=NAME, or ROLE=A,B to compare; see docs/models.md")
}

// spellStrategies writes --strategy out as the --vary that it is short for.
func (f *runFlags) spellStrategies() error {
	for _, spec := range f.strategies {
		role, names, ok := strings.Cut(spec, "=")
		if !ok || role == "" || names == "" {
			return usagef("--strategy is %q; it must be ROLE=NAME, as in --strategy focal=chain_of_thought", spec)
		}
		f.vary = append(f.vary, role+".policy.strategy="+names)
	}
	return nil
}

// checkStrategies refuses prompting strategies that there are not, before anything is played. Agents of others may have strategies of
// their own: those are left to them.
func checkStrategies(wanted runs.Design) error {
	for _, scenario := range wanted.Scenarios {
		foreign := map[string]bool{}
		for _, role := range scenario.GetRoles() {
			if foreign[role.GetId()] = !isOurs(role.GetAgent()); foreign[role.GetId()] {
				continue
			}
			if err := node.CheckStrategy(role.GetPolicy().GetStrategy()); err != nil {
				return usagef("scenario %s, role %s: policy.strategy: %v", scenario.GetId(), role.GetId(), err)
			}
		}
		for _, factor := range slices.Concat(wanted.Factors, scenario.GetFactors()) {
			if factor.GetField() != "policy.strategy" || foreign[factor.GetRole()] {
				continue
			}
			if err := checkLevels(factor); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkLevels(factor *vignettev1.Factor) error {
	for _, level := range factor.GetLevels() {
		if err := node.CheckStrategy(level.GetValue().GetStringValue()); err != nil {
			return usagef("%s: level %s: %v", scenarios.Label(factor), level.GetName(), err)
		}
	}
	return nil
}

// isOurs says whether an agent is one that comes with the program.
func isOurs(agent string) bool {
	return agent == "" || strings.HasPrefix(agent, "llm-") || strings.HasPrefix(agent, "builtin-")
}
