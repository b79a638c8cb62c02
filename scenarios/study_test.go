package scenarios_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/scenarios"
)

const plainStudy = `kind: study
id: warm-or-brisk
question: Does skill help?
scenarios: [ask-for-leave, refuse-a-loan]
factors:
  - {role: focal, field: policy.skill, levels: [0.2, 0.9]}
`

func studyFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "study.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLoadStudy(t *testing.T) {
	file := studyFile(t, plainStudy)
	s, err := scenarios.LoadStudy(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.GetRepeats() != 5 || s.GetSeed() != 1 || s.GetOutcome() != "reward" || len(s.Played) != 2 || s.Sources[1].GetFrom() != "refuse-a-loan" {
		t.Errorf("defaults or scenarios: %v, %d scenarios, %v", s.Study, len(s.Played), s.Sources)
	}
	if f := s.Factors()[0]; f.Levels[1].Name != "0.9" || scenarios.Label(f) != "focal.policy.skill" {
		t.Errorf("factor %v", f)
	}
	if !scenarios.IsStudy(file) {
		t.Error("it is not told from other files")
	}
	if kind, err := scenarios.CheckFile(file); kind != "study" || err != nil {
		t.Errorf("checked as %q: %v", kind, err)
	}
}

// Each problem has the line it stands in, what is wrong, and what would be right; all at once.
func TestStudyProblems(t *testing.T) {
	for _, tc := range []struct{ name, from, to, line, want string }{
		{"a field that is none", "policy.skill", "policy.skil", ":6:", `did you mean "skill"?`},
		{"a level that does not fit", "[0.2, 0.9]", "[0.2, 9]", ":6:", "cannot have this level of focal.policy.skill"},
		{"a role that is none", "role: focal", "role: nurse", ":6:", `"nurse" is not the id of a role`},
		{"a scenario that is none", "ask-for-leave,", "ask-for-leaf,", ":4:", `did you mean "ask-for-leave"?`},
		{"a file that is not there", "ask-for-leave,", "mine.yaml,", ":4:", "there is no such file"},
		{"one level", "[0.2, 0.9]", "[0.2]", ":6:", "levels"},
		{"only blocks", "field: policy.skill,", "field: policy.skill, block: true,", ":5:", "nothing is compared"},
		{"a judge", "role: focal, field: policy.skill", "field: evaluators", ":6:", "who judges is a factor of its own"},
		{"no kind", "kind: study\n", "", ":1:", "write `kind: study` at the top"},
		{"no question", "question: Does skill help?\n", "", "", "question"},
		{"two of one name", "[0.2, 0.9]", "[{name: a, value: 0.2}, {name: a, value: 0.9}]", ":6:", `another level is called "a" too`},
		{"two things at once", "[0.2, 0.9]", "[0.2, {name: on, keep: true, clear: true}]", ":6:", "keep one"},
	} {
		_, err := scenarios.LoadStudy(studyFile(t, strings.Replace(plainStudy, tc.from, tc.to, 1)))
		var problems scenarios.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if !strings.Contains(err.Error(), tc.want) || tc.line != "" && !strings.Contains(err.Error(), tc.line) {
			t.Errorf("%s: %v; want %q in a line %q", tc.name, err, tc.want, tc.line)
		}
	}
}

// On and off: a part of somebody's identity stays as it is, or is taken away, and nothing else changes.
func TestStudyLevelsOnAndOff(t *testing.T) {
	s, err := scenarios.LoadStudy(studyFile(t, strings.Replace(plainStudy, "{role: focal, field: policy.skill, levels: [0.2, 0.9]}",
		"{role: focal, field: persona.introduction, levels: [{keep: true}, {clear: true}]}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	f, played := s.Factors()[0], s.Played[0]
	before := ""
	for _, role := range played.Roles {
		if role.Id == played.Focal {
			before = role.Persona.Introduction
		}
	}
	if before == "" || f.Levels[0].Name != "on" || f.Levels[1].Name != "off" {
		t.Fatalf("introduction %q, levels %v", before, f.Levels)
	}
	for i, want := range []string{before, ""} {
		if err := scenarios.Apply(played, f, f.Levels[i]); err != nil {
			t.Fatal(err)
		}
		role, _ := scenarios.FactorRole(played, f)
		if role.Persona.Introduction != want || role.Persona.Name == "" {
			t.Errorf("level %s: %q", f.Levels[i].Name, role.Persona.Introduction)
		}
	}
}

// The studies that ship are right, and have an id that is their file's name.
func TestStudiesThatShip(t *testing.T) {
	ids := scenarios.StudyIDs()
	if len(ids) == 0 {
		t.Fatal("none ships")
	}
	for _, id := range ids {
		s, err := scenarios.FindStudy(id)
		if err != nil || s.GetId() != id || s.GetNotes() == "" {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := scenarios.FindStudy("traits-and-mind-readin"); err == nil || !strings.Contains(err.Error(), `did you mean "traits-and-mind-reading"?`) {
		t.Errorf("a slip of the pen: %v", err)
	}
}
