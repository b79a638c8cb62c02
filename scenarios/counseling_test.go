package scenarios_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// coreBeliefs are the nineteen core beliefs of CBT's taxonomy (J. Beck, Cognitive Behavior Therapy: Basics and Beyond), by family. A
// scenario says with a tag belief:NAME which of them its client holds; what the client calls it is the client's own wording.
var coreBeliefs = map[vignettev1.CoreBelief_Category][]string{
	vignettev1.CoreBelief_CATEGORY_HELPLESS: {
		"incompetent", "helpless", "powerless", "victim", "needy", "trapped", "out-of-control", "failure", "defective",
	},
	vignettev1.CoreBelief_CATEGORY_UNLOVABLE: {"unlovable", "unattractive", "undesirable", "rejected", "abandoned", "alone"},
	vignettev1.CoreBelief_CATEGORY_WORTHLESS: {"worthless", "immoral", "bad", "does-not-deserve-to-live"},
}

const beliefTag, fitsTag = "belief:", "fits:"

// The intakes together hold every core belief there is a name for, and a client has as many of a family as its tags say at least.
func TestIntakesCoverTheCoreBeliefs(t *testing.T) {
	covered := map[string]bool{}
	for _, s := range shipped(t) {
		for family, names := range coreBeliefs {
			said := 0
			for _, name := range names {
				if slices.Contains(s.GetTags(), beliefTag+name) {
					covered[name] = true
					said++
				}
			}
			if held := beliefsOf(s, family); held < said {
				t.Errorf("%s: its tags name %d beliefs of the family %v, and its clients hold %d", s.GetId(), said, family, held)
			}
		}
		for _, tag := range s.GetTags() {
			if name, ok := strings.CutPrefix(tag, beliefTag); ok && !isCoreBelief(name) {
				t.Errorf("%s: %s is no core belief of the taxonomy", s.GetId(), tag)
			}
		}
	}
	for _, names := range coreBeliefs {
		for _, name := range names {
			if !covered[name] {
				t.Errorf("no scenario has a client who believes to be %s", name)
			}
		}
	}
}

func isCoreBelief(name string) bool {
	for _, names := range coreBeliefs {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

func beliefsOf(s *vignettev1.Scenario, family vignettev1.CoreBelief_Category) int {
	n := 0
	for _, role := range s.GetRoles() {
		for _, belief := range role.GetPersona().GetCognitiveModel().GetCoreBeliefs() {
			if belief.GetCategory() == family {
				n++
			}
		}
	}
	return n
}

// Where a client may speak of not wanting to live, the file says how to ask, what is said truthfully and what helps, the
// counselor is told to ask openly, and the client to keep means to itself.
func TestRiskCarriesAProtocol(t *testing.T) {
	found := 0
	for _, s := range shipped(t) {
		if !slices.Contains(s.GetTags(), "risk") {
			continue
		}
		found++
		text, err := scenarios.LibraryFile(s.GetId())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"# RISK PROTOCOL", "How to ask:", "says truthfully:", "What helps:", "Never:"} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s bears risk, and its file says nothing under %q", s.GetId(), part)
			}
		}
		if !slices.Contains(s.GetTags(), "safety") {
			t.Errorf("%s bears risk and is not tagged safety", s.GetId())
		}
		if !strings.Contains(s.GetObjective().GetStatement(), "ask openly") && !strings.Contains(s.GetObjective().GetStatement(), "Ask openly") {
			t.Errorf("%s: the objective does not say to ask openly", s.GetId())
		}
		for _, role := range s.GetRoles() {
			if role.GetKind() == vignettev1.AgentKind_AGENT_KIND_CLIENT && !slices.ContainsFunc(role.GetKnowledge(), func(known string) bool {
				return strings.Contains(known, "don't speak about ways of doing it")
			}) {
				t.Errorf("%s: %s is not told to keep means to itself", s.GetId(), role.GetId())
			}
		}
	}
	if found == 0 {
		t.Error("no scenario bears risk: nothing was tested")
	}
}

// Whoever is to help is the one at stake, has an objective, a reward and an end, and the file says which way of working fits.
func TestCounselingScenariosSayWhatIsAtStake(t *testing.T) {
	for _, s := range shipped(t) {
		if !slices.Contains(s.GetTags(), "client") || !slices.ContainsFunc(s.GetTags(), func(tag string) bool { return strings.HasPrefix(tag, fitsTag) }) {
			continue // Not of the half of the library that this is about.
		}
		for _, tag := range s.GetTags() {
			if name, ok := strings.CutPrefix(tag, fitsTag); ok && vignettev1.Modality_value["MODALITY_"+strings.ToUpper(name)] == 0 {
				t.Errorf("%s: %s is no modality", s.GetId(), tag)
			}
		}
		for _, role := range s.GetRoles() {
			if role.GetId() == s.GetFocal() && (role.GetKind() != vignettev1.AgentKind_AGENT_KIND_COUNSELOR || len(role.GetReward()) == 0) {
				t.Errorf("%s: the focal role must be a counselor with a reward", s.GetId())
			}
		}
		if s.GetObjective().GetStatement() == "" || s.GetStop().GetMaxTurns() == 0 || s.GetDescription() == "" {
			t.Errorf("%s has no objective, no end or no description", s.GetId())
		}
	}
}

// Personas that ship stand alone, are named by their ids, and between them talk in all six styles.
func TestPersonasThatShip(t *testing.T) {
	personas, err := scenarios.LoadPersonas(filepath.Join("library", "personas"))
	if err != nil {
		t.Fatal(err)
	}
	styles := map[vignettev1.ConversationalStyle]bool{}
	for _, p := range personas {
		if _, err := os.Stat(filepath.Join("library", "personas", p.GetId()+".yaml")); err != nil {
			t.Errorf("%s does not stand in a file of that name: %v", p.GetId(), err)
		}
		styles[p.GetStyle()] = true
	}
	var missing []string
	values := vignettev1.ConversationalStyle(0).Descriptor().Values()
	for i := range values.Len() {
		if v := values.Get(i); v.Number() != 0 && !styles[vignettev1.ConversationalStyle(v.Number())] {
			missing = append(missing, string(v.Name()))
		}
	}
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("nobody talks like that (-want +got):\n%s", diff)
	}
}

func shipped(t *testing.T) []*vignettev1.Scenario {
	t.Helper()
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
