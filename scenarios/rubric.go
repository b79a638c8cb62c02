package scenarios

import (
	"fmt"

	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// notApplicable is how a judge says that a dimension cannot be shown: no level may be called so.
const notApplicable = "not_applicable"

// ValidateRubric checks a rubric that a program made or changed: the same rules as for a file, without lines. An error is
// always [Problems].
func ValidateRubric(r *vignettev1.Rubric) error {
	d := protoyaml.NewDocument("", nil, nil)
	d.Check(r)
	checkRubric(r, "", d)
	return d.Err()
}

// checkRubric holds the parts of a rubric against each other.
func checkRubric(r *vignettev1.Rubric, at string, d reporter) {
	seen := map[string]bool{}
	if r.GetChecklist() {
		seen[r.GetId()+".share"] = true
	}
	for i, dimension := range r.GetDimensions() {
		place := under(at, fmt.Sprintf("dimensions[%d]", i))
		if r.GetChecklist() && (dimension.GetUnit() != vignettev1.RubricUnit_RUBRIC_UNIT_EPISODE || len(dimension.GetLevels()) != 2 || dimension.GetUnordered()) {
			d.Report(place, "a checklist asks about the whole conversation, and an answer is no or yes", "write unit: episode and levels: [no, yes]")
		}
		if seen[dimension.GetId()] && dimension.GetId() != "" {
			d.Report(place+".id", fmt.Sprintf("another dimension has the id %q too", dimension.GetId()), "give each dimension an id of its own")
		}
		seen[dimension.GetId()] = true
		checkScale(dimension, place, d)
		checkLabels(dimension, place, d)
	}
}

// checkScale wants numbers that a dimension can have.
func checkScale(dimension *vignettev1.RubricDimension, at string, d reporter) {
	levels, span := len(dimension.GetLevels()), dimension.GetUnit() == vignettev1.RubricUnit_RUBRIC_UNIT_SPAN
	switch {
	case dimension.Max == nil && levels == 0 && !span:
		d.Report(at+".max", "a dimension without levels is rated by a number, and its highest is not said", "add min: and max:, or levels:")
	case dimension.Max != nil && dimension.GetMax() <= dimension.GetMin():
		d.Report(at+".max", fmt.Sprintf("the highest number, %v, is not above the lowest, %v", dimension.GetMax(), dimension.GetMin()), "turn them round, or leave both out where there are levels")
	case span && levels == 0:
		d.Report(at+".levels", "a dimension of spans needs the codes that a span can have", "add levels: with at least one label")
	case span && (dimension.GetMin() != 0 || dimension.Max != nil):
		d.Report(at, "the number of a dimension of spans is how many different codes there are, and has no other range", "leave min: and max: out")
	case !span && levels == 1:
		d.Report(at+".levels", "one level is no scale", "add the level that it is told from, such as none")
	case dimension.GetUnordered() && (span || levels == 0):
		d.Report(at+".unordered", "only levels of turns and episodes have an order or none", "leave unordered: out")
	case dimension.GetUnordered() && (dimension.Max != nil || dimension.GetMin() != 0):
		d.Report(at+".unordered", "kinds without an order have no numbers", "leave min: and max: out")
	}
}

// checkLabels wants labels that can be told apart.
func checkLabels(dimension *vignettev1.RubricDimension, at string, d reporter) {
	seen := map[string]bool{}
	for i, level := range dimension.GetLevels() {
		place := fmt.Sprintf("%s.levels[%d].label", at, i)
		switch label := level.GetLabel(); {
		case label == notApplicable:
			d.Report(place, fmt.Sprintf("%q is what every judge may say anyway", notApplicable), "leave this level out")
		case seen[label] && label != "":
			d.Report(place, fmt.Sprintf("another level is called %q too", label), "give each level a label of its own")
		}
		seen[level.GetLabel()] = true
	}
}

func under(at, field string) string {
	if at == "" {
		return field
	}
	return at + "." + field
}
