package items

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed prompts/*.tmpl
var files embed.FS

// strategy is a way to ask: a prompt, and the part of the form that comes before the answer.
type strategy struct {
	template *prompt.Template
	// before are the properties before the answer, required their names, as JSON.
	before, required string
}

// Prompting strategies.
const (
	// Plain asks for a reason and an answer.
	Plain = "plain"
	// FaR has the model foresee what everybody in the story will do and what may get in the way, and reflect on it before it answers
	// (Zhou et al. 2023, arXiv 2310.03051).
	FaR = "far"
)

var strategies = map[string]strategy{
	Plain: {prompt.Must(files, "prompts/plain.tmpl"), `"thought": {"type": "string"}`, `"thought"`},
	FaR: {prompt.Must(files, "prompts/far.tmpl"), `"foresight": {"type": "array", "items": {"type": "object", "properties": {"who": {"type": "string"}, "next": {"type": "string"}, ` +
		`"challenges": {"type": "array", "items": {"type": "object", "properties": {"challenge": {"type": "string"}, "help": {"type": "string"}}, "required": ["challenge", "help"], "additionalProperties": false}}}, ` +
		`"required": ["who", "next", "challenges"], "additionalProperties": false}}, "reflection": {"type": "string"}`, `"foresight", "reflection"`},
}

// Strategies are their names, the usual one first.
func Strategies() []string { return []string{Plain, FaR} }

// Study is a model that is asked about items. Its fields must not change while it is asked.
type Study struct {
	// Models is the gateway.
	Models vignettev1.ModelServiceClient
	// Clock waits for a gateway that sheds load.
	Clock conductor.Clock
	// Model is whom to ask, in the grammar of `--model`.
	Model string
	// Strategy is how; empty means [Plain].
	Strategy string
	// Run names this study in the books of calls to models; a budget in Terms is for what has its name.
	Run string
	// Terms are on what terms models may be asked.
	Terms conductor.Terms
	// Workers is how many items are asked about at once; 0 means 16.
	Workers int
	// Progress is told how many items of how many are done. May be nil.
	Progress func(done, total int)
}

const (
	usualWorkers = 16
	// modelTimeout bounds a question: the gateway has limits of its own, and while it waits for an endpoint's nothing is wrong.
	modelTimeout = 90 * time.Minute
	// letters name choices.
	letters  = "abcdefghijklmnopqrstuvwxyz"
	formName = "choice"
)

// Answer is what a model chose, or why it chose nothing.
type Answer struct {
	// Choice is the place of what was chosen, -1 for nothing.
	Choice int
	// Missing is why: refused, filtered, truncated, empty, malformed, or failed where the model could not be asked; Detail says
	// more. Empty where something was chosen.
	Missing, Detail string
}

// Check says whether the study can be done: a strategy that is none, a model the gateway does not know.
func (s *Study) Check(ctx context.Context) error {
	if _, known := strategies[cmp.Or(s.Strategy, Plain)]; !known {
		return fmt.Errorf("there is no strategy %q; there are %q", s.Strategy, Strategies())
	}
	_, err := s.Models.Resolve(ctx, &vignettev1.ResolveRequest{Model: s.Model})
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", s.Model)
	}
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	return nil
}

// Ask puts every item to the model and returns the answers in their order. The error is the context's, or one that would befall all
// items: then there is nothing to count.
func (s *Study) Ask(ctx context.Context, items []*Item) ([]Answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answers, todo := make([]Answer, len(items)), make(chan int)
	var mu sync.Mutex
	var group sync.WaitGroup
	done := 0
	for range min(cmp.Or(s.Workers, usualWorkers), len(items)) {
		group.Go(func() {
			for i := range todo {
				answer, err := s.askOne(ctx, items[i])
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				answers[i] = answer
				if done++; s.Progress != nil {
					s.Progress(done, len(items))
				}
				mu.Unlock()
			}
		})
	}
	for i := range items {
		select {
		case todo <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	group.Wait()
	return answers, context.Cause(ctx)
}

func (s *Study) askOne(ctx context.Context, item *Item) (Answer, error) {
	request, err := s.request(item)
	if err != nil {
		return Answer{}, fmt.Errorf("item %s: %w", item.ID, err)
	}
	var completion *vignettev1.Completion
	_, err = conductor.Retry(ctx, s.Clock, modelTimeout, func(ctx context.Context) error {
		response, err := s.Models.Complete(ctx, request)
		completion = response.GetCompletion()
		return err
	})
	switch {
	case ctx.Err() != nil:
		return Answer{}, context.Cause(ctx)
	case err != nil && ends(err):
		return Answer{}, fmt.Errorf("item %s: %w", item.ID, err)
	case err != nil:
		return Answer{Choice: -1, Missing: "failed", Detail: status.Convert(err).Message()}, nil
	}
	return read(completion, item), nil
}

// ends says whether an error would befall every other item too.
func ends(err error) bool {
	if _, spent := conductor.BudgetSpent(err); spent {
		return true
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.FailedPrecondition, codes.NotFound, codes.InvalidArgument, codes.PermissionDenied, codes.Unauthenticated, codes.Canceled:
		return true
	}
	return false
}

// read takes a completion for an answer. What is no choice is none, and never the wrong one.
func read(completion *vignettev1.Completion, item *Item) Answer {
	none := Answer{Choice: -1, Missing: enumname.Of(completion.GetOutcome()), Detail: completion.GetDetail()}
	if completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED {
		return none
	}
	var said struct {
		Answer string `json:"answer"`
	}
	err := json.Unmarshal([]byte(completion.GetJson()), &said)
	choice := strings.Index(letters, said.Answer)
	if err != nil || len(said.Answer) != 1 || choice < 0 || choice >= len(item.Choices) {
		none.Missing, none.Detail = enumname.Of(vignettev1.Outcome_OUTCOME_MALFORMED), fmt.Sprintf("%q is none of the choices", said.Answer)
		return none
	}
	return Answer{Choice: choice}
}

type choiceView struct{ Letter, Text string }

// request is the question about an item.
func (s *Study) request(item *Item) (*vignettev1.CompleteRequest, error) {
	how := strategies[cmp.Or(s.Strategy, Plain)]
	view := struct {
		*Item
		Choices []choiceView
	}{Item: item}
	var allowed []string
	for i, choice := range item.Choices {
		view.Choices = append(view.Choices, choiceView{letters[i : i+1], choice})
		allowed = append(allowed, `"`+letters[i:i+1]+`"`)
	}
	text, err := how.template.Render(view)
	if err != nil {
		return nil, err
	}
	return &vignettev1.CompleteRequest{
		Model:      s.Model,
		Messages:   []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Parameters: &vignettev1.ModelParameters{Temperature: proto.Float64(0)},
		Form: &vignettev1.AnswerForm{Name: formName, Schema: fmt.Sprintf(
			`{"type": "object", "properties": {%s, "answer": {"type": "string", "enum": [%s]}}, "required": [%s, "answer"], "additionalProperties": false}`,
			how.before, strings.Join(allowed, ", "), how.required)},
		Account: &vignettev1.ModelAccount{
			Run: s.Run, Task: "item", Who: "items", Kind: "item", Recorded: s.Terms.Recorded, MaxCost: s.Terms.MaxCost, MaxTokens: s.Terms.MaxTokens,
		},
		Purpose:    "item: " + cmp.Or(s.Strategy, Plain),
		PromptHash: how.template.Hash(),
	}, nil
}

// PromptHash is the hash of a strategy's prompt; empty for none that there is.
func PromptHash(strategy string) string {
	how, known := strategies[cmp.Or(strategy, Plain)]
	if !known {
		return ""
	}
	return how.template.Hash()
}
