package agreement

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// judge has a dimension of every scale.
func judge() *vignettev1.EvaluatorDescription {
	return &vignettev1.EvaluatorDescription{Name: "judge", Needs: []vignettev1.Need{vignettev1.Need_NEED_OBJECTIVE}, Dimensions: []*vignettev1.DimensionSpec{
		{Id: "skill.warmth", Max: 1, Labels: []string{"none", "weak", "strong"}, Turn: true},
		{Id: "mood.main", Max: 2, Labels: []string{"joy", "anger", "very calm"}, Turn: true, Scale: vignettev1.Scale_SCALE_NOMINAL},
		{Id: "talk.codes", Max: 3, Labels: []string{"question", "reflection", "advice"}, Turn: true, Scale: vignettev1.Scale_SCALE_CODES},
		{Id: "mood.distress", Max: 100, Turn: true},
		{Id: "skill.outcome", Max: 1, Episode: true},
	}}
}

func read(t *testing.T, text string, dimensions ...string) *Labels {
	t.Helper()
	labels, err := Read(strings.NewReader(text), "labels.jsonl", judge(), dimensions)
	if err != nil {
		t.Fatal(err)
	}
	return labels
}

// What is harmless is taken as it was meant.
func TestReadIsLiberal(t *testing.T) {
	for _, test := range []struct {
		name, labels, dimension string
		want                    label
	}{
		{"by its id", `{"skill.warmth": "weak"}`, "skill.warmth", label{places: []int{1}}},
		{"without the family", `{"warmth": "weak"}`, "skill.warmth", label{places: []int{1}}},
		{"in capitals", `{"Skill.WARMTH": " Strong "}`, "skill.warmth", label{places: []int{2}}},
		{"hyphens for spaces", `{"main": "Very-Calm"}`, "mood.main", label{places: []int{2}}},
		{"one label in a list", `{"warmth": ["none"]}`, "skill.warmth", label{places: []int{0}}},
		{"a label's number", `{"warmth": 0.5}`, "skill.warmth", label{places: []int{1}}},
		{"n/a", `{"warmth": "N/A"}`, "skill.warmth", label{inapplicable: true}},
		{"not applicable", `{"warmth": "not applicable"}`, "skill.warmth", label{inapplicable: true}},
		{"a code alone", `{"codes": "advice"}`, "talk.codes", label{places: []int{2}}},
		{"codes in any order, twice", `{"codes": ["advice", "question", "advice"]}`, "talk.codes", label{places: []int{0, 2}}},
		{"no code", `{"codes": []}`, "talk.codes", label{}},
		{"a number", `{"distress": 0}`, "mood.distress", label{}},
		{"a number that does not apply", `{"distress": "n/a"}`, "mood.distress", label{inapplicable: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			labels := read(t, `{"id": 1, "role": "me", "text": "Hello.", "labels": `+test.labels+`}`)
			got, ok := labels.Utterances[0].Ratings[0].labels[test.dimension]
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(label{})); !ok || diff != "" {
				t.Errorf("label (-want +got), there %v:\n%s", ok, diff)
			}
		})
	}
}

func TestReadUtterance(t *testing.T) {
	labels := read(t, "\ufeff"+
		`{"id": "1", "objective": "Decline the trip", "context": [{"role": "boss", "text": "Come along."}, {"role": "me", "text": "Where to?"}], "role": "me", "text": "No, thanks.", "labels": {"warmth": "weak", "distress": null}, "rater": 7, "group": "g", "source": "mine"}`+
		"\n\n"+`{"id": "2", "objective": {"statement": "Help", "kind": "support"}, "role": "therapist", "text": "Hm.", "labels": {}}`+"\r\n")
	u := labels.Utterances[0]
	if u.ID != "1" || u.Group != "g" || u.Ratings[0].Rater != "7" || len(u.Ratings[0].labels) != 1 || labels.Unread["source"] != 1 {
		t.Errorf("utterance %+v, rating %+v, unread %v", u, u.Ratings[0], labels.Unread)
	}
	request := u.Request
	if request.GetRole() != "me" || request.GetTurnIndex() != 2 || len(request.GetTurns()) != 3 || request.GetTurns()[2].GetAction().GetText() != "No, thanks." || len(request.GetParticipants()) != 2 {
		t.Errorf("request %v", request)
	}
	if got := request.GetObjective().GetKind(); got != vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE {
		t.Errorf("a statement that begins with declining is of kind %v", got)
	}
	second := labels.Utterances[1].Request
	if second.GetObjective().GetKind() != vignettev1.ObjectiveKind_OBJECTIVE_KIND_SUPPORT || second.GetParticipants()[0].GetKind() != vignettev1.AgentKind_AGENT_KIND_COUNSELOR {
		t.Errorf("second request %v", second)
	}
}

// Everything that is wrong is told at once, each with its line and what would be right.
func TestReadTellsWhatIsWrong(t *testing.T) {
	const well = `{"id": "ok", "role": "me", "text": "Hello.", "labels": {"warmth": "weak"}}` + "\n"
	line := func(labels string) string {
		return `{"id": "1", "role": "me", "text": "Hello.", "labels": ` + labels + `}`
	}
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "\n\n", "labels.jsonl: the file has no labels"},
		{"no JSON", well + "hello", "labels.jsonl:2:1: the line is no JSON object"},
		{"a list", "[]", "labels.jsonl:1:1: the line is no JSON object"},
		{"no text", `{"id": "1", "role": "me", "text": " ", "labels": {}}`, "labels.jsonl:1:1: text: it is missing or empty"},
		{"no role", `{"id": "1", "text": "Hello.", "labels": {}}`, "role: it is missing or empty"},
		{"no id", `{"role": "me", "text": "Hello.", "labels": {}}`, "id: it is missing or empty"},
		{"no labels", `{"id": "1", "role": "me", "text": "Hello."}`, "labels: it is missing or no object"},
		{"a slip in a key", `{"id": "1", "role": "me", "text": "Hello.", "label": {}}`, `label: this key is not known (did you mean "labels"?)`},
		{"an unknown dimension", line(`{"warmt": "weak"}`), `labels.warmt: evaluator "judge" scores no turn on it (did you mean`},
		{"a dimension of episodes", line(`{"skill.outcome": 1}`), `labels.skill.outcome: evaluator "judge" scores no turn on it`},
		{"an unknown label", line(`{"warmth": "medium"}`), `labels.warmth: "medium" is no label of it (write one of: none, weak, strong, not_applicable; a number is on the range from 0 for none to 1 for strong)`},
		{"a number that is no label's", line(`{"warmth": 2}`), "labels.warmth: 2 is no label of it (write one of"},
		{"a number for a label without an order", line(`{"main": 1}`), "labels.main: 1 is no label of it (write one of"},
		{"a label for a number", line(`{"distress": "high"}`), `labels.distress: "high" is no number (write a number from 0 to 100`},
		{"out of range", line(`{"distress": 101}`), "labels.distress: 101 is outside the range (mood.distress goes from 0 to 100)"},
		{"an unknown code", line(`{"codes": ["advice", "praise"]}`), `labels.codes: "praise" is no label of it (write a list of: question`},
		{"an empty list for a label", line(`{"warmth": []}`), "labels.warmth: the list is empty"},
		{"one dimension twice", line(`{"warmth": "weak", "skill.warmth": "weak"}`), `has a label under "skill.warmth" already`},
		{"the same rater twice", well + well, `labels.jsonl:2:1: id: "ok" was labelled by rater "" at line 1 already (name each rater`},
		{"one id, two texts", well + strings.Replace(well, "Hello", "Bye", 1), `labels.jsonl:2:1: id: "ok" stands at line 1 with another text`},
		{"a context without text", `{"id": "1", "role": "me", "text": "Hello.", "labels": {}, "context": [{"role": "you"}]}`, "context[0].text: it is missing or empty"},
		{"a context that is a text", `{"id": "1", "role": "me", "text": "Hello.", "labels": {}, "context": "Hi"}`, `context: "Hi" is no list of turns`},
		{"an objective of no kind", `{"id": "1", "role": "me", "text": "Hello.", "labels": {}, "objective": {"statement": "x", "kind": "win"}}`, `objective.kind: "win" is not one of the values`},
		{"too long a text", `{"id": "1", "role": "me", "labels": {}, "text": "` + strings.Repeat("a", 20001) + `"}`, "turns[0].action.text: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.text), "labels.jsonl", judge(), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\nwant %s", err, test.want)
			}
		})
	}
	_, err := Read(strings.NewReader(strings.Repeat("x\n", 1000)), "labels.jsonl", judge(), nil)
	if err == nil || strings.Count(err.Error(), "\n") != maxProblems || !strings.Contains(err.Error(), "970 more problems") {
		t.Errorf("a thousand mistakes: %v", err)
	}
}

// Dimensions that are chosen are looked at and others passed over, also those the evaluator does not have.
func TestReadChosenDimensions(t *testing.T) {
	labels := read(t, `{"id": "1", "role": "me", "text": "Hello.", "labels": {"warmth": "weak", "main": "nonsense", "other.thing": 3}}`, "warmth")
	if got := labels.Utterances[0].Ratings[0].labels; len(got) != 1 || len(labels.dimensions) != 1 {
		t.Errorf("labels %v of %d dimensions", got, len(labels.dimensions))
	}
	_, err := Read(strings.NewReader("{}"), "labels.jsonl", judge(), []string{"outcome"})
	if err == nil || !strings.Contains(err.Error(), `no dimension "outcome" of single turns; there is: skill.warmth`) {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id": "1", "role": "me", "text": "Hello.", "labels": {"warmth": "weak", "codes": ["advice"], "distress": 4}, "context": [{"role": "you", "text": "Hi"}]}`))
	f.Add([]byte(`{"id": 1, "objective": {"statement": "x", "kind": "ask"}, "labels": null}`))
	f.Add([]byte("{\"id\": \"1\"}\n{\"id\": \"1\"}\nnull\n[]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		labels, err := Read(strings.NewReader(string(text)), "f", judge(), nil)
		if err != nil {
			return
		}
		for _, u := range labels.Utterances {
			if u.ID == "" || u.Request.GetTurns()[u.Request.GetTurnIndex()].GetRole() != u.Request.GetRole() || len(u.Ratings) == 0 {
				t.Errorf("utterance %+v", u)
			}
		}
	})
}
