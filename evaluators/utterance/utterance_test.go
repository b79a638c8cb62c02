package utterance_test

import (
	"testing"

	"github.com/vignette-sim/vignette/evaluators/utterance"
	"github.com/vignette-sim/vignette/internal/language"
)

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		text     string
		refusing bool
		broken   bool
		fault    utterance.FaultKind
	}{
		{"Could you call me before you come?", false, false, 0},
		{"you the of would because feel we a could appreciate to i of", false, true, 0},
		{"You're so selfish.", false, false, utterance.Judgement},
		{"You selfish idiot.", false, false, utterance.Attack},
		{"Oh, great.", false, false, utterance.Sarcasm},
		{"Pay or else you will regret it.", false, false, utterance.Threat},
		{"Never mind.", false, false, utterance.Capitulation},
		{"Okay, I'll do it.", true, false, utterance.Capitulation},
		{"Okay, I'll do it.", false, false, 0},
	} {
		s := utterance.Read(tc.text, tc.refusing)[0]
		if s.Broken != tc.broken {
			t.Errorf("%q: broken is %v", tc.text, s.Broken)
		}
		if has := len(s.Faults) > 0; !tc.broken && has != (tc.fault != 0) || tc.fault != 0 && !s.Has(tc.fault) {
			t.Errorf("%q has the faults %v, want %v", tc.text, s.Faults, tc.fault)
		}
	}
}

func TestFinding(t *testing.T) {
	var f utterance.Finding
	f.Add(utterance.Hit{Level: utterance.Strong, Span: language.Span{Quote: "could you"}, Why: "asks"})
	f.Cap(utterance.Weak, utterance.Hit{Span: language.Span{Quote: "or else"}, Why: "threatens"})
	if f.Level != utterance.Weak || f.Rationale() != "“or else” threatens. “could you” asks." {
		t.Errorf("level %d: %s", f.Level, f.Rationale())
	}
	if got := utterance.Coverage([]float64{0, 0.5, 0.5}); got != 0.625 {
		t.Errorf("coverage is %v", got)
	}
}

func TestWithout(t *testing.T) {
	text := "Sorry, but could you call? Sorry."
	cut := utterance.Phrases("sorry but; sorry")
	sentences := utterance.Read(text, false)
	if got := sentences[0].Without(text, cut); got != "Could you call?" {
		t.Errorf("without apology: %q", got)
	}
	if got := sentences[1].Without(text, cut); got != "" {
		t.Errorf("nothing but an apology: %q", got)
	}
}
