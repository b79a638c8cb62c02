package foreign_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
	"github.com/vignette-sim/vignette/scenarios/foreign"
)

// people is a small format with values in groups.
var people = foreign.Source[*vignettev1.Persona]{
	Format: "small",
	Noun:   "person",
	ID:     func(r foreign.Record) string { id, _ := r["id"].(string); return id },
	Fields: []foreign.PersonField{
		foreign.TextOf("id", func(p *vignettev1.Persona) *string { return &p.Id }),
		foreign.Name("Nobody", []string{"who/name", "called"}, "unknown"),
		foreign.Social("who/age", "age", "-1"),
		foreign.ListOf("mind/rules~1laws", func(p *vignettev1.Persona) *[]string { return &foreign.Model(p).IntermediateBeliefs }),
		foreign.Feelings("mind/mood"),
		foreign.TextOf("mind/at", func(p *vignettev1.Persona) *string { return &foreign.Situation(p).Situation }),
		foreign.Spoken("facts",
			func(p *vignettev1.Persona, said []string) { foreign.Identity(p).LifeContext = said },
			func(p *vignettev1.Persona) []string { return p.GetIdentity().GetLifeContext() }),
		foreign.Type("who/type"),
	},
}

func imported(t *testing.T, text string) []*vignettev1.Persona {
	t.Helper()
	records, err := foreign.Parse([]byte(text), "x.json", people.Noun)
	if err != nil {
		t.Fatal(err)
	}
	out, err := people.Import(records, "some/where/x.json")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const one = `{"id":"a","who":{"name":"unknown","age":-1,"shoe":{"size":38}},"mind":{"rules/laws":["Be kind."],"mood":"rather sad","at":"Rain."},"facts":["You sing.","Your dog barks."],"empty":{}}`

func TestWhatIsKept(t *testing.T) {
	p := imported(t, one)[0]
	if p.Name != "Nobody" || p.Source.GetFile() != "x.json" || p.Source.GetId() != "a" || p.CognitiveModel.IntermediateBeliefs[0] != "Be kind." {
		t.Errorf("read %v", p)
	}
	want := map[string]any{
		"unmapped": map[string]any{"who": map[string]any{"shoe": map[string]any{"size": 38.0}}, "empty": map[string]any{}},
		"verbatim": map[string]any{"who/name": "unknown", "who/age": -1.0, "mind/mood": "rather sad"},
		"absent":   []any{"called", "who/type"},
	}
	if diff := cmp.Diff(want, p.Extensions["small"].AsMap()); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestEdits(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(p *vignettev1.Persona)
		want func(r, who, mind map[string]any)
	}{
		"nothing": {func(*vignettev1.Persona) {}, func(_, _, _ map[string]any) {}},
		"a name stands in both places then": {func(p *vignettev1.Persona) { p.Name = "Ada" },
			func(r, who, _ map[string]any) { r["called"], who["name"] = "Ada", "Ada" }},
		"a number stays one": {func(p *vignettev1.Persona) {
			foreign.Identity(p).Social = []*vignettev1.Attribute{{Key: "age", Value: "40"}}
		}, func(_, who, _ map[string]any) { who["age"] = 40.0 }},
		"a name with a slash": {func(p *vignettev1.Persona) { p.CognitiveModel.IntermediateBeliefs = nil }, func(_, _, mind map[string]any) { mind["rules/laws"] = []any{} }},
		"a feeling": {func(p *vignettev1.Persona) {
			p.CognitiveModel.Situations[0].Emotions[0].Emotion = vignettev1.Emotion_EMOTION_JOY
		}, func(_, _, mind map[string]any) { mind["mood"] = "joy" }},
		"one fact of two": {func(p *vignettev1.Persona) { p.Identity.LifeContext[1] = "My cat is deaf." },
			func(r, _, _ map[string]any) { r["facts"] = []any{"You sing.", "Your cat is deaf."} }},
		"a type": {func(p *vignettev1.Persona) { foreign.Traits(p).Mbti = "ISFP" }, func(_, who, _ map[string]any) { who["type"] = "ISFP" }},
	} {
		t.Run(name, func(t *testing.T) {
			var want map[string]any
			if err := json.Unmarshal([]byte(one), &want); err != nil {
				t.Fatal(err)
			}
			c.want(want, want["who"].(map[string]any), want["mind"].(map[string]any))
			p := imported(t, one)[0]
			c.edit(p)
			got, err := people.Export(p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Somebody may have edited what is kept, too.
func TestExportRefusesWhatDoesNotFit(t *testing.T) {
	p := imported(t, one)[0]
	broken, err := structpb.NewStruct(map[string]any{"unmapped": map[string]any{"who": "me"}})
	if err != nil {
		t.Fatal(err)
	}
	p.Extensions["small"] = broken
	if _, err := people.Export(p); err == nil || !strings.Contains(err.Error(), `persona "a": who/name cannot be written, because what is kept under "who" is a text and no group of fields`) {
		t.Errorf("err = %v", err)
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, data, want string }{
		"not JSON":             {"x.json", "[\n{", "x.json:2:1: this cannot be read as JSON: unexpected end"},
		"not JSON, in a line":  {"x.jsonl", "{}\n\n{]", "x.jsonl:3:2: this cannot be read as JSON"},
		"a text":               {"x.json", `"a"`, "x.json: this is not a list of persons: it is a text"},
		"a list of texts":      {"x.json", `["a"]`, "x.json: this is not a list of persons: person 1 is a text"},
		"null":                 {"x.jsonl", "{\"id\":\"a\"}\nnull", "x.jsonl:2:1: person 2 is null (delete it)"},
		"no UTF-8":             {"x.json", "[\"\xff\"]", "x.json: the file is not in UTF-8"},
		"an id twice":          {"x.json", `[{"id":"a"},{"id":"a"}]`, "x.json: person 2 (id a): id: person 1 has this id too (ids must differ)"},
		"a number for a text":  {"x.json", `[{"id":"a","who":{"name":5}}]`, "x.json: person 1 (id a): who/name: this must be a text in quotes, not the number 5"},
		"a list for an age":    {"x.json", `[{"id":"a","who":{"age":[]}}]`, "who/age: this must be a text or a number, not a list"},
		"no id":                {"x.jsonl", "\n{}", "x.jsonl:2:1: person 1: id: this is missing"},
		"feelings in no place": {"x.json", `[{"id":"a","mind":{"mood":"sad"}}]`, "cognitive_model.situations[0].situation: this is missing"},
		"very deep":            {"x.json", `[{"id":"a","deep":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}]`, "deep is nested more than 32 levels deep"},
	} {
		t.Run(name, func(t *testing.T) {
			records, err := foreign.Parse([]byte(c.data), "some/"+c.file, people.Noun)
			if err == nil {
				_, err = people.Import(records, "some/"+c.file)
			}
			var problems scenarios.Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Whatever can be imported comes back as it was: values missing, null, of other kinds where that is allowed, and values that no
// field has anywhere.
func TestLosslessForAnyRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := func(name string) any {
			return rapid.SampledFrom([]any{nil, "", "x", "You are sad.", "unknown", "-1", "ISFP-T"}).Draw(t, name)
		}
		r := map[string]any{"id": rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "id")}
		for _, group := range []string{"who", "mind", "rest", "who/x"} {
			inner := map[string]any{"at": "Somewhere."}
			for _, name := range []string{"name", "age", "mood", "rules/laws", "type", "~"} {
				if rapid.Bool().Draw(t, group+name) {
					inner[name] = value(group + name + " value")
				}
			}
			if group == "mind" || rapid.Bool().Draw(t, group) {
				r[group] = inner
			}
		}
		if rapid.Bool().Draw(t, "facts") {
			r["facts"] = []any{value("fact 1"), value("fact 2")}
			for i, v := range r["facts"].([]any) {
				if v == nil {
					r["facts"].([]any)[i] = ""
				}
			}
		}
		out, err := people.Import([]foreign.Found{{Record: r}}, "x.json")
		if err != nil {
			t.Fatal(err)
		}
		got, err := people.Export(out[0])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Fatalf("(-source +export):\n%s", diff)
		}
	})
}

func TestTable(t *testing.T) {
	text := "b,a,\n1,\"x\ny\",2\n,,\n"
	rows, columns, err := foreign.ParseTable([]byte(text), "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Record["a"] != "x\ny" || rows[1].Line != 4 || len(columns) != 3 {
		t.Errorf("read %v, %v", rows, columns)
	}
	out, err := foreign.EncodeTable([]foreign.Record{rows[0].Record, rows[1].Record}, columns)
	if err != nil || string(out) != text {
		t.Errorf("wrote %q, %v", out, err)
	}
	for data, want := range map[string]string{
		"a,a\n":       `x.csv:1:1: the column "a" is there twice`,
		"a,b\n1\n":    `x.csv:2:1: this is not CSV: wrong number of fields`,
		"a\n\"1\n":    `this is not CSV`,
		"a\n\xff\n":   `x.csv: the file is not in UTF-8`,
		"a,b\n1,\"\n": `this is not CSV`,
	} {
		if _, _, err := foreign.ParseTable([]byte(data), "x.csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", data, err, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for words, want := range map[string]string{"Robert Miller": "robert-miller", " -- ": "", "Zoë O'Malley": "zoë-o-malley", "李 雷": "李-雷"} {
		if got := foreign.Slug(words); got != want {
			t.Errorf("Slug(%q) = %q, want %q", words, got, want)
		}
	}
}
