package hindsight

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Observe is what somebody sees of consequences: nothing; the first future without what was not chosen; or all of them. It is a
// copy, and holds nothing that the arm does not show. Numbers are shown in full only: they are reckoned from what was forgone.
func Observe(c *vignettev1.Consequences, shown vignettev1.ConsequencesShown) []*vignettev1.Future {
	switch shown {
	case vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_FULL:
		return proto.CloneOf(c).GetFutures()
	case vignettev1.ConsequencesShown_CONSEQUENCES_SHOWN_PARTIAL:
		f := proto.CloneOf(c.GetFutures()[0])
		f.Events = slices.DeleteFunc(f.Events, func(e *vignettev1.FutureEvent) bool { return e.GetForgone() })
		f.Outcomes = slices.DeleteFunc(f.Outcomes, func(o *vignettev1.FutureOutcome) bool { return o.GetDimension() == Utility })
		return []*vignettev1.Future{f}
	}
	return nil
}

// Lines are a future in words, one line for each event.
func Lines(f *vignettev1.Future) []string {
	out := make([]string, len(f.GetEvents()))
	for i, e := range f.GetEvents() {
		out[i] = fmt.Sprintf("day %d: %s", e.GetDay(), e.GetText())
	}
	return out
}
