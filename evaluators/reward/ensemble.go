package reward

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// own is where the term's own evaluator, the nominal one, has its score.
func own(term *vignettev1.RewardTerm) address {
	return address{term.GetEvaluator(), term.GetDimension()}
}

// others are where the further evaluators of a term have theirs.
func others(term *vignettev1.RewardTerm) []address {
	var out []address
	for _, member := range term.GetEnsemble().GetMembers() {
		out = append(out, address{member.GetEvaluator(), cmp.Or(member.GetDimension(), term.GetDimension())})
	}
	return out
}

// addresses are all places a term looks at.
func addresses(term *vignettev1.RewardTerm) []address {
	return append([]address{own(term)}, others(term)...)
}

// nominalShare is lambda: how much the nominal value counts beside the least.
func nominalShare(ensemble *vignettev1.Ensemble) float64 {
	switch ensemble.GetRule() {
	case vignettev1.EnsembleRule_ENSEMBLE_RULE_WORST:
		return 0
	case vignettev1.EnsembleRule_ENSEMBLE_RULE_BLEND:
		return ensemble.GetLambda()
	}
	return 1
}

// together is lambda * nominal + (1 - lambda) * least. What is least is seen from the rewarded role: where the weight turns
// the dimension round, the largest value is. Whatever does not apply to a member leaves that member out; a member that is
// missing otherwise could have been the least, so where the least counts the term is missing.
func together(term *vignettev1.RewardTerm, members []opinion) (float64, *vignettev1.Missing) {
	share := nominalShare(term.GetEnsemble())
	if !(share >= 0 && share <= 1) {
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING, "lambda is %v, not within 0 and 1", share)
	}
	nominal := members[0]
	if nominal.missing != nil {
		return 0, nominal.missing
	}
	if share == 1 {
		return nominal.x, nil
	}
	sign := math.Copysign(1, weight(term))
	least := sign * nominal.x
	var lost []string
	for _, member := range members[1:] {
		switch {
		case member.missing == nil:
			least = min(least, sign*member.x)
		case member.missing.GetReason() != vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE:
			lost = append(lost, member.why())
		}
	}
	if len(lost) > 0 {
		return 0, missing(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING,
			"the worst case is not known: %s", strings.Join(lost, "; "))
	}
	return clamp(share*nominal.x + (1-share)*sign*least), nil
}

// disagreement is the standard deviation of the values of an ensemble, with n-1 in the denominator: nil with fewer than two.
func disagreement(members []opinion) *float64 {
	var sum, n float64
	for _, member := range members {
		if member.missing == nil {
			sum, n = sum+member.x, n+1
		}
	}
	if n < 2 {
		return nil
	}
	var squares float64
	for _, member := range members {
		if member.missing == nil {
			squares += (member.x - sum/n) * (member.x - sum/n)
		}
	}
	deviation := math.Sqrt(squares / (n - 1))
	return &deviation
}

// widest is the largest disagreement of some terms, nil where none has one.
func widest(results []result) *float64 {
	var out *float64
	for _, r := range results {
		if d := disagreement(r.members); d != nil && (out == nil || *d > *out) {
			out = d
		}
	}
	return out
}

// why says in a phrase what is missing.
func (o opinion) why() string { return phrase(o.dimension, o.evaluator, o.missing) }

func (o opinion) message() *vignettev1.EnsembleValue {
	out := &vignettev1.EnsembleValue{Evaluator: o.evaluator, Dimension: o.dimension}
	if o.missing != nil {
		out.Outcome = &vignettev1.EnsembleValue_Missing{Missing: o.missing}
	} else {
		out.Outcome = &vignettev1.EnsembleValue_Value{Value: o.x}
	}
	return out
}

func phrase(dimension, evaluator string, missing *vignettev1.Missing) string {
	reason := strings.ToLower(strings.TrimPrefix(missing.GetReason().String(), "MISSING_REASON_"))
	out := fmt.Sprintf("%s of %s is missing (%s", dimension, evaluator, reason)
	if missing.GetDetail() != "" {
		out += ": " + missing.GetDetail()
	}
	return out + ")"
}
