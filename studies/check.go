package studies

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Warnings is the self-check of a run: what its reader should know before believing the table. Each is a sentence.
func (t *Table) Warnings(manifest *vignettev1.Manifest) []string {
	var out []string
	out = append(out, t.invalid()...)
	out = append(out, t.rewardWarnings()...)
	out = append(out, t.dimensionWarnings()...)
	out = append(out, t.judges.warnings()...)
	out = append(out, t.abstained.warnings()...)
	out = append(out, unvaried(manifest)...)
	if n := t.smallest(); n < MinForInterval && t.started() > 0 {
		out = append(out, fmt.Sprintf("there are groups of fewer than %d valid episodes: no interval is shown for them; add --repeats", MinForInterval))
	}
	out = append(out, turnOnlyTerms(manifest)...)
	out = append(out, silentClients(manifest)...)
	out = append(out, selfRead(manifest)...)
	return append(out, selfJudged(manifest)...)
}

func (t *Table) started() int {
	n := 0
	for _, g := range t.ordered() {
		n += g.started
	}
	return n
}

// smallest is the size of the smallest group, in valid episodes.
func (t *Table) smallest() int {
	n := math.MaxInt
	for _, g := range t.groups {
		n = min(n, g.valid)
	}
	return n
}

// turnOnlyTerms names reward terms that enter no episode reward, since their dimension is scored per turn only.
func turnOnlyTerms(manifest *vignettev1.Manifest) []string {
	episodeLevel := map[string]bool{}
	for _, evaluator := range manifest.GetEvaluators() {
		for _, spec := range evaluator.GetDimensions() {
			episodeLevel[evaluator.GetName()+"\n"+spec.GetId()] = spec.GetEpisode()
		}
	}
	var out []string
	for _, scenario := range manifest.GetScenarios() {
		for _, role := range scenario.GetRoles() {
			for _, term := range role.GetReward() {
				if whole, known := episodeLevel[term.GetEvaluator()+"\n"+term.GetDimension()]; known && !whole {
					out = append(out, fmt.Sprintf("%s: %s is scored per turn only; it counts in turn rewards of %q and not in the episode's",
						scenario.GetId(), term.GetDimension(), role.GetId()))
				}
			}
		}
	}
	return out
}

// silentClients names clients that have nothing to tell: their counselors look good at reading them.
func silentClients(manifest *vignettev1.Manifest) []string {
	var out []string
	add := func(where string, persona *vignettev1.Persona) {
		if len(persona.GetMemories()) == 0 && proto.Size(persona.GetCognitiveModel()) == 0 {
			out = append(out, fmt.Sprintf("%s: client %q has neither memories nor a cognitive_model, so there is nothing to tell or to read", where, persona.GetId()))
		}
	}
	for _, scenario := range manifest.GetScenarios() {
		factors := append(slices.Clone(manifest.GetFactors()), scenario.GetFactors()...)
		for _, role := range scenario.GetRoles() {
			if role.GetKind() != vignettev1.AgentKind_AGENT_KIND_CLIENT {
				continue
			}
			varied := false
			for _, factor := range factors {
				if factor.GetField() != "persona" || factor.GetRole() != role.GetId() {
					continue
				}
				varied = true
				for _, level := range factor.GetLevels() {
					add(scenario.GetId(), level.GetPersona())
				}
			}
			if !varied {
				add(scenario.GetId(), role.GetPersona())
			}
		}
	}
	return out
}

// invalid reports missingness by group, since it can be an effect of what is compared.
func (t *Table) invalid() []string {
	var out []string
	for _, g := range t.ordered() {
		for _, fate := range slices.Sorted(maps.Keys(g.lost)) {
			out = append(out, fmt.Sprintf("%d of %d episodes of %s: %s; left out of its means", g.lost[fate], g.started, g.name(), fate))
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
	applies := map[string]bool{}
	for _, g := range t.ordered() {
		for _, id := range g.dimensions {
			applies[id] = applies[id] || !g.idle(id)
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			values[id] = append(values[id], g.numbers(id)...)
		}
	}
	var out, idle []string
	for _, id := range ids {
		switch {
		case !applies[id]:
			idle = append(idle, id)
		case len(values[id]) == 0 && t.started() > 0:
			out = append(out, fmt.Sprintf("%s has no value in any valid episode", id))
		case constant(values[id]):
			out = append(out, fmt.Sprintf("%s is %.3g in all %d episodes: it has no variance", id, values[id][0], len(values[id])))
		}
	}
	if len(idle) > 0 && t.started() > 0 {
		out = append(out, "applies to no valid episode: "+strings.Join(idle, ", "))
	}
	return out
}

// unvaried names factors that have one level.
func unvaried(manifest *vignettev1.Manifest) []string {
	var out []string
	if manifest.GetFork() != nil {
		return nil // A fork plays one cell of its origin, and that is meant.
	}
	factors := slices.Clone(manifest.GetFactors())
	for _, scenario := range manifest.GetScenarios() {
		for _, own := range scenario.GetFactors() {
			replaced := slices.ContainsFunc(manifest.GetFactors(), func(f *vignettev1.Factor) bool {
				return f.GetField() == own.GetField() && roleOf(scenario, f) == roleOf(scenario, own)
			})
			if !replaced {
				factors = append(factors, own)
			}
		}
	}
	for _, factor := range factors {
		if len(factor.GetLevels()) == 1 {
			name := strings.TrimPrefix(factor.GetRole()+"."+factor.GetField(), ".")
			out = append(out, fmt.Sprintf("%s has one level (%s): it is declared a factor and never varied", name, factor.GetLevels()[0].GetName()))
		}
	}
	return out
}

// roleOf is the id of the role a factor belongs to.
func roleOf(scenario *vignettev1.Scenario, factor *vignettev1.Factor) string {
	if factor.GetRole() == scenarios.Focal {
		return scenario.GetFocal()
	}
	return factor.GetRole()
}

// selfRead warns when a role is scored for reading the mind of one that the same model plays.
func selfRead(manifest *vignettev1.Manifest) []string {
	var out []string
	for _, scenario := range manifest.GetScenarios() {
		for _, role := range scenario.GetRoles() {
			if !readsMinds(manifest, scenario, role.GetId()) {
				continue
			}
			for _, other := range scenario.GetRoles() {
				for _, model := range modelsOf(manifest, scenario, role) {
					if other != role && slices.Contains(modelsOf(manifest, scenario, other), model) {
						out = append(out, fmt.Sprintf("%s: %s reads the mind of %s, and both are the same model (%s): it reads itself",
							scenario.GetId(), role.GetId(), other.GetId(), model))
					}
				}
			}
		}
	}
	return out
}

// readsMinds says whether a role is asked about others, or scored for what it takes them to feel.
func readsMinds(manifest *vignettev1.Manifest, scenario *vignettev1.Scenario, role string) bool {
	for _, probe := range scenario.GetProbes() {
		if probe.GetRole() == role && probe.GetAbout() != "" && probe.GetAbout() != role {
			return true
		}
	}
	return slices.ContainsFunc(scenario.GetEvaluators(), func(use *vignettev1.EvaluatorUse) bool {
		return cmp.Or(use.GetRole(), scenario.GetFocal()) == role && slices.ContainsFunc(manifest.GetEvaluators(), func(e *vignettev1.EvaluatorDescription) bool {
			return e.GetName() == use.GetName() && slices.ContainsFunc(e.GetDimensions(), func(d *vignettev1.DimensionSpec) bool {
				return strings.HasPrefix(d.GetId(), "tom.")
			})
		})
	})
}

// modelsOf are the models that play a role, one for each level of a factor that varies it.
func modelsOf(manifest *vignettev1.Manifest, scenario *vignettev1.Scenario, role *vignettev1.Role) []string {
	if role.GetAgent() == scenarios.ReplayAgent {
		return nil
	}
	models := []string{cmp.Or(role.GetPolicy().GetModel(), manifest.GetModels()[role.GetId()], manifest.GetModels()[enumname.Of(role.GetKind())])}
	for _, factor := range slices.Concat(manifest.GetFactors(), scenario.GetFactors()) {
		if factor.GetField() == "policy.model" && roleOf(scenario, factor) == role.GetId() {
			for _, level := range factor.GetLevels() {
				models = append(models, level.GetValue().GetStringValue())
			}
		}
	}
	return slices.DeleteFunc(models, func(model string) bool { return model == "" || model == planning.Builtin })
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
