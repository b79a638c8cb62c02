package sotopia_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/sotopia"
)

// fixture is a small collection of our own in Sotopia's form.
func fixture(t testing.TB) []foreign.File {
	t.Helper()
	return files(t, "testdata", "agent_profiles.jsonl", "environment_profiles.jsonl", "relationship_profiles.jsonl", "env_agent_combo_storages.jsonl")
}

func files(t testing.TB, dir string, names ...string) []foreign.File {
	t.Helper()
	var out []foreign.File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) && dir != "testdata" {
			t.Skipf("no copy of Sotopia's data: %v; set VIGNETTE_TESTDATA to the folder that holds sotopia/", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, foreign.File{Name: name, Data: data})
	}
	return out
}

func imported(t testing.TB, files []foreign.File) *foreign.Batch {
	t.Helper()
	b, err := sotopia.Import(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// records are the records of files by their id, as the export may order them otherwise.
func records(t testing.TB, files []foreign.File) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, file := range files {
		for line := range strings.Lines(string(file.Data)) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"combo_id", "relationship_id", "agent_id", "env_id"} {
				if v, ok := r[id].(string); ok {
					out[id+" "+v] = r
					break
				}
			}
		}
	}
	return out
}

func exported(t testing.TB, b *foreign.Batch) map[string]any {
	t.Helper()
	out, err := sotopia.Export(b)
	if err != nil {
		t.Fatal(err)
	}
	return records(t, out)
}

// throughFiles has a batch go through our own files.
func throughFiles(t testing.TB, b *foreign.Batch) *foreign.Batch {
	t.Helper()
	out := &foreign.Batch{}
	for _, p := range b.Personas {
		data, err := scenarios.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		read, err := scenarios.ReadPersona("x.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		out.Personas = append(out.Personas, read)
	}
	for _, s := range b.Scenarios {
		data, err := scenarios.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		read, err := scenarios.Read("x.yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		out.Scenarios = append(out.Scenarios, read)
	}
	return out
}

func TestNothingIsLost(t *testing.T) {
	in := fixture(t)
	b := throughFiles(t, imported(t, in))
	if diff := cmp.Diff(records(t, in), exported(t, b)); diff != "" {
		t.Errorf("(-source +export):\n%s", diff)
	}
}

func TestPublishedData(t *testing.T) {
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	in := files(t, filepath.Join(dir, "sotopia"), "agent_profiles.jsonl", "environment_profiles.jsonl", "relationship_profiles.jsonl", "env_agent_combo_storages.jsonl")
	b := imported(t, in)
	if got := [2]int{len(b.Personas), len(b.Scenarios)}; got != [2]int{40, 450 + 120} {
		t.Errorf("%v personas and scenarios, want 40 and 570", got)
	}
	if diff := cmp.Diff(records(t, in), exported(t, throughFiles(t, b))); diff != "" {
		t.Errorf("(-source +export):\n%s", diff)
	}
	alone := imported(t, in[1:2])
	if len(alone.Scenarios) != 90 {
		t.Errorf("%d environments on their own, want 90", len(alone.Scenarios))
	}
	if diff := cmp.Diff(records(t, in[1:2]), exported(t, alone)); diff != "" {
		t.Errorf("environments alone (-source +export):\n%s", diff)
	}
	for _, s := range b.Scenarios {
		checkTold(t, s)
	}
}

// checkTold looks for marks of the source's own that nobody should be told.
func checkTold(t *testing.T, s *vignettev1.Scenario) {
	t.Helper()
	told := []string{s.GetSetting()}
	for _, role := range s.GetRoles() {
		told = append(append(told, role.GetGoal()), role.GetKnowledge()...)
	}
	for _, text := range told {
		if strings.Contains(text, "_info>") || strings.Contains(text, "_hint>") || strings.Contains(text, "viewer=") {
			t.Errorf("%s: a tag is told: %q", s.GetId(), text)
		}
	}
}

func TestGoals(t *testing.T) {
	b := imported(t, fixture(t))
	got := map[string][]string{}
	for _, s := range b.Scenarios {
		for _, role := range s.GetRoles() {
			got[s.GetId()+" "+role.GetId()] = append([]string{role.GetGoal()}, role.GetKnowledge()...)
		}
	}
	want := map[string][]string{
		"C1 agent1": {"Get the walnut tree cut back", "your beans get no sun after two o'clock", "Hint: offer to carry the branches away"},
		"C1 agent2": {"Keep the tree as it is", "your daughter's swing hangs on the lowest branch"},
		"E2 agent1": {"Find out whose purse it is", "You have seen: \n a red purse"},
		"E2 agent2": {"Get home before midnight", "Hint: do not say that somebody waits for you"},
		"R1 agent1": {""}, "R1 agent2": {""},
	}
	want["C2 agent1"], want["C2 agent2"] = want["C1 agent1"], want["C1 agent2"]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, s := range b.Scenarios {
		if s.GetId() == "E2" && (s.GetSetting() != "Two passengers wait for the last tram." || s.GetDescription() != "The purse belongs to neither of them.") {
			t.Errorf("setting %q, description %q", s.GetSetting(), s.GetDescription())
		}
	}
}

// Editing what is mapped changes that field of that record, and nothing else.
func TestEditsReachTheExport(t *testing.T) {
	scene := func(id string, edit func(s *vignettev1.Scenario)) func(*foreign.Batch) {
		return func(b *foreign.Batch) {
			for _, s := range b.Scenarios {
				if s.GetId() == id {
					edit(s)
				}
			}
		}
	}
	purse := func(edit func(s *vignettev1.Scenario)) func(*foreign.Batch) { return scene("E2", edit) }
	for name, c := range map[string]struct {
		edit          func(b *foreign.Batch)
		record, field string
		want          any
	}{
		"a goal": {purse(func(s *vignettev1.Scenario) { s.Roles[1].Goal = "Miss the tram" }), "env_id E2", "agent_goals", []any{
			"Find out whose purse it is\n<extra_info> You have seen: \n a red purse \n</extra_info>",
			"Miss the tram (<clarification_hint>Hint: do not say that somebody waits for you</clarification_hint>)"}},
		"what is known": {purse(func(s *vignettev1.Scenario) { s.Roles[0].Knowledge[0] = "You dropped it." }), "env_id E2", "agent_goals", []any{
			"Find out whose purse it is\n<extra_info> You dropped it. \n</extra_info>",
			"Get home before midnight (<clarification_hint>Hint: do not say that somebody waits for you</clarification_hint>)"}},
		"a hint more": {purse(func(s *vignettev1.Scenario) { s.Roles[0].Knowledge = append(s.Roles[0].Knowledge, "Hint: smile") }), "env_id E2", "agent_goals", []any{
			"Find out whose purse it is (<extra_info>Extra information: You have seen: \n a red purse <strategy_hint>Hint: smile</strategy_hint></extra_info>)",
			"Get home before midnight (<clarification_hint>Hint: do not say that somebody waits for you</clarification_hint>)"}},
		"the setting": {purse(func(s *vignettev1.Scenario) { s.Setting = "It rains." }), "env_id E2", "scenario", `It rains. <p viewer="environment">The purse belongs to neither of them.</p>`},
		"a relation": {purse(func(s *vignettev1.Scenario) {
			s.Roles[0].Relation, s.Roles[1].Relation = "a friend", "a friend"
		}), "env_id E2", "relationship", 3.0},
		"the title": {purse(func(s *vignettev1.Scenario) { s.Title = "x" }), "env_id E2", "codename", "x"},
		"who plays": {scene("C2", func(s *vignettev1.Scenario) {
			s.Roles[0].Persona, s.Roles[1].Persona = s.Roles[1].Persona, s.Roles[0].Persona
		}), "combo_id C2", "agent_ids", []any{"A1", "A2"}},
		"the story": {scene("R1", func(s *vignettev1.Scenario) { s.Setting = "They have never met." }), "relationship_id R1", "background_story", "They have never met."},
		"a name":    {func(b *foreign.Batch) { b.Personas[0].Name = "Nele Doorn" }, "agent_id A1", "last_name", "Doorn"},
		"a trait": {func(b *foreign.Batch) { *b.Personas[0].Traits.BigFive.Extraversion = 0.9 }, "agent_id A1", "big_five",
			"Openness to Experience - High; Conscientiousness - High; Extraversion - High; Agreeableness - Low; Neuroticism - Low"},
		"a secret": {func(b *foreign.Batch) { b.Personas[0].Memories[0].Text = "None" }, "agent_id A1", "secret", "None"},
		"an age":   {func(b *foreign.Batch) { b.Personas[0].Identity.Social[0].Value = "42" }, "agent_id A1", "age", 42.0},
	} {
		t.Run(name, func(t *testing.T) {
			want := records(t, fixture(t))
			want[c.record].(map[string]any)[c.field] = c.want
			if name == "a name" {
				want[c.record].(map[string]any)["first_name"] = "Nele"
			}
			b := imported(t, fixture(t))
			c.edit(b)
			if diff := cmp.Diff(want, exported(t, b)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExportRefuses(t *testing.T) {
	for want, edit := range map[string]func(s *vignettev1.Scenario){
		`holds environment E1 other than a scenario before it`:      func(s *vignettev1.Scenario) { s.Setting = "Rain." },
		`the relation "your boss" has no number in Sotopia; it has`: func(s *vignettev1.Scenario) { s.Roles[0].Relation, s.Roles[1].Relation = "your boss", "your boss" },
		`are "your boss" and "an acquaintance" to each other`:       func(s *vignettev1.Scenario) { s.Roles[0].Relation = "your boss" },
	} {
		b := imported(t, fixture(t))
		for _, s := range b.Scenarios {
			if s.GetId() == "C2" {
				edit(s)
			}
		}
		if _, err := sotopia.Export(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestImportErrors(t *testing.T) {
	agent := `{"agent_id":"A","first_name":"Ada"}` + "\n"
	place := `{"env_id":"E","scenario":"x","agent_goals":["a","b"],"relationship":"0"}` + "\n"
	for name, c := range map[string]struct{ data, want string }{
		"another record":     {`{"id": 3}`, `x.jsonl:1:1: record 1: this is no record of Sotopia (agents have agent_id, environments env_id,`},
		"not JSON":           {agent + "{", `x.jsonl:2:1: this cannot be read as JSON`},
		"no name":            {`{"agent_id":"A"}`, `x.jsonl:1:1: record 1: first_name: there is no first name and no last name`},
		"an id twice":        {agent + agent, `x.jsonl:2:1: record 2: agent_id: "A" was the id of another record before`},
		"three goals":        {`{"env_id":"E","agent_goals":["a","b","c"]}`, `record 1: agent_goals: there are 3 goals; an environment has one for each of its two agents`},
		"a strange relation": {`{"env_id":"E","agent_goals":["a","b"],"relationship":"9"}`, `record 1: relationship: this must be a number from 0 (strangers) to 5 (family), not 9`},
		"no environment":     {agent + `{"combo_id":"C","env_id":"F","agent_ids":["A","A"]}`, `x.jsonl:2:1: record 2: env_id: no environment has the id "F" (import environment_profiles.jsonl with it`},
		"no agent":           {agent + place + `{"combo_id":"C","env_id":"E","agent_ids":["A","B"]}`, `x.jsonl:3:1: record 3: agent_ids: no agent has the id "B"`},
		"one agent":          {agent + place + `{"combo_id":"C","env_id":"E","agent_ids":["A"]}`, `record 3: agent_ids: there are 1 ids; a combination has two agents`},
		"a story for one":    {`{"relationship_id":"R","agent1_id":"A"}`, `record 1: agent2_id: this is missing`},
		"a list for a text":  {`{"agent_id":"A","first_name":[],"last_name":"B"}`, `record 1: first_name: this must be a text in quotes, not a list`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sotopia.Import([]foreign.File{{Name: "some/where/x.jsonl", Data: []byte(c.data)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Whatever the bytes are: no panic; what can be imported comes back as it was.
func FuzzImport(f *testing.F) {
	for _, file := range fixture(f) {
		f.Add(file.Data)
	}
	f.Add([]byte(`{"env_id":"E","scenario":"x","agent_goals":["<strategy_hint>a<extra_info>b</extra_info></strategy_hint>","<extra_info></extra_info>"]}`))
	f.Add([]byte(`{"combo_id":"C","env_id":"E","agent_ids":["A","B"]}` + "\n" + `{"env_id":"E","agent_goals":["a","b"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := []foreign.File{{Name: "x.jsonl", Data: data}}
		b, err := sotopia.Import(in)
		if err != nil {
			var problems scenarios.Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("the error is %#v", err)
			}
			return
		}
		out, err := sotopia.Export(b)
		if err != nil {
			t.Fatal(err)
		}
		source, err := foreign.Parse(data, "x.jsonl", "record")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, r := range source {
			line, _ := foreign.EncodeLines([]any{r.Record})
			want[string(line)]++
		}
		for _, file := range out {
			for line := range strings.Lines(string(file.Data)) {
				want[line]--
			}
		}
		for line, n := range want {
			if n != 0 {
				t.Fatalf("%d times too often or too seldom: %s", n, line)
			}
		}
	})
}
