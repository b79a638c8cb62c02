package hindsight

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// worldEvent is what the kinds of events begin with that rules of the scenario bring about.
const worldEvent = "world."

// happen lets the scenario's own rules act on a future. Every rule draws the same numbers whether its conditions hold or not, so that
// arms stay paired in their luck. Where it cannot be known whether a rule acts, what it would change is missing.
func happen(w World, days int, luck *rand.Rand, f *vignettev1.Future) {
	on := map[string]int32{} // the day on which a rule's event happened
	for _, rule := range w.Aftermath.GetRules() {
		draw, spot := luck.Float64(), luck.Float64()
		first, last := max(int(rule.GetFromDay()), 1), days
		if rule.GetToDay() > 0 {
			last = min(last, int(rule.GetToDay()))
		}
		first, holds, unknown := w.conditions(rule, on, first)
		switch {
		case !holds || first > last:
			continue
		case unknown != "":
			for _, effect := range rule.GetEffects() {
				change(f, effect.GetDimension(), 0, fmt.Sprintf("whether %s happens is not known: %s", rule.GetId(), unknown))
			}
			continue
		case draw >= rule.GetChance():
			continue
		}
		on[rule.GetId()] = int32(first + int(spot*float64(last-first+1)))
		f.Events = append(f.Events, &vignettev1.FutureEvent{Day: on[rule.GetId()], Role: rule.GetRole(), Kind: worldEvent + rule.GetId(), Text: rule.GetText()})
		for _, effect := range rule.GetEffects() {
			change(f, effect.GetDimension(), effect.GetChange(), "")
		}
	}
	slices.SortStableFunc(f.Events, func(a, b *vignettev1.FutureEvent) int { return cmp.Compare(a.GetDay(), b.GetDay()) })
}

// conditions says whether all conditions of a rule hold, from which day, and why that is not known where it is not. One that is known
// not to hold decides.
func (w World) conditions(rule *vignettev1.AftermathRule, on map[string]int32, first int) (day int, holds bool, unknown string) {
	for _, c := range rule.GetWhen() {
		var is bool
		why := ""
		switch c.GetCondition().(type) {
		case *vignettev1.AftermathCondition_Act:
			is, why = w.meant(c.GetRole(), c.GetAct())
		case *vignettev1.AftermathCondition_Chosen:
			if is = w.Chosen == c.GetChosen(); w.Chosen == "" {
				why = "no choice is on record"
			}
		case *vignettev1.AftermathCondition_State:
			is, why = within(w.Last(c.GetRole()), c.GetRole(), c.GetState())
		case *vignettev1.AftermathCondition_After:
			at, happened := on[c.GetAfter()]
			if is = happened; happened && !c.GetAbsent() {
				first = max(first, int(at))
			}
		}
		switch {
		case why != "":
			unknown = why
		case is == c.GetAbsent():
			return first, false, ""
		}
	}
	return first, true, unknown
}

// meant says whether a role meant to do something, or something that begins with it and a dot.
func (w World) meant(role, act string) (is bool, why string) {
	if len(w.Acts[role]) == 0 {
		return false, role + " did not say what it meant to do"
	}
	return slices.ContainsFunc(w.Acts[role], func(did string) bool { return did == act || strings.HasPrefix(did, act+".") }), ""
}

// within says whether a part of a state lies in a range.
func within(state *vignettev1.MentalState, role string, r *vignettev1.StateRange) (is bool, why string) {
	value := map[string]*float64{
		"trust": nil, "resistance": nil, "willingness": nil, "ambivalence": nil, "distress": nil,
	}
	if state != nil {
		value = map[string]*float64{
			"trust": state.Trust, "resistance": state.Resistance, "willingness": state.Willingness, "ambivalence": state.Ambivalence, "distress": state.Distress,
		}
	}
	x := value[r.GetPart()]
	if x == nil {
		return false, role + " told no " + r.GetPart()
	}
	return (r.Least == nil || *x >= r.GetLeast()) && (r.Most == nil || *x <= r.GetMost()), ""
}

// change adds to an outcome of a future within its range, or makes it missing where a reason is given. An outcome that the future
// does not have, or that is missing, stays what it is.
func change(f *vignettev1.Future, id string, by float64, missing string) {
	for i, o := range f.GetOutcomes() {
		value, known := o.GetOutcome().(*vignettev1.FutureOutcome_Value)
		if o.GetDimension() != id || !known {
			continue
		}
		if missing != "" {
			f.Outcomes[i] = without(id, missingFor(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, missing))
			return
		}
		spec := dimension(id)
		value.Value = min(max(value.Value+by, spec.GetMin()), spec.GetMax())
	}
}
