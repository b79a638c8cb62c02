package patientpsi_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/patientpsi"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func imported(t testing.TB, data []byte) []*vignettev1.Persona {
	t.Helper()
	people, err := patientpsi.Import(data, "some/where/profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	return people
}

func values(t testing.TB, data []byte) []map[string]any {
	t.Helper()
	var v []map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func exported(t testing.TB, people []*vignettev1.Persona) []map[string]any {
	t.Helper()
	data, err := patientpsi.Export(people)
	if err != nil {
		t.Fatal(err)
	}
	return values(t, data)
}

func TestImportMapsEveryField(t *testing.T) {
	got := imported(t, fixture(t))[0]
	want := &vignettev1.Persona{
		Id: "7-1", Name: "Rosa",
		CognitiveModel: &vignettev1.CognitiveModel{
			RelevantHistory: "Grew up above her parents' bakery and was praised for never being ill.",
			CoreBeliefs: []*vignettev1.CoreBelief{
				{Category: vignettev1.CoreBelief_CATEGORY_HELPLESS, Text: "I can't cope on my own."},
				{Category: vignettev1.CoreBelief_CATEGORY_UNLOVABLE, Text: "Nobody stays with me."},
			},
			IntermediateBeliefs:              []string{"It matters to be useful."},
			IntermediateBeliefsWhenDepressed: []string{"If I rest, people will see what I am."},
			CopingStrategies:                 []string{"Works longer hours, says yes to everything."},
			Situations: []*vignettev1.DiagramSituation{{
				Situation:         "Her sister does not call back.",
				AutomaticThoughts: []string{"She is tired of me."},
				Emotions: []*vignettev1.EmotionIntensity{
					{Emotion: vignettev1.Emotion_EMOTION_SADNESS, Words: "sad, blue"},
					{Emotion: vignettev1.Emotion_EMOTION_GUILT, Words: "guilty"},
				},
				Behaviors: []string{"Bakes a cake and throws it away."},
			}},
		},
		Source: &vignettev1.Source{Format: "patient-psi", Id: "7-1", File: "profiles.json"},
	}
	got = proto.CloneOf(got)
	kept := got.Extensions["patient-psi"].AsMap()
	got.Extensions = nil
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"verbatim": map[string]any{"type": []any{"plain", "reserved"}}}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if style := imported(t, fixture(t))[1].Style; style != vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_UPSET {
		t.Errorf("the one style offered is not taken: %v", style)
	}
}

// Importing and exporting gives the same values, also with a YAML file in between.
func TestNothingIsLost(t *testing.T) {
	checkLossless(t, fixture(t))
}

func checkLossless(t testing.TB, data []byte) {
	t.Helper()
	people := imported(t, data)
	if diff := cmp.Diff(values(t, data), exported(t, people)); diff != "" {
		t.Errorf("(-source +export):\n%s", diff)
	}
	files, err := scenarios.SavePersonas(t.TempDir(), people)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		p, err := scenarios.LoadPersona(f)
		if err != nil {
			t.Fatal(err)
		}
		people[i] = p
	}
	if diff := cmp.Diff(values(t, data), exported(t, people)); diff != "" {
		t.Errorf("through files (-source +export):\n%s", diff)
	}
}

// The published profiles, from the user's own copy.
func TestPublishedProfiles(t *testing.T) {
	dir := os.Getenv("VIGNETTE_TESTDATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	data, err := os.ReadFile(filepath.Join(dir, "patient-psi", "profiles.json"))
	if err != nil {
		t.Skipf("no copy of the published profiles: %v; set VIGNETTE_TESTDATA to the folder that holds patient-psi/profiles.json", err)
	}
	checkLossless(t, data)
	people := imported(t, data)
	if len(people) != 3 {
		t.Fatalf("%d profiles", len(people))
	}
	for _, p := range people {
		m := p.CognitiveModel
		s := m.Situations[0]
		for name, n := range map[string]int{
			"history": len(m.RelevantHistory), "core beliefs": len(m.CoreBeliefs), "rules": len(m.IntermediateBeliefs),
			"rules when depressed": len(m.IntermediateBeliefsWhenDepressed), "coping": len(m.CopingStrategies), "situation": len(s.Situation),
			"thoughts": len(s.AutomaticThoughts), "emotions": len(s.Emotions), "behaviors": len(s.Behaviors),
		} {
			if n == 0 {
				t.Errorf("%s has no %s", p.Id, name)
			}
		}
	}
}

// Editing a mapped field changes that field of the export, and no other.
func TestEditsReachTheExport(t *testing.T) {
	for _, c := range []struct {
		field string
		want  any
		edit  func(p *vignettev1.Persona)
	}{
		{"name", "Rosalind", func(p *vignettev1.Persona) { p.Name = "Rosalind" }},
		{"id", "8-1", func(p *vignettev1.Persona) { p.Id = "8-1" }},
		{"type", []any{"tangent"}, func(p *vignettev1.Persona) { p.Style = vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_TANGENT }},
		{"history", "None.", func(p *vignettev1.Persona) { p.CognitiveModel.RelevantHistory = "None." }},
		{"helpless_belief", []any{"I am stuck."}, func(p *vignettev1.Persona) { p.CognitiveModel.CoreBeliefs[0].Text = "I am stuck." }},
		{"intermediate_belief", "It matters to be useful.\n[during depression]\nOne must not rest.", func(p *vignettev1.Persona) {
			p.CognitiveModel.IntermediateBeliefsWhenDepressed = []string{"One must not rest."}
		}},
		{"coping_strategies", "Runs.\nHides.", func(p *vignettev1.Persona) { p.CognitiveModel.CopingStrategies = []string{"Runs.", "Hides."} }},
		{"situation", "Rain.", func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].Situation = "Rain." }},
		{"auto_thought", "", func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].AutomaticThoughts = nil }},
		{"emotion", []any{"anger", "guilty"}, func(p *vignettev1.Persona) {
			p.CognitiveModel.Situations[0].Emotions[0].Emotion = vignettev1.Emotion_EMOTION_ANGER
		}},
		{"behavior", "Sleeps.", func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].Behaviors = []string{"Sleeps."} }},
	} {
		t.Run(c.field, func(t *testing.T) {
			want := values(t, fixture(t))[0]
			want[c.field] = c.want
			p := imported(t, fixture(t))[0]
			c.edit(p)
			if diff := cmp.Diff(want, exported(t, []*vignettev1.Persona{p})[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExportRefuses(t *testing.T) {
	for want, edit := range map[string]func(m *vignettev1.CognitiveModel){
		`persona "7-1": it has 2 situations, and a profile holds one`: func(m *vignettev1.CognitiveModel) { m.Situations = append(m.Situations, m.Situations[0]) },
		`has no category, and a profile needs one`:                    func(m *vignettev1.CognitiveModel) { m.CoreBeliefs[0].Category = 0 },
	} {
		p := imported(t, fixture(t))[0]
		edit(p.CognitiveModel)
		if _, err := patientpsi.Export([]*vignettev1.Persona{p}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Values a field can have in any odd shape that can still be read.
func anyTexts(t *rapid.T, name string) any {
	text := rapid.OneOf(rapid.StringMatching(`[a-z .\n\[\]]{0,12}`), rapid.SampledFrom([]string{"", " ", "[during depression]", "a\n[During Depression] b", "a [during depression]"}))
	switch rapid.IntRange(0, 3).Draw(t, name) {
	case 0:
		return nil
	case 1:
		return text.Draw(t, name)
	}
	list := []any{}
	for _, s := range rapid.SliceOfN(text, 0, 3).Draw(t, name) {
		list = append(list, s)
	}
	return list
}

// Whatever can be imported comes back as it was: fields missing, null, empty, a text for a list, unknown fields.
func TestLosslessForAnyProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := map[string]any{"id": rapid.StringMatching(`[a-z0-9./ 李-]{1,8}`).Draw(t, "id"), "name": rapid.StringMatching(`[A-Z][a-z' ]{0,6}`).Draw(t, "name")}
		put := func(name string, v any) {
			if rapid.IntRange(0, 4).Draw(t, "has "+name) > 0 {
				raw[name] = v
			}
		}
		one := func(v any) any { // a text or null, for fields that hold one text
			if l, ok := v.([]any); ok {
				if len(l) == 0 {
					return nil
				}
				return l[0]
			}
			return v
		}
		for _, name := range []string{"type", "helpless_belief", "unlovable_belief", "worthless_belief", "extra", "verbatim", "absent"} {
			put(name, anyTexts(t, name))
		}
		for _, name := range []string{"history", "intermediate_belief", "intermediate_belief_depression", "coping_strategies", "auto_thought", "behavior"} {
			put(name, one(anyTexts(t, name)))
		}
		put("emotion", []any{rapid.SampledFrom([]string{"sad, blue", "Angry", "guilt", "very hurt"}).Draw(t, "emotion")})
		raw["situation"] = "x" // a thought or an emotion without a situation is refused
		data, err := json.Marshal([]any{raw})
		if err != nil {
			t.Fatal(err)
		}
		people, err := patientpsi.Import(data, "x.json")
		if err != nil {
			t.Fatal(err)
		}
		out, err := patientpsi.Export(people)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []map[string]any
		if json.Unmarshal(data, &want) != nil || json.Unmarshal(out, &got) != nil {
			t.Fatal("not JSON")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-source +export):\n%s", diff)
		}
	})
}

// What is in the file, and what is printed.
func TestImportErrors(t *testing.T) {
	with := func(changes map[string]any) string {
		v := values(t, fixture(t))
		maps.Copy(v[1], changes)
		data, _ := json.Marshal(v)
		return string(data)
	}
	for name, c := range map[string]struct{ data, want string }{
		"not JSON":       {"[\n {\"id\": }]", `x.json:2:9: this cannot be read as JSON: invalid character '}' looking for beginning of value (check commas, quotes and brackets)`},
		"a number":       {"5", `x.json: this is not a list of profiles: `},
		"null":           {"[null]", `x.json: profile 1 is null (delete it)`},
		"Latin-1":        {"[{\"id\": \"Zo\xeb\"}]", `x.json: the file is not in UTF-8 (save it again with the encoding UTF-8)`},
		"no id":          {with(map[string]any{"id": nil}), `x.json: profile 2: id: this is missing; files and seeds are named by it`},
		"an id twice":    {with(map[string]any{"id": "7-1"}), `x.json: profile 2 (id 7-1): id: profile 1 has this id too (ids must differ)`},
		"no name":        {with(map[string]any{"name": ""}), `x.json: profile 2 (id 7-2): name: this is missing`},
		"a wrong belief": {with(map[string]any{"helpless_belief": 5}), `x.json: profile 2 (id 7-2): helpless_belief: this must be a list of texts, not the number 5`},
		"a wrong entry":  {with(map[string]any{"worthless_belief": []any{"a", []any{}}}), `worthless_belief: entry 2 must be a text in quotes, not a list`},
		"a list as text": {with(map[string]any{"history": []any{"a"}}), `profile 2 (id 7-2): history: this must be a text in quotes, not a list`},
		"an emotion":     {with(map[string]any{"emotion": []any{"meh"}}), `emotion: entry 1, "meh" names no emotion that is known; known are anxiety, sadness,`},
		"no situation":   {with(map[string]any{"situation": ""}), `profile 2 (id 7-2): cognitive_model.situations[0].situation: this is missing`},
		"much too long":  {with(map[string]any{"history": strings.Repeat("x", 8001)}), `cognitive_model.relevant_history: this text has 8001 characters (at most 8000)`},
		"very deep":      {with(map[string]any{"deep": deep(40)}), `deep is nested more than 32 levels deep`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := patientpsi.Import([]byte(c.data), "some/where/x.json")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if _, ok := err.(scenarios.Problems); err != nil && !ok {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

func deep(n int) any {
	if n == 0 {
		return "bottom"
	}
	return []any{deep(n - 1)}
}

// All profiles are looked at, and every wrong field is named.
func TestImportReportsEverything(t *testing.T) {
	_, err := patientpsi.Import([]byte(`[{"id": "a"}, {"id": "b", "name": 5, "emotion": "none"}]`), "x.json")
	ps, _ := err.(scenarios.Problems)
	var fields []string
	for _, p := range ps {
		fields = append(fields, p.Field)
	}
	if !slices.Equal(fields, []string{"profile 1 (id a): name", "profile 2 (id b): name", "profile 2 (id b): emotion"}) {
		t.Errorf("%q", fields)
	}
}

// Whatever the bytes are: no panic; what can be imported comes back as it was.
func FuzzImport(f *testing.F) {
	f.Add(fixture(f))
	f.Add([]byte(`{"id":"a","name":"A","type":"plain","emotion":"sad"}`))
	f.Add([]byte(`[{"id":"a","name":"A","intermediate_belief":"x [during depression]","x":[1e3,{"y":null}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		people, err := patientpsi.Import(data, "x.json")
		if err != nil {
			if _, ok := err.(scenarios.Problems); !ok {
				t.Fatalf("the error is %#v", err)
			}
			return
		}
		out, err := patientpsi.Export(people)
		if err != nil {
			t.Fatal(err)
		}
		var want []map[string]any
		if json.Unmarshal(data, &want) != nil {
			want = make([]map[string]any, 1)
			if err := json.Unmarshal(trimBOM(data), &want[0]); err != nil && json.Unmarshal(trimBOM(data), &want) != nil {
				t.Fatalf("imported, and is not JSON: %v", err)
			}
		}
		if diff := cmp.Diff(want, values(t, out)); len(want) > 0 && diff != "" {
			t.Fatalf("(-source +export):\n%s", diff)
		}
	})
}

func trimBOM(data []byte) []byte {
	return []byte(strings.TrimPrefix(string(data), "\ufeff"))
}
