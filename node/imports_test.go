package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/runs"
	"github.com/vignette-sim/vignette/internal/enumname"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
	"github.com/vignette-sim/vignette/scenarios/patienthub"
	"github.com/vignette-sim/vignette/scenarios/sotopia"
)

// published reads a file of the published data, or skips.
func published(t *testing.T, path ...string) foreign.File {
	t.Helper()
	name := filepath.Join(append([]string{testdata()}, path...)...)
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not here: set VIGNETTE_TESTDATA to the published data", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return foreign.File{Name: name, Data: data}
}

// stage opens a node with the builtin minds.
func stage(t *testing.T) func(design runs.Design, each func(index int, state *episode.State)) {
	t.Helper()
	n, ctx := open(t, t.TempDir()), context.Background()
	if err := n.HostBuiltin(ctx); err != nil {
		t.Fatal(err)
	}
	return func(design runs.Design, each func(int, *episode.State)) {
		t.Helper()
		planner, err := n.Runner().Prepare(ctx, design)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.Runner().Play(ctx, planner, runs.Options{Each: each}); err != nil {
			t.Fatal(err)
		}
	}
}

// leastValid is how much of what is imported must come to a valid conversation with builtin minds.
const leastValid = 0.95

// Every environment of Sotopia can be played with a pair of its agents; with VIGNETTE_ALL set, with every pair.
func TestSotopiaPlays(t *testing.T) {
	var files []foreign.File
	for _, name := range []string{"agent_profiles.jsonl", "environment_profiles.jsonl", "env_agent_combo_storages.jsonl"} {
		files = append(files, published(t, "sotopia", name))
	}
	batch, err := sotopia.Import(files)
	if err != nil {
		t.Fatal(err)
	}
	var chosen []*vignettev1.Scenario
	seen := map[string]bool{}
	for _, s := range batch.Scenarios {
		kept := s.GetExtensions()[sotopia.FormatEnvironment].GetFields()["unmapped"].GetStructValue()
		if id := kept.GetFields()["env_id"].GetStringValue(); !seen[id] || os.Getenv("VIGNETTE_ALL") != "" {
			seen[id] = true
			chosen = append(chosen, s)
		}
	}
	play := stage(t)
	valid, all := 0, 0
	for ; len(chosen) > 0; chosen = chosen[min(len(chosen), 90):] {
		play(runs.Design{Scenarios: chosen[:min(len(chosen), 90)], Seed: 1}, func(_ int, state *episode.State) {
			all++
			completed := state.Completed()
			if completed.GetValidity() == vignettev1.Validity_VALIDITY_OK {
				valid++
				return
			}
			t.Logf("%s: %s: %s %v", state.Plan().Scenario.GetTitle(), enumname.Of(completed.GetValidity()), completed.GetDetail(), state.Failed())
		})
	}
	t.Logf("%d of %d conversations are valid", valid, all)
	if len(seen) < 90 || float64(valid) < leastValid*float64(all) {
		t.Errorf("%d environments, %d of %d conversations valid", len(seen), valid, all)
	}
}

// Decisions can be played too: dilemmas and shops of our own.
func TestDecisionsPlay(t *testing.T) {
	var all []*vignettev1.Scenario
	for format, name := range map[string]string{"rlhs": "environments.json", "dailydilemmas": "details.csv"} {
		data, err := os.ReadFile(filepath.Join("..", "scenarios", "imports", "testdata", format, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := imports.Find(format)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := f.Import([]foreign.File{{Name: name, Data: data}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, batch.Scenarios...)
	}
	stage(t)(runs.Design{Scenarios: all, Repeats: 5, Seed: 1}, func(_ int, state *episode.State) {
		if completed := state.Completed(); completed.GetValidity() != vignettev1.Validity_VALIDITY_OK {
			t.Errorf("%s: %s: %s %v", state.Plan().Scenario.GetTitle(), enumname.Of(completed.GetValidity()), completed.GetDetail(), state.Failed())
		}
	})
}

// told is what a change of a profile says instead.
const told = "I keep a packed suitcase behind the door."

// edits are fields of a profile that a client speaks from, and one that it does not.
var edits = map[string]struct {
	matter map[string]any
	other  string
	as     any
}{
	"consistentMI": {map[string]any{"Beliefs/0": told, "Personas/0": told, "initial_stage": "Action"}, "quality", "x"},
	"patientAct": {map[string]any{
		"profile/psychological_formulation/automatic_thoughts/0": told, "memory/items/2/content": told, "situation": told,
	}, "disease_key", "x"},
	"adaptiveVP":  {map[string]any{"Chief complaint": told, "first_statement": told, "type-text": "Aggressive"}, "height", "190cm"},
	"cars":        {map[string]any{"session_ccd/automatic_thought/cognition": told, "main_ccd/relevant_history": told, "persona/chief_complaint": told}, "session_ccd/theme", "x"},
	"mindVoyager": {map[string]any{"external_experiences/0/situation": told, "internal_cognitive_diagram/intermediate_beliefs/0": told}, "source", "x"},
	"annaAgent":   {map[string]any{"complaint_chain/0/content": told, "situation": told}, "report/case_title", "x"},
	"simPatient":  {map[string]any{"between_session_event": told, "cognitive_model/patient_awareness": 0.0}, "persona/ethnicity", "x"},
	"clientCast":  {map[string]any{"basic_profile/situation": told, "basic_profile/problem": told, "basic_profile/emotion": "The client feels lonely."}, "basic_profile/age_explain", "x"},
	"psyche":      {map[string]any{"MFC-Profile/Chief complaint": told, "MFC-History": told}, "MFC-Behavior/Reliability", "x"},
}

// What a profile says matters to what its client says, and nothing else does: for every profile (a part of them, unless
// VIGNETTE_ALL is set).
func TestProfilesMatter(t *testing.T) {
	if testing.Short() {
		t.Skip("plays hundreds of conversations")
	}
	intake, err := scenarios.Find("cbt-intake")
	if err != nil {
		t.Fatal(err)
	}
	intake.Stop.MaxTurns, intake.Evaluators = 60, nil
	for _, role := range intake.GetRoles() {
		role.Reward = nil
	}
	intake.Factors = []*vignettev1.Factor{{Role: "counselor", Field: "policy.modality", Levels: []*vignettev1.Level{
		{Name: "mi", Value: structpb.NewStringValue("mi")}, {Name: "cbt", Value: structpb.NewStringValue("cbt")},
	}}, {Role: "counselor", Field: "policy.skill", Levels: []*vignettev1.Level{{Name: "1", Value: structpb.NewNumberValue(1)}}}}
	play := stage(t)
	published(t, "patienthub", "cars.json")
	files, err := filepath.Glob(filepath.Join(testdata(), "patienthub", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		format, ok := patienthub.Of(file)
		if !ok {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			said := map[string][]string{}
			for _, v := range variants(t, format, file) {
				scenario := proto.CloneOf(intake)
				for _, role := range scenario.GetRoles() {
					if role.GetId() == "client" {
						role.Persona = v.persona
					}
				}
				play(runs.Design{Scenarios: []*vignettev1.Scenario{scenario}, Repeats: repeats, Seed: 2}, func(i int, state *episode.State) {
					said[v.name] = append(said[v.name], fmt.Sprintf("%d: %s", i, words(state)))
				})
				slices.Sort(said[v.name]) // Episodes come to rest in any order.
			}
			compare(t, said)
		})
	}
}

// words are what the client of an episode said.
func words(state *episode.State) string {
	var out []string
	for _, turn := range state.Turns() {
		if turn.GetRole() == "client" {
			out = append(out, turn.GetAction().GetText())
		}
	}
	return strings.Join(out, "\n")
}

const (
	// repeats is how often each variant is played by each counselor: often enough that some client opens.
	repeats = 3
	// sample and shortened are what is looked at unless VIGNETTE_ALL is set: every sixth of a file's first twelve profiles.
	sample, shortened = 6, 12
)

// variant is a profile as it is, or with one field changed: "#1", "#1 Beliefs/0", "#1 -quality". Variants of one profile share
// their id, and with it their luck.
type variant struct {
	name    string
	persona *vignettev1.Persona
}

func variants(t *testing.T, format foreign.Source[*vignettev1.Persona], file string) []variant {
	t.Helper()
	edit := edits[strings.TrimPrefix(format.Format, "patienthub/")]
	data := published(t, "patienthub", filepath.Base(file)).Data
	var out []variant
	add := func(n int, suffix, path string, value any) {
		var list []map[string]any
		if err := json.Unmarshal(data, &list); err != nil {
			t.Fatal(err)
		}
		if path != "" && !change(list[n], path, value) {
			return // This profile has nothing there.
		}
		people, err := format.Import([]foreign.Found{{Record: list[n]}}, file)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, variant{"#" + strconv.Itoa(n+1) + suffix, people[0]})
	}
	var all []any
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for n := range all {
		if (n%sample != 0 || n >= shortened) && os.Getenv("VIGNETTE_ALL") == "" {
			continue
		}
		add(n, "", "", nil)
		add(n, " -"+edit.other, edit.other, edit.as)
		for path, value := range edit.matter {
			add(n, " "+path, path, value)
		}
	}
	return out
}

// change sets a value in a record; false says that there is no place for it.
func change(r map[string]any, path string, value any) bool {
	var v any = r
	steps := strings.Split(path, "/")
	for i, step := range steps {
		last := i == len(steps)-1
		switch in := v.(type) {
		case map[string]any:
			if last {
				in[step] = value
			}
			v = in[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n >= len(in) {
				return false
			}
			if last {
				in[n] = value
			}
			v = in[n]
		}
	}
	return true
}

// compare holds what the variants of a profile said against what it says as it is: what is unrelated changes nothing; of the
// fields that matter at least one changes the words of every profile (a client who opens little keeps the rest), and each
// changes those of some profile.
func compare(t *testing.T, said map[string][]string) {
	t.Helper()
	moved, works := map[string]int{}, map[string]bool{}
	for name, words := range said {
		profile, path, changed := strings.Cut(name, " ")
		if !changed {
			moved[profile] += 0
			continue
		}
		same := slices.Equal(words, said[profile])
		switch {
		case strings.HasPrefix(path, "-"):
			if !same {
				t.Errorf("profile %s: changing %s changes what is said", profile, path[1:])
			}
		case same:
			works[path] = works[path] || false
		default:
			moved[profile]++
			works[path] = true
		}
	}
	for profile, n := range moved {
		if n == 0 {
			t.Errorf("profile %s: none of the fields changes what is said", profile)
		}
	}
	for path, does := range works {
		if !does {
			t.Errorf("changing %s changes what no client says", path)
		}
	}
}
