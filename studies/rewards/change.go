package rewards

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/episode"
	"github.com/vignette-sim/vignette/evaluators/reward"
	"github.com/vignette-sim/vignette/feedback/ratings"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// Version of the rules by which scores are composed here.
const Version = reward.Version

// Change says which reward terms have other weights than a scenario states. Terms it does not name keep theirs. The zero value
// changes nothing.
type Change []Weight

// Weight is the weight of a term: 0 takes it out, a dimension that is scored and not yet rewarded becomes a term.
type Weight struct {
	// Evaluator is empty where the dimension says enough.
	Evaluator string
	Dimension string
	Value     float64
}

// ParseChange reads "DIMENSION=WEIGHT,EVALUATOR:DIMENSION=WEIGHT,...".
func ParseChange(text string) (Change, error) {
	var out Change
	var wrong []error
	for part := range strings.SplitSeq(text, ",") {
		weight, err := parseWeight(strings.TrimSpace(part))
		switch {
		case err != nil:
			wrong = append(wrong, err)
		case slices.ContainsFunc(out, func(w Weight) bool { return w.Evaluator == weight.Evaluator && w.Dimension == weight.Dimension }):
			wrong = append(wrong, fmt.Errorf("%q: %s has two weights; keep one", part, weight.name()))
		default:
			out = append(out, weight)
		}
	}
	return out, errors.Join(wrong...)
}

func parseWeight(text string) (Weight, error) {
	name, number, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return Weight{}, fmt.Errorf("%q: write DIMENSION=WEIGHT, as in dear_man.assert=2", text)
	}
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return Weight{}, fmt.Errorf("%q: %q is not a number; a weight is one, as in dear_man.assert=2 (0 takes the term out)", text, number)
	}
	evaluator, dimension, named := strings.Cut(strings.TrimSpace(name), ":")
	if !named {
		evaluator, dimension = "", evaluator
	}
	if dimension == "" {
		return Weight{}, fmt.Errorf("%q: the dimension is missing; write EVALUATOR:DIMENSION=WEIGHT", text)
	}
	return Weight{Evaluator: evaluator, Dimension: dimension, Value: value}, nil
}

func (w Weight) name() string {
	if w.Evaluator == "" {
		return w.Dimension
	}
	return w.Evaluator + ":" + w.Dimension
}

func (w Weight) String() string { return w.name() + "=" + strconv.FormatFloat(w.Value, 'g', -1, 64) }

// String is the change as [ParseChange] reads it.
func (c Change) String() string {
	parts := make([]string, len(c))
	for i, w := range c {
		parts[i] = w.String()
	}
	return strings.Join(parts, ",")
}

// Check refuses a dimension that no evaluator of a run scores, and one that several score where none is named.
func (c Change) Check(manifest *vignettev1.Manifest) error {
	var all []string
	scorers := map[string][]string{}
	for _, evaluator := range manifest.GetEvaluators() {
		for _, spec := range evaluator.GetDimensions() {
			if ordered(spec) {
				all = append(all, spec.GetId())
				scorers[spec.GetId()] = append(scorers[spec.GetId()], evaluator.GetName())
			}
		}
	}
	slices.Sort(all)
	var wrong []error
	for _, w := range c {
		if w.rated() {
			continue // That is in notes, see Named.
		}
		switch by := scorers[w.Dimension]; {
		case len(by) == 0:
			wrong = append(wrong, fmt.Errorf("%q: nobody scores %s in this run; there is: %s", w, w.Dimension, strings.Join(slices.Compact(all), ", ")))
		case w.Evaluator == "" && len(by) > 1:
			wrong = append(wrong, fmt.Errorf("%q: several score %s; write one of %s:%s", w, w.Dimension, strings.Join(by, ":"+w.Dimension+", "), w.Dimension))
		case w.Evaluator != "" && !slices.Contains(by, w.Evaluator):
			wrong = append(wrong, fmt.Errorf("%q: %s does not score %s; %s does", w, w.Evaluator, w.Dimension, strings.Join(by, ", ")))
		}
	}
	return errors.Join(wrong...)
}

// rated says whether a weight is of what raters said.
func (w Weight) rated() bool { return ratings.Spec(w.Dimension) != nil }

// Rated says whether the change weighs what raters said, which is noted on episodes and not among a run's evaluators.
func (c Change) Rated() bool { return slices.ContainsFunc(c, Weight.rated) }

// Named is the change with a name before every dimension of raters; named has those under which fits of ratings are noted, by dimension.
// The error says what is not there, or is there under several names.
func (c Change) Named(named map[string][]string) (Change, error) {
	out := slices.Clone(c)
	var wrong []error
	for i, w := range out {
		switch by := named[w.Dimension]; {
		case !w.rated() || w.Evaluator != "" && slices.Contains(by, w.Evaluator):
		case len(by) == 0:
			wrong = append(wrong, fmt.Errorf("%q: no fit of ratings is noted as %s in this run; 'vignette reward ratings CAMPAIGN --record' notes one", w, w.Dimension))
		case w.Evaluator != "":
			wrong = append(wrong, fmt.Errorf("%q: %s has no fit noted as %s; %s has", w, w.Evaluator, w.Dimension, strings.Join(by, ", ")))
		case len(by) > 1:
			wrong = append(wrong, fmt.Errorf("%q: several fits are noted as %s; write one of %s:%s", w, w.Dimension, strings.Join(by, ":"+w.Dimension+", "), w.Dimension))
		default:
			out[i].Evaluator = by[0]
		}
	}
	return out, errors.Join(wrong...)
}

// RatedScores are the newest scores that fits of ratings noted on an episode; notes are those on it, oldest first.
func RatedScores(notes []*vignettev1.Note) []*vignettev1.Score {
	newest := map[[2]string][]*vignettev1.Score{}
	var order [][2]string
	for _, note := range notes {
		scores := note.GetRescored().GetScores()
		if len(scores) == 0 || ratings.Spec(scores[0].GetDimension()) == nil {
			continue
		}
		key := [2]string{scores[0].GetEvaluator(), scores[0].GetDimension()}
		if newest[key] == nil {
			order = append(order, key)
		}
		newest[key] = scores
	}
	var out []*vignettev1.Score
	for _, key := range order {
		out = append(out, newest[key]...)
	}
	return out
}

// ordered says whether a dimension has more and less, so that somebody can be rewarded for it.
func ordered(spec *vignettev1.DimensionSpec) bool {
	return spec.GetScale() != vignettev1.Scale_SCALE_NOMINAL
}

// Terms are the reward terms of a role under the change, as far as the episode's evaluators score what it names.
func (c Change) Terms(plan *episode.Plan, role string) []*vignettev1.RewardTerm {
	var out []*vignettev1.RewardTerm
	used := make([]bool, len(c))
	for _, term := range stated(plan, role) {
		i := slices.IndexFunc(c, func(w Weight) bool {
			return w.Dimension == term.GetDimension() && (w.Evaluator == "" || w.Evaluator == term.GetEvaluator())
		})
		if i < 0 {
			out = append(out, term)
			continue
		}
		used[i] = true
		if c[i].Value != 0 {
			term = proto.CloneOf(term)
			term.Weight = proto.Float64(c[i].Value)
			out = append(out, term)
		}
	}
	for i, w := range c {
		by := scorer(plan, w)
		if w.rated() {
			by = w.Evaluator
		}
		if !used[i] && w.Value != 0 && by != "" {
			out = append(out, &vignettev1.RewardTerm{Evaluator: by, Dimension: w.Dimension, Weight: proto.Float64(w.Value)})
		}
	}
	return out
}

// stated are the terms that the scenario states for a role.
func stated(plan *episode.Plan, role string) []*vignettev1.RewardTerm {
	for _, each := range plan.Scenario.GetRoles() {
		if each.GetId() == role {
			return each.GetReward()
		}
	}
	return nil
}

// scorer is who scores a dimension in an episode, "" where nobody does.
func scorer(plan *episode.Plan, w Weight) string {
	for _, use := range plan.Scenario.GetEvaluators() {
		if (w.Evaluator == "" || w.Evaluator == use.GetName()) && dimension(plan, use.GetName(), w.Dimension) != nil {
			return use.GetName()
		}
	}
	return ""
}

func dimension(plan *episode.Plan, evaluator, id string) *vignettev1.DimensionSpec {
	for _, spec := range plan.Evaluators[evaluator].GetDimensions() {
		if spec.GetId() == id {
			return spec
		}
	}
	return nil
}

// Compose is the reward of a role under a change, from the scores on record and those that raters' fits noted: without a change it is
// what the run composed, if by the same rules.
func Compose(state *episode.State, role string, change Change, rated ...*vignettev1.Score) *vignettev1.Reward {
	plan := state.Plan()
	return reward.Compose(change.Terms(plan, role), role, func(evaluator, id string) *vignettev1.DimensionSpec {
		if spec := ratings.Spec(id); spec != nil && plan.Evaluators[evaluator] == nil {
			return spec
		}
		return dimension(plan, evaluator, id)
	}, slices.Concat(state.Scores(), rated))
}

// Recorded is the reward of a role as the run composed it; nil where it has none.
func Recorded(state *episode.State, role string) *vignettev1.Reward {
	for _, r := range state.Completed().GetRewards() {
		if r.GetRole() == role {
			return r
		}
	}
	return nil
}

// Value is a reward's number; false where it is missing.
func Value(r *vignettev1.Reward) (float64, bool) {
	value, ok := r.GetOutcome().(*vignettev1.Reward_Value)
	return r.GetValue(), ok && value != nil
}

// Role is the role that is asked about: the named one, or the focal role.
func Role(plan *episode.Plan, named string) string { return cmp.Or(named, plan.Scenario.GetFocal()) }
