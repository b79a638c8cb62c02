package reward

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Version of the rules in this package. It changes whenever the same scores may come to another reward.
const Version = "reward-2"

// Lookup finds what an evaluator declared about one of its dimensions, or nil if it declared no such dimension.
type Lookup func(evaluator, dimension string) *vignettev1.DimensionSpec

// Compose returns the reward of a role for an episode and for each of its turns that was scored. It never fails: a
// reward that cannot be computed says why.
//
// A term takes the score about the rewarded role. If its evaluator scored another role instead, and only that one, the
// term takes that score: a counselor can be rewarded for what happened in the client. Such scores do not enter turn
// rewards, which are about the role's own turns.
//
// Where scores repeat (an evaluator that is asked after each turn and again at the end), the first value stands: it is
// what the role was told when it acted. A value stands before a missing one. Apart from that the order of the scores
// does not matter.
func Compose(terms []*vignettev1.RewardTerm, role string, dimensions Lookup, scores []*vignettev1.Score) *vignettev1.Reward {
	c := composer{terms: terms, role: role, dimensions: dimensions, board: arrange(scores)}
	reward := &vignettev1.Reward{Role: role, Composition: Version}
	results := c.results(wholeEpisode)
	if value, missing := combine(results); missing != nil {
		reward.Outcome = &vignettev1.Reward_Missing{Missing: missing}
	} else {
		reward.Outcome = &vignettev1.Reward_Value{Value: value}
	}
	for _, r := range results {
		reward.Terms = append(reward.Terms, c.message(r))
	}
	for _, turn := range c.scoredTurns() {
		reward.PerTurn = append(reward.PerTurn, turnReward(turn, c.results(turn)))
	}
	return reward
}

// ComposeTurn returns the reward of a role for one of its turns and every term with what it came to there. Terms whose dimension is
// not scored on single turns do not apply. It never fails, as [Compose] does not.
func ComposeTurn(terms []*vignettev1.RewardTerm, role string, dimensions Lookup, scores []*vignettev1.Score, turn int32) (*vignettev1.TurnReward, []*vignettev1.RewardTermValue) {
	c := composer{terms: terms, role: role, dimensions: dimensions, board: arrange(scores)}
	results := c.results(turn)
	values := make([]*vignettev1.RewardTermValue, len(results))
	for i, r := range results {
		values[i] = c.message(r)
	}
	return turnReward(turn, results), values
}

func turnReward(turn int32, results []result) *vignettev1.TurnReward {
	out := &vignettev1.TurnReward{TurnIndex: turn, Disagreement: widest(results)}
	if value, missing := combine(results); missing != nil {
		out.Outcome = &vignettev1.TurnReward_Missing{Missing: missing}
	} else {
		out.Outcome = &vignettev1.TurnReward_Value{Value: value}
	}
	return out
}

// composer holds what one composition works on.
type composer struct {
	terms      []*vignettev1.RewardTerm
	role       string
	dimensions Lookup
	board      scoreboard
}

// result is one term and what it came to: x on [-1, 1], or why there is none.
type result struct {
	term    *vignettev1.RewardTerm
	x       float64
	missing *vignettev1.Missing
	// members are the values of an ensemble, the nominal one first; none where the term has no ensemble.
	members []opinion
}

// opinion is what one evaluator of a term says: x on [-1, 1], or why there is none.
type opinion struct {
	address
	x       float64
	missing *vignettev1.Missing
}

func (c *composer) results(turn int32) []result {
	out := make([]result, len(c.terms))
	for i, term := range c.terms {
		out[i] = c.evaluate(term, turn)
	}
	return out
}

// evaluate finds the scores a term asks for, rescales them, and brings those of an ensemble together.
func (c *composer) evaluate(term *vignettev1.RewardTerm, turn int32) result {
	r := result{term: term}
	switch {
	case !finite(term.GetWeight()):
		r.missing = missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"the weight %v is not a finite number", term.GetWeight())
		return r
	case weight(term) == 0:
		r.missing = missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "its weight is 0")
		return r
	}
	nominal := c.opinion(own(term), turn)
	if term.GetEnsemble() == nil {
		r.x, r.missing = nominal.x, nominal.missing
		return r
	}
	r.members = append(r.members, nominal)
	for _, at := range others(term) {
		r.members = append(r.members, c.opinion(at, turn))
	}
	r.x, r.missing = together(term, r.members)
	return r
}

// opinion finds the score at an address and rescales it.
func (c *composer) opinion(at address, turn int32) opinion {
	x, why := c.read(at, turn)
	return opinion{address: at, x: x, missing: why}
}

func (c *composer) read(at address, turn int32) (float64, *vignettev1.Missing) {
	spec := c.dimensions(at.evaluator, at.dimension)
	switch {
	case spec == nil:
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"evaluator %q declares no dimension %q", at.evaluator, at.dimension)
	case turn == wholeEpisode && !spec.GetEpisode():
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "scored per turn only")
	case turn != wholeEpisode && !spec.GetTurn():
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "scored per episode only")
	}
	score := c.board.find(at, c.role, turn)
	switch {
	case score == nil:
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED, "there is no such score")
	case score.GetValue() == nil && score.GetMissing() == nil:
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER, "the score has neither value nor reason")
	case score.GetValue() == nil:
		return 0, score.GetMissing()
	}
	return rescale(score.GetValue().GetNumber(), spec)
}

// rescale maps a number from its declared range to [-1, 1]. It halves before it subtracts, so that no range overflows.
func rescale(number float64, spec *vignettev1.DimensionSpec) (float64, *vignettev1.Missing) {
	low, high := spec.GetMin(), spec.GetMax()
	if !finite(low) || !finite(high) || low >= high {
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"the declared range %v to %v is none", low, high)
	}
	if !(number >= low && number <= high) { // also refuses NaN
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER,
			"%v is outside the declared range %v to %v", number, low, high)
	}
	middle, half := low/2+high/2, high/2-low/2
	return clamp((number - middle) / half), nil
}

// combine does the sum, or says why it cannot be done.
func combine(results []result) (float64, *vignettev1.Missing) {
	if len(results) == 0 {
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "the scenario states no reward terms for this role")
	}
	var kept []result
	var blocking, left []string
	for _, r := range results {
		switch {
		case r.missing == nil:
			kept = append(kept, r)
		case r.missing.GetReason() == vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
		case r.term.GetOptional():
			left = append(left, r.why())
		default:
			blocking = append(blocking, r.why())
		}
	}
	switch {
	case len(blocking) > 0:
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "%s", strings.Join(blocking, "; "))
	case len(kept) > 0:
		return weightedMean(kept), nil
	case len(left) > 0:
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"only optional terms apply, and they are missing: %s", strings.Join(left, "; "))
	}
	return 0, missing(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE, "no term applies here")
}

// weightedMean is sum(w x) / sum(|w|). Weights are divided by the largest first, so that huge ones do not overflow.
func weightedMean(kept []result) float64 {
	var largest float64
	for _, r := range kept {
		largest = max(largest, math.Abs(weight(r.term)))
	}
	var sum, weights float64
	for _, r := range kept {
		w := weight(r.term) / largest
		sum += w * r.x
		weights += math.Abs(w)
	}
	return clamp(sum / weights)
}

func weight(term *vignettev1.RewardTerm) float64 {
	if term.Weight == nil {
		return 1
	}
	return term.GetWeight()
}

// why says in a phrase what is missing.
func (r result) why() string { return phrase(r.term.GetDimension(), r.term.GetEvaluator(), r.missing) }

// message is a term as it stands in the record of an episode's reward.
func (c *composer) message(r result) *vignettev1.RewardTermValue {
	out := &vignettev1.RewardTermValue{
		Evaluator:    r.term.GetEvaluator(),
		Dimension:    r.term.GetDimension(),
		Weight:       weight(r.term),
		Sources:      c.sources(r.term),
		Disagreement: disagreement(r.members),
	}
	if spec := c.dimensions(r.term.GetEvaluator(), r.term.GetDimension()); spec != nil {
		out.PaysProcess, out.PaysOutcome = spec.GetTurn(), spec.GetEpisode()
	}
	if r.missing != nil {
		out.Outcome = &vignettev1.RewardTermValue_Missing{Missing: r.missing}
	} else {
		out.Outcome = &vignettev1.RewardTermValue_Value{Value: r.x}
	}
	for _, each := range r.members {
		out.Members = append(out.Members, each.message())
	}
	return out
}

// scoredTurns are the turns of the role that some term has a score for, in order.
func (c *composer) scoredTurns() []int32 {
	turns := map[int32]bool{}
	for _, term := range c.terms {
		for _, at := range addresses(term) {
			for turn := range c.board[at][c.role] {
				if turn != wholeEpisode {
					turns[turn] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(turns))
}

// maxDetail keeps details within what the contract allows (2000 characters).
const maxDetail = 2000

func missing(reason vignettev1.MissingReason, format string, args ...any) *vignettev1.Missing {
	detail := []rune(fmt.Sprintf(format, args...))
	if len(detail) > maxDetail {
		detail = append(detail[:maxDetail-1], '…')
	}
	return &vignettev1.Missing{Reason: reason, Detail: string(detail)}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func clamp(x float64) float64 { return min(max(x, -1), 1) }
