package llm

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Evaluators finds evaluators by the names under which they are on the wire.
type Evaluators func(name string) vignettev1.EvaluatorServiceClient

// best is BestOf. The evaluator is shown what the role itself perceived, each draft in the place of the next turn, and its own
// objective; one that needs to see more cannot be asked. Of equals the first is taken, also where none of them has a score because the
// dimensions do not apply; any other reason fails the turn.
func (t *turn) best(ctx context.Context) (*draft, error) {
	if t.evaluators == nil {
		return nil, status.Errorf(codes.FailedPrecondition, "role %q: strategy %s:%s needs evaluators, and this agent has none", t.obs.GetSelf().GetId(), t.strategy.name, t.strategy.evaluator)
	}
	client := t.evaluators(t.strategy.evaluator)
	described, err := client.Describe(ctx, &vignettev1.EvaluatorServiceDescribeRequest{})
	if err != nil {
		return nil, t.refused(err)
	}
	dimensions, err := t.dimensions(described.GetDescription())
	if err != nil {
		return nil, err
	}
	all, err := t.drawn(ctx, t.strategy.drafts)
	if err != nil {
		return nil, err
	}
	best, most := all[0], -2.0
	for _, d := range all {
		response, err := client.Evaluate(ctx, t.evaluation(d))
		if err != nil {
			return nil, t.refused(err)
		}
		worth, scored, err := t.worth(response.GetScores(), dimensions)
		if err != nil {
			return nil, err
		}
		if scored && worth > most {
			best, most = d, worth
		}
	}
	return best, nil
}

func (t *turn) refused(err error) error {
	return status.Errorf(status.Code(err), "role %q: evaluator %q of its strategy: %s", t.obs.GetSelf().GetId(), t.strategy.evaluator, status.Convert(err).Message())
}

// dimensions are those that count: all that have an order, or the one named.
func (t *turn) dimensions(d *vignettev1.EvaluatorDescription) (map[string]*vignettev1.DimensionSpec, error) {
	wrong := func(format string, args ...any) error {
		return status.Errorf(codes.InvalidArgument, "role %q: evaluator %q of its strategy %s; name another in policy.strategy", t.obs.GetSelf().GetId(), t.strategy.evaluator, fmt.Sprintf(format, args...))
	}
	for _, need := range d.GetNeeds() {
		if need != vignettev1.Need_NEED_OBJECTIVE {
			return nil, wrong("needs to see what a role may not know (%s)", need)
		}
	}
	found := map[string]*vignettev1.DimensionSpec{}
	for _, spec := range d.GetDimensions() {
		ordered := spec.GetTurn() && spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL && spec.GetScale() != vignettev1.Scale_SCALE_CODES
		if ordered && (t.strategy.dimension == "" || t.strategy.dimension == spec.GetId()) {
			found[spec.GetId()] = spec
		}
	}
	if len(found) == 0 {
		return nil, wrong("has no dimension of turns %q that drafts could be ordered by", t.strategy.dimension)
	}
	return found, nil
}

// evaluation asks for the worth of a draft.
func (t *turn) evaluation(d *draft) *vignettev1.EvaluateRequest {
	self, index := t.obs.GetSelf(), t.obs.GetTurnIndex()
	turns := append([]*vignettev1.PerceivedTurn{}, t.obs.GetTurns()...)
	people := append([]*vignettev1.Participant{{Id: self.GetId(), Name: nameOf(self), Kind: self.GetKind(), Relation: self.GetRelation()}}, t.obs.GetOthers()...)
	return &vignettev1.EvaluateRequest{
		Episode: t.obs.GetEpisode(), Language: t.obs.GetLanguage(), Setting: t.obs.GetSetting(), Participants: people, Role: self.GetId(), TurnIndex: &index,
		Turns:     append(turns, &vignettev1.PerceivedTurn{Index: index, Role: self.GetId(), Action: d.action}),
		Objective: self.GetObjective(), Model: t.model(), Account: t.account(0),
	}
}

// worth is the mean of what was scored in this turn, each rescaled to 0-1 by its range; scored says whether anything was.
func (t *turn) worth(scores []*vignettev1.Score, dimensions map[string]*vignettev1.DimensionSpec) (worth float64, scored bool, err error) {
	sum, n := 0.0, 0
	for _, score := range scores {
		spec := dimensions[score.GetDimension()]
		if spec == nil || score.TurnIndex == nil || score.GetTurnIndex() != t.obs.GetTurnIndex() {
			continue
		}
		if missing := score.GetMissing(); score.GetValue() == nil {
			if missing.GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE {
				return 0, false, status.Errorf(codes.Aborted, "role %q: evaluator %q of its strategy gave a draft no %s: %s", t.obs.GetSelf().GetId(), t.strategy.evaluator, spec.GetId(), missing)
			}
			continue
		}
		sum, n = sum+(score.GetValue().GetNumber()-spec.GetMin())/(spec.GetMax()-spec.GetMin()), n+1
	}
	if n == 0 {
		return 0, false, nil
	}
	return t.strategy.sign * sum / float64(n), true, nil
}
