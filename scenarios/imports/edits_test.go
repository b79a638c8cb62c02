package imports_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/foreign"
	"github.com/vignette-sim/vignette/scenarios/imports"
)

// set changes a value within JSON values; a step is a name or a place in a list.
func set(t *testing.T, v any, path string, to any) any {
	t.Helper()
	step, rest, more := strings.Cut(path, ">")
	switch in := v.(type) {
	case map[string]any:
		if more {
			to = set(t, in[step], rest, to)
		}
		in[step] = to
	case []any:
		n, err := strconv.Atoi(step)
		if err != nil || n >= len(in) {
			t.Fatalf("%q leads nowhere", path)
		}
		if more {
			to = set(t, in[n], rest, to)
		}
		in[n] = to
	default:
		t.Fatalf("%q leads nowhere", path)
	}
	return v
}

// person is what edits of personas change: the first one of a file.
func person(edit func(p *vignettev1.Persona)) func(*foreign.Batch) {
	return func(b *foreign.Batch) { edit(b.Personas[0]) }
}

func scene(n int, edit func(s *vignettev1.Scenario)) func(*foreign.Batch) {
	return func(b *foreign.Batch) { edit(b.Scenarios[n]) }
}

func memory(id, text string) func(*foreign.Batch) {
	return person(func(p *vignettev1.Persona) {
		for _, m := range p.GetMemories() {
			if m.GetId() == id {
				m.Text = text
			}
		}
	})
}

// changes are edits of a file of our own, and all that is other in the export then.
var changes = []struct {
	format, file, name string
	edit               func(b *foreign.Batch)
	want               map[string]any
}{
	{"patienthub", "patienthub/consistentMI.json", "stage", person(func(p *vignettev1.Persona) { p.Change.Stage = vignettev1.StageOfChange_STAGE_OF_CHANGE_ACTION }), map[string]any{"0>initial_stage": "Action"}},
	{"patienthub", "patienthub/consistentMI.json", "a doubt more", person(func(p *vignettev1.Persona) { p.Change.Doubts = append(p.Change.Doubts, "I like my bed.") }),
		map[string]any{"0>Beliefs": []any{"You believe the snooze button is a kindness.", "You like your bed."}}},
	{"patienthub", "patienthub/consistentMI.json", "reason", person(func(p *vignettev1.Persona) { p.Change.Reasons[0] = "I want the sunrise." }), map[string]any{"0>Motivation>2": "You want the sunrise."}},
	{"patienthub", "patienthub/consistentMI.json", "fact", memory("persona-2", "I own two alarms."), map[string]any{"0>Personas>1": "You own two alarms."}},
	{"patienthub", "patienthub/patientAct.json", "memory, and the entry it repeats", memory("item-1", "At nine I was locked in."), map[string]any{
		"0>memory>items>0>content": "At nine I was locked in.", "0>profile>problem_formulation>predisposing_factors>psychological>0": "At nine I was locked in."}},
	{"patienthub", "patienthub/patientAct.json", "trust", person(func(p *vignettev1.Persona) { p.Memories[1].Sensitivity = 1 }), map[string]any{"0>memory>items>1>disclosure_level": 5.0}},
	{"patienthub", "patienthub/patientAct.json", "thought", person(func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].AutomaticThoughts[0] = "Run." }), map[string]any{"0>profile>psychological_formulation>automatic_thoughts>0": "Run."}},
	{"patienthub", "patienthub/patientAct.json", "core belief", person(func(p *vignettev1.Persona) { p.CognitiveModel.CoreBeliefs[0].Text = "I am lost" }), map[string]any{"0>seed>core_belief_theme": "I am lost"}},
	{"patienthub", "patienthub/adaptiveVP.json", "style", person(func(p *vignettev1.Persona) { p.Style = vignettev1.ConversationalStyle_CONVERSATIONAL_STYLE_RESERVED }), map[string]any{"0>type": 4.0, "0>type-text": "Non-cooperative"}},
	{"patienthub", "patienthub/cars.json", "name", person(func(p *vignettev1.Persona) { p.Name = "Mila" }), map[string]any{"0>name": "Mila", "0>persona>name": "Mila", "0>main_ccd>name": "Mila"}},
	{"patienthub", "patienthub/cars.json", "rule", memory("rule", "I must hide."), map[string]any{"0>session_ccd>intermediate_belief>rule": "I must hide."}},
	{"patienthub", "patienthub/mindVoyager.json", "behavior", person(func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].Behaviors[0] = "Laughs." }),
		map[string]any{"0>external_experiences>0>reaction": "Automatic thoughts: There is none any more. Emotions: sad, empty. Behavior: Laughs.",
			"0>external_experiences>1>reaction": "Automatic thoughts: He turns away. Emotions: . Behavior: "}},
	{"patienthub", "patienthub/mindVoyager.json", "rule when low", person(func(p *vignettev1.Persona) { p.CognitiveModel.IntermediateBeliefsWhenDepressed[0] = "Nobody answers." }),
		map[string]any{"0>internal_cognitive_diagram>intermediate_beliefs>1": "During depression: Nobody answers."}},
	{"patienthub", "patienthub/annaAgent.json", "complaint", memory("complaint-2", "They laugh."), map[string]any{"0>complaint_chain>1>content": "They laugh."}},
	{"patienthub", "patienthub/annaAgent.json", "situation", person(func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].Situation = "I am late." }), map[string]any{"0>situation": "You are late."}},
	{"patienthub", "patienthub/simPatient.json", "rating", person(func(p *vignettev1.Persona) { p.Identity.Personal[0].Value = "9" }), map[string]any{"0>cognitive_model>patient_control": 9.0}},
	{"patienthub", "patienthub/clientCast.json", "trait", person(func(p *vignettev1.Persona) { p.Traits.BigFive.Neuroticism = proto.Float64(0.29) }), map[string]any{"0>big_five>Neuroticism>score_percent": 29.0}},
	{"patienthub", "patienthub/clientCast.json", "name", person(func(p *vignettev1.Persona) { p.Name = "Ivo" }), map[string]any{"0>basic_profile>name": "Ivo"}},
	{"patienthub", "patienthub/psyche.json", "history", person(func(p *vignettev1.Persona) { p.CognitiveModel.RelevantHistory = "None." }), map[string]any{"0>MFC-History": "None."}},
	{"patienthub", "patienthub/psyche.json", "home", person(func(p *vignettev1.Persona) {
		for _, a := range p.Identity.Personal {
			if a.Key == "childhood: Home environment" {
				a.Value = "Silent"
			}
		}
	}), map[string]any{"0>MFC-Profile>Developmental/social history>Childhood history>Home environment": "Silent"}},
	{"interactive-agents", "interactive-agents/posts.json", "question", person(func(p *vignettev1.Persona) { p.CognitiveModel.Situations[0].Situation = "怎么办？" }),
		map[string]any{"0": "怎么办？ 我三个月前搬来这里，每天晚上都听见电梯的声音。我不想告诉父母。"}},
	{"characterchat", "characterchat/people.json", "family", memory("family", "Her brother wrote."), map[string]any{"0>family_relationship": "Her brother wrote."}},
	{"characterchat", "characterchat/nested.json", "type", person(func(p *vignettev1.Persona) { p.Traits.Mbti = "ISTP" }), map[string]any{"0>mbti": "ISTP"}},
	{"dailydilemmas", "dailydilemmas/details.csv", "situation", scene(0, func(s *vignettev1.Scenario) { s.Roles[0].Knowledge[0] = "Whose cat is it?" }),
		map[string]any{"0>dilemma_situation": "Whose cat is it?", "1>dilemma_situation": "Whose cat is it?"}},
	{"dailydilemmas", "dailydilemmas/details.csv", "values", scene(0, func(s *vignettev1.Scenario) { s.Decision.Options[1].Values = []string{"peace", "one's own"} }),
		map[string]any{"1>values_names": `['peace', "one's own"]`}},
	{"rlhs", "rlhs/environments.json", "price", scene(0, func(s *vignettev1.Scenario) { s.Decision.Options[0].PriceMost = proto.Float64(99) }), map[string]any{"0>market>prices>Kettle>0>1": 99.0}},
	{"rlhs", "rlhs/environments.json", "feature", scene(1, func(s *vignettev1.Scenario) { s.Decision.Qualities[0].Absent = "always bright" }), map[string]any{"0>market>items>Lamp>0>1": "always bright"}},
	{"rlhs", "rlhs/environments.json", "what was drawn", scene(1, func(s *vignettev1.Scenario) { s.Decision.Options[0].Has = nil }), map[string]any{}},
}

func TestEditsReachTheExport(t *testing.T) {
	for _, c := range changes {
		t.Run(c.file+" "+c.name, func(t *testing.T) {
			format, err := imports.Find(c.format)
			if err != nil {
				t.Fatal(err)
			}
			files := folder(t, format, filepath.Join("testdata", c.file))
			var want any = valuesOf(t, files[0])
			for path, to := range c.want {
				want = set(t, want, path, to)
			}
			b, err := format.Import(files)
			if err != nil {
				t.Fatal(err)
			}
			c.edit(b)
			out, _, err := imports.Export(b)
			if err != nil || len(out) != 1 {
				t.Fatal(out, err)
			}
			if diff := cmp.Diff(want, any(valuesOf(t, out[0]))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is in a file, and what is printed.
func TestImportErrors(t *testing.T) {
	for _, c := range []struct{ format, file, data, want string }{
		{"patienthub", "x.json", `[]`, "x.json: the name of this file says none of PatientHub's formats (name it by its format, such as cars.json"},
		{"patienthub", "consistentMI.json", `[{"idx":1,"suggestibilities":[1,"x"]}]`, "consistentMI.json: profile 1 (id 1): suggestibilities: entry 2 must be a number from 1 to 5, not a text"},
		{"patienthub", "consistentMI.json", `[{"idx":1,"Personas":{}}]`, "Personas: this must be a list of texts, not a group of fields"},
		{"patienthub", "patientAct.json", `[{"memory":{"items":[{"content":"x"}]}}]`, "memory/items: entry 1: disclosure_level must be a number from 1 to 5, not null"},
		{"patienthub", "patientAct.json", `[{"memory":{"items":[5]}}]`, "memory/items: entry 1 must be a group of fields in braces, not the number 5"},
		{"patienthub", "adaptiveVP.json", `[{"id":3,"type-text":"Shy"}]`, `profile 1 (id 3): type: type-text is "Shy"; types are Dependent, Authoritarian, Aggressive, Non-cooperative`},
		{"patienthub", "mindVoyager.json", `[{"external_experiences":[{"situation":"x","reaction":5}]}]`, "external_experiences: entry 1: reaction: this must be a text in quotes, not the number 5"},
		{"patienthub", "annaAgent.json", `[{"complaint_chain":["x"]}]`, "complaint_chain: entry 1 must be a group of fields in braces, not a text"},
		{"patienthub", "clientCast.json", `[{"big_five":{"Openness":{"score_percent":101}}}]`, "big_five/Openness/score_percent: this must be a number from 0 to 100, not the number 101"},
		{"patienthub", "cars.json", `[{"persona":{"age":true}}]`, "persona/age: this must be a text or a number, not true"},
		{"patienthub", "psyche.json", `[{"MFC-History":["x"]}]`, "MFC-History: this must be a text in quotes, not a list"},
		{"interactive-agents", "x.json", `[5]`, "x.json: profile 1: this must be a text in quotes, not the number 5"},
		{"interactive-agents", "x.json", `["  "]`, "x.json: profile 1: post: this is empty; a profile is what somebody tells"},
		{"characterchat", "x.json", `[{"name":["A"]}]`, "x.json: character 1: name: this must be a text in quotes, not a list"},
		{"dailydilemmas", "x.csv", "a,b\n", "x.csv:1:1: there is no column idx, or none dilemma_situation"},
		{"dailydilemmas", "x.csv", "idx,dilemma_situation,action_type\n1,x,maybe\n", `x.csv:2:1: action_type is "maybe" (it is to_do or not_to_do)`},
		{"dailydilemmas", "x.csv", "idx,dilemma_situation,action_type\n1,x,to_do\n", "x.csv:2:1: dilemma 1 has one row; it needs one to_do and one not_to_do"},
		{"rlhs", "x.json", `{"a":5}`, "x.json: a: this must be an environment in braces, not the number 5"},
		{"rlhs", "x.json", `{"a":{"items":{"K":[]},"prices":{"L":[]}}}`, "x.json: a: items: K: there are no prices for it"},
		{"rlhs", "x.json", `{"a":{"items":{"K":[["x"]]},"prices":{"K":[]}}}`, "x.json: thing 1 (id a/K): features: entry 1 must be a list of three texts"},
		{"rlhs", "x.json", `{"a":{"items":{"K":[]},"prices":{"K":[[5,3]]}}}`, "x.json: thing 1 (id a/K): prices: entry 1 must be two numbers from 0 up, the least first"},
		{"characterchat", "x.json", `[{"name":"A","n":12345678901234567890}]`, "x.json: character 1: the number 12345678901234567890 has more digits than are kept (put it in quotes)"},
	} {
		format, err := imports.Find(c.format)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := format.Import([]foreign.File{{Name: "some/" + c.file, Data: []byte(c.data)}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.data, err, c.want)
		}
	}
}

// A thing of a shop gives the same scenario each time, in which there is something to choose rightly and, of several, wrongly.
func TestDecisions(t *testing.T) {
	items, prices := []string{}, []string{}
	for n := range 40 {
		items = append(items, fmt.Sprintf(`"thing %d":[["a","b","c"],["d","e","f"],["g","h","i"]]`, n))
		prices = append(prices, fmt.Sprintf(`"thing %d":[[50,60],[30,40],[10,20]]`, n))
	}
	data := fmt.Sprintf(`{"shop":{"items":{%s},"prices":{%s}}}`, strings.Join(items, ","), strings.Join(prices, ","))
	format, err := imports.Find("rlhs")
	if err != nil {
		t.Fatal(err)
	}
	read := func() []*vignettev1.Scenario {
		b, err := format.Import([]foreign.File{{Name: "x.json", Data: []byte(data)}})
		if err != nil {
			t.Fatal(err)
		}
		return b.Scenarios
	}
	first, again := read(), read()
	hidden := 0
	for i, s := range first {
		if !proto.Equal(s, again[i]) {
			t.Errorf("%s is not the same again", s.GetId())
		}
		meet := 0
		for _, o := range s.GetDecision().GetOptions() {
			hidden += len(o.GetHidden())
			for _, id := range o.GetHas() {
				if id == s.GetDecision().GetRequired()[0] {
					meet++
				}
			}
			if o.GetPrice() < o.GetPriceLeast() || o.GetPrice() > o.GetPriceMost() {
				t.Errorf("%s: option %s costs %v, from %v to %v", s.GetId(), o.GetId(), o.GetPrice(), o.GetPriceLeast(), o.GetPriceMost())
			}
		}
		if meet == 0 || meet == 3 {
			t.Errorf("%s: %d of 3 options meet the need", s.GetId(), meet)
		}
	}
	if share := float64(hidden) / (40 * 9); share < 0.35 || share > 0.65 {
		t.Errorf("%.2f of the features are hidden, want about half", share)
	}
}
