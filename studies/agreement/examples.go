package agreement

import (
	"fmt"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Example is an utterance with the consensus of its raters on one dimension, for those who fit something to labels.
type Example struct {
	ID string
	// Cluster is what it belongs to and is not independent of: its group, or itself alone where it has none.
	Cluster string
	// Label is the consensus and Said what the evaluator said, as places among the dimension's labels.
	Label, Said int
	Scores      map[string]*vignettev1.Score
}

// Examples are the utterances on which raters have a label by consensus and the evaluator has one too, in the order of the file; Left
// counts those that are labelled and left out, by why.
func Examples(labels *Labels, answers Answers, dimension string) (examples []Example, spec *vignettev1.DimensionSpec, left map[string]int, err error) {
	d := named(labels.dimensions, dimension)
	if d == nil {
		return nil, nil, nil, fmt.Errorf("%w %q of single turns", ErrNoDimension, dimension)
	}
	if !d.hasPlaceForNothing() {
		return nil, nil, nil, fmt.Errorf("dimension %s has no single label for a turn: only those with one label of several can be calibrated", d.spec.GetId())
	}
	left = map[string]int{}
	for _, u := range labels.Utterances {
		ratings := given(u, d.spec.GetId(), -1)
		if len(ratings) == 0 {
			continue
		}
		together, decided := d.consensus(ratings)
		said := d.hear(answers[u.ID][d.spec.GetId()])
		switch {
		case !decided:
			left["tie"]++
		case together.inapplicable || said.label.inapplicable:
			left[notApplicable]++
		case said.reason != "":
			left[said.reason]++
		default:
			examples = append(examples, Example{ID: u.ID, Cluster: clusterByGroup(u), Label: together.place(), Said: said.label.place(), Scores: answers[u.ID]})
		}
	}
	return examples, d.spec, left, nil
}
