package planning

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Builtin is the model's name that stands for rules instead of a model.
const Builtin = "builtin"

// llm is what the names of agents and judges that think through a language model begin with.
const llm = "llm-"

// DefaultAgent is the name of the agent that plays a kind of role when a scenario names none: by rules, or with a model.
func DefaultAgent(kind vignettev1.AgentKind, model string) string {
	if isModel(model) {
		return llm + enumname.Of(kind)
	}
	return Builtin + "-" + enumname.Of(kind)
}

// JudgeName is the name of the agent that judges as an evaluator does, with a language model.
func JudgeName(evaluator string) string {
	if strings.HasPrefix(evaluator, llm) {
		return evaluator
	}
	return llm + evaluator
}

// RubricEvaluator is the name of the evaluator that rates by the rubrics it is given.
const RubricEvaluator = "rubric"

// EvaluatorAgent is the name of the agent that is asked for an evaluator's scores.
func EvaluatorAgent(use *vignettev1.EvaluatorUse) string {
	if isModel(use.GetModel()) {
		return JudgeName(RuledBy(use))
	}
	return RuledBy(use)
}

// RuledBy is the name of the agent that is asked where no model judges: the evaluator's, or of a rubric the one of all rubrics.
func RuledBy(use *vignettev1.EvaluatorUse) string {
	if use.GetRubric() != nil {
		return RubricEvaluator
	}
	return use.GetName()
}

func isModel(model string) bool { return model != "" && model != Builtin }

// cast fills in who plays the roles of a resolved scenario, and with which model: what the role says, else what the run says
// for the role, else for its kind. A replayed role has its script, one from outside its
// player, and neither a model.
func cast(scenario *vignettev1.Scenario, models map[string]string) {
	for _, role := range scenario.GetRoles() {
		if role.GetAgent() == scenarios.ReplayAgent || role.GetAgent() == scenarios.ExternalAgent {
			continue
		}
		model := cmp.Or(role.GetPolicy().GetModel(), models[role.GetId()], models[enumname.Of(role.GetKind())])
		if role.GetAgent() == "" {
			role.Agent = DefaultAgent(role.GetKind(), model)
		}
		if isModel(model) {
			if role.Policy == nil {
				role.Policy = &vignettev1.Policy{}
			}
			role.Policy.Model = model
		}
	}
}

// Models returns the models that a resolved scenario names, each once, sorted: those of roles that an LLM mind plays, and
// those of judges.
func Models(scenario *vignettev1.Scenario) []string {
	var models []string
	for _, role := range scenario.GetRoles() {
		if model := role.GetPolicy().GetModel(); isModel(model) && strings.HasPrefix(role.GetAgent(), llm) {
			models = append(models, model)
		}
	}
	for _, use := range scenario.GetEvaluators() {
		if isModel(use.GetModel()) {
			models = append(models, use.GetModel())
		}
	}
	slices.Sort(models)
	return slices.Compact(models)
}
