package scenarios_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// What ships says what it is for, when it ends, and who judges it.
func TestLibraryIsComplete(t *testing.T) {
	shipped, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range shipped {
		if seen[s.Id] {
			t.Errorf("%s: the id is there twice", s.Id)
		}
		seen[s.Id] = true
		for _, problem := range lacking(s) {
			t.Errorf("%s: %s", s.Id, problem)
		}
	}
}

// lacking says what a scenario must have to be in the library and has not.
func lacking(s *vignettev1.Scenario) []string {
	var out []string
	need := func(there bool, what string) {
		if !there {
			out = append(out, what)
		}
	}
	need(s.GetTitle() != "", "it has no title")
	need(len(s.GetDescription()) >= 80, "the description does not say what it is for")
	need(len(s.GetSetting()) >= 40, "the setting is not told")
	need(s.GetObjective().GetStatement() != "", "the focal role has no objective")
	need(s.GetStop().GetMaxTurns() > 0, "it never ends")
	need(len(s.GetTags()) >= 2, "there are no tags to find it by")
	need(len(s.GetEvaluators()) > 0, "nobody judges it")
	for _, r := range s.GetRoles() {
		need(r.GetRelation() != "", "role "+r.GetId()+" is unknown to the others: relation is missing")
		need(r.GetPersona().GetIntroduction() != "", "role "+r.GetId()+" has a persona without an introduction")
		need(r.GetId() != s.GetFocal() || len(r.GetReward()) > 0, "the focal role has no reward")
		need(r.GetId() != s.GetFocal() || r.GetPolicy().GetModality() != vignettev1.Modality_MODALITY_UNSPECIFIED, "the focal role has no modality")
	}
	return out
}

// A tag fits:MODALITY says which way of speaking a scenario is made for. The focal role plays one of those.
func TestFitsNamesModalities(t *testing.T) {
	shipped, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shipped {
		var fits []string
		for _, tag := range s.GetTags() {
			if modality, ok := strings.CutPrefix(tag, "fits:"); ok {
				fits = append(fits, modality)
			}
		}
		plays := ""
		for _, r := range s.GetRoles() {
			if r.GetId() == s.GetFocal() {
				plays = strings.ToLower(strings.TrimPrefix(r.GetPolicy().GetModality().String(), "MODALITY_"))
			}
		}
		if len(fits) > 0 && !slices.Contains(fits, plays) {
			t.Errorf("%s: it is made for %v, and its focal role plays %q", s.Id, fits, plays)
		}
	}
}

// A persona that ships is somebody: with a life, and things to tell, some to anybody and some not.
func TestPersonas(t *testing.T) {
	shipped, err := scenarios.Personas()
	if err != nil {
		t.Fatal(err)
	}
	if len(shipped) < 15 {
		t.Errorf("%d personas ship", len(shipped))
	}
	for _, p := range shipped {
		if p.GetIntroduction() == "" || len(p.GetIdentity().GetSocial()) < 3 || len(p.GetIdentity().GetLifeContext()) == 0 || p.GetTraits().GetBigFive() == nil || len(p.GetMemories()) < 2 {
			t.Errorf("%s: a persona of the library has an introduction, an identity, a life, traits and memories", p.Id)
		}
		for _, name := range []string{p.Id, "personas/" + p.Id + ".yaml"} {
			found, err := scenarios.FindPersonas(name)
			if err != nil || len(found) != 1 || !proto.Equal(found[0], p) {
				t.Errorf("%s is not found as %s: %v", p.Id, name, err)
			}
		}
		if text, err := scenarios.PersonaFile(p.Id); err != nil || !bytes.Contains(text, []byte("id: "+p.Id)) {
			t.Errorf("%s has no text: %v", p.Id, err)
		}
	}
	first := shipped[0].Id
	shipped[0].Id = "changed"
	if again, _ := scenarios.Personas(); again[0].Id != first {
		t.Error("who changes a persona changes the library")
	}
}

func TestFindPersonasSaysWhatThereIs(t *testing.T) {
	for name, want := range map[string]string{
		"kofi-mensa":      `kofi-mensa: there is no such file and no persona of that name (did you mean "kofi-mensah"? personas that ship: `,
		"people/abe.yaml": `people/abe.yaml: there is no such file (check the name`,
	} {
		if _, err := scenarios.FindPersonas(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// A scenario that was copied out of the library keeps its people; one that has a file of that name beside it uses that.
func TestCopiedScenarioKeepsItsPeople(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "mine.yaml")
	write(t, file, strings.ReplaceAll(read(t, "base.yaml"), "personas/mother.yaml", "personas/kofi-mensah.yaml"))
	persona := func() string {
		t.Helper()
		s, err := scenarios.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range s.GetRoles() {
			names = append(names, r.GetPersona().GetName())
		}
		return strings.Join(names, ", ")
	}
	if got := persona(); !strings.Contains(got, "Kofi Mensah") {
		t.Errorf("without a file of its own: %s", got)
	}
	write(t, filepath.Join(dir, "personas/kofi-mensah.yaml"), "id: own\nname: Somebody Else\n")
	if got := persona(); !strings.Contains(got, "Somebody Else") || strings.Contains(got, "Kofi") {
		t.Errorf("with one: %s", got)
	}
}
