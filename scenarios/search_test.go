package scenarios_test

import (
	"testing"

	"github.com/vignette-sim/vignette/scenarios"
)

// Situations of the library are found by words that people look for them with.
func TestHolds(t *testing.T) {
	for _, c := range []struct {
		query, id string
		want      bool
	}{
		{"", "ask-for-leave", true}, {"boss leave", "ask-for-leave", true}, {"Boss", "ask-for-leave", true}, {"asking my boss for time off", "ask-for-leave", true},
		{"leaving tuesdays", "ask-for-leave", true}, {"rehabilitation", "ask-for-leave", true}, {"dear-man", "ask-for-leave", true}, {"the", "ask-for-leave", true},
		{"boss aquarium", "ask-for-leave", false}, {"lend money", "refuse-a-loan", true}, {"mate borrow", "refuse-a-loan", true}, {"landlord", "ask-for-leave", false},
	} {
		s, err := scenarios.Find(c.id)
		if err != nil {
			t.Fatal(err)
		}
		if got := scenarios.Holds(s, c.query); got != c.want {
			t.Errorf("%q in %s: %v", c.query, c.id, got)
		}
	}
}

// What only a role may know finds nothing: a search would tell it.
func TestHoldsKeepsSecrets(t *testing.T) {
	s, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	s.Roles[1].Goal, s.Roles[1].Knowledge, s.Roles[1].Persona.Memories[0].Text = "zebra", []string{"zebra"}, "zebra"
	s.Roles[1].Stance.Position = "zebra"
	if scenarios.Holds(s, "zebra") {
		t.Error("what is private is found")
	}
}
