package reward_test

import (
	"math"
	"strings"
	"testing"

	"buf.build/go/protovalidate"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/vignette-sim/vignette/evaluators/reward"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

const (
	notApplicable = vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE
	notAnswered   = vignettev1.MissingReason_MISSING_REASON_NOT_ANSWERED
	failed        = vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED
	invalid       = vignettev1.MissingReason_MISSING_REASON_INVALID_ANSWER
	dependency    = vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING
)

// declared are the dimensions the tests know: skills on 0..1, distress on 0..100, two that are scored on one level only.
func declared(evaluator, dimension string) *vignettev1.DimensionSpec {
	if evaluator != "judge" {
		return nil
	}
	switch dimension {
	case "a", "b", "c", "d":
		return &vignettev1.DimensionSpec{Id: dimension, Min: 0, Max: 1, Turn: true, Episode: true}
	case "distress":
		return &vignettev1.DimensionSpec{Id: dimension, Min: 0, Max: 100, Episode: true}
	case "spark":
		return &vignettev1.DimensionSpec{Id: dimension, Min: -5, Max: 5, Turn: true}
	}
	return nil
}

func term(dimension string, weight float64) *vignettev1.RewardTerm {
	return &vignettev1.RewardTerm{Evaluator: "judge", Dimension: dimension, Weight: &weight}
}

func optional(t *vignettev1.RewardTerm) *vignettev1.RewardTerm {
	t.Optional = true
	return t
}

func value(dimension string, number float64) *vignettev1.Score {
	return &vignettev1.Score{Evaluator: "judge", Dimension: dimension, Role: "sam",
		Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: number}}}
}

func absent(dimension string, reason vignettev1.MissingReason) *vignettev1.Score {
	return &vignettev1.Score{Evaluator: "judge", Dimension: dimension, Role: "sam",
		Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason}}}
}

func about(role string, s *vignettev1.Score) *vignettev1.Score {
	s.Role = role
	return s
}

func at(turn int32, s *vignettev1.Score) *vignettev1.Score {
	s.TurnIndex = &turn
	return s
}

func TestCompose(t *testing.T) {
	type terms = []*vignettev1.RewardTerm
	type scores = []*vignettev1.Score
	tests := []struct {
		name   string
		terms  terms
		scores scores
		want   float64
		reason vignettev1.MissingReason // when there is to be none
		detail string                   // part of the detail
	}{
		{name: "one score at its top", terms: terms{term("a", 1)}, scores: scores{value("a", 1)}, want: 1},
		{name: "one score at its bottom", terms: terms{term("a", 3)}, scores: scores{value("a", 0)}, want: -1},
		{name: "the middle of the range is 0", terms: terms{term("distress", 1)}, scores: scores{value("distress", 50)}, want: 0},
		{name: "weighted mean", terms: terms{term("a", 3), term("b", 1)}, scores: scores{value("a", 1), value("b", 0)}, want: 0.5},
		{name: "no weight is weight 1", terms: terms{{Evaluator: "judge", Dimension: "a"}, term("b", 1)}, scores: scores{value("a", 1), value("b", 0.5)}, want: 0.5},
		{name: "weight 0 counts for nothing", terms: terms{term("a", 0), term("b", 1)}, scores: scores{value("a", 1), value("b", 0.5)}, want: 0},
		{name: "a negative weight turns round", terms: terms{term("distress", -1)}, scores: scores{value("distress", 100)}, want: -1},
		{name: "weights that cancel are no division by zero", terms: terms{term("a", 1), term("distress", -1)},
			scores: scores{value("a", 1), value("distress", 0)}, want: 1},
		{name: "not applicable drops out", terms: terms{term("a", 1), term("b", 9)}, scores: scores{value("a", 0.75), absent("b", notApplicable)}, want: 0.5},
		{name: "optional and missing drops out", terms: terms{term("a", 1), optional(term("b", 9))}, scores: scores{value("a", 0.75), absent("b", failed)}, want: 0.5},
		{name: "optional and there counts", terms: terms{term("a", 1), optional(term("b", 1))}, scores: scores{value("a", 1), value("b", 0)}, want: 0},
		{name: "turn-only dimensions do not apply to episodes", terms: terms{term("a", 1), term("spark", 1)},
			scores: scores{value("a", 1), at(0, value("spark", -5))}, want: 1},
		{name: "a turn score is no episode score", terms: terms{term("a", 1)}, scores: scores{at(0, value("a", 1))}, reason: dependency, detail: "not_answered"},
		{name: "missing makes missing", terms: terms{term("a", 1), term("b", 1)}, scores: scores{value("a", 1), absent("b", failed)},
			reason: dependency, detail: "b of judge is missing (evaluator_failed)"},
		{name: "no score at all", terms: terms{term("a", 1)}, reason: dependency, detail: "there is no such score"},
		{name: "nothing applies", terms: terms{term("a", 1)}, scores: scores{absent("a", notApplicable)}, reason: notApplicable},
		{name: "nothing but optional terms, all missing", terms: terms{optional(term("a", 1))}, scores: scores{absent("a", failed)}, reason: dependency, detail: "only optional"},
		{name: "no terms", reason: notApplicable, detail: "no reward terms"},
		{name: "undeclared dimension", terms: terms{term("nonsense", 1)}, scores: scores{value("nonsense", 1)}, reason: dependency, detail: `no dimension "nonsense"`},
		{name: "too high is not clamped", terms: terms{term("a", 1)}, scores: scores{value("a", 1.2)}, reason: dependency, detail: "1.2 is outside"},
		{name: "not a number", terms: terms{term("a", 1)}, scores: scores{value("a", math.NaN())}, reason: dependency, detail: "NaN is outside"},
		{name: "weight is no number", terms: terms{term("a", math.Inf(1))}, scores: scores{value("a", 1)}, reason: dependency, detail: "not a finite"},
		{name: "an empty score", terms: terms{term("a", 1)}, scores: scores{{Evaluator: "judge", Dimension: "a", Role: "sam"}}, reason: dependency, detail: "neither value nor reason"},
		{name: "the other's score, if only the other was scored", terms: terms{term("distress", -1)}, scores: scores{about("client", value("distress", 0))}, want: 1},
		{name: "not if two others were scored", terms: terms{term("a", 1)}, scores: scores{about("kim", value("a", 1)), about("lee", value("a", 1))}, reason: dependency},
		{name: "one's own score before the other's", terms: terms{term("a", 1)}, scores: scores{about("client", value("a", 0)), value("a", 1)}, want: 1},
		{name: "the first value stands", terms: terms{term("a", 1)}, scores: scores{value("a", 1), value("a", 0)}, want: 1},
		{name: "a value before a missing one", terms: terms{term("a", 1)}, scores: scores{absent("a", failed), value("a", 0)}, want: -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := reward.Compose(test.terms, "sam", declared, test.scores)
			if got.GetRole() != "sam" || len(got.GetTerms()) != len(test.terms) {
				t.Fatalf("role %q with %d terms, want sam with %d", got.GetRole(), len(got.GetTerms()), len(test.terms))
			}
			if got.GetMissing().GetReason() != test.reason {
				t.Fatalf("reason %v (%s), want %v", got.GetMissing().GetReason(), got.GetMissing().GetDetail(), test.reason)
			}
			if !strings.Contains(got.GetMissing().GetDetail(), test.detail) {
				t.Errorf("detail %q does not say %q", got.GetMissing().GetDetail(), test.detail)
			}
			if test.reason == 0 && math.Abs(got.GetValue()-test.want) > 1e-12 {
				t.Errorf("reward %v, want %v", got.GetValue(), test.want)
			}
		})
	}
}

func TestComposeListsEveryTerm(t *testing.T) {
	got := reward.Compose(
		[]*vignettev1.RewardTerm{term("a", 2), term("distress", -1), {Evaluator: "judge", Dimension: "b"}, optional(term("x", 1))}, "sam", declared,
		[]*vignettev1.Score{value("a", 0.75), value("distress", 25), absent("b", notApplicable)})
	want := &vignettev1.Reward{
		Role:        "sam",
		Composition: reward.Version,
		Outcome:     &vignettev1.Reward_Value{Value: 0.5}, // (2*0.5 + 1*0.5) / 3
		Terms: []*vignettev1.RewardTermValue{
			{Evaluator: "judge", Dimension: "a", Weight: 2, PaysProcess: true, PaysOutcome: true, Outcome: &vignettev1.RewardTermValue_Value{Value: 0.5}},
			{Evaluator: "judge", Dimension: "distress", Weight: -1, PaysOutcome: true, Outcome: &vignettev1.RewardTermValue_Value{Value: -0.5}},
			{Evaluator: "judge", Dimension: "b", Weight: 1, PaysProcess: true, PaysOutcome: true, Outcome: &vignettev1.RewardTermValue_Missing{
				Missing: &vignettev1.Missing{Reason: notApplicable}}},
			{Evaluator: "judge", Dimension: "x", Weight: 1, Outcome: &vignettev1.RewardTermValue_Missing{
				Missing: &vignettev1.Missing{Reason: dependency, Detail: `evaluator "judge" declares no dimension "x"`}}},
		},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("reward (-want +got):\n%s", diff)
	}
}

func TestComposePerTurn(t *testing.T) {
	got := reward.Compose([]*vignettev1.RewardTerm{term("a", 1), term("spark", 1), term("distress", 5)}, "sam", declared,
		[]*vignettev1.Score{
			value("a", 1), value("distress", 0),
			at(4, value("a", 1)), at(4, absent("spark", failed)),
			at(0, value("a", 1)), at(0, value("spark", 0)),
			at(2, value("a", 0.5)), at(2, absent("spark", notApplicable)),
			about("client", at(1, value("a", 1))),
			at(6, absent("a", notApplicable)), at(6, absent("spark", notApplicable)),
		}).GetPerTurn()
	want := []*vignettev1.TurnReward{
		{TurnIndex: 0, Outcome: &vignettev1.TurnReward_Value{Value: 0.5}},
		{TurnIndex: 2, Outcome: &vignettev1.TurnReward_Value{Value: 0}},
		{TurnIndex: 4, Outcome: &vignettev1.TurnReward_Missing{Missing: &vignettev1.Missing{
			Reason: dependency, Detail: "spark of judge is missing (evaluator_failed)"}}},
		{TurnIndex: 6, Outcome: &vignettev1.TurnReward_Missing{Missing: &vignettev1.Missing{
			Reason: notApplicable, Detail: "no term applies here"}}},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("per turn (-want +got):\n%s", diff)
	}
}

// drawing generates terms and scores: any weight, any number in or out of range, any reason, turns and episode.
func drawing(t *rapid.T) ([]*vignettev1.RewardTerm, []*vignettev1.Score) {
	dimension := rapid.SampledFrom([]string{"a", "b", "c", "d", "distress", "spark", "undeclared"})
	terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *vignettev1.RewardTerm {
		weight := term(dimension.Draw(t, "dimension"), rapid.Float64().Draw(t, "weight"))
		weight.Optional = rapid.Bool().Draw(t, "optional")
		return weight
	}), 0, 6).Draw(t, "terms")
	scores := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *vignettev1.Score {
		d := dimension.Draw(t, "dimension")
		s := absent(d, rapid.SampledFrom([]vignettev1.MissingReason{notApplicable, failed, notAnswered, invalid}).Draw(t, "reason"))
		if rapid.IntRange(0, 3).Draw(t, "kind") > 0 {
			s = value(d, rapid.OneOf(rapid.Float64Range(0, 1), rapid.Float64()).Draw(t, "number"))
		}
		if turn := rapid.Int32Range(-3, 3).Draw(t, "turn"); turn >= 0 {
			s = at(turn, s)
		}
		return about(rapid.SampledFrom([]string{"sam", "sam", "client"}).Draw(t, "role"), s)
	}), 0, 20).Draw(t, "scores")
	return terms, scores
}

func TestComposeStaysInBoundsAndKeepsTheContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, scores := drawing(t)
		got := reward.Compose(terms, "sam", declared, scores)
		if err := protovalidate.Validate(got); err != nil {
			t.Fatalf("reward breaks the contract: %v\n%v", err, got)
		}
		if !proto.Equal(got, reward.Compose(terms, "sam", declared, scores)) {
			t.Fatal("two compositions of the same scores differ")
		}
	})
}

// distinct drops scores at an address that is taken already; only among those does order matter.
func distinct(scores []*vignettev1.Score) []*vignettev1.Score {
	type key struct {
		dimension, role string
		turn            int32
	}
	seen := map[key]bool{}
	var out []*vignettev1.Score
	for _, s := range scores {
		k := key{s.GetDimension(), s.GetRole(), -1}
		if s.TurnIndex != nil {
			k.turn = s.GetTurnIndex()
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, s)
		}
	}
	return out
}

func TestComposeDoesNotDependOnTheOrderOfScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, scores := drawing(t)
		scores = distinct(scores)
		shuffled := rapid.Permutation(scores).Draw(t, "shuffled")
		want, got := reward.Compose(terms, "sam", declared, scores), reward.Compose(terms, "sam", declared, shuffled)
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Fatalf("order matters (-as drawn +shuffled):\n%s", diff)
		}
	})
}

// applicable generates terms that all have a valid value.
func applicable(t *rapid.T) ([]*vignettev1.RewardTerm, []*vignettev1.Score) {
	var terms []*vignettev1.RewardTerm
	var scores []*vignettev1.Score
	for _, d := range []string{"a", "b", "c", "d"} {
		weight := rapid.Float64Range(0.01, 100).Draw(t, "weight")
		if rapid.Bool().Draw(t, "round") {
			weight = -weight
		}
		terms = append(terms, term(d, weight))
		scores = append(scores, value(d, rapid.Float64Range(0, 1).Draw(t, "number")))
	}
	return terms, scores
}

func close(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestComposeDoesNotDependOnTheScaleOrOrderOfWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, scores := applicable(t)
		want := reward.Compose(terms, "sam", declared, scores).GetValue()
		scale := rapid.Float64Range(1e-6, 1e6).Draw(t, "scale")
		scaled := make([]*vignettev1.RewardTerm, len(terms))
		for i, original := range rapid.Permutation(terms).Draw(t, "order") {
			scaled[i] = term(original.GetDimension(), original.GetWeight()*scale)
		}
		if got := reward.Compose(scaled, "sam", declared, scores).GetValue(); !close(got, want) {
			t.Fatalf("scaled by %v: %v, want %v", scale, got, want)
		}
	})
}

func TestComposeTurnsRoundWithNegativeWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, scores := applicable(t)
		want := -reward.Compose(terms, "sam", declared, scores).GetValue()
		for _, each := range terms {
			each.Weight = proto.Float64(-each.GetWeight())
		}
		if got := reward.Compose(terms, "sam", declared, scores).GetValue(); !close(got, want) {
			t.Fatalf("all weights turned round: %v, want %v", got, want)
		}
	})
}

func TestComposeIgnoresWhatDoesNotApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, scores := applicable(t)
		want := reward.Compose(terms[1:], "sam", declared, scores[1:]).GetValue()
		scores[0] = absent("a", notApplicable)
		if got := reward.Compose(terms, "sam", declared, scores).GetValue(); !close(got, want) {
			t.Fatalf("with a term that does not apply: %v, without it: %v", got, want)
		}
	})
}
