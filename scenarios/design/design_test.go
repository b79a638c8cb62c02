package design_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/design"
)

// talk is a small scenario with two roles; own is the text of its factors, may be empty.
func talk(t testing.TB, id, focal, other, own string) *vignettev1.Scenario {
	t.Helper()
	text := fmt.Sprintf(`
id: %s
setting: Here.
roles:
  - {id: %q, kind: counselor, persona: {id: %s-helper, name: Ada}}
  - {id: %q, kind: client, persona: {id: %s-client, name: Ben}, stance: {position: No.}}
focal: %q
stop: {max_turns: 6}
%s`, id, focal, id, other, id, focal, own)
	s, err := scenarios.Read(id+".yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func vary(t testing.TB, spec string, all ...*vignettev1.Scenario) *vignettev1.Factor {
	t.Helper()
	f, err := design.ParseVary(spec, all)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func plan(t testing.TB, m *vignettev1.Manifest) *design.Design {
	t.Helper()
	d, err := design.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// coordinates prints a cell on one line.
func coordinates(c *vignettev1.Cell) string {
	parts := []string{c.Scenario}
	for _, f := range c.Factors {
		parts = append(parts, f.Factor+"="+f.Level)
	}
	return strings.Join(append(parts, fmt.Sprint(c.Repeat)), " ")
}

func TestOrderOfCells(t *testing.T) {
	a := talk(t, "a", "coach", "boss", "factors:\n  - {role: coach, field: policy.modality, levels: [mi, cbt]}\n")
	b := talk(t, "b", "helper", "boss", "factors:\n  - {role: helper, field: policy.skill, levels: [0.5]}\n  - {field: setting, levels: [There]}\n")
	m := &vignettev1.Manifest{Repeats: 2, Scenarios: []*vignettev1.Scenario{a, b}, Factors: []*vignettev1.Factor{vary(t, "focal.policy.skill=0,1", a, b)}}
	d := plan(t, m)
	var got []string
	for i, c := range d.Cells() {
		if !proto.Equal(c, d.Cell(i)) {
			t.Errorf("cell %d is not what the iterator gave", i)
		}
		got = append(got, coordinates(c))
	}
	want := []string{
		"a focal.policy.skill=0 coach.policy.modality=mi 0",
		"a focal.policy.skill=0 coach.policy.modality=mi 1",
		"a focal.policy.skill=0 coach.policy.modality=cbt 0",
		"a focal.policy.skill=0 coach.policy.modality=cbt 1",
		"a focal.policy.skill=1 coach.policy.modality=mi 0",
		"a focal.policy.skill=1 coach.policy.modality=mi 1",
		"a focal.policy.skill=1 coach.policy.modality=cbt 0",
		"a focal.policy.skill=1 coach.policy.modality=cbt 1",
		// The run's factor replaces helper.policy.skill, because helper is the focal role here.
		"b focal.policy.skill=0 setting=There 0",
		"b focal.policy.skill=0 setting=There 1",
		"b focal.policy.skill=1 setting=There 0",
		"b focal.policy.skill=1 setting=There 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d.Len() != len(want) {
		t.Errorf("Len is %d", d.Len())
	}
}

// Every cell of any design is different, and its number and its place are one.
func TestCellsAreAllDifferent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &vignettev1.Manifest{Repeats: int32(rapid.IntRange(1, 3).Draw(rt, "repeats"))}
		want := 0
		for i := range rapid.IntRange(1, 3).Draw(rt, "scenarios") {
			s := talk(t, fmt.Sprint("s", i), "x", "y", "")
			n := int(m.Repeats)
			for _, field := range []string{"goal", "relation"}[:rapid.IntRange(0, 2).Draw(rt, "factors")] {
				f := &vignettev1.Factor{Role: "y", Field: field}
				for l := range rapid.IntRange(1, 4).Draw(rt, "levels") {
					f.Levels = append(f.Levels, &vignettev1.Level{Name: fmt.Sprint(l), Value: structpb.NewStringValue(fmt.Sprint(l))})
				}
				s.Factors = append(s.Factors, f)
				n *= len(f.Levels)
			}
			m.Scenarios = append(m.Scenarios, s)
			want += n
		}
		d, err := design.New(m)
		if err != nil {
			rt.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range d.Cells() {
			seen[coordinates(c)] = true
		}
		if d.Len() != want || len(seen) != want {
			rt.Fatalf("%d cells, %d different; want %d", d.Len(), len(seen), want)
		}
	})
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"1.yaml": "id: 1-1\nname: Abe\nstyle: upset\n", "2.yaml": "id: 1-2\nname: Abe\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := talk(t, "a", "coach", "client", "")
	m := &vignettev1.Manifest{Repeats: 1, Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{
		// Given in the order in which applying them as they come would lose the style.
		vary(t, "client.persona.style=plain,verbose", s), vary(t, "client.persona="+dir, s), vary(t, "focal.policy.skill=0.2,0.8", s),
	}}
	before := proto.CloneOf(m)
	d := plan(t, m)
	cell := d.Cell(d.Len() - 1)
	if got := coordinates(cell); got != "a client.persona.style=verbose client.persona=1-2 focal.policy.skill=0.8 0" {
		t.Fatal(got)
	}
	got, err := design.Resolve(m, cell)
	if err != nil {
		t.Fatal(err)
	}
	client, coach := got.Roles[1], got.Roles[0]
	if client.Persona.Id != "1-2" || client.Persona.Style != vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_VERBOSE || coach.Policy.GetSkill() != 0.8 {
		t.Errorf("levels are not applied: %v", got)
	}
	if client.Name != "Abe" {
		t.Errorf("the role is called %q, and its persona is called Abe", client.Name)
	}
	if id := design.PersonaBefore(m, cell, "client"); id != "a-client" {
		t.Errorf("persona before factors: %q", id)
	}
	if again, err := d.Scenario(cell); err != nil || !proto.Equal(again, got) {
		t.Errorf("Design.Scenario differs: %v", err)
	}
	got.Roles[1].Persona.Name = "Changed"
	if diff := cmp.Diff(before, m, protocmp.Transform()); diff != "" {
		t.Errorf("the manifest changed:\n%s", diff)
	}
}

func TestResolveRefuses(t *testing.T) {
	s := talk(t, "a", "coach", "client", "")
	m := &vignettev1.Manifest{Repeats: 1, Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{vary(t, "client.stance.position=No,Yes", s), vary(t, "client.name=X,Y", s)}}
	level := func(f, l string) *vignettev1.FactorLevel { return &vignettev1.FactorLevel{Factor: f, Level: l} }
	for name, c := range map[string]struct {
		cell *vignettev1.Cell
		want string
	}{
		"another scenario": {&vignettev1.Cell{Scenario: "z"}, `no scenario "z"`},
		"a missing level":  {&vignettev1.Cell{Scenario: "a", Factors: []*vignettev1.FactorLevel{level("client.name", "X")}}, "no level for client.stance.position"},
		"another level":    {&vignettev1.Cell{Scenario: "a", Factors: []*vignettev1.FactorLevel{level("client.name", "X"), level("client.stance.position", "Maybe")}}, `has no level "Maybe"; it has No, Yes`},
		"another factor":   {&vignettev1.Cell{Scenario: "a", Factors: []*vignettev1.FactorLevel{level("client.name", "X"), level("client.stance.position", "No"), level("z", "1")}}, "no factor z"},
	} {
		if _, err := design.Resolve(m, c.cell); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two levels that are fine alone and wrong together are found when the combination is resolved.
func TestBrokenCombination(t *testing.T) {
	s := talk(t, "a", "coach", "client", "")
	m := &vignettev1.Manifest{Repeats: 1, Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{
		{Role: "client", Field: "stance", Levels: []*vignettev1.Level{{Name: "none", Value: structpb.NewNullValue()}}},
		{Role: "client", Field: "stance.difficulty", Levels: []*vignettev1.Level{{Name: "hard", Value: structpb.NewNumberValue(1)}}},
	}}
	d := plan(t, m)
	if _, err := d.Scenario(d.Cell(0)); err == nil || !strings.Contains(err.Error(), "roles[1].stance.position: this is missing") {
		t.Errorf("%v", err)
	}
}

func TestRoleIDsWithDots(t *testing.T) {
	s := talk(t, "a", "coach", "dr. o=b", "")
	long := talk(t, "b", "coach", "dr. o=b", "")
	long.Roles[0].Id, long.Focal = "dr", "dr"
	f := vary(t, `dr. o=b.goal="Yes, later", No`, s, long)
	if f.Role != "dr. o=b" || f.Field != "goal" || len(f.Levels) != 2 || f.Levels[0].Value.GetStringValue() != "Yes, later" || f.Levels[1].Name != "No" {
		t.Errorf("%v", f)
	}
	if f := vary(t, "turn_taking=bid,addressed", s, long); f.Role != "" || f.Field != "turn_taking" || scenarios.Label(f) != "turn_taking" {
		t.Errorf("%v", f)
	}
}

// What is typed after --vary, and what is printed.
func TestVaryErrors(t *testing.T) {
	a, b := talk(t, "a", "coach", "boss", ""), talk(t, "b", "coach", "friend", "")
	for spec, want := range map[string]string{
		"focal.policy.skil=1":               `--vary focal.policy.skil=1: there is no field "skil" in policy (did you mean "skill"? allowed: modality, skill, strategy, model, stimulus, temperature)`,
		"focal.policy.skill=expert":         `--vary focal.policy.skill=expert: the level "expert" does not fit scenario "a": the text "expert" stands where a number from 0 to 1 is expected (write a number, for instance 0.5)`,
		"focal.policy.skill=2":              `--vary focal.policy.skill=2: the level "2" does not fit scenario "a": 2 is out of range (it takes a number from 0 to 1)`,
		"focal.policy.modality=cbt,motiv":   `--vary focal.policy.modality=cbt,motiv: the level "motiv" does not fit scenario "a": "motiv" is not one of the values it can have (allowed: supportive, mi, cbt, directive, assertive, passive, aggressive)`,
		"focla.policy.skill=1":              `--vary focla.policy.skill=1: no scenario of this run has a role "focla" (did you mean "focal"? allowed: focal, coach, boss, friend)`,
		"boss.goal=X":                       `--vary boss.goal=X: the role "boss" is not in b (leave these scenarios out, or vary a role that all of them have; "focal" is in each)`,
		"focal.policy.skill":                `--vary focal.policy.skill: the flag has no values (write ROLE.FIELD=A,B, for instance focal.policy.skill=0.2,0.8)`,
		"focal.policy.skill=":               `--vary focal.policy.skill=: a value is empty (write the values after =, with one comma between them)`,
		"focal.policy.skill=0.1,,0.2":       `--vary focal.policy.skill=0.1,,0.2: a value is empty (write the values after =, with one comma between them)`,
		"focal.policy.skill=0.1,0.1":        `--vary focal.policy.skill=0.1,0.1: the level "0.1" is there twice (keep one)`,
		"skill=1":                           `--vary skill=1: "skill" is neither a role with a field nor a field of the scenario (write ROLE.FIELD=A,B, for instance focal.policy.skill=0.2,0.8; roles: focal, coach, boss, friend)`,
		"nonsense":                          `--vary nonsense: the flag cannot be read (write ROLE.FIELD=A,B, for instance focal.policy.skill=0.2,0.8)`,
		"focal.knowledge=a":                 `--vary focal.knowledge=a: knowledge holds more than one value and cannot be varied by a flag (name a field below it, or write the factor into the scenario file under factors:)`,
		"focal.id=a":                        `--vary focal.id=a: id cannot be varied (the design of the run hangs on it)`,
		"focal.persona=nowhere/":            `nowhere/: there is no such file (check the name, and the folder you are in)`,
		`focal.goal="Yes, later`:            `--vary focal.goal="Yes, later: a quotation mark is opened and never closed (add the closing one)`,
		`focal.goal="a" b`:                  `--vary focal.goal="a" b: there is text behind the quoted value "a" (put a comma between values)`,
		"focal.persona.identity.social.x=1": `--vary focal.persona.identity.social.x=1: persona.identity.social has no fields of its own (name a field that is not below it)`,
	} {
		_, err := design.ParseVary(spec, []*vignettev1.Scenario{a, b})
		if err == nil {
			t.Errorf("%s: no error", spec)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", spec, diff)
		}
	}
}

func TestPersonasThatShipAreLevels(t *testing.T) {
	f := vary(t, "client.persona=kofi-mensah,personas/bhavna-patel.yaml", talk(t, "a", "coach", "client", ""))
	var got []string
	for _, level := range f.Levels {
		got = append(got, level.Name+" "+level.GetPersona().GetName())
	}
	if diff := cmp.Diff([]string{"kofi-mensah Kofi Mensah", "bhavna-patel Bhavna Patel"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewRefuses(t *testing.T) {
	s := talk(t, "a", "coach", "client", "")
	skill := vary(t, "focal.policy.skill=0,1", s)
	many := &vignettev1.Factor{Role: "client", Field: "goal"}
	for i := range 60 {
		many.Levels = append(many.Levels, &vignettev1.Level{Name: fmt.Sprint(i), Value: structpb.NewStringValue(fmt.Sprint(i))})
	}
	other := proto.CloneOf(many)
	other.Field = "relation"
	for name, c := range map[string]struct {
		m    *vignettev1.Manifest
		want string
	}{
		"nothing":             {&vignettev1.Manifest{}, "no scenario to play"},
		"the same twice":      {&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s, s}}, `two scenarios have the id "a"`},
		"a factor twice":      {&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{skill, skill}}, "focal.policy.skill: this is varied twice"},
		"a bad level":         {&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{{Role: "client", Field: "stance.difficulty", Levels: []*vignettev1.Level{{Name: "x", Value: structpb.NewNumberValue(3)}}}}}, "3 is out of range"},
		"far too much":        {&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Repeats: 10000, Factors: []*vignettev1.Factor{many, other}}, "more than 10000000 episodes"},
		"one under two names": {&vignettev1.Manifest{Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{skill, {Role: "coach", Field: "policy.skill", Levels: skill.Levels}}}, "vary the same field"},
	} {
		if _, err := design.New(c.m); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	s := talk(b, "a", "coach", "client", "")
	m := &vignettev1.Manifest{Repeats: 100_000, Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{vary(b, "focal.policy.skill=0,1", s)}}
	d := plan(b, m)
	for i := 0; b.Loop(); i++ {
		if _, err := d.Scenario(d.Cell(i % d.Len())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCell(b *testing.B) {
	s := talk(b, "a", "coach", "client", "")
	d := plan(b, &vignettev1.Manifest{Repeats: 100_000, Scenarios: []*vignettev1.Scenario{s}, Factors: []*vignettev1.Factor{vary(b, "focal.policy.skill=0,1", s)}})
	for i := 0; b.Loop(); i++ {
		d.Cell(i % d.Len())
	}
}
