package agreement

import (
	"slices"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// ConsensusRule is how the labels of several raters become one.
const ConsensusRule = "majority: the label most raters gave, not_applicable among them; where two are ahead in equal parts the utterance is left out and counted as a tie. " +
	"Codes are decided one by one. Numbers are averaged."

// consensus is what raters say together of a dimension; undecided where they are split in equal parts.
func (d *dimension) consensus(ratings []label) (together label, decided bool) {
	var valued []label
	for _, l := range ratings {
		if !l.inapplicable {
			valued = append(valued, l)
		}
	}
	without := len(ratings) - len(valued)
	if d.hasPlaceForNothing() {
		return mostGiven(valued, without)
	}
	switch {
	case without == len(valued):
		return label{}, false
	case without > len(valued):
		return label{inapplicable: true}, true
	case d.scale == vignettev1.Scale_SCALE_CODES:
		return mostCodes(valued, len(d.spec.GetLabels())), true
	}
	return label{number: meanOf(valued)}, true
}

// mostGiven is the label that most gave.
func mostGiven(valued []label, without int) (label, bool) {
	votes := map[int]int{}
	for _, l := range valued {
		votes[l.place()]++
	}
	best, most, tied := label{inapplicable: true}, without, false
	for place, n := range votes {
		switch {
		case n > most:
			best, most, tied = label{places: []int{place}}, n, false
		case n == most:
			tied = true
		}
	}
	return best, most > 0 && !tied
}

// mostCodes decides each code for itself: more than half make it one, exactly half leave it open.
func mostCodes(valued []label, codes int) label {
	out := label{}
	for place := range codes {
		n := 0
		for _, l := range valued {
			if l.has(place) {
				n++
			}
		}
		switch {
		case 2*n > len(valued):
			out.places = append(out.places, place)
		case 2*n == len(valued):
			out.open = append(out.open, place)
		}
	}
	return out
}

func meanOf(valued []label) float64 {
	sum := 0.0
	for _, l := range valued {
		sum += l.number
	}
	return sum / float64(len(valued))
}

// given are the labels of an utterance on a dimension, but for one rater's; by the position of ratings.
func given(u *Utterance, id string, except int) []label {
	var out []label
	for i, rating := range u.Ratings {
		if l, ok := rating.labels[id]; ok && i != except {
			out = append(out, l)
		}
	}
	return slices.Clip(out)
}
