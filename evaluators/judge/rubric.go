package judge

import (
	"fmt"
	"strings"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/rubric"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Rubric is the family that a rubric describes. Levels and examples go into the prompt after the definitions.
func Rubric(r *vignettev1.Rubric) Family {
	description := rubric.Describe(r)
	if r.GetChecklist() {
		description.Dimensions = description.Dimensions[:len(r.GetDimensions())] // The share is counted, not asked for.
	}
	return Family{Description: description, Rubric: levelsOf(r)}
}

// ByRubric makes judges of rubrics, which ask models. The error says why a rubric cannot be rated by.
func ByRubric(models vignettev1.ModelServiceClient) func(*vignettev1.Rubric) (evaluators.Evaluator, error) {
	return func(r *vignettev1.Rubric) (evaluators.Evaluator, error) {
		j, err := newJudge(Rubric(r), models)
		if err != nil {
			return nil, err
		}
		// A model does any language; which of them the levels were written for, the rubric says.
		j.description.Languages = r.GetLanguages()
		if r.GetChecklist() {
			return checklist{j, rubric.Describe(r).GetDimensions()}, nil
		}
		return j, nil
	}
}

// levelsOf says how levels are told apart, in words.
func levelsOf(r *vignettev1.Rubric) string {
	var b strings.Builder
	keys := keysOf(rubric.Describe(r).GetDimensions()[:len(r.GetDimensions())])
	for i, dimension := range r.GetDimensions() {
		if !explains(dimension) {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", keys[i])
		for _, level := range dimension.GetLevels() {
			fmt.Fprintf(&b, "- %s: %s", level.GetLabel(), strings.Join(strings.Fields(level.GetDescription()), " "))
			for _, example := range level.GetExamples() {
				fmt.Fprintf(&b, " %q", example)
			}
			b.WriteByte('\n')
		}
	}
	if guidance := strings.TrimSpace(r.GetGuidance()); guidance != "" {
		fmt.Fprintf(&b, "%s\n", guidance)
	}
	if b.Len() == 0 {
		return "Levels are what their names say."
	}
	return "How to tell levels apart:\n" + strings.TrimSpace(b.String())
}

// explains says whether the levels of a dimension have more than their names.
func explains(dimension *vignettev1.RubricDimension) bool {
	for _, level := range dimension.GetLevels() {
		if level.GetDescription() != "" || len(level.GetExamples()) > 0 {
			return true
		}
	}
	return false
}
