package runs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// needs is what the episodes of a run need of others.
type needs struct {
	// agents are the agents that play, each with a role for every kind it is to play.
	agents map[string][]part
	// models are the models that are asked.
	models []string
	// judges are the evaluators that score, each once for every model and rubric it has, by name.
	judges []*vignettev1.EvaluatorUse
	// roles are the parts by what the run's models are given by: role ids and kinds.
	roles map[string][]cast
}

// cast is whether a role that a model can be given to plays from a script instead.
type cast struct {
	role     string
	replayed bool
}

// part is a role that an agent is to play.
type part struct {
	scenario, role string
	kind           vignettev1.AgentKind
}

// survey looks at every combination in full: a pair of levels that do not go together comes up now, not in the middle of
// the night.
func survey(planner *planning.Planner) (*needs, error) {
	needed := &needs{agents: map[string][]part{}, roles: map[string][]cast{}}
	for i := 0; i < planner.Len(); i += int(planner.Manifest().GetRepeats()) {
		scenario, err := planner.Scenario(i)
		if err != nil {
			return nil, err
		}
		for _, role := range scenario.GetRoles() {
			needed.addPart(role.GetAgent(), part{scenario.GetId(), role.GetId(), role.GetKind()})
			for _, who := range []string{role.GetId(), enumname.Of(role.GetKind())} {
				needed.roles[who] = append(needed.roles[who], cast{role.GetId(), role.GetAgent() == scenarios.ReplayAgent})
			}
		}
		needed.models = append(needed.models, planning.Models(scenario)...)
		needed.judges = append(needed.judges, scenario.GetEvaluators()...)
	}
	needed.judges = eachOnce(needed.judges)
	slices.Sort(needed.models)
	needed.models = slices.Compact(needed.models)
	return needed, nil
}

func (n *needs) addPart(agent string, p part) {
	known := slices.ContainsFunc(n.agents[agent], func(q part) bool { return q.kind == p.kind })
	if !known {
		n.agents[agent] = append(n.agents[agent], p)
	}
}

// checkModels refuses models that are given to a role, or to a kind, of which nothing but scripts is played: whoever gave
// them expects a model to speak. One model for all is for all who can have one, and is no reason to complain.
func (n *needs) checkModels(models map[string]string) error {
	if planning.OneForAll(models) {
		return nil
	}
	for _, who := range slices.Sorted(maps.Keys(models)) {
		parts := n.roles[who]
		if len(parts) > 0 && !slices.ContainsFunc(parts, func(c cast) bool { return !c.replayed }) {
			return fmt.Errorf("%s=%s: role %q is replayed from a script, which no model can play; leave it out of the models, or take agent: replay and the script out of the scenario",
				who, models[who], parts[0].role)
		}
	}
	return nil
}

// checkKinds refuses roles whose agent cannot play their kind.
func (n *needs) checkKinds(agents []*vignettev1.AgentDescription) error {
	for _, agent := range agents {
		for _, p := range n.agents[agent.GetName()] {
			if !slices.Contains(agent.GetKinds(), p.kind) {
				return fmt.Errorf("scenario %q: role %q is of kind %s, which agent %q cannot play; set the role's agent to one that can",
					p.scenario, p.role, enumname.Of(p.kind), agent.GetName())
			}
		}
	}
	return nil
}

// appointJudges writes into the manifest which evaluators judge with a model. One that a run names must have a judge; where
// the run only says which model evaluators have, those that have none go by their rules.
func (r *Runner) appointJudges(ctx context.Context, manifest *vignettev1.Manifest) error {
	judges := map[string]bool{}
	for _, scenario := range manifest.GetScenarios() {
		for _, use := range scenario.GetEvaluators() {
			named := manifest.GetModels()[use.GetName()]
			switch {
			case use.GetModel() != "":
			case named != "":
				use.Model = named
			case manifest.GetModels()[planning.ForEvaluators] != "":
				has, err := r.hasJudge(ctx, judges, planning.RuledBy(use))
				if err != nil {
					return err
				}
				if has {
					use.Model = manifest.GetModels()[planning.ForEvaluators]
				}
			}
		}
	}
	if err := oneModelEach(manifest); err != nil {
		return err
	}
	return r.appointVaried(ctx, manifest, judges)
}

// appointVaried writes into the levels of a factor of judges which evaluators judge with the model that a level names: those that have a judge.
func (r *Runner) appointVaried(ctx context.Context, manifest *vignettev1.Manifest, known map[string]bool) error {
	for _, factor := range manifest.GetFactors() {
		if scenarios.IsJudge(factor) {
			if err := r.appointLevels(ctx, factor, manifest.GetScenarios(), known); err != nil {
				return err
			}
		}
	}
	for _, scenario := range manifest.GetScenarios() {
		for _, factor := range scenario.GetFactors() {
			if scenarios.IsJudge(factor) {
				if err := r.appointLevels(ctx, factor, []*vignettev1.Scenario{scenario}, known); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *Runner) appointLevels(ctx context.Context, factor *vignettev1.Factor, all []*vignettev1.Scenario, known map[string]bool) error {
	for _, level := range factor.GetLevels() {
		models, err := scenarios.JudgesAt(level)
		if err != nil {
			return fmt.Errorf("%s, level %s: %w", scenarios.Label(factor), level.GetName(), err)
		}
		model := models[""]
		if model == "" || model == planning.Builtin {
			continue // who judges is named, or rules do
		}
		named := map[string]any{}
		for _, scenario := range all {
			for _, use := range scenario.GetEvaluators() {
				has, err := r.hasJudge(ctx, known, planning.RuledBy(use))
				if err != nil {
					return err
				}
				if has {
					named[use.GetName()] = model
				}
			}
		}
		if len(named) == 0 {
			return fmt.Errorf("%s, level %s: none of the evaluators can judge with a model, so nothing would be varied; docs/evaluators.md says which can", scenarios.Label(factor), level.GetName())
		}
		value, err := structpb.NewValue(named)
		if err != nil {
			return fmt.Errorf("%s, level %s: %w", scenarios.Label(factor), level.GetName(), err)
		}
		level.Value = value
	}
	return nil
}

// hasJudge says whether anybody judges with a model as an evaluator does by rules.
func (r *Runner) hasJudge(ctx context.Context, known map[string]bool, evaluator string) (bool, error) {
	if has, asked := known[evaluator]; asked {
		return has, nil
	}
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	_, err := r.Directory.Evaluator(planning.JudgeName(evaluator)).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
	if err != nil && status.Code(err) != codes.Unavailable {
		return false, absent("evaluator", planning.JudgeName(evaluator), err)
	}
	known[evaluator] = err == nil
	return err == nil, nil
}

// oneModelEach refuses a run in which one evaluator has two models, two rubrics, or two ways to be asked: its scores could not be told
// apart.
func oneModelEach(manifest *vignettev1.Manifest) error {
	model, rubric, first := map[string]string{}, map[string]*vignettev1.Rubric{}, map[string]*vignettev1.EvaluatorUse{}
	for _, use := range evaluatorUses(manifest) {
		if before := first[use.GetName()]; before != nil && (before.GetSamples() != use.GetSamples() || before.GetAbstainBelow() != use.GetAbstainBelow()) {
			return fmt.Errorf("evaluator %q has samples %d and abstain_below %v in one place of the run, samples %d and abstain_below %v in another; its scores could not be compared: write the same everywhere",
				use.GetName(), before.GetSamples(), before.GetAbstainBelow(), use.GetSamples(), use.GetAbstainBelow())
		}
		first[use.GetName()] = use
		before, twice := model[use.GetName()]
		if twice && before != use.GetModel() {
			return fmt.Errorf("evaluator %q judges with %q and with %q in one run; its scores could not be told apart: use one model, or name the judge %q for the second",
				use.GetName(), before, use.GetModel(), planning.JudgeName(use.GetName()))
		}
		if before, known := rubric[use.GetName()]; known && !proto.Equal(before, use.GetRubric()) {
			return fmt.Errorf("two rubrics of one run, or a rubric and an evaluator, are called %q; its scores could not be told apart: give one another name: under evaluators", use.GetName())
		}
		model[use.GetName()], rubric[use.GetName()] = use.GetModel(), use.GetRubric()
	}
	return nil
}

// evaluatorUses are the evaluators of a run before factors are applied; see [eachOnce].
func evaluatorUses(manifest *vignettev1.Manifest) []*vignettev1.EvaluatorUse {
	var uses []*vignettev1.EvaluatorUse
	for _, scenario := range manifest.GetScenarios() {
		uses = append(uses, scenario.GetEvaluators()...)
	}
	return eachOnce(uses)
}

// eachOnce leaves each evaluator once for every model, rubric and way to be asked that it has, by name.
func eachOnce(all []*vignettev1.EvaluatorUse) []*vignettev1.EvaluatorUse {
	var uses []*vignettev1.EvaluatorUse
	for _, use := range all {
		if !slices.ContainsFunc(uses, func(u *vignettev1.EvaluatorUse) bool {
			return u.GetName() == use.GetName() && u.GetModel() == use.GetModel() && proto.Equal(u.GetRubric(), use.GetRubric()) &&
				u.GetSamples() == use.GetSamples() && u.GetAbstainBelow() == use.GetAbstainBelow()
		}) {
			uses = append(uses, use)
		}
	}
	slices.SortStableFunc(uses, func(a, b *vignettev1.EvaluatorUse) int { return strings.Compare(a.GetName(), b.GetName()) })
	return uses
}

// resolveModels asks the gateway whether it knows every model, so that a run with a misspelled one does not begin.
func (r *Runner) resolveModels(ctx context.Context, models []string) error {
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	for _, model := range models {
		_, err := r.Directory.Models().Resolve(ctx, &vignettev1.ResolveRequest{Model: model})
		if status.Code(err) == codes.Unavailable {
			return fmt.Errorf("model %q cannot be asked: nobody serves models here: %w", model, err)
		}
		if err != nil {
			return errors.New(status.Convert(err).Message())
		}
	}
	return nil
}
