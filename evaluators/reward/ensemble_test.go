package reward_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	nominal = vignettev1.EnsembleRule_ENSEMBLE_RULE_NOMINAL
	worst   = vignettev1.EnsembleRule_ENSEMBLE_RULE_WORST
	blend   = vignettev1.EnsembleRule_ENSEMBLE_RULE_BLEND
)

// panel are evaluators that declare the dimension "a", each on a range of its own, and one that scores turns only.
func panel(evaluator, dimension string) *vignettev1.DimensionSpec {
	switch evaluator {
	case "judge":
		return &vignettev1.DimensionSpec{Id: dimension, Min: 0, Max: 1, Turn: true, Episode: true}
	case "second", "third":
		return &vignettev1.DimensionSpec{Id: dimension, Min: 0, Max: 10, Turn: true, Episode: true}
	case "turns":
		return &vignettev1.DimensionSpec{Id: dimension, Min: 0, Max: 1, Turn: true}
	}
	return nil
}

func panelTerm(rule vignettev1.EnsembleRule, lambda, weight float64, members ...string) *vignettev1.RewardTerm {
	out := term("a", weight)
	out.Ensemble = &vignettev1.Ensemble{Rule: rule}
	if rule == blend {
		out.Ensemble.Lambda = &lambda
	}
	for _, member := range members {
		out.Ensemble.Members = append(out.Ensemble.Members, &vignettev1.EnsembleMember{Evaluator: member})
	}
	return out
}

func by(evaluator string, s *vignettev1.Score) *vignettev1.Score {
	s.Evaluator = evaluator
	return s
}

func TestEnsembles(t *testing.T) {
	all := []*vignettev1.Score{value("a", 0.9), by("second", value("a", 2)), by("third", value("a", 6))} // 0.8, -0.6, 0.2
	but := func(score *vignettev1.Score) []*vignettev1.Score { return []*vignettev1.Score{all[0], score, all[2]} }
	for _, tc := range []struct {
		name   string
		term   *vignettev1.RewardTerm
		scores []*vignettev1.Score
		want   float64
		reason vignettev1.MissingReason
		detail string
		spread float64 // of the values; NaN for none
	}{
		{"nominal", panelTerm(nominal, 0, 1, "second", "third"), all, 0.8, 0, "", 0.7023769168568491},
		{"not said is nominal", panelTerm(0, 0, 1, "second", "third"), all, 0.8, 0, "", 0.7023769168568491},
		{"worst", panelTerm(worst, 0, 1, "second", "third"), all, -0.6, 0, "", 0.7023769168568491},
		{"blend", panelTerm(blend, 0.25, 1, "second", "third"), all, 0.25*0.8 - 0.75*0.6, 0, "", 0.7023769168568491},
		{"the worst of a dimension turned round is its largest", panelTerm(worst, 0, -1, "second", "third"), all, -0.8, 0, "", 0.7023769168568491},
		{"what does not apply drops out", panelTerm(worst, 0, 1, "second", "third"), but(by("second", absent("a", notApplicable))), 0.2, 0, "", 0.4242640687119285},
		{"one scored on turns only drops out", panelTerm(worst, 0, 1, "turns"), all, 0.8, 0, "", math.NaN()},
		{"who failed might have been the worst", panelTerm(worst, 0, 1, "second", "third"), but(by("second", absent("a", failed))), 0,
			dependency, "a of second is missing (evaluator_failed)", 0.4242640687119285},
		{"nominal does not need the others", panelTerm(nominal, 0, 1, "second", "third"), but(by("second", absent("a", failed))), 0.8, 0, "", 0.4242640687119285},
		{"all need the nominal one", panelTerm(nominal, 0, 1, "second"), []*vignettev1.Score{absent("a", failed), all[1]}, 0, dependency, "a of judge is missing", math.NaN()},
		{"a member that declares nothing", panelTerm(worst, 0, 1, "stranger"), all, 0, dependency, `evaluator "stranger" declares no dimension "a"`, math.NaN()},
		{"lambda is no share", panelTerm(blend, 1.5, 1, "second"), all, 0, dependency, "lambda is 1.5", 0.9899494936611666},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := reward.Compose([]*vignettev1.RewardTerm{tc.term}, "sam", panel, tc.scores)
			if got.GetMissing().GetReason() != tc.reason || !strings.Contains(got.GetMissing().GetDetail(), tc.detail) {
				t.Fatalf("missing %v, want %v with %q", got.GetMissing(), tc.reason, tc.detail)
			}
			if tc.reason == 0 && !close(got.GetValue(), tc.want) {
				t.Errorf("reward %v, want %v", got.GetValue(), tc.want)
			}
			only := got.GetTerms()[0]
			if len(only.GetMembers()) != 1+len(tc.term.GetEnsemble().GetMembers()) || only.GetMembers()[0].GetEvaluator() != "judge" {
				t.Errorf("members %v, want the nominal one and then the others", only.GetMembers())
			}
			if spread := only.Disagreement; (spread == nil) != math.IsNaN(tc.spread) || spread != nil && !close(*spread, tc.spread) {
				t.Errorf("disagreement %v, want %v", spread, tc.spread)
			}
		})
	}
}

// A turn's reward has the largest disagreement of its terms.
func TestTurnsKeepTheDisagreement(t *testing.T) {
	got := reward.Compose([]*vignettev1.RewardTerm{panelTerm(worst, 0, 1, "second")}, "sam", panel,
		[]*vignettev1.Score{at(2, value("a", 1)), at(2, by("second", value("a", 5))), at(4, by("second", value("a", 5)))}).GetPerTurn()
	if len(got) != 2 || got[0].GetValue() != 0 || !close(got[0].GetDisagreement(), math.Sqrt2/2) {
		t.Errorf("turns %v, want 0 with a disagreement of %v", got, math.Sqrt2/2)
	}
	if got[1].Disagreement != nil || got[1].GetMissing() == nil {
		t.Errorf("turn 4 %v, want a reward that is missing and no disagreement", got[1])
	}
}

// Each source stands once, the episode's first.
func TestSources(t *testing.T) {
	from := func(mind, hash string, s *vignettev1.Score) *vignettev1.Score {
		s.Provenance = &vignettev1.Provenance{Agent: s.GetEvaluator(), Mind: mind, PromptHash: hash, Version: "7"}
		return s
	}
	got := reward.Compose([]*vignettev1.RewardTerm{panelTerm(nominal, 0, 1, "second")}, "sam", panel, []*vignettev1.Score{
		from("llm", "aa", at(0, value("a", 1))), from("llm", "aa", at(2, absent("a", failed))), from("llm", "bb", value("a", 1)),
		from("human", "", by("second", value("a", 4))), from("builtin", "", by("third", value("a", 4))),
	}).GetTerms()[0].GetSources()
	want := []*vignettev1.Provenance{
		{Agent: "judge", Mind: "llm", PromptHash: "bb", Version: "7"},
		{Agent: "judge", Mind: "llm", PromptHash: "aa", Version: "7"},
		{Agent: "second", Mind: "human", Version: "7"},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

// judged draws what a panel says about "a" and a term that brings it together.
func judged(t *rapid.T) (*vignettev1.RewardTerm, []*vignettev1.Score) {
	weight := rapid.SampledFrom([]float64{1, -1, 0.3, -7}).Draw(t, "weight")
	return panelTerm(nominal, 0, weight, "second", "third"), []*vignettev1.Score{
		value("a", rapid.Float64Range(0, 1).Draw(t, "judge")),
		by("second", value("a", rapid.Float64Range(0, 10).Draw(t, "second"))),
		by("third", value("a", rapid.Float64Range(0, 10).Draw(t, "third"))),
	}
}

// composed is the reward under another rule, oriented as the role sees it.
func composed(term *vignettev1.RewardTerm, rule vignettev1.EnsembleRule, lambda float64, scores []*vignettev1.Score) float64 {
	term = proto.CloneOf(term)
	term.Ensemble.Rule, term.Ensemble.Lambda = rule, nil
	if rule == blend {
		term.Ensemble.Lambda = &lambda
	}
	return reward.Compose([]*vignettev1.RewardTerm{term}, "sam", panel, scores).GetValue()
}

// lambda goes from the worst case to the nominal value, straight, and never below the one or above the other.
func TestBlendLiesBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		term, scores := judged(t)
		lambda := rapid.Float64Range(0, 1).Draw(t, "lambda")
		high, low, got := composed(term, nominal, 0, scores), composed(term, worst, 0, scores), composed(term, blend, lambda, scores)
		if low > high+1e-12 || !close(got, lambda*high+(1-lambda)*low) {
			t.Fatalf("lambda %v: %v between %v and %v", lambda, got, low, high)
		}
		if !close(composed(term, blend, 1, scores), high) || !close(composed(term, blend, 0, scores), low) {
			t.Fatal("lambda 1 is not nominal, or 0 not the worst case")
		}
	})
}

// One evaluator that is bought, so that it says the best of everything, gains the role nothing in the worst case.
func TestOneBoughtJudgeBuysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		term, scores := judged(t)
		before := composed(term, worst, 0, scores)
		bought := rapid.IntRange(0, 2).Draw(t, "bought")
		best := []float64{1, 10, 10}[bought]
		if term.GetWeight() < 0 {
			best = 0
		}
		rest := math.Inf(1) // what the role gets if the others alone are asked
		for i, score := range scores {
			if i != bought {
				rest = min(rest, composed(panelTerm(nominal, 0, term.GetWeight(), "second"), nominal, 0, []*vignettev1.Score{value("a", score.GetValue().GetNumber()/[]float64{1, 10, 10}[i])}))
			}
		}
		scores[bought].GetValue().Number = best
		after := composed(term, worst, 0, scores)
		if after < before-1e-9 || after > rest+1e-9 {
			t.Fatalf("bought, the worst case goes from %v to %v; the others alone say %v", before, after, rest)
		}
	})
}
