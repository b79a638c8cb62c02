package hindsight

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Outcomes is the name under which what came of an episode is scored.
const Outcomes = "hindsight"

// Dimensions.
const (
	// Foresight and Hindsight are satisfaction before and after consequences, 1-5.
	Foresight = "foresight.satisfaction"
	Hindsight = "hindsight.satisfaction"
	// Utility is what the choice was worth, -1 to 1; see [UtilityOf].
	Utility = "hindsight.utility"
	// Goal is how far what was agreed is reached, 0-1.
	Goal = "hindsight.goal"
	// DistressAfter is felt distress on the last day, SUDS 0-100.
	DistressAfter = "hindsight.distress"
	// Functioning is how well daily life goes on the last day, 0-1.
	Functioning = "hindsight.functioning"
	// Followed is the share of days on which the plan was followed, 0-1.
	Followed = "hindsight.followed"
	// Return is whether the client came to the next session, 0-1 over futures.
	Return = "hindsight.return"
	// Kept is the share of days on which the other does what was agreed, 0-1.
	Kept = "hindsight.kept"
	// Relationship is how the two get on, on the last day, 0-1.
	Relationship = "hindsight.relationship"
)

// Describe says what is scored here, and on which ranges.
func Describe() []*vignettev1.DimensionSpec {
	episode := func(id, title, definition string, low, high float64) *vignettev1.DimensionSpec {
		return &vignettev1.DimensionSpec{Id: id, Title: title, Definition: definition, Min: low, Max: high, Episode: true, Scale: vignettev1.Scale_SCALE_NUMBER}
	}
	return []*vignettev1.DimensionSpec{
		episode(Foresight, "satisfaction in foresight", "How satisfied, before anything is known of what came of it.", LowestSatisfaction, HighestSatisfaction),
		episode(Hindsight, "satisfaction in hindsight", "How satisfied, after consequences were seen.", LowestSatisfaction, HighestSatisfaction),
		episode(Utility, "utility", "What the choice was worth: -1 unmet, 0 none, else cheapest price over price paid.", -1, 1),
		episode(Goal, "goal", "How far what was agreed is reached.", 0, 1),
		episode(DistressAfter, "distress after", "Felt distress on the last day, SUDS.", 0, 100),
		episode(Functioning, "functioning", "How well daily life goes on the last day.", 0, 1),
		episode(Followed, "plan followed", "Share of days on which the plan was followed.", 0, 1),
		episode(Return, "returned", "Share of futures in which the client comes to the next session.", 0, 1),
		episode(Kept, "kept", "Share of days on which the other does what was agreed, or leaves the no alone.", 0, 1),
		episode(Relationship, "relationship", "How the two get on, on the last day.", 0, 1),
	}
}

func dimension(id string) *vignettev1.DimensionSpec {
	for _, spec := range Describe() {
		if spec.GetId() == id {
			return spec
		}
	}
	return nil
}

// Study is what came of one episode, and how it was judged.
type Study struct {
	State        *episode.State
	Consequences *vignettev1.Consequences
	// Scores are the outcomes, means over futures, and every judge's foresight and hindsight; each has a value or a reason.
	Scores []*vignettev1.Score
}

// Of looks into the futures of an episode and judges it before and after. Nil where the scenario does not say what could come of it.
func Of(state *episode.State, options Options) (*Study, error) {
	world, ok := WorldOf(state)
	if !ok {
		return nil, nil
	}
	consequences, err := Simulate(world, options)
	if err != nil {
		return nil, fmt.Errorf("episode %s: %w", state.Plan().Episode, err)
	}
	s := &Study{State: state, Consequences: consequences}
	for _, spec := range Describe() {
		s.addOutcome(spec.GetId())
	}
	seen := Observe(consequences, options.For(world).Shown)
	for i, judge := range Judges() {
		luck := rand.New(rand.NewPCG(world.Luck^options.Seed, uint64(i)+0x6a756467))
		impression, missing := judge.foresee(world, state)
		s.add(string(judge), Foresight, scale(impression), missing)
		s.add(string(judge), Hindsight, scale(look(impression, seen, luck)), missing)
	}
	return s, nil
}

// addOutcome scores the mean of an outcome over the futures; one that is missing in any is missing, and one that none has is no
// score.
func (s *Study) addOutcome(id string) {
	sum, n := 0.0, 0.0
	for _, future := range s.Consequences.GetFutures() {
		for _, o := range future.GetOutcomes() {
			if o.GetDimension() != id {
				continue
			}
			if o.GetMissing() != nil {
				s.add(Outcomes, id, 0, o.GetMissing())
				return
			}
			sum, n = sum+o.GetValue(), n+1
		}
	}
	if n > 0 {
		s.add(Outcomes, id, sum/n, nil)
	}
}

// add scores by the rules.
func (s *Study) add(evaluator, dimension string, value float64, missing *vignettev1.Missing) {
	by := &vignettev1.Provenance{Agent: evaluator, Mind: "builtin", Version: Version}
	if made := s.Consequences.GetProvenance(); evaluator == Outcomes && made != nil {
		by = made
	}
	s.addBy(by, dimension, value, missing)
}

// addBy scores a dimension by whoever says so.
func (s *Study) addBy(by *vignettev1.Provenance, dimension string, value float64, missing *vignettev1.Missing) {
	plan := s.State.Plan()
	score := &vignettev1.Score{
		Id:        fmt.Sprintf("%s-%s-%s-r%d", plan.Episode, by.GetAgent(), dimension, s.Consequences.GetRevision()),
		Evaluator: by.GetAgent(), Dimension: dimension, Role: plan.Scenario.GetFocal(),
		Outcome:    &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: value}},
		Provenance: by,
	}
	if missing != nil {
		score.Outcome = &vignettev1.Score_Missing{Missing: missing}
	}
	s.Scores = append(s.Scores, score)
}

// Judges are those who judged, in the order of tables.
func (s *Study) Judges() []Judge {
	var out []Judge
	for _, score := range s.Scores {
		if judge := Judge(score.GetEvaluator()); score.GetEvaluator() != Outcomes && !slices.Contains(out, judge) {
			out = append(out, judge)
		}
	}
	return out
}

// Value is a score of the study; false where it is missing or was not given.
func (s *Study) Value(evaluator, dimension string) (float64, bool) {
	for _, score := range s.Scores {
		if score.GetEvaluator() == evaluator && score.GetDimension() == dimension && score.GetValue() != nil {
			return score.GetValue().GetNumber(), true
		}
	}
	return 0, false
}

// Revise numbers the study as the next revision after those on record.
func (s *Study) Revise(revision int32) {
	s.Consequences.Revision = revision
	scores := s.Scores
	s.Scores = nil
	for _, score := range scores {
		s.addBy(score.GetProvenance(), score.GetDimension(), score.GetValue().GetNumber(), score.GetMissing())
	}
}

// Reward is the focal role's reward under its scenario's terms and terms of hindsight beside them, from the scores on record and
// those of the study. A term's evaluator says whose: [Outcomes] or a judge.
func (s *Study) Reward(terms []*vignettev1.RewardTerm) *vignettev1.Reward {
	plan := s.State.Plan()
	role := plan.Scenario.GetFocal()
	var all []*vignettev1.RewardTerm
	for _, r := range plan.Scenario.GetRoles() {
		if r.GetId() == role {
			all = append(all, r.GetReward()...)
		}
	}
	for _, term := range terms {
		all = append(all, proto.CloneOf(term))
	}
	return reward.Compose(all, role, func(evaluator, id string) *vignettev1.DimensionSpec {
		for _, spec := range plan.Evaluators[evaluator].GetDimensions() {
			if spec.GetId() == id {
				return spec
			}
		}
		if evaluator == Outcomes || slices.Contains(allJudges, Judge(evaluator)) {
			return dimension(id)
		}
		return nil
	}, append(append([]*vignettev1.Score{}, s.State.Scores()...), s.Scores...))
}
