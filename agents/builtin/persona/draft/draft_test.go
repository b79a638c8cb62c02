package draft_test

import (
	"math/rand/v2"
	"testing"

	"github.com/vignette-sim/vignette/agents/builtin/persona/draft"
)

func TestNothingIsSaidTwice(t *testing.T) {
	d := draft.New(rand.New(rand.NewPCG(1, 1)), []string{"I see. We could try it."})
	if d.Say("a", "we could try it!") {
		t.Error("a sentence said in an earlier turn was said again")
	}
	if !d.Say("a", "I see.", "I hear that.") || d.Text() != "I hear that." {
		t.Errorf("the other wording should have been taken, got %q", d.Text())
	}
	if d.Say("b", "I hear that.") || d.Say("b") || d.Say("b", " ") {
		t.Error("a wording was added that is empty or said in this turn")
	}
}

func TestActsPointAtTheirWords(t *testing.T) {
	d := draft.New(rand.New(rand.NewPCG(1, 1)), nil)
	d.Say("one", "Zoë 李 is here")
	d.Say("", "no act")
	d.Say("two", "what now?")
	if got := d.Text(); got != "Zoë 李 is here. No act. What now?" {
		t.Fatalf("got %q", got)
	}
	acts := d.Acts()
	if len(acts) != 2 || acts[1].GetAct() != "two" || acts[1].GetSpan().GetStart() != 23 || acts[1].GetSpan().GetEnd() != 32 || acts[1].GetSpan().GetQuote() != "What now?" {
		t.Errorf("got %v", acts)
	}
}

func TestLed(t *testing.T) {
	for _, c := range [][3]string{
		{"Well, ", "That is so.", "Well, that is so."},
		{"And ", "Who answers the phones?", "And who answers the phones?"},
		{"To be open with you, ", "You could have it back.", ""},
		{"Think of it like this: ", "This is how I look after us.", ""},
		{"It's only that ", "That's a long time.", ""},
		{"Well, ", "Tuesdays are difficult.", ""},
	} {
		if got, ok := draft.Led(c[0], c[1]); got != c[2] || ok != (c[2] != "") {
			t.Errorf("Led(%q, %q) = %q, %t, want %q", c[0], c[1], got, ok, c[2])
		}
	}
}

func TestInside(t *testing.T) {
	for sentence, want := range map[string]string{
		"I'd pay you back.":         "I'd pay you back",
		"Who answers the phones?":   "who answers the phones?",
		"Tuesdays are difficult.":   "",
		"The van is off. It's old.": "",
		"":                          "",
	} {
		if got, ok := draft.Inside(sentence); got != want || ok != (want != "") {
			t.Errorf("Inside(%q) = %q, %t, want %q", sentence, got, ok, want)
		}
	}
}
