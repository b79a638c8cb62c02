package judge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/evaluators"
	"github.com/vignette-sim/vignette/evaluators/verdict"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// shownVersion is how many digits of the prompts' hash make the version.
const shownVersion = 12

// abreast is how many turns of one request are asked about at once. The gateway has limits of its own.
const abreast = 4

// New returns the judge of a family, which asks models. It is safe for concurrent use. Families are part of the program: New
// panics when one cannot be judged (no dimensions, a need that a judge is not shown, a range or a scale that is none).
//
// The model is the request's; without one Evaluate fails with FAILED_PRECONDITION. Its other errors are those of
// ModelService that the package comment names, as they came.
func New(family Family, models vignettev1.ModelServiceClient) evaluators.Evaluator {
	j, err := newJudge(family, models)
	if err != nil {
		panic(fmt.Sprintf("judge: family %q: %v", family.Description.GetSummary(), err))
	}
	return j
}

type judge struct {
	family      Family
	models      vignettev1.ModelServiceClient
	description *vignettev1.EvaluatorDescription
	turns       *form // nil: no dimension of turns
	whole       *form // nil: no dimension of the whole that is the model's to rate
}

func newJudge(family Family, models vignettev1.ModelServiceClient) (*judge, error) {
	if err := family.check(); err != nil {
		return nil, err
	}
	turns, err := family.turnsForm()
	if err != nil {
		return nil, err
	}
	whole, err := newForm(family, family.ofEpisodes(), true)
	if err != nil {
		return nil, err
	}
	return &judge{family: family, models: models, turns: turns, whole: whole, description: &vignettev1.EvaluatorDescription{
		Method:     "llm",
		Version:    "prompt-" + versionOf(turns, whole),
		Dimensions: family.Description.GetDimensions(),
		Needs:      family.Description.GetNeeds(),
		Summary:    family.Description.GetSummary(),
	}}, nil
}

func versionOf(forms ...*form) string {
	var hashes []string
	for _, f := range forms {
		if f != nil {
			hashes = append(hashes, f.hash)
		}
	}
	if len(hashes) == 1 {
		return hashes[0][:shownVersion]
	}
	return hashOf(hashes...)[:shownVersion]
}

// Describe says what is rated: in any language, as the model has it. The version stands for the prompts.
func (j *judge) Describe() *vignettev1.EvaluatorDescription { return proto.CloneOf(j.description) }

// Evaluate asks about each turn that is to be scored, and about the whole.
func (j *judge) Evaluate(ctx context.Context, req *vignettev1.EvaluateRequest) ([]*vignettev1.Score, error) {
	if req.GetModel() == "" {
		return nil, status.Error(codes.FailedPrecondition, "a judge asks a language model, and the request names none")
	}
	req = j.shown(req)
	verdicts, err := j.rateAll(ctx, req, j.occasions(req))
	if err != nil {
		return nil, err
	}
	scores := slices.Concat(verdicts...)
	if req.TurnIndex == nil && j.family.Episode != nil {
		scores = append(scores, j.sign(req, j.turns, j.family.Episode(req, scores))...)
	}
	return scores, nil
}

func (j *judge) occasions(req *vignettev1.EvaluateRequest) []occasion {
	var out []occasion
	for _, turn := range req.GetTurns() {
		wanted := req.TurnIndex == nil || req.GetTurnIndex() == turn.GetIndex()
		if j.turns != nil && wanted && turn.GetRole() == req.GetRole() {
			out = append(out, occasion{req: req, form: j.turns, turn: turn})
		}
	}
	if j.whole != nil && req.TurnIndex == nil {
		out = append(out, occasion{req: req, form: j.whole})
	}
	return out
}

// rateAll rates several occasions at once and returns the scores in their order. When one must not go on, no other is
// begun; those under way are waited for, since their answers are paid for and will be on record.
func (j *judge) rateAll(ctx context.Context, req *vignettev1.EvaluateRequest, occasions []occasion) ([][]*vignettev1.Score, error) {
	verdicts := make([][]*vignettev1.Score, len(occasions))
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var workers sync.WaitGroup
	for range min(abreast, len(occasions)) {
		workers.Go(func() {
			for failure.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(occasions) {
					return
				}
				scores, err := j.rate(ctx, req, occasions[i])
				if err != nil {
					failure.CompareAndSwap(nil, &err)
					return
				}
				verdicts[i] = scores
			}
		})
	}
	workers.Wait()
	if err := failure.Load(); err != nil {
		return nil, *err
	}
	return verdicts, nil
}

// rate rates one occasion. An error is one that ends the whole request.
func (j *judge) rate(ctx context.Context, req *vignettev1.EvaluateRequest, o occasion) ([]*vignettev1.Score, error) {
	reason, detail := j.needless(req, o)
	if reason != vignettev1.MissingReason_MISSING_REASON_UNSPECIFIED {
		return j.sign(req, o.form, o.none(reason, detail)), nil
	}
	scores, err := j.ask(ctx, req, o)
	if err != nil {
		return nil, err
	}
	for i, score := range scores {
		scores[i] = verdict.Abstain(score, req.GetAbstainBelow()) // before an episode is made of them
	}
	return j.sign(req, o.form, scores), nil
}

// shown is what the model may see of a request. Whoever asks may hand over more than was declared to be needed, and of cards
// the model sees that of the rated role alone.
func (j *judge) shown(req *vignettev1.EvaluateRequest) *vignettev1.EvaluateRequest {
	cards := j.needs(vignettev1.Need_NEED_ROLE_CARDS)
	if (j.needsObjective() || req.GetObjective() == nil) && len(req.GetRoleCards()) == 0 {
		return req
	}
	req = proto.CloneOf(req)
	if !j.needsObjective() {
		req.Objective = nil
	}
	req.RoleCards = slices.DeleteFunc(req.RoleCards, func(card *vignettev1.RoleCard) bool { return !cards || card.GetId() != req.GetRole() })
	return req
}

func (j *judge) needsObjective() bool { return j.needs(vignettev1.Need_NEED_OBJECTIVE) }

func (j *judge) needs(need vignettev1.Need) bool {
	return slices.Contains(j.description.GetNeeds(), need)
}

// needless says why a model need not be asked.
func (j *judge) needless(req *vignettev1.EvaluateRequest, o occasion) (vignettev1.MissingReason, string) {
	switch {
	case j.needsObjective() && req.GetObjective() == nil:
		return vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "it is judged against an objective, and the request has none"
	case j.family.Carded && len(req.GetRoleCards()) == 0:
		return vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "it is judged against the role's card, and the request has none"
	case o.turn != nil:
		if why := j.family.inapplicable(req.GetObjective(), o.turn.GetAction()); why != "" {
			return vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, why
		}
		if o.form.idle != nil {
			return o.form.idle(o)
		}
	case !slices.ContainsFunc(req.GetTurns(), func(turn *vignettev1.PerceivedTurn) bool {
		return turn.GetRole() == req.GetRole() && turn.GetAction().GetText() != ""
	}):
		return vignettev1.MissingReason_MISSING_REASON_TOO_LITTLE_DATA, "the role said nothing"
	}
	return vignettev1.MissingReason_MISSING_REASON_UNSPECIFIED, ""
}

// sign says which prompt and which model scores come from.
func (j *judge) sign(req *vignettev1.EvaluateRequest, f *form, scores []*vignettev1.Score) []*vignettev1.Score {
	for _, score := range scores {
		score.Provenance = &vignettev1.Provenance{Model: req.GetModel()}
		if f != nil {
			score.Provenance.PromptHash = f.hash
		}
	}
	return scores
}
