package agreement

import (
	"testing"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

func sure(score *vignettev1.Score, confidence float64) *vignettev1.Score {
	score.Confidence = &confidence
	return score
}

// Five answers with confidence, by hand: .9 right, .9 wrong, .6 right, .2 wrong, and one refused. Squares: .01 + .81 + .16 + .04 =
// 1.02 over 4. Bins: .9 (1 of 2 right, gap .4), .6 (1 of 1, .4), .2 (0 of 1, .2): (2*.4 + .4 + .2)/4 = .35. Of the four pairs of a
// right and a wrong answer: .9 over .9 half, .9 over .2, .6 under .9, .6 over .2: 2.5 of 4.
func TestConfidenceAndAbstention(t *testing.T) {
	refused := vignettev1.MissingReason_MISSING_REASON_REFUSED
	a := measure(t, "skill.warmth", []example{
		{ratings: []string{`"none"`}, answer: sure(labelled("none"), .9)}, {ratings: []string{`"none"`}, answer: sure(labelled("strong"), .9)},
		{ratings: []string{`"strong"`}, answer: sure(labelled("strong"), .6)}, {ratings: []string{`"weak"`}, answer: sure(labelled("none"), .2)},
		{ratings: []string{`"none"`}, answer: without(refused)}, {ratings: []string{`"none"`}, answer: labelled("none")},
	}, few())
	c := a.Confidence
	if c == nil || c.N != 4 || !is(c.Mean, .65) || !is(c.Right, .5) || !is(c.Brier, 1.02/4) || !is(c.CalibrationError, .35) || !is(c.AUROC, 2.5/4) || len(c.Bins) != 3 {
		t.Errorf("confidence %+v", c)
	}
	// Three right, two wrong, one abstained: 1/6; always "none" is right for 4 of 6.
	if b := a.Abstention; b == nil || !is(&b.Net, 1.0/6) || !is(&b.Coverage, 5.0/6) || !is(b.MajorityNet, 2.0/6) {
		t.Errorf("abstention %+v", b)
	}
	b := measure(t, "skill.warmth", []example{{ratings: []string{`"none"`}, answer: labelled("none")}}, few())
	if b.Confidence != nil || b.Abstention != nil {
		t.Errorf("nothing of either: %+v, %+v", b.Confidence, b.Abstention)
	}
}

// A judge that is never sure of what it gets wrong tells right from wrong, however ill its numbers fit.
func TestDiscriminationIsNotCalibration(t *testing.T) {
	var examples []example
	for range 10 {
		examples = append(examples, example{ratings: []string{`"none"`}, answer: sure(labelled("none"), 1)}, example{ratings: []string{`"none"`}, answer: sure(labelled("weak"), .99)})
	}
	if c := measure(t, "skill.warmth", examples, few()).Confidence; !is(c.AUROC, 1) || *c.CalibrationError < .45 {
		t.Errorf("%s and %s", show(c.AUROC), show(c.CalibrationError))
	}
}

// Two raters code four utterances; "question" by one of them alone once: alpha = 1 - 7 * 2 / (2 * 3 * 5) = .5333. On "advice" they
// agree, "reflection" nobody gives.
func TestAlphaOfCodes(t *testing.T) {
	both := func(a, b string) example { return example{ratings: []string{a, b}, answer: coding("talk.codes")} }
	r := measure(t, "talk.codes", []example{both(`["question"]`, `["question"]`), both(`["advice"]`, `["advice"]`), both(`["question"]`, `[]`), both(`[]`, `[]`)}, few()).Raters
	if r == nil || !is(r.CodeAlphas["question"], 8.0/15) || !is(r.CodeAlphas["advice"], 1) || len(r.CodeAlphas) != 2 || !is(r.Alpha, (8.0/15+1)/2) {
		t.Errorf("%+v", r)
	}
}

// Where both see something to apply it to they agree three times of four; where one sees nothing is another question.
func TestAppliedKappa(t *testing.T) {
	one := func(rater string, answer *vignettev1.Score) example {
		return example{ratings: []string{rater}, answer: answer}
	}
	none := without(vignettev1.MissingReason_MISSING_REASON_NOT_APPLICABLE)
	a := measure(t, "mood.main", []example{
		one(`"joy"`, labelled("joy")), one(`"joy"`, labelled("joy")), one(`"anger"`, labelled("anger")), one(`"anger"`, labelled("joy")), one(`"n/a"`, none), one(`"joy"`, none),
	}, few())
	if a.AppliedN != 4 || !is(a.AppliedKappa, .5) {
		t.Errorf("%d, %s", a.AppliedN, show(a.AppliedKappa))
	}
}
