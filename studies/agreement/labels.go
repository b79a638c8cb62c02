package agreement

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Labels are utterances and what raters said about them, in the order of the file.
type Labels struct {
	// Utterances, each once however many rated it.
	Utterances []*Utterance
	// Unread are keys of lines that mean nothing here, each with how many lines have it.
	Unread map[string]int

	evaluator  string
	dimensions []*dimension
}

// Utterance is something that was said, with what is needed to judge it.
type Utterance struct {
	// ID tells it from the others in the file.
	ID string
	// Group is what it belongs to and is not independent of: a conversation, a topic, a speaker. May be empty.
	Group string
	// Request is what the evaluator is asked: the context as turns 0 to k-1, the utterance as turn k, one role's.
	Request *vignettev1.EvaluateRequest
	// Ratings, one for each rater.
	Ratings []*Rating
}

// Rating is what one rater said about an utterance.
type Rating struct {
	// Rater is who; empty where the file does not say.
	Rater string

	labels  map[string]label // by id of the dimension
	several []string         // dimensions of one label that were given several
	line    int
}

// label is what somebody, a rater or an evaluator, said of one dimension.
type label struct {
	// inapplicable: the dimension does not apply. Then there is nothing else.
	inapplicable bool
	// places of the labels among those declared, ascending: one where a dimension has one, any number where it holds codes.
	places []int
	// open are places on which raters are split in equal parts; a consensus has them.
	open []int
	// number where the dimension is one.
	number float64
}

func (l label) place() int { return l.places[0] }

func (l label) has(place int) bool { return slices.Contains(l.places, place) }

// dimension is what can be labelled: a declared one that is scored turn by turn.
type dimension struct {
	spec  *vignettev1.DimensionSpec
	scale vignettev1.Scale
}

// notApplicable is the label that says that a dimension does not apply, in files and in tables.
const notApplicable = "not_applicable"

// scaleOf is what kind of value a dimension has, said or not.
func scaleOf(spec *vignettev1.DimensionSpec) vignettev1.Scale {
	switch {
	case spec.GetScale() != vignettev1.Scale_SCALE_UNSPECIFIED:
		return spec.GetScale()
	case len(spec.GetLabels()) > 0:
		return vignettev1.Scale_SCALE_ORDINAL
	default:
		return vignettev1.Scale_SCALE_NUMBER
	}
}

// ofTurns are the dimensions that an evaluator scores turn by turn.
func ofTurns(description *vignettev1.EvaluatorDescription) ([]*dimension, error) {
	var all []*dimension
	for _, spec := range description.GetDimensions() {
		if spec.GetTurn() {
			all = append(all, &dimension{spec: spec, scale: scaleOf(spec)})
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("evaluator %q scores no single turns, so there is nothing to compare labels of utterances with", description.GetName())
	}
	return all, nil
}

// ErrNoDimension says that a dimension was asked for that the evaluator does not score turn by turn.
var ErrNoDimension = errors.New("there is no dimension")

// choose returns the dimensions to be compared: those asked for, or all.
func choose(all []*dimension, wanted []string) ([]*dimension, error) {
	if len(wanted) == 0 {
		return all, nil
	}
	var chosen []*dimension
	for _, name := range wanted {
		found := named(all, name)
		if found == nil {
			return nil, fmt.Errorf("%w %q of single turns; there is: %s", ErrNoDimension, name, strings.Join(idsOf(all), ", "))
		}
		if !slices.Contains(chosen, found) {
			chosen = append(chosen, found)
		}
	}
	return chosen, nil
}

// named finds a dimension by its id, or by what stands after its family's prefix where only one dimension has that; case and
// the choice between space, hyphen and underscore do not matter. Nil where there is none.
func named(all []*dimension, name string) *dimension {
	name = folded(name)
	var found []*dimension
	for _, d := range all {
		id := folded(d.spec.GetId())
		if id == name {
			return d
		}
		if strings.HasSuffix(id, "."+name) {
			found = append(found, d)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// folded is a name without what does not matter in it.
func folded(name string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// saysInapplicable are the ways to write that a dimension does not apply.
var saysInapplicable = []string{notApplicable, "n/a", "na", "n.a.", "notapplicable"}

// place finds a label among those declared, or -1.
func (d *dimension) place(text string) int {
	return slices.IndexFunc(d.spec.GetLabels(), func(l string) bool { return folded(l) == folded(text) })
}

// names are the labels that places stand for, with not_applicable after the last.
func (d *dimension) names() []string {
	return append(slices.Clone(d.spec.GetLabels()), notApplicable)
}
