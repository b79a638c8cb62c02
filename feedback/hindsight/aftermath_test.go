package hindsight

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func partnerFeels(willing, trust, resistance float64) *vignettev1.MentalState {
	return &vignettev1.MentalState{Willingness: &willing, Trust: &trust, Resistance: &resistance}
}

// meanOutcome is the mean of an outcome over many futures of a world; false where it is missing.
func meanOutcome(t *testing.T, w World, id string) (float64, bool) {
	t.Helper()
	c, err := Simulate(w, Options{Futures: 100, Days: 30, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range c.GetFutures() {
		i := slices.IndexFunc(f.GetOutcomes(), func(o *vignettev1.FutureOutcome) bool { return o.GetDimension() == id })
		if i < 0 {
			t.Fatalf("a future has no %s", id)
		}
		if f.GetOutcomes()[i].GetMissing() != nil {
			return 0, false
		}
		sum += f.GetOutcomes()[i].GetValue()
	}
	return sum / float64(len(c.GetFutures())), true
}

// What was agreed is kept by those who wanted it, less by those who gave in, and hardly where nobody agreed.
func TestAgreementsAreKeptByTheWilling(t *testing.T) {
	of := func(reached bool, other *vignettev1.MentalState) World {
		return World{Role: "focal", Luck: 7, Agreement: &Agreement{Reached: reached, Other: other}}
	}
	var kept, relationship []float64
	for _, w := range []World{of(true, partnerFeels(0.9, 0.7, 0.1)), of(true, partnerFeels(0.4, 0.4, 0.6)), of(false, partnerFeels(0.9, 0.7, 0.1)), of(false, partnerFeels(0, 0.2, 0.9))} {
		k, ok := meanOutcome(t, w, Kept)
		r, also := meanOutcome(t, w, Relationship)
		if !ok || !also {
			t.Fatal("an outcome is missing")
		}
		kept, relationship = append(kept, k), append(relationship, r)
	}
	t.Logf("kept %.2f, relationship %.2f", kept, relationship)
	if !slices.IsSortedFunc(kept, func(a, b float64) int { return int(b*1000) - int(a*1000) }) || kept[3] > 0.01 {
		t.Errorf("kept by the willing, by who gave in, by who came round, by who never wanted: %v", kept)
	}
	if relationship[0] <= relationship[1] {
		t.Errorf("being let down does not tell: %v", relationship)
	}
	if _, ok := meanOutcome(t, of(true, &vignettev1.MentalState{}), Kept); ok {
		t.Error("it is said what becomes of an agreement with somebody who told nothing")
	}
}

// after is a world with a client and these rules.
func after(rules ...*vignettev1.AftermathRule) World {
	trust, willing, distress := 0.5, 0.5, 50.0
	state := &vignettev1.MentalState{Trust: &trust, Willingness: &willing, Distress: &distress}
	return World{
		Role: "client", Luck: 3, Aftermath: &vignettev1.Aftermath{Rules: rules},
		firsts: map[string]*vignettev1.MentalState{"client": state}, ends: map[string]*vignettev1.MentalState{"client": state},
		Acts: map[string][]string{"client": {"disclose.risk"}},
	}
}

func rule(id string, chance float64, effect float64, when ...*vignettev1.AftermathCondition) *vignettev1.AftermathRule {
	return &vignettev1.AftermathRule{Id: id, Role: "client", Text: id + " happens", Chance: chance, When: when,
		Effects: []*vignettev1.AftermathEffect{{Dimension: DistressAfter, Change: effect}}}
}

func happened(t *testing.T, w World, id string) (share float64) {
	t.Helper()
	c, err := Simulate(w, Options{Futures: 100, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.GetFutures() {
		for _, e := range f.GetEvents() {
			if e.GetKind() == worldEvent+id {
				share += 0.01
			}
		}
	}
	return share
}

func TestWorldRules(t *testing.T) {
	act := func(act string) *vignettev1.AftermathCondition {
		return &vignettev1.AftermathCondition{Role: "client", Condition: &vignettev1.AftermathCondition_Act{Act: act}}
	}
	trust := func(least float64) *vignettev1.AftermathCondition {
		return &vignettev1.AftermathCondition{Role: "client", Condition: &vignettev1.AftermathCondition_State{State: &vignettev1.StateRange{Part: "trust", Least: &least}}}
	}
	not := func(c *vignettev1.AftermathCondition) *vignettev1.AftermathCondition {
		c = proto.CloneOf(c)
		c.Absent = true
		return c
	}
	then := &vignettev1.AftermathCondition{Condition: &vignettev1.AftermathCondition_After{After: "first"}}
	for name, c := range map[string]struct {
		when   []*vignettev1.AftermathCondition
		chance float64
		low    float64
		high   float64
	}{
		"always":                  {nil, 1, 1, 1},
		"never":                   {nil, 0, 0, 0},
		"now and then":            {nil, 0.3, 0.18, 0.42},
		"what was meant":          {[]*vignettev1.AftermathCondition{act("disclose")}, 1, 1, 1},
		"what was not":            {[]*vignettev1.AftermathCondition{act("disc")}, 1, 0, 0},
		"not what was meant":      {[]*vignettev1.AftermathCondition{not(act("disclose.risk"))}, 1, 0, 0},
		"enough trust":            {[]*vignettev1.AftermathCondition{trust(0.5)}, 1, 1, 1},
		"too little":              {[]*vignettev1.AftermathCondition{trust(0.6)}, 1, 0, 0},
		"both":                    {[]*vignettev1.AftermathCondition{trust(0.5), act("disclose")}, 1, 1, 1},
		"after one that happened": {[]*vignettev1.AftermathCondition{then}, 1, 0.4, 0.6},
		"unless it did":           {[]*vignettev1.AftermathCondition{not(then)}, 1, 0.4, 0.6},
	} {
		t.Run(name, func(t *testing.T) {
			if got := happened(t, after(rule("first", 0.5, 0), rule("it", c.chance, 0, c.when...)), "it"); got < c.low-1e-9 || got > c.high+1e-9 {
				t.Errorf("it happens in %.2f of the futures, not in %.2f to %.2f", got, c.low, c.high)
			}
		})
	}
}

// A rule changes what a future comes to within its range, leaves the luck of everything else alone, and makes missing what it would
// change where it cannot be known whether it acts.
func TestWorldRulesChangeOutcomes(t *testing.T) {
	before, _ := meanOutcome(t, after(), DistressAfter)
	eased, _ := meanOutcome(t, after(rule("relief", 1, -10)), DistressAfter)
	floored, _ := meanOutcome(t, after(rule("relief", 1, -1000)), DistressAfter)
	if d := before - eased; d < 8 || d > 10.001 {
		t.Errorf("distress sinks by %.2f, not by 10", d)
	}
	if floored != 0 {
		t.Errorf("distress is %.2f, below nothing", floored)
	}
	resistance := 0.5
	unknown := &vignettev1.AftermathCondition{Role: "client", Condition: &vignettev1.AftermathCondition_State{State: &vignettev1.StateRange{Part: "resistance", Most: &resistance}}}
	if _, ok := meanOutcome(t, after(rule("it", 1, 5, unknown)), DistressAfter); ok {
		t.Error("it is said what distress comes to though nobody knows whether the rule acts")
	}
	if _, ok := meanOutcome(t, after(rule("it", 1, 5, unknown)), Return); !ok {
		t.Error("what the rule does not touch is missing")
	}
}

// Things follow in time: what waits for something does not happen before it.
func TestWorldRulesKeepOrder(t *testing.T) {
	first, second := rule("first", 1, 0), rule("second", 1, 0, &vignettev1.AftermathCondition{Condition: &vignettev1.AftermathCondition_After{After: "first"}})
	first.FromDay = 5
	c, err := Simulate(after(first, second), Options{Futures: 50, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.GetFutures() {
		var days []int32
		for _, e := range f.GetEvents() {
			if strings.HasPrefix(e.GetKind(), worldEvent) {
				days = append(days, e.GetDay())
			}
		}
		if len(days) != 2 || days[0] < 5 || days[1] < days[0] || days[1] > 14 {
			t.Fatal(fmt.Sprint("days are ", days))
		}
	}
}

// The scenario says how far one looks, unless whoever looks does.
func TestHorizon(t *testing.T) {
	w := after()
	w.Aftermath.Days = 90
	for _, c := range []struct{ asked, want int32 }{{0, 90}, {7, 7}} {
		got, err := Simulate(w, Options{Days: int(c.asked)})
		if err != nil || got.GetDays() != c.want {
			t.Errorf("asked for %d days it looks %d ahead (%v), not %d", c.asked, got.GetDays(), err, c.want)
		}
	}
}
