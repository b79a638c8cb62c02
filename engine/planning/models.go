package planning

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ForEvaluators is the key under which a run says which model its judges have.
const ForEvaluators = "evaluator"

// kinds that a model can be given to.
var kinds = []string{
	enumname.Of(vignettev1.AgentKind_AGENT_KIND_PERSONA), enumname.Of(vignettev1.AgentKind_AGENT_KIND_CLIENT),
	enumname.Of(vignettev1.AgentKind_AGENT_KIND_COUNSELOR), ForEvaluators,
}

// ParseModels reads the grammar of `--model`: one model for all kinds of role and for judges ("gpt-4o-mini", "NAME/MODEL",
// "builtin"), or several as WHO=MODEL with commas between, where WHO is a kind (persona, client, counselor, evaluator), the id
// of a role or the name of an evaluator. A role or an evaluator beats its kind. The scenarios say which of those there are.
func ParseModels(spec string, scenarios []*vignettev1.Scenario) (map[string]string, error) {
	if strings.TrimSpace(spec) == "" {
		return nil, nil
	}
	models := map[string]string{}
	for part := range strings.SplitSeq(spec, ",") {
		who, model, assigned := strings.Cut(part, "=")
		if !assigned {
			who, model = "", part
		}
		who, model = strings.TrimSpace(who), strings.TrimSpace(model)
		switch {
		case model == "":
			return nil, fmt.Errorf("--model %q: the model is missing in %q; write WHO=MODEL", spec, part)
		case !assigned && strings.Contains(spec, ","):
			return nil, fmt.Errorf("--model %q: %q says not for whom; write one model for all, or WHO=MODEL for each", spec, part)
		case !assigned:
			for _, kind := range kinds {
				models[kind] = model
			}
			return models, nil
		case models[who] != "":
			return nil, fmt.Errorf("--model %q: %q has two models", spec, who)
		case !slices.Contains(known(scenarios), who):
			return nil, fmt.Errorf("--model %q: %q is no kind, role or evaluator here; there is: %s", spec, who, strings.Join(known(scenarios), ", "))
		}
		models[who] = model
	}
	return models, nil
}

// OneForAll says whether models, as [ParseModels] returns them, were given as one for everybody.
func OneForAll(models map[string]string) bool {
	if len(models) != len(kinds) {
		return false
	}
	for _, kind := range kinds {
		if models[kind] == "" || models[kind] != models[kinds[0]] {
			return false
		}
	}
	return true
}

// known are the words that a model can be given to: kinds, role ids, names of evaluators.
func known(scenarios []*vignettev1.Scenario) []string {
	found := map[string]bool{}
	for _, scenario := range scenarios {
		for _, role := range scenario.GetRoles() {
			found[role.GetId()] = true
		}
		for _, use := range scenario.GetEvaluators() {
			found[use.GetName()] = true
		}
	}
	for _, kind := range kinds {
		delete(found, kind)
	}
	return append(slices.Clone(kinds), slices.Sorted(maps.Keys(found))...)
}
