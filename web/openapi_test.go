package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vignette-sim/vignette/web"
)

// What every JSON route gives is what the document says it gives, and no route is missing from it.
func TestAnswersAreAsDescribed(t *testing.T) {
	h := build(t, true)
	b := h.as("root")
	text := h.must(b.ask("GET", "/api/openapi.json", ""), 200).body
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("api.json", document); err != nil {
		t.Fatal(err)
	}
	var described struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct{ Content map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal([]byte(text), &described); err != nil {
		t.Fatal(err)
	}
	h.must(b.ask("POST", "/api/v1/campaigns/"+h.campaign+"/ratings", h.rating(b)), 200)
	bodies := map[string]string{
		"/api/v1/session": `{"name": "root", "password": "` + password + `"}`, "/api/v1/accounts": `{"name": "new", "password": "` + password + `", "roles": ["rater"]}`,
		"/api/v1/runs": `{"scenarios": [` + h.scenario(b) + `], "repeats": 1}`, "/api/v1/validate": "id: x", "/api/v1/campaigns": `{"run": "` + h.study + `", "rubric": {"title": "t", "scales": [{"id": "s", "question": "q", "min": 1, "max": 2}]}}`,
	}
	seen := 0
	for _, r := range web.Routes() {
		if !strings.HasPrefix(r.Path, "/api/v1/") || r.Method == "DELETE" {
			continue
		}
		operation, ok := described.Paths[r.Path][strings.ToLower(r.Method)]
		if !ok {
			t.Errorf("%s %s is not described", r.Method, r.Path)
			continue
		}
		seen++
		values := h.practised(b, r.Path)
		path := fill(fill(r.Path, values), map[string]string{"run": h.study, "episode": h.episodes[h.study], "campaign": h.campaign, "order": "pause"})
		body := bodies[r.Path]
		if strings.HasSuffix(r.Path, "/ratings") && r.Method == "POST" {
			body = h.rating(b)
		}
		if strings.Contains(r.Path, "{session}") && r.Method == "POST" {
			body = fill(deeds[r.Path[strings.LastIndex(r.Path, "/")+1:]], values)
		} else if strings.HasPrefix(r.Path, "/api/v1/practice") && r.Method == "POST" {
			body = map[string]string{"/api/v1/practice": `{"library": "ask-for-leave"}`, "/api/v1/practice/assignments": `{"trainee": "tim", "scenario": "cbt-intake"}`}[r.Path]
		}
		got := b.ask(r.Method, path, body)
		pointer := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(r.Path) + "/" + strings.ToLower(r.Method) + "/responses/"
		code := slices.Sorted(maps.Keys(operation.Responses))[0]
		media := "application~1json"
		if strings.HasSuffix(r.Path, "{order}") { // Nobody plays a run that is over.
			code, media = "default", "application~1problem+json"
		} else if got.status/100 != 2 {
			t.Errorf("%s %s: %d %s", r.Method, r.Path, got.status, got.body)
			continue
		}
		if got.body == "" {
			continue
		}
		valid, err := compiler.Compile("api.json#" + pointer + code + "/content/" + media + "/schema")
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := valid.Validate(value); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.Path, err)
		}
	}
	if seen < 15 {
		t.Errorf("only %d routes were seen", seen)
	}
}

// deeds are bodies of what is done in a session, where {turn} is a turn of the trainee's, {next} the one to come and {branch} the branch.
var deeds = map[string]string{
	"say": `{"turn_index": {next}, "text": "What happened then?"}`, "retry": `{"turn_index": {turn}, "text": "Tell me more about it."}`, "draft": `{"text": "What went through your mind?"}`,
	"hint": "", "feedback": `{"turn_index": {turn}}`, "disagree": `{"disagreement": {"turn_index": {turn}, "reason": "It was a joke."}}`, "switch": `{"branch": "{branch}"}`, "pause": "",
	"resume": "{}", "measures": `{"measures": {"moment": "PRACTICE_MOMENT_AFTER", "distress": 40}}`, "formulation": `{"formulation": {"emotions": ["EMOTION_ANXIETY"]}}`, "leave": "", "finish": "{}",
	"reviews": `{"review": {"comment": {"text": "Well done."}}}`,
}

// practised is a session of the visitor's with a turn said in it, and for comparisons a second branch, where a path asks for one.
func (h *house) practised(b *browser, path string) map[string]string {
	h.t.Helper()
	if !strings.Contains(path, "{session}") {
		return nil
	}
	if strings.HasSuffix(path, "/reviews") { // Nobody reviews their own.
		return map[string]string{"session": h.consented}
	}
	s := h.begin(b, `{"library": "cbt-intake", "help": "HELP_LEVEL_CO_DRAFTING"}`)
	turn := len(s.Turns)
	h.say(b, s.Session, turn, "What brings you here?")
	if strings.HasSuffix(path, "/branches") {
		if got := h.told(b, "/api/v1/practice/"+s.Session+"/retry", fmt.Sprintf(`{"turn_index": %d, "text": "Tell me what brings you here."}`, turn)); !strings.Contains(got, "comparison") {
			h.t.Fatalf("no comparison: %s", got)
		}
	}
	now := h.look(b, s.Session)
	return map[string]string{"session": s.Session, "turn": fmt.Sprint(turn), "next": fmt.Sprint(len(now.Turns)), "branch": now.Branch}
}

// rating is a rating of the item that is next.
func (h *house) rating(b *browser) string {
	h.t.Helper()
	var next struct {
		Item struct {
			Item, Stage string
			Pass        int
		}
	}
	if err := json.Unmarshal([]byte(h.must(b.ask("GET", "/api/v1/campaigns/"+h.campaign+"/next", ""), 200).body), &next); err != nil {
		h.t.Fatal(err)
	}
	out, err := json.Marshal(map[string]any{"item": next.Item.Item, "stage": next.Item.Stage, "pass": next.Item.Pass, "version": 1, "values": []any{
		map[string]any{"scale": "good", "value": 3}, map[string]any{"scale": "long", "cannot_tell": true}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return string(out)
}

// scenario is the one of the study, as its manifest has it.
func (h *house) scenario(b *browser) string {
	h.t.Helper()
	var run struct {
		Manifest struct{ Scenarios []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(h.must(b.ask("GET", "/api/v1/runs/"+h.study, ""), 200).body), &run); err != nil {
		h.t.Fatal(err)
	}
	return string(run.Manifest.Scenarios[0])
}
