package hindsight

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/conductor"
	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/prompt"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

//go:embed prompts/*.tmpl
var files embed.FS

var (
	futurePrompt = prompt.Must(files, "prompts/future.tmpl")
	judgePrompt  = prompt.Must(files, "prompts/judge.tmpl")
)

// Judges by a language model: one in the place of whom it is about, one who reads the conversation alone.
const (
	ItselfByModel   Judge = "hindsight-itself-model"
	OnlookerByModel Judge = "hindsight-onlooker-model"
)

// Foreteller is a language model that says what comes of episodes, and how they are judged before and after. Its fields must not
// change while it is asked; it is safe for concurrent use.
type Foreteller struct {
	// Models is the gateway.
	Models vignettev1.ModelServiceClient
	// Clock waits for a gateway that sheds load.
	Clock conductor.Clock
	// Model is whom to ask, in the grammar of `--model`.
	Model string
	// Terms are on what terms it may be asked.
	Terms conductor.Terms
}

const (
	// modelTimeout bounds a question: the gateway has limits of its own, and while it waits for an endpoint's nothing is wrong.
	modelTimeout = 90 * time.Minute
	// modelKind is the kind of mind in records.
	modelKind = "llm"
	// fewestEvents and mostEvents are how many events a model tells of a future, longestEvent how long one may be, in characters.
	fewestEvents, mostEvents, longestEvent = 2, 8, 400
)

// Check says whether the model can be asked: one the gateway does not know cannot.
func (f *Foreteller) Check(ctx context.Context) error {
	_, err := f.Models.Resolve(ctx, &vignettev1.ResolveRequest{Model: f.Model})
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", f.Model)
	}
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	return nil
}

// Of looks into the futures of an episode and judges it before and after, all by the model; nil where the scenario does not say what
// could come of it. What the model does not answer is missing, with the reason. The worth of a decision is computed and not asked for.
// An error is one that would befall other episodes too.
//
// The model that makes futures is told the conversation, who takes part and the scenario's world: no score, no rating, no policy, no
// name of what is compared. It is told nothing private.
func (f *Foreteller) Of(ctx context.Context, state *episode.State, options Options) (*Study, error) {
	world, ok := WorldOf(state)
	if !ok {
		return nil, nil
	}
	if err := options.Check(); err != nil {
		return nil, err
	}
	options = options.For(world)
	s := &Study{State: state, Consequences: &vignettev1.Consequences{
		Revision: 1, Seed: options.Seed, Days: int32(options.Days), Futures: make([]*vignettev1.Future, options.Futures),
		Provenance: f.provenance(Outcomes, futurePrompt),
	}}
	err := together(ctx, options.Futures, func(ctx context.Context, n int) (err error) {
		s.Consequences.Futures[n], err = f.future(ctx, world, state, options, n+1)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("episode %s: %w", state.Plan().Episode, err)
	}
	for _, spec := range Describe() {
		s.addOutcome(spec.GetId())
	}
	seen := Observe(s.Consequences, options.Shown)
	if err := f.judge(ctx, world, s, seen, options); err != nil {
		return nil, err
	}
	return s, nil
}

// judge asks both judges, before and after.
func (f *Foreteller) judge(ctx context.Context, world World, s *Study, seen []*vignettev1.Future, options Options) error {
	type verdict struct {
		value   float64
		missing *vignettev1.Missing
	}
	judges, stages := []Judge{ItselfByModel, OnlookerByModel}, []string{Foresight, Hindsight}
	verdicts := make([]verdict, len(judges)*len(stages))
	err := together(ctx, len(verdicts), func(ctx context.Context, i int) (err error) {
		v := &verdicts[i]
		v.value, v.missing, err = f.satisfaction(ctx, judges[i/2], stages[i%2], world, s.State, seen, options)
		return err
	})
	if err != nil {
		return fmt.Errorf("episode %s: %w", s.State.Plan().Episode, err)
	}
	for i, v := range verdicts {
		s.addBy(f.provenance(string(judges[i/2]), judgePrompt), stages[i%2], v.value, v.missing)
	}
	return nil
}

// together does so many things at once. The first error ends the others and is returned.
func together(ctx context.Context, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

func (f *Foreteller) provenance(agent string, by *prompt.Template) *vignettev1.Provenance {
	return &vignettev1.Provenance{Agent: agent, Mind: modelKind, Version: Version, Model: f.Model, PromptHash: by.Hash()}
}

// asked is an outcome as a model is asked for it.
type asked struct {
	Key, Meaning string
	dimension    string
	low, high    float64
}

// outcomesOf are what a model is asked to say of a future of a world.
func outcomesOf(w World) []asked {
	switch {
	case w.Decision != nil:
		return nil
	case w.Agreement != nil:
		return []asked{
			{"kept", "on which share of the days the other did what was agreed, or left the no alone, 0 to 1; 0 where nothing was agreed", Kept, 0, 1},
			{"relationship", "how the two get on, 0 (at odds) to 1 (well)", Relationship, 0, 1},
		}
	}
	return []asked{
		{"goal", "how far what was agreed or hoped for is reached, 0 to 1", Goal, 0, 1},
		{"distress", "how distressed the one who sought help is, 0 (not at all) to 100 (as much as can be)", DistressAfter, 0, 100},
		{"functioning", "how well their daily life goes, 0 to 1", Functioning, 0, 1},
		{"followed", "on which share of the days they did what was talked about, 0 to 1", Followed, 0, 1},
		{"returned", "whether they came to the next session: 0 no, 1 yes", Return, 0, 1},
	}
}

// future is one future by the model: its events, and what it comes to.
func (f *Foreteller) future(ctx context.Context, w World, state *episode.State, options Options, number int) (*vignettev1.Future, error) {
	future, asks := &vignettev1.Future{Number: int32(number)}, outcomesOf(w)
	view := viewOf(state)
	view.World, view.Days, view.Number, view.Outcomes = w.Aftermath.GetWorld(), options.Days, number, asks
	if w.Decision != nil {
		view.Choice = choiceOf(w)
		if err := worth(w, future); err != nil {
			return nil, err
		}
	}
	var said struct {
		Events []struct {
			Day       int32
			Who, What string
		}
		Outcomes map[string]float64
	}
	missing, err := f.ask(ctx, question{
		state: state, template: futurePrompt, view: view, form: "future", schema: futureSchema(view, asks), who: Outcomes, draw: number, options: options,
	}, &said)
	if err != nil {
		return nil, err
	}
	for _, event := range said.Events {
		future.Events = append(future.Events, &vignettev1.FutureEvent{Day: event.Day, Role: view.roleOf(event.Who), Kind: "told", Text: event.What})
	}
	slices.SortStableFunc(future.Events, func(a, b *vignettev1.FutureEvent) int { return int(a.GetDay() - b.GetDay()) })
	for _, ask := range asks {
		if missing != nil {
			future.Outcomes = append(future.Outcomes, without(ask.dimension, missing))
		} else {
			future.Outcomes = append(future.Outcomes, with(ask.dimension, said.Outcomes[ask.Key]))
		}
	}
	return future, nil
}

// worth puts what a choice was worth into a future: it is computed, whoever tells the rest.
func worth(w World, f *vignettev1.Future) error {
	if w.Chosen == "" {
		f.Outcomes = append(f.Outcomes, without(Utility, missingFor(vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "no choice is on record")))
		return nil
	}
	value, missing, err := UtilityOf(w.Decision, w.Chosen)
	switch {
	case err != nil:
		return err
	case missing != nil:
		f.Outcomes = append(f.Outcomes, without(Utility, missing))
	default:
		f.Outcomes = append(f.Outcomes, with(Utility, value))
	}
	return nil
}

// choiceOf says in words what was chosen and what that is.
func choiceOf(w World) string {
	for _, o := range w.Decision.GetOptions() {
		if o.GetId() == w.Chosen {
			return strings.TrimSpace(fmt.Sprintf("%s. In truth: %s", o.GetText(), judged(w.Decision, o)))
		}
	}
	if w.Chosen == None {
		return "Nothing was taken."
	}
	return "It is not known what was decided."
}

// futureSchema is the form of a future.
func futureSchema(view view, asks []asked) string {
	labels := make([]string, len(view.Roles))
	for i, role := range view.Roles {
		labels[i] = role.Label
	}
	who, _ := json.Marshal(labels)
	properties, required := "", `"events"`
	if len(asks) > 0 {
		var parts, keys []string
		for _, ask := range asks {
			parts = append(parts, fmt.Sprintf(`%q: {"type": "number", "minimum": %g, "maximum": %g}`, ask.Key, ask.low, ask.high))
			keys = append(keys, fmt.Sprintf("%q", ask.Key))
		}
		properties = fmt.Sprintf(`, "outcomes": {"type": "object", "properties": {%s}, "required": [%s], "additionalProperties": false}`, strings.Join(parts, ", "), strings.Join(keys, ", "))
		required += `, "outcomes"`
	}
	return fmt.Sprintf(`{"type": "object", "properties": {"events": {"type": "array", "minItems": %d, "maxItems": %d, "items": {"type": "object", "properties": {`+
		`"day": {"type": "integer", "minimum": 0, "maximum": %d}, "who": {"type": "string", "enum": %s}, "what": {"type": "string", "minLength": 1, "maxLength": %d}}, `+
		`"required": ["day", "who", "what"], "additionalProperties": false}}%s}, "required": [%s], "additionalProperties": false}`,
		fewestEvents, mostEvents, view.Days, who, longestEvent, properties, required)
}

const satisfactionSchema = `{"type": "object", "properties": {"reason": {"type": "string"}, "satisfaction": {"type": "integer", "minimum": 1, "maximum": 5}}, ` +
	`"required": ["reason", "satisfaction"], "additionalProperties": false}`

// satisfaction is what a judge says in one stage.
func (f *Foreteller) satisfaction(ctx context.Context, judge Judge, stage string, w World, state *episode.State, seen []*vignettev1.Future, options Options) (float64, *vignettev1.Missing, error) {
	view := viewOf(state)
	if judge == ItselfByModel {
		view.Self = view.selfOf(state, w.Role)
	}
	if stage == Hindsight {
		view.Again = true
		for _, future := range seen {
			view.Seen = append(view.Seen, seenView{int(future.GetNumber()), Lines(future)})
		}
	}
	var said struct{ Satisfaction float64 }
	missing, err := f.ask(ctx, question{
		state: state, template: judgePrompt, view: view, form: "satisfaction", schema: satisfactionSchema, who: string(judge) + " " + stage, options: options,
	}, &said)
	return said.Satisfaction, missing, err
}

// question is one thing to ask the model.
type question struct {
	state        *episode.State
	template     *prompt.Template
	view         view
	form, schema string
	who          string
	draw         int
	options      Options
}

// ask puts a question and reads the answer into a value; what is no answer is missing, with the reason.
func (f *Foreteller) ask(ctx context.Context, q question, answer any) (*vignettev1.Missing, error) {
	text, err := q.template.Render(q.view)
	if err != nil {
		return nil, err
	}
	plan := q.state.Plan()
	request := &vignettev1.CompleteRequest{
		Model: f.Model, Messages: []*vignettev1.ChatMessage{{Role: vignettev1.ChatRole_CHAT_ROLE_USER, Content: text}},
		Form: &vignettev1.AnswerForm{Name: q.form, Schema: q.schema},
		Account: &vignettev1.ModelAccount{
			Run: plan.Run, Episode: plan.Episode, Task: "hindsight", Who: q.who, Kind: "hindsight",
			Sample:   &vignettev1.ModelSample{Seed: q.options.Seed, Repeat: int32(q.draw)},
			Recorded: f.Terms.Recorded, MaxCost: f.Terms.MaxCost, MaxTokens: f.Terms.MaxTokens,
		},
		Purpose: "hindsight: " + q.form, PromptHash: q.template.Hash(),
	}
	if q.draw == 0 { // Futures are drawn apart; a judgement is the model's likeliest.
		request.Parameters = &vignettev1.ModelParameters{Temperature: proto.Float64(0)}
	}
	var completion *vignettev1.Completion
	_, err = conductor.Retry(ctx, f.Clock, modelTimeout, func(ctx context.Context) error {
		response, err := f.Models.Complete(ctx, request)
		completion = response.GetCompletion()
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && ends(err):
		return nil, err
	case err != nil:
		return missingFor(vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, "the model could not be asked: "+status.Convert(err).Message()), nil
	}
	return read(completion, answer), nil
}

// ends says whether an error would befall every other question too.
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

// read takes a completion for an answer, or says why it is none.
func read(completion *vignettev1.Completion, answer any) *vignettev1.Missing {
	detail := strings.TrimSpace("the model's answer: " + enumname.Of(completion.GetOutcome()) + " " + completion.GetDetail())
	switch completion.GetOutcome() {
	case vignettev1.Outcome_OUTCOME_ANSWERED:
		if err := json.Unmarshal([]byte(completion.GetJson()), answer); err != nil {
			return missingFor(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "the model's answer is not of the form asked for: "+err.Error())
		}
		return nil
	case vignettev1.Outcome_OUTCOME_REFUSED, vignettev1.Outcome_OUTCOME_FILTERED:
		return missingFor(vignettev1.MissingReason_MISSING_REASON_REFUSED, detail)
	}
	return missingFor(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, detail)
}
