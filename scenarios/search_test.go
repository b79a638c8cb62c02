package scenarios_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// Situations of the library are found by words that people look for them with.
func TestSearch(t *testing.T) {
	library, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		query, id string
		want      bool
	}{
		{"", "ask-for-leave", true}, {"boss leave", "ask-for-leave", true}, {"Boss", "ask-for-leave", true}, {"asking my boss for time off", "ask-for-leave", true},
		{"leaving tuesdays", "ask-for-leave", true}, {"rehabilitation", "ask-for-leave", true}, {"dear-man", "ask-for-leave", true}, {"the", "ask-for-leave", true},
		{"lend money", "refuse-a-loan", true}, {"loan friend", "family-talk", false}, {"mate borrow", "refuse-a-loan", true}, {"landlord", "ask-for-leave", false},
	} {
		found, whole := scenarios.Search(library, c.query)
		if got := slices.Contains(ids(found), c.id); got != c.want || !whole {
			t.Errorf("%q finds %s: %v; all words: %v", c.query, c.id, got, whole)
		}
	}
	if found, _ := scenarios.Search(library, ""); !slices.Equal(ids(found), ids(library)) {
		t.Error("an empty query changes the order")
	}
}

// Rare words and those in front count most; where nothing has all words, what has most of them is found, and said to be less.
func TestSearchOrder(t *testing.T) {
	of := func(id, title, description string) *vignettev1.Scenario {
		return &vignettev1.Scenario{Id: id, Title: title, Description: description}
	}
	among := []*vignettev1.Scenario{
		of("one", "A dog", "Somebody talks of a garden."), of("two", "The garden", "A dog."), of("three", "The fence", "A dog in a garden, and paint."), of("four", "A dog barks", "Nothing."),
	}
	for _, c := range []struct {
		query string
		want  []string
		whole bool
	}{
		{"garden", []string{"two", "one", "three"}, true},
		{"dog garden", []string{"two", "one", "three"}, true},
		{"fence dog", []string{"three"}, true},
		{"paint fence lawyer", []string{"three"}, false},
		{"fence barks", []string{"three", "four"}, false},
		{"lawyer", nil, false},
		{"lawyer judge", nil, false},
		{"garden lawyer judge", []string{"two", "one", "three"}, false},
	} {
		found, whole := scenarios.Search(among, c.query)
		if diff := cmp.Diff(c.want, ids(found)); diff != "" || whole != c.whole {
			t.Errorf("%q: all words %v, -want +got:\n%s", c.query, whole, diff)
		}
	}
}

// What only a role may know finds nothing: a search would tell it.
func TestSearchKeepsSecrets(t *testing.T) {
	s, err := scenarios.Find("ask-for-leave")
	if err != nil {
		t.Fatal(err)
	}
	s.Roles[1].Goal, s.Roles[1].Knowledge, s.Roles[1].Persona.Memories[0].Text = "zebra", []string{"zebra"}, "zebra"
	s.Roles[1].Stance.Position = "zebra"
	if found, _ := scenarios.Search([]*vignettev1.Scenario{s}, "zebra"); len(found) > 0 {
		t.Error("what is private is found")
	}
}
