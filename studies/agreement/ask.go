package agreement

import (
	"cmp"
	"context"
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
	"github.com/vignette-sim/vignette/engine/planning"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Directory finds evaluators, and whoever asks models, on the wire.
type Directory interface {
	Evaluator(name string) vignettev1.EvaluatorServiceClient
	Models() vignettev1.ModelServiceClient
}

// Study is an evaluator that is asked about labelled utterances. Its fields must not change while it is asked.
type Study struct {
	// Directory finds the evaluator.
	Directory Directory
	// Clock waits for an evaluator that sheds load.
	Clock conductor.Clock
	// Evaluator is its name, as scenarios have it.
	Evaluator string
	// Model is what `--model` says: whose judgement takes the place of rules. Empty means rules.
	Model string
	// Run names this study in the books of calls to models; a budget in Terms is for what has its name.
	Run string
	// Terms are on what terms models may be asked.
	Terms conductor.Terms
	// Workers is how many utterances are asked about at once; 0 means 8 with rules and 100 with models.
	Workers int
	// Known are names of evaluators that come with the program, for messages. May be empty.
	Known []string
	// Progress is told how many utterances of how many are done. May be nil.
	Progress func(done, total int)
}

const (
	workers      = 8
	modelWorkers = 100
	// describeTimeout bounds the question who an evaluator is, modelTimeout a question that a model answers: the gateway
	// has limits of its own, and while it waits for an endpoint's nothing is wrong.
	describeTimeout = 10 * time.Second
	modelTimeout    = 90 * time.Minute
)

// use is the evaluator by its name and model, as a scenario would have it.
func (s *Study) use() (*vignettev1.EvaluatorUse, error) {
	stage := []*vignettev1.Scenario{{Evaluators: []*vignettev1.EvaluatorUse{{Name: s.Evaluator}}}}
	models, err := planning.ParseModels(s.Model, stage)
	if err != nil {
		return nil, err
	}
	model := cmp.Or(models[s.Evaluator], models[planning.ForEvaluators])
	if model == "" && len(models) > 0 {
		return nil, fmt.Errorf("--model %q gives no model to evaluator %q; write a model, or evaluator=MODEL", s.Model, s.Evaluator)
	}
	if model == planning.Builtin {
		model = ""
	}
	return &vignettev1.EvaluatorUse{Name: s.Evaluator, Model: model}, nil
}

// Describe says what the evaluator measures, and by which model if by any. Errors say what to do: a name nobody serves, an
// evaluator without a judge, a model the gateway does not know.
func (s *Study) Describe(ctx context.Context) (*vignettev1.EvaluatorDescription, error) {
	use, err := s.use()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, describeTimeout)
	defer cancel()
	response, err := s.Directory.Evaluator(planning.EvaluatorAgent(use)).Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
	switch {
	case status.Code(err) == codes.Unavailable && use.GetModel() != "":
		return nil, fmt.Errorf("evaluator %q has no judge that asks a model; leave --model away to measure its rules", s.Evaluator)
	case status.Code(err) == codes.Unavailable:
		return nil, fmt.Errorf("evaluator %q is not there: nobody serves that name; %s", s.Evaluator, protoyaml.DidYouMean(s.Evaluator, s.Known))
	case err != nil:
		return nil, fmt.Errorf("ask evaluator %q who it is: %w", s.Evaluator, err)
	}
	description := proto.CloneOf(response.GetDescription())
	if description == nil {
		return nil, fmt.Errorf("evaluator %q did not describe itself", s.Evaluator)
	}
	description.Name, description.Model = s.Evaluator, cmp.Or(use.GetModel(), description.GetModel())
	return description, s.resolve(ctx, use.GetModel())
}

// resolve asks whether the gateway knows a model.
func (s *Study) resolve(ctx context.Context, model string) error {
	if model == "" {
		return nil
	}
	_, err := s.Directory.Models().Resolve(ctx, &vignettev1.ResolveRequest{Model: model})
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("model %q cannot be asked: no endpoint is described; set $OPENAI_BASE_URL or write vignette.yaml", model)
	}
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	return nil
}

// Answers are an evaluator's scores, by id of the utterance and of the dimension.
type Answers map[string]map[string]*vignettev1.Score

// Ask puts every utterance to the evaluator. One that fails has scores that say so. The error is the context's, or that the
// budget is spent, or that the evaluator is gone: then there is nothing to compare.
func (s *Study) Ask(ctx context.Context, description *vignettev1.EvaluatorDescription, labels *Labels) (Answers, error) {
	use, err := s.use()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	answers, todo := Answers{}, make(chan *Utterance)
	var mu sync.Mutex
	var group sync.WaitGroup
	for range s.workers(use, len(labels.Utterances)) {
		group.Go(func() {
			for utterance := range todo {
				scores, err := s.askOne(ctx, use, description, utterance)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				answers[utterance.ID] = scores
				if s.Progress != nil {
					s.Progress(len(answers), len(labels.Utterances))
				}
				mu.Unlock()
			}
		})
	}
	for _, utterance := range labels.Utterances {
		select {
		case todo <- utterance:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	group.Wait()
	return answers, context.Cause(ctx)
}

func (s *Study) workers(use *vignettev1.EvaluatorUse, utterances int) int {
	usual := workers
	if use.GetModel() != "" {
		usual = modelWorkers
	}
	return min(cmp.Or(s.Workers, usual), utterances)
}

// askOne asks about one utterance and holds the answer to what was declared.
func (s *Study) askOne(ctx context.Context, use *vignettev1.EvaluatorUse, description *vignettev1.EvaluatorDescription, utterance *Utterance) (map[string]*vignettev1.Score, error) {
	request := proto.CloneOf(utterance.Request)
	if !slices.Contains(description.GetNeeds(), vignettev1.Need_NEED_OBJECTIVE) {
		request.Objective = nil
	}
	timeout := time.Duration(0)
	if use.GetModel() != "" {
		timeout = modelTimeout
		request.Model, request.Account = use.GetModel(), s.account(request)
	}
	var answer []*vignettev1.Score
	_, err := conductor.Retry(ctx, s.Clock, timeout, func(ctx context.Context) error {
		response, err := s.Directory.Evaluator(planning.EvaluatorAgent(use)).Evaluate(ctx, request)
		answer = response.GetScores()
		return err
	})
	if err := s.final(ctx, err); err != nil {
		return nil, err
	}
	question := verdict.Question{Episode: request.GetEpisode(), Role: request.GetRole(), Turns: []int32{request.GetTurnIndex()}, Texts: textsOf(request)}
	scores := verdict.Settle(description, question, answer)
	if err != nil {
		scores = verdict.None(description, question, vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, status.Convert(err).Message())
	}
	return byDimension(scores), nil
}

// final returns why asking must end, if it must.
func (s *Study) final(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if reason, spent := conductor.BudgetSpent(err); spent {
		return fmt.Errorf("%s; what was answered is on record: the same command with a higher --max-cost or --max-tokens goes on", reason)
	}
	if status.Code(err) == codes.Unavailable {
		return fmt.Errorf("evaluator %q cannot be asked: %w", s.Evaluator, err)
	}
	return nil
}

// account says for what a model is asked. Names there are short; an utterance's may not be.
func (s *Study) account(request *vignettev1.EvaluateRequest) *vignettev1.ModelAccount {
	return &vignettev1.ModelAccount{
		Run: s.Run, Task: "evaluate", Who: s.Evaluator, Kind: planning.ForEvaluators, TurnIndex: request.TurnIndex,
		Recorded: s.Terms.Recorded, MaxCost: s.Terms.MaxCost, MaxTokens: s.Terms.MaxTokens,
	}
}

func textsOf(request *vignettev1.EvaluateRequest) map[int32]string {
	texts := map[int32]string{}
	for _, turn := range request.GetTurns() {
		texts[turn.GetIndex()] = turn.GetAction().GetText()
	}
	return texts
}

// byDimension leaves out what was scored beyond the question.
func byDimension(scores []*vignettev1.Score) map[string]*vignettev1.Score {
	out := map[string]*vignettev1.Score{}
	for _, score := range scores {
		if _, twice := out[score.GetDimension()]; !twice && score.TurnIndex != nil {
			out[score.GetDimension()] = score
		}
	}
	return out
}

// heard is what an evaluator said of a dimension: a label, or why there is none.
type heard struct {
	label  label
	reason string // short name of the reason; empty where there is a label
	detail string
	// confidence is the evaluator's own, where it says.
	confidence *float64
}

// hear reads a score as a label.
func (d *dimension) hear(score *vignettev1.Score) heard {
	said := d.hearOutcome(score)
	if score != nil {
		said.confidence = score.Confidence
	}
	return said
}

func (d *dimension) hearOutcome(score *vignettev1.Score) heard {
	switch missing := score.GetMissing(); {
	case score == nil:
		return heard{reason: enumname.Of(vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED)}
	case missing.GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
		return heard{label: label{inapplicable: true}}
	case missing != nil:
		return heard{reason: enumname.Of(missing.GetReason()), detail: missing.GetDetail()}
	}
	switch d.scale {
	case vignettev1.Scale_SCALE_NUMBER:
		return heard{label: label{number: score.GetValue().GetNumber()}}
	case vignettev1.Scale_SCALE_CODES:
		return heard{label: label{places: d.codes(score)}}
	}
	place := d.place(score.GetValue().GetLabel())
	if score.GetValue().GetLabel() == "" {
		place = d.placeOf(score.GetValue().GetNumber())
	}
	if place < 0 {
		return heard{reason: enumname.Of(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER), detail: "the score has no label, and its number is that of none"}
	}
	return heard{label: label{places: []int{place}}}
}

// codes are the places of the codes that a score's spans name: as a label of the dimension, or as a code of its family.
func (d *dimension) codes(score *vignettev1.Score) []int {
	var places []int
	for _, span := range score.GetSpans() {
		name := span.GetCode()
		if name == d.spec.GetId() {
			name = span.GetLabel()
		}
		place := d.place(name)
		if place < 0 {
			place = d.place(name[strings.LastIndexByte(name, '.')+1:])
		}
		if place >= 0 && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}

// placeOf finds the label whose number is given; labels are evenly spaced over the range.
func (d *dimension) placeOf(number float64) int {
	n := len(d.spec.GetLabels())
	for i := range n {
		at := d.spec.GetMin()
		if n > 1 {
			at += float64(i) * (d.spec.GetMax() - d.spec.GetMin()) / float64(n-1)
		}
		if diff := at - number; diff < 1e-9 && diff > -1e-9 {
			return i
		}
	}
	return -1
}
