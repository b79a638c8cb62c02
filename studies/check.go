package studies

import (
	"fmt"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Warnings is the self-check of a run: what its reader should know before believing the table. Each is a sentence.
func (t *Table) Warnings(manifest *vignettev1.Manifest) []string {
	var out []string
	out = append(out, t.invalid()...)
	out = append(out, t.rewardWarnings()...)
	out = append(out, t.dimensionWarnings()...)
	out = append(out, unvaried(manifest)...)
	if manifest.GetRepeats() == 1 && t.started() > 0 {
		out = append(out, "each cell was played once: no interval can be had; add --repeats")
	}
	return append(out, selfJudged(manifest)...)
}

func (t *Table) started() int {
	n := 0
	for _, g := range t.ordered() {
		n += g.started
	}
	return n
}

// invalid reports missingness by group, since it can be an effect of what is compared.
func (t *Table) invalid() []string {
	var out []string
	for _, g := range t.ordered() {
		if lost := g.started - g.valid; lost > 0 {
			out = append(out, fmt.Sprintf("%d of %d episodes of %s are not valid and are left out of its means", lost, g.started, g.name()))
		}
	}
	return out
}

func (t *Table) rewardWarnings() []string {
	var out []string
	var all []float64
	for _, g := range t.ordered() {
		all = append(all, g.rewards.ordered()...)
		if g.noReward > 0 {
			out = append(out, fmt.Sprintf("%d of %d valid episodes of %s have no reward for the focal role", g.noReward, g.valid, g.name()))
		}
	}
	if constant(all) {
		out = append(out, fmt.Sprintf("the reward is %.3g in all %d episodes: it tells nothing apart", all[0], len(all)))
	}
	return out
}

func (t *Table) dimensionWarnings() []string {
	values := map[string][]float64{}
	var ids []string
	for _, g := range t.ordered() {
		for _, id := range g.dimensions {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			values[id] = append(values[id], g.numbers(id)...)
		}
	}
	var out []string
	for _, id := range ids {
		switch {
		case len(values[id]) == 0 && t.started() > 0:
			out = append(out, fmt.Sprintf("%s has no value in any valid episode", id))
		case constant(values[id]):
			out = append(out, fmt.Sprintf("%s is %.3g in all %d episodes: it has no variance", id, values[id][0], len(values[id])))
		}
	}
	return out
}

// unvaried names factors that have one level.
func unvaried(manifest *vignettev1.Manifest) []string {
	var out []string
	factors := slices.Clone(manifest.GetFactors())
	for _, scenario := range manifest.GetScenarios() {
		factors = append(factors, scenario.GetFactors()...)
	}
	for _, factor := range factors {
		if len(factor.GetLevels()) == 1 {
			name := strings.TrimPrefix(factor.GetRole()+"."+factor.GetField(), ".")
			out = append(out, fmt.Sprintf("%s has one level (%s): it is declared a factor and never varied", name, factor.GetLevels()[0].GetName()))
		}
	}
	return out
}

// selfJudged warns when a model judges what it said itself.
func selfJudged(manifest *vignettev1.Manifest) []string {
	var out []string
	for _, evaluator := range manifest.GetEvaluators() {
		for _, agent := range manifest.GetAgents() {
			if evaluator.GetModel() != "" && evaluator.GetModel() == agent.GetModel() {
				out = append(out, fmt.Sprintf("evaluator %s and agent %s are the same model (%s): it judges itself",
					evaluator.GetName(), agent.GetName(), agent.GetModel()))
			}
		}
	}
	return out
}

// name is how a group is called in a sentence.
func (g *group) name() string {
	parts := []string{g.factors[0].Level}
	for _, factor := range g.factors[1:] {
		parts = append(parts, factor.Name+"="+factor.Level)
	}
	return strings.Join(parts, " ")
}

func constant(values []float64) bool {
	return len(values) > 1 && slices.Min(values) == slices.Max(values)
}
