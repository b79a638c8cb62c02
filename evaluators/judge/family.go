package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Family is what a judge has to know of the dimensions it rates.
type Family struct {
	// Description is that of the family's builtin evaluator, or one like it: dimensions, needs and summary are taken from
	// it. An objective and the card of the rated role are all a model can be shown beyond the transcript.
	Description *vignettev1.EvaluatorDescription
	// Definitions say, by id of the dimension, what the model is told it means, where that is not its declared definition.
	Definitions map[string]string
	// Rubric says how levels are told apart, and what does not count. It goes into the prompt as it is.
	Rubric string
	// Rewording asks for a better wording of each turn.
	Rewording bool
	// Inapplicable says why no dimension applies to an action of the role, whatever its words are, or "": the model is not
	// asked then. Nil is: an action without any text.
	Inapplicable func(*vignettev1.Objective, *vignettev1.Action) string
	// Episode makes the scores of the episode of those of its turns. Nil has the model judge the episode as a whole.
	Episode func(req *vignettev1.EvaluateRequest, turns []*vignettev1.Score) []*vignettev1.Score
	// Carded says that nothing can be judged without the card of the rated role.
	Carded bool
	// Hidden are needs that answers are compared with; the model is not shown what they bring.
	Hidden []vignettev1.Need
	// turns makes the form of the question about a turn; nil has each dimension rated by itself.
	turns func(dimensions []*vignettev1.DimensionSpec) (*form, error)
}

// notApplicable is the label by which a model says that a dimension cannot be shown here.
const notApplicable = "not_applicable"

// check says what keeps a family from being judged.
func (f Family) check() error {
	if len(f.Description.GetDimensions()) == 0 {
		return fmt.Errorf("no dimensions")
	}
	for _, need := range f.Description.GetNeeds() {
		if need != vignettev1.Need_NEED_OBJECTIVE && need != vignettev1.Need_NEED_ROLE_CARDS && !slices.Contains(f.Hidden, need) {
			return fmt.Errorf("it needs %s, which a judge is not shown", need)
		}
	}
	seen := map[string]bool{noSuggestion: true}
	for _, spec := range f.Description.GetDimensions() {
		if seen[spec.GetId()] {
			return fmt.Errorf("dimension %q: the id is taken", spec.GetId())
		}
		seen[spec.GetId()] = true
		width := spec.GetMax() - spec.GetMin()
		switch labels := spec.GetLabels(); {
		case !(width > 0) || math.IsInf(width, 0):
			return fmt.Errorf("dimension %q: %v to %v is no range", spec.GetId(), spec.GetMin(), spec.GetMax())
		case len(labels) == 1 && !isCodes(spec):
			return fmt.Errorf("dimension %q: one label is no scale", spec.GetId())
		case slices.Contains(labels, notApplicable) || slices.Contains(labels, ""):
			return fmt.Errorf("dimension %q: %q and the empty label are taken", spec.GetId(), notApplicable)
		}
	}
	return nil
}

// definition is what the model is told a dimension means.
func (f Family) definition(spec *vignettev1.DimensionSpec) string {
	if own := f.Definitions[spec.GetId()]; own != "" {
		return own
	}
	return spec.GetDefinition()
}

// inapplicable says why nothing applies to an action, or "".
func (f Family) inapplicable(objective *vignettev1.Objective, action *vignettev1.Action) string {
	if f.Inapplicable != nil {
		return f.Inapplicable(objective, action)
	}
	if strings.TrimSpace(action.GetText()) == "" {
		return "Nothing was said or done"
	}
	return ""
}

// ofTurns are the dimensions the model rates turn by turn.
func (f Family) ofTurns() []*vignettev1.DimensionSpec {
	return f.where(func(spec *vignettev1.DimensionSpec) bool { return spec.GetTurn() })
}

// ofEpisodes are the dimensions the model rates over the whole conversation.
func (f Family) ofEpisodes() []*vignettev1.DimensionSpec {
	return f.where(func(spec *vignettev1.DimensionSpec) bool { return spec.GetEpisode() && f.Episode == nil })
}

func (f Family) where(holds func(*vignettev1.DimensionSpec) bool) []*vignettev1.DimensionSpec {
	var out []*vignettev1.DimensionSpec
	for _, spec := range f.Description.GetDimensions() {
		if holds(spec) {
			out = append(out, spec)
		}
	}
	return out
}

// numberOf is the number of a label: labels lie evenly over the declared range, lowest first.
func numberOf(spec *vignettev1.DimensionSpec, label int) float64 {
	steps := float64(len(spec.GetLabels()) - 1)
	number := spec.GetMin() + (spec.GetMax()-spec.GetMin())*float64(label)/steps
	return min(number, spec.GetMax()) // the sum may be rounded up
}
