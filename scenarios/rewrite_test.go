package scenarios_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// noted is a scenario with notes in many places.
const noted = `# A note at the top.
kind: scenario

id: talk        # the id
title: Old
# who takes part
roles:
  # the first
  - id: a       # opens
    kind: persona
    persona: {id: a, name: A}
    policy: {modality: assertive, skill: 0.5}   # how

  # the second
  - id: b
    kind: persona
    persona:
      # somebody
      id: b
      name: B
    knowledge:
      - One.
      - Two.
focal: a

# how it ends
stop:
  max_turns: 8  # both together
# the end
`

// What somebody changes in a program comes into the file, and all notes stay in it.
func TestRewriteKeepsNotes(t *testing.T) {
	base, err := scenarios.Read("t.yaml", []byte(noted))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change   func(*vignettev1.Scenario)
		old, new string
	}{
		"nothing":             {func(*vignettev1.Scenario) {}, "", ""},
		"a number":            {func(s *vignettev1.Scenario) { s.Stop.MaxTurns = 9 }, "  max_turns: 8  # both together", "  max_turns: 9    # both together"},
		"a text":              {func(s *vignettev1.Scenario) { s.Title = "New: one" }, "title: Old", `title: "New: one"`},
		"a text taken out":    {func(s *vignettev1.Scenario) { s.Title = "" }, "title: Old\n", ""},
		"the first of a role": {func(s *vignettev1.Scenario) { s.Roles[1].Id = "c" }, "  - id: b\n", "  - id: c\n"},
		"deep down":           {func(s *vignettev1.Scenario) { s.Roles[1].Persona.Name = "Bea"; s.Roles[1].Name = "Bea" }, "      name: B\n    knowledge:\n      - One.\n      - Two.\n", "      name: Bea\n    knowledge:\n      - One.\n      - Two.\n    name: Bea\n"},
		"a new field":         {func(s *vignettev1.Scenario) { s.Roles[1].Persona.Introduction = "Tall." }, "      name: B\n", "      name: B\n      introduction: Tall.\n"},
		"a new field at the end": {func(s *vignettev1.Scenario) { s.Setting = "A yard." },
			"  max_turns: 8  # both together\n", "  max_turns: 8  # both together\nsetting: A yard.\n"},
		"a list":          {func(s *vignettev1.Scenario) { s.Roles[1].Knowledge = []string{"One."} }, "      - Two.\n", ""},
		"one line for it": {func(s *vignettev1.Scenario) { s.Roles[0].Policy.Skill = proto.Float64(1) }, "    policy: {modality: assertive, skill: 0.5}   # how", "    policy:    # how\n      modality: assertive\n      skill: 1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := proto.CloneOf(base)
			c.change(s)
			got, err := scenarios.Rewrite("t.yaml", []byte(noted), s)
			if err != nil {
				t.Fatal(err)
			}
			want := noted
			if c.old != "" {
				if strings.Count(noted, c.old) != 1 {
					t.Fatalf("the file has %q %d times", c.old, strings.Count(noted, c.old))
				}
				want = strings.Replace(noted, c.old, c.new, 1)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			windows, err := scenarios.Rewrite("t.yaml", []byte(strings.ReplaceAll(noted, "\n", "\r\n")), s)
			if err != nil || string(windows) != strings.ReplaceAll(want, "\n", "\r\n") {
				t.Errorf("with line ends of Windows: %v\n%q", err, windows)
			}
		})
	}
}

// Whatever is changed: the new text holds it, and no note of a line of its own is lost.
func TestRewriteOfAnything(t *testing.T) {
	base, err := scenarios.Read("t.yaml", []byte(noted))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := proto.CloneOf(base)
		words := rapid.StringMatching(`[A-Za-z][A-Za-z:#' -]{1,20}[a-z]`)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			role := s.Roles[rapid.IntRange(0, 1).Draw(t, "role")]
			switch rapid.IntRange(0, 7).Draw(t, "change") {
			case 0:
				s.Title = words.Draw(t, "title")
			case 1:
				s.Setting = words.Draw(t, "setting") + "\n\n" + words.Draw(t, "more")
			case 2:
				role.Goal = words.Draw(t, "goal")
			case 3:
				role.Persona.Introduction = words.Draw(t, "introduction")
			case 4:
				s.Stop.MaxTurns = rapid.Int32Range(1, 1000).Draw(t, "turns")
			case 5:
				role.Knowledge = append(role.Knowledge, words.Draw(t, "knowledge"))
			case 6:
				role.Name = words.Draw(t, "name")
			case 7:
				s.Tags, s.Title = []string{words.Draw(t, "tag")}, ""
			}
		}
		rewritten(t, "t.yaml", noted, s)
	})
}

// The files that ship, with all their notes, can be changed.
func TestRewriteTheLibrary(t *testing.T) {
	shipped, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shipped {
		text, err := scenarios.LibraryFile(s.Id)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("library", s.Id+".yaml")
		s.Id, s.Title, s.Stop.MaxTurns = "mine", "Mine: a copy", 7
		rewritten(t, file, string(text), s)
	}
}

// rewritten rewrites a text, and holds the result against what it should say and the notes it had.
func rewritten(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, file, text string, s *vignettev1.Scenario) {
	t.Helper()
	got, err := scenarios.Rewrite(file, []byte(text), s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := scenarios.LoadFS(fstest.MapFS{"x.yaml": {Data: got}}, "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := proto.CloneOf(s)
	scenarios.Normalize(want)
	if diff := cmp.Diff(want, back, protocmp.Transform()); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if a, b := notes(text), notes(string(got)); a != b {
		t.Fatalf("%d notes before, %d after:\n%s", a, b, got)
	}
}

// notes counts lines that are a comment at the left, or behind spaces.
func notes(text string) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "# ") {
			n++
		}
	}
	return n
}

// What cannot be changed line by line is refused, and never something else written.
func TestRewriteRefuses(t *testing.T) {
	base := read(t, "base.yaml")
	anchored := strings.Replace(base, "setting: A kitchen, Saturday morning.", "setting: &s A kitchen.\ndescription: *s", 1)
	for name, c := range map[string]struct{ file, text string }{
		"an alias": {"testdata/x.yaml", anchored},
		"JSON":     {"testdata/x.json", `{"id": "x"}`},
	} {
		s := proto.CloneOf(load(t, "testdata/base.yaml"))
		s.Setting, s.Description = "A yard.", "A kitchen."
		if got, err := scenarios.Rewrite(c.file, []byte(c.text), s); !errors.Is(err, scenarios.ErrNotKept) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
	// A persona in a file of its own is taken into the scenario when it changes.
	s := proto.CloneOf(load(t, "testdata/base.yaml"))
	s.Roles[1].Persona.Introduction = "Another one."
	got, err := scenarios.Rewrite("testdata/base.yaml", []byte(base), s)
	if err != nil || strings.Contains(string(got), "personas/mother.yaml") {
		t.Errorf("%v\n%s", err, got)
	}
}
