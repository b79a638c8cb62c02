// Package checklist has a language model write the questions by which a conversation of a scenario can be judged, each to be answered
// with yes or no (TICK: Cook, Rocktäschel, Foerster, Aumiller and Wang 2024, TICKing All the Boxes; prompt and wording ours).
//
// What comes of it is a rubric file: on record, to be read, edited and kept with the study, so that all episodes are judged by
// the same questions. A judge answers them (evaluators/judge) and counts the share of yes.
//
// The model is shown what everybody in the conversation could know, and the focal role's objective; nobody's private goal or
// knowledge, since questions end up in front of the judge.
//
// It may import the contracts, the engine's conductor, scenarios and internal. Start reading at [Writer].
package checklist

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

//go:embed prompts/*.tmpl
var files embed.FS

var questions = prompt.Must(files, "prompts/questions.tmpl")

// Bounds of how many questions a checklist has, and how many are usual.
const (
	Fewest = 2
	Most   = 20
	Usual  = 8
)

// modelTimeout bounds the question: the gateway has limits of its own.
const modelTimeout = 90 * time.Minute

const schema = `{"type": "object", "properties": {"questions": {"type": "array", "items": {"type": "object", "properties": {"question": {"type": "string"}, "yes_when": {"type": "string"}}, ` +
	`"required": ["question", "yes_when"], "additionalProperties": false}}}, "required": ["questions"], "additionalProperties": false}`

// Writer has questions written.
type Writer struct {
	// Models is the gateway, Clock waits where it sheds load.
	Models vignettev1.ModelServiceClient
	Clock  conductor.Clock
	// Model is whom to ask, in the grammar of `--model`.
	Model string
	// Run names this in the books of calls to models; Terms are on what terms it may be asked.
	Run   string
	Terms conductor.Terms
}

// Question is one, with what makes its answer a yes.
type Question struct {
	Question string `json:"question"`
	YesWhen  string `json:"yes_when"`
}

// Write returns a checklist for a scenario's focal role, as a rubric. The error says what the model did instead, or why it could not
// be asked.
func (w *Writer) Write(ctx context.Context, scenario *vignettev1.Scenario, count int) (*vignettev1.Rubric, error) {
	if count < Fewest || count > Most {
		return nil, fmt.Errorf("a checklist has %d to %d questions, and not %d", Fewest, Most, count)
	}
	text, err := questions.Render(viewOf(scenario, count))
	if err != nil {
		return nil, err
	}
	request := &vignettev1.CompleteRequest{
		Model: w.Model, Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Parameters: &vignettev1.ModelParameters{Temperature: proto.Float64(0)},
		Form:       &vignettev1.AnswerForm{Name: "checklist", Schema: schema},
		Account: &vignettev1.ModelAccount{
			Run: w.Run, Task: "checklist", Who: "checklist", Kind: "checklist", Recorded: w.Terms.Recorded, MaxCost: w.Terms.MaxCost, MaxTokens: w.Terms.MaxTokens,
		},
		Purpose: "checklist", PromptHash: questions.Hash(),
	}
	var completion *vignettev1.Completion
	_, err = conductor.Retry(ctx, w.Clock, modelTimeout, func(ctx context.Context) error {
		response, err := w.Models.Complete(ctx, request)
		completion = response.GetCompletion()
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case status.Code(err) == codes.Unavailable:
		return nil, fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", w.Model)
	case err != nil:
		return nil, errors.New(status.Convert(err).Message())
	}
	written, err := read(completion)
	if err != nil {
		return nil, fmt.Errorf("model %q wrote no checklist: %w", w.Model, err)
	}
	return rubricOf(scenario, w.Model, written)
}

// view is what the model is shown.
type view struct {
	Name, Title, Setting, Roles, Objective string
	Count                                  int
}

func viewOf(s *vignettev1.Scenario, count int) view {
	v := view{Title: s.GetTitle(), Setting: s.GetSetting(), Count: count, Objective: s.GetObjective().GetStatement()}
	var roles []string
	for _, role := range s.GetRoles() {
		name := role.GetId()
		if role.GetId() == s.GetFocal() {
			v.Name = name
		}
		roles = append(roles, fmt.Sprintf("%s (%s)", name, enumname.Of(role.GetKind())))
	}
	v.Roles = strings.Join(roles, ", ")
	return v
}

// read takes a completion for questions.
func read(completion *vignettev1.Completion) ([]Question, error) {
	if completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return nil, fmt.Errorf("%s %s", enumname.Of(completion.GetOutcome()), completion.GetDetail())
	}
	var said struct {
		Questions []Question `json:"questions"`
	}
	if err := json.Unmarshal([]byte(completion.GetJson()), &said); err != nil {
		return nil, fmt.Errorf("its answer is of another form: %w", err)
	}
	seen := map[string]bool{}
	var kept []Question
	for _, q := range said.Questions {
		q.Question, q.YesWhen = strings.Join(strings.Fields(q.Question), " "), strings.Join(strings.Fields(q.YesWhen), " ")
		if key := strings.ToLower(q.Question); !strings.HasSuffix(key, "?") || seen[key] {
			continue
		}
		seen[strings.ToLower(q.Question)] = true
		kept = append(kept, q)
	}
	if len(kept) < Fewest || len(kept) > Most {
		return nil, fmt.Errorf("of %d it gave, %d are questions that differ; %d to %d are wanted", len(said.Questions), len(kept), Fewest, Most)
	}
	return kept, nil
}

// rubricOf is the checklist as a rubric.
func rubricOf(s *vignettev1.Scenario, model string, written []Question) (*vignettev1.Rubric, error) {
	const most = 64 - len("checklist-")
	id := s.GetId()
	if len(id) > most {
		id = id[:most]
	}
	r := &vignettev1.Rubric{
		Id: "checklist-" + id, Title: "Checklist: " + s.GetTitle(), Checklist: true, Objective: s.GetObjective() != nil, Languages: []string{s.GetLanguage()},
		Description: fmt.Sprintf("Questions about %s in %q, written by %s (prompt %.12s). Read them, mend them, keep them: all episodes of a study have to be judged by the same.", s.GetFocal(), s.GetId(), model, questions.Hash()),
		Source:      "TICK: Cook et al. (2024), TICKing All the Boxes; questions by " + model,
		Guidance:    "Answer yes only where words of the conversation show it, and quote them. What is not to be seen is no.",
	}
	if s.GetLanguage() == "" {
		r.Languages = nil
	}
	for i, q := range written {
		yes := &vignettev1.RubricLevel{Label: "yes", Description: q.YesWhen}
		r.Dimensions = append(r.Dimensions, &vignettev1.RubricDimension{
			Id: fmt.Sprintf("%s.q%d", r.GetId(), i+1), Title: fmt.Sprintf("Question %d", i+1), Definition: q.Question,
			Unit: vignettev1.RubricUnit_RUBRIC_UNIT_EPISODE, Levels: []*vignettev1.RubricLevel{{Label: "no"}, yes},
		})
	}
	return r, scenarios.ValidateRubric(r)
}

// YAML writes a checklist as a file to be read and edited.
func YAML(r *vignettev1.Rubric) []byte {
	var b bytes.Buffer
	text := func(s string) string { // JSON strings are YAML.
		raw, _ := json.Marshal(s) //nolint:errchkjson // a string
		return string(raw)
	}
	fmt.Fprintf(&b, "# A checklist: what is answered with yes is counted as %s.share, 0-1.\n# Use it in a scenario: evaluators: [{rubric: THIS FILE, model: MODEL}]\n", r.GetId())
	fmt.Fprintf(&b, "kind: rubric\nid: %s\nchecklist: true\ntitle: %s\ndescription: %s\nsource: %s\n", r.GetId(), text(r.GetTitle()), text(r.GetDescription()), text(r.GetSource()))
	if len(r.GetLanguages()) > 0 {
		fmt.Fprintf(&b, "languages: [%s]\n", strings.Join(r.GetLanguages(), ", "))
	}
	fmt.Fprintf(&b, "objective: %t\nguidance: %s\ndimensions:\n", r.GetObjective(), text(r.GetGuidance()))
	for _, d := range r.GetDimensions() {
		fmt.Fprintf(&b, "  - id: %s\n    title: %s\n    definition: %s\n    unit: episode\n    levels:\n      - no\n      - {label: yes, description: %s}\n",
			d.GetId(), text(d.GetTitle()), text(d.GetDefinition()), text(d.GetLevels()[1].GetDescription()))
	}
	return b.Bytes()
}
