package standing

import (
	"cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Told is what came of a request, in words for its asker.
type Told struct {
	// Reached says that the other said yes, or took the no; Partly that it was yes to something else, which they had offered instead.
	Reached, Partly bool
	// Says is a sentence that leads up to Quote; Quote is the other's own words, "" where there are none that say it.
	Says, Quote string
}

// Tell says to whoever asked for it, or refused it, what came of it with one of the others.
func Tell(o *vignettev1.PracticeOutcome, kind vignettev1.ObjectiveKind) Told {
	return tell(o, kind, "You", "your")
}

// TellOf is Tell for those who look on: who asked is called by name.
func TellOf(asker string, o *vignettev1.PracticeOutcome, kind vignettev1.ObjectiveKind) Told {
	return tell(o, kind, asker, "the")
}

func tell(o *vignettev1.PracticeOutcome, kind vignettev1.ObjectiveKind, asker, whose string) Told {
	refuse := kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
	who := cmp.Or(o.GetName(), "The other")
	pick := func(asked, refused string) string {
		if refuse {
			return refused
		}
		return asked
	}
	t := Told{Reached: o.GetStanding() == vignettev1.Standing_STANDING_AGREED, Quote: o.GetWords()}
	switch o.GetStanding() {
	case vignettev1.Standing_STANDING_AGREED:
		if o.GetOnOffer() {
			t.Partly, t.Says = true, "It came to what "+who+" offered instead"
			break
		}
		t.Says = who + pick(" said yes", " took "+whose+" no")
	case vignettev1.Standing_STANDING_REFUSED:
		t.Says = who + pick(" said no, and it stayed at that", " did not take "+whose+" no")
	case vignettev1.Standing_STANDING_OFFERED:
		t.Says = who + " offered something else, and it was not settled"
	case vignettev1.Standing_STANDING_OBJECTED:
		t.Says = who + " did not agree; what stood against it last"
	case vignettev1.Standing_STANDING_QUESTIONED:
		t.Says = who + " had asked something last, and it was not settled"
	case vignettev1.Standing_STANDING_ASKED:
		t.Says, t.Quote = who+" gave no answer to it", ""
	case vignettev1.Standing_STANDING_UNASKED:
		t.Says, t.Quote = pick(asker+" did not ask "+who+" for it", asker+" did not say no to "+who), ""
	default:
		t.Says, t.Quote = who+" said nothing to it", ""
	}
	return t
}

// Verdict is Told in a word or three.
func (t Told) Verdict() string {
	switch {
	case t.Partly:
		return "Reached in part"
	case t.Reached:
		return "Reached"
	}
	return "Not reached"
}
