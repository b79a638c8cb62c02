package agreement

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// case is an utterance: what raters said, as JSON by rater, and what the evaluator said.
type example struct {
	group   string
	ratings []string
	answer  *vignettev1.Score
}

func labelled(text string) *vignettev1.Score {
	return &vignettev1.Score{Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Label: text}}}
}

func numbered(x float64) *vignettev1.Score {
	return &vignettev1.Score{Outcome: &vignettev1.Score_Value{Value: &vignettev1.ScoreValue{Number: x}}}
}

func coding(dimension string, codes ...string) *vignettev1.Score {
	score := numbered(float64(len(codes)))
	for _, code := range codes {
		score.Spans = append(score.Spans, &vignettev1.CodedSpan{Code: dimension, Label: code})
	}
	return score
}

func without(reason vignettev1.MissingReason) *vignettev1.Score {
	return &vignettev1.Score{Outcome: &vignettev1.Score_Missing{Missing: &vignettev1.Missing{Reason: reason, Detail: "so it is"}}}
}

// measure compares examples on one dimension.
func measure(t interface {
	Helper()
	Fatal(...any)
}, dimension string, examples []example, options Options) *Agreement {
	t.Helper()
	var file strings.Builder
	answers := Answers{}
	for i, e := range examples {
		for rater, text := range e.ratings {
			fmt.Fprintf(&file, `{"id": "%d", "role": "me", "text": "Hello.", "group": %q, "rater": "r%d", "labels": {%q: %s}}`+"\n", i, e.group, rater, dimension, text)
		}
		if e.answer != nil {
			score := proto.CloneOf(e.answer)
			score.Dimension = dimension
			answers[fmt.Sprint(i)] = map[string]*vignettev1.Score{dimension: score}
		}
	}
	labels, err := Read(strings.NewReader(file.String()), "labels.jsonl", judge(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return Compare(judge(), labels, answers, options).Dimensions[dimension]
}

func few() Options { return Options{Resamples: 200, Seed: 3} }

// fromTable makes examples of a table: rows are the raters', columns the evaluator's.
func fromTable(names []string, table [][]int) []example {
	var out []example
	for i, row := range table {
		for j, n := range row {
			for range n {
				out = append(out, example{ratings: []string{fmt.Sprintf("%q", names[i])}, answer: labelled(names[j])})
			}
		}
	}
	return out
}

func is(x *float64, want float64) bool { return x != nil && math.Abs(*x-want) < 5e-5 }

func show(x *float64) string {
	if x == nil {
		return "undefined"
	}
	return fmt.Sprintf("%.4f", *x)
}

// A worked table: kappa .4842, linear .4701, quadratic .4502 (notes to Cohen 1960 and 1968); accuracy and F1 by hand.
func TestOrdinalAgreement(t *testing.T) {
	names := []string{"none", "weak", "strong"}
	a := measure(t, "skill.warmth", fromTable(names, [][]int{{0, 4, 1}, {0, 8, 0}, {0, 1, 5}}), few())
	// F1: none 0; weak 2*8/(8+13); strong 2*5/(6+6).
	macro := (0 + 16.0/21 + 10.0/12) / 3
	for name, pair := range map[string]struct {
		got  *float64
		want float64
	}{
		"kappa": {a.Kappa, 0.4842}, "linear": {a.LinearKappa, 0.4701}, "quadratic": {a.WeightedKappa, 0.4502},
		"accuracy": {a.Accuracy, 13.0 / 19}, "answered": {a.AccuracyAnswered, 13.0 / 19}, "majority": {a.MajorityAccuracy, 8.0 / 19}, "macro": {a.MacroF1, macro},
		"majority macro": {a.MajorityMacroF1, 16.0 / 27 / 3}, "recall": {a.Classes["weak"].Recall, 1}, "precision": {a.Classes["weak"].Precision, 8.0 / 13},
	} {
		if !is(pair.got, pair.want) {
			t.Errorf("%s is %s, want %.4f", name, show(pair.got), pair.want)
		}
	}
	if a.N != 19 || a.Answered != 19 || a.MajorityLabel != "weak" || a.Classes["none"].Precision != nil || a.WeightedN != 19 || a.Applicability != nil {
		t.Errorf("%+v", a)
	}
	if a.KappaCI == nil || !(a.KappaCI[0] < *a.Kappa && *a.Kappa < a.KappaCI[1]) {
		t.Errorf("interval %v of kappa %v", a.KappaCI, *a.Kappa)
	}
}

// What is missing is wrong over all, is left out of what was answered, is counted by reason, and is never the lowest label.
func TestMissingIsNotZero(t *testing.T) {
	failed, refused := vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED, vignettev1.MissingReason_MISSING_REASON_REFUSED
	examples := []example{
		{ratings: []string{`"none"`}, answer: labelled("none")}, {ratings: []string{`"strong"`}, answer: labelled("strong")},
		{ratings: []string{`"none"`}, answer: without(failed)}, {ratings: []string{`"none"`}, answer: without(refused)},
		{ratings: []string{`"none"`}}, {ratings: []string{`"none"`}, answer: labelled("splendid")}, {ratings: []string{`"none"`}, answer: without(failed)},
	}
	a := measure(t, "skill.warmth", examples, few())
	if a.N != 7 || a.Answered != 2 || !is(a.Accuracy, 2.0/7) || !is(a.AccuracyAnswered, 1) || !is(a.Kappa, 1) {
		t.Errorf("n %d, answered %d, accuracy %s and %s, kappa %s", a.N, a.Answered, show(a.Accuracy), show(a.AccuracyAnswered), show(a.Kappa))
	}
	if c := a.Classes["none"]; c.N != 6 || c.Said != 1 || !is(c.Recall, 1.0/6) || !is(c.Precision, 1) {
		t.Errorf("none: %+v", c)
	}
	want := map[string]int{"evaluator_failed": 2, "refused": 1, "not_answered": 1, "invalid_answer": 1}
	if fmt.Sprint(a.Missing) != fmt.Sprint(want) || a.MissingDetail["refused"] != "so it is" {
		t.Errorf("missing %v (%v), want %v", a.Missing, a.MissingDetail, want)
	}
	if last := a.Confusion.Counts[0][len(a.Confusion.Columns)-1]; last != 5 {
		t.Errorf("confusion %+v", a.Confusion)
	}
}

// Not applicable is a label for kappa, has no place in the order for weighted kappa, and is compared by itself.
func TestNotApplicable(t *testing.T) {
	none, strong, na := labelled("none"), labelled("strong"), without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)
	a := measure(t, "skill.warmth", []example{
		{ratings: []string{`"none"`}, answer: none}, {ratings: []string{`"strong"`}, answer: strong},
		{ratings: []string{`"n/a"`}, answer: na}, {ratings: []string{`"none"`}, answer: na},
	}, few())
	// Of four: agreed 3; chance (2*1 + 1*1 + 1*2)/16.
	if !is(a.Kappa, (3.0/4-5.0/16)/(1-5.0/16)) || !is(a.WeightedKappa, 1) || a.WeightedN != 2 || len(a.Missing) != 0 || !is(a.Accuracy, 0.75) {
		t.Errorf("kappa %s, weighted %s of %d, missing %v, accuracy %s", show(a.Kappa), show(a.WeightedKappa), a.WeightedN, a.Missing, show(a.Accuracy))
	}
	if p := a.Applicability; p.Raters != 1 || p.Evaluator != 2 || p.Both != 1 || !is(p.Accuracy, 0.75) || !is(p.Kappa, 0.5) {
		t.Errorf("applicability %+v, kappa %s", p, show(p.Kappa))
	}
}

// Labels without an order are not weighed.
func TestNominalAgreement(t *testing.T) {
	a := measure(t, "mood.main", fromTable([]string{"joy", "anger"}, [][]int{{20, 5}, {10, 15}}), few())
	if !is(a.Kappa, 0.4) || a.WeightedKappa != nil || a.Scale != "nominal" || !is(a.Accuracy, 0.7) {
		t.Errorf("kappa %s, weighted %s, scale %s", show(a.Kappa), show(a.WeightedKappa), a.Scale)
	}
}

// A number that is a label's stands for it.
func TestNumberOfALabel(t *testing.T) {
	a := measure(t, "skill.warmth", []example{
		{ratings: []string{`"weak"`}, answer: numbered(0.5)}, {ratings: []string{`"strong"`}, answer: numbered(1)}, {ratings: []string{`"none"`}, answer: numbered(0.3)},
	}, few())
	if a.Missing["invalid_answer"] != 1 || !is(a.AccuracyAnswered, 1) {
		t.Errorf("missing %v, accuracy of answered %s", a.Missing, show(a.AccuracyAnswered))
	}
}

// Majority makes the consensus; who is split drops out and is counted; several labels where one is allowed are no label.
func TestConsensus(t *testing.T) {
	a := measure(t, "skill.warmth", []example{
		{ratings: []string{`"weak"`, `"weak"`, `"strong"`}, answer: labelled("weak")},
		{ratings: []string{`"n/a"`, `"n/a"`, `"strong"`}, answer: without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)},
		{ratings: []string{`"weak"`, `"strong"`}, answer: labelled("weak")},
		{ratings: []string{`["weak", "none"]`, `"strong"`}, answer: labelled("strong")},
		{ratings: []string{`["weak", "none"]`}, answer: labelled("weak")},
	}, few())
	if a.N != 3 || a.Ties != 1 || a.Several != 2 || !is(a.Accuracy, 1) {
		t.Errorf("n %d, ties %d, several %d, accuracy %s", a.N, a.Ties, a.Several, show(a.Accuracy))
	}
	codes := measure(t, "talk.codes", []example{
		{ratings: []string{`["question", "advice"]`, `["question"]`}, answer: coding("talk.codes", "question")},
		{ratings: []string{`[]`, `[]`, `["advice"]`}, answer: coding("talk.codes")},
	}, few())
	// Advice of the first is open and counts neither way; the second's set is right.
	if codes.N != 2 || codes.Ties != 1 || !is(codes.Accuracy, 1) || codes.Classes["advice"] != nil || !is(codes.Classes["question"].F1, 1) {
		t.Errorf("codes %+v", codes)
	}
	numbers := measure(t, "mood.distress", []example{
		{ratings: []string{"10", "20"}, answer: numbered(15)}, {ratings: []string{"40", "n/a"}[:1], answer: numbered(44)},
	}, few())
	if !is(numbers.Number.MeanAbsoluteError, 2) {
		t.Errorf("mean error %s", show(numbers.Number.MeanAbsoluteError))
	}
}

// Codes are compared one by one and as sets, whichever way an evaluator writes them.
func TestCodes(t *testing.T) {
	family := numbered(1)
	family.Spans = []*vignettev1.CodedSpan{{Code: "talk.question"}, {Code: "talk.question"}, {Code: "else.where"}}
	a := measure(t, "talk.codes", []example{
		{ratings: []string{`["question", "advice"]`}, answer: coding("talk.codes", "question", "advice")},
		{ratings: []string{`["question"]`}, answer: family},
		{ratings: []string{`["advice"]`}, answer: coding("talk.codes", "question")},
		{ratings: []string{`[]`}, answer: coding("talk.codes")},
		{ratings: []string{`["advice"]`}, answer: without(vignettev1.MissingReason_MISSING_REASON_REFUSED)},
	}, few())
	question, advice := a.Classes["question"], a.Classes["advice"]
	// Question: 2 are, 3 called, 2 right. Advice: 3 are (one unanswered), 1 called, 1 right.
	if !is(question.F1, 4.0/5) || !is(advice.F1, 2.0/4) || !is(a.MacroF1, (4.0/5+2.0/4)/2) || question.N != 2 || advice.N != 3 {
		t.Errorf("question %s of %d, advice %s of %d, macro %s", show(question.F1), question.N, show(advice.F1), advice.N, show(a.MacroF1))
	}
	// Of the four answered: question [[2,0],[1,1]] kappa .5; advice [[1,1],[0,2]] kappa .5.
	if !is(question.Kappa, 0.5) || !is(advice.Kappa, 0.5) || !is(a.Kappa, 0.5) {
		t.Errorf("kappas %s, %s, %s", show(question.Kappa), show(advice.Kappa), show(a.Kappa))
	}
	if !is(a.Accuracy, 3.0/5) || !is(a.AccuracyAnswered, 3.0/4) || a.MajorityLabel != "[advice]" || !is(a.MajorityAccuracy, 2.0/5) || !is(a.MajorityMacroF1, 2*3.0/(3+5)/2) {
		t.Errorf("accuracy %s and %s, majority %q %s", show(a.Accuracy), show(a.AccuracyAnswered), a.MajorityLabel, show(a.MajorityAccuracy))
	}
}

// Not applicable is no empty set: where the evaluator alone says it, codes are missing; where raters say it, nothing is compared.
func TestCodesThatDoNotApply(t *testing.T) {
	na := without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)
	a := measure(t, "talk.codes", []example{
		{ratings: []string{`["advice"]`}, answer: coding("talk.codes", "advice")}, {ratings: []string{`["question"]`}, answer: coding("talk.codes", "question")},
		{ratings: []string{`[]`}, answer: na}, {ratings: []string{`"n/a"`}, answer: na}, {ratings: []string{`"n/a"`}, answer: without(vignettev1.MissingReason_MISSING_REASON_REFUSED)},
	}, few())
	if a.N != 3 || a.Answered != 2 || a.Missing["not_applicable"] != 1 || len(a.Missing) != 1 || !is(a.Accuracy, 2.0/3) || !is(a.Kappa, 1) {
		t.Errorf("n %d, answered %d, missing %v, accuracy %s, kappa %s", a.N, a.Answered, a.Missing, show(a.Accuracy), show(a.Kappa))
	}
	if p := a.Applicability; p.Raters != 1 || p.Evaluator != 2 || p.Both != 1 {
		t.Errorf("applicability %+v", p)
	}
}

// Numbers: an evaluator that is always ten too high correlates perfectly and agrees less.
func TestNumbers(t *testing.T) {
	var examples []example
	for _, x := range []float64{10, 20, 30, 40, 60} {
		examples = append(examples, example{ratings: []string{fmt.Sprint(x)}, answer: numbered(x + 10)})
	}
	examples = append(examples, example{ratings: []string{"50"}, answer: without(vignettev1.MissingReason_MISSING_REASON_DEPENDENCY_MISSING)},
		example{ratings: []string{"50"}, answer: without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)})
	a := measure(t, "mood.distress", examples, few())
	n := a.Number
	// Labels have mean 32 and variance 370, so ICC(2,1) = 370/(370 + 50) for a constant difference of 10.
	if !is(n.MeanAbsoluteError, 10) || !is(n.Bias, 10) || !is(n.Pearson, 1) || !is(n.Spearman, 1) || !is(n.MedianError, (20+10+0+10+30)/5.0) || !is(n.ICC, 370.0/420) {
		t.Errorf("error %s, bias %s, r %s, rho %s, median %s, ICC %s", show(n.MeanAbsoluteError), show(n.Bias), show(n.Pearson), show(n.Spearman), show(n.MedianError), show(n.ICC))
	}
	if a.N != 7 || a.Answered != 5 || a.Missing["dependency_missing"] != 1 || a.Missing["not_applicable"] != 1 || a.Accuracy != nil || a.Kappa != nil || a.Applicability.Evaluator != 1 {
		t.Errorf("%+v", a)
	}
}

// Three raters: two agree always, the third never with them; the evaluator agrees with the two.
func TestRaters(t *testing.T) {
	a := measure(t, "skill.warmth", []example{
		{ratings: []string{`"weak"`, `"weak"`, `"none"`}, answer: labelled("weak")}, {ratings: []string{`"none"`, `"none"`, `"weak"`}, answer: labelled("none")},
		{ratings: []string{`"strong"`, `"strong"`, `"weak"`}, answer: labelled("strong")}, {ratings: []string{`"strong"`}, answer: labelled("none")},
	}, few())
	r := a.Raters
	if len(r.Pairs) != 3 || !is(r.Pairs[0].Kappa, 1) || r.Pairs[0].N != 3 || !is(r.Pairs[1].Accuracy, 0) || r.PairMean.N != 9 {
		t.Errorf("pairs %+v, mean %+v", r.Pairs, r.PairMean)
	}
	// Against the two others r2 is never right, and the evaluator always; r0 and r1 have others who are split, but for nothing.
	if len(r.Rest) != 1 || r.Rest[0].Rater != "r2" || !is(r.Rest[0].Accuracy, 0) || !is(r.Rest[0].Evaluator.Kappa, 1) || r.Rest[0].N != 3 {
		t.Errorf("rest %+v", r.Rest)
	}
	if r.Alpha == nil || *r.Alpha >= 0.667 || !is(r.EvaluatorRest.Kappa, 1) {
		t.Errorf("alpha %s, evaluator %+v", show(r.Alpha), r.EvaluatorRest)
	}
	if alone := measure(t, "skill.warmth", []example{{ratings: []string{`"weak"`}, answer: labelled("weak")}}, few()); alone.Raters != nil {
		t.Errorf("raters of one: %+v", alone.Raters)
	}
}

// Ten copies of a group say no more than one of each: intervals by group are wider than by utterance. And the same seed gives the same.
func TestIntervalsDrawGroups(t *testing.T) {
	var grouped, single []example
	for i := range 12 {
		answer := labelled([]string{"weak", "none"}[i%3/2])
		for range 10 {
			e := example{ratings: []string{[]string{`"weak"`, `"none"`}[i%2]}, answer: answer}
			single = append(single, e)
			e.group = fmt.Sprint(i)
			grouped = append(grouped, e)
		}
	}
	wide, narrow := measure(t, "skill.warmth", grouped, few()), measure(t, "skill.warmth", single, few())
	if *wide.Kappa != *narrow.Kappa || wide.KappaCI[1]-wide.KappaCI[0] < 2*(narrow.KappaCI[1]-narrow.KappaCI[0]) {
		t.Errorf("by group %v, by utterance %v", *wide.KappaCI, *narrow.KappaCI)
	}
	if again := measure(t, "skill.warmth", grouped, few()); *again.KappaCI != *wide.KappaCI {
		t.Errorf("again %v, first %v", *again.KappaCI, *wide.KappaCI)
	}
}

// The numbers hang on what was said, not on the order of the file, and stay in their ranges.
func TestAgreementIsInRange(t *testing.T) {
	names := []string{"none", "weak", "strong", "n/a"}
	rapid.Check(t, func(t *rapid.T) {
		var examples []example
		for range rapid.IntRange(1, 20).Draw(t, "utterances") {
			e := example{ratings: []string{fmt.Sprintf("%q", rapid.SampledFrom(names).Draw(t, "rated"))}}
			switch said := rapid.SampledFrom(append(names, "failed")).Draw(t, "said"); said {
			case "n/a":
				e.answer = without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)
			case "failed":
				e.answer = without(vignettev1.MissingReason_MISSING_REASON_EVALUATOR_FAILED)
			default:
				e.answer = labelled(said)
			}
			examples = append(examples, e)
		}
		a := measure(t, "skill.warmth", examples, Options{Resamples: 100})
		if a.N != len(examples) || a.Answered+a.Missing["evaluator_failed"] != a.N {
			t.Fatalf("n %d, answered %d, missing %v of %d", a.N, a.Answered, a.Missing, len(examples))
		}
		for name, x := range map[string]*float64{"accuracy": a.Accuracy, "answered": a.AccuracyAnswered, "majority": a.MajorityAccuracy, "macro": a.MacroF1, "kappa": a.Kappa, "weighted": a.WeightedKappa} {
			if x != nil && (*x > 1+1e-9 || *x < -1-1e-9) {
				t.Fatalf("%s is %v", name, *x)
			}
		}
		if a.AccuracyAnswered != nil && *a.AccuracyAnswered < *a.Accuracy-1e-9 {
			t.Fatalf("accuracy %v, of answered %v", *a.Accuracy, *a.AccuracyAnswered)
		}
		seen := 0
		for _, row := range a.Confusion.Counts {
			for _, n := range row {
				seen += n
			}
		}
		if seen != a.N {
			t.Fatalf("confusion %+v of %d", a.Confusion, a.N)
		}
	})
}
