package scenarios

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// JudgeField is the field of a factor that varies who judges. It is no field of a scenario: it stands for the models of its evaluators. A level
// is the name of a model for all evaluators that have a judge ("builtin" for their rules), or names evaluators with a model each.
const JudgeField = "judge"

// IsJudge says whether a factor varies who judges and nothing of what is played.
func IsJudge(f *vignettev1.Factor) bool { return f.GetRole() == "" && f.GetField() == JudgeField }

// judgeModel describes what a level of a factor of judges names.
func judgeModel() protoreflect.FieldDescriptor {
	return (&vignettev1.EvaluatorUse{}).ProtoReflect().Descriptor().Fields().ByName("model")
}

// JudgesAt are the models that a level has evaluators judge with, by their names; "" is for all. Evaluators it does not name stay as they are.
func JudgesAt(l *vignettev1.Level) (map[string]string, error) {
	wrong := protoyaml.Wrong("a judge is the name of a model", `write value: MODEL for all evaluators, value: {EVALUATOR: MODEL} for some, "builtin" for their rules, or keep: true`)
	switch kind := l.GetValue().GetKind().(type) {
	case *structpb.Value_StringValue:
		if kind.StringValue != "" {
			return map[string]string{"": kind.StringValue}, nil
		}
	case *structpb.Value_StructValue:
		models := map[string]string{}
		for evaluator, value := range kind.StructValue.GetFields() {
			if models[evaluator] = value.GetStringValue(); models[evaluator] == "" || evaluator == "" {
				return nil, wrong
			}
		}
		if len(models) > 0 {
			return models, nil
		}
	case nil:
		if l.GetKeep() && !l.GetClear() && l.GetPersona() == nil {
			return nil, nil
		}
	}
	return nil, wrong
}

// setJudges gives the evaluators of a scenario the models of a level. Those it names and the scenario does not have belong to others.
func setJudges(s *vignettev1.Scenario, l *vignettev1.Level) error {
	models, err := JudgesAt(l)
	if err != nil {
		return err
	}
	if len(s.GetEvaluators()) == 0 {
		return protoyaml.Wrong("nobody scores this scenario", "list who does under evaluators:")
	}
	for _, use := range s.GetEvaluators() {
		use.Model = cmp.Or(models[use.GetName()], models[""], use.GetModel())
	}
	return nil
}

// CheckJudges says which evaluator a level of judges names that no scenario has.
func CheckJudges(all []*vignettev1.Scenario, f *vignettev1.Factor, l *vignettev1.Level) error {
	if !IsJudge(f) {
		return nil
	}
	models, err := JudgesAt(l)
	if err != nil {
		return err
	}
	var known []string
	for _, s := range all {
		for _, use := range s.GetEvaluators() {
			known = append(known, use.GetName())
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for evaluator := range models {
		if evaluator != "" && !slices.Contains(known, evaluator) {
			return protoyaml.Wrong(fmt.Sprintf("no scenario has an evaluator %q", evaluator), protoyaml.DidYouMean(evaluator, known))
		}
	}
	return nil
}
