package judge_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vignette-sim/vignette/broker"
	"github.com/vignette-sim/vignette/broker/calllog"
	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/judge"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/scripted"
	"github.com/vignette-sim/vignette/internal/scripted/scriptedtest"
	"github.com/vignette-sim/vignette/models"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

	"google.golang.org/grpc"
)

// accused is a family with an honest answer to lie about.
type accused struct {
	name   string
	family judge.Family
	honest func() opinion
	// tampered are lies that have another shape in each family.
	tampered map[string]func(opinion)
}

func families() []accused {
	verdict := func(o opinion, skill string) map[string]any {
		return o["scores"].(map[string]any)[skill].(map[string]any)
	}
	first := func(o opinion) map[string]any { return o["emotions"].([]any)[0].(map[string]any) }
	shares := func(o opinion) map[string]any { return o["emotions"].(map[string]any) }
	return []accused{
		{"dear-man", judge.DearMan(), func() opinion { return opinion(honest()) }, map[string]func(opinion){
			"a number out of range":       func(o opinion) { verdict(o, "assert")["confidence"] = 95 },
			"words for a number":          func(o opinion) { verdict(o, "assert")["confidence"] = "quite sure" },
			"a level that is not there":   func(o opinion) { verdict(o, "assert")["label"] = "excellent" },
			"fields swapped":              func(o opinion) { swap(verdict(o, "assert"), "label", "confidence") },
			"a dimension left out":        func(o opinion) { delete(o["scores"].(map[string]any), "assert") },
			"a dimension too many":        func(o opinion) { o["scores"].(map[string]any)["charm"] = verdict(o, "assert") },
			"evidence that nobody said":   func(o opinion) { verdict(o, "assert")["quote"] = "Repair it by Monday" },
			"evidence of another's words": func(o opinion) { verdict(o, "assert")["quote"] = "I have no time for that" },
			"no reason":                   func(o opinion) { verdict(o, "assert")["reason"] = " " },
			"all tens":                    func(o opinion) { allStrong(o) },
		}},
		{"expressed-emotion", judge.ExpressedEmotion(), heard, map[string]func(opinion){
			"a number out of range":       func(o opinion) { o["valence"] = 7 },
			"words for a number":          func(o opinion) { o["valence"] = "rather low" },
			"a level that is not there":   func(o opinion) { first(o)["emotion"] = "ennui" },
			"fields swapped":              func(o opinion) { swap(o, "valence", "confidence") },
			"a dimension left out":        func(o opinion) { delete(o, "valence") },
			"a dimension too many":        func(o opinion) { o["arousal"] = 0.5 },
			"evidence that nobody said":   func(o opinion) { first(o)["quote"] = "I could cry" },
			"evidence of another's words": func(o opinion) { first(o)["quote"] = "I have no time for that" },
			"no reason":                   func(o opinion) { o["reason"] = " " },
			"all tens":                    func(o opinion) { o["emotions"], o["valence"] = everyEmotion(), 1 },
		}},
		{"reader", judge.Reader(), guessed, map[string]func(opinion){
			"a number out of range":       func(o opinion) { o["distress"] = 250 },
			"words for a number":          func(o opinion) { o["distress"] = "high" },
			"a level that is not there":   func(o opinion) { shares(o)["anger"], shares(o)["ennui"] = 0.25, 0.25 },
			"fields swapped":              func(o opinion) { swap(o, "distress", "confidence") },
			"a dimension left out":        func(o opinion) { delete(o, "distress") },
			"a dimension too many":        func(o opinion) { o["trust"] = 0.5 },
			"evidence that nobody said":   func(o opinion) { o["quote"] = "I could cry" },
			"evidence of another's words": func(o opinion) { o["quote"] = "I have no time for that" },
			"no reason":                   func(o opinion) { o["reason"] = " " },
			"all tens": func(o opinion) {
				for name := range shares(o) {
					shares(o)[name] = 1
				}
				o["distress"] = 100
			},
		}},
	}
}

func swap(o map[string]any, a, b string) { o[a], o[b] = o[b], o[a] }

func allStrong(o opinion) {
	for _, skill := range skills {
		o["scores"].(map[string]any)[skill] = map[string]any{"reason": "Great.", "quote": "Could you", "label": "strong", "confidence": 1}
	}
}

func everyEmotion() []any {
	var out []any
	for name := range guessed()["emotions"].(map[string]any) {
		out = append(out, map[string]any{"emotion": name, "quote": "worn out", "intensity": 1})
	}
	return out
}

// lies are told by name; each makes a reply of an honest answer.
func lies() []string {
	return []string{
		"a number out of range", "words for a number", "NaN for a number", "a level that is not there", "fields swapped", "another family's answer",
		"a dimension left out", "a dimension too many", "a key twice", "prose", "prose around a lie", "a refusal", "a filter", "nothing", "cut at its length",
		"evidence that nobody said", "evidence of another's words", "no reason", "all tens",
	}
}

// tell makes the reply of a liar to a family's question.
func (a accused) tell(lie string) *scripted.Reply {
	o := a.honest()
	if change := a.tampered[lie]; change != nil {
		return &scripted.Reply{Content: o.with(change)}
	}
	truth := o.json()
	switch lie {
	case "NaN for a number":
		return &scripted.Reply{Content: strings.Replace(truth, "0.75", "NaN", 1)}
	case "another family's answer":
		other := opinion(honest())
		if a.name == "dear-man" {
			other = heard()
		}
		return &scripted.Reply{Content: other.json()}
	case "a key twice":
		return &scripted.Reply{Content: strings.Replace(truth, `"confidence":0.75`, `"confidence":1,"confidence":0.75`, 1)}
	case "prose":
		return &scripted.Reply{Content: "She did well, I would say. Nine out of ten."}
	case "prose around a lie":
		return &scripted.Reply{Content: "Sure! Here it is:\n\n```json\n" + a.honest().with(a.tampered["a number out of range"]) + "\n```\nHope that helps."}
	case "a refusal":
		return &scripted.Reply{Refusal: "I'm sorry, I can't judge people."}
	case "a filter":
		return &scripted.Reply{Content: truth[:20], FinishReason: "content_filter"}
	case "nothing":
		return &scripted.Reply{Content: ""}
	case "cut at its length":
		return &scripted.Reply{Content: truth[:len(truth)/2], FinishReason: "length"}
	}
	return &scripted.Reply{Content: truth}
}

// direct calls a gateway as a client of it would.
type direct struct {
	vignettev1.ModelServiceClient
	gateway vignettev1.ModelServiceServer
}

func (d direct) Complete(ctx context.Context, question *vignettev1.CompleteRequest, _ ...grpc.CallOption) (*vignettev1.CompleteResponse, error) {
	return d.gateway.Complete(ctx, question)
}

// court is a gateway with the endpoint of a liar behind it: a model's name is the lie it tells, and "honest" tells none. Structured
// is what the endpoint can do about the form of an answer.
func court(t *testing.T, structured string) vignettev1.ModelServiceClient {
	t.Helper()
	b, err := broker.OpenTemporary(t.Context(), broker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	log, err := calllog.Open(t.Context(), b.Conn(), calllog.Config{Namespace: b.Namespace()})
	if err != nil {
		t.Fatal(err)
	}
	all := families()
	endpoint := scriptedtest.Start(t, scripted.Config{Structured: structured, Answer: func(r scripted.Request) *scripted.Reply {
		name, lie, _ := strings.Cut(r.Model, "--")
		for _, a := range all {
			if a.name == name {
				return a.tell(strings.ReplaceAll(lie, "-", " "))
			}
		}
		return nil
	}})
	var ids atomic.Int64
	gateway, err := models.New(models.Config{
		Settings: &models.Settings{Endpoints: map[string]*vignettev1.Endpoint{"liar": {BaseUrl: endpoint.URL()}}, Default: "liar"},
		Log:      log, NewID: func() string { return fmt.Sprint("id", ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gateway.Close)
	return direct{gateway: gateway}
}

// judged is what a liar's answer comes to.
func (a accused) judged(t *testing.T, models vignettev1.ModelServiceClient, lie string) []*vignettev1.Score {
	t.Helper()
	req := committed()
	req.Model = a.name + "--" + strings.ReplaceAll(lie, " ", "-")
	response, err := evaluators.NewService("llm-"+a.name, "dev", judge.New(a.family, models)).Evaluate(t.Context(), req)
	if err != nil {
		t.Fatalf("%s to %s: %v", lie, a.name, err)
	}
	return response.GetScores()
}

// sentence is what came of a lie, for the table: which dimensions have no value, and why.
func sentence(scores []*vignettev1.Score) string {
	lost := map[string][]string{}
	var reasons []string
	for _, score := range scores {
		if missing := score.GetMissing(); missing != nil && missing.GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
			reason := enumname.Of(missing.GetReason())
			if lost[reason] == nil {
				reasons = append(reasons, reason)
			}
			_, short, _ := strings.Cut(score.GetDimension(), ".")
			lost[reason] = append(lost[reason], short)
		}
	}
	var parts []string
	for _, reason := range reasons {
		which := strings.Join(lost[reason], ", ")
		if len(lost[reason]) == len(scores) || len(lost[reason]) == 7 {
			which = "all"
		}
		parts = append(parts, fmt.Sprintf("`%s` (%s)", strings.ToUpper(reason), which))
	}
	return strings.Join(parts, ", ")
}

// named says for each lie what the reason has to say, whoever it is told to: of the judge, which reads answers that passed the
// gateway, or of the gateway, which holds them to the schema.
var named = map[string][]string{
	"a number out of range":       {"95", "7", "250", "maximum"},
	"words for a number":          {"quite sure", "rather low", "high", "number"},
	"NaN for a number":            {"form asked for"},
	"a level that is not there":   {"excellent", "ennui", "must be one of"},
	"fields swapped":              {"strong", "confidence", "label", "maximum", "minimum"},
	"another family's answer":     {"missing", "additional"},
	"a dimension left out":        {"missing", "asked for"},
	"a dimension too many":        {"was not asked for", "additional"},
	"a key twice":                 {"comes twice", "twice"},
	"prose":                       {"form asked for"},
	"prose around a lie":          {"95", "7", "250", "maximum"},
	"a refusal":                   {"can't judge people"},
	"a filter":                    {"filter"},
	"nothing":                     {"said nothing"},
	"cut at its length":           {"cut at its length"},
	"evidence that nobody said":   {"Repair it by Monday", "I could cry"},
	"evidence of another's words": {"I have no time for that"},
	"no reason":                   {"no reason"},
	"all tens":                    {"one and the same reason", "names 18 emotions", "make 18 together"},
}

// Whatever a judge lies, no number of the lie gets in: a value that is there is the one an honest judge gives, and what is not says
// why. Endpoints that hold answers to a schema and those that heed none are the same here.
func TestNoLieGetsIn(t *testing.T) {
	for _, structured := range []string{"json_schema", "ignored"} {
		t.Run(structured, func(t *testing.T) {
			models := court(t, structured)
			for _, a := range families() {
				truth := map[string]float64{}
				for _, score := range a.judged(t, models, "honest") {
					if score.GetValue() != nil {
						truth[score.GetDimension()] = score.GetValue().GetNumber()
					}
				}
				if len(truth) < 3 {
					t.Fatalf("an honest judge of %s gives %v", a.name, truth)
				}
				for _, lie := range lies() {
					t.Run(a.name+"/"+lie, func(t *testing.T) { a.cross(t, a.judged(t, models, lie), truth, named[lie]) })
				}
			}
		})
	}
}

// cross examines the scores that a lie came to.
func (a accused) cross(t *testing.T, scores []*vignettev1.Score, truth map[string]float64, want []string) {
	t.Helper()
	var details []string
	lost := 0
	for _, score := range scores {
		if value := score.GetValue(); value != nil {
			if number, known := truth[score.GetDimension()]; !known || number != value.GetNumber() {
				t.Errorf("a number got in: %s", line(score))
			}
			continue
		}
		if score.GetMissing().GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
			lost++
			details = append(details, score.GetMissing().GetDetail())
		}
	}
	if lost == 0 {
		t.Errorf("nobody noticed:\n%s", strings.Join(lines(scores), "\n"))
	}
	said := strings.Join(details, "\n")
	for _, each := range want {
		if strings.Contains(said, each) {
			return
		}
	}
	t.Errorf("no reason names the lie (%q):\n%s", want, said)
}

// The table that people read is what happens.
func TestLiesAreDocumented(t *testing.T) {
	models := court(t, "json_schema")
	rows := []string{"| what the model does | " + strings.Join(names(), " | ") + " |", "|---|---|---|---|"}
	for _, lie := range lies() {
		row := "| " + lie
		for _, a := range families() {
			row += " | " + sentence(a.judged(t, models, lie))
		}
		rows = append(rows, row+" |")
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "evaluators.md"))
	if err != nil {
		t.Fatal(err)
	}
	if table := strings.Join(rows, "\n"); !strings.Contains(string(doc), table) {
		t.Errorf("docs/evaluators.md does not have this table:\n%s", table)
	}
}

func names() []string {
	var out []string
	for _, a := range families() {
		out = append(out, "`"+a.name+"`")
	}
	return out
}
