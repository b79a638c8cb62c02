package attribution

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed prompts/*.tmpl
var files embed.FS

var (
	creditPrompt = prompt.Must(files, "prompts/credit.tmpl", "prompts/case.tmpl")
	likelyPrompt = prompt.Must(files, "prompts/likely.tmpl", "prompts/case.tmpl")
)

// Judge asks a language model which turns an episode's reward came of. It sees the setting, what the focal role is to reach, the whole
// conversation and the reward; no mental state, and nothing that was measured.
type Judge struct {
	Models vignettev1.ModelServiceClient
	Clock  conductor.Clock
	// Model is whom to ask, in the grammar of `--model`.
	Model string
	// Run names this in the books of calls to models.
	Run   string
	Terms conductor.Terms
}

// modelTimeout bounds a question: the gateway has limits of its own, and while it waits for an endpoint's nothing is wrong.
const modelTimeout = 90 * time.Minute

// Check says whether the gateway knows the model.
func (j *Judge) Check(ctx context.Context) error {
	_, err := j.Models.Resolve(ctx, &vignettev1.ResolveRequest{Model: j.Model})
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", j.Model)
	}
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	return nil
}

// Attribute fills in what the judge credits the report's turns with, and the contrast. What it does not answer is missing, and the report
// says why. The error is the context's, that the budget is spent, or that the model cannot be asked at all.
func (j *Judge) Attribute(ctx context.Context, r *Report, state *episode.State) error {
	r.Judge = j.Model
	view := caseOf(r, state)
	credits, err := j.ask(ctx, r, "credit", "credit", creditPrompt, view, -1)
	if err != nil {
		return err
	}
	view.Reaches = true
	well, err := j.ask(ctx, r, "contrast", "probability", likelyPrompt, view, 0)
	if err != nil {
		return err
	}
	view.Reaches = false
	badly, err := j.ask(ctx, r, "contrast", "probability", likelyPrompt, view, 0)
	if err != nil {
		return err
	}
	for i := range r.Turns {
		c := &r.Turns[i]
		if x, ok := credits[c.Turn]; ok {
			c.Judge = &x
		}
		p, in := well[c.Turn]
		q, too := badly[c.Turn]
		if in && too {
			x := contrast(p, q)
			c.Contrast = &x
		}
	}
	return nil
}

// contrast is how much more a turn is somebody's who does right than somebody's who does wrong, -.5 to .5: sigmoid(logit p - logit q) - .5.
func contrast(p, q float64) float64 {
	const edge = 0.01 // what is said to be certain is not
	logit := func(x float64) float64 {
		x = min(max(x, edge), 1-edge)
		return math.Log(x / (1 - x))
	}
	return 1/(1+math.Exp(logit(q)-logit(p))) - 0.5
}

// turnView is a turn as the judge reads it, caseView all that it reads.
type turnView struct {
	Index      int
	Own        bool
	Name, Text string
}

type caseView struct {
	Setting, Objective, Who, Reward string
	Turns                           []turnView
	Reaches                         bool
}

func caseOf(r *Report, state *episode.State) caseView {
	scenario := state.Plan().Scenario
	v := caseView{Setting: scenario.GetSetting(), Objective: scenario.GetObjective().GetStatement()}
	names := map[string]string{}
	for _, role := range scenario.GetRoles() {
		names[role.GetId()] = episode.DisplayName(role)
	}
	v.Who = names[r.Role]
	if r.Reward != nil {
		v.Reward = fmt.Sprintf("%.2f", *r.Reward)
	}
	for _, turn := range state.Turns() {
		text := turn.GetAction().GetText()
		if strings.TrimSpace(text) == "" {
			text = "(" + enumname.Of(turn.GetAction().GetKind()) + ")"
		}
		v.Turns = append(v.Turns, turnView{int(turn.GetIndex()), turn.GetRole() == r.Role, names[turn.GetRole()], text})
	}
	return v
}

// ask puts one question about all turns of the role, each to be answered with a number from low to 1.
func (j *Judge) ask(ctx context.Context, r *Report, task, field string, template *prompt.Template, view caseView, low float64) (map[int]float64, error) {
	text, err := template.Render(view)
	if err != nil {
		return nil, fmt.Errorf("word the question to the judge: %w", err)
	}
	request := &vignettev1.CompleteRequest{
		Model: j.Model, Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Parameters: &vignettev1.ModelParameters{Temperature: proto.Float64(0)},
		Form: &vignettev1.AnswerForm{Name: "turns", Schema: fmt.Sprintf(`{"type": "object", "properties": {"turns": {"type": "array", "items": {"type": "object", `+
			`"properties": {"turn": {"type": "integer"}, "why": {"type": "string"}, %q: {"type": "number", "minimum": %v, "maximum": 1}}, "required": ["turn", "why", %q], "additionalProperties": false}}}, `+
			`"required": ["turns"], "additionalProperties": false}`, field, low, field)},
		Account: &vignettev1.ModelAccount{
			Run: j.Run, Task: "attribution", Who: task, Kind: planning.ForEvaluators, Recorded: j.Terms.Recorded, MaxCost: j.Terms.MaxCost, MaxTokens: j.Terms.MaxTokens,
		},
		Purpose: "attribution: " + task, PromptHash: template.Hash(),
	}
	var completion *vignettev1.Completion
	_, err = conductor.Retry(ctx, j.Clock, modelTimeout, func(ctx context.Context) error {
		response, err := j.Models.Complete(ctx, request)
		completion = response.GetCompletion()
		return err
	})
	switch reason, spent := conductor.BudgetSpent(err); {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case spent:
		return nil, errors.New(reason + "; what was answered is on record: the same command with a higher --max-cost or --max-tokens goes on")
	case err != nil:
		return nil, fmt.Errorf("ask the judge: %w", err)
	case completion.GetOutcome() != vignettev1.Outcome_OUTCOME_ANSWERED:
		r.Unanswered = append(r.Unanswered, task+": "+enumname.Of(completion.GetOutcome()))
		return nil, nil
	}
	out, left := r.read(completion.GetJson(), field, low)
	if left > 0 {
		r.Unanswered = append(r.Unanswered, fmt.Sprintf("%s: %d turns without a valid answer", task, left))
	}
	return out, nil
}

// read takes the numbers of an answer. A turn that is answered twice, or out of range, has none; left counts the role's turns without.
func (r *Report) read(text, field string, low float64) (out map[int]float64, left int) {
	var said struct {
		Turns []map[string]any `json:"turns"`
	}
	if json.Unmarshal([]byte(text), &said) != nil {
		return nil, len(r.Turns)
	}
	out = map[int]float64{}
	times := map[int]int{}
	for _, each := range said.Turns {
		turn, isTurn := each["turn"].(float64)
		x, isNumber := each[field].(float64)
		if !isTurn || turn != math.Trunc(turn) {
			continue
		}
		times[int(turn)]++
		if isNumber && x >= low && x <= 1 {
			out[int(turn)] = x
		}
	}
	for turn, n := range times {
		if n > 1 {
			delete(out, turn)
		}
	}
	for _, c := range r.Turns {
		if _, ok := out[c.Turn]; !ok {
			left++
		}
	}
	return out, left
}
